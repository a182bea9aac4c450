//! The containers as a whole, on files; each test is named after what it shows.

mod damage;
mod jsonl;
#[cfg(feature = "parquet")]
mod parquet;
mod text;
mod warc;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use unchaff::{Cleaner, Report};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::problem::Place;
use super::*;

/// What became of a file.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The output of each block.
    pub outputs: Vec<Vec<u8>>,
    pub resumes: Vec<Option<Position>>,
    pub report: Report,
    pub documents: Vec<Document>,
    pub problems: Problems,
    pub quarantine: Vec<Quarantined>,
    pub records: u64,
}

impl Outcome {
    pub fn output(&self) -> Vec<u8> {
        self.outputs.concat()
    }

    /// Bytes set aside, and what the output unpacks to.
    pub fn aside(&self) -> Vec<u8> {
        self.quarantine.iter().flat_map(|aside| aside.bytes.clone()).collect()
    }
}

/// A folder for files.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Folder(TempDir::new().expect("a folder for the test can be made"))
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).expect("the test can write its file");
        path
    }
}

pub fn clean(path: &Path, options: &Options) -> Result<Outcome, Problem> {
    clean_from(path, options, None)
}

/// Cleans a file from where a reader can start again.
pub fn clean_from(
    path: &Path,
    options: &Options,
    from: Option<&Position>,
) -> Result<Outcome, Problem> {
    clean_with(path, options, from, &Cleaner::builtin())
}

/// Cleans a file by other rules.
pub fn clean_with(
    path: &Path,
    options: &Options,
    from: Option<&Position>,
    rules: &Cleaner,
) -> Result<Outcome, Problem> {
    let shape = detect(path, None)?;
    let mut reader = reader(path, &shape, options, rules, from)?;
    let cleaner = cleaner(&shape, options, rules)?;
    let mut outcome = Outcome::default();
    shape.notes.into_iter().for_each(|note| outcome.problems.add(note));
    let mut index = from.map_or(0, |from| from.block);
    while let Some(block) = reader.next()? {
        assert_eq!(block.index, index);
        assert_eq!(block.first_record, from.map_or(0, |from| from.records) + outcome.records + 1);
        let clean = cleaner.clean(block)?;
        assert_eq!(clean.index, index);
        index += 1;
        outcome.outputs.push(clean.output);
        outcome.resumes.push(clean.resume);
        outcome.report.merge(&clean.report);
        outcome.documents.extend(clean.documents);
        outcome.problems.append(clean.problems);
        outcome.quarantine.extend(clean.quarantine);
        outcome.records += clean.records;
    }
    // What is read from front to back is hashed on the way.
    let is_whole = shape.container != Container::Parquet && from.is_none_or(|at| at.packed == 0);
    let file = fs::read(path).expect("the file is there");
    assert_eq!(reader.file_hash().map(Xxh3::digest128), is_whole.then(|| xxh3_128(&file)));
    Ok(outcome)
}

/// Puts back what the receipts of the documents say; the parts, or the file.
pub fn restored(path: &Path, documents: &[Document]) -> Result<Vec<Vec<u8>>, Problem> {
    let shape = detect(path, None)?;
    let mut blocks = Vec::new();
    let receipt = |number: u64| {
        let document = usize::try_from(number - 1).ok().and_then(|at| documents.get(at));
        Ok::<_, Problem>(document.and_then(|document| document.receipt.clone()))
    };
    restore(path, &shape, &Options::default(), receipt, |bytes| {
        blocks.push(bytes);
        Ok(())
    })?;
    Ok(blocks)
}

pub fn pack(codec: Codec, bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    match codec {
        Codec::Plain => packed.extend_from_slice(bytes),
        Codec::Gzip => {
            let mut encoder =
                flate2::write::GzEncoder::new(&mut packed, flate2::Compression::default());
            encoder.write_all(bytes).expect("memory takes it");
            encoder.finish().expect("memory takes it");
        }
        Codec::Zstd => {
            let mut encoder = ::zstd::Encoder::new(&mut packed, 3).expect("level 3 is there");
            encoder.include_checksum(true).expect("checksums are there");
            encoder.write_all(bytes).expect("memory takes it");
            encoder.finish().expect("memory takes it");
        }
    }
    packed
}

/// What a file unpacks to, by the decoders that are commonly used.
pub fn unpack(codec: Codec, packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    match codec {
        Codec::Plain => bytes.extend_from_slice(packed),
        Codec::Gzip => {
            flate2::read::MultiGzDecoder::new(packed)
                .read_to_end(&mut bytes)
                .expect("it is whole gzip");
        }
        Codec::Zstd => {
            bytes = ::zstd::decode_all(packed).expect("it is whole zstd");
        }
    }
    bytes
}

/// A file name that says the codec.
pub fn name(stem: &str, codec: Codec) -> String {
    match codec {
        Codec::Plain => stem.to_owned(),
        Codec::Gzip => format!("{stem}.gz"),
        Codec::Zstd => format!("{stem}.zst"),
    }
}

pub const CODECS: [Codec; 3] = [Codec::Plain, Codec::Gzip, Codec::Zstd];
