//! From the paths a person names to the files of a run, each with its place below the output folder.
//!
//! The invariant: a place is made of the names of folders and files alone, each a plain name, and no two files have the
//! same; what documents hold never becomes a path. Links are followed to read, and one that leads back to a folder above
//! it is passed over. Only regular files are read.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use globset::GlobBuilder;
use walkdir::{DirEntry, WalkDir};

use super::record::{FOLDER, Stamp};
use super::shard::{TEMP, folder};
use crate::talk::visible;

/// A file to be cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub input: PathBuf,
    /// Its place below the output folder; of plain names only.
    pub rel: PathBuf,
    pub stamp: Stamp,
}

impl Source {
    pub fn name(&self) -> String {
        visible(&self.input.to_string_lossy())
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order of their places.
    pub sources: Vec<Source>,
    /// What cannot be read, and why: path, reason.
    pub refused: Vec<(PathBuf, String)>,
    /// Links that were passed over.
    pub notes: Vec<String>,
    /// The folders from which places count.
    pub bases: Vec<PathBuf>,
    /// What tells the files apart whatever they are called.
    ids: HashSet<FileId>,
    /// Folders that are written, as the system knows them.
    ours: Vec<PathBuf>,
}

impl Found {
    /// Whether a path leads to one of the files that are read.
    pub fn is_read(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|found| self.ids.contains(&file_id(path, &found)))
    }
}

/// Finds the files that the arguments name. What lies below `ours` is passed over: the run writes there.
pub fn find(arguments: &[PathBuf], ours: &[PathBuf]) -> Result<Found> {
    let ours = ours.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
    let mut found = Found { ours, ..Found::default() };
    for argument in arguments {
        let name = visible(&argument.to_string_lossy());
        match fs::metadata(argument) {
            Ok(metadata) if metadata.is_dir() => walk(argument, argument, None, &mut found)?,
            Ok(metadata) => {
                let rel = argument.file_name().map(PathBuf::from);
                let rel = rel.with_context(|| format!("{name}: names no file"))?;
                found.base(folder(argument));
                found.add(argument, rel, &metadata);
            }
            Err(_) if is_pattern(argument) => {
                let base = base_of(argument);
                let before = found.sources.len();
                walk(&base, argument, Some(argument), &mut found)?;
                if found.sources.len() == before {
                    bail!("{name}: no file matches");
                }
            }
            Err(error) => found.refuse(argument, &format!("cannot be read: {error}")),
        }
    }
    found.sources.sort_by(|a, b| a.rel.as_os_str().cmp(b.rel.as_os_str()));
    let mut places: HashMap<&Path, &Source> = HashMap::new();
    for source in &found.sources {
        if let Some(other) = places.insert(&source.rel, source) {
            bail!(
                "{} and {}: both would be written to {} below the output folder; name one folder above both",
                other.name(),
                source.name(),
                visible(&source.rel.to_string_lossy())
            );
        }
    }
    Ok(found)
}

impl Found {
    fn base(&mut self, base: &Path) {
        if !self.bases.iter().any(|known| known == base) {
            self.bases.push(base.to_owned());
        }
    }

    fn refuse(&mut self, path: &Path, why: &str) {
        self.refused.push((path.to_owned(), why.to_owned()));
    }

    fn add(&mut self, input: &Path, rel: PathBuf, metadata: &Metadata) {
        if !metadata.is_file() {
            self.refuse(input, "is no regular file; pipe it through standard input");
        } else if !is_plain(&rel) {
            self.refuse(input, "has a path with parts that are no names");
        } else {
            self.ids.insert(file_id(input, metadata));
            self.sources.push(Source { input: input.to_owned(), rel, stamp: Stamp::of(metadata) });
        }
    }
}

fn walk(base: &Path, argument: &Path, pattern: Option<&Path>, found: &mut Found) -> Result<()> {
    let name = visible(&argument.to_string_lossy());
    let matcher = match pattern {
        None => None,
        Some(pattern) => {
            let Some(text) = pattern.to_str() else { bail!("{name}: the pattern is not UTF-8") };
            let text = text.strip_prefix("./").unwrap_or(text);
            let glob = GlobBuilder::new(text).literal_separator(true).build();
            Some(glob.with_context(|| format!("{name}: is no pattern"))?.compile_matcher())
        }
    };
    found.base(base);
    let real_base = fs::canonicalize(base).unwrap_or_default();
    let ours: Vec<PathBuf> =
        found.ours.iter().filter(|folder| folder.starts_with(&real_base)).cloned().collect();
    let mut passed = Vec::new();
    let mut is_wanted = |entry: &DirEntry| {
        let is_output = !ours.is_empty()
            && entry.file_type().is_dir()
            && fs::canonicalize(entry.path()).is_ok_and(|path| ours.contains(&path));
        if is_output {
            passed.push(visible(&entry.path().to_string_lossy()));
        }
        !is_output && !is_record(entry.file_name())
    };
    let entries = WalkDir::new(base).follow_links(true).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || is_wanted(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(base).to_owned();
                if error.loop_ancestor().is_some() {
                    let path = visible(&path.to_string_lossy());
                    found
                        .notes
                        .push(format!("{path}: leads back to a folder above it; passed over"));
                } else {
                    let why =
                        error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    found.refuse(&path, &format!("cannot be read: {why}"));
                }
                continue;
            }
        };
        if entry.file_type().is_dir() {
            continue;
        }
        let path = entry.path();
        let shown = path.strip_prefix("./").unwrap_or(path);
        if matcher.as_ref().is_some_and(|matcher| !matcher.is_match(shown)) {
            continue;
        }
        let rel = path.strip_prefix(base).unwrap_or(path).to_owned();
        match entry.metadata() {
            Ok(metadata) => found.add(path, rel, &metadata),
            Err(error) => found.refuse(path, &format!("cannot be read: {error}")),
        }
    }
    let note = |path| format!("{path}: is written by this run; passed over");
    found.notes.extend(passed.into_iter().map(note));
    Ok(())
}

/// Whether a name is that of a folder of records or a temporary file.
fn is_record(name: &OsStr) -> bool {
    name == FOLDER || name.as_encoded_bytes().starts_with(TEMP.as_bytes())
}

/// Whether every part of a path is a plain name.
fn is_plain(rel: &Path) -> bool {
    rel.components().next().is_some()
        && rel.components().all(|part| matches!(part, Component::Normal(_)))
        && !rel.as_os_str().as_encoded_bytes().contains(&0)
}

/// Whether an argument can be a pattern.
pub fn is_pattern(argument: &Path) -> bool {
    argument.as_os_str().as_encoded_bytes().iter().any(|byte| b"*?[{".contains(byte))
}

/// The folders of a pattern before its first wildcard.
fn base_of(pattern: &Path) -> PathBuf {
    let is_fixed = |part: &Component<'_>| !is_pattern(Path::new(part.as_os_str()));
    let base: PathBuf = pattern.components().take_while(is_fixed).collect();
    if base.as_os_str().is_empty() { PathBuf::from(".") } else { base }
}

#[cfg(unix)]
type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(_: &Path, metadata: &Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
type FileId = Option<PathBuf>;

#[cfg(not(unix))]
fn file_id(path: &Path, _: &Metadata) -> FileId {
    fs::canonicalize(path).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn find_in(place: &Path, arguments: &[&str]) -> Found {
        let arguments: Vec<PathBuf> = arguments.iter().map(|part| place.join(part)).collect();
        find(&arguments, &[]).expect("the files are found")
    }

    fn rels(found: &Found) -> Vec<&str> {
        found.sources.iter().map(|source| source.rel.to_str().expect("UTF-8")).collect()
    }

    fn place() -> tempfile::TempDir {
        let place = tempfile::tempdir().expect("a folder");
        for path in ["a/x.txt", "a/b/y.jsonl", "a/b/.unchaff-tmp-0", "a/.unchaff/lock", "c/z.txt"] {
            let path = place.path().join(path);
            fs::create_dir_all(folder(&path)).expect("a folder");
            fs::write(path, "x").expect("a file");
        }
        place
    }

    #[test]
    fn folders_files_and_patterns_are_mirrored_from_where_they_begin() {
        let place = place();
        assert_eq!(rels(&find_in(place.path(), &["a"])), ["b/y.jsonl", "x.txt"]);
        assert_eq!(rels(&find_in(place.path(), &["a/b/y.jsonl", "c"])), ["y.jsonl", "z.txt"]);
        assert_eq!(rels(&find_in(place.path(), &["a/**/*.jsonl"])), ["b/y.jsonl"]);
        assert_eq!(rels(&find_in(place.path(), &["*/?.txt"])), ["a/x.txt", "c/z.txt"]);
    }

    #[test]
    fn two_files_for_one_place_are_refused() {
        let place = place();
        fs::write(place.path().join("c/x.txt"), "x").expect("a file");
        let arguments = [place.path().join("a"), place.path().join("c")];
        let error = find(&arguments, &[]).expect_err("both have an x.txt").to_string();
        assert!(error.contains("both would be written to x.txt"), "{error}");
    }

    #[test]
    fn what_the_run_writes_is_not_read() {
        let place = place();
        let out = place.path().join("a/b");
        let found = find(&[place.path().join("a")], &[out]).expect("the files are found");
        assert_eq!(rels(&found), ["x.txt"]);
        assert_eq!(found.notes.len(), 1, "{found:?}");
    }

    #[cfg(unix)]
    #[test]
    fn row_59_links_that_lead_back_are_passed_over() {
        let place = place();
        std::os::unix::fs::symlink(place.path().join("a"), place.path().join("a/b/up"))
            .expect("a link");
        let found = find_in(place.path(), &["a"]);
        assert_eq!(rels(&found), ["b/y.jsonl", "x.txt"]);
        assert_eq!(found.notes.len(), 1, "{found:?}");
        assert!(found.refused.is_empty());
    }

    proptest! {
        /// A path of any parts is a place only if joining it to a folder stays below that folder.
        #[test]
        fn row_60_a_place_never_leaves_its_root(parts in proptest::collection::vec("(\\.|\\.\\.|[a-z]{0,2}|/|\u{0}|ü)", 0..6)) {
            let rel = PathBuf::from(parts.join("/"));
            if is_plain(&rel) {
                let joined = Path::new("/root/out").join(&rel);
                prop_assert!(joined.starts_with("/root/out"));
                prop_assert!(!joined.components().any(|part| part == Component::ParentDir));
            } else {
                let is_suspect = rel.is_absolute() || rel.components().any(|part| !matches!(part, Component::Normal(_)));
                prop_assert!(is_suspect || rel.as_os_str().is_empty() || parts.concat().contains('\0'));
            }
        }
    }
}
