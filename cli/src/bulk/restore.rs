//! `unchaff restore` for whole corpora: every cleaned file of which there are receipts, as it was.
//!
//! The invariant: what a restored file unpacks to is what the input unpacked to, to the byte; each appears whole or not at
//! all. Where one cannot be restored, the others are.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use super::disk::{Disk, Local};
use super::job::lock;
use super::lock::Lock;
use super::shard::{Shard, TEMP, Target};
use super::sides::RECEIPTS_END;
use super::walk;
use crate::Run;
use crate::args::{InputArgs, RestoreArgs};
use crate::containers::{
    self, BLOCK_BYTES, Codec, Container, Options, Packing, Parts, Shape, TEXT_FIELDS,
};
use crate::input::{Format, Input};
use crate::receipts::Reader;
use crate::talk::{Outcome, say, visible};

/// Restores all files.
pub fn run(args: &RestoreArgs) -> Run {
    let cleaned = &args.input.file;
    if !cleaned.is_dir() {
        bail!(
            "{}: is no folder; with a folder of receipts, name that of the cleaned files",
            visible(&cleaned.to_string_lossy())
        );
    }
    let Some(root) = &args.output else {
        bail!("name a folder for the restored files: -o DIR");
    };
    let is_same = |other: &Path| other.canonicalize().ok() == root.canonicalize().ok();
    if root.exists() && (is_same(cleaned) || is_same(&args.receipts)) {
        bail!(
            "{}: is a folder that is read; write to another one",
            visible(&root.to_string_lossy())
        );
    }
    let rels = receipts_below(&args.receipts)?;
    let lock_of_root = Lock::take(root)?;
    let disk: Arc<dyn Disk> = Arc::new(Local);
    if lock_of_root.was_left {
        sweep(disk.as_ref(), root)?;
    }
    let failed = AtomicU64::new(0);
    each(&rels, |rel| {
        if let Err(error) = restore(&disk, args, root, rel) {
            failed.fetch_add(1, Ordering::Relaxed);
            say(format!("{error:#}"));
        }
    });
    lock_of_root.end();
    let failed = failed.into_inner();
    let restored = rels.len() as u64 - failed;
    say(format!("{restored} files restored, {failed} failed"));
    Ok(if failed > 0 { Outcome::Failed } else { Outcome::Done })
}

/// Does something with each of some files, on all cores.
pub fn each(rels: &[PathBuf], work: impl Fn(&Path) + Sync) {
    let queue = Mutex::new(rels.iter());
    let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    thread::scope(|scope| {
        for _ in 0..threads.min(rels.len()) {
            scope.spawn(|| {
                loop {
                    let Some(rel) = lock(&queue).next() else { return };
                    work(rel);
                }
            });
        }
    });
}

/// The places of the files of receipts in a folder.
pub fn receipts_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let found = walk::find(std::slice::from_ref(&folder.to_owned()), &[])?;
    let mut rels: Vec<PathBuf> = found.sources.into_iter().map(|source| source.rel).collect();
    rels.retain(|rel| rel.as_os_str().as_encoded_bytes().ends_with(RECEIPTS_END.as_bytes()));
    if rels.is_empty() {
        bail!("{}: there are no receipts of a corpus", visible(&folder.to_string_lossy()));
    }
    Ok(rels)
}

/// The field that a run over a corpus takes the texts of a file from, where none but the usual one is named.
pub fn text_field(path: &Path, named: &str) -> Result<String> {
    if named != TEXT_FIELDS[0] {
        return Ok(named.to_owned());
    }
    let failed = || format!("{}: cannot be read", visible(&path.to_string_lossy()));
    let mut file = BufReader::new(File::open(path).with_context(failed)?);
    let codec = Codec::of(file.fill_buf().with_context(failed)?);
    let mut start = Vec::new();
    let unpacked = containers::unpacked(Box::new(file), codec).with_context(failed)?;
    unpacked.take(BLOCK_BYTES as u64).read_to_end(&mut start).with_context(failed)?;
    Ok(containers::text_field_of(&start).unwrap_or(named).to_owned())
}

fn restore(
    disk: &Arc<dyn Disk>,
    args: &RestoreArgs,
    root: &Path,
    receipts_rel: &Path,
) -> Result<()> {
    let receipts_path = args.receipts.join(receipts_rel);
    let name = |path: &Path| visible(&path.to_string_lossy());
    let rel = file_of_receipts(receipts_rel)?;
    let path = args.input.file.join(&rel);
    let failed = || format!("{}: cannot be read", name(&path));
    let mut receipts = Reader::open(&receipts_path)?;
    let shape = containers::detect(&path, Some(receipts.container))
        .map_err(|problem| anyhow!("{}: {problem}", name(&path)))?;
    let target = Target { root: root.to_owned(), rel, is_optional: false };
    if matches!(shape.container, Container::Warc | Container::Parquet) {
        return restore_container(disk, args, &path, &shape, &mut receipts, target);
    }
    let format = receipts.format()?;
    let file = File::open(&path).with_context(failed)?;
    let reader = containers::unpacked(Box::new(file), shape.codec).with_context(failed)?;
    let reader = BufReader::with_capacity(1 << 16, reader);
    let mut input = Input { name: name(&path), path: Some(path.clone()), format, reader };
    let mut shard = Shard::create(disk, &[target])?;
    let packing = Packing { codec: shape.codec, level: None };
    let mut block = Vec::new();
    let mut has_block = false;
    let mut fields = vec![args.input.text_field.as_str()];
    if format == Format::Jsonl {
        fields.extend(TEXT_FIELDS);
    }
    crate::restore::restore(&mut input, &fields, args.input.max_record, &mut receipts, |bytes| {
        block.extend_from_slice(bytes);
        if block.len() >= BLOCK_BYTES {
            has_block = true;
            shard.put(0, packing.pack(std::mem::take(&mut block)))?;
        }
        Ok(())
    })?;
    if !block.is_empty() || !has_block {
        shard.put(0, packing.pack(block))?;
    }
    shard.sync()?;
    shard.put_in_place()
}

/// How a file whose texts stand alone in it is read again.
pub fn options_of_input(input: &InputArgs) -> Options {
    let named = input.text_field.as_str();
    Options {
        text_field: (named != TEXT_FIELDS[0]).then(|| named.to_owned()),
        max_record: input.max_record,
        ..Options::default()
    }
}

/// Restores a file whose texts stand alone in it.
fn restore_container(
    disk: &Arc<dyn Disk>,
    args: &RestoreArgs,
    path: &Path,
    shape: &Shape,
    receipts: &mut Reader,
    target: Target,
) -> Result<()> {
    let name = visible(&path.to_string_lossy());
    let options = options_of_input(&args.input);
    let mut shard = Shard::create(disk, &[target])?;
    if containers::needs_assembly(shape) {
        let (path, shape, options) = (path.to_owned(), shape.clone(), options.clone());
        let name = name.clone();
        let make = move |parts: &mut Parts<'_>, output: &mut (dyn Write + Send)| {
            containers::assemble(&path, &shape, &options, parts, output).context(name)
        };
        shard.begin_remake(0, Box::new(make))?;
    }
    let put = |bytes: Vec<u8>| shard.put(0, bytes).map(|_| ());
    containers::restore(path, shape, &options, |number| receipts.take(number), put)
        .with_context(|| name.clone())?;
    if let Some(receipt) = receipts.peek() {
        let at = receipt.at.unwrap_or_default();
        bail!("{}: the file ends before the record {at}", receipts.place());
    }
    shard.finish_remakes()?;
    shard.sync()?;
    shard.put_in_place()
}

/// The path of the file that receipts belong to.
pub fn file_of_receipts(rel: &Path) -> Result<PathBuf> {
    let named = || anyhow!("{}: is not named after a file", visible(&rel.to_string_lossy()));
    without_end(rel).ok_or_else(named)
}

fn without_end(rel: &Path) -> Option<PathBuf> {
    let name = rel.file_name()?;
    // The end is ASCII, so that what stands before it is whole.
    let len = name.len().checked_sub(RECEIPTS_END.len()).filter(|len| *len > 0)?;
    #[cfg(unix)]
    let short = {
        use std::os::unix::ffi::OsStrExt;
        std::ffi::OsStr::from_bytes(&name.as_bytes()[..len]).to_owned()
    };
    #[cfg(not(unix))]
    let short = std::ffi::OsString::from(&name.to_str()?[..len]);
    Some(rel.with_file_name(short))
}

/// Removes the temporary files of a run that was killed.
fn sweep(disk: &dyn Disk, root: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
        if entry.file_type().is_file() && entry.file_name().to_string_lossy().starts_with(TEMP) {
            let failed =
                || format!("{}: cannot be removed", visible(&entry.path().to_string_lossy()));
            disk.remove(entry.path()).with_context(failed)?;
        }
    }
    Ok(())
}
