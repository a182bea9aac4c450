//! `unchaff verify`: every receipt derived again from the input, and nothing removed without one; of one file, or of all
//! files of a corpus.

use std::ops::AddAssign;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Error, Result, anyhow, bail};
use unchaff::{Cleaner, Receipt};

use crate::Run;
use crate::args::{InputArgs, VerifyArgs};
use crate::bulk;
use crate::containers::{self, Checked, Container, Finding, Problem};
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
    /// Files that could not be looked at.
    failed: u64,
}

impl AddAssign for Found {
    fn add_assign(&mut self, other: Found) {
        self.documents += other.documents;
        self.checked += other.checked;
        self.differing += other.differing;
        self.unread += other.unread;
        self.failed += other.failed;
    }
}

pub fn run(args: &VerifyArgs) -> Run {
    let cleaner = setup::cleaner(&args.rules)?;
    if !args.receipts.is_dir() {
        let mut found = Found::default();
        one(&args.input, Reader::open(&args.receipts)?, &cleaner, &mut found)?;
        return Ok(tell(&found));
    }
    let folder = &args.input.file;
    if !folder.is_dir() {
        let name = visible(&folder.to_string_lossy());
        bail!("{name}: is no folder; with a folder of receipts, name that of the inputs");
    }
    let rels = bulk::receipts_below(&args.receipts)?;
    let all = Mutex::new(Found::default());
    bulk::each(&rels, |rel| {
        let mut found = Found::default();
        if let Err(error) = of_corpus(args, rel, &cleaner, &mut found) {
            found.failed += 1;
            say(format!("{error:#}"));
        }
        *bulk::lock(&all) += found;
    });
    let found = bulk::lock(&all);
    Ok(tell(&found))
}

fn tell(found: &Found) -> Outcome {
    let Found { documents, checked, differing, unread, failed } = found;
    say(format!("{documents} documents, {checked} receipts checked, {differing} differ"));
    if *unread > 0 {
        say(format!("{unread} records could not be read; they were kept as they are"));
    }
    if *failed > 0 {
        say(format!("{failed} files could not be verified"));
        return Outcome::Failed;
    }
    Outcome::found(differing + unread > 0)
}

/// Checks the receipts of one file of a corpus.
fn of_corpus(args: &VerifyArgs, rel: &Path, cleaner: &Cleaner, found: &mut Found) -> Result<()> {
    let file = args.input.file.join(bulk::file_of_receipts(rel)?);
    let receipts = Reader::open(&args.receipts.join(rel))?;
    let mut input = InputArgs { file, ..args.input.clone() };
    if receipts.container == Container::Jsonl {
        input.text_field = bulk::text_field(&input.file, &input.text_field)?;
    }
    // What separates documents is for the files of text among the others.
    input.documents = input.documents.filter(|_| receipts.container == Container::Text);
    one(&input, receipts, cleaner, found)
}

/// Checks the receipts of one file.
fn one(
    input: &InputArgs,
    mut receipts: Reader,
    cleaner: &Cleaner,
    found: &mut Found,
) -> Result<()> {
    match receipts.container {
        Container::Text | Container::Jsonl => stream(input, &mut receipts, cleaner, found)?,
        Container::Warc | Container::Parquet => container(input, &mut receipts, cleaner, found)?,
    }
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

/// Checks the receipts of what is read as a stream.
fn stream(
    input: &InputArgs,
    receipts: &mut Reader,
    cleaner: &Cleaner,
    found: &mut Found,
) -> Result<()> {
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
    Ok(())
}

/// Checks the receipts of a file whose texts stand alone in it.
fn container(
    input: &InputArgs,
    receipts: &mut Reader,
    cleaner: &Cleaner,
    found: &mut Found,
) -> Result<()> {
    let path = &input.file;
    let name = visible(&path.to_string_lossy());
    if path.as_os_str() == "-" {
        bail!("-: {} is not read from standard input; name the file", receipts.container.name());
    }
    let in_file = |problem: Problem| anyhow!("{name}: {problem}");
    let shape = containers::detect(path, Some(receipts.container)).map_err(in_file)?;
    let options = bulk::options_of_input(input);
    let receipts_name = receipts.name().to_owned();
    let take = |checked: Checked| -> Result<()> {
        let Checked { number, id, has_receipt, finding } = checked;
        if let Finding::Unread = finding {
            found.unread += 1;
            return Ok(());
        }
        found.documents += 1;
        found.checked += u64::from(has_receipt);
        if let Finding::Differs(why) = finding {
            found.differing += 1;
            let id = id.map_or_else(String::new, |id| format!(" ({id})"));
            let place = if has_receipt { &receipts_name } else { &name };
            say(format!("{place}: record {number}{id}: {why}"));
        }
        Ok(())
    };
    let next = |number: u64| receipts.take(number);
    let problems = containers::verify::<Error>(path, &shape, &options, cleaner, next, take)
        .map_err(|error| match error.downcast::<Problem>() {
            Ok(problem) => in_file(problem),
            Err(error) => error,
        })?;
    let kept = problems.named().iter().filter(|problem| problem.kind.is_kept());
    kept.for_each(|problem| say(format!("{name}: {problem}")));
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
