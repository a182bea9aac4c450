//! Output: standard output, or a file that appears whole or not at all.
//!
//! The invariant: a file is written beside its place, flushed, synced and renamed, and the folder synced; whatever fails
//! before that leaves the old file as it was. Files that belong together are all synced before the first is renamed. A
//! file is never written onto one that is being read or written too.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::{Builder, NamedTempFile};

use crate::containers::{self, BLOCK_BYTES, Codec, Packing};
use crate::talk::visible;

const BUFFER: usize = 1 << 16;

/// Where output goes.
pub struct Output {
    place: Place,
    name: String,
    packing: Packing,
    /// What is to be packed next.
    block: Vec<u8>,
    has_packed: bool,
}

enum Place {
    Stdout(BufWriter<io::Stdout>),
    File { temp: BufWriter<NamedTempFile>, path: PathBuf },
}

/// An output of which every byte is on its medium; a file is not in its place yet.
struct Synced {
    file: Option<(NamedTempFile, PathBuf)>,
    name: String,
}

impl Output {
    /// Opens standard output, or a file, which must not be one of the `others` that the command reads or writes; each of
    /// them has a name: "the input".
    pub fn create(path: Option<&Path>, others: &[(&str, Option<&Path>)]) -> Result<Output> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
            let place = Place::Stdout(BufWriter::with_capacity(BUFFER, io::stdout()));
            return Ok(Output::to(place, "standard output".into()));
        };
        let name = visible(&path.to_string_lossy());
        let old_mode = old_mode(path, &name)?;
        let is_same = |other: &Option<&Path>| other.is_some_and(|other| is_same_file(path, other));
        if let Some((what, _)) = others.iter().find(|(_, other)| is_same(other)) {
            bail!("{name}: is {what}; write to another file");
        }
        let mode = new_file_mode(path, &name)?;
        let temp = Builder::new().prefix(".unchaff-").permissions(mode).tempfile_in(folder(path));
        let temp = temp.with_context(|| format!("{name}: cannot be written"))?;
        if let Some(mode) = old_mode {
            // The mask of the process is for new files only.
            let set = temp.as_file().set_permissions(mode);
            set.with_context(|| format!("{name}: cannot be written"))?;
        }
        let temp = BufWriter::with_capacity(BUFFER, temp);
        Ok(Output::to(Place::File { temp, path: path.to_owned() }, name))
    }

    fn to(place: Place, name: String) -> Output {
        let packing = Packing { codec: Codec::Plain, level: None };
        Output { place, name, packing, block: Vec::new(), has_packed: false }
    }

    /// Packs what is put as the name of the file says; standard output is always plain.
    pub fn packed_as_named(mut self) -> Output {
        if let Place::File { path, .. } = &self.place {
            self.packing.codec = containers::named(path).0.unwrap_or(Codec::Plain);
        }
        self
    }

    /// Writes bytes.
    pub fn put(&mut self, bytes: &[u8]) -> Result<()> {
        if self.packing.codec == Codec::Plain {
            return self.write(bytes);
        }
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK_BYTES { self.pack() } else { Ok(()) }
    }

    /// Writes what waits as one member or frame.
    fn pack(&mut self) -> Result<()> {
        let block = std::mem::take(&mut self.block);
        self.has_packed = true;
        self.write(&self.packing.pack(block))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.place {
            Place::Stdout(out) => out.write_all(bytes),
            Place::File { temp, .. } => temp.write_all(bytes),
        };
        written.with_context(|| format!("{}: cannot be written", self.name))
    }

    /// Whether what is put cannot be taken back.
    pub fn is_stream(&self) -> bool {
        matches!(self.place, Place::Stdout(_))
    }

    fn sync(mut self) -> Result<Synced> {
        // Nothing is a member or frame, too.
        if self.packing.codec != Codec::Plain && !(self.has_packed && self.block.is_empty()) {
            self.pack()?;
        }
        let Output { place, name, .. } = self;
        let failed = || format!("{name}: cannot be written");
        let file = match place {
            Place::Stdout(mut out) => {
                out.flush().with_context(failed)?;
                None
            }
            Place::File { temp, path } => {
                let temp = temp
                    .into_inner()
                    .map_err(io::IntoInnerError::into_error)
                    .with_context(failed)?;
                temp.as_file().sync_all().with_context(failed)?;
                Some((temp, path))
            }
        };
        Ok(Synced { file, name })
    }
}

/// Writes all that is buffered, and then puts the files in their places, one after the other.
pub fn finish(outputs: impl IntoIterator<Item = Output>) -> Result<()> {
    let synced: Vec<Synced> = outputs.into_iter().map(Output::sync).collect::<Result<_>>()?;
    for Synced { file, name } in synced {
        let Some((temp, path)) = file else { continue };
        let failed = || format!("{name}: cannot be put in its place");
        temp.persist(&path).map_err(|error| error.error).with_context(failed)?;
        // The rename stands whatever becomes of this: not every system lets a folder be opened or synced.
        let _ = File::open(folder(&path)).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The mode of the file that is to be replaced, if there is one. Refuses what is no file.
fn old_mode(path: &Path, name: &str) -> Result<Option<Permissions>> {
    match fs::symlink_metadata(path) {
        Ok(old) if old.is_symlink() => {
            bail!("{name}: is a symbolic link; name the file it points to")
        }
        Ok(old) if !old.is_file() => {
            bail!("{name}: is not a regular file; use standard output and a shell redirection")
        }
        Ok(old) => Ok(Some(old.permissions())),
        Err(_) => Ok(None),
    }
}

/// Whether two paths lead to one file, or would if both were written.
fn is_same_file(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| -> Option<(PathBuf, OsString)> {
        Some((fs::canonicalize(folder(path)).ok()?, path.file_name()?.to_owned()))
    };
    (place(a).is_some() && place(a) == place(b)) || is_same_inode(a, b)
}

#[cfg(unix)]
fn is_same_inode(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino())).ok();
    id(a).is_some() && id(a) == id(b)
}

#[cfg(not(unix))]
fn is_same_inode(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    real(a).is_some() && real(a) == real(b)
}

/// A new file gets the mode any program would give it, the user's mask applied.
#[cfg(unix)]
fn new_file_mode(_: &Path, _: &str) -> Result<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Ok(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn new_file_mode(path: &Path, name: &str) -> Result<Permissions> {
    let folder =
        fs::metadata(folder(path)).with_context(|| format!("{name}: cannot be written"))?;
    Ok(folder.permissions())
}
