//! The packs that come with the crate.
//!
//! The invariant: they have no problem; tests read them with every check, and run every example of every rule. Cleaners use
//! their compiled form; the packs themselves are read when somebody asks for examples.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::pack::Pack;
use super::rule::Rule;

const SOURCES: [(&str, &str); 29] = [
    ("core.toml", include_str!("packs/core.toml")),
    ("en.toml", include_str!("packs/en.toml")),
    ("en-site.toml", include_str!("packs/en-site.toml")),
    ("ar.toml", include_str!("packs/ar.toml")),
    ("cs.toml", include_str!("packs/cs.toml")),
    ("de.toml", include_str!("packs/de.toml")),
    ("el.toml", include_str!("packs/el.toml")),
    ("es.toml", include_str!("packs/es.toml")),
    ("fa.toml", include_str!("packs/fa.toml")),
    ("fi.toml", include_str!("packs/fi.toml")),
    ("fr.toml", include_str!("packs/fr.toml")),
    ("hi.toml", include_str!("packs/hi.toml")),
    ("hu.toml", include_str!("packs/hu.toml")),
    ("id.toml", include_str!("packs/id.toml")),
    ("it.toml", include_str!("packs/it.toml")),
    ("ja.toml", include_str!("packs/ja.toml")),
    ("ko.toml", include_str!("packs/ko.toml")),
    ("nl.toml", include_str!("packs/nl.toml")),
    ("pl.toml", include_str!("packs/pl.toml")),
    ("pt.toml", include_str!("packs/pt.toml")),
    ("ro.toml", include_str!("packs/ro.toml")),
    ("ru.toml", include_str!("packs/ru.toml")),
    ("sq.toml", include_str!("packs/sq.toml")),
    ("sr.toml", include_str!("packs/sr.toml")),
    ("sv.toml", include_str!("packs/sv.toml")),
    ("tr.toml", include_str!("packs/tr.toml")),
    ("uk.toml", include_str!("packs/uk.toml")),
    ("vi.toml", include_str!("packs/vi.toml")),
    ("zh.toml", include_str!("packs/zh.toml")),
];

/// The built-in packs in the compiled form, prepared when the crate was built.
static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin.rules"));

impl Pack {
    /// The packs that come with the crate, the language-independent one first.
    ///
    /// They are read when this is first called; cleaners use a compiled form, and do not need them.
    #[must_use]
    pub fn builtin() -> &'static [Pack] {
        static PACKS: OnceLock<Vec<Pack>> = OnceLock::new();
        PACKS.get_or_init(|| {
            let parse = |(file, text)| match Pack::parse_checked(file, text) {
                Ok(pack) => pack,
                Err(error) => panic!("a built-in pack has problems:\n{error}"),
            };
            SOURCES.into_iter().map(parse).collect()
        })
    }
}

/// The compiled form of the built-in packs.
pub(crate) fn compiled() -> &'static [u8] {
    COMPILED
}

/// A built-in rule as it was read from its pack, with its examples.
pub(crate) fn original(id: &str) -> Option<&'static Rule> {
    static RULES: OnceLock<HashMap<&str, &Rule>> = OnceLock::new();
    let by_id =
        || Pack::builtin().iter().flat_map(Pack::rules).map(|rule| (rule.id(), rule)).collect();
    RULES.get_or_init(by_id).get(id).copied()
}
