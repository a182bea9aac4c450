//! Stored rules: what the compiled form says of rules and exceptions, read one by one when somebody asks.
//!
//! Owners are numbered: first the rules, in the order of their ids, then the exceptions. Each has an entry of fixed size;
//! its phrases stand behind each other in the phrase records, everything else that it says in a list of texts. The
//! invariant: a stored rule is the rule that was compiled, save for its examples and the places of its shapes. Read by
//! the matchers.

use std::sync::{Arc, OnceLock};

use simdutf8::basic::from_utf8 as utf8;

use super::bytes::Section;
use super::error::CompiledError;
use super::records::{self, Owner};
use super::sections::Sections;
use super::texts::{Text, Texts};
use crate::rules::bounds::{Bounds, Ends};
use crate::rules::category::{Category, Edge, Weight};
use crate::rules::content::{Content, Originals};
use crate::rules::facts::Facts;
use crate::rules::pattern::Pattern;
use crate::rules::rule::{PatternShape, Rule, Shape};

/// Rules and exceptions in the compiled form.
#[derive(Debug)]
pub(crate) struct StoredRules {
    /// How many rules there are.
    rules: u32,
    /// How many rules and exceptions there are.
    owners: u32,
    entries: Section,
    ids: Section,
    records: Section,
    notes: Texts,
    files: Texts,
    languages: Texts,
    /// The shapes among the notes, and whose they are, read once: all cleaners share what its patterns compile to.
    others: OnceLock<Vec<(u32, Shape)>>,
}

/// Bytes of an entry: end of the id, word, start of the phrases, line in the file, 32 bits each, and the digest. One more
/// entry than there are owners ends the last one's phrases.
pub(crate) const ENTRY: usize = 24;

/// What a note says of its owner.
pub(crate) mod note {
    pub(crate) const STARTS: u32 = 0;
    pub(crate) const ENDS: u32 = 1;
    pub(crate) const PATTERN: u32 = 2;
    /// A literal of the pattern before it.
    pub(crate) const LITERAL: u32 = 3;
    pub(crate) const INLINE: u32 = 4;
    pub(crate) const SITE: u32 = 5;
    /// The id of a rule that an exception holds against.
    pub(crate) const SPARES: u32 = 6;
    /// What the pattern before it begins with.
    pub(crate) const HEADS: u32 = 7;
    /// What the pattern before it ends with.
    pub(crate) const TAILS: u32 = 8;
}

/// The names of the lists of texts.
pub(crate) const NOTES: [&str; 2] = ["notes", "notes.text"];
pub(crate) const FILES: [&str; 2] = ["files", "files.text"];
pub(crate) const LANGUAGES: [&str; 2] = ["languages", "languages.text"];

/// What an entry's word says: how the owner counts, whether it is for certain sites, and its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub facts: Facts,
    pub has_sites: bool,
    /// The place of its language in the list of languages, plus one; 0 for none.
    pub language: u32,
}

impl Word {
    pub(crate) fn encode(self) -> u32 {
        let Facts {
            category,
            weight,
            edge,
            is_affix,
            counts_once,
            is_repeated,
            stands_alone,
            has_inline,
        } = self.facts;
        let place = |found: Option<usize>| found.map_or(0, |at| at as u32);
        let flags = [is_affix, counts_once, is_repeated, stands_alone, has_inline, self.has_sites];
        let flags = flags.iter().rev().fold(0, |bits, &flag| bits << 1 | u32::from(flag));
        place(Category::ALL.iter().position(|&one| one == category))
            | place(Weight::ALL.iter().position(|&one| one == weight)) << 8
            | place(Edge::ALL.iter().position(|&one| one == edge)) << 10
            | flags << 12
            | self.language << 20
    }

    #[inline]
    pub(crate) fn decode(word: u32) -> Option<Self> {
        let flag = |bit: u32| word >> (12 + bit) & 1 != 0;
        let facts = Facts {
            category: *Category::ALL.get((word & 0xFF) as usize)?,
            weight: *Weight::ALL.get((word >> 8 & 3) as usize)?,
            edge: *Edge::ALL.get((word >> 10 & 3) as usize)?,
            is_affix: flag(0),
            counts_once: flag(1),
            is_repeated: flag(2),
            stands_alone: flag(3),
            has_inline: flag(4),
        };
        Some(Word { facts, has_sites: flag(5), language: word >> 20 })
    }
}

/// Most languages that a word can tell apart.
pub(crate) const MAX_LANGUAGES: usize = (1 << 12) - 1;

impl StoredRules {
    pub(crate) fn open(
        sections: &Sections,
        rules: u32,
        exceptions: u32,
    ) -> Result<Self, CompiledError> {
        let entries = sections.get("rules")?;
        let owners = rules.checked_add(exceptions).filter(|&owners| {
            (owners as usize).checked_add(1).and_then(|entries| entries.checked_mul(ENTRY))
                == Some(entries.len())
        });
        Ok(StoredRules {
            rules,
            owners: owners
                .ok_or_else(|| CompiledError::damaged("it has not as many rules as it says"))?,
            entries,
            ids: sections.get("ids")?,
            records: sections.get("records")?,
            notes: Texts::open(sections, NOTES)?,
            files: Texts::open(sections, FILES)?,
            languages: Texts::open(sections, LANGUAGES)?,
            others: OnceLock::new(),
        })
    }

    /// How many rules there are: the owners from 0.
    pub(crate) fn rules(&self) -> u32 {
        self.rules
    }

    /// How many rules and exceptions there are.
    pub(crate) fn owners(&self) -> u32 {
        self.owners
    }

    fn number(&self, owner: u32, which: usize) -> Option<u32> {
        self.entries.u32(owner as usize * (ENTRY / 4) + which)
    }

    /// The id of a rule.
    pub(crate) fn id(&self, rule: u32) -> &str {
        let start = rule.checked_sub(1).map_or(Some(0), |before| self.number(before, 0));
        let range =
            start.zip(self.number(rule, 0)).map(|(start, end)| start as usize..end as usize);
        let id = range.and_then(|range| self.ids.get(range));
        id.and_then(|id| std::str::from_utf8(id).ok()).unwrap_or_default()
    }

    /// The rule of an id.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        let at = self.first_not_before(0, id);
        (at < self.rules && self.id(at) == id).then_some(at)
    }

    /// The first rule, counted from one whose id is smaller, whose id is not. Looks near the start first.
    pub(crate) fn first_not_before(&self, from: u32, id: &str) -> u32 {
        let (mut low, mut step) = (from, 1);
        while low < self.rules && self.rules - low > step && self.id(low + step) < id {
            low += step;
            step = step.saturating_mul(2);
        }
        let mut high = self.rules.min(low.saturating_add(step).saturating_add(1));
        while low < high {
            let middle = low.midpoint(high);
            if self.id(middle) < id { low = middle + 1 } else { high = middle }
        }
        low
    }

    #[inline]
    pub(crate) fn word(&self, owner: u32) -> Word {
        const NOTHING: Word = Word {
            facts: Facts {
                category: Category::Widget,
                weight: Weight::Weak,
                edge: Edge::Any,
                is_affix: false,
                counts_once: false,
                is_repeated: false,
                stands_alone: false,
                has_inline: false,
            },
            has_sites: false,
            language: 0,
        };
        self.number(owner, 1).and_then(Word::decode).unwrap_or(NOTHING)
    }

    /// A hash of everything in an owner that decides what is removed.
    pub(crate) fn digest(&self, owner: u32) -> u64 {
        self.entries.u64(owner as usize * (ENTRY / 8) + 2).unwrap_or_default()
    }

    /// The languages of the rules.
    pub(crate) fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.iter().map(|language| language.text)
    }

    pub(crate) fn language(&self, owner: u32) -> Option<&str> {
        let at = self.word(owner).language.checked_sub(1)?;
        self.languages.get(at as usize).map(|language| language.text)
    }

    fn notes(&self, owner: u32, kind: u32) -> impl Iterator<Item = &str> {
        self.notes.of(owner).filter(move |note| note.kind == kind).map(|note| note.text)
    }

    /// The hosts that an owner is for; none for every host.
    pub(crate) fn sites(&self, owner: u32) -> impl Iterator<Item = &str> {
        self.notes(owner, note::SITE)
    }

    /// The ids of the rules that an exception holds against; none for all rules.
    pub(crate) fn spared(&self, exception: u32) -> impl Iterator<Item = &str> {
        self.notes(exception, note::SPARES)
    }

    /// The file and the line that an owner was read from.
    pub(crate) fn origin(&self, owner: u32) -> (&str, usize) {
        let file = self.files.last_up_to(owner).map_or("", |file| file.text);
        (file, self.number(owner, 3).unwrap_or_default() as usize)
    }

    /// Where an owner's phrases stand in the records.
    fn lines(&self, owner: u32) -> (usize, usize) {
        let start = |owner| self.number(owner, 2).unwrap_or_default() as usize;
        (start(owner), start(owner + 1))
    }

    /// Whether an owner has a shape.
    pub(crate) fn has_shapes(&self, owner: u32) -> bool {
        let (from, to) = self.lines(owner);
        from < to || self.notes.of(owner).any(|note| note.kind <= note::INLINE)
    }

    /// What an owner matches, whole lines first.
    pub(crate) fn shapes(&self, owner: u32) -> Vec<Shape> {
        let (from, to) = self.lines(owner);
        let lines = records::all(&self.records, from, to)
            .map(|(_, record)| Shape::Line(String::from_utf8_lossy(record.phrase).into_owned()));
        let others = self.other_shapes();
        let others = &others[others.partition_point(|(other, _)| *other < owner)..];
        let others = others.iter().take_while(|(other, _)| *other == owner);
        lines.chain(others.map(|(_, shape)| shape.clone())).collect()
    }

    /// Every shape that is not a whole line, and whose it is; owners rise.
    pub(crate) fn other_shapes(&self) -> &[(u32, Shape)] {
        self.others.get_or_init(|| shapes_of(self.notes.iter()).collect())
    }

    /// A rule, whose shapes are read when somebody asks for them.
    pub(crate) fn rule(self: &Arc<Self>, at: u32, originals: Option<Originals>) -> Rule {
        let (file, line) = self.origin(at);
        Rule {
            id: self.id(at).to_owned(),
            facts: self.word(at).facts,
            language: self.language(at).map(str::to_owned),
            sites: self.sites(at).map(str::to_owned).collect(),
            content: Content::stored(Arc::clone(self), at, originals),
            file: file.into(),
            line,
        }
    }

    /// Whether everything is as it was written, as far as it can be seen: asked of bytes that come from anywhere.
    pub(crate) fn check(&self) -> Result<(), CompiledError> {
        let damaged = |what| Err(CompiledError::damaged(what));
        self.notes.check(self.owners)?;
        self.files.check(self.owners)?;
        self.languages.check(u32::MAX)?;
        let (Ok(_), Ok(ids)) = (utf8(&self.records), utf8(&self.ids)) else {
            return damaged("its phrases are not UTF-8");
        };
        let (mut last_id, mut id_start, mut line_start) = ("", 0, 0);
        for owner in 0..self.owners {
            let word = self.number(owner, 1).and_then(Word::decode);
            let is_known = |word: Word| word.language as usize <= self.languages.len();
            if !word.is_some_and(is_known) {
                return damaged("a rule has a category, weight or language that is unknown");
            }
            let id_end = self.number(owner, 0).unwrap_or_default() as usize;
            if owner < self.rules {
                let Some(id) = ids.get(id_start..id_end).filter(|&id| id > last_id) else {
                    return damaged("the ids of its rules are out of order");
                };
                (last_id, id_start) = (id, id_end);
            }
            let (from, to) = self.lines(owner);
            if from != line_start || to < from || to > self.records.len() {
                return damaged("its phrases are out of order");
            }
            line_start = to;
        }
        if line_start != self.records.len() {
            return damaged("it has phrases without a rule");
        }
        self.check_notes()
    }

    fn check_notes(&self) -> Result<(), CompiledError> {
        let mut before = None;
        for Text { owner, kind, text, .. } in self.notes.iter() {
            let is_sound = match kind {
                note::STARTS | note::ENDS => text.len() >= 3,
                note::PATTERN | note::SITE | note::INLINE => !text.is_empty(),
                note::LITERAL => !text.is_empty() && before == Some(owner),
                note::HEADS | note::TAILS => before == Some(owner),
                note::SPARES => owner >= self.rules,
                _ => false,
            };
            if !is_sound {
                return Err(CompiledError::damaged("a rule says what no rule can say"));
            }
            before = matches!(kind, note::PATTERN | note::LITERAL).then_some(owner);
        }
        Ok(())
    }

    /// Whether a record of an owner's phrases says so itself.
    pub(crate) fn check_records(
        &self,
        mut is_list: impl FnMut(u32, u32) -> bool,
        mut each: impl FnMut(usize, &[u8]),
    ) -> Result<(), CompiledError> {
        let wrong = || CompiledError::damaged("a phrase does not say whose it is");
        let mut at = 0;
        for owner in 0..self.owners {
            let (_, to) = self.lines(owner);
            while at < to {
                let record = records::read(&self.records, at).filter(|record| record.end <= to);
                let record = record.ok_or_else(wrong)?;
                let is_owned = match record.owner {
                    Owner::One(one) | Owner::Repeated(one) => one == owner,
                    Owner::List(place) => is_list(place, owner),
                };
                if !is_owned {
                    return Err(wrong());
                }
                if !matches!(record.owner, Owner::Repeated(_)) {
                    each(at, record.phrase);
                }
                at = record.end;
            }
        }
        Ok(())
    }
}

/// The shapes among notes, and whose they are.
fn shapes_of<'n>(notes: impl Iterator<Item = Text<'n>>) -> impl Iterator<Item = (u32, Shape)> {
    let mut notes = notes.peekable();
    std::iter::from_fn(move || {
        loop {
            let Text { owner, kind, number, text } = notes.next()?;
            let (phrase, max_words) = (text.to_owned(), number as usize);
            let shape = match kind {
                note::STARTS => Shape::Starts { phrase, max_words },
                note::ENDS => Shape::Ends { phrase, max_words },
                note::INLINE => Shape::Inline(phrase),
                note::PATTERN => {
                    let mut literals = Vec::new();
                    while let Some(note) = notes.next_if(|note| note.kind == note::LITERAL) {
                        literals.push(note.text.to_owned());
                    }
                    let ends = notes.next_if(|one| matches!(one.kind, note::HEADS | note::TAILS));
                    let bounds = ends.map_or(Bounds::Free, |ends| {
                        let is_head = ends.kind == note::HEADS;
                        let ends = Ends::stored(ends.text);
                        if is_head { Bounds::Heads(ends) } else { Bounds::Tails(ends) }
                    });
                    let pattern = Pattern::checked_before(phrase, literals, bounds);
                    Shape::Pattern(PatternShape(pattern))
                }
                _ => continue,
            };
            return Some((owner, shape));
        }
    })
}
