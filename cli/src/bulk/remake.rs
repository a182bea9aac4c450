//! Making an output of the parts that are written to a file, while they are written.
//!
//! The parts stay for a later run to go on with; a thread reads them as they come and writes the output beside them, so that
//! little is left to do behind the last one. The invariant: the output is made of exactly the parts that were told of, in
//! order, and takes their place only when it is whole; dropped before that, it leaves nothing behind. Begun, told of parts and
//! finished by a shard.

use std::fs::Permissions;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow};

use super::disk::Disk;
use super::growing::Growing;
use super::shard::{Target, with_suffix};

/// Reads parts and writes an output.
pub type Make = Box<dyn FnOnce(&mut dyn Read, &mut (dyn Write + Send)) -> Result<()> + Send>;

/// An output that is being made.
pub struct Remake {
    disk: Arc<dyn Disk>,
    name: String,
    parts: PathBuf,
    output: PathBuf,
    /// Tells of bytes of the parts that were written.
    more: Option<Sender<u64>>,
    thread: Option<JoinHandle<Result<Growing>>>,
    is_in_place: bool,
}

impl Remake {
    /// Begins, with so many bytes of parts. They stand in the temporary file of the target.
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
        let (more, told) = mpsc::channel();
        let read = Told { written: BufReader::new(written), ready: bytes, more: told };
        let failed = failed();
        let thread = thread::spawn(move || make_all(make, read, Growing::new(file), failed));
        let disk = Arc::clone(disk);
        let (more, thread) = (Some(more), Some(thread));
        Ok(Remake { disk, name, parts, output, more, thread, is_in_place: false })
    }

    /// Tells of bytes that were written to the parts.
    pub fn tell(&mut self, bytes: u64) -> Result<()> {
        match self.more.as_ref().map(|more| more.send(bytes)) {
            Some(Ok(())) => Ok(()),
            // The thread has ended before the parts have: it says why.
            _ => self.join().and(Err(anyhow!("{}: ended before its parts", self.name))),
        }
    }

    /// All parts were told of: waits for the output, and puts it in their place.
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

fn make_all(make: Make, mut parts: Told, output: Growing, failed: String) -> Result<Growing> {
    let mut output = BufWriter::with_capacity(1 << 20, output);
    make(&mut parts, &mut output)?;
    output.into_inner().map_err(io::IntoInnerError::into_error).context(failed)
}

/// The parts that were told of. Waits for more; they end when nobody can tell of any.
struct Told {
    written: BufReader<Box<dyn Read + Send>>,
    /// Bytes that were told of and not read.
    ready: u64,
    more: Receiver<u64>,
}

impl Read for Told {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready == 0 {
            match self.more.recv() {
                Ok(bytes) => self.ready = bytes,
                Err(_) => return Ok(0),
            }
        }
        let read = self.written.by_ref().take(self.ready).read(buffer)?;
        self.ready -= read as u64;
        Ok(read)
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
            let mut all = Vec::new();
            parts.read_to_end(&mut all)?;
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
        shard.put(0, b"abc").expect("it is written");
        let written = shard.sync().expect("it is synced");
        shard.keep();
        drop(shard);
        assert_eq!(fs::read(targets[0].temp()).expect("it is kept"), b"abc");
        let mut shard =
            Shard::resume(&disk, &targets, &written).expect("it is read").expect("it is there");
        shard.begin_remake(0, turned()).expect("it begins");
        shard.put(0, b"def").expect("it is written");
        shard.finish_remakes().expect("it is made");
        shard.sync().expect("it is synced");
        shard.put_in_place().expect("it is put in place");
        assert_eq!(fs::read(place.path().join("a")).expect("it is there"), b"fedcba");
        assert_eq!(fs::read_dir(place.path()).expect("it is listed").count(), 1);
    }

    #[test]
    fn what_fails_is_told_and_leaves_nothing() {
        let place = tempfile::tempdir().expect("a folder");
        let disk: Arc<dyn Disk> = Arc::new(Local);
        let mut shard = Shard::create(&disk, &[target(place.path())]).expect("it begins");
        let fails: Make = Box::new(|parts, _| {
            parts.read_exact(&mut [0])?;
            bail!("a: is no fruit")
        });
        shard.begin_remake(0, fails).expect("it begins");
        let mut put = (0..).map(|_| shard.put(0, b"abc"));
        let error = put.find_map(Result::err).expect("sooner or later it is told");
        assert_eq!(error.to_string(), "a: is no fruit");
        drop(put);
        drop(shard);
        assert_eq!(fs::read_dir(place.path()).expect("it is listed").count(), 0);
    }
}
