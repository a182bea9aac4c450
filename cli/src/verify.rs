//! `unchaff verify`: every receipt derived again from the input, and nothing removed without one; of one file, or of all
//! files of a corpus.

use std::path::Path;

use anyhow::{Result, bail};
use unchaff::{Cleaner, Receipt};

use crate::Run;
use crate::args::{InputArgs, VerifyArgs};
use crate::bulk;
use crate::jsonl;
use crate::receipts::Reader;
use crate::records::{self, Document};
use crate::setup;
use crate::talk::{Outcome, say, visible};

/// What was looked at, and what was found.
#[derive(Default)]
struct Found {
    documents: u64,
    checked: u64,
    differing: u64,
    unread: u64,
}

pub fn run(args: &VerifyArgs) -> Run {
    let cleaner = setup::cleaner(&args.rules)?;
    let mut found = Found::default();
    if !args.receipts.is_dir() {
        one(&args.input, &args.receipts, &cleaner, &mut found)?;
        return Ok(tell(&found, 0));
    }
    let folder = &args.input.file;
    if !folder.is_dir() {
        let name = visible(&folder.to_string_lossy());
        bail!("{name}: is no folder; with a folder of receipts, name that of the inputs");
    }
    let mut failed = 0;
    for rel in bulk::receipts_below(&args.receipts)? {
        let file = folder.join(bulk::file_of_receipts(&rel)?);
        let checked = bulk::text_field(&file, &args.input.text_field).and_then(|text_field| {
            let input = InputArgs { file, text_field, ..args.input.clone() };
            one(&input, &args.receipts.join(&rel), &cleaner, &mut found)
        });
        if let Err(error) = checked {
            failed += 1;
            say(format!("{error:#}"));
        }
    }
    Ok(tell(&found, failed))
}

fn tell(found: &Found, failed: u64) -> Outcome {
    let Found { documents, checked, differing, unread } = found;
    say(format!("{documents} documents, {checked} receipts checked, {differing} differ"));
    if failed > 0 {
        say(format!("{failed} files could not be verified"));
        return Outcome::Failed;
    }
    Outcome::found(differing + unread > 0)
}

/// Checks the receipts of one file.
fn one(input: &InputArgs, receipts: &Path, cleaner: &Cleaner, found: &mut Found) -> Result<()> {
    let mut receipts = Reader::open(receipts)?;
    let known = Some(receipts.format()?);
    let unread = records::each(input, known, cleaner, |document| {
        found.documents += 1;
        let place = receipts.place();
        let receipt = receipts.take(document.at)?;
        found.checked += u64::from(receipt.is_some());
        if let Err(why) = check(&document, receipt.as_ref()) {
            found.differing += 1;
            say(match receipt {
                Some(_) => format!("{place}: document {}: {why}", document.id),
                None => format!("document {}: {why}", document.id),
            });
        }
        Ok(())
    })?;
    found.unread += unread;
    if let Some(receipt) = receipts.peek() {
        found.differing += 1;
        let at = receipt.at.unwrap_or_default();
        say(format!(
            "{}: there is no document at {at}, for which this receipt was made",
            receipts.place()
        ));
    }
    Ok(())
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
