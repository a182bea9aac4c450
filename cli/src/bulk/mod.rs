//! `unchaff clean` for whole corpora: any number of files in, their mirror image out, nothing lost on the way.
//!
//! The invariant: whatever happens to the run, every output is the old one or the whole new one, and running again gives
//! what an undisturbed run would have given.

mod disk;
#[cfg(test)]
mod faults;
mod file;
mod formats;
mod growing;
mod job;
mod lock;
mod progress;
mod record;
mod remake;
mod restore;
mod shard;
mod sides;
mod signals;
mod summary;
mod sweep;
mod tally;
mod walk;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Result, bail};
use unchaff::Cleaner;

use self::disk::{Disk, Local};
use self::file::Places;
use self::formats::Files;
pub use self::job::lock;
use self::job::{Formats, Job};
use self::lock::Lock;
use self::progress::Progress;
use self::record::{Records, Settings};
pub use self::restore::{
    each, file_of_receipts, options_of_input, receipts_below, run as restore, text_field,
};
use self::sides::Sides;
use self::signals::Stop;
use self::summary::Summary;
use self::walk::Found;
use crate::Run;
use crate::args::CleanArgs;
use crate::containers::{Buffers, Edit, Options};
use crate::output::{self, Output};
use crate::setup;
use crate::talk::{Outcome, say, visible};

/// Whether the arguments ask for a bulk run: several files, a folder or a pattern, or a folder to write to.
pub fn is_asked(args: &CleanArgs) -> bool {
    // Without a folder to write to, a pattern is the name of a file that is not there.
    let is_pattern = |path: &PathBuf| args.output.is_some() && walk::is_pattern(path);
    let is_many = |path: &PathBuf| path.is_dir() || (is_pattern(path) && !path.exists());
    let is_folder =
        |path: &PathBuf| path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
    args.files.len() > 1
        || args.bulk.in_place
        || args.files.iter().any(is_many)
        || args.output.as_ref().is_some_and(is_folder)
}

/// Cleans all files.
pub fn run(args: &CleanArgs) -> Run {
    let stop = Stop::on_signals()?;
    let cleaner = setup::cleaner(&args.rules)?;
    let (job, locks) = prepare(args, cleaner, Arc::new(Local), stop, |formats| formats)?;
    job.run();
    let ended = end(&job, args);
    locks.into_iter().for_each(Lock::end);
    ended
}

/// Everything up to the first file. `wrap` lets the tests stand between the run and the formats.
fn prepare(
    args: &CleanArgs,
    cleaner: Cleaner,
    disk: Arc<dyn Disk>,
    stop: Stop,
    wrap: impl FnOnce(Box<dyn Formats>) -> Box<dyn Formats>,
) -> Result<(Job, Vec<Lock>)> {
    let (found, places) = plan(args)?;
    found.notes.iter().for_each(say);
    let locks = roots(&places).into_iter().map(Lock::take).collect::<Result<Vec<_>>>()?;
    let records = Records::open(&disk, &places.root)?;
    let options = options(args);
    let key = |name: &String| serde_json::Value::from(format!("{name}__unchaff__residue"));
    let sides = Sides {
        receipts: places.receipts.is_some(),
        attributes: places.attributes.as_ref().map(|name| key(name).to_string()),
        quarantine: places.quarantine,
    };
    let forced = formats::forced(args.format);
    let settings = Settings {
        version: env!("CARGO_PKG_VERSION").into(),
        rules: cleaner.fingerprint().into(),
        options: format!("{options:?} {forced:?} {sides:?}"),
    };
    let was_left = locks.iter().any(|lock| lock.was_left);
    let dropped = sweep::drop_void(disk.as_ref(), &places, &records, &settings, &found.sources)?;
    sweep::sweep(disk.as_ref(), &roots(&places), &records, was_left || dropped)?;
    let bytes = found.sources.iter().map(|source| source.stamp.bytes).sum();
    let progress = Progress::new(bytes, found.sources.len() as u64, args.quiet);
    let mut summary = Summary { unchaff: env!("CARGO_PKG_VERSION"), ..Summary::default() };
    for (path, why) in &found.refused {
        let path = visible(&path.to_string_lossy());
        say(format!("{path}: {why}"));
        summary.fail(&path, why);
    }
    let block_bytes = options.block_bytes;
    let job = Job {
        formats: wrap(Box::new(Files {
            cleaner: cleaner.clone(),
            options,
            buffers: Buffers::new(2 * args.bulk.threads() + 4),
            attributes: sides.attributes.is_some(),
            forced,
        })),
        threads: args.bulk.threads(),
        block_bytes,
        checkpoint_bytes: args.bulk.checkpoint.saturating_mul(1 << 20),
        summary: Mutex::new(summary),
        disk,
        cleaner,
        records,
        settings,
        places,
        sides,
        stop,
        found,
        progress,
    };
    Ok((job, locks))
}

/// Tells what the run came to.
fn end(job: &Job, args: &CleanArgs) -> Run {
    let mut summary = lock(&job.summary);
    let signal = job.stop.is_asked().then(|| job.stop.exit_code());
    summary.exit_code = signal.unwrap_or_else(|| summary.outcome());
    summary.lines(args.quiet).iter().for_each(say);
    if let Some(path) = &args.bulk.summary {
        let mut output = Output::create(Some(path), &[])?;
        output.put(format!("{}\n", serde_json::to_string_pretty(&*summary)?).as_bytes())?;
        output::finish([output])?;
    }
    Ok(match (signal, summary.outcome()) {
        (Some(code), _) => Outcome::Stopped(code),
        (None, 0) => Outcome::Done,
        (None, 1) => Outcome::Found,
        (None, _) => Outcome::Failed,
    })
}

/// The files to read and the folders to write to.
fn plan(args: &CleanArgs) -> Result<(Found, Places)> {
    let bulk = &args.bulk;
    if args.files.iter().any(|path| path.as_os_str() == "-") {
        bail!("-: standard input is cleaned alone, and not to a folder");
    }
    let places = |root: PathBuf| Places {
        root,
        writes_output: !bulk.attributes_only,
        receipts: args.receipts.clone(),
        attributes: bulk.attributes.clone(),
        quarantine: bulk.salvage,
        in_place: bulk.in_place,
    };
    if bulk.in_place {
        let ours: Vec<PathBuf> = args.receipts.iter().cloned().collect();
        let found = walk::find(&args.files, &ours)?;
        return match found.bases.as_slice() {
            [base] => {
                let places = places(base.clone());
                Ok((found, places))
            }
            [] => bail!("there is nothing to clean in place: none of the files can be read"),
            _ => bail!(
                "--in-place: the files lie in several folders; name one folder, or run once for each"
            ),
        };
    }
    let Some(root) = &args.output else {
        bail!("name a folder for the output, -o DIR, or use --in-place");
    };
    if root.as_os_str() == "-" {
        bail!("-o -: several files cannot go to standard output; name a folder");
    }
    if let Some(name) = &bulk.attributes
        && (name.is_empty()
            || name.contains(['/', '\\', '\0'])
            || name.starts_with('.')
            || name.contains("__"))
    {
        bail!("--attributes {}: use a plain name, without / and __", visible(name));
    }
    if root.exists() && !root.is_dir() {
        let name = |path: &Path| visible(&path.to_string_lossy());
        let folder = args.files.iter().find(|path| path.is_dir());
        let and = folder.map(|folder| format!(", and {} is a directory", name(folder)));
        bail!("{}: is a file{}; name a folder for the output", name(root), and.unwrap_or_default());
    }
    let places = places(root.clone());
    let mut ours: Vec<PathBuf> = args.receipts.iter().cloned().collect();
    ours.extend(bulk.attributes.as_ref().map(|name| root.join("attributes").join(name)));
    if places.writes_output {
        ours.push(root.clone());
    }
    let found = walk::find(&args.files, &ours)?;
    let is_root = |base: &PathBuf| {
        let real = |path: &Path| fs::canonicalize(path).ok();
        args.files.contains(base) && real(base).is_some() && real(base) == real(root)
    };
    if places.writes_output && found.bases.iter().any(is_root) {
        bail!(
            "{}: is a folder that is read; write to another one, or use --in-place",
            visible(&root.to_string_lossy())
        );
    }
    Ok((found, places))
}

/// The folders that belong to the run while it goes on.
fn roots(places: &Places) -> Vec<&Path> {
    let mut roots = vec![places.root.as_path()];
    roots.extend(places.receipts.as_deref().filter(|receipts| *receipts != places.root));
    roots
}

fn options(args: &CleanArgs) -> Options {
    let bulk = &args.bulk;
    let defaults = Options::default();
    Options {
        text_field: args.text_field.clone(),
        separator: args.documents,
        max_record: args.max_record.unwrap_or(defaults.max_record),
        block_bytes: bulk.block_size.unwrap_or(defaults.block_bytes),
        max_expansion: bulk.max_expansion,
        salvage: bulk.salvage,
        strict: args.strict,
        edit: match &bulk.annotate {
            Some(field) => Edit::Annotate(field.clone()),
            None if bulk.attributes_only => Edit::Look,
            None => Edit::Clean,
        },
        level: bulk.level,
        documents: bulk.attributes.is_some() || args.receipts.is_some(),
        receipts: args.receipts.is_some(),
        ..defaults
    }
}
