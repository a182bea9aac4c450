//! Cleaning the text column of a row group.
//!
//! The column is read and written in small batches of rows; what is held is the packed column and two pages.

use std::borrow::Cow;
use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, GzipLevel, PageType, ZstdLevel};
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::properties::{
    EnabledStatistics, WriterProperties, WriterPropertiesPtr, WriterVersion,
};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::{Type, TypePtr};
use unchaff::Cleaner;

use super::annotate::Spans;
use super::part;
use super::rows::{Batch, Rows};
use super::{Opened, guarded, place};
use crate::containers::block::{Block, BlockCleaner, CleanBlock, Content, Document, Fate};
use crate::containers::options::{Edit, Options};
use crate::containers::problem::{Problem, ProblemKind};
use crate::containers::shape::Codec;
use crate::containers::texts::{Cleaning, Edited, Editor, Text};

/// Most room that is asked for at once, and room for what stands behind the pages.
const MOST_ROOM: usize = 64 << 20;
const MORE_ROOM: usize = 64 << 10;

/// Cleans row groups, or whatever else the editor does to their texts.
pub struct ParquetCleaner<E> {
    editor: E,
    options: Options,
    /// Names the rules, where the texts stay and a column says what would go.
    annotates: Option<Cleaner>,
}

impl ParquetCleaner<Cleaning> {
    /// Leaves the texts as they are, and says in a column what would go.
    pub fn annotating(cleaner: &Cleaner, options: &Options) -> Self {
        let editor = Cleaning::new(cleaner, &Options { documents: true, ..options.clone() });
        let annotates = Some(cleaner.clone());
        ParquetCleaner { editor, options: options.clone(), annotates }
    }
}

impl<E: Editor> ParquetCleaner<E> {
    pub fn new(editor: E, options: &Options) -> Self {
        ParquetCleaner { editor, options: options.clone(), annotates: None }
    }

    /// Writes the text column anew.
    fn rewrite(
        &self,
        input: &Opened,
        index: usize,
        first_row: u64,
        clean: &mut CleanBlock,
    ) -> Result<Vec<u8>, ParquetError> {
        let column = input.footer.row_group(index).column(input.columns.text);
        let schema = input.footer.file_metadata().schema_descr().root_schema_ptr();
        let schema = pruned(schema, column.column_path().parts())?;
        // What the footer says may be anything.
        let room = usize::try_from(column.compressed_size())?.min(MOST_ROOM);
        let part = part::begin(room + MORE_ROOM);
        let mut writer = SerializedFileWriter::new(part, schema, self.properties(column))?;
        let mut group = writer.next_row_group()?;
        let target = group.next_column()?;
        let mut target =
            target.ok_or_else(|| ParquetError::General("there is no column".into()))?;
        let mut rows = Rows::open(input, index, self.options.documents, self.editor.minds_hosts())?;
        let mut number = first_row;
        while let Some(batch) = rows.next()? {
            let mut values = Vec::with_capacity(batch.texts.len());
            self.edit(&batch, number, clean, |text| {
                values.extend(text.map(|(value, edited)| match edited.text {
                    Cow::Borrowed(_) => value.clone(),
                    Cow::Owned(text) => ByteArray::from(text),
                }));
                Ok(())
            })?;
            number += batch.len as u64;
            let levels = rows.has_levels.then_some(&rows.levels[..]);
            target.typed::<ByteArrayType>().write_batch(&values, levels, None)?;
        }
        target.close()?;
        group.close()?;
        writer.into_inner()
    }

    /// Writes the column that says what would go.
    fn annotate(
        &self,
        input: &Opened,
        index: usize,
        first_row: u64,
        rules: &Cleaner,
        clean: &mut CleanBlock,
    ) -> Result<Spans, ParquetError> {
        let mut rows = Rows::open(input, index, self.options.documents, self.editor.minds_hosts())?;
        let mut spans = Spans::default();
        let mut number = first_row;
        while let Some(batch) = rows.next()? {
            self.edit(&batch, number, clean, |text| {
                match text.and_then(|(_, edited)| edited.document) {
                    Some(document) => spans.add(&document.cuts, rules)?,
                    None => spans.add_none(),
                }
                Ok(())
            })?;
            number += batch.len as u64;
        }
        Ok(spans)
    }

    /// Edits the texts of some rows, and passes on what becomes of each, and of each row without one.
    fn edit<'b>(
        &self,
        batch: &Batch<'b>,
        first_row: u64,
        clean: &mut CleanBlock,
        mut take: impl FnMut(Option<(&'b ByteArray, Edited<'b>)>) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        let texts: &'b [ByteArray] = batch.texts;
        let mut texts = texts.iter();
        for (at, number) in (0..batch.len).zip(first_row..) {
            let id = batch.ids.get(at).cloned().flatten();
            let Some(value) = batch.is_set(at).then(|| texts.next()).flatten() else {
                self.note(clean, number, id, Fate::NoText);
                take(None)?;
                continue;
            };
            let host = batch.host(at);
            let edited = self.editor.edit(Text { bytes: value.data(), number, host, id });
            let edited = edited.map_err(|problem| ParquetError::External(Box::new(problem)))?;
            clean.report.merge(&edited.report);
            if self.annotates.is_none() {
                clean.documents.extend(edited.document);
                take(Some((value, Edited { document: None, ..edited })))?;
            } else {
                take(Some((value, edited)))?;
            }
        }
        Ok(())
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

    /// How the column of spans is written: compressed like the text.
    fn of_spans(&self, text: &ColumnChunkMetaData) -> WriterPropertiesPtr {
        let compression = self.compression(text.compression());
        Arc::new(WriterProperties::builder().set_compression(compression).build())
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

impl<E: Editor> ParquetCleaner<E> {
    /// What the row group comes to.
    fn part(
        &self,
        input: &Opened,
        index: usize,
        first_row: u64,
        clean: &mut CleanBlock,
    ) -> Result<Vec<u8>, Problem> {
        let column = input.footer.row_group(index).column(input.columns.text);
        clean.bytes_in = u64::try_from(column.uncompressed_size()).unwrap_or_default();
        guarded(place(index), || match (&self.annotates, &input.annotation) {
            (Some(rules), Some(added)) => self
                .annotate(input, index, first_row, rules, clean)?
                .write(added, self.of_spans(column)),
            _ => self.rewrite(input, index, first_row, clean),
        })
    }

    /// What a row group comes to of which the texts cannot be read: it goes over as it is.
    fn part_unread(&self, input: &Opened, index: usize, rows: u64) -> Result<Vec<u8>, Problem> {
        let Some(added) = &input.annotation else { return Ok(part::kept()) };
        let column = input.footer.row_group(index).column(input.columns.text);
        let mut spans = Spans::default();
        (0..rows).for_each(|_| spans.add_none());
        guarded(place(index), || spans.write(added, self.of_spans(column)))
    }
}

impl<E: Editor> BlockCleaner for ParquetCleaner<E> {
    fn clean(&self, mut block: Block) -> Result<CleanBlock, Problem> {
        let mut clean = CleanBlock::of(&mut block);
        let Content::RowGroup(input, index) = block.content else { return Ok(clean) };
        let part = match self.part(&input, index, block.first_record, &mut clean) {
            Err(problem) if self.options.salvage && problem.kind == ProblemKind::Corrupt => {
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
                self.part_unread(&input, index, block.records)?
            }
            part => part?,
        };
        if self.options.edit != Edit::Look {
            clean.output = part;
        }
        Ok(clean)
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
