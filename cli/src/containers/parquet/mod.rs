//! Parquet: the text column is written anew, or a column is added beside it, and everything else is copied as it is.
//!
//! The invariant: schema, key-value metadata, row groups and the column chunks of all other columns are those of the input,
//! byte for byte where they are data; in the text column nulls stay nulls and only removals change values. A block is a row
//! group. Its output is a part (what was written, as a small Parquet file of one row group); `assemble` puts the parts and
//! the rest of the input together.

mod annotate;
mod assemble;
mod blocks;
mod columns;
mod part;
mod rewrite;
mod rows;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use ::parquet::schema::types::TypePtr;

pub use assemble::assemble;
pub use blocks::ParquetReader;
pub use rewrite::ParquetCleaner;

use super::options::{Edit, Options};
use super::problem::{Place, Problem, ProblemKind};
use columns::Columns;

/// A Parquet file of which the footer was read.
#[derive(Debug)]
pub struct Opened {
    path: PathBuf,
    footer: Arc<ParquetMetaData>,
    columns: Columns,
    /// The column that is added; then the text stays.
    annotation: Option<TypePtr>,
}

impl Opened {
    pub fn open(path: &Path, options: &Options) -> Result<Opened, Problem> {
        let file = open(path)?;
        let footer = guarded(Place::File, || {
            ParquetMetaDataReader::new()
                .with_page_index_policy(PageIndexPolicy::Optional)
                .parse_and_finish(&file)
        });
        let footer = footer.map_err(|problem| {
            let what = format!("its end, which says where everything stands, cannot be read; the file is cut off or damaged ({})", problem.what);
            let kind = if ends_as_it_should(&file) { problem.kind } else { ProblemKind::Truncated };
            Problem::of_file(kind, what)
        })?;
        let columns = Columns::find(&footer, options)?;
        let annotation = match &options.edit {
            Edit::Annotate(name) => Some(annotate::column(&footer, name)?),
            Edit::Clean | Edit::Look => None,
        };
        Ok(Opened { path: path.to_owned(), footer: Arc::new(footer), columns, annotation })
    }

    /// Bytes of the packed texts of a row group.
    pub fn packed_texts(&self, row_group: usize) -> usize {
        let column = self.footer.row_group(row_group).column(self.columns.text);
        usize::try_from(column.compressed_size()).unwrap_or_default()
    }
}

fn open(path: &Path) -> Result<File, Problem> {
    let failed = |error| Problem::of_file(ProblemKind::Io, format!("cannot be opened: {error}"));
    File::open(path).map_err(failed)
}

fn ends_as_it_should(file: &File) -> bool {
    let mut end = [0; 4];
    let mut file = file;
    file.seek(SeekFrom::End(-4)).and_then(|_| file.read_exact(&mut end)).is_ok() && end == *b"PAR1"
}

/// What the library comes to; damaged files may make it panic. A problem that was found on the way stays what it is.
fn guarded<T>(place: Place, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, Problem> {
    let result = catch_unwind(AssertUnwindSafe(read));
    let result = result.unwrap_or_else(|_| Err(ParquetError::General("it makes no sense".into())));
    result.map_err(|error| {
        let kind = match &error {
            ParquetError::External(source) => {
                if let Some(problem) = source.downcast_ref::<Problem>() {
                    return problem.clone();
                }
                // Codecs say with errors of that kind too that what they read is damaged.
                match source.downcast_ref::<io::Error>() {
                    Some(error) if !is_of_content(error) => ProblemKind::Io,
                    _ => ProblemKind::Corrupt,
                }
            }
            _ => ProblemKind::Corrupt,
        };
        Problem::new(kind, place, error.to_string())
    })
}

fn is_of_content(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    error.raw_os_error().is_none()
        && matches!(error.kind(), InvalidData | InvalidInput | Other | UnexpectedEof)
}

/// The place of a row group.
fn place(row_group: usize) -> Place {
    Place::RowGroup(row_group as u64 + 1)
}
