//! The containers of bulk cleaning: what records stand in (text, JSONL, WARC, Parquet) and how that is compressed.
//!
//! A file is read in blocks by one thread, blocks are cleaned by any number of threads, and their outputs stand one behind the
//! other in the output file; see `block`. The invariant: nothing that was read is lost. It is cleaned, kept as it is and
//! counted, set aside with its offset, or the file is refused.

mod block;
mod buffers;
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
#[cfg(feature = "parquet")]
mod parquet;
mod problem;
mod proof;
mod shape;
#[cfg(test)]
mod tests;
mod text_blocks;
mod text_clean;
mod texts;
mod unpacked;
mod warc;
mod zstd;

use std::io::{self, Write};
use std::path::Path;

use unchaff::Cleaner;

pub use block::{
    Block, BlockCleaner, BlockReader, CleanBlock, Content, Cut, Document, Fate, Position,
    Quarantined,
};
pub use buffers::Buffers;
pub use fields::{TEXT as TEXT_FIELDS, text_field_of};
pub use options::{BLOCK_BYTES, Edit, MAX_RECORD, Options};
pub use pack::Packing;
pub use problem::{Problem, ProblemKind, Problems};
pub use proof::{Checked, Finding, restore, verify};
pub use shape::{Codec, Container, Shape, detect, looks_like_jsonl, named, refuse_foreign};
pub use unpacked::unpacked;

use jsonl_blocks::JsonlReader;
use jsonl_clean::JsonlCleaner;
use text_blocks::TextReader;
use text_clean::TextCleaner;
use texts::Cleaning;

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
        Container::Warc => Ok(Box::new(warc::WarcReader::open(path, shape.codec, options, from)?)),
        #[cfg(feature = "parquet")]
        Container::Parquet => {
            Ok(Box::new(parquet::ParquetReader::new(parquet::Opened::open(path, options)?, from)))
        }
        #[cfg(not(feature = "parquet"))]
        Container::Parquet => Err(without_parquet()),
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
        Container::Warc => {
            Ok(Box::new(warc::WarcCleaner::new(Cleaning::new(cleaner, options), options, packing)?))
        }
        #[cfg(feature = "parquet")]
        Container::Parquet => Ok(match options.edit {
            Edit::Annotate(_) => {
                Box::new(parquet::ParquetCleaner::annotating(cleaner, options)) as _
            }
            Edit::Clean | Edit::Look => {
                Box::new(parquet::ParquetCleaner::new(Cleaning::new(cleaner, options), options))
            }
        }),
        #[cfg(not(feature = "parquet"))]
        Container::Parquet => Err(without_parquet()),
    }
}

/// Parts of which a file is put together: what its blocks come to, in order.
pub type Parts<'p> = dyn Iterator<Item = io::Result<Vec<u8>>> + 'p;

/// Whether the outputs of the blocks are not the file itself, but the parts of which `assemble` makes it.
pub fn needs_assembly(shape: &Shape) -> bool {
    shape.container == Container::Parquet
}

/// Writes the file of which the outputs of the blocks, one behind the other, are the parts.
///
/// # Errors
///
/// When input or parts cannot be read, or the output cannot be written.
pub fn assemble(
    path: &Path,
    shape: &Shape,
    options: &Options,
    parts: &mut Parts<'_>,
    output: &mut (dyn Write + Send),
) -> Result<(), Problem> {
    debug_assert!(needs_assembly(shape));
    #[cfg(feature = "parquet")]
    return parquet::assemble(&parquet::Opened::open(path, options)?, parts, output);
    #[cfg(not(feature = "parquet"))]
    {
        let _ = (path, options, parts, output);
        Err(without_parquet())
    }
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

#[cfg(not(feature = "parquet"))]
fn without_parquet() -> Problem {
    let what = "is Parquet, which this program was built without (cargo feature parquet)";
    Problem::of_file(ProblemKind::Unsupported, what)
}
