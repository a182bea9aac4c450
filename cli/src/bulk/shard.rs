//! The files that are written for one input: they appear whole, all of them or none, or not at all.
//!
//! The invariant: bytes go to temporary files beside the places they are for, and only files whose every byte is on the
//! medium are renamed; a place that is a symbolic link, or lies behind one below its root, is refused. What is dropped
//! before it was put in place leaves nothing behind, save when it is kept for a later run.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::disk::{Disk, DiskFile};
use crate::talk::visible;

/// What the names of temporary files start with. Such files belong to the run that holds the lock.
pub const TEMP: &str = ".unchaff-tmp-";

/// A place for a file: a path below a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub root: PathBuf,
    /// Has only plain names for components.
    pub rel: PathBuf,
    /// Whether there is a file only where something stands in it.
    pub is_optional: bool,
}

impl Target {
    pub fn path(&self) -> PathBuf {
        self.root.join(&self.rel)
    }

    pub fn name(&self) -> String {
        visible(&self.path().to_string_lossy())
    }

    /// The file that is written first: in the same folder, named after the place.
    pub fn temp(&self) -> PathBuf {
        let path = self.path();
        folder(&path).join(self.temp_name())
    }

    pub fn temp_name(&self) -> String {
        format!("{TEMP}{}", key(&self.rel))
    }

    /// Makes the folders of the place, each name on the medium, and refuses links and what is no regular file. Gives the
    /// mode of the file that will be replaced.
    fn prepare(&self, disk: &dyn Disk) -> Result<Option<Permissions>> {
        let mut at = self.root.clone();
        let mut parts: Vec<Component<'_>> = self.rel.components().collect();
        parts.pop();
        for part in parts {
            let Component::Normal(part) = part else {
                bail!("{}: the path has a part that is no name", self.name())
            };
            let above = at.clone();
            at.push(part);
            match fs::symlink_metadata(&at) {
                Ok(found) if found.is_dir() => {}
                Ok(_) => bail!("{}: is in the way, and no folder", visible(&at.to_string_lossy())),
                Err(_) => {
                    let failed =
                        || format!("{}: the folder cannot be made", visible(&at.to_string_lossy()));
                    disk.create_folder(&at).with_context(failed)?;
                    disk.sync_folder(&above).with_context(failed)?;
                }
            }
        }
        match fs::symlink_metadata(self.path()) {
            Ok(old) if old.is_symlink() => {
                bail!("{}: is a symbolic link; it is not written through", self.name())
            }
            Ok(old) if !old.is_file() => {
                bail!("{}: is in the way, and no regular file", self.name())
            }
            Ok(old) => Ok(Some(old.permissions())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{}: cannot be written", self.name())),
        }
    }
}

/// A short name for a relative path.
pub fn key(rel: &Path) -> String {
    format!("{:032x}", xxh3_128(rel.as_os_str().as_encoded_bytes()))
}

/// The folder that holds a file.
pub fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// How much was written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub bytes: u64,
    /// XXH3-128 in hexadecimal.
    pub xxh3: String,
}

/// The files that are being written for one input.
pub struct Shard {
    disk: Arc<dyn Disk>,
    files: Vec<Open>,
    /// Whether dropping it removes the temporary files.
    is_ours: bool,
}

/// Counts and hashes what goes to a file.
struct Hashing {
    file: Box<dyn DiskFile>,
    bytes: u64,
    hash: Xxh3,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

struct Open {
    target: Target,
    /// The mode of the file that it will replace.
    mode: Option<Permissions>,
    file: Box<dyn DiskFile>,
    bytes: u64,
    hash: Xxh3,
}

impl Shard {
    /// Starts all files anew.
    pub fn create(disk: &Arc<dyn Disk>, targets: &[Target]) -> Result<Shard> {
        let mut shard = Shard { disk: Arc::clone(disk), files: Vec::new(), is_ours: true };
        for target in targets {
            let mode = target.prepare(disk.as_ref())?;
            let temp = target.temp();
            let failed = || format!("{}: cannot be written", target.name());
            // Only a run that was killed leaves such a file, and this one holds the lock.
            disk.remove(&temp).with_context(failed)?;
            let file = disk.create_new(&temp, mode.clone()).with_context(failed)?;
            let hash = Xxh3::new();
            shard.files.push(Open { target: target.clone(), mode, file, bytes: 0, hash });
        }
        Ok(shard)
    }

    /// Goes on with files of which so much was written; `None` where they are not what they were.
    pub fn resume(
        disk: &Arc<dyn Disk>,
        targets: &[Target],
        written: &[Written],
    ) -> Result<Option<Shard>> {
        let mut shard = Shard { disk: Arc::clone(disk), files: Vec::new(), is_ours: false };
        if targets.len() != written.len() {
            return Ok(None);
        }
        for (target, written) in targets.iter().zip(written) {
            let mode = target.prepare(disk.as_ref())?;
            let temp = target.temp();
            if !fs::symlink_metadata(&temp).is_ok_and(|found| found.is_file()) {
                return Ok(None);
            }
            let failed = || format!("{}: the part that was written cannot be read", target.name());
            let file = disk.open(&temp).with_context(failed)?;
            let (bytes, hash) = hash_of(file.take(written.bytes)).with_context(failed)?;
            if bytes != written.bytes || hex(&hash) != written.xxh3 {
                return Ok(None);
            }
            let file = disk
                .reopen(&temp, bytes)
                .with_context(|| format!("{}: cannot be written", target.name()))?;
            shard.files.push(Open { target: target.clone(), mode, file, bytes, hash });
        }
        shard.is_ours = true;
        Ok(Some(shard))
    }

    /// Writes to one of the files, counted from 0.
    pub fn put(&mut self, which: usize, bytes: &[u8]) -> Result<()> {
        let open = &mut self.files[which];
        open.file.write_all(bytes).with_context(|| {
            format!("{}: cannot be written behind byte {}", open.target.name(), open.bytes)
        })?;
        open.bytes += bytes.len() as u64;
        open.hash.update(bytes);
        Ok(())
    }

    /// Makes another file of what was written to one: `make` reads that, and writes this.
    pub fn remake(
        &mut self,
        which: usize,
        make: impl FnOnce(&mut dyn Read, &mut (dyn Write + Send)) -> Result<()>,
    ) -> Result<()> {
        let open = &mut self.files[which];
        let failed = || format!("{}: cannot be written", open.target.name());
        open.file.flush().with_context(failed)?;
        let temp = open.target.temp();
        let again = with_suffix(&temp, "-again");
        let made = (|| {
            let mut parts = BufReader::new(self.disk.open(&temp).with_context(failed)?);
            self.disk.remove(&again).with_context(failed)?;
            let file = self.disk.create_new(&again, open.mode.clone()).with_context(failed)?;
            let mut writer = Hashing { file, bytes: 0, hash: Xxh3::new() };
            let mut buffered = BufWriter::with_capacity(1 << 20, &mut writer);
            make(&mut parts, &mut buffered)?;
            buffered.flush().with_context(failed)?;
            drop(buffered);
            self.disk.rename(&again, &temp).with_context(failed)?;
            Ok(writer)
        })();
        match made {
            Ok(Hashing { file, bytes, hash }) => {
                (open.file, open.bytes, open.hash) = (file, bytes, hash);
                Ok(())
            }
            Err(error) => {
                let _ = self.disk.remove(&again);
                Err(error)
            }
        }
    }

    /// Waits until every byte is on the medium, and says how many there are.
    pub fn sync(&mut self) -> Result<Vec<Written>> {
        let sync = |open: &mut Open| {
            let failed = || format!("{}: cannot be written", open.target.name());
            open.file.flush().with_context(failed)?;
            open.file.sync_all().with_context(failed)?;
            Ok(Written { bytes: open.bytes, xxh3: hex(&open.hash) })
        };
        self.files.iter_mut().map(sync).collect()
    }

    /// Renames the files, which were synced, and syncs their folders. From the first rename on nothing is taken back.
    pub fn put_in_place(mut self) -> Result<()> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for open in self.files.drain(..) {
            let Open { target, file, bytes, .. } = open;
            drop(file);
            let (temp, path) = (target.temp(), target.path());
            if target.is_optional && bytes == 0 {
                let failed = || format!("{}: cannot be removed", target.name());
                self.disk
                    .remove(&temp)
                    .and_then(|()| self.disk.remove(&path))
                    .with_context(failed)?;
                continue;
            }
            if let Err(error) = self.disk.rename(&temp, &path) {
                if self.is_ours {
                    let _ = self.disk.remove(&temp);
                }
                return Err(error)
                    .with_context(|| format!("{}: cannot be put in its place", target.name()));
            }
            let folder = folder(&path).to_owned();
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        for folder in folders {
            let name = visible(&folder.to_string_lossy());
            self.disk
                .sync_folder(&folder)
                .with_context(|| format!("{name}: the folder cannot be synced"))?;
        }
        Ok(())
    }

    /// Leaves the temporary files for a later run, or for the rest of this one.
    pub fn keep(&mut self) {
        self.is_ours = false;
    }
}

impl Drop for Shard {
    fn drop(&mut self) {
        for open in self.files.drain(..) {
            drop(open.file);
            if self.is_ours {
                let _ = self.disk.remove(&open.target.temp());
            }
        }
    }
}

/// Length and hash of what a reader gives.
pub fn hash_of(mut reader: impl Read) -> io::Result<(u64, Xxh3)> {
    let (mut hash, mut bytes) = (Xxh3::new(), 0u64);
    let mut buffer = vec![0; 1 << 18];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((bytes, hash)),
            Ok(len) => {
                hash.update(&buffer[..len]);
                bytes += len as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A hash as it stands in records.
pub fn hex(hash: &Xxh3) -> String {
    format!("{:032x}", hash.digest128())
}

/// A path with something added to its last name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
