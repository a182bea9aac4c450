//! One file from its start to its place: skipped, begun or gone on with, written block by block, and put in place.
//!
//! The invariant: a file that is done has a record that fits it; whatever fails leaves the old output as it was, and
//! nothing behind but what a checkpoint names.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, anyhow, bail};

use super::growing::Written;
use super::job::{Assembly, Job};
use super::record::{Checkpoint, Complete, Done, FOLDER, Part, Stamp, Step, Work};
use super::shard::{Shard, Target, hash_of, hex, key, with_suffix};
use super::sides::{RECEIPTS_END, receipts_end, receipts_start};
use super::walk::Source;
use crate::containers::{Buffers, Container, Parts, Position};
use crate::talk::visible;

/// Where the files of a run go.
#[derive(Clone, Debug)]
pub struct Places {
    /// The output folder: records lie below it.
    pub root: PathBuf,
    /// Whether cleaned text is written.
    pub writes_output: bool,
    pub receipts: Option<PathBuf>,
    /// The name under which Dolma's attributes stand.
    pub attributes: Option<String>,
    pub quarantine: bool,
    pub in_place: bool,
}

impl Places {
    /// The files that are written for one input; the output last, so that it never stands without its receipts.
    pub fn targets(&self, rel: &Path) -> Vec<Target> {
        let mut targets: Vec<Target> = self.receipts_target(rel).into_iter().collect();
        targets.extend(self.attributes.as_ref().map(|name| {
            let inside = rel.strip_prefix("documents").unwrap_or(rel);
            below(&self.root, Path::new("attributes").join(name).join(inside))
        }));
        if self.quarantine {
            let aside = Path::new(FOLDER).join("quarantine").join(with_suffix(rel, ".jsonl"));
            targets.push(Target { is_optional: true, ..below(&self.root, aside) });
        }
        if self.writes_output {
            targets.push(below(&self.root, rel.to_owned()));
        }
        targets
    }

    /// The file of receipts for one input.
    pub fn receipts_target(&self, rel: &Path) -> Option<Target> {
        self.receipts.as_ref().map(|root| below(root, with_suffix(rel, RECEIPTS_END)))
    }

    /// The folder of receipts, by a name that stays the same wherever a run is started.
    pub fn receipts_folder(&self) -> Option<OsString> {
        let receipts = self.receipts.as_ref()?;
        Some(fs::canonicalize(receipts).unwrap_or_else(|_| receipts.clone()).into())
    }
}

fn below(root: &Path, rel: PathBuf) -> Target {
    Target { root: root.to_owned(), rel, is_optional: false }
}

/// What is to be done with a file.
pub enum Begun {
    /// Nothing: it is done.
    Skip(Box<Done>),
    Go(Box<InHand>),
}

/// A file that is being cleaned.
pub struct InHand {
    pub source: Source,
    pub key: String,
    targets: Vec<Target>,
    shard: Shard,
    pub work: Work,
    pub blocks: u64,
    /// Unpacked bytes since the last checkpoint.
    since_checkpoint: u64,
    /// Where the reader begins.
    pub from: Option<Position>,
    resume: Option<Position>,
    has_part: bool,
    /// Why an output that stood was made again.
    pub why: Option<String>,
    /// Set when the file cannot be done: the reader need not go on.
    pub is_void: Arc<AtomicBool>,
    /// What makes the output of what was written, if that is not the output itself.
    pub assembly: Option<Assembly>,
}

/// What a block comes to.
pub struct Finished {
    /// In the order of the targets.
    pub bytes: Vec<Vec<u8>>,
    pub bytes_in: u64,
    pub packed_end: u64,
    pub work: Work,
    pub resume: Option<Position>,
    /// Where the bytes go back to.
    pub buffers: Buffers,
}

/// Finds out what is to be done with a file, and begins it.
pub fn begin(job: &Job, source: &Source) -> Result<Begun> {
    let key = key(&source.rel);
    let targets = job.places.targets(&source.rel);
    if let Some(target) = targets.iter().find(|target| job.is_input(target, source)) {
        bail!(
            "{}: is an input of this run; write to another folder, or use --in-place",
            target.name()
        );
    }
    let mut part = job.records.part(&key);
    if let Some(Part { step: Step::Commit(done), temps, .. }) = &part {
        if *temps == names(&targets) && roll_forward(job, &targets, done)? {
            job.records.set_done(&key, done)?;
        }
        job.records.remove_part(&key)?;
        part = None;
    }
    let why = match job.records.done(&key) {
        Some(done) => match change(job, source, &targets, &done)? {
            None => return Ok(Begun::Skip(Box::new(done))),
            why => why,
        },
        None => None,
    };
    if job.places.in_place
        && let Some(receipts) =
            targets.iter().find(|target| job.places.receipts.as_ref() == Some(&target.root))
        && fs::symlink_metadata(receipts.path()).is_ok()
    {
        bail!(
            "{}: these receipts belong to an earlier cleaning in place, which could not be undone without them; choose another folder",
            receipts.name()
        );
    }
    let has_part = part.is_some();
    let in_hand = |shard, work, blocks, from: Option<Position>| InHand {
        source: source.clone(),
        key: key.clone(),
        targets: targets.clone(),
        shard,
        work,
        blocks,
        since_checkpoint: 0,
        resume: from.clone(),
        from,
        has_part,
        why: why.clone(),
        is_void: Arc::default(),
        assembly: None,
    };
    if let Some(Part { settings, input, temps, step: Step::Checkpoint(checkpoint), .. }) = part
        && settings == job.settings
        && input == source.stamp
        && temps == names(&targets)
        && let Ok(position) = serde_json::from_value(checkpoint.position)
        && let Some(shard) = Shard::resume(&job.disk, &targets, &checkpoint.written)?
    {
        let work = checkpoint.work;
        return Ok(Begun::Go(Box::new(in_hand(shard, work, checkpoint.blocks, Some(position)))));
    }
    let shard = Shard::create(&job.disk, &targets)?;
    Ok(Begun::Go(Box::new(in_hand(shard, Work::default(), 0, None))))
}

fn names(targets: &[Target]) -> Vec<String> {
    targets.iter().map(Target::temp_name).collect()
}

/// Puts files in their places that were complete when a run was killed. Gives whether all stand there now.
fn roll_forward(job: &Job, targets: &[Target], done: &Done) -> Result<bool> {
    let is_it = |path: &Path, made: &Complete| -> Result<bool> {
        let name = || format!("{}: cannot be read", visible(&path.to_string_lossy()));
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() && found.len() == made.stamp.bytes => {}
            _ => return Ok(false),
        }
        let (_, hash) = hash_of(job.disk.open(path).with_context(name)?).with_context(name)?;
        Ok(hex(&hash) == made.xxh3)
    };
    for (target, made) in targets.iter().zip(&done.outputs) {
        let (temp, path) = (target.temp(), target.path());
        if target.is_optional && made.stamp.bytes == 0 {
            let failed = || format!("{}: cannot be removed", target.name());
            job.disk.remove(&temp).and_then(|()| job.disk.remove(&path)).with_context(failed)?;
        } else if is_it(&temp, made)? {
            let failed = || format!("{}: cannot be put in its place", target.name());
            job.disk.rename(&temp, &path).with_context(failed)?;
            job.disk.sync_folder(super::shard::folder(&path)).with_context(failed)?;
        } else if !is_it(&path, made)? {
            return Ok(false);
        }
    }
    Ok(targets.len() == done.outputs.len())
}

/// What differs from what a done record says, if anything.
fn change(job: &Job, source: &Source, targets: &[Target], done: &Done) -> Result<Option<String>> {
    let why = |text: &str| Ok(Some(text.to_owned()));
    let (was, is) = (&done.settings, &job.settings);
    if was.version != is.version {
        return Ok(Some(format!("version {} wrote it, this is {}", was.version, is.version)));
    }
    if was.rules != is.rules {
        return why("the rules have changed");
    }
    if was.options != is.options {
        return why("the options have changed");
    }
    // In place, what is read is what was written.
    let input = match done.outputs.last() {
        Some(output) if job.places.in_place => output,
        _ => &done.input,
    };
    if !is_same(job, &source.input, input)? {
        return why("the input has changed");
    }
    if done.outputs.len() != targets.len() {
        return why("the options have changed");
    }
    for (target, made) in targets.iter().zip(&done.outputs) {
        let path = target.path();
        match fs::symlink_metadata(&path) {
            // An empty quarantine is no file.
            Err(_) if made.stamp.bytes == 0 && target.is_optional => {}
            Err(_) => return why("the output is not there"),
            Ok(_) if is_same(job, &path, made)? => {}
            Ok(_) => return why("the output has changed"),
        }
    }
    Ok(None)
}

/// Whether a file is still what it was, by its size and time, else by its bytes.
fn is_same(job: &Job, path: &Path, made: &Complete) -> Result<bool> {
    let failed = || format!("{}: cannot be read", visible(&path.to_string_lossy()));
    let stamp = Stamp::of(&fs::metadata(path).with_context(failed)?);
    if stamp == made.stamp || stamp.bytes != made.stamp.bytes {
        return Ok(stamp == made.stamp);
    }
    let (_, hash) = hash_of(job.disk.open(path).with_context(failed)?).with_context(failed)?;
    Ok(hex(&hash) == made.xxh3)
}

impl InHand {
    /// What stands before the first block.
    pub fn start(&mut self, job: &Job, container: Container) -> Result<()> {
        if self.from.is_none() && job.places.receipts.is_some() {
            self.shard.put(0, receipts_start(container))?;
        }
        let Some(assembly) = self.assembly.take() else { return Ok(()) };
        let name = self.source.name();
        let make = move |parts: &mut Parts<'_>, output: &mut (dyn Write + Send)| {
            assembly(parts, output).map_err(|problem| anyhow!("{name}: {problem}"))
        };
        self.shard.begin_remake(self.targets.len() - 1, Box::new(make))
    }

    /// Appends a block.
    pub fn add(&mut self, job: &Job, block: Finished) -> Result<()> {
        for (which, bytes) in block.bytes.into_iter().enumerate() {
            block.buffers.give(self.shard.put(which, bytes)?);
        }
        self.work.add(block.work);
        self.blocks += 1;
        self.since_checkpoint += block.bytes_in;
        self.resume = block.resume;
        if self.since_checkpoint >= job.checkpoint_bytes {
            self.checkpoint(job)?;
        }
        Ok(())
    }

    /// Makes sure that a later run can go on here. Gives whether it can.
    fn checkpoint(&mut self, job: &Job) -> Result<bool> {
        let Some(position) = &self.resume else { return Ok(false) };
        let position = serde_json::to_value(position)?;
        let written: Vec<Written> = self.shard.sync()?;
        let checkpoint =
            Checkpoint { written, blocks: self.blocks, position, work: self.work.clone() };
        self.set_part(job, Step::Checkpoint(Box::new(checkpoint)))?;
        self.since_checkpoint = 0;
        Ok(true)
    }

    fn set_part(&mut self, job: &Job, step: Step) -> Result<()> {
        let part = Part {
            path: visible(&self.source.rel.to_string_lossy()),
            settings: job.settings.clone(),
            input: self.source.stamp,
            temps: names(&self.targets),
            receipts: job.places.receipts_folder(),
            step,
        };
        job.records.set_part(&self.key, &part)?;
        self.has_part = true;
        Ok(())
    }

    /// The run was asked to stop: what can be gone on with stays for the next one, and all else goes.
    pub fn interrupt(mut self, job: &Job) -> Result<()> {
        if self.blocks > 0 && self.checkpoint(job)? {
            self.shard.keep();
            return Ok(());
        }
        self.abandon(job)
    }

    /// The file cannot be done. Nothing of it stays.
    pub fn abandon(self, job: &Job) -> Result<()> {
        self.is_void.store(true, Ordering::Relaxed);
        let (key, has_part) = (self.key.clone(), self.has_part);
        drop(self.shard);
        if has_part { job.records.remove_part(&key) } else { Ok(()) }
    }

    /// All blocks were added: the files go to their places, and the record says so.
    pub fn finish(mut self, job: &Job, input_xxh3: String) -> Result<Done> {
        if job.places.receipts.is_some() {
            self.shard.put(0, receipts_end(self.work.receipts))?;
        }
        self.shard.finish_remakes()?;
        let written = self.shard.sync()?;
        self.check_unchanged()?;
        let mut outputs = Vec::new();
        for (target, Written { bytes, xxh3 }) in self.targets.iter().zip(written) {
            let failed = || format!("{}: cannot be written", target.name());
            let stamp = Stamp::of(&fs::symlink_metadata(target.temp()).with_context(failed)?);
            if stamp.bytes != bytes {
                bail!("{}: something else wrote to its temporary file", target.name());
            }
            outputs.push(Complete { stamp, xxh3 });
        }
        let done = Done {
            path: visible(&self.source.rel.to_string_lossy()),
            settings: job.settings.clone(),
            input: Complete { stamp: self.source.stamp, xxh3: input_xxh3 },
            outputs,
            work: self.work.clone(),
        };
        // Several files, or an input that goes, must not be left half way.
        if self.targets.len() > 1 || job.places.in_place {
            self.set_part(job, Step::Commit(Box::new(done.clone())))?;
            self.shard.keep();
        }
        let InHand { shard, key, has_part, .. } = self;
        shard.put_in_place()?;
        job.records.set_done(&key, &done)?;
        if has_part {
            job.records.remove_part(&key)?;
        }
        Ok(done)
    }

    fn check_unchanged(&self) -> Result<()> {
        let name = self.source.name();
        let now =
            fs::metadata(&self.source.input).with_context(|| format!("{name}: cannot be read"))?;
        if Stamp::of(&now) != self.source.stamp {
            bail!("{name}: changed while it was read");
        }
        Ok(())
    }
}
