//! Documents one by one, each whole in memory: for the commands that look and do not clean.

use anyhow::Result;
use unchaff::Cleaner;
use unchaff::jsonl::{Fields, RecordCleaner};

use crate::args::InputArgs;
use crate::documents::{Piece, Splitter};
use crate::input::{Format, Input};
use crate::jsonl::{self, Entry};
use crate::talk::say;

/// How many lines that cannot be read are named one by one.
pub const MAX_NAMED: u64 = 20;

/// A document to look at.
pub struct Document<'d> {
    /// Its id as JSON: that of its record as it is written, else its number among several, else the name of its file.
    pub id: String,
    /// Its offset in a text file, or the number of its line in JSONL.
    pub at: u64,
    pub text: &'d [u8],
    /// The cleaner for its site.
    pub cleaner: &'d Cleaner,
    /// The inside of its JSON string, in JSONL.
    pub written: Option<&'d str>,
}

/// Passes each document of the input on, and says how many lines could not be read. `known` is the format that receipts
/// name.
pub fn each(
    args: &InputArgs,
    known: Option<Format>,
    cleaner: &Cleaner,
    mut take: impl FnMut(Document<'_>) -> Result<()>,
) -> Result<u64> {
    let mut input = Input::open(args, known)?;
    match input.format {
        Format::Text => each_text(&mut input, args, cleaner, &mut take).map(|()| 0),
        Format::Jsonl => each_record(&mut input, args, cleaner, &mut take),
    }
}

fn each_text(
    input: &mut Input,
    args: &InputArgs,
    cleaner: &Cleaner,
    take: &mut impl FnMut(Document<'_>) -> Result<()>,
) -> Result<()> {
    let name = input.name.clone();
    let mut splitter = Splitter::new(args.documents);
    let (mut text, mut at, mut number) = (Vec::new(), 0, 0);
    let mut end = |text: &mut Vec<u8>, at: u64| -> Result<()> {
        number += 1;
        let id = if args.documents.is_some() {
            number.to_string()
        } else {
            serde_json::Value::from(name.as_str()).to_string()
        };
        take(Document { id, at, text, cleaner, written: None })?;
        text.clear();
        Ok(())
    };
    let mut add = |piece: Piece<'_>| -> Result<()> {
        match piece {
            Piece::Text(bytes) => text.extend_from_slice(bytes),
            Piece::Separator(bytes) => {
                let len = text.len() as u64;
                if len > 0 {
                    end(&mut text, at)?;
                }
                at += len + bytes.len() as u64;
            }
        }
        Ok(())
    };
    input.each_piece(|bytes| splitter.push(bytes, &mut add))?;
    splitter.finish(&mut add)?;
    if !text.is_empty() || at == 0 { end(&mut text, at) } else { Ok(()) }
}

fn each_record(
    input: &mut Input,
    args: &InputArgs,
    cleaner: &Cleaner,
    take: &mut impl FnMut(Document<'_>) -> Result<()>,
) -> Result<u64> {
    let name = input.name.clone();
    let mut unread = 0;
    let InputArgs { text_field, max_record, .. } = args;
    let fields = Fields::default().with_text(text_field);
    let mut words = RecordCleaner::new(cleaner).with_fields(fields.clone());
    jsonl::each_entry(&mut input.reader, text_field, *max_record, |number, line, entry| {
        match entry {
            Entry::Record(record) => {
                let host = fields.host(jsonl::unmarked(number, line));
                let on_host = host.map(|host| cleaner.for_host(&host));
                take(Document {
                    id: record.id.map_or_else(|| number.to_string(), str::to_owned),
                    at: number,
                    text: record.text.as_bytes(),
                    cleaner: on_host.as_ref().unwrap_or(cleaner),
                    written: std::str::from_utf8(&line[record.inside.clone()]).ok(),
                })?;
            }
            Entry::Other => {}
            Entry::Bad(why) => {
                unread += 1;
                // What cannot be read is told in the words of those who clean.
                let why = match words.clean(jsonl::unmarked(number, line)) {
                    Err(error) if line.len() <= *max_record => error.to_string(),
                    _ => why,
                };
                if unread <= MAX_NAMED {
                    say(format!("{name}:{number}: not read: {why}"));
                } else if unread == MAX_NAMED + 1 {
                    say("more lines were not read; they are not named");
                }
            }
        }
        Ok(())
    })?;
    Ok(unread)
}
