//! Which columns hold what.

use ::parquet::basic::Type;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::schema::types::ColumnDescriptor;

use crate::containers::fields;
use crate::containers::options::Options;
use crate::containers::problem::{Problem, ProblemKind};

/// Names of the column that holds a page's URL.
const URL: [&str; 4] = ["url", "metadata.url", "metadata.WARC-Target-URI", "u"];

/// The columns that matter here, by their numbers.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    pub text: usize,
    pub url: Option<usize>,
    pub id: Option<usize>,
}

impl Columns {
    pub fn find(footer: &ParquetMetaData, options: &Options) -> Result<Columns, Problem> {
        let columns = footer.file_metadata().schema_descr().columns();
        let find = |name: &str, claim: fn(&ColumnDescriptor) -> bool| {
            columns.iter().position(|column| column.path().string() == name && claim(column))
        };
        let text = match &options.text_field {
            Some(name) => find(name, is_text),
            None => fields::TEXT.iter().find_map(|name| find(name, is_text)),
        };
        let text = text.ok_or_else(|| {
            let names: Vec<String> = columns
                .iter()
                .filter(|column| is_text(column))
                .map(|column| column.path().string())
                .collect();
            let wanted = options.text_field.as_deref().unwrap_or(fields::TEXT[0]);
            let what = format!(
                "has no column {wanted:?} of texts; name one with --text-field: {}",
                names.join(", ")
            );
            Problem::of_file(ProblemKind::Option, what)
        })?;
        let url = URL.iter().find_map(|name| find(name, is_text));
        Ok(Columns { text, url, id: find("id", is_id) })
    }
}

/// One text in each row, or none.
fn is_text(column: &ColumnDescriptor) -> bool {
    column.physical_type() == Type::BYTE_ARRAY && column.max_rep_level() == 0
}

fn is_id(column: &ColumnDescriptor) -> bool {
    let is_simple = column.max_rep_level() == 0;
    is_simple && matches!(column.physical_type(), Type::BYTE_ARRAY | Type::INT32 | Type::INT64)
}
