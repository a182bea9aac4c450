//! What becomes of files when the n-th call to the file system fails, for every n.
//!
//! `Failing` counts every call that a run makes: opening, reading, making, writing, flushing, syncing, renaming, removing;
//! and lets one of them fail, or all from one on.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use clap::Parser;
use tempfile::TempDir;
use unchaff::{Category, Cleaner};

use super::disk::{Disk, DiskFile, Local};
use super::job::{Formats, Opened};
use super::signals::Stop;
use super::summary::Summary;
use super::walk::{self, Source};
use crate::args::{Args, CleanArgs, Command};
use crate::containers::{
    Block, BlockCleaner, BlockReader, CleanBlock, Position, Problem, ProblemKind,
};

/// Which call fails, and how.
#[derive(Clone)]
struct Faults {
    calls: Arc<AtomicU64>,
    at: u64,
    is_persistent: bool,
    kind: io::ErrorKind,
}

impl Faults {
    fn none() -> Self {
        Faults {
            calls: Arc::default(),
            at: u64::MAX,
            is_persistent: false,
            kind: io::ErrorKind::Other,
        }
    }

    fn call(&self) -> io::Result<()> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let fails = call == self.at || (self.is_persistent && call > self.at);
        if fails { Err(io::Error::new(self.kind, "an injected fault")) } else { Ok(()) }
    }

    fn has_struck(&self) -> bool {
        self.calls.load(Ordering::SeqCst) > self.at
    }
}

/// A file system of which a call fails. Files are written in short pieces, after interruptions.
struct Failing(Faults);

struct FailingFile {
    file: Box<dyn DiskFile>,
    faults: Faults,
    is_interrupted: AtomicBool,
}

impl Write for FailingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_interrupted.fetch_xor(true, Ordering::SeqCst) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        self.faults.call()?;
        self.file.write(&bytes[..bytes.len().min(5000)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.faults.call()?;
        self.file.flush()
    }
}

impl DiskFile for FailingFile {
    fn sync_all(&mut self) -> io::Result<()> {
        self.faults.call()?;
        self.file.sync_all()
    }
}

struct FailingReader(Box<dyn Read + Send>, Faults);

impl Read for FailingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.call()?;
        self.0.read(buffer)
    }
}

impl Failing {
    fn wrap(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        let faults = self.0.clone();
        Box::new(FailingFile { file, faults, is_interrupted: AtomicBool::new(false) })
    }
}

impl Disk for Failing {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        self.0.call()?;
        Ok(Box::new(FailingReader(Local.open(path)?, self.0.clone())))
    }

    fn create_new(&self, path: &Path, mode: Option<Permissions>) -> io::Result<Box<dyn DiskFile>> {
        self.0.call()?;
        Ok(self.wrap(Local.create_new(path, mode)?))
    }

    fn reopen(&self, path: &Path, len: u64) -> io::Result<Box<dyn DiskFile>> {
        self.0.call()?;
        Ok(self.wrap(Local.reopen(path, len)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.call()?;
        Local.rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.call()?;
        Local.sync_folder(folder)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.call()?;
        Local.remove(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.call()?;
        Local.create_folder(folder)
    }
}

/// Formats whose readers fail, and whose cleaners panic on a file of a certain name.
struct Faulty {
    formats: Box<dyn Formats>,
    faults: Faults,
    panics_in: Option<&'static str>,
    /// A file that somebody else writes to while it is read.
    grows: Option<&'static str>,
}

struct FaultyReader(Box<dyn BlockReader>, Faults);

impl BlockReader for FaultyReader {
    fn next(&mut self) -> Result<Option<Block>, Problem> {
        let failed = |error: io::Error| Problem::of_file(ProblemKind::Io, error.to_string());
        self.1.call().map_err(failed)?;
        self.0.next()
    }
}

struct Panicking;

impl BlockCleaner for Panicking {
    fn clean(&self, _: Block) -> Result<CleanBlock, Problem> {
        panic!("the cleaner panics, as this test wants it to");
    }
}

impl Formats for Faulty {
    fn open(&self, source: &Source, from: Option<&Position>) -> Result<Opened, Problem> {
        let mut opened = self.formats.open(source, from)?;
        opened.reader = Box::new(FaultyReader(opened.reader, self.faults.clone()));
        if self.panics_in.is_some_and(|name| source.rel == Path::new(name)) {
            opened.cleaner = Arc::new(Panicking);
        }
        if self.grows.is_some_and(|name| source.rel == Path::new(name)) {
            let mut file =
                fs::OpenOptions::new().append(true).open(&source.input).expect("it opens");
            file.write_all(b"{}\n").expect("it can be written");
        }
        Ok(opened)
    }
}

/// A folder with inputs, and outputs of an earlier run with other rules.
struct Place {
    folder: TempDir,
    /// The earlier outputs by path, and those that belong to the inputs now.
    old: BTreeMap<String, Vec<u8>>,
    new: BTreeMap<String, Vec<u8>>,
}

/// What makes the rules of the earlier run.
const OLD_RULES: &[&str] = &["--off", "source"];

/// The cleaner of the earlier run, or that of the others.
fn cleaner(is_old: bool) -> Cleaner {
    static CLEANERS: OnceLock<[Cleaner; 2]> = OnceLock::new();
    let built = || {
        let old = Cleaner::builder().off(Category::Source).build().expect("the packs fit together");
        [Cleaner::builtin(), old]
    };
    CLEANERS.get_or_init(built)[usize::from(is_old)].clone()
}

const FILES: [&str; 3] = ["a.jsonl", "b/c.jsonl.gz", "b/d.txt"];

#[path = "../../tests/support/web.rs"]
mod web;

impl Place {
    fn new(sides: &'static [&'static str]) -> Self {
        let mut place = Place {
            folder: TempDir::new().expect("a folder"),
            old: BTreeMap::new(),
            new: BTreeMap::new(),
        };
        let lines = |count: usize| -> String {
            let line = |i| {
                format!(
                    "{{\"id\":{i},\"text\":\"[ad_1]\\nThe mill of {i} closed in spring.\\nSource link\"}}\n"
                )
            };
            (0..count).map(line).collect()
        };
        fs::create_dir_all(place.folder.path().join("in/b")).expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            fs::write(place.folder.path().join("in").join(name), bytes).expect("a file");
        };
        write(FILES[0], lines(40).as_bytes());
        let gzip =
            crate::containers::Packing { codec: crate::containers::Codec::Gzip, level: None };
        write(FILES[1], &gzip.pack(lines(60).into_bytes()));
        let story = "[ad_1]\nThe mill closed in spring.\nSource link\n";
        write(FILES[2], story.as_bytes());
        let stories = vec![story.to_owned(); 3];
        write("b/e.warc.wet", &web::wet(&stories).concat());
        #[cfg(feature = "parquet")]
        write("b/f.parquet", &web::parquet(&stories, 2));
        place.run(Faults::none(), &[sides, OLD_RULES].concat()).expect("it is undisturbed");
        place.old = place.outputs();
        let out = place.folder.path().join("out");
        let (new_out, kept) = (place.folder.path().join("new"), place.folder.path().join("kept"));
        fs::rename(&out, &kept).expect("it can be moved");
        place.run(Faults::none(), sides).expect("the run is undisturbed");
        place.new = place.outputs();
        fs::rename(&out, new_out).and_then(|()| fs::rename(kept, out)).expect("they can be moved");
        assert!(place.old.keys().eq(place.new.keys()) && place.old != place.new);
        place
    }

    /// The same once more, in another folder.
    fn copy(&self) -> Self {
        let folder = TempDir::new().expect("a folder");
        for entry in walkdir::WalkDir::new(self.folder.path()).min_depth(1) {
            let entry = entry.expect("an entry");
            let rel = entry.path().strip_prefix(self.folder.path()).expect("it is inside");
            let to = folder.path().join(rel);
            let copied = match entry.file_type().is_dir() {
                true => fs::create_dir(&to),
                false => fs::copy(entry.path(), &to).map(|_| ()),
            };
            copied.expect("it can be copied");
        }
        Place { folder, old: self.old.clone(), new: self.new.clone() }
    }

    fn args(&self, more: &[&str]) -> CleanArgs {
        let path = |name: &str| self.folder.path().join(name).to_string_lossy().into_owned();
        let (input, output, receipts) = (path("in"), path("out"), path("out/receipts"));
        let mut args = vec!["unchaff", "clean", &input, "-o", &output, "-q", "-j2"];
        // Blocks of a few records, and a checkpoint after each.
        args.extend(["--block-size", "500", "--checkpoint", "0"]);
        for arg in more {
            args.extend(if *arg == "--receipts" {
                vec!["--receipts", &receipts]
            } else {
                vec![*arg]
            });
        }
        match Args::parse_from(args).command {
            Command::Clean(args) => args,
            _ => unreachable!("the command is clean"),
        }
    }

    /// Runs with these faults; gives the summary.
    fn run(&self, faults: Faults, more: &[&str]) -> anyhow::Result<Summary> {
        self.run_with(faults, None, None, more)
    }

    fn run_with(
        &self,
        faults: Faults,
        panics_in: Option<&'static str>,
        grows: Option<&'static str>,
        more: &[&str],
    ) -> anyhow::Result<Summary> {
        let args = self.args(more);
        let reads = faults.clone();
        let wrap = |formats| {
            Box::new(Faulty { formats, faults: reads, panics_in, grows }) as Box<dyn Formats>
        };
        let disk = Arc::new(Failing(faults));
        let cleaner = cleaner(more.ends_with(OLD_RULES));
        let (job, locks) = super::prepare(&args, cleaner, disk, Stop::default(), wrap)?;
        job.run();
        let summary = super::lock(&job.summary).clone();
        locks.into_iter().for_each(super::Lock::end);
        Ok(summary)
    }

    /// The outputs by path, records aside.
    fn outputs(&self) -> BTreeMap<String, Vec<u8>> {
        let out = self.folder.path().join("out");
        let found = walk::find(std::slice::from_ref(&out), &[]).expect("the outputs can be listed");
        let read = |source: &Source| {
            let name = source.rel.to_string_lossy().into_owned();
            (name, fs::read(&source.input).expect("it can be read"))
        };
        found.sources.iter().map(read).collect()
    }

    /// The names of temporary files.
    fn temps(&self) -> Vec<String> {
        walkdir::WalkDir::new(self.folder.path())
            .into_iter()
            .map(|entry| entry.expect("an entry").path().to_string_lossy().into_owned())
            .filter(|path| path.contains(super::shard::TEMP) || path.ends_with(".new"))
            .collect()
    }
}

/// Lets each call fail in turn until one run needs fewer calls; gives how many there were.
fn each_call(sides: &'static [&'static str], is_persistent: bool, kind: io::ErrorKind) -> u64 {
    let model = Place::new(sides);
    for at in 0.. {
        let place = model.copy();
        let faults = Faults { at, is_persistent, kind, ..Faults::none() };
        let ran = place.run(faults.clone(), sides);
        let at_hand = format!("call {at}, persistent: {is_persistent}, {sides:?}: {ran:?}");
        for (name, bytes) in place.outputs() {
            let is_whole =
                place.old.get(&name) == Some(&bytes) || place.new.get(&name) == Some(&bytes);
            assert!(is_whole, "{name} is neither old nor new; {at_hand}");
        }
        match &ran {
            Ok(summary) if summary.files.failed == 0 => {
                assert_eq!(place.outputs(), place.new, "{at_hand}");
            }
            Ok(summary) => {
                assert_eq!(summary.outcome(), 2, "{at_hand}");
                let paths = place.folder.path().to_string_lossy().into_owned();
                assert!(
                    summary.failed.iter().all(|named| named.path.contains(&paths)),
                    "{at_hand}"
                );
            }
            Err(error) => assert!(error.to_string().contains("out"), "names no path: {at_hand}"),
        }
        let again = place.run(Faults::none(), sides).expect("the second run is undisturbed");
        assert_eq!(again.files.failed, 0, "{at_hand}, then {again:?}");
        assert_eq!(place.outputs(), place.new, "after another run; {at_hand}");
        assert_eq!(place.temps(), Vec::<String>::new(), "{at_hand}");
        if !faults.has_struck() {
            return at;
        }
    }
    unreachable!("a run makes a finite number of calls")
}

#[test]
fn row_48_a_full_disk_at_any_call_leaves_old_outputs_or_new_ones() {
    let calls = each_call(&[], true, io::ErrorKind::StorageFull);
    assert!(calls > 100, "only {calls} calls");
}

#[test]
fn row_49_50_an_error_at_any_call_leaves_old_outputs_or_new_ones() {
    each_call(&["--receipts"], false, io::ErrorKind::Other);
}

/// Files that failed, files that were cleaned, and the exit code.
fn ended(summary: &Summary) -> (u64, u64, u8) {
    (summary.files.failed, summary.files.cleaned, summary.outcome())
}

#[test]
fn row_63_a_panic_costs_one_file() {
    let place = Place::new(&[]);
    let summary =
        place.run_with(Faults::none(), Some(FILES[0]), None, &[]).expect("the run goes on");
    assert_eq!(ended(&summary), (1, place.old.len() as u64 - 1, 2));
    assert!(summary.failed[0].what.contains("as this test wants it"), "{summary:?}");
    let outputs = place.outputs();
    assert_eq!(outputs[FILES[0]], place.old[FILES[0]]);
    assert_eq!(outputs[FILES[1]], place.new[FILES[1]]);
    assert_eq!(place.temps(), Vec::<String>::new());
}

#[test]
fn row_55_an_input_that_changes_while_it_is_read_is_refused() {
    let place = Place::new(&[]);
    let summary =
        place.run_with(Faults::none(), None, Some(FILES[0]), &[]).expect("the run goes on");
    assert_eq!(ended(&summary), (1, place.old.len() as u64 - 1, 2));
    assert!(summary.failed[0].what.contains("changed while it was read"), "{summary:?}");
    assert_eq!(place.outputs()[FILES[0]], place.old[FILES[0]]);
    assert_eq!(place.temps(), Vec::<String>::new());
}

#[test]
fn row_64_an_input_that_vanishes_is_told_and_the_others_go_on() {
    let place = Place::new(&[]);
    let args = place.args(&[]);
    let disk = Arc::new(Local);
    let (job, locks) =
        super::prepare(&args, cleaner(false), disk, Stop::default(), |formats| formats)
            .expect("it is planned");
    fs::remove_file(place.folder.path().join("in").join(FILES[0])).expect("it can be removed");
    job.run();
    let summary = super::lock(&job.summary).clone();
    drop(locks);
    assert_eq!(ended(&summary), (1, place.old.len() as u64 - 1, 2));
    assert!(summary.failed[0].path.ends_with(FILES[0]), "{summary:?}");
    assert_eq!(place.outputs()[FILES[0]], place.old[FILES[0]]);
    assert_eq!(place.temps(), Vec::<String>::new());
}
