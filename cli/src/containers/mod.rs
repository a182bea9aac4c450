//! The containers of bulk cleaning: what records stand in (text, JSONL, WARC, Parquet) and how that is compressed.
//!
//! A file is read in blocks by one thread, blocks are cleaned by any number of threads, and their outputs stand one behind the
//! other in the output file; see `block`. The invariant: nothing that was read is lost. It is cleaned, kept as it is and
//! counted, set aside with its offset, or the file is refused.

mod block;
mod cuts;
mod decode;
mod feed;
mod fields;
mod gzip;
mod jsonl_blocks;
mod jsonl_clean;
mod options;
mod pack;
mod packed;
mod problem;
mod shape;
#[cfg(test)]
mod tests;
mod text_blocks;
mod text_clean;
mod zstd;

use std::path::Path;

use unchaff::Cleaner;

pub use block::{
    Block, BlockCleaner, BlockReader, CleanBlock, CleanedPart, Content, Cut, Document, Fate,
    Position, Quarantined,
};
pub use cuts::count_chars;
pub use fields::TEXT as TEXT_FIELDS;
pub use options::{BLOCK_BYTES, Edit, Options};
pub use pack::Packing;
pub use problem::{MAX_NAMED, Place, Problem, ProblemKind, Problems};
pub use shape::{Codec, Container, Shape, detect};

use jsonl_blocks::JsonlReader;
use jsonl_clean::JsonlCleaner;
use text_blocks::TextReader;
use text_clean::TextCleaner;

/// A reader of a file, from its start or from where it can start again. The cleaner is for documents larger than a block,
/// which stream through the reader.
///
/// # Errors
///
/// When the file must be refused.
pub fn reader(
    path: &Path,
    shape: &Shape,
    options: &Options,
    cleaner: &Cleaner,
    from: Option<&Position>,
) -> Result<Box<dyn BlockReader>, Problem> {
    match shape.container {
        Container::Jsonl => Ok(Box::new(JsonlReader::open(path, shape.codec, options, from)?)),
        Container::Text => {
            Ok(Box::new(TextReader::open(path, shape.codec, options, cleaner, from)?))
        }
        Container::Warc | Container::Parquet => Err(not_yet(shape)),
    }
}

/// A cleaner of the blocks of a file.
///
/// # Errors
///
/// When the options do not fit the file.
pub fn cleaner(
    shape: &Shape,
    options: &Options,
    cleaner: &Cleaner,
) -> Result<Box<dyn BlockCleaner>, Problem> {
    let packing = packing(shape, options)?;
    match shape.container {
        Container::Jsonl => {
            Ok(Box::new(JsonlCleaner::new(cleaner.clone(), options.clone(), packing)))
        }
        Container::Text => Ok(Box::new(TextCleaner::new(cleaner.clone(), options, packing)?)),
        Container::Warc | Container::Parquet => Err(not_yet(shape)),
    }
}

/// Whether the outputs of the blocks are not the file itself, but the parts of which `assemble` makes it.
pub fn needs_assembly(shape: &Shape) -> bool {
    shape.container == Container::Parquet
}

/// How the output is compressed.
///
/// # Errors
///
/// When there is no such level.
pub fn packing(shape: &Shape, options: &Options) -> Result<Packing, Problem> {
    let codec = options.codec.unwrap_or(shape.codec);
    let levels = match codec {
        Codec::Plain => i32::MIN..=i32::MAX,
        Codec::Gzip => 0..=9,
        Codec::Zstd => zstd_levels(),
    };
    match options.level {
        Some(level) if !levels.contains(&level) => {
            let what = format!(
                "{} has no level {level}; use {} to {}",
                codec.name(),
                levels.start(),
                levels.end()
            );
            Err(Problem::of_file(ProblemKind::Option, what))
        }
        level => Ok(Packing { codec, level }),
    }
}

fn zstd_levels() -> std::ops::RangeInclusive<i32> {
    ::zstd::compression_level_range()
}

fn not_yet(shape: &Shape) -> Problem {
    let what = format!("{} is not read yet", shape.container.name());
    Problem::of_file(ProblemKind::Unsupported, what)
}
