//! The record cleaner: takes the lines of a JSONL file one by one.
//!
//! The invariant: what is removed from a record is what [`Cleaner::clean`] removes from its text. A line of the text
//! without escapes is judged as it is written; any other is unescaped first, into a buffer. Buffers are kept from record to
//! record, so that the JSON part allocates nothing for a record of which nothing is removed. Used by whoever reads JSONL.

use std::ops::Range;

use super::block::Places;
use super::cleaned::CleanedLine;
use super::error::LineError;
use super::escape::unescape;
use super::fields::Fields;
use super::record::Record;
use super::written::{Walk, WrittenLine};
use crate::cleaner::Cleaner;
use crate::evidence::decider::Decider;
use crate::evidence::removal::Removal;
use crate::evidence::report::{DocumentReport, Report, Status};
use crate::feed::feed_one;
use crate::matching::ruleset::Matcher;
use crate::text::line::Line;
use crate::text::scan::Scan;

/// Cleans the records of JSONL files, each where it stands, with buffers that are used again and again.
///
/// See [the module](crate::jsonl) for an example.
#[derive(Debug)]
pub struct RecordCleaner {
    fields: Fields,
    cleaner: Cleaner,
    /// Some rules or exceptions are for certain hosts only.
    minds_hosts: bool,
    /// The last host that a record told, and the cleaner for it.
    on_host: Option<(String, Cleaner)>,
    /// The record that was read last tells that host.
    is_on_host: bool,
    /// The decider of the record before: its buffers are used again.
    idle: Option<Decider>,
    pub(super) record: Record,
    pub(super) removals: Vec<Removal>,
    /// Where the removals are written in the line.
    pub(super) cuts: Vec<Range<usize>>,
    scratch: Vec<u8>,
    scan: Scan,
    places: Box<Places>,
    report: Report,
}

impl RecordCleaner {
    /// A cleaner of records whose text is in the field `text`.
    #[must_use]
    pub fn new(cleaner: &Cleaner) -> Self {
        let minds_hosts = cleaner.index().rules().minds_hosts();
        RecordCleaner {
            fields: Fields::default(),
            cleaner: cleaner.clone(),
            minds_hosts,
            on_host: None,
            is_on_host: false,
            idle: None,
            record: Record::default(),
            removals: Vec::new(),
            cuts: Vec::new(),
            scratch: Vec::new(),
            scan: Scan::default(),
            places: Box::default(),
            report: Report::default(),
        }
    }

    /// The same with fields of other names.
    #[must_use]
    pub fn with_fields(mut self, fields: Fields) -> Self {
        self.fields = fields;
        self
    }

    /// Cleans a line; `None` for a blank one. The line may have its line end, but no byte order mark before it.
    ///
    /// # Errors
    ///
    /// When the line is no JSON object, or has no text that can be cleaned: it stays as it is.
    pub fn clean<'c>(&'c mut self, line: &'c [u8]) -> Result<Option<CleanedLine<'c>>, LineError> {
        let json = line.trim_ascii_end();
        if json.trim_ascii_start().is_empty() {
            return Ok(None);
        }
        self.record.read(json, &self.fields, self.minds_hosts, &mut self.places)?;
        let document = self.judge(line);
        self.report.count_document(&document);
        Ok(Some(CleanedLine::new(self, line, document)))
    }

    /// What was done so far.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was done since this was called before.
    #[must_use]
    pub fn take_report(&mut self) -> Report {
        std::mem::take(&mut self.report)
    }

    /// The cleaner for the host of the record that was read last.
    pub(super) fn cleaner_for(&self, line: &[u8]) -> Cleaner {
        match &self.on_host {
            Some((_, cleaner)) if self.is_on_host => cleaner.clone(),
            // No rule asks for the host, but a receipt names it.
            _ if !self.minds_hosts => match self.fields.host(line) {
                Some(host) => self.cleaner.for_host(&host),
                None => self.cleaner.clone(),
            },
            _ => self.cleaner.clone(),
        }
    }

    /// Judges the text of the record that was read.
    fn judge(&mut self, line: &[u8]) -> DocumentReport {
        let mut decider = self.decider(line);
        let bytes_in = self.feed(&mut decider, line);
        std::mem::swap(&mut self.removals, &mut decider.verdict.removals);
        let rules = self.cleaner.index().rules();
        self.removals.iter().for_each(|removal| self.report.count_removal(removal, rules));
        let mut walk = Walk::new(line, &self.record.lines, self.record.text.start);
        let cut = |removal: &Removal| {
            let span = removal.span.range();
            walk.to(span.start)..walk.to(span.end)
        };
        self.cuts.clear();
        self.cuts.extend(self.removals.iter().map(cut));
        let document = DocumentReport {
            status: Status::of(!self.removals.is_empty(), decider.has_body()),
            bytes_in: bytes_in as u64,
            bytes_removed: self.removals.iter().map(|removal| removal.span.len()).sum(),
            removals: self.removals.len() as u64,
            near_misses: decider.verdict.near_misses,
            limits: decider.limit_hits,
        };
        self.idle = Some(decider);
        document
    }

    /// The decider of the record before, or a new one, ready for the record in hand.
    fn decider(&mut self, line: &[u8]) -> Decider {
        let mut decider = self.idle.take().unwrap_or_else(|| self.cleaner.decider(false));
        let host = match self.minds_hosts {
            true => self.record.sites.host(&self.fields.sites, line, &mut self.places),
            false => None,
        };
        self.is_on_host = host.is_some();
        let cleaner = match (host, &mut self.on_host) {
            (None, _) => &self.cleaner,
            (Some(host), Some((before, cleaner))) if *before == host => cleaner,
            (Some(host), on_host) => {
                let cleaner = self.cleaner.for_host(&host);
                &on_host.insert((host, cleaner)).1
            }
        };
        cleaner.restart(&mut decider);
        decider
    }

    /// Feeds the lines of the text to a decider, and returns the length of the text.
    fn feed(&mut self, decider: &mut Decider, line: &[u8]) -> usize {
        let RecordCleaner { cleaner, record, scratch, scan, .. } = self;
        let (index, limits) = (cleaner.index(), cleaner.limits());
        let mut text_start = 0;
        for at in 0..record.lines.len() {
            let next = record.lines.get(at + 1).map_or(record.text.end, |next| next.start);
            let written = &mut record.lines[at];
            written.text_start = text_start;
            let is_terminated = next > written.end;
            let (content, text_len) = read(line, *written, is_terminated, scratch);
            let end = text_start + text_len + usize::from(is_terminated);
            let text_line = Line { start: text_start as u64, content, end: end as u64 };
            feed_one(decider, index, text_line, limits, scan);
            text_start = end;
        }
        decider.finish(index.rules());
        text_start
    }
}

/// The content of a written line, and the length of the line before its line feed.
fn read<'r>(
    line: &'r [u8],
    written: WrittenLine,
    is_terminated: bool,
    scratch: &'r mut Vec<u8>,
) -> (&'r [u8], usize) {
    let WrittenLine { start, escape, end, .. } = written;
    if escape == end {
        return (&line[start..end], end - start);
    }
    if is_terminated && escape + 2 == end && line[escape..end] == *br"\r" {
        return (&line[start..escape], escape - start + 1);
    }
    scratch.clear();
    unescape(&line[start..end], scratch);
    let len = scratch.len();
    let content = scratch.strip_suffix(b"\r").filter(|_| is_terminated).unwrap_or(scratch);
    (content, len)
}
