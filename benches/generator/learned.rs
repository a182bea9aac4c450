//! Lines that sites repeat on their pages: what learning finds by the million.
//!
//! The invariant: no line stands twice, whatever its case, and the first lines are the same however many are asked for.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::language::{ENGLISH, GRAMMARS, Vocabulary};
use super::random::Random;

/// How many of the first lines occur in generated documents.
pub const IN_DOCUMENTS: usize = 500;

/// The first `count` lines.
pub fn lines(count: usize) -> Vec<String> {
    let mut random = Random::new(0x51_7E5);
    let vocabularies = [
        Vocabulary::new(&ENGLISH),
        Vocabulary::new(GRAMMARS[1]),
        Vocabulary::new(GRAMMARS[2]),
        Vocabulary::new(GRAMMARS[5]),
    ];
    let mut seen = HashSet::with_capacity(count);
    let mut lines = Vec::with_capacity(count);
    while lines.len() < count {
        // Most sites are English here, as they are in crawls.
        let words = if random.chance(700) { &vocabularies[0] } else { random.pick(&vocabularies) };
        let line = line(words, &mut random);
        if seen.insert(line.to_lowercase()) {
            lines.push(line);
        }
    }
    lines
}

fn line(words: &Vocabulary, random: &mut Random) -> String {
    let name = |random: &mut Random| {
        let count = random.between(1, 3);
        let names: Vec<String> = (0..count).map(|_| capital(words.noun(random))).collect();
        names.join(" ")
    };
    let first = name(random);
    match random.below(12) {
        0 => format!("More stories from {first}"),
        1 => format!("Get the {first} newsletter every morning"),
        2 => format!("{first} Media Group {} {}", name(random), random.between(10, 99)),
        3 => format!("{first} | {} | {}", name(random), name(random)),
        4 => format!("Read all about {first} in our {} section", words.noun(random)),
        5 => format!("Follow {first} on our channel"),
        6 => format!("You are reading {first}, the voice of {}", name(random)),
        7 => format!("{first} » {} » {}", name(random), name(random)),
        8 => format!("Tip the editors of {first} a coffee"),
        9 => format!("Photo service of {first} and {}", name(random)),
        10 => format!("Member of the {first} network since {}", random.between(1980, 2025)),
        _ => format!("{first} {} {}", name(random), name(random)),
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// Texts as TOML writes them in a list.
pub fn quoted(texts: &[String]) -> String {
    let quoted = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    texts.iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// Lines a rule of a pack has.
const LINES_A_RULE: usize = 100;

/// Learned lines as a pack: one rule for each hundred lines.
pub fn pack(lines: &[String]) -> String {
    let mut pack = "[pack]\nid = \"learned\"\n".to_owned();
    for (number, lines) in lines.chunks(LINES_A_RULE).enumerate() {
        let (first, all) = (&lines[0], quoted(lines));
        let _ = write!(
            pack,
            "[[rule]]\nid = \"learned.r{number}\"\ncategory = \"navigation\"\nweight = \"likely\"\nat = \"tail\"\n\
             line = [{all}]\nremove = [\"The harbour froze.\\n[ad_2]\\n{first}\"]\nkeep = [\"The harbour froze.\"]\n"
        );
    }
    pack
}
