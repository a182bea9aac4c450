//! Packs that are checked, and what is said of them.

#![allow(dead_code, reason = "each test file uses a part of it")]

use super::{Answer, Place, STORY, pack};

/// A field that makes the rule of `pack` a good one.
pub const LINE: &str = "line = [\"Open the kiosk\"]";

/// Checks a pack.
pub fn check(pack: impl AsRef<[u8]>) -> Answer {
    Place::with("mine.toml", pack).run(&["rules", "check", "mine.toml"])
}

/// The problems of an answer, each of which must have a place in the file.
#[track_caller]
pub fn problems(answer: &Answer) -> Vec<(usize, usize, String)> {
    let problem = |line: &str| {
        let parts: Vec<&str> = line.splitn(4, ':').collect();
        let place =
            (parts.get(1).and_then(|n| n.parse().ok()), parts.get(2).and_then(|n| n.parse().ok()));
        match (parts[0], place) {
            ("mine.toml", (Some(row), Some(column))) if parts.len() == 4 => {
                let message = parts[3].strip_prefix(" error: ").expect("a problem is an error");
                (row, column, message.to_owned())
            }
            _ => panic!("{line:?} is not mine.toml:line:column: error: message"),
        }
    };
    answer.text().lines().map(problem).collect()
}

/// A pack with one problem: it is found at this place, said in these words, nothing else is found, and `clean` refuses
/// the pack too.
#[track_caller]
pub fn has_one_problem(pack: impl AsRef<[u8]>, place: (usize, usize), words: &str) {
    let answer = check(pack.as_ref()).ended(1);
    let found = problems(&answer);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].2.contains(words), "{words:?} is not in {found:?}");
    assert_eq!((found[0].0, found[0].1), place, "{found:?}");
    let place = Place::with("mine.toml", pack);
    let clean = place.pipe(&["clean", "--pack", "mine.toml"], STORY);
    clean.said(2, "unchaff: mine.toml:").said(2, words).gave("");
}

/// A rule whose fields replace the good one: the problem stands in line 10, where they begin.
#[track_caller]
pub fn is_refused(fields: &str, column: usize, words: &str) {
    has_one_problem(pack(fields), (10, column), words);
}
