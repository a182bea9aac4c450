//! What becomes of a document when its sink fails, at any call, for once or for ever: nothing is lost.

use std::convert::Infallible;
use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use unchaff::{Cleaner, DocumentReport, Removal, Report, Sink, StreamCleaner};

use super::support::law::law;
use super::support::texts::{Document, small_documents};
use super::{LIMITED, Record, any_cuts, pieces};

/// The sink does not take anything now.
#[derive(Debug, PartialEq)]
struct Full;

/// A record whose calls of these numbers fail.
struct Failing {
    record: Record,
    calls: usize,
    fails: Range<usize>,
}

impl Failing {
    fn new(fails: Range<usize>) -> Self {
        Failing { record: Record::default(), calls: 0, fails }
    }

    fn call(
        &mut self,
        take: impl FnOnce(&mut Record) -> Result<(), Infallible>,
    ) -> Result<(), Full> {
        self.calls += 1;
        if self.fails.contains(&(self.calls - 1)) {
            return Err(Full);
        }
        let Ok(()) = take(&mut self.record);
        Ok(())
    }
}

impl Sink for Failing {
    type Error = Full;

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.call(|record| record.keep(bytes))
    }

    fn remove(&mut self, removal: &Removal, bytes: &[u8]) -> Result<(), Full> {
        self.call(|record| record.remove(removal, bytes))
    }

    fn end_document(&mut self, report: &DocumentReport) -> Result<(), Full> {
        self.call(|record| record.end_document(report))
    }
}

/// What is done with a stream whose sink fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reaction {
    /// Ends are called again until they succeed.
    Repeat,
    /// Nothing is called again: the next bytes are pushed, and `finish` is called until it succeeds or for a while.
    GoOn,
    /// The stream is given up.
    GiveUp,
}

/// What came of a stream whose sink fails.
struct Outcome {
    record: Record,
    /// Calls that the sink got.
    calls: usize,
    /// What the stream held at last.
    pending: Vec<u8>,
    /// Bytes that were pushed.
    fed: usize,
    /// The report, where the stream was finished.
    report: Option<Report>,
}

impl Outcome {
    fn of(stream: StreamCleaner<Failing>, fed: usize) -> Outcome {
        let held = stream.held_bytes();
        let (sink, pending) = stream.into_pending();
        assert_eq!(pending.len(), held);
        Outcome { record: sink.record, calls: sink.calls, pending, fed, report: None }
    }
}

/// How often a failing call is repeated before it is taken to fail for ever.
const PATIENCE: usize = 5;

/// Streams documents to a failing sink. The last document is ended by `finish` alone if `is_last_open`.
fn drive(
    cleaner: &Cleaner,
    documents: &[(Document, Vec<Index>)],
    is_last_open: bool,
    fails: Range<usize>,
    reaction: Reaction,
) -> Outcome {
    let mut stream = cleaner.stream(Failing::new(fails));
    let mut fed = 0;
    for (number, (text, cuts)) in (1..).zip(documents) {
        for piece in pieces(&text.0, cuts) {
            let pushed = stream.push(piece);
            fed += piece.len();
            if pushed.is_err() && reaction == Reaction::GiveUp {
                return Outcome::of(stream, fed);
            }
        }
        if is_last_open && number == documents.len() {
            break;
        }
        let tries = if reaction == Reaction::Repeat { PATIENCE } else { 1 };
        let is_ended = (0..tries).any(|_| stream.end_document().is_ok());
        if !is_ended && reaction != Reaction::GoOn {
            return Outcome::of(stream, fed);
        }
    }
    for _ in 0..PATIENCE {
        match stream.finish() {
            Ok((sink, report)) => {
                let Failing { record, calls, .. } = sink;
                return Outcome { record, calls, pending: Vec::new(), fed, report: Some(report) };
            }
            Err(failed) => {
                assert_eq!(failed.error, Full);
                stream = *failed.stream;
                if reaction == Reaction::GiveUp {
                    break;
                }
            }
        }
    }
    Outcome::of(stream, fed)
}

/// Documents in pieces, a cleaner, and whether `finish` ends the last document.
fn driven() -> impl Strategy<Value = (usize, Vec<(Document, Vec<Index>)>, bool)> {
    (0..LIMITED.len(), vec((small_documents(), any_cuts()), 1..4), any::<bool>())
}

fn input(documents: &[(Document, Vec<Index>)]) -> Vec<u8> {
    documents.iter().flat_map(|(text, _)| text.0.iter().copied()).collect()
}

/// Whichever calls of the sink fail, what it took, what is pending and what was not fed are the input.
#[test]
fn a_failing_sink_loses_nothing() {
    law(1, driven(), |(at, documents, is_last_open)| {
        let cleaner = &LIMITED[at].0;
        let input = input(&documents);
        let calls = drive(cleaner, &documents, is_last_open, 0..0, Reaction::Repeat).calls;
        for first in 0..calls {
            for fails in [first..first + 1, first..first + 2, first..first + 3, first..usize::MAX] {
                for reaction in [Reaction::Repeat, Reaction::GoOn, Reaction::GiveUp] {
                    let outcome = drive(cleaner, &documents, is_last_open, fails.clone(), reaction);
                    prop_assert!(outcome.record.faults.is_empty(), "{:?}", outcome.record.faults);
                    let mut all = outcome.record.all;
                    all.extend_from_slice(&outcome.pending);
                    all.extend_from_slice(&input[outcome.fed..]);
                    prop_assert_eq!(
                        Document(all),
                        Document(input.clone()),
                        "{:?} fail, {:?}",
                        fails,
                        reaction
                    );
                }
            }
        }
        Ok(())
    });
}

/// After failures that pass, a stream that goes on comes to the same result as one that never failed.
#[test]
fn a_failure_that_passes_leaves_no_trace() {
    law(1, driven(), |(at, documents, is_last_open)| {
        let cleaner = &LIMITED[at].0;
        let smooth = drive(cleaner, &documents, is_last_open, 0..0, Reaction::Repeat);
        prop_assert_eq!(&smooth.record.all, &input(&documents));
        prop_assert!(smooth.record.faults.is_empty(), "{:?}", smooth.record.faults);
        prop_assert!(smooth.report.is_some());
        for first in 0..smooth.calls {
            for len in 1..=3 {
                let rough =
                    drive(cleaner, &documents, is_last_open, first..first + len, Reaction::Repeat);
                prop_assert_eq!(
                    &rough.record,
                    &smooth.record,
                    "calls {} to {} fail",
                    first,
                    first + len - 1
                );
                prop_assert_eq!(&rough.report, &smooth.report);
                prop_assert!(rough.calls >= smooth.calls);
            }
        }
        Ok(())
    });
}
