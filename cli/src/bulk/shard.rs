//! The files that are written for one input: they appear whole, all of them or none, or not at all.
//!
//! The invariant: bytes go to temporary files beside the places they are for, and only files whose every byte is on the
//! medium are renamed; a place that is a symbolic link, or lies behind one below its root, is refused. What is dropped
//! before it was put in place leaves nothing behind, save when it is kept for a later run.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::disk::Disk;
use super::growing::{Growing, Written};
use super::remake::{Make, Remake};
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

/// The files that are being written for one input.
pub struct Shard {
    disk: Arc<dyn Disk>,
    files: Vec<Open>,
    /// Whether dropping it removes the temporary files.
    is_ours: bool,
}

struct Open {
    target: Target,
    /// The mode of the file that it will replace.
    mode: Option<Permissions>,
    file: Growing,
    /// What makes the output, where what is written are the parts of it.
    remake: Option<Remake>,
}

impl Open {
    fn new(target: &Target, mode: Option<Permissions>, file: Growing) -> Self {
        Open { target: target.clone(), mode, file, remake: None }
    }
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
            shard.files.push(Open::new(target, mode, Growing::new(file)));
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
            shard.files.push(Open::new(target, mode, Growing::behind(file, bytes, hash)));
        }
        shard.is_ours = true;
        Ok(Some(shard))
    }

    /// Writes to one of the files, counted from 0. Gives the buffer back, or an empty one.
    pub fn put(&mut self, which: usize, bytes: Vec<u8>) -> Result<Vec<u8>> {
        let Open { target, file, remake, .. } = &mut self.files[which];
        let at = file.bytes();
        let failed = || format!("{}: cannot be written behind byte {at}", target.name());
        if remake.is_some() {
            file.write_all(&Remake::head(&bytes)).with_context(failed)?;
        }
        file.write_all(&bytes).with_context(failed)?;
        match remake {
            Some(remake) => remake.hand(bytes).map(|()| Vec::new()),
            None => Ok(bytes),
        }
    }

    /// From now on an output is made of what is written to one of the files, and of what stands in it: `make` reads that,
    /// while it is written, and writes the output.
    pub fn begin_remake(&mut self, which: usize, make: Make) -> Result<()> {
        let Open { target, mode, file, remake } = &mut self.files[which];
        *remake = Some(Remake::begin(&self.disk, target, mode.clone(), file.bytes(), make)?);
        Ok(())
    }

    /// Everything was written: outputs that are being made take the place of what they are made of.
    pub fn finish_remakes(&mut self) -> Result<()> {
        for open in &mut self.files {
            if let Some(remake) = open.remake.take() {
                open.file = remake.finish()?;
            }
        }
        Ok(())
    }

    /// Waits until every byte is on the medium, and says how many there are.
    pub fn sync(&mut self) -> Result<Vec<Written>> {
        let sync = |Open { target, file, .. }: &mut Open| {
            file.sync().with_context(|| format!("{}: cannot be written", target.name()))
        };
        self.files.iter_mut().map(sync).collect()
    }

    /// Renames the files, which were synced, and syncs their folders. From the first rename on nothing is taken back.
    pub fn put_in_place(mut self) -> Result<()> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for open in self.files.drain(..) {
            let Open { target, file, .. } = open;
            let bytes = file.bytes();
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
            let Open { target, file, remake, .. } = open;
            drop((remake, file));
            if self.is_ours {
                let _ = self.disk.remove(&target.temp());
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
