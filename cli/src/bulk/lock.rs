//! One run at a time writes below a folder.
//!
//! The invariant: who holds the lock is the only run that makes or removes files there. The system gives the lock back
//! when its holder ends, however it ends, so that a lock is never stale; what the file still says then is that the run
//! did not end well, and temporary files of it may lie about.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use fs4::TryLockError;

use super::record::FOLDER;
use crate::talk::visible;

/// A folder that is this run's alone until the lock is dropped.
pub struct Lock {
    file: File,
    /// Whether the run before this one ended without saying so.
    pub was_left: bool,
}

impl Lock {
    /// Takes the lock of a folder, which is made if it is not there.
    pub fn take(root: &Path) -> Result<Lock> {
        let name = visible(&root.to_string_lossy());
        let folder = root.join(FOLDER);
        fs::create_dir_all(&folder).with_context(|| format!("{name}: cannot be written"))?;
        let path = folder.join("lock");
        let failed = || format!("{}: cannot be locked", visible(&path.to_string_lossy()));
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.with_context(failed)?;
        let mut holder = String::new();
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let _ = (&file).take(64).read_to_string(&mut holder);
                let holder = holder.trim();
                let by =
                    if holder.is_empty() { String::new() } else { format!(" (process {holder})") };
                bail!(
                    "{name}: another run{by} writes there; wait for it, or choose another folder"
                );
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
        }
        (&file).take(64).read_to_string(&mut holder).with_context(failed)?;
        write(&mut file, &format!("{}\n", std::process::id())).with_context(failed)?;
        Ok(Lock { file, was_left: !holder.is_empty() })
    }

    /// The run ends and leaves nothing behind that it does not know of.
    pub fn end(mut self) {
        // If this fails, the next run looks for temporary files and finds none.
        let _ = write(&mut self.file, "");
    }
}

fn write(file: &mut File, text: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())
}
