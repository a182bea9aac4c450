//! The second door: documents that arrive in pieces, in bounded memory.
//!
//! The invariant: at every moment, what the sink took (kept or removed), what `pending` holds and what was never pushed
//! are, in this order, exactly the input; and how the input was cut into pieces changes nothing. Memory: the line in
//! hand, the undecided lines and one piece of 64 KiB, each bounded by `Limits`, and up to 60 bytes for each candidate among
//! the undecided lines. What is pushed while the sink fails is held too, without a bound.

use std::convert::Infallible;
use std::fmt;

use crate::cleaner::Cleaner;
use crate::evidence::decider::Decider;
use crate::evidence::removal::Removal;
use crate::evidence::report::{DocumentReport, Report, Status};
use crate::feed::{feed_lines, feed_one};
use crate::matching::ruleset::Matcher;
use crate::text::line::Line;
use crate::text::scan::{Scan, WINDOW};

/// Bytes taken from a push at a time.
const PIECE: usize = 64 * 1024;

/// Takes what a [`StreamCleaner`] decides, in the order of the input.
///
/// A closure over bytes is a sink of the kept text: `|kept: &[u8]| out.extend_from_slice(kept)`.
///
/// An error means that the call took none of its bytes; the cleaner offers them again at the next call, or hands them
/// back with [`StreamCleaner::into_pending`].
pub trait Sink {
    /// What can go wrong while taking.
    type Error;

    /// Takes the next kept bytes of the document.
    ///
    /// # Errors
    ///
    /// When the bytes could not be taken.
    fn keep(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Takes the next removed bytes of the document.
    ///
    /// # Errors
    ///
    /// When the removal could not be recorded.
    fn remove(&mut self, removal: &Removal, bytes: &[u8]) -> Result<(), Self::Error> {
        let _ = (removal, bytes);
        Ok(())
    }

    /// The document has ended.
    ///
    /// # Errors
    ///
    /// When the end could not be recorded.
    fn end_document(&mut self, report: &DocumentReport) -> Result<(), Self::Error> {
        let _ = report;
        Ok(())
    }
}

impl<F: FnMut(&[u8])> Sink for F {
    type Error = Infallible;

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self(bytes);
        Ok(())
    }
}

/// Cleans documents that arrive in pieces, and passes what is decided on to a [`Sink`].
///
/// Never fails on content: every error is one of the sink, and loses nothing.
///
/// ```
/// use unchaff::Cleaner;
///
/// let mut kept = Vec::new();
/// let mut stream = Cleaner::builtin().stream(|bytes: &[u8]| kept.extend_from_slice(bytes));
/// for piece in ["[ad", "_1]\nTea is rea", "dy.\n[ad_2]", "\nSource"] {
///     stream.push(piece.as_bytes())?;
/// }
/// let (_, report) = stream.finish().expect("a closure cannot fail");
/// assert_eq!(report.removals(), 3);
/// assert_eq!(kept, b"Tea is ready.");
/// # Ok::<(), std::convert::Infallible>(())
/// ```
pub struct StreamCleaner<S: Sink> {
    cleaner: Cleaner,
    sink: S,
    decider: Decider,
    /// Bytes of the document that the sink has not taken; the first of them stands at `base`.
    buffer: Vec<u8>,
    base: u64,
    /// Where the line in hand starts, and how far it was searched for its end; offsets of the document.
    line_start: u64,
    searched: u64,
    in_long_line: bool,
    scan: Scan,
    /// Removals that the sink has taken.
    removals_taken: usize,
    /// The document was ended, but the sink has not taken all of it.
    is_ending: bool,
    /// Bytes pushed while the sink failed, which belong behind everything else.
    backlog: Vec<u8>,
    document: Tally,
    report: Report,
}

/// What the sink took of the document in hand.
#[derive(Default)]
struct Tally {
    removals: u64,
    bytes_removed: u64,
}

impl<S: Sink> StreamCleaner<S> {
    pub(crate) fn new(cleaner: Cleaner, sink: S) -> Self {
        let decider = cleaner.decider(false);
        StreamCleaner {
            cleaner,
            sink,
            decider,
            buffer: Vec::new(),
            base: 0,
            line_start: 0,
            searched: 0,
            in_long_line: false,
            scan: Scan::default(),
            removals_taken: 0,
            is_ending: false,
            backlog: Vec::new(),
            document: Tally::default(),
            report: Report::default(),
        }
    }

    /// Takes the next bytes of the document, all of them, even when the sink fails.
    ///
    /// # Errors
    ///
    /// When the sink fails. What it has not taken is held, and offered again at the next call.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        if !self.backlog.is_empty() || self.is_ending {
            self.backlog.extend_from_slice(bytes);
            return self.resume();
        }
        self.take(bytes)
    }

    /// Ends the document in hand. What is pushed next belongs to another one.
    ///
    /// # Errors
    ///
    /// When the sink fails. The end is noted, and what the sink has not taken is held: call again until it succeeds,
    /// before anything of the next document is pushed and ended.
    pub fn end_document(&mut self) -> Result<(), S::Error> {
        if !self.is_ending {
            // The end stands behind everything that was pushed, whether the sink takes it now or later.
            self.buffer.append(&mut self.backlog);
            self.read_lines();
            self.end_lines();
            self.is_ending = true;
        }
        self.resume()
    }

    /// Ends the document in hand, if any of it was pushed, and returns the sink and the report of all documents.
    ///
    /// # Errors
    ///
    /// When the sink fails. The error holds the stream, from which everything can be taken back.
    pub fn finish(mut self) -> Result<(S, Report), FinishError<S>> {
        // What was pushed while an end failed is a document of its own.
        while self.is_ending || self.base + self.held_bytes() as u64 > 0 {
            if let Err(error) = self.end_document() {
                return Err(FinishError { error, stream: Box::new(self) });
            }
        }
        Ok((self.sink, self.report))
    }

    /// Gives up: returns the sink, and all bytes that were pushed and that it has not taken, as they came in.
    pub fn into_pending(mut self) -> (S, Vec<u8>) {
        self.buffer.append(&mut self.backlog);
        (self.sink, self.buffer)
    }

    /// The report of all documents that ended so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The sink.
    pub fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    /// The cleaner.
    pub fn cleaner(&self) -> &Cleaner {
        &self.cleaner
    }

    /// Bytes held at the moment: pushed, and not yet taken by the sink.
    pub fn held_bytes(&self) -> usize {
        self.buffer.len() + self.backlog.len()
    }

    /// Goes on after an error: delivers what is decided, then takes what was pushed meanwhile.
    fn resume(&mut self) -> Result<(), S::Error> {
        self.deliver()?;
        if self.is_ending {
            self.end_report()?;
        }
        let backlog = std::mem::take(&mut self.backlog);
        self.take(&backlog)
    }

    /// Takes bytes piece by piece; when the sink fails, the rest waits in the backlog.
    fn take(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        let mut taken = 0;
        for piece in bytes.chunks(PIECE) {
            taken += piece.len();
            self.buffer.extend_from_slice(piece);
            self.read_lines();
            if let Err(error) = self.deliver() {
                self.backlog.extend_from_slice(&bytes[taken..]);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Gives the decider every line that is complete, and what it needs to know of one that is too long.
    fn read_lines(&mut self) {
        if self.in_long_line {
            self.read_long_line();
        }
        while !self.in_long_line {
            // What was searched without finding an end is not searched again.
            let from = self.line_start.max(self.searched);
            let unread = &self.buffer[(from - self.base) as usize..];
            let Some(at) = memchr::memchr(b'\n', unread) else { break };
            let end = from + at as u64 + 1;
            self.feed_from_line_start(end);
        }
        self.searched = self.base + self.buffer.len() as u64;
        let limit = self.cleaner.limits().max_line_bytes as u64;
        let rules = self.cleaner.index().rules();
        if !self.in_long_line && self.searched - self.line_start > limit {
            self.decider.start_long_line(rules, self.line_start);
            self.in_long_line = true;
        }
        if self.in_long_line {
            self.decider.keep_through(rules, self.searched);
        }
    }

    /// Feeds the line in hand, which ends before `first_end`, and the lines behind it in one window.
    fn feed_from_line_start(&mut self, first_end: u64) {
        let index = |offset: u64| (offset - self.base) as usize;
        let (start, len) = (index(self.line_start), self.buffer.len());
        let window_end = index(first_end).max(len.min(start + WINDOW));
        let window = &self.buffer[start..window_end];
        let (matcher, limits) = (self.cleaner.index(), self.cleaner.limits());
        let fed = if index(first_end) - start > WINDOW {
            let line = Line::from_raw(self.line_start, &self.buffer[start..index(first_end)]);
            feed_one(&mut self.decider, matcher, line, limits, &mut self.scan);
            index(first_end) - start
        } else {
            feed_lines(&mut self.decider, matcher, window, self.line_start, limits, &mut self.scan)
        };
        self.line_start += fed as u64;
    }

    /// Looks for the end of a line that is too long.
    fn read_long_line(&mut self) {
        let unread = &self.buffer[(self.searched - self.base) as usize..];
        if let Some(at) = memchr::memchr(b'\n', unread) {
            let end = self.searched + at as u64 + 1;
            self.decider.end_long_line(self.cleaner.index().rules(), end);
            self.in_long_line = false;
            self.line_start = end;
        }
    }

    /// The document ends: so does its last line.
    fn end_lines(&mut self) {
        let end = self.base + self.buffer.len() as u64;
        if self.line_start < end && !self.in_long_line {
            let raw = &self.buffer[(self.line_start - self.base) as usize..];
            let line = Line::from_raw(self.line_start, raw);
            let (matcher, limits) = (self.cleaner.index(), self.cleaner.limits());
            feed_one(&mut self.decider, matcher, line, limits, &mut self.scan);
        }
        self.decider.finish(self.cleaner.index().rules());
    }

    /// Offers the sink everything that is decided, and forgets what it took.
    fn deliver(&mut self) -> Result<(), S::Error> {
        let decided = self.decider.decided();
        let mut at = self.base;
        let mut result = Ok(());
        while at < decided && result.is_ok() {
            let removal = self.decider.verdict.removals.get(self.removals_taken).copied();
            let end = removal.map_or(decided, |removal| removal.span.start.min(decided));
            let bytes = |from: u64, to: u64| {
                &self.buffer[(from - self.base) as usize..(to - self.base) as usize]
            };
            if at < end {
                result = self.sink.keep(bytes(at, end)).map(|()| at = end);
            } else if let Some(removal) = removal {
                let end = removal.span.end;
                result = self.sink.remove(&removal, bytes(at, end)).map(|()| {
                    at = end;
                    self.removals_taken += 1;
                    self.document.removals += 1;
                    self.document.bytes_removed += removal.span.len();
                    self.report.count_removal(&removal, self.cleaner.index().rules());
                });
            }
        }
        self.buffer.drain(..(at - self.base) as usize);
        self.base = at;
        if self.removals_taken == self.decider.verdict.removals.len() {
            self.decider.verdict.removals.clear();
            self.removals_taken = 0;
        }
        result
    }

    /// Reports the document that has been delivered whole, and makes ready for the next.
    fn end_report(&mut self) -> Result<(), S::Error> {
        let report = DocumentReport {
            status: Status::of(self.document.removals > 0, self.decider.has_body()),
            bytes_in: self.base,
            bytes_removed: self.document.bytes_removed,
            removals: self.document.removals,
            near_misses: self.decider.verdict.near_misses,
            limits: self.decider.limit_hits,
        };
        self.sink.end_document(&report)?;
        self.report.count_document(&report);
        self.decider = self.cleaner.decider(false);
        self.document = Tally::default();
        (self.base, self.line_start, self.searched) = (0, 0, 0);
        (self.in_long_line, self.is_ending) = (false, false);
        Ok(())
    }
}

impl<S: Sink> fmt::Debug for StreamCleaner<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamCleaner")
            .field("held_bytes", &self.held_bytes())
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}

/// A stream that could not be finished because its sink failed.
pub struct FinishError<S: Sink> {
    /// What the sink said.
    pub error: S::Error,
    /// The stream, to try again or to take back what it holds.
    pub stream: Box<StreamCleaner<S>>,
}

impl<S: Sink> fmt::Debug for FinishError<S>
where
    S::Error: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishError").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<S: Sink> fmt::Display for FinishError<S>
where
    S::Error: fmt::Display,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.stream.held_bytes();
        write!(f, "the sink failed with {held} bytes not yet delivered: {}", self.error)
    }
}

impl<S: Sink> std::error::Error for FinishError<S> where S::Error: fmt::Debug + fmt::Display {}
