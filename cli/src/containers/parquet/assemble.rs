//! Putting a Parquet file together: the text column from the parts, everything else from the input.

use std::fs::File;
use std::io::{Read, Write};
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
use bytes::Bytes;

use super::part::Part;
use super::{Opened, guarded, open, place};
use crate::containers::problem::{Place, Problem, ProblemKind};

/// Writes the file of which the outputs of the blocks are the parts.
pub fn assemble(
    input: &Opened,
    mut parts: &mut dyn Read,
    output: &mut (dyn Write + Send),
) -> Result<(), Problem> {
    let file = open(&input.path)?;
    let footer = &input.footer;
    let schema = footer.file_metadata().schema_descr().root_schema_ptr();
    let mut writer = guarded(Place::File, || {
        SerializedFileWriter::new(output, schema, properties(footer, input.columns.text))
    })?;
    for index in 0..footer.num_row_groups() {
        let part = Part::read(&mut parts).map_err(|error| {
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
            let bytes = Bytes::from(bytes);
            let footer = ParquetMetaDataReader::new()
                .with_page_index_policy(PageIndexPolicy::Optional)
                .parse_and_finish(&bytes)?;
            Some((bytes, footer))
        }
    };
    for column in 0..input.footer.row_group(index).num_columns() {
        match &part {
            Some((bytes, footer)) if column == input.columns.text => {
                group.append_column(bytes, close(footer, 0, 0, bytes)?)?;
            }
            _ => group.append_column(file, close(&input.footer, index, column, file)?)?,
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

/// What is said of the file as a whole: what the input says.
fn properties(footer: &ParquetMetaData, text: usize) -> WriterPropertiesPtr {
    let file = footer.file_metadata();
    let version = match file.version() {
        2 => WriterVersion::PARQUET_2_0,
        _ => WriterVersion::PARQUET_1_0,
    };
    let mut properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_key_value_metadata(file.key_value_metadata().cloned())
        .set_sorting_columns(sorting(footer, text));
    if let Some(name) = file.created_by() {
        properties = properties.set_created_by(name.to_owned());
    }
    Arc::new(properties.build())
}

/// The columns by which all row groups are sorted; none if the text is one of them, for it has changed.
fn sorting(footer: &ParquetMetaData, text: usize) -> Option<Vec<SortingColumn>> {
    let mut groups = footer.row_groups().iter().map(|group| group.sorting_columns());
    let first = groups.next()??;
    let is_same = groups.all(|other| other == Some(first));
    let has_text = first.iter().any(|column| usize::try_from(column.column_idx) == Ok(text));
    (is_same && !has_text).then(|| first.clone())
}
