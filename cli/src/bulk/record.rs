//! What a run writes down about each file: a done record when its output stands, and a part while it is being written.
//!
//! The invariant: a record that was cut off or changed does not count, and a done record never says that something is
//! done that is not: it is written after the output is in its place, and holds what can be seen of input and output. A
//! part is either a checkpoint (so much of the temporary files is on the medium, the reader stood there) or the promise
//! that all temporary files are complete and may be put in their places. Records lie in `.unchaff/` below the output folder.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::disk::Disk;
use super::growing::Written;
use super::shard::folder;
use super::tally::Tally;
use crate::containers::Problems;
use crate::talk::visible;

/// The folder of records below an output folder.
pub const FOLDER: &str = ".unchaff";

/// What can be seen of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub bytes: u64,
    /// Nanoseconds since 1970, as far as they fit.
    pub mtime: u64,
}

impl Stamp {
    pub fn of(metadata: &Metadata) -> Self {
        let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let mtime = since.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0);
        Stamp { bytes: metadata.len(), mtime }
    }
}

/// Everything that decides what comes out, save the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub version: String,
    /// The cleaner's fingerprint.
    pub rules: String,
    /// The options that change what is written.
    pub options: String,
}

/// A file that is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complete {
    pub stamp: Stamp,
    pub xxh3: String,
}

/// A file that is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The output's path below the output folder, for people.
    pub path: String,
    pub settings: Settings,
    pub input: Complete,
    /// In the order of the targets.
    pub outputs: Vec<Complete>,
    pub work: Work,
}

/// What was found in a file, or in its first part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    pub tally: Tally,
    pub problems: Problems,
    /// Receipts that were written.
    pub receipts: u64,
    /// Whether only a part of the input could be decoded.
    pub is_partial: bool,
}

impl Work {
    /// Adds what comes next.
    pub fn add(&mut self, next: Work) {
        self.tally.add(&next.tally);
        self.problems.append(next.problems);
        self.receipts += next.receipts;
        self.is_partial |= next.is_partial;
    }
}

/// A file of which a part is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub path: String,
    pub settings: Settings,
    pub input: Stamp,
    /// The names of the temporary files.
    pub temps: Vec<String>,
    /// The folder of receipts.
    pub receipts: Option<OsString>,
    pub step: Step,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// So much is on the medium.
    Checkpoint(Box<Checkpoint>),
    /// All is written; the files are to be renamed.
    Commit(Box<Done>),
}

/// Where a run can go on inside a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub written: Vec<Written>,
    pub blocks: u64,
    /// Where the reader goes on, in its own words.
    pub position: serde_json::Value,
    pub work: Work,
}

/// The folder of records.
pub struct Records {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
}

impl Records {
    /// The records below an output folder; makes the folders.
    pub fn open(disk: &Arc<dyn Disk>, root: &Path) -> Result<Records> {
        let folder = root.join(FOLDER);
        for folder in [folder.join("done"), folder.join("part")] {
            let failed = || format!("{}: the folder cannot be made", name(&folder));
            disk.create_folder(&folder).with_context(failed)?;
        }
        Ok(Records { disk: Arc::clone(disk), folder })
    }

    /// The done record of a file, if there is one that can be read.
    pub fn done(&self, key: &str) -> Option<Done> {
        read(&self.done_path(key))
    }

    /// Writes a done record. It need not reach the medium at once: a lost one costs only the work.
    pub fn set_done(&self, key: &str, done: &Done) -> Result<()> {
        let path = self.done_path(key);
        let folder = folder(&path);
        self.disk
            .create_folder(folder)
            .with_context(|| format!("{}: the folder cannot be made", name(folder)))?;
        self.write(&path, done, false)
    }

    /// The part of a file, if there is one that can be read.
    pub fn part(&self, key: &str) -> Option<Part> {
        read(&self.part_path(key))
    }

    /// Writes a part; it is on the medium when this returns.
    pub fn set_part(&self, key: &str, part: &Part) -> Result<()> {
        self.write(&self.part_path(key), part, true)
    }

    pub fn remove_part(&self, key: &str) -> Result<()> {
        let path = self.part_path(key);
        self.disk.remove(&path).with_context(|| format!("{}: cannot be removed", name(&path)))
    }

    /// The keys of all parts.
    pub fn parts(&self) -> Result<Vec<String>> {
        let folder = self.folder.join("part");
        let failed = || format!("{}: the folder cannot be read", name(&folder));
        let mut keys = Vec::new();
        for entry in fs::read_dir(&folder).with_context(failed)? {
            let file = entry.with_context(failed)?.file_name();
            let file = file.to_string_lossy();
            match file.strip_suffix(".json") {
                Some(key) => keys.push(key.to_owned()),
                // Half of a record that was never renamed.
                None => {
                    self.disk.remove(&folder.join(&*file)).with_context(failed)?;
                }
            }
        }
        keys.sort();
        Ok(keys)
    }

    fn done_path(&self, key: &str) -> PathBuf {
        self.folder.join("done").join(&key[..2]).join(format!("{key}.json"))
    }

    fn part_path(&self, key: &str) -> PathBuf {
        self.folder.join("part").join(format!("{key}.json"))
    }

    fn write(&self, path: &Path, record: &impl Serialize, is_durable: bool) -> Result<()> {
        let failed = || format!("{}: the record cannot be written", name(path));
        let mut text = serde_json::to_string(record).with_context(failed)?;
        let sum = xxh3_128(text.as_bytes());
        text.push_str(&format!("\n{sum:032x}\n"));
        let temp = path.with_extension("new");
        let written = (|| {
            self.disk.remove(&temp)?;
            let mut file = self.disk.create_new(&temp, None)?;
            file.write_all(text.as_bytes())?;
            file.flush()?;
            if is_durable {
                file.sync_all()?;
            }
            drop(file);
            self.disk.rename(&temp, path)?;
            if is_durable { self.disk.sync_folder(folder(path)) } else { Ok(()) }
        })();
        if written.is_err() {
            let _ = self.disk.remove(&temp);
        }
        written.with_context(failed)
    }
}

/// Largest record that is read.
const MAX_RECORD: u64 = 64 << 20;

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let mut text = String::new();
    let file = fs::File::open(path).ok()?;
    file.take(MAX_RECORD).read_to_string(&mut text).ok()?;
    let (json, sum) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    (format!("{:032x}", xxh3_128(json.as_bytes())) == sum).then_some(())?;
    serde_json::from_str(json).ok()
}

fn name(path: &Path) -> String {
    visible(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::super::disk::Local;
    use super::*;

    #[test]
    fn a_record_with_one_byte_changed_or_missing_does_not_count() {
        let place = tempfile::tempdir().expect("a folder");
        let disk: Arc<dyn Disk> = Arc::new(Local);
        let records = Records::open(&disk, place.path()).expect("the folders are made");
        let key = "0123456789abcdef0123456789abcdef";
        let part = Part {
            path: "a.txt".into(),
            settings: Settings { version: "1".into(), rules: "r".into(), options: "o".into() },
            input: Stamp { bytes: 7, mtime: 8 },
            temps: vec![".unchaff-tmp-1".into()],
            receipts: Some("receipts".into()),
            step: Step::Checkpoint(Box::default()),
        };
        records.set_part(key, &part).expect("it is written");
        assert_eq!(records.part(key), Some(part));
        assert_eq!(records.parts().expect("it is listed"), [key]);
        let path = records.part_path(key);
        let whole = fs::read(&path).expect("it is there");
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).expect("it can be changed");
            assert_eq!(records.part(key), None, "byte {at} was changed");
            fs::write(&path, &whole[..at]).expect("it can be cut");
            assert_eq!(records.part(key), None, "cut at {at}");
        }
    }
}
