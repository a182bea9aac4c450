//! Answers, checked before anything is timed: a wrong one ends the benchmark.
//!
//! The slow route is the reference implementation of the tests, which shares no code with the library, for a few documents,
//! and the plain matcher for more; all documents must come out of every door and every learned rule set in the same way.

use unchaff::{Cleaner, Profile};
use xxhash_rust::xxh3::Xxh3;

use super::inputs::Input;
use super::rulesets::RuleSet;
use crate::tests::reference::Reference;
use crate::tests::{marks, without};

/// Bytes that the reference sees, which takes ten thousand times as long as the library.
const REFERENCE_BYTES: usize = 6 << 10;
/// Bytes that the plain matcher sees.
const VERIFIED_BYTES: usize = 128 << 10;

/// A hash of many texts, with their lengths.
#[derive(Default)]
pub struct Sum {
    hash: Xxh3,
    bytes: u64,
}

impl Sum {
    pub fn add(&mut self, text: &[u8]) {
        self.hash.update(&(text.len() as u64).to_le_bytes());
        self.hash.update(text);
        self.bytes += text.len() as u64;
    }

    pub fn finish(&self) -> (u64, u64) {
        (self.bytes, self.hash.digest())
    }
}

/// Checks the first documents of an input that lose something, and the first that do not, against the reference; and more
/// of them against the plain matcher of `Cleaner::verify`.
///
/// # Panics
///
/// When the library and the slow route differ.
pub fn equals_the_slow_route(cleaner: &Cleaner, input: &Input) {
    let reference = Reference::new(cleaner.rules(), Profile::Standard).with_builtin_exceptions();
    let mut referred = [0; 2];
    let mut verified = 0;
    for document in &input.documents {
        let cleaned = cleaner.clean(document);
        if verified < VERIFIED_BYTES {
            let receipt = cleaner.receipt(document, &cleaned);
            cleaner
                .verify(document, &receipt)
                .unwrap_or_else(|error| panic!("{error}: {document}"));
            verified += document.len();
        }
        let referred = &mut referred[usize::from(cleaned.removals().is_empty())];
        if *referred < REFERENCE_BYTES {
            let expected = reference.marks(document.as_bytes());
            assert_eq!(marks(cleaner, cleaned.removals()), expected, "{document}");
            let rest = without(document.as_bytes(), &expected);
            assert!(cleaned.text.as_bytes() == rest, "{document}");
            *referred += document.len();
        }
    }
}

/// Checks that receipts give back what was removed.
///
/// # Panics
///
/// When one does not.
pub fn receipts_restore(cleaner: &Cleaner, input: &Input) {
    for document in &input.documents {
        let cleaned = cleaner.clean(document);
        let receipt = cleaner.receipt(document, &cleaned);
        let restored = receipt.restore(cleaned.text.as_bytes()).expect("the receipt fits");
        assert!(restored == document.as_bytes(), "{document}");
    }
}

/// What all documents come out as.
pub fn cleaned_documents(cleaner: &Cleaner, input: &Input) -> (u64, u64) {
    let mut sum = Sum::default();
    input.documents.iter().for_each(|document| sum.add(cleaner.clean(document).text.as_bytes()));
    sum.finish()
}

/// The same from the stream cleaner, in pieces of `piece` bytes.
pub fn streamed_documents(cleaner: &Cleaner, input: &Input, piece: usize) -> (u64, u64) {
    let mut sum = Sum::default();
    for document in &input.documents {
        let mut kept = Vec::new();
        let mut stream = cleaner.stream(|bytes: &[u8]| kept.extend_from_slice(bytes));
        for bytes in document.as_bytes().chunks(piece) {
            stream.push(bytes).expect("the sink does not fail");
        }
        drop(stream.finish().expect("the sink does not fail"));
        sum.add(&kept);
    }
    sum.finish()
}

/// What all documents come out as with the rules that every learned set has: the ones that occur.
pub fn expected(rules: RuleSet, input: &Input) -> (u64, u64) {
    let fewest = if rules == RuleSet::BUILTIN { rules } else { RuleSet::LEARNED[0] };
    cleaned_documents(&fewest.cleaner(), input)
}

/// What all documents come out as when they are one text.
pub fn cleaned_whole(cleaner: &Cleaner, input: &Input) -> (u64, u64) {
    let mut sum = Sum::default();
    sum.add(cleaner.clean(&input.whole).text.as_bytes());
    sum.finish()
}

/// The same from the stream cleaner, in pieces of `piece` bytes.
pub fn streamed_whole(cleaner: &Cleaner, input: &Input, piece: usize) -> (u64, u64) {
    let mut kept = Vec::with_capacity(input.whole.len());
    let mut stream = cleaner.stream(|bytes: &[u8]| kept.extend_from_slice(bytes));
    for bytes in input.whole.as_bytes().chunks(piece) {
        stream.push(bytes).expect("the sink does not fail");
    }
    drop(stream.finish().expect("the sink does not fail"));
    let mut sum = Sum::default();
    sum.add(&kept);
    sum.finish()
}
