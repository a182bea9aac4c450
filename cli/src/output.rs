//! Output: standard output, or a file that appears whole or not at all.
//!
//! The invariant: a file is written beside its place, flushed, synced and renamed, and the folder synced; whatever fails
//! before that leaves the old file as it was. It is never written onto the input.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::{Builder, NamedTempFile};

use crate::talk::visible;

/// Where output goes.
pub struct Output {
    place: Place,
    name: String,
}

enum Place {
    Stdout(BufWriter<io::Stdout>),
    File { temp: BufWriter<NamedTempFile>, path: PathBuf },
}

impl Output {
    /// Opens standard output, or a file; `input` is the file being read, which must not be the same.
    pub fn create(path: Option<&Path>, input: Option<&Path>) -> Result<Output> {
        let Some(path) = path else {
            let place = Place::Stdout(BufWriter::with_capacity(1 << 16, io::stdout()));
            return Ok(Output { place, name: "standard output".into() });
        };
        let name = visible(&path.to_string_lossy());
        refuse_special(path, &name)?;
        if let Some(input) = input
            && is_same_file(path, input)
        {
            bail!("{name}: is the input; write to another file");
        }
        let temp = Builder::new().prefix(".unchaff-").permissions(new_file_mode()).tempfile_in(folder(path));
        let temp = temp.with_context(|| format!("{name}: cannot be written"))?;
        let temp = BufWriter::with_capacity(1 << 16, temp);
        Ok(Output { place: Place::File { temp, path: path.to_owned() }, name })
    }

    /// Writes all that is buffered, and puts a file in its place.
    pub fn finish(self) -> Result<()> {
        let Output { place, name } = self;
        let failed = || format!("{name}: cannot be written");
        match place {
            Place::Stdout(mut out) => out.flush().with_context(failed),
            Place::File { temp, path } => {
                let temp = temp.into_inner().map_err(io::IntoInnerError::into_error).with_context(failed)?;
                temp.as_file().sync_all().with_context(failed)?;
                temp.persist(&path).map_err(|error| error.error).with_context(failed)?;
                File::open(folder(&path)).and_then(|folder| folder.sync_all()).with_context(failed)
            }
        }
    }

    /// What to call it in messages.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.place {
            Place::Stdout(out) => out.write(bytes),
            Place::File { temp, .. } => temp.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.place {
            Place::Stdout(out) => out.flush(),
            Place::File { temp, .. } => temp.flush(),
        }
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn refuse_special(path: &Path, name: &str) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => bail!("{name}: is a symbolic link; name the file it points to"),
        Ok(metadata) if !metadata.is_file() => bail!("{name}: is not a regular file; use standard output and a shell redirection"),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn is_same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino())).ok();
    id(a).is_some() && id(a) == id(b)
}

#[cfg(not(unix))]
fn is_same_file(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    real(a).is_some() && real(a) == real(b)
}

/// A new file gets the mode any program would give it, the user's mask applied.
#[cfg(unix)]
fn new_file_mode() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o666)
}

#[cfg(not(unix))]
fn new_file_mode() -> fs::Permissions {
    fs::metadata(".").map(|metadata| metadata.permissions()).expect("the working folder has permissions")
}
