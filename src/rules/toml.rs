//! Typed reading of TOML tables, with a place for every complaint.
//!
//! The invariant: a field that cannot be read is reported and then treated as absent, so that one bad value never
//! hides another problem. Used by the pack reader only.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problems, quoted};

/// A string and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub value: String,
    pub at: usize,
}

/// A table that knows which of its keys were asked for.
pub(crate) struct Table<'t, 'p, 'f> {
    what: &'static str,
    span: Range<usize>,
    fields: &'t DeTable<'t>,
    asked: Vec<&'static str>,
    problems: &'p mut Problems<'f>,
}

impl<'t, 'p, 'f> Table<'t, 'p, 'f> {
    /// `what` names the table in messages: "rule".
    pub(crate) fn new(
        what: &'static str,
        span: Range<usize>,
        fields: &'t DeTable<'t>,
        problems: &'p mut Problems<'f>,
    ) -> Self {
        Table { what, span, fields, asked: Vec::new(), problems }
    }

    /// Where the table starts.
    pub(crate) fn at(&self) -> usize {
        self.span.start
    }

    pub(crate) fn problems(&mut self) -> &mut Problems<'f> {
        self.problems
    }

    /// A string that must be there.
    pub(crate) fn required(&mut self, key: &'static str) -> Option<Text> {
        if self.get(key).is_none() {
            let message = format!("the {} has no `{key}`", self.what);
            self.problems.add(self.span.start, message);
        }
        self.optional(key)
    }

    /// A string that may be absent.
    pub(crate) fn optional(&mut self, key: &'static str) -> Option<Text> {
        let value = self.get(key)?;
        let text = as_text(value);
        if text.is_none() {
            self.wrong(key, value, "a string");
        }
        text
    }

    /// A string that must be one of the names `read` knows.
    pub(crate) fn word<T>(
        &mut self,
        text: Option<Text>,
        read: impl Fn(&str) -> Option<T>,
        names: &[&str],
    ) -> Option<T> {
        let text = text?;
        let read = read(&text.value);
        if read.is_none() {
            let message = format!("{} is not one of {}", quoted(&text.value), names.join(", "));
            self.problems.add(text.at, message);
        }
        read
    }

    /// One string or a list of strings; empty where absent.
    pub(crate) fn list(&mut self, key: &'static str) -> Vec<Text> {
        let Some(value) = self.get(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::String(_) => as_text(value).into_iter().collect(),
            DeValue::Array(items) => {
                let texts: Vec<_> = items.iter().filter_map(as_text).collect();
                for item in items.iter().filter(|item| as_text(item).is_none()) {
                    self.wrong(key, item, "a string");
                }
                if items.is_empty() {
                    self.problems.add(value.span().start, format!("`{key}` is empty"));
                }
                texts
            }
            _ => {
                self.wrong(key, value, "a list of strings");
                Vec::new()
            }
        }
    }

    /// `true` or `false`; `false` where absent.
    pub(crate) fn flag(&mut self, key: &'static str) -> bool {
        match self.get(key).map(|value| (value, value.get_ref())) {
            Some((_, DeValue::Boolean(flag))) => *flag,
            Some((value, _)) => {
                self.wrong(key, value, "true or false");
                false
            }
            None => false,
        }
    }

    /// A whole number above zero.
    pub(crate) fn count(&mut self, key: &'static str) -> Option<usize> {
        let value = self.get(key)?;
        let count = match value.get_ref() {
            DeValue::Integer(number) => {
                usize::from_str_radix(number.as_str(), number.radix()).ok().filter(|&n| n > 0)
            }
            _ => None,
        };
        if count.is_none() {
            self.wrong(key, value, "a whole number above zero");
        }
        count
    }

    /// The tables of an array of tables.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<(Range<usize>, &'t DeTable<'t>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, value, "an array of tables, written [[…]]");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(fields) => tables.push((item.span(), fields)),
                _ => self.wrong(key, item, "an array of tables, written [[…]]"),
            }
        }
        tables
    }

    /// A table inside this one.
    pub(crate) fn table(&mut self, key: &'static str) -> Option<(Range<usize>, &'t DeTable<'t>)> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Table(fields) => Some((value.span(), fields)),
            _ => {
                self.wrong(key, value, "a table");
                None
            }
        }
    }

    /// Whether a key is there.
    pub(crate) fn has(&mut self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// Reports every key that nobody asked for.
    pub(crate) fn finish(self) {
        for (key, _) in self.fields.iter() {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let known = self.asked.join(", ");
                let message = format!("a {} has no {}; it has {known}", self.what, quoted(name));
                self.problems.add(key.span().start, message);
            }
        }
    }

    fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.fields.get(key)
    }

    fn wrong(&mut self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        self.problems.add(value.span().start, format!("`{key}` must be {wanted}"));
    }
}

fn as_text(value: &Spanned<DeValue<'_>>) -> Option<Text> {
    match value.get_ref() {
        DeValue::String(text) => Some(Text { value: text.to_string(), at: value.span().start }),
        _ => None,
    }
}
