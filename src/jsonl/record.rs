//! Finding the text of a record, its id and what tells its site.
//!
//! The invariant: a line is read if and only if `serde_json` reads it as an object, its keys as strings, and the text as
//! one. Nested objects are passed over: only the fields of the record itself count. Called by the record cleaner.

use std::ops::Range;

use super::block::Places;
use super::error::{LineError, LineErrorKind, Problem};
use super::escape::{is_line_feed, unescape};
use super::fields::{Field, Fields};
use super::scanner::{Passed, Scanner};
use super::sites::Values;
use super::written::WrittenLine;

/// Where the parts of a record stand in its line. Buffers are used again and again.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The inside of the text's string.
    pub text: Range<usize>,
    /// The lines of the text.
    pub lines: Vec<WrittenLine>,
    /// The value of the id, as it is written.
    pub id: Option<Range<usize>>,
    /// What tells the site, if that was asked for.
    pub sites: Values,
    texts: usize,
    is_string: bool,
    half_pair: Option<usize>,
    minds_sites: bool,
    open: Vec<u8>,
    key: Vec<u8>,
}

impl Record {
    /// Reads a line that is not blank.
    pub(super) fn read(
        &mut self,
        line: &[u8],
        fields: &Fields,
        minds_sites: bool,
        places: &mut Places,
    ) -> Result<(), LineError> {
        (self.texts, self.half_pair, self.id) = (0, None, None);
        self.minds_sites = minds_sites;
        if minds_sites {
            self.sites.clear(&fields.sites);
        }
        self.object(line, fields, places).map_err(LineError::syntax)?;
        let refuse = |kind, problem| Err(LineError::text(kind, &fields.text, problem));
        match (self.texts, self.is_string, self.half_pair) {
            (0, ..) => refuse(LineErrorKind::NoText, None),
            (1, true, None) => Ok(()),
            (1, true, Some(at)) => {
                let problem = Problem { what: "half a surrogate pair in a hex escape", at };
                refuse(LineErrorKind::TextNotUnicode, Some(problem))
            }
            (1, false, _) => refuse(LineErrorKind::TextNotString, None),
            _ => refuse(LineErrorKind::TextTwice, None),
        }
    }

    fn object(&mut self, line: &[u8], fields: &Fields, places: &mut Places) -> Result<(), Problem> {
        Scanner::new(line, places).only_object(|scanner, key| {
            let field = self.field(line, &key, fields)?;
            scanner.peek();
            let start = scanner.at();
            self.value(line, scanner, field)?;
            if self.minds_sites && field == Field::Other {
                let written = &line[key.inside];
                let key = if key.has_escapes { &self.key } else { written };
                self.sites.note(&fields.sites, key, &(start..scanner.at()));
            }
            Ok(())
        })
    }

    /// Which field a key names.
    fn field(&mut self, line: &[u8], key: &Passed, fields: &Fields) -> Result<Field, Problem> {
        if let Some(at) = key.half_pair {
            return Err(Problem { what: "half a surrogate pair in a hex escape", at });
        }
        if key.has_high {
            check_utf8(line, key.inside.clone())?;
        }
        let written = &line[key.inside.clone()];
        if !key.has_escapes {
            return Ok(fields.named(written));
        }
        self.key.clear();
        unescape(written, &mut self.key);
        Ok(fields.named(&self.key))
    }

    fn value(
        &mut self,
        line: &[u8],
        scanner: &mut Scanner<'_>,
        field: Field,
    ) -> Result<(), Problem> {
        let is_string = scanner.peek() == Some(b'"');
        let start = scanner.at();
        match field {
            Field::Other => return scanner.value(&mut self.open),
            Field::Text => {
                self.texts += 1;
                self.is_string = is_string;
                if is_string {
                    scanner.pass();
                    return self.text(line, scanner);
                }
                scanner.value(&mut self.open)?;
            }
            Field::Id => {
                scanner.value(&mut self.open)?;
                let counts = matches!(line[start], b'"' | b'-' | b'0'..=b'9');
                self.id = counts.then(|| start..scanner.at());
            }
        }
        check_utf8(line, start..scanner.at())
    }

    /// Passes the text and notes its lines.
    fn text(&mut self, line: &[u8], scanner: &mut Scanner<'_>) -> Result<(), Problem> {
        self.lines.clear();
        let mut start = scanner.at();
        let mut first = None;
        let text = scanner.string(|at, len| {
            if is_line_feed(&line[at..at + len]) {
                let escape = first.take().unwrap_or(at);
                self.lines.push(WrittenLine { start, escape, end: at, text_start: 0 });
                start = at + len;
            } else if first.is_none() {
                first = Some(at);
            }
        })?;
        let end = text.inside.end;
        if start < end {
            let escape = first.unwrap_or(end);
            self.lines.push(WrittenLine { start, escape, end, text_start: 0 });
        }
        if text.has_high {
            check_utf8(line, text.inside.clone())?;
        }
        self.text = text.inside;
        self.half_pair = text.half_pair;
        Ok(())
    }
}

fn check_utf8(line: &[u8], range: Range<usize>) -> Result<(), Problem> {
    let bytes = &line[range.clone()];
    if simdutf8::basic::from_utf8(bytes).is_ok() {
        return Ok(());
    }
    let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    Err(Problem { what: "bytes that are not UTF-8", at: range.start + at })
}
