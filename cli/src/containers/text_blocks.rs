//! Reading text in blocks of whole documents, each with the separator behind it.
//!
//! A block ends where the last document starts that begins in its first `block_bytes`. A document that is larger (with its
//! separator) streams through the cleaner here, in bounded memory; a reader cannot start again inside it.

use std::path::Path;

use unchaff::{Cleaner, StreamCleaner};
use xxhash_rust::xxh3::Xxh3;

use super::block::{Block, BlockReader, Content, Position};
use super::buffers::Buffers;
use super::feed::{Feed, Stop};
use super::options::Options;
use super::problem::Problem;
use super::shape::Codec;
use super::text_clean::{DocumentSink, splitter};
use crate::documents::{DocumentSink as _, Piece, Splitter};

/// Bytes that are split at a time.
const STEP: usize = 64 << 10;

/// Reads the documents of a file.
pub struct TextReader {
    feed: Feed,
    cleaner: Cleaner,
    options: Options,
    /// A document that streams.
    large: Option<Box<Large>>,
}

/// A document larger than a block.
struct Large {
    stream: StreamCleaner<DocumentSink>,
    splitter: Splitter,
    /// Bytes of the buffer that the splitter has seen; what it passed on is in the buffer no more.
    pushed: usize,
    has_ended: bool,
}

/// Where a block ends.
enum End {
    /// Behind so many bytes: at the start of a document, or where the file or what can be read of it ends.
    At { len: usize, documents: u64 },
    /// Inside the first document, which is larger than a block.
    Inside,
}

/// What is known of a block while its bytes pass by.
struct Scan {
    max: usize,
    at: usize,
    /// Where the last document starts that is not the first, and how many start before it.
    last_start: Option<(usize, u64)>,
    documents: u64,
    in_text: bool,
}

impl Scan {
    /// Looks at the next piece; an error says that the block ends.
    fn see(&mut self, piece: Piece<'_>) -> Result<(), End> {
        let (is_text, len) = match piece {
            Piece::Text(bytes) => (true, bytes.len()),
            Piece::Separator(bytes) => (false, bytes.len()),
        };
        if is_text && !self.in_text && len > 0 {
            self.last_start = (self.at > 0).then_some((self.at, self.documents));
            self.documents += 1;
        }
        self.in_text = is_text;
        self.at += len;
        if self.at <= self.max {
            return Ok(());
        }
        Err(match self.last_start {
            Some((len, documents)) => End::At { len, documents },
            None => End::Inside,
        })
    }
}

impl TextReader {
    pub fn open(
        path: &Path,
        codec: Codec,
        options: &Options,
        cleaner: &Cleaner,
        from: Option<&Position>,
    ) -> Result<TextReader, Problem> {
        let feed = Feed::open(path, codec, options, from)?;
        Ok(TextReader { feed, cleaner: cleaner.clone(), options: options.clone(), large: None })
    }

    /// Finds the end of the block that starts with the buffer.
    fn find_end(&mut self) -> Result<End, Problem> {
        let max = self.options.block_bytes;
        let mut splitter = splitter(self.options.separator, self.feed.at);
        let mut scan = Scan { max, at: 0, last_start: None, documents: 0, in_text: false };
        let mut pushed = 0;
        loop {
            let stop = self.feed.fill(pushed)?;
            let piece = &self.feed.buffer[pushed..];
            pushed = self.feed.buffer.len();
            let is_last = stop != Stop::Enough;
            let mut found = splitter.push(piece, |piece| scan.see(piece));
            if is_last && found.is_ok() {
                found = splitter.finish(|piece| scan.see(piece));
            }
            match found {
                Err(end) => return Ok(end),
                Ok(()) if is_last => {
                    return Ok(End::At { len: pushed, documents: scan.documents });
                }
                Ok(()) => {}
            }
        }
    }

    fn documents(&mut self) -> Result<Option<Block>, Problem> {
        let at = self.feed.at;
        match self.find_end()? {
            End::At { len: 0, .. } => self.end_or_gap(),
            End::At { len, documents } => {
                let content = Content::Records(self.feed.take(len));
                Ok(Some(self.feed.block(at, content, documents)))
            }
            End::Inside => {
                let sink = DocumentSink::new(&self.cleaner, &self.options, self.feed.records, at);
                let stream = self.cleaner.stream(sink);
                let splitter = splitter(self.options.separator, at);
                let large = Large { stream, splitter, pushed: 0, has_ended: false };
                self.part(Box::new(large), 1)
            }
        }
    }

    /// The next part of a document that streams, in which so many documents begin.
    fn part(&mut self, mut large: Box<Large>, records: u64) -> Result<Option<Block>, Problem> {
        let at = self.feed.at;
        let mut is_over = false;
        while !is_over && self.feed.at - at < self.options.block_bytes as u64 {
            is_over = large.push(&mut self.feed)?;
        }
        let mut part = large.stream.sink().take_part();
        part.len = self.feed.at - at;
        if is_over {
            large.end();
            let (sink, report) =
                large.stream.finish().unwrap_or_else(|failure| match failure.error {});
            part.append(sink.into_part());
            part.report = report;
        } else {
            self.large = Some(large);
        }
        let mut block = self.feed.block(at, Content::Cleaned(Box::new(part)), records);
        if !is_over {
            block.resume = None;
        }
        Ok(Some(block))
    }

    /// Nothing is left before a gap or the end.
    fn end_or_gap(&mut self) -> Result<Option<Block>, Problem> {
        let at = self.feed.at;
        let is_gap = self.feed.fill(0)? == Stop::Gap;
        if is_gap && self.feed.pass_gap(self.options.block_bytes)? && !self.feed.buffer.is_empty() {
            return self.documents();
        }
        if !is_gap && !self.feed.is_first() && !self.feed.has_findings() {
            return Ok(None);
        }
        // An empty file is one empty document.
        let documents = u64::from(!is_gap && self.feed.is_first());
        Ok(Some(self.feed.block(at, Content::Records(Vec::new()), documents)))
    }
}

impl Large {
    /// Passes the next bytes of the document on; says whether it has ended, and its separator with it.
    fn push(&mut self, feed: &mut Feed) -> Result<bool, Problem> {
        let stop = feed.fill(self.pushed + STEP)?;
        // Always so many bytes, so that parts are the same wherever the reader started.
        let end = feed.buffer.len().min(self.pushed + STEP);
        let is_last = stop != Stop::Enough && end == feed.buffer.len();
        let Large { stream, splitter, has_ended, .. } = self;
        let mut passed = 0;
        let mut pass = |piece: Piece<'_>| -> Result<(), ()> {
            match piece {
                Piece::Text([]) => {}
                Piece::Text(_) if *has_ended => return Err(()),
                Piece::Text(bytes) => {
                    passed += bytes.len();
                    never_fails(stream.push(bytes));
                }
                Piece::Separator(bytes) => {
                    passed += bytes.len();
                    if !std::mem::replace(has_ended, true) {
                        never_fails(stream.end_document());
                    }
                    never_fails(stream.sink().separate(bytes));
                }
            }
            Ok(())
        };
        let mut result = splitter.push(&feed.buffer[self.pushed..end], &mut pass);
        if is_last && result.is_ok() {
            result = splitter.finish(&mut pass);
        }
        feed.forget(passed);
        self.pushed = end - passed;
        Ok(result.is_err() || is_last)
    }

    fn end(&mut self) {
        if !std::mem::replace(&mut self.has_ended, true) {
            never_fails(self.stream.end_document());
        }
    }
}

fn never_fails(result: Result<(), std::convert::Infallible>) {
    result.unwrap_or_else(|error| match error {});
}

impl BlockReader for TextReader {
    fn next(&mut self) -> Result<Option<Block>, Problem> {
        match self.large.take() {
            Some(large) => self.part(large, 0),
            None => self.documents(),
        }
    }

    fn file_hash(&self) -> Option<&Xxh3> {
        self.feed.file_hash()
    }

    fn reuse(&mut self, buffers: &Buffers) {
        self.feed.buffers = buffers.clone();
    }
}
