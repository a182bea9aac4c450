//! Sentences, headings and paragraphs of a given length.
//!
//! The invariant: a line holds no line end, begins and ends with no space, and is about as long as asked.

use super::language::Vocabulary;
use super::random::Random;

/// Writes a heading of at most about `bytes`: words without a full stop.
pub fn heading(out: &mut String, words: &Vocabulary, bytes: usize, random: &mut Random) {
    let start = out.len();
    let titled = random.chance(400);
    loop {
        let word = if random.chance(300) { words.word(random) } else { words.noun(random) };
        let is_first = out.len() == start;
        if !is_first {
            if out.len() - start + word.len() + 1 > bytes {
                break;
            }
            out.push_str(words.grammar.space);
        }
        push_word(out, word, words.grammar.has_case && (is_first || titled));
    }
}

/// Writes sentences until about `bytes` are there.
pub fn paragraph(out: &mut String, words: &Vocabulary, bytes: usize, random: &mut Random) {
    let start = out.len();
    loop {
        let left = bytes.saturating_sub(out.len() - start);
        let wish = 35 + random.below(60) + random.below(70);
        // A rest that is too short for a sentence joins this one.
        let target = if left < wish + 30 { left } else { wish };
        sentence(out, words, target, random);
        if out.len() - start + 8 >= bytes {
            break;
        }
        out.push_str(words.grammar.space);
    }
}

/// Writes one sentence of about `bytes`.
pub fn sentence(out: &mut String, words: &Vocabulary, bytes: usize, random: &mut Random) {
    let grammar = words.grammar;
    let start = out.len();
    let is_speech = random.chance(60);
    if is_speech {
        out.push_str(grammar.quotes.0);
    }
    let mut is_first = true;
    let mut since_comma = 0;
    loop {
        let number = !is_first && random.chance(18);
        if number {
            push_number(out, random);
        } else {
            let word = words.word(random);
            let is_name = grammar.has_case && random.chance(45);
            push_word(out, word, grammar.has_case && (is_first || is_name));
        }
        is_first = false;
        since_comma += 1;
        if out.len() - start + 5 >= bytes {
            break;
        }
        match random.below(1000) {
            0..=70 if since_comma > 3 => {
                out.push_str(grammar.comma);
                since_comma = 0;
            }
            71..=76 => out.push_str(" –"),
            77..=82 if !grammar.space.is_empty() => {
                out.push('-');
                continue;
            }
            _ => {}
        }
        out.push_str(grammar.space);
    }
    match random.below(100) {
        0..=3 => out.push('?'),
        4..=5 => out.push('!'),
        6 => out.push('…'),
        _ => out.push_str(grammar.stop),
    }
    if is_speech {
        out.push_str(grammar.quotes.1);
    }
}

fn push_word(out: &mut String, word: &str, is_capital: bool) {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) if is_capital => {
            out.extend(first.to_uppercase());
            out.push_str(chars.as_str());
        }
        _ => out.push_str(word),
    }
}

fn push_number(out: &mut String, random: &mut Random) {
    let number = match random.below(4) {
        0 => format!("{}", random.between(1900, 2026)),
        1 => format!("{}", random.between(2, 99)),
        2 => format!("{},{:03}", random.between(1, 99), random.below(1000)),
        _ => format!("{}.{}", random.between(1, 40), random.below(10)),
    };
    out.push_str(&number);
}
