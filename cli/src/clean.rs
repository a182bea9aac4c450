//! `unchaff clean`: text streams through in bounded memory, JSONL line by line.

use std::cmp::Ordering;
use std::ops::Deref;
use std::path::PathBuf;

use anyhow::{Error, Result, bail};
use unchaff::jsonl::{CleanedLine, Fields, RecordCleaner};
use unchaff::{Cleaner, DocumentReport, ReceiptBuilder, Removal, Report, Sink, Status};

use crate::Run;
use crate::args::{CleanArgs, CleanFormatArg, FormatArg, InputArgs};
use crate::bulk;
use crate::containers::MAX_RECORD;
use crate::documents::{DocumentSink, Documents, Piece, Splitter};
use crate::input::{Format, Input};
use crate::jsonl::{self, Lines, RawLine};
use crate::output::{self, Output};
use crate::receipts::Writer;
use crate::records::MAX_NAMED;
use crate::setup;
use crate::talk::{Outcome, is_broken_pipe, say};

pub fn run(args: &CleanArgs) -> Run {
    if bulk::is_asked(args) {
        return bulk::run(args);
    }
    let options = CleanOptions { input: single(args)?, args };
    match clean(&options) {
        // Whoever reads a part of the output has what it wants; a file of receipts does not come into being by it.
        Err(error) if args.receipts.is_some() && is_broken_pipe(&error) => {
            bail!("standard output was closed before the end: no receipts were written")
        }
        outcome => outcome,
    }
}

/// The options of a run over a single file.
struct CleanOptions<'a> {
    input: InputArgs,
    args: &'a CleanArgs,
}

impl Deref for CleanOptions<'_> {
    type Target = CleanArgs;

    fn deref(&self) -> &CleanArgs {
        self.args
    }
}

/// What a run over a single file reads. Refuses what only a run over a corpus can do.
fn single(args: &CleanArgs) -> Result<InputArgs> {
    let bulk = &args.bulk;
    let needs_folder = [
        (bulk.summary.is_some(), "--summary"),
        (bulk.salvage, "--salvage"),
        (bulk.max_expansion.is_some(), "--max-expansion"),
        (bulk.attributes.is_some(), "--attributes"),
        (bulk.annotate.is_some(), "--annotate"),
        (bulk.level.is_some(), "--level"),
        (bulk.block_size.is_some(), "--block-size"),
        (bulk.jobs.is_some(), "--jobs"),
        (args.format == CleanFormatArg::Warc, "--format warc"),
        (args.format == CleanFormatArg::Parquet, "--format parquet"),
    ];
    if let Some((_, option)) = needs_folder.iter().find(|(is_given, _)| *is_given) {
        bail!("{option} is for whole corpora: name a folder for the output, -o DIR/");
    }
    Ok(InputArgs {
        file: args.files.first().cloned().unwrap_or_else(|| "-".into()),
        format: match args.format {
            CleanFormatArg::Text => FormatArg::Text,
            CleanFormatArg::Jsonl => FormatArg::Jsonl,
            _ => FormatArg::Auto,
        },
        text_field: args.text_field.clone().unwrap_or_else(|| "text".into()),
        max_record: args.max_record.unwrap_or(MAX_RECORD),
        documents: args.documents,
    })
}

fn clean(args: &CleanOptions<'_>) -> Run {
    let cleaner = setup::cleaner(&args.rules)?;
    let mut input = Input::open(&args.input, None)?;
    let read = input.path.clone();
    let mut others = vec![("the input", read.as_deref())];
    others.extend(args.rules.pack.iter().map(|pack| ("a pack", Some(pack.as_path()))));
    let create = |path: &PathBuf| Writer::create(path, input.format, &others);
    let receipts = args.receipts.as_ref().map(create).transpose()?;
    others.push(("the file of receipts", args.receipts.as_deref()));
    let output = Output::create(args.output.as_deref(), &others)?.packed_as_named();
    let mut job =
        Job { cleaner, output, receipts, report: Report::default(), bad_records: 0, emptied: 0 };
    match input.format {
        Format::Text => job.text(&mut input, args)?,
        Format::Jsonl => job.jsonl(&mut input, args)?,
    }
    let Job { cleaner, output, receipts, report, bad_records, emptied } = job;
    let receipts = receipts.map(Writer::end).transpose()?;
    // Receipts first: a cleaned file without receipts could not be undone.
    output::finish([receipts, Some(output)].into_iter().flatten())?;
    tell(&report, &cleaner, bad_records, emptied, args.quiet);
    Ok(Outcome::found(bad_records > 0))
}

struct Job {
    cleaner: Cleaner,
    output: Output,
    receipts: Option<Writer>,
    report: Report,
    bad_records: u64,
    emptied: u64,
}

impl Job {
    fn text(&mut self, input: &mut Input, args: &CleanOptions<'_>) -> Result<()> {
        let cleaner = self.cleaner.clone();
        let sink = TextSink { job: self, at: 0, start: 0, receipt: cleaner.receipt_builder() };
        let mut documents = Documents::new(cleaner.stream(sink), false);
        let mut splitter = Splitter::new(args.input.documents);
        let mut take = |piece: Piece<'_>| documents.pass(piece);
        input.each_piece(|bytes| splitter.push(bytes, &mut take))?;
        splitter.finish(&mut take)?;
        let mut stream = documents.end()?;
        if stream.report().documents() == 0 {
            stream.end_document()?;
        }
        let (sink, report) = stream.finish().map_err(|failure| failure.error)?;
        sink.job.report.merge(&report);
        Ok(())
    }

    fn jsonl(&mut self, input: &mut Input, args: &CleanOptions<'_>) -> Result<()> {
        let name = input.name.clone();
        let InputArgs { text_field, max_record: max, .. } = &args.input;
        let fields = Fields::default().with_text(text_field);
        let mut records = RecordCleaner::new(&self.cleaner).with_fields(fields);
        Lines::new(&mut input.reader, *max).each(|number, line| {
            let place = || format!("{name}:{number}");
            match line {
                RawLine::Whole(line) => match records.clean(jsonl::unmarked(number, line)) {
                    Ok(Some(cleaned)) => self.record(line, &cleaned, number),
                    Ok(None) => self.output.put(line),
                    Err(why) => self.keep_bad(line, &place(), &why.to_string(), args.strict),
                },
                RawLine::Part { bytes, is_start: true } => {
                    self.keep_bad(bytes, &place(), &jsonl::too_long(*max), args.strict)
                }
                RawLine::Part { bytes, .. } => self.output.put(bytes),
            }
        })?;
        self.report.merge(records.report());
        Ok(())
    }

    /// Says that a line is kept as it is, or stops.
    fn keep_bad(&mut self, line: &[u8], place: &str, why: &str, is_strict: bool) -> Result<()> {
        if is_strict {
            let is_stream = self.output.is_stream();
            let before =
                if is_stream { "the lines before it were written" } else { "nothing was written" };
            bail!("{place}: {why}; {before}");
        }
        self.bad_records += 1;
        match self.bad_records.cmp(&(MAX_NAMED + 1)) {
            Ordering::Less => say(format!("{place}: kept as it is: {why}")),
            Ordering::Equal => {
                say("more lines were kept as they are; only their number is told at the end")
            }
            Ordering::Greater => {}
        }
        self.output.put(line)
    }

    /// Writes what is left of a record, and its receipt. A byte order mark may stand before the cleaned line.
    fn record(&mut self, line: &[u8], cleaned: &CleanedLine<'_>, number: u64) -> Result<()> {
        if cleaned.status() == Status::ResidueOnly {
            self.emptied += 1;
        }
        if let (Some(receipts), false) = (&mut self.receipts, cleaned.removals().is_empty()) {
            let mut receipt = cleaned.receipt();
            receipt.at = Some(number);
            receipts.add(&receipt)?;
        }
        self.output.put(&line[..line.len() - cleaned.line().len()])?;
        cleaned.kept().try_for_each(|piece| self.output.put(piece))
    }
}

/// Writes what is kept of a text stream, and the receipts of its documents.
struct TextSink<'j> {
    job: &'j mut Job,
    /// Bytes of the input that were taken.
    at: u64,
    /// Where the document in hand starts.
    start: u64,
    receipt: ReceiptBuilder,
}

impl DocumentSink for TextSink<'_> {
    fn separate(&mut self, bytes: &[u8]) -> Result<()> {
        self.at += bytes.len() as u64;
        self.start = self.at;
        self.job.output.put(bytes)
    }
}

impl Sink for TextSink<'_> {
    type Error = Error;

    fn keep(&mut self, bytes: &[u8]) -> Result<()> {
        self.job.output.put(bytes)?;
        self.at += bytes.len() as u64;
        if self.job.receipts.is_some() {
            self.receipt.keep(bytes);
        }
        Ok(())
    }

    fn remove(&mut self, removal: &Removal, bytes: &[u8]) -> Result<()> {
        self.at += bytes.len() as u64;
        if self.job.receipts.is_some() {
            let rule = self.job.cleaner.rule(removal.rule).id();
            self.receipt.remove(rule, removal.line, removal.evidence, bytes);
        }
        Ok(())
    }

    fn end_document(&mut self, report: &DocumentReport) -> Result<()> {
        if report.status == Status::ResidueOnly {
            self.job.emptied += 1;
        }
        let builder = std::mem::replace(&mut self.receipt, self.job.cleaner.receipt_builder());
        if let (Some(receipts), false) = (&mut self.job.receipts, builder.is_empty()) {
            let mut receipt = builder.finish();
            receipt.at = Some(self.start);
            receipts.add(&receipt)?;
        }
        self.start = self.at;
        Ok(())
    }
}

/// The summary on standard error. Documents that came out empty and unread lines are told even when quiet.
fn tell(report: &Report, cleaner: &Cleaner, bad_records: u64, emptied: u64, is_quiet: bool) {
    let plural =
        |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    if emptied > 0 {
        say(format!(
            "{} held nothing but residue and came out empty (residue_only)",
            plural(emptied, "document")
        ));
    }
    if bad_records > 0 {
        say(format!("{} could not be read and stayed as they are", plural(bad_records, "line")));
    }
    let limits = report.limits();
    if !limits.is_exact() {
        say(format!(
            "{} too long to be examined; undecided lines were let go {}, too many to be judged as one",
            plural(limits.long_lines, "line"),
            plural(limits.held, "time"),
        ));
    }
    if is_quiet {
        return;
    }
    say(format!(
        "{}: {} removed, {} of {} bytes",
        plural(report.documents(), "document"),
        plural(report.removals(), "piece"),
        report.bytes_removed(),
        report.bytes_in()
    ));
    let by_rule: Vec<String> = report
        .by_rule()
        .map(|(rule, count)| format!("{} {}", cleaner.rule(rule).id(), count.removals))
        .collect();
    if !by_rule.is_empty() {
        say(format!("by rule: {}", by_rule.join(", ")));
    }
}
