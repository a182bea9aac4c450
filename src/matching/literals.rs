//! How literals are searched for.
//!
//! The invariant: whatever the literals, the search takes a few megabytes at most beside them. Asked by whoever has patterns
//! that can only be told by what they contain.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

/// Most bytes of literals for which there is a table with a row for each: fast, but a row may take a kilobyte.
const MAX_DENSE_BYTES: usize = 8 << 10;

/// What builds a search for literals.
pub(super) fn search_of(literals: &[impl AsRef<str>]) -> AhoCorasickBuilder {
    let bytes = literals.iter().fold(0, |sum: usize, literal| {
        // A literal of no bytes is one, too.
        sum.saturating_add(literal.as_ref().len().max(1))
    });
    let kind = match bytes <= MAX_DENSE_BYTES {
        true => AhoCorasickKind::DFA,
        false => AhoCorasickKind::ContiguousNFA,
    };
    let mut search = AhoCorasick::builder();
    search.kind(Some(kind));
    search
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_few_literals_have_a_table() {
        let kind =
            |literals: &[String]| search_of(literals).build(literals).map(|search| search.kind());
        let few: Vec<String> = (0..500).map(|n| format!("tide table {n}")).collect();
        assert_eq!(kind(&few).expect("it is built"), AhoCorasickKind::DFA);
        let long = ["tide ".repeat(10_000)];
        assert_eq!(kind(&long).expect("it is built"), AhoCorasickKind::ContiguousNFA);
    }
}
