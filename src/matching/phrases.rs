//! The phrase table: which owners a whole folded line has.
//!
//! Open addressing over flat arrays, used where they lie in a buffer: a slot holds half of a phrase's hash and the place
//! of its record. The invariant: a phrase is found only if the stored one equals it, byte for byte, so that neither a
//! collision nor a damaged table can ever let it stand for another. Asked by the index for every line that passes its
//! gates; looking up allocates nothing.

use std::collections::HashMap;

use xxhash_rust::xxh3::{Xxh3Builder, xxh3_64};

use crate::rules::compiled::TooLarge;
use crate::rules::compiled::bytes::Section;
use crate::rules::compiled::error::CompiledError;
use crate::rules::compiled::records::{self, MAX_PHRASE, Owner, Record};
use crate::rules::compiled::stored::StoredRules;
use crate::text::number::NUMBER;

/// Slots for each phrase: half of them stay empty, so that most searches end at the first or second.
const SLOTS_PER_PHRASE: usize = 2;
/// Bytes of a slot: the lower half of the hash, and the place of the record plus one; all zero when it is empty.
const SLOT: usize = 8;

/// Finds the owners of phrases.
#[derive(Clone, Debug)]
pub(crate) struct PhraseTable {
    records: Section,
    slots: Section,
    /// Lists of owners, each behind its length.
    lists: Section,
    info: TableInfo,
}

/// What is known of a table as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableInfo {
    /// How many phrases there are, those of several owners counted once.
    pub phrases: u32,
    /// Length of the longest, in bytes.
    pub longest: u32,
    /// Whether `{n}` stands in one.
    pub has_numbers: bool,
}

/// Whose a phrase is: one owner or more, in the order in which they were added.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owners<'t> {
    One(Option<u32>),
    Several(&'t [[u8; 4]]),
}

impl Iterator for Owners<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        match self {
            Owners::One(owner) => owner.take(),
            Owners::Several(list) => list.split_off_first().map(|bytes| u32::from_le_bytes(*bytes)),
        }
    }
}

impl PhraseTable {
    /// A table over arrays that were written by [`PhraseTableBuilder::finish`].
    pub(crate) fn new(records: Section, slots: Section, lists: Section, info: TableInfo) -> Self {
        PhraseTable { records, slots, lists, info }
    }

    /// The hash by which phrases are found.
    #[inline]
    pub(crate) fn hash(view: &str) -> u64 {
        xxh3_64(view.as_bytes())
    }

    /// The owners of a phrase that equals the view.
    #[cfg(test)]
    pub(crate) fn find(&self, view: &str) -> Option<Owners<'_>> {
        self.find_hashed(Self::hash(view), view)
    }

    /// The same for a view whose hash is known.
    #[inline]
    pub(crate) fn find_hashed(&self, hash: u64, view: &str) -> Option<Owners<'_>> {
        let records: &[u8] = &self.records;
        let slots = self.slots.as_chunks::<SLOT>().0;
        let mut at = first_slot(hash, slots.len());
        // A table that was built has empty slots; a forged one may have none.
        for _ in 0..slots.len() {
            let slot = u64::from_le_bytes(*slots.get(at)?);
            let place = ((slot >> 32) as usize).checked_sub(1)?;
            if slot as u32 == hash as u32
                && let Some(record) = records::read(records, place)
                && record.phrase == view.as_bytes()
            {
                return self.owners(&record);
            }
            at = next_slot(at, slots.len());
        }
        None
    }

    fn owners(&self, record: &Record<'_>) -> Option<Owners<'_>> {
        match record.owner {
            Owner::One(owner) | Owner::Repeated(owner) => Some(Owners::One(Some(owner))),
            Owner::List(place) => self.list(place).map(Owners::Several),
        }
    }

    fn list(&self, place: u32) -> Option<&[[u8; 4]]> {
        let lists = self.lists.as_chunks().0.get(place as usize..)?;
        let (len, rest) = lists.split_first()?;
        rest.get(..u32::from_le_bytes(*len) as usize)
    }

    /// Every phrase once, in the order in which they were added.
    #[cfg(test)]
    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        records::all(&self.records, 0, self.records.len())
            .filter(|(_, record)| !matches!(record.owner, Owner::Repeated(_)))
            .map(|(_, record)| record.phrase)
    }

    pub(crate) fn info(&self) -> TableInfo {
        self.info
    }

    /// Whether every phrase is one of the rules' and every slot is that of a phrase: asked of bytes that come from
    /// anywhere.
    pub(crate) fn check(&self, rules: &StoredRules) -> Result<(), CompiledError> {
        let is_known = |owner: &[u8; 4]| u32::from_le_bytes(*owner) < rules.owners();
        let is_list = |place, first: u32| {
            self.list(place).is_some_and(|list| {
                list.first() == Some(&first.to_le_bytes()) && list.iter().all(is_known)
            })
        };
        let (mut phrases, mut places, mut longest) = (0_usize, 0_u64, 0);
        rules.check_records(is_list, |at, phrase| {
            phrases += 1;
            places = places.wrapping_add(spread(at));
            longest = longest.max(phrase.len());
        })?;
        let slots = self.slots.as_chunks::<SLOT>().0;
        let (mut used, mut slot_places) = (0, 0_u64);
        for slot in slots.iter().map(|slot| u64::from_le_bytes(*slot)).filter(|&slot| slot != 0) {
            let Some(place) = ((slot >> 32) as usize).checked_sub(1) else {
                return Err(CompiledError::damaged("a slot of its table leads nowhere"));
            };
            used += 1;
            slot_places = slot_places.wrapping_add(spread(place));
        }
        let is_sound = self.slots.len() == slots.len() * SLOT
            && used < slots.len()
            && (used, slot_places) == (phrases, places)
            && (phrases, longest) == (self.info.phrases as usize, self.info.longest as usize);
        if !is_sound {
            return Err(CompiledError::damaged("its table does not fit its phrases"));
        }
        Ok(())
    }
}

/// Makes places whose sums are equal only if the places are, save by intent.
fn spread(place: usize) -> u64 {
    let mixed = (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

/// Where the search for a hash begins: its upper half, spread over the slots.
#[inline]
pub(super) fn first_slot(hash: u64, slots: usize) -> usize {
    (((hash >> 32) * slots as u64) >> 32) as usize
}

/// The slot behind another, the first behind the last.
#[inline]
pub(super) fn next_slot(at: usize, slots: usize) -> usize {
    if at + 1 == slots { 0 } else { at + 1 }
}

/// Collects phrases for a table.
#[derive(Debug, Default)]
pub(crate) struct PhraseTableBuilder {
    records: Vec<u8>,
    /// For each record its place and the hash of its phrase.
    hashes: Vec<(u32, u64)>,
    longest: usize,
    has_numbers: bool,
}

/// The arrays of a table.
#[derive(Debug, Default)]
pub(crate) struct TableArrays {
    pub records: Vec<u8>,
    pub slots: Vec<u8>,
    pub lists: Vec<u8>,
    pub info: TableInfo,
}

impl PhraseTableBuilder {
    /// Adds a phrase and one owner of it.
    ///
    /// # Errors
    ///
    /// When it is longer than a record can hold, or all of them together are longer than four gigabytes.
    pub(crate) fn add(&mut self, phrase: &str, owner: u32) -> Result<(), TooLarge> {
        let place = self.end();
        if phrase.len() > MAX_PHRASE || self.records.len() > u32::MAX as usize - 2 * MAX_PHRASE {
            return Err(TooLarge);
        }
        // The empty view is no line.
        if !phrase.is_empty() {
            records::push(&mut self.records, phrase, owner);
            self.hashes.push((place, PhraseTable::hash(phrase)));
            self.longest = self.longest.max(phrase.len());
            self.has_numbers |= phrase.contains(NUMBER);
        }
        Ok(())
    }

    /// Where the next record will start.
    pub(crate) fn end(&self) -> u32 {
        u32::try_from(self.records.len()).expect("no record ends beyond four gigabytes")
    }

    /// The arrays, which are the same for the same phrases and owners in the same order.
    pub(crate) fn finish(mut self) -> TableArrays {
        let slot_count = (self.hashes.len() * SLOTS_PER_PHRASE).max(1);
        let mut slots = vec![0_u64; slot_count];
        let mut phrases = 0;
        let mut shared: HashMap<usize, Vec<u32>, Xxh3Builder> = HashMap::default();
        for (place, hash) in std::mem::take(&mut self.hashes) {
            let place = place as usize;
            let mut at = first_slot(hash, slot_count);
            loop {
                let Some(other) = ((slots[at] >> 32) as usize).checked_sub(1) else {
                    slots[at] = u64::from(hash as u32) | ((place as u64 + 1) << 32);
                    phrases += 1;
                    break;
                };
                if slots[at] as u32 == hash as u32 && self.is_repeated(place, other, &mut shared) {
                    break;
                }
                at = next_slot(at, slot_count);
            }
        }
        let lists = self.write_lists(shared);
        let longest = u32::try_from(self.longest).expect("a phrase fits its record");
        TableArrays {
            records: self.records,
            slots: slots.into_iter().flat_map(u64::to_le_bytes).collect(),
            lists,
            info: TableInfo { phrases, longest, has_numbers: self.has_numbers },
        }
    }

    /// Whether two records hold the same phrase; if so, the second one is marked, and the owners are those of both.
    fn is_repeated(
        &mut self,
        place: usize,
        first: usize,
        shared: &mut HashMap<usize, Vec<u32>, Xxh3Builder>,
    ) -> bool {
        let read = |place| records::read(&self.records, place).expect("a record stands here");
        let (first_record, record) = (read(first), read(place));
        if first_record.phrase != record.phrase {
            return false;
        }
        let (Owner::One(first_owner), Owner::One(owner)) = (first_record.owner, record.owner)
        else {
            unreachable!("lists are written when all owners are known");
        };
        shared.entry(first).or_insert_with(|| vec![first_owner]).push(owner);
        records::set_owner(&mut self.records, place, Owner::Repeated(owner));
        true
    }

    /// Writes the lists of owners, and into each first record where its list stands.
    fn write_lists(&mut self, shared: HashMap<usize, Vec<u32>, Xxh3Builder>) -> Vec<u8> {
        let mut shared: Vec<_> = shared.into_iter().collect();
        shared.sort_unstable();
        let mut lists: Vec<u32> = Vec::new();
        for (place, owners) in shared {
            let at = u32::try_from(lists.len()).expect("there are no more owners than records");
            records::set_owner(&mut self.records, place, Owner::List(at));
            lists.push(u32::try_from(owners.len()).expect("there are no more owners than records"));
            lists.extend(owners);
        }
        lists.into_iter().flat_map(u32::to_le_bytes).collect()
    }
}

impl From<TableArrays> for PhraseTable {
    fn from(arrays: TableArrays) -> Self {
        let TableArrays { records, slots, lists, info } = arrays;
        PhraseTable::new(records.into(), slots.into(), lists.into(), info)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn table<'p>(phrases: impl IntoIterator<Item = (&'p str, u32)>) -> PhraseTable {
        let mut builder = PhraseTableBuilder::default();
        for (phrase, owner) in phrases {
            builder.add(phrase, owner).expect("the phrases fit");
        }
        builder.finish().into()
    }

    fn found(table: &PhraseTable, view: &str) -> Vec<u32> {
        table.find(view).into_iter().flatten().collect()
    }

    #[test]
    fn an_empty_table_finds_nothing() {
        let table = table([]);
        assert!(table.find("").is_none() && table.find("source link").is_none());
        assert_eq!(table.info(), TableInfo::default());
    }

    #[test]
    fn owners_of_one_phrase_are_found_together() {
        let table = table([("a", 3), ("source link", 1), ("a", 1 << 31), ("a", 2)]);
        assert_eq!(found(&table, "a"), [3, 1 << 31, 2]);
        assert_eq!(found(&table, "source link"), [1]);
        assert!(table.find("source lin").is_none());
        let phrases: Vec<&[u8]> = table.iter().collect();
        assert_eq!(phrases, [&b"a"[..], b"source link"]);
        assert_eq!(table.info(), TableInfo { phrases: 2, longest: 11, has_numbers: false });
    }

    /// Two phrases whose hashes are equal where the table looks at them are told apart by their bytes.
    #[test]
    fn a_collision_matches_nothing() {
        let stored = table([("source link", 1)]);
        let hash = PhraseTable::hash("source link");
        assert!(stored.find_hashed(hash, "source link").is_some());
        assert!(stored.find_hashed(hash, "source lino").is_none());
        assert!(stored.find_hashed(hash, "source link ").is_none());
    }

    #[test]
    fn a_table_without_an_empty_slot_is_searched_once() {
        let mut builder = PhraseTableBuilder::default();
        builder.add("source link", 1).expect("it fits");
        let mut arrays = builder.finish();
        let full = arrays.slots.chunks(SLOT).find(|slot| slot.iter().any(|&byte| byte != 0));
        arrays.slots = full.expect("the phrase has a slot").repeat(9);
        let table = PhraseTable::from(arrays);
        assert_eq!(found(&table, "source link"), [1]);
        assert!(table.find("top channel").is_none());
    }

    #[test]
    fn a_phrase_that_is_too_long_is_refused() {
        let mut builder = PhraseTableBuilder::default();
        assert_eq!(builder.add(&"x".repeat(MAX_PHRASE), 0), Ok(()));
        assert_eq!(builder.add(&"x".repeat(MAX_PHRASE + 1), 0), Err(TooLarge));
    }

    #[test]
    fn many_phrases_are_all_found_and_no_others() {
        let phrases: Vec<String> = (0..50_000).map(|n| format!("label {n}")).collect();
        let table = table(phrases.iter().map(String::as_str).zip(0..));
        for (n, phrase) in (0..).zip(&phrases) {
            assert_eq!(found(&table, phrase), [n]);
        }
        assert!((50_000..200_000).all(|n| table.find(&format!("label {n}")).is_none()));
        assert_eq!(table.iter().count(), phrases.len());
    }

    proptest! {
        /// The table and a map agree.
        #[test]
        fn it_is_a_map(
            added in prop::collection::vec(("[a-c{}n]{0,4}|相关阅读|ü", any::<u32>()), 0..60),
            asked in prop::collection::vec("[a-c{}n]{0,4}|相关|ü", 0..60),
        ) {
            let mut map: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
            for (phrase, owner) in added.iter().filter(|(phrase, _)| !phrase.is_empty()) {
                map.entry(phrase).or_default().push(*owner);
            }
            let table = table(added.iter().map(|(phrase, owner)| (phrase.as_str(), *owner)));
            for view in added.iter().map(|(phrase, _)| phrase).chain(&asked) {
                let expected = map.get(view.as_str()).cloned().unwrap_or_default();
                prop_assert_eq!(found(&table, view), expected);
            }
            prop_assert_eq!(table.iter().count(), map.len());
            prop_assert_eq!(table.info().phrases as usize, map.len());
            prop_assert_eq!(table.info().has_numbers, map.keys().any(|phrase| phrase.contains(NUMBER)));
        }

        /// Whatever the arrays hold, nothing panics.
        #[test]
        fn forged_arrays_do_no_harm(
            records in prop::collection::vec(any::<u8>(), 0..200),
            slots in prop::collection::vec((any::<u32>(), 0_u32..220), 0..40),
            lists in prop::collection::vec(any::<u8>(), 0..40),
            view in "[a-z]{0,8}",
            place in 0_usize..40,
        ) {
            let hash = PhraseTable::hash(&view);
            let mut bytes: Vec<u8> = Vec::new();
            for (at, (tag, place_of)) in slots.iter().enumerate() {
                let tag = if at == place { hash as u32 } else { *tag };
                bytes.extend(tag.to_le_bytes());
                bytes.extend(place_of.to_le_bytes());
            }
            let info = TableInfo::default();
            let table = PhraseTable::new(records.into(), bytes.into(), lists.into(), info);
            if let Some(owners) = table.find(&view) {
                prop_assert!(owners.count() < 40);
            }
            prop_assert!(table.iter().count() <= 200);
        }
    }
}
