//! The laws of receipts: they give the input back, and no change of them, or of a text, goes unseen.
//!
//! A failure prints the smallest input that was found and the seed that finds it again:
//! `UNCHAFF_SEED=… cargo test --test receipts name_of_the_law`.

mod support;

use proptest::prelude::*;
use proptest::sample::Index;
use support::law::law;
use support::small_pack::{SMALL, small_cases};
use support::texts::{Document, builtin_documents};
use unchaff::{Cleaner, Receipt};
use xxhash_rust::xxh3::xxh3_128;

/// A receipt gives the input back, is read as it was written, and is verified.
#[test]
fn receipts_restore_and_verify() {
    let check = |cleaner: &Cleaner, text: &[u8]| {
        let cleaned = cleaner.clean_bytes(text);
        let receipt = cleaner.receipt(text, &cleaned);
        let read = Receipt::from_json(&receipt.to_json());
        prop_assert_eq!(read.as_ref(), Ok(&receipt));
        prop_assert_eq!(receipt.restore(&cleaned.text).map(Document), Ok(Document(text.to_vec())));
        prop_assert_eq!(cleaner.verify(text, &receipt), Ok(()));
        Ok(())
    };
    law(1, small_cases(), |(small, text)| check(small.cleaner(), &text.0));
    law(10, builtin_documents(), |text| check(&Cleaner::builtin(), &text.0));
}

/// A change of one byte.
#[derive(Clone, Copy, Debug)]
enum Change {
    Put(u8),
    Insert(u8),
    Delete,
}

impl Change {
    /// The changed text; `None` where the change changes nothing.
    fn made(self, text: &[u8], at: usize) -> Option<Vec<u8>> {
        let mut changed = text.to_vec();
        match self {
            Change::Put(byte) => *changed.get_mut(at)? = byte,
            Change::Insert(byte) => changed.insert(at, byte),
            Change::Delete if at < text.len() => drop(changed.remove(at)),
            Change::Delete => return None,
        }
        (changed != text).then_some(changed)
    }
}

fn refuses_receipt(json: &[u8]) -> bool {
    std::str::from_utf8(json).map_or(true, |json| Receipt::from_json(json).is_err())
}

/// A receipt, or a text, in which one byte was changed is refused.
#[test]
fn every_change_is_refused() {
    let change = prop_oneof![
        any::<u8>().prop_map(Change::Put),
        any::<u8>().prop_map(Change::Insert),
        Just(Change::Delete)
    ];
    law(1, (small_cases(), change, any::<Index>()), |((small, text), change, at)| {
        let (cleaner, text) = (small.cleaner(), text.0);
        let cleaned = cleaner.clean_bytes(&text);
        let receipt = cleaner.receipt(&text, &cleaned);
        let json = receipt.to_json().into_bytes();
        if let Some(changed) = change.made(&json, at.index(json.len() + 1)) {
            prop_assert!(refuses_receipt(&changed), "{}", changed.escape_ascii());
        }
        if let Some(changed) = change.made(&text, at.index(text.len() + 1)) {
            prop_assert!(cleaner.verify(&changed, &receipt).is_err());
        }
        if let Some(changed) = change.made(&cleaned.text, at.index(cleaned.text.len() + 1)) {
            prop_assert!(receipt.restore(&changed).is_err());
        }
        Ok(())
    });
}

/// Texts whose receipts are short, with every kind of removal.
const RECEIPTED: [&[u8]; 5] = [
    b"",
    b"The harbour froze.\n",
    b"[ad_1]\r\n\xFF The harbour froze.\r\n",
    b"[ad_1] \"Ships\" waited.\n\nPrint\n\xFE\nSource link\n[ad_2]",
    "Tee.[ad_1]Ära.\nShare\n\u{A0}\n7 shares\n".as_bytes(),
];

/// In a few small receipts and texts, every change of one byte at every place is refused.
#[test]
fn every_change_at_every_place_is_refused() {
    let cleaner = &SMALL[4];
    let changes: Vec<Change> = (0..=255)
        .flat_map(|byte| [Change::Put(byte), Change::Insert(byte)])
        .chain([Change::Delete])
        .collect();
    for text in RECEIPTED {
        let cleaned = cleaner.clean_bytes(text);
        let receipt = cleaner.receipt(text, &cleaned);
        let json = receipt.to_json().into_bytes();
        for &change in &changes {
            for at in 0..=json.len() {
                let changed = change.made(&json, at);
                assert!(
                    changed.is_none_or(|changed| refuses_receipt(&changed)),
                    "{change:?} at {at} of the receipt"
                );
            }
            for at in 0..=text.len() {
                let changed = change.made(text, at);
                let is_refused =
                    changed.is_none_or(|changed| cleaner.verify(&changed, &receipt).is_err());
                assert!(is_refused, "{change:?} at {at} of the text {text:?}");
            }
            for at in 0..=cleaned.text.len() {
                let changed = change.made(&cleaned.text, at);
                let is_refused = changed.is_none_or(|changed| receipt.restore(&changed).is_err());
                assert!(is_refused, "{change:?} at {at} of the output of {text:?}");
            }
        }
    }
}

/// A receipt that was changed by somebody who knows how to make its checksum is not verified either.
#[test]
fn forged_receipts_are_not_verified() {
    let cleaner = &SMALL[4];
    let mut read = 0;
    for text in RECEIPTED {
        let receipt = cleaner.receipt(text, &cleaner.clean_bytes(text));
        let json = receipt.to_json();
        let (body, _) = json.rsplit_once(",\"sum\":").expect("a receipt ends in its checksum");
        let changes = (b' '..=b'~')
            .flat_map(|byte| [Change::Put(byte), Change::Insert(byte)])
            .chain([Change::Delete]);
        for change in changes {
            for at in 0..body.len() {
                let Some(forged) = change.made(body.as_bytes(), at) else { continue };
                let Ok(forged) = String::from_utf8(forged) else { continue };
                let sum = xxh3_128(forged.as_bytes());
                let Ok(forged) = Receipt::from_json(&format!("{forged},\"sum\":\"{sum:032x}\"}}"))
                else {
                    continue;
                };
                read += 1;
                assert!(
                    cleaner.verify(text, &forged).is_err(),
                    "{change:?} at {at}: {}",
                    forged.to_json()
                );
            }
        }
    }
    assert!(read > 1000, "only {read} forgeries could be read at all");
}
