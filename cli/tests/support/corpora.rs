//! Corpora for runs over many files, and what is written for them.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::print_stdout, reason = "a failure is replayed from the seed")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Place, web};

/// Options with which even small files have many blocks, and a checkpoint behind each.
pub const SMALL: [&str; 4] = ["--block-size", "700", "--checkpoint", "0"];

/// Numbers that look random, from a seed that is printed.
pub struct Dice(u64);

impl Dice {
    pub fn new() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let clock = || now.map_or(1, |now| now.as_nanos() as u64);
        let seed = std::env::var("UNCHAFF_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(clock);
        println!("UNCHAFF_SEED={seed}");
        Dice(seed | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// A text with residue at both ends, of about so many lines.
pub fn story(number: usize, lines: usize) -> String {
    let line = |line| {
        format!(
            "In the winter of {} the mill at bend {line} of the river stood still.\n",
            1800 + number
        )
    };
    let body: String = (0..lines).map(line).collect();
    format!("[ad_1]\n{body}[ad_2]\nSource link\n")
}

/// Records of JSONL.
pub fn records(from: usize, count: usize) -> String {
    let record = |number: usize| {
        let text = serde_json::Value::from(story(number, 1 + number % 7));
        format!(
            "{{\"id\":\"r{number}\",\"n\":1.10,\"text\":{text},\"url\":\"https://example.org/{number}\"}}\n"
        )
    };
    (from..from + count).map(record).collect()
}

pub fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes.as_ref()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub fn zstd(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    ::zstd::encode_all(bytes.as_ref(), 3).expect("memory takes it")
}

pub fn unpack(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    if name.ends_with(".gz") {
        let mut decoder = flate2::bufread::MultiGzDecoder::new(bytes);
        std::io::Read::read_to_end(&mut decoder, &mut plain).expect("it is gzip");
    } else if name.ends_with(".zst") {
        plain = ::zstd::decode_all(bytes).expect("it is zstd");
    } else {
        plain.extend_from_slice(bytes);
    }
    plain
}

/// Writes a corpus of every format to `in/`: small files and large ones, in several folders.
pub fn corpus(place: &Place, scale: usize) {
    for folder in ["in/text", "in/web/2024", "in/empty"] {
        fs::create_dir_all(place.path(folder)).expect("a folder can be made");
    }
    place.write("in/text/short.txt", story(1, 4));
    place.write("in/text/long.txt", story(2, 40 * scale));
    place.write("in/text/nothing.txt", "");
    place.write("in/a.jsonl", records(0, 20 * scale));
    place.write("in/web/b.jsonl.gz", gzip(records(100, 30 * scale)));
    let members = [gzip(records(500, 3 * scale)), gzip(records(900, 3 * scale))].concat();
    place.write("in/web/2024/c.jsonl.gz", members);
    place.write("in/web/2024/d.jsonl.zst", zstd(records(1500, 20 * scale)));
    place
        .write("in/web/2024/e.jsonl", "{\"text\":\"Source link\"}\n\n{\"text\":\"Tea is ready.\"}");
}

/// Writes crawls to `in/crawl`: WET with one gzip member a record, and plain, and a table.
pub fn crawls(place: &Place, scale: usize) {
    fs::create_dir_all(place.path("in/crawl")).expect("a folder can be made");
    let texts: Vec<String> = (0..20 * scale).map(|number| story(number, 1 + number % 7)).collect();
    let records = web::wet(&texts);
    let members: Vec<u8> = records.iter().flat_map(gzip).collect();
    place.write("in/crawl/f.warc.wet.gz", members);
    place.write("in/crawl/g.warc", records.concat());
    #[cfg(feature = "parquet")]
    place.write("in/crawl/h.parquet", web::parquet(&texts, 5));
}

/// The files below a folder, by path; records of runs and locks aside.
pub fn files(place: &Place, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let root = place.path(folder);
    let is_record = |path: &Path| path.components().any(|part| part.as_os_str() == ".unchaff");
    all_paths(&root)
        .into_iter()
        .filter(|path| !is_record(path))
        .map(|path| {
            let name =
                path.strip_prefix(&root).expect("it is inside").to_string_lossy().into_owned();
            let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, bytes)
        })
        .collect()
}

/// The paths of temporary files and half-written records below a folder.
pub fn temps(place: &Place, folder: &str) -> Vec<PathBuf> {
    let is_temp = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(".unchaff-tmp-") || name.ends_with(".new")
    };
    all_paths(&place.path(folder)).into_iter().filter(is_temp).collect()
}

/// The paths of the done records below an output folder.
pub fn records_of_runs(place: &Place, folder: &str) -> Vec<PathBuf> {
    all_paths(&place.path(folder).join(".unchaff/done"))
}

fn all_paths(root: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let Ok(entries) = fs::read_dir(root) else { return paths };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            paths.extend(all_paths(&path));
        } else {
            paths.push(path);
        }
    }
    paths.sort();
    paths
}

/// Fails with the first difference between two folders.
#[track_caller]
pub fn assert_same(
    got: &BTreeMap<String, Vec<u8>>,
    wanted: &BTreeMap<String, Vec<u8>>,
    what: &str,
) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(got), names(wanted), "{what}");
    for (name, bytes) in got {
        let (a, b) = (bytes.len(), wanted[name].len());
        assert!(*bytes == wanted[name], "{name} differs ({a} and {b} bytes): {what}");
    }
}
