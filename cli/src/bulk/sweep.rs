//! Temporary files that an earlier run left: those that nothing will be gone on with go.
//!
//! The invariant: only files with names of our own are removed, each below a folder of which this run has the lock, and
//! none that a part names which can still be gone on with.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use walkdir::WalkDir;

use super::disk::Disk;
use super::file::Places;
use super::lock::Lock;
use super::record::{FOLDER, Records, Settings, Step};
use super::shard::{TEMP, key};
use super::walk::Source;
use crate::talk::{say, visible};

/// Removes the temporary files that a killed run left, save those of which a part says that they can be gone on with.
pub fn sweep(disk: &dyn Disk, roots: &[&Path], records: &Records, was_left: bool) -> Result<()> {
    let parts = records.parts()?;
    if !was_left && parts.is_empty() {
        return Ok(());
    }
    let mut kept: HashSet<String> = HashSet::new();
    for key in &parts {
        match records.part(key) {
            Some(part) => kept.extend(part.temps),
            None => records.remove_part(key)?,
        }
    }
    for root in roots {
        for entry in WalkDir::new(root).follow_links(false) {
            // What cannot be looked at holds nothing that this run could write.
            let Ok(entry) = entry else { continue };
            let name = entry.file_name().to_string_lossy();
            let is_temp = name.starts_with(TEMP) && !kept.contains(&*name);
            let is_half_record =
                name.ends_with(".new") && entry.path().starts_with(root.join(FOLDER));
            if entry.file_type().is_file() && (is_temp || is_half_record) {
                remove(disk, entry.path())?;
            }
        }
    }
    Ok(())
}

/// Drops the parts that this run cannot go on with: those of other settings, or with receipts in another folder. Gives
/// whether there were any.
pub fn drop_void(
    disk: &dyn Disk,
    places: &Places,
    records: &Records,
    settings: &Settings,
    sources: &[Source],
) -> Result<bool> {
    let parts: HashSet<String> = records.parts()?.into_iter().collect();
    if parts.is_empty() {
        return Ok(false);
    }
    let now = places.receipts_folder();
    let mut dropped = false;
    for source in sources {
        let key = key(&source.rel);
        let Some(part) = parts.contains(&key).then(|| records.part(&key)).flatten() else {
            continue;
        };
        let is_elsewhere = part.receipts != now;
        // What is complete can be put in its place whatever is done with it then.
        let is_void = part.settings != *settings && matches!(part.step, Step::Checkpoint(_));
        if is_elsewhere && let Some(was) = part.receipts {
            clear(disk, Places { receipts: Some(was.into()), ..places.clone() }, source)?;
        }
        if is_elsewhere || is_void {
            records.remove_part(&key)?;
            dropped = true;
        }
    }
    Ok(dropped)
}

/// Removes the temporary file of receipts in a folder that is not this run's.
fn clear(disk: &dyn Disk, places: Places, source: &Source) -> Result<()> {
    let Some(target) = places.receipts_target(&source.rel) else { return Ok(()) };
    let temp = target.temp();
    if !fs::symlink_metadata(&temp).is_ok_and(|found| found.is_file()) {
        return Ok(());
    }
    match Lock::take(&target.root) {
        Ok(lock) => {
            remove(disk, &temp)?;
            // There may be more that a killed run left.
            if !lock.was_left {
                lock.end();
            }
        }
        // The run there may have made it.
        Err(error) => say(format!("{error:#}; a temporary file there may be stale")),
    }
    Ok(())
}

fn remove(disk: &dyn Disk, path: &Path) -> Result<()> {
    let name = visible(&path.to_string_lossy());
    disk.remove(path).with_context(|| format!("{name}: cannot be removed"))
}
