//! `unchaff verify`: every receipt derived again from the input, and nothing removed without one.

use anyhow::Result;
use unchaff::Receipt;

use crate::Run;
use crate::args::VerifyArgs;
use crate::jsonl;
use crate::receipts::Reader;
use crate::records::{self, Document};
use crate::setup;
use crate::talk::{Outcome, say};

pub fn run(args: &VerifyArgs) -> Run {
    let cleaner = setup::cleaner(&args.rules)?;
    let mut receipts = Reader::open(&args.receipts)?;
    let (mut documents, mut checked, mut differing) = (0u64, 0u64, 0u64);
    let known = Some(receipts.format()?);
    let unread = records::each(&args.input, known, &cleaner, |document| {
        documents += 1;
        let place = receipts.place();
        let receipt = receipts.take(document.at)?;
        checked += u64::from(receipt.is_some());
        if let Err(why) = check(&document, receipt.as_ref()) {
            differing += 1;
            say(match receipt {
                Some(_) => format!("{place}: document {}: {why}", document.id),
                None => format!("document {}: {why}", document.id),
            });
        }
        Ok(())
    })?;
    if let Some(receipt) = receipts.peek() {
        differing += 1;
        let at = receipt.at.unwrap_or_default();
        say(format!(
            "{}: there is no document at {at}, for which this receipt was made",
            receipts.place()
        ));
    }
    say(format!("{documents} documents, {checked} receipts checked, {differing} differ"));
    Ok(Outcome::found(differing + unread > 0))
}

fn check(document: &Document<'_>, receipt: Option<&Receipt>) -> Result<(), String> {
    let Some(receipt) = receipt else {
        let has_residue = !document.cleaner.clean_bytes(document.text).removals().is_empty();
        return if has_residue {
            Err("residue is removed from it, but there is no receipt".into())
        } else {
            Ok(())
        };
    };
    document.cleaner.verify(document.text, receipt).map_err(|error| error.to_string())?;
    let Some(inside) = document.written else { return Ok(()) };
    let spans: Vec<_> = receipt
        .removed()
        .iter()
        .map(|removed| removed.start..removed.start + removed.bytes.len() as u64)
        .collect();
    for (removed, range) in receipt.removed().iter().zip(jsonl::written(inside, &spans)) {
        let text = String::from_utf8_lossy(&removed.bytes);
        if inside[range] != removed.written.clone().unwrap_or_else(|| jsonl::canonical(&text)) {
            return Err(
                "the removed text is written otherwise in the file than the receipt says".into()
            );
        }
    }
    Ok(())
}
