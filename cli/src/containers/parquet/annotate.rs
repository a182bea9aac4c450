//! The column that says what would go, of files whose texts stay as they are.
//!
//! The invariant: a row with a text has a list, be it empty, and one without has none; the spans are those that a JSONL record
//! would get, in code points. What is held is the spans of a row group.

use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::properties::WriterPropertiesPtr;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{Type, TypePtr};
use unchaff::Cleaner;

use super::{guarded, part};
use crate::containers::block::Cut;
use crate::containers::problem::{Place, Problem, ProblemKind};

/// The column, as it stands in the schema: a list of `{start, end, rule}`.
pub fn column(footer: &ParquetMetaData, name: &str) -> Result<TypePtr, Problem> {
    let fields = footer.file_metadata().schema_descr().root_schema().get_fields();
    if fields.iter().any(|field| field.name() == name) {
        let what = format!("has a column {name:?} already; choose another name for --annotate");
        return Err(Problem::of_file(ProblemKind::Option, what));
    }
    guarded(Place::File, || {
        let offset = |name| {
            Type::primitive_type_builder(name, Physical::INT64)
                .with_repetition(Repetition::REQUIRED)
                .build()
                .map(Arc::new)
        };
        let rule = Type::primitive_type_builder("rule", Physical::BYTE_ARRAY)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(Some(LogicalType::String))
            .build()?;
        let element = Type::group_type_builder("element")
            .with_repetition(Repetition::REQUIRED)
            .with_fields(vec![offset("start")?, offset("end")?, Arc::new(rule)])
            .build()?;
        let list = Type::group_type_builder("list")
            .with_repetition(Repetition::REPEATED)
            .with_fields(vec![Arc::new(element)])
            .build()?;
        let column = Type::group_type_builder(name)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(Some(LogicalType::List))
            .with_fields(vec![Arc::new(list)])
            .build()?;
        Ok(Arc::new(column))
    })
}

/// The spans of the rows of a row group.
#[derive(Debug, Default)]
pub struct Spans {
    starts: Vec<i64>,
    ends: Vec<i64>,
    rules: Vec<ByteArray>,
    /// For each span, and each row without one: 2 for a span, 1 for an empty list, 0 for none.
    levels: Vec<i16>,
    /// 1 where the row is that of the span before.
    repeated: Vec<i16>,
}

impl Spans {
    /// Adds a row without a text.
    pub fn add_none(&mut self) {
        self.levels.push(0);
        self.repeated.push(0);
    }

    /// Adds a row of which these parts would go.
    pub fn add(&mut self, cuts: &[Cut], cleaner: &Cleaner) -> Result<(), ParquetError> {
        if cuts.is_empty() {
            self.levels.push(1);
            self.repeated.push(0);
        }
        for (at, cut) in cuts.iter().enumerate() {
            self.starts.push(i64::try_from(cut.chars.start)?);
            self.ends.push(i64::try_from(cut.chars.end)?);
            self.rules.push(cleaner.rule(cut.rule).id().into());
            self.levels.push(2);
            self.repeated.push(i16::from(at > 0));
        }
        Ok(())
    }

    /// The part that holds nothing but the column.
    pub fn write(
        &self,
        column: &TypePtr,
        properties: WriterPropertiesPtr,
    ) -> Result<Vec<u8>, ParquetError> {
        let schema = with(&Type::group_type_builder("schema").build()?, column)?;
        let mut writer = SerializedFileWriter::new(part::begin(0), schema, properties)?;
        let mut group = writer.next_row_group()?;
        self.leaf::<Int64Type>(&mut group, &self.starts)?;
        self.leaf::<Int64Type>(&mut group, &self.ends)?;
        self.leaf::<ByteArrayType>(&mut group, &self.rules)?;
        group.close()?;
        writer.into_inner()
    }

    fn leaf<T: DataType>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        values: &[T::T],
    ) -> Result<(), ParquetError> {
        let column = group.next_column()?;
        let mut column =
            column.ok_or_else(|| ParquetError::General("there is no column".into()))?;
        column.typed::<T>().write_batch(values, Some(&self.levels), Some(&self.repeated))?;
        column.close()
    }
}

/// A schema with one more column.
pub fn with(schema: &Type, column: &TypePtr) -> Result<TypePtr, ParquetError> {
    let mut fields = schema.get_fields().to_vec();
    fields.push(Arc::clone(column));
    let info = schema.get_basic_info();
    let mut group = Type::group_type_builder(schema.name()).with_fields(fields);
    if info.has_repetition() {
        group = group.with_repetition(info.repetition());
    }
    Ok(Arc::new(group.build()?))
}
