//! Packs: TOML files of rules and exceptions.
//!
//! The invariant: a `Pack` that exists has no problem that can be seen without matching; whoever builds a cleaner from
//! it needs no further checks of single rules. Called by whoever loads packs and by the built-in packs.

use std::collections::HashMap;
use std::sync::Arc;

use toml::de::DeTable;

use super::category::{Category, Edge, Weight};
use super::check;
use super::content::Written;
use super::facts::Facts;
use super::pattern::Pattern;
use super::problem::{PackError, Problems, quoted};
use super::rule::{Exception, PatternShape, Rule, Shape, words};
use super::toml::{Table, Text};
use crate::text::fold::{fold_line_phrase, fold_phrase};

/// Rules and exceptions read from one TOML file.
///
/// ```
/// use unchaff::Pack;
///
/// let pack = Pack::parse("mine.toml", r#"
///     [pack]
///     id = "mine"
///
///     [[rule]]
///     id = "mine.tide-table"
///     category = "widget"
///     line = ["Open the tide table"]
///     weight = "likely"
///     at = "tail"
///     remove = ["The ferry left at noon.\nOpen the tide table"]
///     keep = ["He asked her to open the tide table."]
/// "#)?;
/// assert_eq!(pack.rules().len(), 1);
/// # Ok::<(), unchaff::PackError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pack {
    pub(crate) id: String,
    pub(crate) language: Option<String>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) exceptions: Vec<Exception>,
}

impl Pack {
    /// Reads a pack. `file` is only used in messages.
    ///
    /// # Errors
    ///
    /// When anything is wrong with the pack: all problems at once, each with file, line and column.
    pub fn parse(file: &str, text: &str) -> Result<Pack, PackError> {
        Self::read(file, text, true)
    }

    /// Reads a built-in pack: its shapes were checked by a test, so that its patterns need not be compiled now.
    pub(crate) fn parse_checked(file: &str, text: &str) -> Result<Pack, PackError> {
        Self::read(file, text, false)
    }

    fn read(file: &str, text: &str, checks_shapes: bool) -> Result<Pack, PackError> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut problems = Problems::new(file, text);
        let (root, syntax) = DeTable::parse_recoverable(text);
        for error in &syntax {
            let message = error.message().replace('\n', ", ");
            problems.add(error.span().map_or(0, |span| span.start), message);
        }
        let root_span = root.span();
        let mut table = Table::new("pack file", root_span, root.get_ref(), &mut problems);
        let mut reader = Reader {
            file: file.into(),
            checks_shapes,
            ids: HashMap::new(),
            phrases: HashMap::new(),
        };
        let pack = reader.pack(&mut table);
        if syntax.is_empty() {
            table.finish();
        }
        match problems.into_error() {
            Some(error) => Err(error),
            None => Ok(pack),
        }
    }

    /// The id, which all of its rules' ids start with.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The language, as an ISO 639-1 code; `None` for language-independent packs.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// The rules, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The exceptions, in the order of the file.
    #[must_use]
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }
}

/// A line and a column.
type Place = (usize, usize);

/// What is known while a pack is read.
struct Reader {
    file: Arc<str>,
    /// Whether shapes are tried on ordinary text.
    checks_shapes: bool,
    /// What was already said in this pack, and on which line.
    ids: HashMap<String, usize>,
    phrases: HashMap<String, usize>,
}

impl Reader {
    fn pack(&mut self, root: &mut Table<'_, '_, '_>) -> Pack {
        let mut pack =
            Pack { id: String::new(), language: None, rules: Vec::new(), exceptions: Vec::new() };
        match root.table("pack") {
            Some((span, fields)) => {
                let mut header = Table::new("pack", span, fields, root.problems());
                if let Some(id) = header.required("id") {
                    check::pack_id(&id, header.problems());
                    pack.id = id.value;
                }
                pack.language = header.optional("language").map(|language| language.value);
                for key in ["title", "license", "homepage"] {
                    header.optional(key);
                }
                header.finish();
            }
            None if root.has("pack") => {}
            None => root.problems().add(0, "the file has no [pack] with an `id`"),
        }
        for (span, fields) in root.tables("rule") {
            let mut table = Table::new("rule", span, fields, root.problems());
            pack.rules.extend(self.rule(&mut table, &pack));
            table.finish();
        }
        for (span, fields) in root.tables("keep") {
            let mut table = Table::new("keep", span, fields, root.problems());
            pack.exceptions.extend(self.exception(&mut table, &pack));
            table.finish();
        }
        if pack.rules.is_empty() && pack.exceptions.is_empty() && root.problems().is_empty() {
            root.problems().add(0, "the pack has neither a [[rule]] nor a [[keep]]");
        }
        pack
    }

    fn rule(&mut self, table: &mut Table<'_, '_, '_>, pack: &Pack) -> Option<Rule> {
        let id = table.required("id");
        if let Some(id) = &id {
            check::rule_id(id, &pack.id, table.problems());
            note(&mut self.ids, id.value.clone(), id, table.problems());
        }
        let category = table.required("category");
        let category = named(table, category, Category::ALL, Category::name);
        let weight = table.required("weight");
        let weight = named(table, weight, Weight::ALL, Weight::name);
        let edge = table.optional("at");
        let edge = named(table, edge, Edge::ALL, Edge::name);
        let is_affix = table.flag("affix");
        let counts_once = table.flag("once");
        let is_repeated = table.flag("repeats");
        let stands_alone = table.flag("alone");
        let sites = sites(table);
        let (shapes, places) = self.rule_shapes(table);
        table.optional("note");
        let remove = table.list("remove");
        let keep = table.list("keep");
        let at = table.at();
        for (key, examples) in [("remove", &remove), ("keep", &keep)] {
            if examples.is_empty() {
                let message =
                    format!("the rule has no `{key}` example; give at least one document");
                table.problems().add(at, message);
            }
        }
        let line = table.problems().line(at);
        let values = |texts: Vec<Text>| texts.into_iter().map(|text| text.value).collect();
        Some(Rule {
            id: id?.value,
            facts: Facts {
                category: category?,
                weight: weight?,
                edge: edge.unwrap_or_default(),
                is_affix,
                counts_once,
                is_repeated,
                stands_alone,
                has_inline: shapes.iter().any(|shape| matches!(shape, Shape::Inline(_))),
            },
            language: pack.language.clone(),
            sites,
            content: Written { shapes, places, remove: values(remove), keep: values(keep) }.into(),
            file: Arc::clone(&self.file),
            line,
        })
    }

    fn exception(&mut self, table: &mut Table<'_, '_, '_>, pack: &Pack) -> Option<Exception> {
        let shapes: Vec<Shape> = self.shapes(table).into_iter().map(|(shape, _)| shape).collect();
        let rules: Vec<String> = table.list("rule").into_iter().map(|text| text.value).collect();
        let sites = sites(table);
        table.optional("note");
        let at = table.at();
        if shapes.iter().any(|shape| matches!(shape, Shape::Inline(_))) {
            table.problems().add(at, "a keep cannot be `inline`; name the rule it holds against");
        }
        if shapes.is_empty() && rules.is_empty() {
            let message = "the keep says neither what stays (`line`, `starts`, `ends`, `pattern`) nor which `rule` is meant";
            table.problems().add(at, message);
        }
        let line = table.problems().line(at);
        Some(Exception {
            content: Written { shapes, ..Written::default() }.into(),
            rules,
            sites,
            language: pack.language.clone(),
            origin: (self.file.to_string(), line),
        })
    }

    /// The shapes of a rule, which must have one and say none twice, and where they stand.
    fn rule_shapes(&mut self, table: &mut Table<'_, '_, '_>) -> (Vec<Shape>, Vec<Place>) {
        let shapes = self.shapes(table);
        let at = table.at();
        if !SHAPE_KEYS.into_iter().any(|key| table.has(key)) {
            let message = "the rule says nothing to match: give `line`, `starts`, `ends`, `pattern` or `inline`";
            table.problems().add(at, message);
        }
        for (shape, text) in &shapes {
            note(&mut self.phrases, key_of(shape), text, table.problems());
        }
        let problems = table.problems();
        shapes.into_iter().map(|(shape, text)| (shape, problems.place(text.at))).unzip()
    }

    /// The shapes that a table names, each with the text it was read from.
    fn shapes(&self, table: &mut Table<'_, '_, '_>) -> Vec<(Shape, Text)> {
        let max_words = table.count("max_words");
        let mut shapes = Vec::new();
        for key in SHAPE_KEYS {
            for text in table.list(key) {
                let shape = self.shape(key, &text, max_words, table.problems());
                shapes.extend(shape.map(|shape| (shape, text)));
            }
        }
        let is_affix = |shape: &Shape| matches!(shape, Shape::Starts { .. } | Shape::Ends { .. });
        if max_words.is_some()
            && !shapes.is_empty()
            && !shapes.iter().any(|(shape, _)| is_affix(shape))
        {
            let at = table.at();
            table.problems().add(at, "`max_words` belongs to `starts` and `ends`; there is none");
        }
        shapes
    }

    fn shape(
        &self,
        key: &str,
        text: &Text,
        max_words: Option<usize>,
        problems: &mut Problems<'_>,
    ) -> Option<Shape> {
        let shape = match key {
            "inline" => {
                return check::inline(text, problems).then(|| Shape::Inline(text.value.clone()));
            }
            "pattern" => {
                let pattern = Pattern::new(&text.value);
                let compile = |pattern: Pattern| match self.checks_shapes {
                    true => pattern.compile().map(|()| pattern),
                    false => Ok(pattern),
                };
                let pattern =
                    pattern.and_then(compile).map_err(|message| problems.add(text.at, message));
                Shape::Pattern(PatternShape(pattern.ok()?))
            }
            _ => phrase_shape(key, text, max_words, problems)?,
        };
        (!self.checks_shapes || check::breadth(&shape, text, problems)).then_some(shape)
    }
}

const SHAPE_KEYS: [&str; 5] = ["line", "starts", "ends", "pattern", "inline"];

fn phrase_shape(
    key: &str,
    text: &Text,
    max_words: Option<usize>,
    problems: &mut Problems<'_>,
) -> Option<Shape> {
    let phrase = match key {
        "line" => fold_line_phrase(&text.value),
        _ => fold_phrase(&text.value),
    };
    if !check::phrase(&phrase, text, problems) {
        return None;
    }
    if key == "line" {
        return Some(Shape::Line(phrase));
    }
    if phrase.len() < 3 {
        problems.add(text.at, "a phrase of fewer than 3 bytes begins or ends too many lines");
        return None;
    }
    let Some(max_words) = max_words else {
        problems
            .add(text.at, format!("`{key}` needs `max_words`, the most words of the whole line"));
        return None;
    };
    if words(&phrase) > max_words {
        let message = format!("the phrase alone has more words than `max_words` = {max_words}");
        problems.add(text.at, message);
        return None;
    }
    Some(match key {
        "starts" => Shape::Starts { phrase, max_words },
        _ => Shape::Ends { phrase, max_words },
    })
}

fn sites(table: &mut Table<'_, '_, '_>) -> Vec<String> {
    let sites = table.list("sites");
    for site in &sites {
        check::site(site, table.problems());
    }
    sites.into_iter().map(|site| site.value.to_lowercase()).collect()
}

/// The value that a text names.
fn named<T: Copy>(
    table: &mut Table<'_, '_, '_>,
    text: Option<Text>,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Option<T> {
    let names: Vec<&str> = all.iter().copied().map(name).collect();
    table.word(text, |word| all.iter().copied().find(|&value| name(value) == word), &names)
}

/// Remembers on which line something was said, and reports what is said twice.
fn note(seen: &mut HashMap<String, usize>, key: String, text: &Text, problems: &mut Problems<'_>) {
    let line = problems.line(text.at);
    if let Some(first) = seen.insert(key, line) {
        let message = format!("{} was already said on line {first}", quoted(&text.value));
        problems.add(text.at, message);
    }
}

/// What makes two shapes the same.
fn key_of(shape: &Shape) -> String {
    match shape {
        Shape::Line(phrase) => format!("line {phrase}"),
        Shape::Starts { phrase, .. } => format!("starts {phrase}"),
        Shape::Ends { phrase, .. } => format!("ends {phrase}"),
        Shape::Pattern(pattern) => format!("pattern {}", pattern.source()),
        Shape::Inline(literal) => format!("inline {literal}"),
    }
}
