//! What `rules check` finds: where, how bad, what, and what to do.
//!
//! The invariant: a finding is one line, and findings sort in the order of the files. Made by all checks.

use std::fmt;

use unchaff::{Problem, Rule, Shape};

use crate::talk::visible;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The pack does not do what it says.
    Error,
    /// The pack can be used, but a person should look.
    Warning,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The pack cannot be used.
    Broken,
    /// What can never act.
    Unreachable,
    /// What could be left out.
    Redundant,
    /// Two parts of the packs that cannot both be meant.
    Contradicting,
    /// A rule that matches ordinary text.
    TooBroad,
    /// A weight that the words do not bear.
    TooStrong,
}

/// Line and column, both counted from 1.
pub type Place = (usize, usize);

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Number of the pack, in the order in which packs were given.
    pub pack: usize,
    pub place: Place,
    pub severity: Severity,
    pub kind: Kind,
    pub file: String,
    pub message: String,
}

impl Finding {
    /// A problem that the pack reader found.
    pub fn of_problem(pack: usize, problem: &Problem) -> Self {
        let Problem { file, line, column, message } = problem.clone();
        Finding {
            pack,
            place: (line, column),
            severity: Severity::Error,
            kind: Kind::Broken,
            file,
            message,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { file, place: (line, column), message, .. } = self;
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let kind = match self.kind {
            Kind::Broken => "",
            Kind::Unreachable => "unreachable: ",
            Kind::Redundant => "redundant: ",
            Kind::Contradicting => "contradicting: ",
            Kind::TooBroad => "too broad: ",
            Kind::TooStrong => "too strong: ",
        };
        write!(f, "{file}:{line}:{column}: {severity}: {kind}{}", visible(message))
    }
}

/// A value as messages quote it: escaped as in a pack, and cut short. Combining marks stay as they are.
pub fn quoted(value: &str) -> String {
    let (value, end) = cut(value);
    let mut text = String::from('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    text + "\"" + end
}

/// The start of a value, and what shows that there is more of it.
fn cut(value: &str) -> (&str, &'static str) {
    const MAX_SHOWN: usize = 80;
    match value.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => (&value[..end], "…"),
        None => (value, ""),
    }
}

/// A shape as a pack writes it.
pub fn shown(shape: &Shape) -> String {
    match shape {
        Shape::Line(phrase) => format!("line {}", quoted(phrase)),
        Shape::Starts { phrase, .. } => format!("starts {}", quoted(phrase)),
        Shape::Ends { phrase, .. } => format!("ends {}", quoted(phrase)),
        Shape::Pattern(pattern) => {
            let (source, end) = cut(pattern.source());
            format!("pattern '{source}'{end}")
        }
        Shape::Inline(literal) => format!("inline {}", quoted(literal)),
        _ => "a shape".to_owned(),
    }
}

/// Where a shape of a rule stands, for messages about other rules.
pub fn origin(rule: &Rule, shape: usize) -> String {
    let (file, line) = rule.origin();
    let (line, column) = rule.shape_places().get(shape).copied().unwrap_or((line, 1));
    format!("{file}:{line}:{column}")
}
