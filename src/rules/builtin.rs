//! The packs that come with the crate.
//!
//! The invariant: they have no problem; tests read them with every check, and run every example of every rule. Read once,
//! when first asked for.

use std::sync::OnceLock;

use super::pack::Pack;

const SOURCES: [(&str, &str); 2] =
    [("core.toml", include_str!("packs/core.toml")), ("en.toml", include_str!("packs/en.toml"))];

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
