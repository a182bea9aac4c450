//! Cleaning the text column of a row group.
//!
//! The column is read and written in small batches of rows; what is held is the packed column and two pages.

use std::borrow::Cow;
use std::fs::File;
use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, GzipLevel, PageType, ZstdLevel};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader};
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::properties::{
    EnabledStatistics, ReaderProperties, WriterProperties, WriterPropertiesPtr, WriterVersion,
};
use ::parquet::file::reader::RowGroupReader;
use ::parquet::file::serialized_reader::SerializedRowGroupReader;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::{Type, TypePtr};
use unchaff::jsonl::host_of;

use super::part::Part;
use super::{Opened, guarded, open, place};
use crate::containers::block::{Block, BlockCleaner, CleanBlock, Content, Document, Fate};
use crate::containers::options::{Edit, Options};
use crate::containers::problem::{Problem, ProblemKind};
use crate::containers::shape::Codec;
use crate::containers::texts::{Editor, Text};

/// Bytes of text in a batch of rows, about, and most rows.
const BATCH_BYTES: i64 = 1 << 20;
const BATCH_ROWS: i64 = 1024;

/// Cleans row groups, or whatever else the editor does to their texts.
pub struct ParquetCleaner<E> {
    editor: E,
    options: Options,
}

impl<E: Editor> ParquetCleaner<E> {
    pub fn new(editor: E, options: &Options) -> Result<Self, Problem> {
        if let Edit::Annotate(field) = &options.edit {
            let what = format!("is Parquet, to which no column {field:?} can be added");
            return Err(Problem::of_file(ProblemKind::Option, what));
        }
        Ok(ParquetCleaner { editor, options: options.clone() })
    }

    fn row_group(
        &self,
        input: &Opened,
        index: usize,
        first_row: u64,
        clean: &mut CleanBlock,
    ) -> Result<Part, Problem> {
        let group = input.footer.row_group(index);
        let file = Arc::new(open(&input.path)?);
        let column = group.column(input.columns.text);
        clean.bytes_in = u64::try_from(column.uncompressed_size()).unwrap_or_default();
        let mut refused = None;
        let part = guarded(place(index), || {
            let mut rows = Rows::open(input, index, &file, self.options.documents)?;
            let schema = pruned(
                input.footer.file_metadata().schema_descr().root_schema_ptr(),
                column.column_path().parts(),
            )?;
            let mut writer =
                SerializedFileWriter::new(Vec::new(), schema, self.properties(column))?;
            let mut part = writer.next_row_group()?;
            let mut target = part
                .next_column()?
                .ok_or_else(|| ParquetError::General("there is no column".into()))?;
            let mut number = first_row;
            while let Some(batch) = rows.next()? {
                let values = self.batch(batch, number, clean).map_err(|problem| {
                    let error = ParquetError::General(problem.to_string());
                    refused = Some(problem);
                    error
                })?;
                number += rows.len as u64;
                let levels = rows.has_levels.then_some(&rows.levels[..]);
                target.typed::<ByteArrayType>().write_batch(&values, levels, None)?;
            }
            if number - first_row != u64::try_from(group.num_rows())? {
                return Err(ParquetError::General(
                    "the column has another number of rows than its row group".into(),
                ));
            }
            target.close()?;
            part.close()?;
            Ok(Part::Column(writer.into_inner()?))
        });
        part.map_err(|problem| refused.unwrap_or(problem))
    }

    /// Edits the texts of some rows; returns the values that are not null.
    fn batch(
        &self,
        batch: Batch<'_>,
        first_row: u64,
        clean: &mut CleanBlock,
    ) -> Result<Vec<ByteArray>, Problem> {
        let mut texts = batch.texts.iter();
        let mut values = Vec::with_capacity(batch.texts.len());
        for (at, number) in (0..batch.len).zip(first_row..) {
            let id = batch.ids.get(at).cloned().flatten();
            let Some(value) = batch.is_set(at).then(|| texts.next()).flatten() else {
                self.note(clean, number, id, Fate::NoText);
                continue;
            };
            let host = batch.url(at).and_then(host_of);
            let edited = self.editor.edit(Text { bytes: value.data(), number, host, id })?;
            clean.report.merge(&edited.report);
            clean.documents.extend(edited.document);
            values.push(match edited.text {
                Cow::Borrowed(_) => value.clone(),
                Cow::Owned(text) => ByteArray::from(text),
            });
        }
        Ok(values)
    }

    fn note(&self, clean: &mut CleanBlock, number: u64, id: Option<String>, fate: Fate) {
        if self.options.documents {
            let document =
                Document { number, at: number, id, fate, cuts: Vec::new(), receipt: None };
            clean.documents.push(document);
        }
    }

    /// How the column is written: as it was, as far as that can be seen.
    fn properties(&self, column: &ColumnChunkMetaData) -> WriterPropertiesPtr {
        let mut encodings = column.encodings();
        let has_dictionary = column.dictionary_page_offset().is_some()
            || column.encodings().any(|encoding| {
                matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
            });
        let encoding = encodings
            .find(|encoding| {
                matches!(encoding, Encoding::DELTA_LENGTH_BYTE_ARRAY | Encoding::DELTA_BYTE_ARRAY)
            })
            .unwrap_or(Encoding::PLAIN);
        let is_v2 = column.page_encoding_stats().is_some_and(|stats| {
            stats.iter().any(|stats| stats.page_type == PageType::DATA_PAGE_V2)
        });
        let statistics = match column.statistics() {
            None => EnabledStatistics::None,
            Some(_) if column.column_index_range().is_some() => EnabledStatistics::Page,
            Some(_) => EnabledStatistics::Chunk,
        };
        let version = if is_v2 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
        let properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_compression(self.compression(column.compression()))
            .set_dictionary_enabled(has_dictionary)
            .set_encoding(encoding)
            .set_statistics_enabled(statistics)
            .set_offset_index_disabled(
                column.offset_index_range().is_none() && statistics != EnabledStatistics::Page,
            )
            .set_bloom_filter_enabled(column.bloom_filter_offset().is_some());
        Arc::new(properties.build())
    }

    fn compression(&self, was: Compression) -> Compression {
        let gzip = || {
            let level = self.options.level.map_or(6, |level| level.clamp(0, 9).unsigned_abs());
            Compression::GZIP(GzipLevel::try_new(level).unwrap_or_default())
        };
        let zstd = || {
            let level = self.options.level.unwrap_or(3).clamp(1, 22);
            Compression::ZSTD(ZstdLevel::try_new(level).unwrap_or_default())
        };
        match (self.options.codec, was) {
            (Some(Codec::Plain), _) => Compression::UNCOMPRESSED,
            (Some(Codec::Gzip), _) | (None, Compression::GZIP(_)) => gzip(),
            (Some(Codec::Zstd), _) | (None, Compression::ZSTD(_)) => zstd(),
            (None, was) => was,
        }
    }
}

impl<E: Editor> BlockCleaner for ParquetCleaner<E> {
    fn clean(&self, mut block: Block) -> Result<CleanBlock, Problem> {
        let mut clean = CleanBlock::of(&mut block);
        let Content::RowGroup(input, index) = block.content else { return Ok(clean) };
        let part = match self.row_group(&input, index, block.first_record, &mut clean) {
            Err(problem) if self.options.salvage && problem.kind == ProblemKind::Corrupt => {
                // Nothing of it is lost: it goes over as it is.
                let what =
                    format!("the texts cannot be read and are kept as they are: {}", problem.what);
                let mut kept = CleanBlock {
                    index: clean.index,
                    records: clean.records,
                    packed_end: clean.packed_end,
                    resume: clean.resume,
                    problems: clean.problems,
                    ..CleanBlock::default()
                };
                kept.problems.add(Problem { what, ..problem });
                for number in block.first_record..block.first_record + block.records {
                    self.note(&mut kept, number, None, Fate::Unread);
                }
                clean = kept;
                Part::Kept
            }
            part => part?,
        };
        if self.options.edit != Edit::Look {
            clean.output = part.to_bytes();
        }
        Ok(clean)
    }
}

/// Some rows.
struct Batch<'r> {
    len: usize,
    texts: &'r [ByteArray],
    levels: &'r [i16],
    max_level: i16,
    urls: &'r [Option<ByteArray>],
    ids: Vec<Option<String>>,
}

impl Batch<'_> {
    fn is_set(&self, at: usize) -> bool {
        self.levels.get(at).is_none_or(|&level| level == self.max_level)
    }

    fn url(&self, at: usize) -> Option<&str> {
        self.urls.get(at)?.as_ref().and_then(|url| std::str::from_utf8(url.data()).ok())
    }
}

/// Reads the rows of a row group, as far as they matter here.
struct Rows {
    texts: ColumnReaderImpl<ByteArrayType>,
    urls: Option<Nullable<ByteArrayType>>,
    ids: Option<Ids>,
    max_level: i16,
    /// Whether the column may have nulls.
    has_levels: bool,
    batch: usize,
    len: usize,
    levels: Vec<i16>,
    values: Vec<ByteArray>,
    url_values: Vec<Option<ByteArray>>,
}

enum Ids {
    Texts(Nullable<ByteArrayType>),
    Ints(Nullable<::parquet::data_type::Int32Type>),
    Longs(Nullable<::parquet::data_type::Int64Type>),
}

impl Rows {
    fn open(
        input: &Opened,
        index: usize,
        file: &Arc<File>,
        has_ids: bool,
    ) -> Result<Rows, ParquetError> {
        let columns = input.columns;
        let group = input.footer.row_group(index);
        let properties = Arc::new(ReaderProperties::builder().build());
        let pages = input.footer.page_index_for_row_group(index);
        let reader = SerializedRowGroupReader::new(Arc::clone(file), group, pages, properties)?;
        let column = group.column(columns.text);
        let max_level = column.column_descr().max_def_level();
        let average = column.uncompressed_size() / column.num_values().max(1);
        let batch = (BATCH_BYTES / average.max(1)).clamp(1, BATCH_ROWS);
        let urls = columns
            .url
            .map(|url| {
                Ok::<_, ParquetError>(Nullable::new(
                    reader.get_column_reader(url)?,
                    group.column(url),
                ))
            })
            .transpose()?;
        let ids = columns
            .id
            .filter(|_| has_ids)
            .map(|id| {
                let column = group.column(id);
                Ok::<_, ParquetError>(match reader.get_column_reader(id)? {
                    reader @ ColumnReader::Int32ColumnReader(_) => {
                        Ids::Ints(Nullable::new(reader, column))
                    }
                    reader @ ColumnReader::Int64ColumnReader(_) => {
                        Ids::Longs(Nullable::new(reader, column))
                    }
                    reader => Ids::Texts(Nullable::new(reader, column)),
                })
            })
            .transpose()?;
        Ok(Rows {
            texts: get_typed_column_reader(reader.get_column_reader(columns.text)?),
            urls,
            ids,
            max_level,
            has_levels: max_level > 0,
            batch: usize::try_from(batch)?,
            len: 0,
            levels: Vec::new(),
            values: Vec::new(),
            url_values: Vec::new(),
        })
    }

    fn next(&mut self) -> Result<Option<Batch<'_>>, ParquetError> {
        self.levels.clear();
        self.values.clear();
        let levels = self.has_levels.then_some(&mut self.levels);
        let (rows, ..) = self.texts.read_records(self.batch, levels, None, &mut self.values)?;
        self.len = rows;
        if rows == 0 {
            return Ok(None);
        }
        if let Some(urls) = &mut self.urls {
            self.url_values = urls.read(rows)?;
        }
        let text = |value: ByteArray| {
            std::str::from_utf8(value.data())
                .ok()
                .map(|text| serde_json::Value::from(text).to_string())
        };
        let ids = match &mut self.ids {
            None => Vec::new(),
            Some(Ids::Texts(ids)) => {
                ids.read(rows)?.into_iter().map(|id| id.and_then(text)).collect()
            }
            Some(Ids::Ints(ids)) => {
                ids.read(rows)?.into_iter().map(|id| id.map(|id| id.to_string())).collect()
            }
            Some(Ids::Longs(ids)) => {
                ids.read(rows)?.into_iter().map(|id| id.map(|id| id.to_string())).collect()
            }
        };
        Ok(Some(Batch {
            len: rows,
            texts: &self.values,
            levels: &self.levels,
            max_level: self.max_level,
            urls: &self.url_values,
            ids,
        }))
    }
}

/// A column beside the text.
struct Nullable<T: ::parquet::data_type::DataType> {
    reader: ColumnReaderImpl<T>,
    max_level: i16,
}

impl<T: ::parquet::data_type::DataType> Nullable<T> {
    fn new(reader: ColumnReader, column: &ColumnChunkMetaData) -> Self {
        let max_level = column.column_descr().max_def_level();
        Nullable { reader: get_typed_column_reader(reader), max_level }
    }

    fn read(&mut self, rows: usize) -> Result<Vec<Option<T::T>>, ParquetError> {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let has_levels = (self.max_level > 0).then_some(&mut levels);
        let (read, ..) = self.reader.read_records(rows, has_levels, None, &mut values)?;
        if read != rows {
            return Err(ParquetError::General("columns of one row group differ in length".into()));
        }
        let mut values = values.into_iter();
        Ok((0..rows)
            .map(|at| {
                let is_set = levels.get(at).is_none_or(|&level| level == self.max_level);
                if is_set { values.next() } else { None }
            })
            .collect())
    }
}

/// A schema with one column and what it stands in.
fn pruned(schema: TypePtr, path: &[String]) -> Result<TypePtr, ParquetError> {
    let Some((first, rest)) = path.split_first() else { return Ok(schema) };
    let child = schema.get_fields().iter().find(|field| field.name() == first);
    let child =
        child.ok_or_else(|| ParquetError::General("the column is not in the schema".into()))?;
    let fields = vec![pruned(Arc::clone(child), rest)?];
    let info = schema.get_basic_info();
    let mut group = Type::group_type_builder(schema.name()).with_fields(fields);
    if info.has_repetition() {
        group = group.with_repetition(info.repetition());
    }
    Ok(Arc::new(group.build()?))
}
