//! A bulk run: files in lanes, their blocks to all cores, and back in order.
//!
//! Each lane has a thread that reads its files block by block and one that writes them; between the two the blocks pass
//! through the cleaning threads, which all lanes share. The invariant: what is written depends on the files alone, not on
//! the number of threads; and memory is bounded by the blocks in flight, of which there is one for each cleaning thread and
//! two more, whatever the files' sizes; a block of one long record counts as several, and of large row groups there is one
//! for each cleaning thread. A panic costs the file in which it happens.

use std::any::Any;
use std::collections::VecDeque;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::disk::Disk;
use super::file::{Begun, Finished, InHand, Places, begin};
use super::progress::Progress;
use super::record::{Records, Settings, Work};
use super::shard::{Target, hash_of, hex};
use super::sides::Sides;
use super::signals::Stop;
use super::summary::Summary;
use super::tally::Tally;
use super::walk::{Found, Source};
use crate::containers::{
    BLOCK_BYTES, Block, BlockCleaner, BlockReader, CleanBlock, Content, Packing, Parts, Position,
    Problem, ProblemKind, Shape,
};
use unchaff::Cleaner;

/// How many failures are told while the run goes on.
const MAX_TOLD: u64 = 100;

/// Opens files for reading, and makes what cleans their blocks.
pub trait Formats: Send + Sync {
    /// Opens a file, to read from its start or from where a reader stood.
    fn open(&self, source: &Source, from: Option<&Position>) -> Result<Opened, Problem>;
}

/// A file that is open.
pub struct Opened {
    pub shape: Shape,
    pub packing: Packing,
    pub reader: Box<dyn BlockReader>,
    pub cleaner: Arc<dyn BlockCleaner>,
    /// What makes the output of what the blocks come to, where that is not the output itself.
    pub assembly: Option<Assembly>,
}

/// Makes a file of its parts.
pub type Assembly =
    Box<dyn FnOnce(&mut Parts<'_>, &mut (dyn Write + Send)) -> Result<(), Problem> + Send>;

/// Everything that a run needs.
pub struct Job {
    pub disk: Arc<dyn Disk>,
    pub formats: Box<dyn Formats>,
    pub cleaner: Cleaner,
    pub records: Records,
    pub settings: Settings,
    pub places: Places,
    pub sides: Sides,
    /// Unpacked bytes between two checkpoints.
    pub checkpoint_bytes: u64,
    pub threads: usize,
    /// Bytes of a block, about.
    pub block_bytes: usize,
    pub stop: Stop,
    pub found: Found,
    pub progress: Progress,
    pub summary: Mutex<Summary>,
}

impl Job {
    /// Does all files.
    pub fn run(&self) {
        let (work, blocks) = mpsc::channel();
        let blocks = Mutex::new(blocks);
        let permits = Arc::new(Permits::new(self.threads));
        let queue: Mutex<VecDeque<(u64, &Source)>> =
            Mutex::new((0..).zip(&self.found.sources).collect());
        let (over, is_over) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                self.progress
                    .show(|step| is_over.recv_timeout(step) != Err(RecvTimeoutError::Timeout));
            });
            for _ in 0..self.threads {
                scope.spawn(|| self.clean_blocks(&blocks));
            }
            let lanes: Vec<_> = (0..self.threads)
                .map(|_| {
                    let (to_writer, from_reader) = mpsc::channel();
                    let (work, permits, queue) = (work.clone(), &permits, &queue);
                    scope.spawn(move || self.read_files(queue, permits, &work, &to_writer));
                    scope.spawn(move || self.write_files(&from_reader))
                })
                .collect();
            drop(work);
            for lane in lanes {
                // The threads catch what panics; they end when the queue is empty.
                let _ = lane.join();
            }
            drop(over);
        });
        let left = lock(&queue).len() as u64;
        let mut summary = lock(&self.summary);
        summary.files.left += left;
    }

    /// Whether writing a file would overwrite one that is read.
    pub fn is_input(&self, target: &Target, source: &Source) -> bool {
        let path = target.path();
        let is_own = self.places.in_place && path == source.input;
        !is_own && self.found.is_read(&path)
    }

    fn clean_blocks(&self, blocks: &Mutex<Receiver<ToClean>>) {
        loop {
            let next = lock(blocks).recv();
            let Ok(ToClean { block, cleaner, packing, reply }) = next else { return };
            let result = catch(|| self.clean_block(block, &*cleaner, packing));
            // Nobody waits for the block of a file that is void.
            let _ = reply.send(result);
        }
    }

    fn clean_block(
        &self,
        block: Block,
        cleaner: &dyn BlockCleaner,
        packing: Packing,
    ) -> Result<Finished> {
        let clean = cleaner.clean(block)?;
        let (mut bytes, receipts) = self.sides.of(&clean, packing);
        let is_partial = !clean.quarantine.is_empty() || clean.problems.count(is_loss) > 0;
        let work = Work {
            tally: Tally::of(&clean.report, &self.cleaner),
            problems: clean.problems,
            receipts,
            is_partial,
        };
        if self.places.writes_output {
            bytes.push(clean.output);
        }
        let CleanBlock { bytes_in, packed_end, resume, buffers, .. } = clean;
        Ok(Finished { bytes, bytes_in, packed_end, work, resume, buffers })
    }

    fn read_files(
        &self,
        queue: &Mutex<VecDeque<(u64, &Source)>>,
        permits: &Arc<Permits>,
        work: &Sender<ToClean>,
        to_writer: &Sender<Message>,
    ) {
        while !self.stop.is_asked() {
            let Some((number, source)) = lock(queue).pop_front() else { return };
            let read = catch(|| self.read_file(number, source, permits, work, to_writer));
            if let Err(error) = read {
                let _ = to_writer.send(Message::Refuse(source.name(), error));
            }
        }
    }

    /// Reads one file. What goes wrong before it was handed to the writer is returned, and told to the writer after that.
    fn read_file(
        &self,
        number: u64,
        source: &Source,
        permits: &Arc<Permits>,
        work: &Sender<ToClean>,
        to_writer: &Sender<Message>,
    ) -> Result<()> {
        let mut in_hand = match begin(self, source)? {
            Begun::Skip(done) => {
                let counters = &self.progress.counters;
                counters.bytes.fetch_add(source.stamp.bytes, Ordering::Relaxed);
                counters.skipped.fetch_add(source.stamp.bytes, Ordering::Relaxed);
                counters.files.fetch_add(1, Ordering::Relaxed);
                let mut summary = lock(&self.summary);
                summary.files.skipped += 1;
                summary.add(number, &source.name(), &done.work);
                return Ok(());
            }
            Begun::Go(in_hand) => in_hand,
        };
        let opened = self.formats.open(source, in_hand.from.as_ref());
        let Opened { shape, packing, mut reader, cleaner, assembly } = match opened {
            Ok(opened) => opened,
            Err(problem) => {
                in_hand.abandon(self)?;
                return Err(in_file(source, &problem));
            }
        };
        if in_hand.from.is_none() {
            shape.notes.iter().for_each(|note| in_hand.work.problems.add(note.clone()));
        }
        in_hand.assembly = assembly.filter(|_| self.places.writes_output);
        let started = in_hand.start(self, shape.container);
        let is_void = Arc::clone(&in_hand.is_void);
        let gone = || anyhow!("the writing thread is gone");
        to_writer.send(Message::Begin(number, in_hand)).map_err(|_| gone())?;
        let end = match started {
            Err(error) => Err(error),
            Ok(()) => catch(|| {
                while !self.stop.is_asked() && !is_void.load(Ordering::Relaxed) {
                    let mut permit = permits.take();
                    let block = reader.next().map_err(|problem| in_file(source, &problem))?;
                    let Some(block) = block else {
                        let hash = reader.file_hash().map(hex);
                        return hash.map_or_else(|| self.hash_input(source), Ok).map(Some);
                    };
                    permit.widen(&block.content, self.block_bytes.max(BLOCK_BYTES));
                    let (reply, finished) = mpsc::channel();
                    let cleaner = Arc::clone(&cleaner);
                    work.send(ToClean { block, cleaner, packing, reply }).map_err(|_| gone())?;
                    to_writer.send(Message::Block(finished, permit)).map_err(|_| gone())?;
                }
                Ok(None)
            }),
        };
        to_writer.send(Message::End(end)).map_err(|_| gone())
    }

    fn hash_input(&self, source: &Source) -> Result<String> {
        let failed = || format!("{}: cannot be read", source.name());
        let (_, hash) =
            hash_of(self.disk.open(&source.input).with_context(failed)?).with_context(failed)?;
        Ok(hex(&hash))
    }

    fn write_files(&self, from_reader: &Receiver<Message>) {
        let mut current: Option<Writing> = None;
        for message in from_reader {
            match message {
                Message::Begin(number, in_hand) => current = Some(Writing::new(number, in_hand)),
                Message::Refuse(name, error) => self.fail(&name, &error),
                Message::Block(finished, permit) => {
                    if let Some(writing) = &mut current {
                        writing.take(self, &finished);
                    }
                    drop(permit);
                }
                Message::End(end) => {
                    if let Some(writing) = current.take() {
                        self.end_file(writing, end);
                    }
                }
            }
        }
    }

    fn end_file(&self, writing: Writing, end: Result<Option<String>>) {
        let Writing { number, in_hand, error, seen } = writing;
        let (name, size) = (in_hand.source.name(), in_hand.source.stamp.bytes);
        let (why, is_resumed) = (in_hand.why.clone(), in_hand.from.is_some());
        let is_void = Arc::clone(&in_hand.is_void);
        let ended = match (error, end) {
            (Some(error), _) | (None, Err(error)) => {
                // What failed first is told.
                catch(|| in_hand.abandon(self)).err();
                Err(error)
            }
            (None, Ok(None)) => catch(|| in_hand.interrupt(self)).map(|()| None),
            (None, Ok(Some(xxh3))) => catch(|| in_hand.finish(self, xxh3)).map(Some),
        };
        is_void.store(true, Ordering::Relaxed);
        let counters = &self.progress.counters;
        counters.bytes.fetch_add(size.saturating_sub(seen), Ordering::Relaxed);
        counters.files.fetch_add(1, Ordering::Relaxed);
        match ended {
            Err(error) => self.fail(&name, &error),
            Ok(None) => lock(&self.summary).files.left += 1,
            Ok(Some(done)) => {
                let mut summary = lock(&self.summary);
                summary.files.cleaned += 1;
                summary.files.resumed += u64::from(is_resumed);
                summary.add(number, &name, &done.work);
                if let Some(why) = &why {
                    summary.redo(&name, why);
                    self.progress
                        .remark(summary.files.redone, &format!("{name}: made again: {why}"));
                }
            }
        }
    }

    fn fail(&self, name: &str, error: &anyhow::Error) {
        let what = format!("{error:#}");
        let failed = {
            let mut summary = lock(&self.summary);
            let short = what.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
            summary.fail(name, short.unwrap_or(&what));
            summary.files.failed
        };
        let told = if what.contains(name) { what } else { format!("{name}: {what}") };
        match failed.cmp(&(MAX_TOLD + 1)) {
            std::cmp::Ordering::Less => self.progress.say(&told),
            std::cmp::Ordering::Equal => {
                self.progress
                    .say("more files failed; the summary (--summary) names the first 1000");
            }
            std::cmp::Ordering::Greater => {}
        }
    }
}

/// Whether a problem that was gone on with means that something of the file is missing.
fn is_loss(kind: ProblemKind) -> bool {
    kind.is_damage()
}

fn in_file(source: &Source, problem: &Problem) -> anyhow::Error {
    anyhow!("{}: {problem}", source.name())
}

/// A block on its way to a cleaning thread.
struct ToClean {
    block: Block,
    cleaner: Arc<dyn BlockCleaner>,
    packing: Packing,
    reply: Sender<Result<Finished>>,
}

/// From the reading to the writing thread of a lane.
enum Message {
    /// A file could not be begun.
    Refuse(String, anyhow::Error),
    Begin(u64, Box<InHand>),
    Block(Receiver<Result<Finished>>, Permit),
    /// The file has ended, with the hash of the input; none when the run was stopped.
    End(Result<Option<String>>),
}

/// A file that is being written.
struct Writing {
    number: u64,
    in_hand: Box<InHand>,
    error: Option<anyhow::Error>,
    /// Bytes of the input that the progress knows of.
    seen: u64,
}

impl Writing {
    fn new(number: u64, in_hand: Box<InHand>) -> Self {
        Writing { number, in_hand, error: None, seen: 0 }
    }

    /// Waits for a block and writes it. After a failure the blocks that are still coming go nowhere.
    fn take(&mut self, job: &Job, finished: &Receiver<Result<Finished>>) {
        if self.error.is_some() {
            return;
        }
        let added = catch(|| {
            let finished =
                finished.recv().map_err(|_| anyhow!("the cleaning thread is gone"))??;
            let counters = &job.progress.counters;
            let tally = &finished.work.tally;
            counters.documents.fetch_add(tally.documents, Ordering::Relaxed);
            counters.removals.fetch_add(tally.removals, Ordering::Relaxed);
            counters.removed_bytes.fetch_add(tally.bytes_removed, Ordering::Relaxed);
            let more =
                finished.packed_end.min(self.in_hand.source.stamp.bytes).saturating_sub(self.seen);
            counters.bytes.fetch_add(more, Ordering::Relaxed);
            self.seen += more;
            self.in_hand.add(job, finished)
        });
        if let Err(error) = added {
            self.in_hand.is_void.store(true, Ordering::Relaxed);
            self.error = Some(error);
        }
    }
}

/// How many blocks may be in flight: as many as there are cleaning threads, and one that is read and one that is written.
/// Counted in shares, of which a block has as many as there are cleaning threads: so a large row group can count as what
/// leaves room for one of them for each thread.
struct Permits {
    threads: usize,
    free: Mutex<usize>,
    is_free: Condvar,
}

/// Leave to hold one block; given back when dropped.
struct Permit {
    permits: Arc<Permits>,
    shares: usize,
}

impl Permits {
    fn new(threads: usize) -> Self {
        Permits { threads, free: Mutex::new(threads * (threads + 2)), is_free: Condvar::new() }
    }

    fn take(self: &Arc<Self>) -> Permit {
        self.wait_for(self.threads);
        Permit { permits: Arc::clone(self), shares: self.threads }
    }

    fn wait_for(&self, shares: usize) {
        let mut free = lock(&self.free);
        while *free < shares {
            free = self.is_free.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= shares;
    }
}

impl Permit {
    /// Waits for more shares for a block that is larger than `common` bytes. It takes no more than two blocks have: each
    /// lane may hold a first block while it waits, so that these are what is sure to become free.
    fn widen(&mut self, content: &Content, common: usize) {
        let times = content.held() / common;
        let more = match content {
            #[cfg(feature = "parquet")]
            Content::RowGroup(..) => times.min(1) * 2,
            _ => times.min(2) * self.permits.threads,
        };
        self.permits.wait_for(more);
        self.shares += more;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *lock(&self.permits.free) += self.shares;
        // Those who wait may wait for different numbers.
        self.permits.is_free.notify_all();
    }
}

/// Locks, whatever became of who held the lock before: what stands behind these locks is whole at every moment.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something, and makes an error of a panic.
fn catch<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(anyhow!("a bug: {}; please report it", said(&*panic))))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".into())
}
