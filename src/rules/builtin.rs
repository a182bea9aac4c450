//! The packs that come with the crate.
//!
//! The invariant: they have no problem; tests read them with every check, and run every example of every rule. Read once,
//! when first asked for.

use std::sync::OnceLock;

use super::pack::Pack;

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

/// The built-in packs, `core` first.
pub(crate) fn packs() -> &'static [Pack] {
    static PACKS: OnceLock<Vec<Pack>> = OnceLock::new();
    PACKS.get_or_init(|| {
        let parse = |(file, text)| match Pack::parse_checked(file, text) {
            Ok(pack) => pack,
            Err(error) => panic!("a built-in pack has problems:\n{error}"),
        };
        SOURCES.into_iter().map(parse).collect()
    })
}
