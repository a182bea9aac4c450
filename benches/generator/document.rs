//! Documents: articles with residue at their head, between their paragraphs and at their tail.
//!
//! The invariant: a document is one line or more, each ended by a line feed, without two blank lines in a row, and of
//! valid UTF-8. Shares are given in thousandths.

use super::Kind;
use super::language::{GRAMMARS, Vocabulary};
use super::learned;
use super::prose::{heading, paragraph, sentence};
use super::random::Random;
use super::residue::{self, HEAD_MARKERS, INLINE, PHRASES, Phrases, TAIL_MARKERS};

/// How often a document is written in each of the languages, for one byte in ten that is not ASCII.
const SHARES: [usize; 12] = [704, 80, 55, 45, 25, 29, 8, 8, 7, 17, 12, 10];

/// Writes documents one by one.
pub struct Writer {
    kind: Kind,
    random: Random,
    vocabularies: Vec<Vocabulary>,
    learned: Vec<String>,
}

impl Writer {
    pub fn new(kind: Kind, seed: u64) -> Writer {
        Writer {
            kind,
            random: Random::new(seed ^ 0x0B5E_55ED),
            vocabularies: GRAMMARS.into_iter().map(Vocabulary::new).collect(),
            learned: learned::lines(learned::IN_DOCUMENTS),
        }
    }

    pub fn document(&mut self) -> String {
        if self.kind == Kind::NearMiss {
            return self.near_misses();
        }
        let language = self.language();
        let mut article = Article {
            out: String::with_capacity(8 << 10),
            words: &self.vocabularies[language],
            phrases: residue::of(GRAMMARS[language].code),
            learned: &self.learned,
            random: &mut self.random,
            has_residue: self.kind != Kind::Body,
            has_gaps: false,
        };
        article.write();
        let mut text = article.out;
        let is_flat = match self.kind {
            Kind::Flattened => true,
            Kind::Body => false,
            _ => self.random.chance(10),
        };
        if is_flat {
            flatten(&mut text);
        }
        text
    }

    fn language(&mut self) -> usize {
        if self.kind == Kind::Unicode {
            return self.random.below(GRAMMARS.len());
        }
        let mut at = self.random.below(SHARES.iter().sum());
        SHARES
            .iter()
            .position(|&share| at.checked_sub(share).map(|rest| at = rest).is_none())
            .expect("the number lies below the sum")
    }

    /// A document of lines that look like residue and are none.
    fn near_misses(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.random.between(20, 60) {
            let language = if self.random.chance(700) { 0 } else { self.language() };
            let phrases = &PHRASES[language];
            let line = match self.random.below(10) {
                0..=2 => self.random.pick(&self.learned).as_str(),
                3 => self.random.pick(phrases.head),
                4 => self.random.pick(phrases.middle),
                5 => self.random.pick(&INLINE),
                _ => self.random.pick(phrases.tail),
            };
            near(&mut text, line, &self.vocabularies[language], &mut self.random);
            text.push('\n');
        }
        text
    }
}

/// Writes a line that differs a little from `line`, in one of seven ways.
fn near(out: &mut String, line: &str, words: &Vocabulary, random: &mut Random) {
    let chars: Vec<char> = line.chars().collect();
    let middle = chars.len() / 2;
    // A line of one character is varied by a word only.
    let way = if chars.len() < 3 { 3 + random.below(2) } else { random.below(7) };
    match way {
        // Another letter in the middle, of the same kind and length where there is one.
        0 | 1 => out.extend(chars.iter().enumerate().map(|(at, &c)| match c {
            'x' if at == middle => 'z',
            c if at == middle && c.is_ascii_alphabetic() => 'x',
            c if at == middle => char::from_u32(u32::from(c) ^ 1).unwrap_or(c),
            c => c,
        })),
        // The last letter is missing.
        2 => out.extend(&chars[..chars.len() - 1]),
        // One more word, at the end or at the start.
        3 => {
            out.push_str(line.trim_end_matches(['.', ':', '*']));
            out.push(' ');
            out.push_str(words.noun(random));
        }
        4 => {
            out.push_str(words.noun(random));
            out.push(' ');
            out.push_str(line);
        }
        // Two letters have changed places.
        5 => {
            let mut chars = chars;
            let at = random.below(chars.len() - 1);
            chars.swap(at, at + 1);
            out.extend(chars);
        }
        // It stands in a short sentence.
        _ => {
            sentence(out, words, 12, random);
            let at = out.len() - out.chars().next_back().map_or(0, char::len_utf8);
            out.insert_str(at, &format!(" {line}"));
        }
    }
}

/// Puts the whole document on one line.
fn flatten(text: &mut String) {
    let words: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    *text = words.join(" ") + "\n";
}

/// One article while it is written.
struct Article<'w> {
    out: String,
    words: &'w Vocabulary,
    phrases: &'static Phrases,
    learned: &'w [String],
    random: &'w mut Random,
    has_residue: bool,
    /// Blank lines stand between paragraphs.
    has_gaps: bool,
}

impl Article<'_> {
    fn write(&mut self) {
        self.has_gaps = self.random.chance(350);
        if self.has_residue && self.random.chance(200) {
            self.head();
        }
        heading(&mut self.out, self.words, 50, self.random);
        self.end_line();
        let lines = match self.random.below(10) {
            0..=2 => self.random.between(5, 15),
            3..=7 => self.random.between(15, 40),
            _ => self.random.between(40, 90),
        };
        for _ in 0..lines {
            self.body_line();
        }
        if self.has_residue && self.random.chance(410) {
            self.tail();
        }
    }

    fn end_line(&mut self) {
        self.out.push('\n');
        if self.has_gaps {
            self.out.push('\n');
        }
    }

    fn head(&mut self) {
        for _ in 0..self.random.between(0, 3) {
            let line = self.random.text(self.phrases.head);
            self.line(line);
        }
        if self.random.chance(500) {
            let line = self.random.text(&HEAD_MARKERS);
            self.line(line);
        }
    }

    fn tail(&mut self) {
        if self.random.chance(500) {
            let line = self.random.text(&TAIL_MARKERS);
            self.line(line);
        }
        for _ in 0..self.random.between(1, 5) {
            if self.random.chance(150) {
                let line = self.random.pick(self.learned);
                self.out.push_str(line);
                self.out.push('\n');
            } else {
                let line = self.random.text(self.phrases.tail);
                self.line(line);
            }
        }
    }

    /// A line of residue, sometimes dressed as lists and menus are.
    fn line(&mut self, line: &str) {
        let (before, after) = match self.random.below(40) {
            0 => ("• ", ""),
            1 => ("- ", ""),
            2 => ("  ", ""),
            3 => ("", " »"),
            4 => ("", "\u{A0}"),
            _ => ("", ""),
        };
        self.out.push_str(before);
        self.out.push_str(line);
        self.out.push_str(after);
        self.out.push('\n');
    }

    fn body_line(&mut self) {
        let random = &mut *self.random;
        let out = &mut self.out;
        match random.below(1000) {
            // Short: a heading, an item of a list, a short sentence, residue now and then.
            0..=56 => heading(out, self.words, random.between(8, 38), random),
            57..=82 => {
                out.push_str("- ");
                heading(out, self.words, random.between(8, 34), random);
            }
            83..=144 => sentence(out, self.words, random.between(12, 36), random),
            145..=151 if self.has_residue => {
                let line = random.text(self.phrases.middle);
                self.line(line);
                return;
            }
            // Medium: one sentence.
            145..=639 => paragraph(out, self.words, random.between(38, 116), random),
            // Long: a paragraph.
            _ => {
                let mut bytes = 118 + random.below(110) + random.below(110);
                if random.chance(220) {
                    bytes += random.below(500);
                }
                if random.chance(20) {
                    bytes += random.below(1500);
                }
                if self.has_residue && random.chance(12) {
                    paragraph(out, self.words, bytes / 2, random);
                    out.push(' ');
                    out.push_str(random.text(&INLINE));
                    out.push(' ');
                    bytes /= 2;
                }
                paragraph(out, self.words, bytes, random);
            }
        }
        self.end_line();
    }
}
