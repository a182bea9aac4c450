//! `unchaff restore`: the removed bytes back where they stood.
//!
//! Text is restored by offsets alone, so that it does not matter how the stream was split into documents; JSONL record by
//! record.

use anyhow::{Context, Result, anyhow, bail};
use unchaff::Receipt;

use crate::Run;
use crate::args::RestoreArgs;
use crate::bulk;
use crate::input::{Format, Input};
use crate::jsonl::{self, Entry, Record};
use crate::output::{self, Output};
use crate::receipts::Reader;
use crate::talk::Outcome;

pub fn run(args: &RestoreArgs) -> Run {
    if args.receipts.is_dir() {
        return bulk::restore(args);
    }
    let mut receipts = Reader::open(&args.receipts)?;
    let mut input = Input::open(&args.input, Some(receipts.format()?))?;
    let others =
        [("the input", input.path.as_deref()), ("the file of receipts", Some(&*args.receipts))];
    let mut output = Output::create(args.output.as_deref(), &others)?.packed_as_named();
    let fields = [args.input.text_field.as_str()];
    restore(&mut input, &fields, args.input.max_record, &mut receipts, |bytes| output.put(bytes))?;
    output::finish([output])?;
    Ok(Outcome::Done)
}

/// Passes on the input as it was before cleaning. In JSONL the text stands in the first of the fields that fits.
pub fn restore(
    input: &mut Input,
    fields: &[&str],
    max_record: usize,
    receipts: &mut Reader,
    mut put: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    match input.format {
        Format::Text => restore_text(input, receipts, &mut put)?,
        Format::Jsonl => restore_jsonl(input, fields, max_record, receipts, &mut put)?,
    }
    if let Some(receipt) = receipts.peek() {
        bail!(
            "{}: the cleaned file ends before the document at {}",
            receipts.place(),
            receipt.at.unwrap_or_default()
        );
    }
    Ok(())
}

fn restore_text(
    input: &mut Input,
    receipts: &mut Reader,
    put: &mut impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut rest = Vec::new();
    // Bytes written so far: the offset in the file as it was.
    let mut at = 0u64;
    let mut restore = |rest: &mut Vec<u8>, is_last: bool| -> Result<()> {
        while let Some(receipt) = receipts.peek() {
            let start = receipt.at.unwrap_or_default();
            let before = start.checked_sub(at).and_then(|len| usize::try_from(len).ok());
            let before = before
                .ok_or_else(|| anyhow!("{}: the receipts are not in order", receipts.place()))?;
            let passed = before.min(rest.len());
            put(&rest[..passed])?;
            at += passed as u64;
            rest.drain(..passed);
            let len = usize::try_from(receipt.bytes_kept())
                .context("the document does not fit in memory")?;
            if (passed < before || rest.len() < len) && !is_last {
                break;
            }
            let place = receipts.place();
            let document = rest
                .get(..len)
                .filter(|_| passed == before)
                .ok_or_else(|| anyhow!("{place}: the cleaned file ends inside this document"))?;
            let restored = receipt.restore(document).with_context(|| place.clone())?;
            put(&restored)?;
            at = start + restored.len() as u64;
            rest.drain(..len);
            receipts.take(start)?;
        }
        if receipts.peek().is_none() {
            at += rest.len() as u64;
            put(rest)?;
            rest.clear();
        }
        Ok(())
    };
    input.each_piece(|bytes| {
        rest.extend_from_slice(bytes);
        restore(&mut rest, false)
    })?;
    restore(&mut rest, true)
}

fn restore_jsonl(
    input: &mut Input,
    fields: &[&str],
    max_record: usize,
    receipts: &mut Reader,
    put: &mut impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let name = input.name.clone();
    let (first, others) = fields.split_first().unwrap_or((&"text", &[]));
    jsonl::each_entry(&mut input.reader, first, max_record, |number, line, entry| {
        let place = receipts.place();
        let Some(receipt) = receipts.take(number)? else { return put(line) };
        let restored = match entry {
            Entry::Record(record) => restore_record(line, &record, &receipt, first),
            _ => Err(anyhow!("there is a receipt for this line, but it cannot be read")),
        };
        // The checksums of the receipt say which field it was.
        let restored = restored.or_else(|error| {
            let found =
                others.iter().find_map(|&field| restore_line(number, line, &receipt, field));
            found.ok_or(error)
        });
        put(&restored.with_context(|| format!("{name}:{number}: {place}"))?)
    })
}

/// The line as it was, if this field is the one that was cleaned.
fn restore_line(number: u64, line: &[u8], receipt: &Receipt, field: &str) -> Option<Vec<u8>> {
    match jsonl::entry(number, line, field) {
        Entry::Record(record) => restore_record(line, &record, receipt, field).ok(),
        _ => None,
    }
}

/// The line as it was.
fn restore_record(
    line: &[u8],
    record: &Record<'_>,
    receipt: &Receipt,
    text_field: &str,
) -> Result<Vec<u8>> {
    let text = receipt.restore(record.text.as_bytes())?;
    let whole = jsonl::insert(line, record.inside.clone(), &pieces(receipt));
    let start = if whole.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let again = Record::read(whole[start..].trim_ascii_end(), text_field);
    if !again.is_ok_and(|again| again.text.as_bytes() == text) {
        bail!("what the receipt puts into the line is not the text it names");
    }
    Ok(whole)
}

/// The removed pieces as they are written, each with its offset in the cleaned text.
fn pieces(receipt: &Receipt) -> Vec<(u64, String)> {
    let mut removed_before = 0;
    let piece = |removed: &unchaff::Removed| {
        let offset = removed.start - removed_before;
        removed_before += removed.bytes.len() as u64;
        let written = removed.written.clone();
        (
            offset,
            written.unwrap_or_else(|| jsonl::canonical(&String::from_utf8_lossy(&removed.bytes))),
        )
    };
    receipt.removed().iter().map(piece).collect()
}
