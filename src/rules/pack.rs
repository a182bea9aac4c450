//! Packs: TOML files of rules and exceptions.
//!
//! The invariant: a `Pack` that exists has no problem that can be seen without matching; whoever builds a cleaner from
//! it needs no further checks of single rules. Called by whoever loads packs and by the built-in packs.

use std::collections::HashMap;

use toml::de::DeTable;

use super::category::{Category, Edge, Weight};
use super::check;
use super::pattern::Pattern;
use super::problem::{PackError, Problems};
use super::rule::{Exception, PatternShape, Rule, Shape};
use super::toml::{Table, Text};
use crate::text::fold::fold_phrase;

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
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut problems = Problems::new(file, text);
        let (root, syntax) = DeTable::parse_recoverable(text);
        for error in &syntax {
            let message = error.message().replace('\n', ", ");
            problems.add(error.span().map_or(0, |span| span.start), message);
        }
        let root_span = root.span();
        let mut table = Table::new("pack file", root_span, root.get_ref(), &mut problems);
        let pack = read_pack(&mut table, file);
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
}

fn read_pack(root: &mut Table<'_, '_, '_>, file: &str) -> Pack {
    let mut pack =
        Pack { id: String::new(), language: None, rules: Vec::new(), exceptions: Vec::new() };
    match root.table("pack") {
        Some((span, fields)) => {
            let mut header = Table::new("pack", span, fields, root.problems());
            pack.id = header.required("id").map(|id| id.value).unwrap_or_default();
            pack.language = header.optional("language").map(|language| language.value);
            for key in ["title", "license", "homepage"] {
                header.optional(key);
            }
            header.finish();
        }
        None => root.problems().add(0, "the file has no [pack] with an `id`"),
    }
    let mut seen = Seen::default();
    for (span, fields) in root.tables("rule") {
        let mut table = Table::new("rule", span, fields, root.problems());
        pack.rules.extend(read_rule(&mut table, &pack, file, &mut seen));
        table.finish();
    }
    for (span, fields) in root.tables("keep") {
        let mut table = Table::new("keep", span, fields, root.problems());
        pack.exceptions.extend(read_exception(&mut table, file));
        table.finish();
    }
    if pack.rules.is_empty() && pack.exceptions.is_empty() && root.problems().is_empty() {
        root.problems().add(0, "the pack has neither a [[rule]] nor a [[keep]]");
    }
    pack
}

/// What was already said in this pack, and on which line.
#[derive(Default)]
struct Seen {
    ids: HashMap<String, usize>,
    phrases: HashMap<String, usize>,
}

impl Seen {
    fn note(
        seen: &mut HashMap<String, usize>,
        key: String,
        text: &Text,
        problems: &mut Problems<'_>,
    ) {
        let (line, _) = problems.place(text.at);
        if let Some(first) = seen.insert(key, line) {
            let message = format!("{:?} was already said on line {first}", text.value);
            problems.add(text.at, message);
        }
    }
}

fn read_rule(
    table: &mut Table<'_, '_, '_>,
    pack: &Pack,
    file: &str,
    seen: &mut Seen,
) -> Option<Rule> {
    let id = table.required("id");
    if let Some(id) = &id {
        check::rule_id(id, &pack.id, table.problems());
        Seen::note(&mut seen.ids, id.value.clone(), id, table.problems());
    }
    let category = table.required("category");
    let category = table.word(category, Category::from_name, &Category::ALL.map(Category::name));
    let weight = table.required("weight");
    let weight = table.word(
        weight,
        |name| Weight::ALL.into_iter().find(|weight| weight.name() == name),
        &Weight::ALL.map(Weight::name),
    );
    const EDGES: [Edge; 3] = [Edge::Any, Edge::Head, Edge::Tail];
    let edge = table.optional("at");
    let edge = table.word(
        edge,
        |name| EDGES.into_iter().find(|edge| edge.name() == name),
        &EDGES.map(Edge::name),
    );
    let is_affix = table.flag("affix");
    let sites = read_sites(table);
    let shapes = read_shapes(table, Some(&mut seen.phrases));
    table.optional("note");
    let remove = table.list("remove");
    let keep = table.list("keep");
    for (key, examples) in [("remove", &remove), ("keep", &keep)] {
        if examples.is_empty() {
            let message = format!("the rule has no `{key}` example; give at least one document");
            let at = table.at();
            table.problems().add(at, message);
        }
    }
    let at = table.at();
    let (line, _) = table.problems().place(at);
    let values = |texts: Vec<Text>| texts.into_iter().map(|text| text.value).collect();
    Some(Rule {
        id: id?.value,
        category: category?,
        weight: weight?,
        edge: edge.unwrap_or_default(),
        is_affix,
        language: pack.language.clone(),
        sites,
        shapes,
        remove: values(remove),
        keep: values(keep),
        file: file.to_owned(),
        line,
    })
}

fn read_exception(table: &mut Table<'_, '_, '_>, file: &str) -> Option<Exception> {
    let shapes = read_shapes(table, None);
    let rules: Vec<String> = table.list("rule").into_iter().map(|text| text.value).collect();
    let sites = read_sites(table);
    table.optional("note");
    let at = table.at();
    if shapes.iter().any(|shape| matches!(shape, Shape::Inline(_))) {
        table.problems().add(at, "a keep cannot be `inline`; name the rule it holds against");
    }
    if shapes.is_empty() && rules.is_empty() {
        let message = "the keep says neither what stays (`line`, `starts`, `ends`, `pattern`) nor which `rule` is meant";
        table.problems().add(at, message);
    }
    let (line, _) = table.problems().place(at);
    Some(Exception { shapes, rules, sites, origin: (file.to_owned(), line) })
}

fn read_sites(table: &mut Table<'_, '_, '_>) -> Vec<String> {
    let sites = table.list("sites");
    for site in &sites {
        check::site(site, table.problems());
    }
    sites.into_iter().map(|site| site.value.to_lowercase()).collect()
}

/// Reads the shapes of a rule (which must have one) or of a keep.
fn read_shapes(
    table: &mut Table<'_, '_, '_>,
    mut seen: Option<&mut HashMap<String, usize>>,
) -> Vec<Shape> {
    let max_words = table.count("max_words");
    let mut shapes = Vec::new();
    let mut named = false;
    for key in ["line", "starts", "ends", "pattern", "inline"] {
        named |= table.has(key);
        for text in table.list(key) {
            let shape = read_shape(key, &text, max_words, table);
            if let (Some(shape), Some(seen)) = (&shape, seen.as_deref_mut()) {
                Seen::note(seen, format!("{key} {}", phrase_of(shape)), &text, table.problems());
            }
            shapes.extend(shape);
        }
    }
    let at = table.at();
    if !named && seen.is_some() {
        table.problems().add(at, "the rule says nothing to match: give `line`, `starts`, `ends`, `pattern` or `inline`");
    }
    let is_affixed = shapes.iter().any(|s| matches!(s, Shape::Starts { .. } | Shape::Ends { .. }));
    if max_words.is_some() && named && !shapes.is_empty() && !is_affixed {
        table.problems().add(at, "`max_words` belongs to `starts` and `ends`; there is none");
    }
    shapes
}

fn read_shape(
    key: &str,
    text: &Text,
    max_words: Option<usize>,
    table: &mut Table<'_, '_, '_>,
) -> Option<Shape> {
    let problems = table.problems();
    if key == "inline" {
        return check::inline(text, problems).then(|| Shape::Inline(text.value.clone()));
    }
    if key == "pattern" {
        let pattern = match Pattern::new(&text.value) {
            Ok(pattern) => pattern,
            Err(message) => {
                problems.add(text.at, message);
                return None;
            }
        };
        let shape = Shape::Pattern(PatternShape(pattern));
        return check::breadth(&shape, text, problems).then_some(shape);
    }
    let phrase = fold_phrase(&text.value);
    if !check::phrase(&phrase, text, problems) {
        return None;
    }
    let shape = match key {
        "line" => return Some(Shape::Line(phrase)),
        _ if phrase.len() < 3 => {
            problems.add(text.at, "a phrase of fewer than 3 bytes begins or ends too many lines");
            return None;
        }
        _ => {
            let Some(max_words) = max_words else {
                problems.add(text.at, format!("`{key}` needs `max_words`, the most words of the whole line"));
                return None;
            };
            match key {
                "starts" => Shape::Starts { phrase, max_words },
                _ => Shape::Ends { phrase, max_words },
            }
        }
    };
    check::breadth(&shape, text, problems).then_some(shape)
}

fn phrase_of(shape: &Shape) -> &str {
    match shape {
        Shape::Line(phrase) | Shape::Starts { phrase, .. } | Shape::Ends { phrase, .. } => phrase,
        Shape::Pattern(pattern) => pattern.source(),
        Shape::Inline(literal) => literal,
    }
}
