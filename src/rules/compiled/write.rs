//! Writes what rules and exceptions say of themselves into the compiled form.
//!
//! The invariant: the same rules and exceptions in the same order become the same bytes. Called by the compiler of rule
//! sets, which writes the phrases.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::TooLarge;
use super::sections::SectionsWriter;
use super::stored::{FILES, LANGUAGES, MAX_LANGUAGES, NOTES, Word, note};
use super::texts::{Text, TextsWriter};
use crate::rules::bounds::Bounds;
use crate::rules::category::{Category, Edge, Weight};
use crate::rules::facts::Facts;
use crate::rules::rule::{Exception, Rule, Shape};

/// Writes all but the phrases. `lines` says where each owner's phrases start, and where the last one's end.
///
/// # Errors
///
/// When texts or languages are more than the form can count.
pub(crate) fn write(
    writer: &mut SectionsWriter,
    rules: &[Rule],
    exceptions: &[Exception],
    lines: &[u32],
) -> Result<(), TooLarge> {
    let mut all = Owners { languages: languages(rules, exceptions)?, ..Owners::default() };
    for rule in rules {
        let text =
            Said { file: &rule.file, sites: &rule.sites, spared: &[], shapes: rule.shapes() };
        all.ids.push_str(rule.id());
        let word = all.word(rule.facts, rule.language(), &rule.sites);
        all.push(word, rule.line, digest(rule), &text, lines)?;
    }
    for exception in exceptions {
        let text = Said {
            file: &exception.origin.0,
            sites: &exception.sites,
            spared: &exception.rules,
            shapes: exception.shapes(),
        };
        let word = all.word(NO_FACTS, exception.language.as_deref(), &exception.sites);
        all.push(word, exception.origin.1, exception_digest(exception), &text, lines)?;
    }
    all.finish(writer, lines)
}

/// An exception does not count.
const NO_FACTS: Facts = Facts {
    category: Category::Widget,
    weight: Weight::Weak,
    edge: Edge::Any,
    is_affix: false,
    counts_once: false,
    is_repeated: false,
    stands_alone: false,
    has_inline: false,
};

fn languages(rules: &[Rule], exceptions: &[Exception]) -> Result<Vec<String>, TooLarge> {
    let languages = rules.iter().filter_map(Rule::language);
    let languages = languages.chain(exceptions.iter().filter_map(|one| one.language.as_deref()));
    let languages: std::collections::BTreeSet<&str> = languages.collect();
    if languages.len() > MAX_LANGUAGES {
        return Err(TooLarge);
    }
    Ok(languages.into_iter().map(str::to_owned).collect())
}

/// What an owner says in words.
struct Said<'r> {
    file: &'r str,
    sites: &'r [String],
    spared: &'r [String],
    shapes: &'r [Shape],
}

/// The owners that were written.
#[derive(Default)]
struct Owners {
    entries: Vec<u8>,
    count: u32,
    ids: String,
    notes: TextsWriter,
    files: TextsWriter,
    last_file: Option<String>,
    languages: Vec<String>,
}

impl Owners {
    fn word(&self, facts: Facts, language: Option<&str>, sites: &[String]) -> Word {
        let at = language.and_then(|language| {
            self.languages.binary_search_by(|other| other.as_str().cmp(language)).ok()
        });
        let language = at.map_or(0, |at| at as u32 + 1);
        Word { facts, has_sites: !sites.is_empty(), language }
    }

    fn push(
        &mut self,
        word: Word,
        line: usize,
        digest: u64,
        said: &Said<'_>,
        lines: &[u32],
    ) -> Result<(), TooLarge> {
        let owner = self.count;
        self.entry(word.encode(), lines[owner as usize], line, digest)?;
        self.count += 1;
        if self.last_file.as_deref() != Some(said.file) {
            self.files.push(Text { owner, kind: 0, number: 0, text: said.file })?;
            self.last_file = Some(said.file.to_owned());
        }
        for shape in said.shapes {
            self.shape(owner, shape)?;
        }
        for (kind, texts) in [(note::SITE, said.sites), (note::SPARES, said.spared)] {
            for text in texts {
                self.notes.push(Text { owner, kind, number: 0, text })?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, word: u32, lines: u32, line: usize, digest: u64) -> Result<(), TooLarge> {
        let id_end = u32::try_from(self.ids.len()).map_err(|_| TooLarge)?;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        for number in [id_end, word, lines, line] {
            self.entries.extend(number.to_le_bytes());
        }
        self.entries.extend(digest.to_le_bytes());
        Ok(())
    }

    fn shape(&mut self, owner: u32, shape: &Shape) -> Result<(), TooLarge> {
        let words = |max_words: usize| u32::try_from(max_words).unwrap_or(u32::MAX);
        let (kind, number, text) = match shape {
            Shape::Line(_) => return Ok(()),
            Shape::Starts { phrase, max_words } => (note::STARTS, words(*max_words), phrase),
            Shape::Ends { phrase, max_words } => (note::ENDS, words(*max_words), phrase),
            Shape::Inline(literal) => (note::INLINE, 0, literal),
            Shape::Pattern(pattern) => {
                let text = pattern.source();
                self.notes.push(Text { owner, kind: note::PATTERN, number: 0, text })?;
                for text in pattern.0.literals() {
                    self.notes.push(Text { owner, kind: note::LITERAL, number: 0, text })?;
                }
                let (kind, ends) = match pattern.0.bounds() {
                    Bounds::Heads(heads) => (note::HEADS, heads),
                    Bounds::Tails(tails) => (note::TAILS, tails),
                    Bounds::Free => return Ok(()),
                };
                self.notes.push(Text { owner, kind, number: 0, text: ends.as_str() })?;
                return Ok(());
            }
        };
        self.notes.push(Text { owner, kind, number, text })
    }

    fn finish(mut self, writer: &mut SectionsWriter, lines: &[u32]) -> Result<(), TooLarge> {
        self.entry(0, lines[self.count as usize], 0, 0)?;
        writer.add("rules", self.entries);
        writer.add("ids", self.ids.into_bytes());
        self.notes.finish(writer, NOTES);
        self.files.finish(writer, FILES);
        let mut languages = TextsWriter::default();
        for (owner, text) in (0..).zip(&self.languages) {
            languages.push(Text { owner, kind: 0, number: 0, text })?;
        }
        languages.finish(writer, LANGUAGES);
        Ok(())
    }
}

/// A hash of everything in a rule that decides what is removed.
fn digest(rule: &Rule) -> u64 {
    let Facts {
        category,
        weight,
        edge,
        is_affix,
        counts_once,
        is_repeated,
        stands_alone,
        has_inline: _,
    } = rule.facts;
    let flags =
        [is_affix, counts_once, is_repeated, stands_alone].map(|flag| if flag { "1" } else { "0" });
    let words = [rule.id(), category.name(), weight.name(), edge.name()].into_iter();
    let words = words.chain(flags).chain([rule.language().unwrap_or("")]);
    hash(words.chain(rule.sites.iter().map(String::as_str)), rule.shapes())
}

/// A hash of everything in an exception that decides what is kept.
pub(crate) fn exception_digest(exception: &Exception) -> u64 {
    let lists = [&exception.rules, &exception.sites];
    let words = lists.into_iter().flat_map(|list| list.iter().map(String::as_str).chain([""]));
    hash(["keep"].into_iter().chain(words), exception.shapes())
}

/// A hash of words in this order and of shapes in any.
fn hash<'w>(words: impl Iterator<Item = &'w str>, shapes: &[Shape]) -> u64 {
    let mut text = Vec::new();
    for word in words {
        text.extend_from_slice(word.as_bytes());
        text.push(b'\n');
    }
    let sum = shapes.iter().fold(0_u64, |sum, shape| sum.wrapping_add(shape_hash(shape)));
    text.extend(sum.to_le_bytes());
    text.extend((shapes.len() as u64).to_le_bytes());
    xxh3_64(&text)
}

fn shape_hash(shape: &Shape) -> u64 {
    let (kind, number, text) = match shape {
        Shape::Line(phrase) => (0, 0, phrase.as_str()),
        Shape::Starts { phrase, max_words } => (1, *max_words, phrase.as_str()),
        Shape::Ends { phrase, max_words } => (2, *max_words, phrase.as_str()),
        Shape::Pattern(pattern) => (3, 0, pattern.source()),
        Shape::Inline(literal) => (4, 0, literal.as_str()),
    };
    xxh3_64_with_seed(text.as_bytes(), (number as u64) << 3 | kind)
}
