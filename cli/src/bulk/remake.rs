//! Making an output of the parts that are written to a file, while they are written.
//!
//! The parts stay for a later run to go on with; a thread is handed each behind that and writes the output beside them, so
//! that little is left to do behind the last one. The invariant: the output is made of exactly the parts of earlier runs and
//! those that were handed over, in order, and takes their place only when it is whole; dropped before that, it leaves nothing
//! behind. Begun, handed parts and finished by a shard.

use std::fs::Permissions;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Take, Write};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow};

use super::disk::Disk;
use super::growing::Growing;
use super::shard::{Target, with_suffix};
use crate::containers::Parts;

/// Takes parts and writes an output.
pub type Make = Box<dyn FnOnce(&mut Parts<'_>, &mut (dyn Write + Send)) -> Result<()> + Send>;

/// Length of what stands before each part in its file: how long it is, little-endian.
const HEAD: usize = 8;

/// An output that is being made.
pub struct Remake {
    disk: Arc<dyn Disk>,
    name: String,
    parts: PathBuf,
    output: PathBuf,
    /// Hands over parts, one at a time, so that no more than one waits in memory.
    more: Option<SyncSender<Vec<u8>>>,
    thread: Option<JoinHandle<Result<Growing>>>,
    is_in_place: bool,
}

impl Remake {
    /// Begins, with so many bytes of parts of earlier runs. They stand in the temporary file of the target.
    pub fn begin(
        disk: &Arc<dyn Disk>,
        target: &Target,
        mode: Option<Permissions>,
        bytes: u64,
        make: Make,
    ) -> Result<Remake> {
        let (name, parts) = (target.name(), target.temp());
        let failed = || format!("{name}: cannot be written");
        let output = with_suffix(&parts, "-again");
        let written = disk.open(&parts).with_context(failed)?;
        disk.remove(&output).with_context(failed)?;
        let file = disk.create_new(&output, mode).with_context(failed)?;
        let (more, handed) = mpsc::sync_channel(0);
        let all = AllParts { earlier: BufReader::new(written.take(bytes)), more: handed };
        let failed = failed();
        let thread = thread::spawn(move || make_all(make, all, Growing::new(file), failed));
        let disk = Arc::clone(disk);
        let (more, thread) = (Some(more), Some(thread));
        Ok(Remake { disk, name, parts, output, more, thread, is_in_place: false })
    }

    /// What stands before a part in its file.
    pub fn head(part: &[u8]) -> [u8; HEAD] {
        (part.len() as u64).to_le_bytes()
    }

    /// Hands over a part that was written, as soon as the one before is done with.
    pub fn hand(&mut self, part: Vec<u8>) -> Result<()> {
        match self.more.as_ref().map(|more| more.send(part)) {
            Some(Ok(())) => Ok(()),
            // The thread has ended before the parts have: it says why.
            _ => self.join().and(Err(anyhow!("{}: ended before its parts", self.name))),
        }
    }

    /// All parts were handed over: waits for the output, and puts it in their place.
    pub fn finish(mut self) -> Result<Growing> {
        self.more = None;
        let made = self.join()?;
        self.disk
            .rename(&self.output, &self.parts)
            .with_context(|| format!("{}: cannot be written", self.name))?;
        self.is_in_place = true;
        Ok(made)
    }

    fn join(&mut self) -> Result<Growing> {
        let gone = || anyhow!("{}: is not being made any more", self.name);
        self.thread.take().ok_or_else(gone)?.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for Remake {
    fn drop(&mut self) {
        self.more = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if !self.is_in_place {
            let _ = self.disk.remove(&self.output);
        }
    }
}

fn make_all(make: Make, mut parts: AllParts, output: Growing, failed: String) -> Result<Growing> {
    let mut output = BufWriter::with_capacity(1 << 20, output);
    make(&mut parts, &mut output)?;
    output.into_inner().map_err(io::IntoInnerError::into_error).context(failed)
}

/// The parts, those of earlier runs first. Waits for more; they end when nobody can hand any over.
struct AllParts {
    earlier: BufReader<Take<Box<dyn Read + Send>>>,
    more: Receiver<Vec<u8>>,
}

impl AllParts {
    /// The next part of an earlier run, if there is one.
    fn earlier(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.earlier.fill_buf()?.is_empty() {
            return match self.earlier.get_ref().limit() {
                0 => Ok(None),
                _ => Err(io::ErrorKind::UnexpectedEof.into()),
            };
        }
        let mut head = [0; HEAD];
        self.earlier.read_exact(&mut head)?;
        let len = u64::from_le_bytes(head);
        let mut part = Vec::new();
        // Where there is no such room, reading says so.
        let _ = part.try_reserve_exact(usize::try_from(len).unwrap_or(0));
        self.earlier.by_ref().take(len).read_to_end(&mut part)?;
        match part.len() as u64 == len {
            true => Ok(Some(part)),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

impl Iterator for AllParts {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.earlier().transpose().or_else(|| self.more.recv().ok().map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use anyhow::bail;

    use super::super::disk::Local;
    use super::super::shard::Shard;
    use super::*;

    fn target(root: &std::path::Path) -> Target {
        Target { root: root.to_owned(), rel: "a".into(), is_optional: false }
    }

    /// Writes the parts in the opposite order of their bytes.
    fn turned() -> Make {
        Box::new(|parts, output| {
            let mut all = parts.collect::<io::Result<Vec<_>>>()?.concat();
            all.reverse();
            Ok(output.write_all(&all)?)
        })
    }

    #[test]
    fn an_output_is_made_of_all_parts_those_of_an_earlier_run_too() {
        let place = tempfile::tempdir().expect("a folder");
        let disk: Arc<dyn Disk> = Arc::new(Local);
        let targets = [target(place.path())];
        let mut shard = Shard::create(&disk, &targets).expect("it begins");
        shard.begin_remake(0, turned()).expect("it begins");
        shard.put(0, b"abc".to_vec()).expect("it is written");
        let written = shard.sync().expect("it is synced");
        shard.keep();
        drop(shard);
        let kept = [&Remake::head(b"abc")[..], b"abc"].concat();
        assert_eq!(fs::read(targets[0].temp()).expect("it is kept"), kept);
        let mut shard =
            Shard::resume(&disk, &targets, &written).expect("it is read").expect("it is there");
        shard.begin_remake(0, turned()).expect("it begins");
        shard.put(0, b"def".to_vec()).expect("it is written");
        shard.finish_remakes().expect("it is made");
        shard.sync().expect("it is synced");
        shard.put_in_place().expect("it is put in place");
        assert_eq!(fs::read(place.path().join("a")).expect("it is there"), b"fedcba");
        assert_eq!(fs::read_dir(place.path()).expect("it is listed").count(), 1);
    }

    #[test]
    fn parts_of_an_earlier_run_that_were_cut_off_are_noticed() {
        let written = [&Remake::head(b"abc")[..], b"abc"].concat();
        for len in 0..=written.len() {
            let file: Box<dyn Read + Send> = Box::new(io::Cursor::new(written[..len].to_vec()));
            let earlier = BufReader::new(file.take(written.len() as u64));
            let mut parts = AllParts { earlier, more: mpsc::sync_channel(0).1 };
            let first = parts.next().expect("there should be one");
            assert_eq!(first.ok(), (len == written.len()).then(|| b"abc".to_vec()), "{len}");
        }
    }

    #[test]
    fn what_fails_is_told_and_leaves_nothing() {
        let place = tempfile::tempdir().expect("a folder");
        let disk: Arc<dyn Disk> = Arc::new(Local);
        let mut shard = Shard::create(&disk, &[target(place.path())]).expect("it begins");
        let fails: Make = Box::new(|parts, _| {
            parts.next().expect("there is one")?;
            bail!("a: is no fruit")
        });
        shard.begin_remake(0, fails).expect("it begins");
        let mut put = (0..).map(|_| shard.put(0, b"abc".to_vec()));
        let error = put.find_map(Result::err).expect("sooner or later it is told");
        assert_eq!(error.to_string(), "a: is no fruit");
        drop(put);
        drop(shard);
        assert_eq!(fs::read_dir(place.path()).expect("it is listed").count(), 0);
    }
}
