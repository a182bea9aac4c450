//! Putting a Parquet file together: the text column, or the one that is added, from the parts, everything else from the
//! input.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::bloom_filter::Sbbf;
use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{
    PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, SortingColumn,
};
use ::parquet::file::properties::{WriterProperties, WriterPropertiesPtr, WriterVersion};
use ::parquet::file::reader::ChunkReader;
use ::parquet::file::writer::SerializedFileWriter;

use super::part::Part;
use super::{Opened, annotate, guarded, open, place};
use crate::containers::Parts;
use crate::containers::problem::{Place, Problem, ProblemKind};

/// Writes the file of which the outputs of the blocks are the parts.
pub fn assemble(
    input: &Opened,
    parts: &mut Parts<'_>,
    output: &mut (dyn Write + Send),
) -> Result<(), Problem> {
    let file = open(&input.path)?;
    let footer = &input.footer;
    let mut writer = guarded(Place::File, || {
        let schema = footer.file_metadata().schema_descr().root_schema_ptr();
        let schema = match &input.annotation {
            Some(column) => annotate::with(&schema, column)?,
            None => schema,
        };
        SerializedFileWriter::new(output, schema, properties(input))
    })?;
    for index in 0..footer.num_row_groups() {
        let ends = || Err(io::ErrorKind::UnexpectedEof.into());
        let part = parts.next().unwrap_or_else(ends).and_then(Part::read).map_err(|error| {
            let what = format!("what was cleaned of it cannot be read again: {error}");
            Problem::new(ProblemKind::Io, place(index), what)
        })?;
        guarded(place(index), || row_group(input, &file, index, part, &mut writer))?;
    }
    guarded(Place::File, || writer.finish().map(|_| ()))
}

fn row_group(
    input: &Opened,
    file: &File,
    index: usize,
    part: Part,
    writer: &mut SerializedFileWriter<&mut (dyn Write + Send)>,
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    let part = match part {
        Part::Kept => None,
        Part::Column(bytes) => {
            let footer = ParquetMetaDataReader::new()
                .with_page_index_policy(PageIndexPolicy::Optional)
                .parse_and_finish(&bytes)?;
            Some((bytes, footer))
        }
    };
    let of_part = part.as_ref().filter(|_| input.annotation.is_none());
    for column in 0..input.footer.row_group(index).num_columns() {
        match of_part {
            Some((bytes, footer)) if column == input.columns.text => {
                group.append_column(bytes, close(footer, 0, 0, bytes)?)?;
            }
            _ => group.append_column(file, close(&input.footer, index, column, file)?)?,
        }
    }
    if input.annotation.is_some() {
        let added = part.ok_or_else(|| ParquetError::General("a column is missing".into()))?;
        let (bytes, footer) = &added;
        for column in 0..footer.row_group(0).num_columns() {
            group.append_column(bytes, close(footer, 0, column, bytes)?)?;
        }
    }
    group.close()?;
    Ok(())
}

/// What a footer says of a column chunk.
fn close(
    footer: &ParquetMetaData,
    row_group: usize,
    column: usize,
    reader: &impl ChunkReader,
) -> Result<ColumnCloseResult, ParquetError> {
    let group = footer.row_group(row_group);
    let metadata = group.column(column).clone();
    let index = footer.page_index_for_row_group(row_group);
    Ok(ColumnCloseResult {
        bytes_written: u64::try_from(metadata.compressed_size())?,
        rows_written: u64::try_from(group.num_rows())?,
        bloom_filter: Sbbf::read_from_column_chunk(&metadata, reader)?,
        column_index: index.column_index(column).cloned(),
        offset_index: index.offset_index(column).cloned(),
        metadata,
    })
}

/// The key under which Arrow's own form of the schema stands.
const ARROW_SCHEMA: &str = "ARROW:schema";

/// What is said of the file as a whole: what the input says. Arrow's own form of the schema goes where a column is added: it
/// does not know that column, and some readers refuse such a file.
fn properties(input: &Opened) -> WriterPropertiesPtr {
    let file = input.footer.file_metadata();
    let mut metadata = file.key_value_metadata().cloned();
    if let Some(pairs) = metadata.as_mut().filter(|_| input.annotation.is_some()) {
        pairs.retain(|pair| pair.key != ARROW_SCHEMA);
    }
    let version = match file.version() {
        2 => WriterVersion::PARQUET_2_0,
        _ => WriterVersion::PARQUET_1_0,
    };
    let mut properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_key_value_metadata(metadata)
        .set_sorting_columns(sorting(input));
    if let Some(name) = file.created_by() {
        properties = properties.set_created_by(name.to_owned());
    }
    Arc::new(properties.build())
}

/// The columns by which all row groups are sorted; none if the text is one of them and has changed.
fn sorting(input: &Opened) -> Option<Vec<SortingColumn>> {
    let mut groups = input.footer.row_groups().iter().map(|group| group.sorting_columns());
    let first = groups.next()??;
    let is_same = groups.all(|other| other == Some(first));
    let is_text =
        |column: &SortingColumn| usize::try_from(column.column_idx) == Ok(input.columns.text);
    let has_changed = input.annotation.is_none() && first.iter().any(is_text);
    (is_same && !has_changed).then(|| first.clone())
}
