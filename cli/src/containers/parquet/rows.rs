//! Reading the rows of a row group, as far as they matter here: the text, the host of its page, the id.
//!
//! The invariant: rows come in order, in batches that are bounded by the bytes of their texts; what is held is a batch, and a
//! page of each column.

use std::borrow::Cow;
use std::sync::Arc;

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader};
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::properties::ReaderProperties;
use ::parquet::file::reader::RowGroupReader;
use ::parquet::file::serialized_reader::SerializedRowGroupReader;
use unchaff::jsonl::{host_inside, host_under};

use super::columns::Site;
use super::{Opened, open};

/// Bytes of text in a batch of rows, about, and most rows.
const BATCH_BYTES: i64 = 1 << 20;
const BATCH_ROWS: i64 = 1024;

/// Some rows.
pub struct Batch<'r> {
    pub len: usize,
    /// Those that are not null.
    pub texts: &'r [ByteArray],
    levels: &'r [i16],
    max_level: i16,
    sites: &'r [SiteReader],
    /// As they are written in JSON; none where they are not asked for.
    pub ids: Vec<Option<String>>,
}

impl<'r> Batch<'r> {
    /// Whether a row has a text.
    pub fn is_set(&self, at: usize) -> bool {
        self.levels.get(at).is_none_or(|&level| level == self.max_level)
    }

    /// The host of a row's page.
    pub fn host(&self, at: usize) -> Option<Cow<'r, str>> {
        self.sites.iter().find_map(|SiteReader { site, values, .. }| {
            let value = std::str::from_utf8(values.get(at)?.as_ref()?.data()).ok()?;
            match site.is_outer {
                true => host_inside(site.name, value).map(Cow::Owned),
                false => host_under(site.name, value).map(Cow::Borrowed),
            }
        })
    }
}

/// Reads the rows of a row group, as far as they matter here.
pub struct Rows {
    texts: ColumnReaderImpl<ByteArrayType>,
    sites: Vec<SiteReader>,
    ids: Option<Ids>,
    max_level: i16,
    /// Whether the column may have nulls.
    pub has_levels: bool,
    batch: usize,
    /// Rows that are still to come.
    left: i64,
    /// Which rows of the batch that was read last have a text.
    pub levels: Vec<i16>,
    values: Vec<ByteArray>,
}

/// A column that may tell the site of a row, and its values in the batch that was read last.
struct SiteReader {
    site: Site,
    reader: Nullable<ByteArrayType>,
    values: Vec<Option<ByteArray>>,
}

enum Ids {
    Texts(Nullable<ByteArrayType>),
    Ints(Nullable<::parquet::data_type::Int32Type>),
    Longs(Nullable<::parquet::data_type::Int64Type>),
}

impl Rows {
    pub fn open(
        input: &Opened,
        index: usize,
        has_ids: bool,
        minds_hosts: bool,
    ) -> Result<Rows, ParquetError> {
        let file =
            open(&input.path).map_err(|problem| ParquetError::External(Box::new(problem)))?;
        let columns = &input.columns;
        let group = input.footer.row_group(index);
        let properties = Arc::new(ReaderProperties::builder().build());
        let pages = input.footer.page_index_for_row_group(index);
        let reader = SerializedRowGroupReader::new(Arc::new(file), group, pages, properties)?;
        let column = group.column(columns.text);
        let max_level = column.column_descr().max_def_level();
        let average = column.uncompressed_size() / column.num_values().max(1);
        let batch = (BATCH_BYTES / average.max(1)).clamp(1, BATCH_ROWS);
        let sites = columns.sites.iter().filter(|_| minds_hosts).map(|&site| {
            let reader = reader.get_column_reader(site.column)?;
            let reader = Nullable::new(reader, group.column(site.column));
            Ok::<_, ParquetError>(SiteReader { site, reader, values: Vec::new() })
        });
        let sites = sites.collect::<Result<_, _>>()?;
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
            sites,
            ids,
            max_level,
            has_levels: max_level > 0,
            batch: usize::try_from(batch)?,
            left: group.num_rows(),
            levels: Vec::new(),
            values: Vec::new(),
        })
    }

    /// The next rows.
    pub fn next(&mut self) -> Result<Option<Batch<'_>>, ParquetError> {
        self.levels.clear();
        self.values.clear();
        let levels = self.has_levels.then_some(&mut self.levels);
        let (rows, ..) = self.texts.read_records(self.batch, levels, None, &mut self.values)?;
        self.left -= i64::try_from(rows)?;
        if rows == 0 {
            return match self.left {
                0 => Ok(None),
                _ => Err(ParquetError::General(
                    "the column has another number of rows than its row group".into(),
                )),
            };
        }
        for site in &mut self.sites {
            site.values = site.reader.read(rows)?;
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
            sites: &self.sites,
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
