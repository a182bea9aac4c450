//! Which columns hold what.

use ::parquet::basic::Type;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::schema::types::ColumnDescriptor;
use unchaff::jsonl::SITES;

use crate::containers::fields;
use crate::containers::options::Options;
use crate::containers::problem::{Problem, ProblemKind};

/// The columns that matter here, by their numbers.
#[derive(Clone, Debug)]
pub struct Columns {
    pub text: usize,
    pub id: Option<usize>,
    /// Those that may tell the site of a row, in the order in which they are asked.
    pub sites: Vec<Site>,
}

/// A column that may tell the site of a row.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    pub name: &'static str,
    pub column: usize,
    /// It holds objects of JSON, in which the name leads on.
    pub is_outer: bool,
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
        let sites = SITES.into_iter().flat_map(|name| {
            let own = find(name, is_text).map(|column| Site { name, column, is_outer: false });
            let outer = name.split_once('.').and_then(|(outer, _)| find(outer, is_text));
            let outer = outer.map(|column| Site { name, column, is_outer: true });
            own.into_iter().chain(outer)
        });
        let sites = sites.filter(|site| site.column != text).collect();
        Ok(Columns { text, id: find("id", is_id), sites })
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
