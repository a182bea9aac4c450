//! The row groups of a Parquet file as blocks. Their bytes are read by the cleaner, on its thread.

use std::sync::Arc;

use super::{Opened, place};
use crate::containers::block::{Block, BlockReader, Content, Position};
use crate::containers::buffers::Buffers;
use crate::containers::fields;
use crate::containers::problem::{Problem, ProblemKind, Problems};

/// Counts the row groups of a file.
pub struct ParquetReader {
    file: Arc<Opened>,
    next: usize,
    rows: u64,
    packed_end: u64,
    is_resumed: bool,
}

impl ParquetReader {
    pub fn new(file: Opened, from: Option<&Position>) -> Self {
        let next = from.and_then(|from| usize::try_from(from.block).ok()).unwrap_or(0);
        ParquetReader {
            file: Arc::new(file),
            next,
            rows: from.map_or(0, |from| from.records),
            packed_end: from.map_or(0, |from| from.packed),
            is_resumed: from.is_some(),
        }
    }

    fn notes(&self) -> Problems {
        let mut problems = Problems::default();
        let column = self.file.footer.file_metadata().schema_descr().column(self.file.columns.text);
        let name = column.path().string();
        if name != fields::TEXT[0] && self.next == 0 {
            let what = format!("the text is taken from the column {name:?}");
            problems.add(Problem::of_file(ProblemKind::FieldChosen, what));
        }
        problems
    }
}

impl BlockReader for ParquetReader {
    fn next(&mut self) -> Result<Option<Block>, Problem> {
        let footer = &self.file.footer;
        if self.next >= footer.num_row_groups() {
            // A file without rows is one block without rows.
            let is_empty = self.next == 0 && !std::mem::replace(&mut self.is_resumed, true);
            return Ok(is_empty.then(|| Block {
                index: 0,
                first_record: 1,
                records: 0,
                at: 0,
                packed_end: 0,
                field: None,
                content: Content::Records(Vec::new()),
                problems: self.notes(),
                quarantine: Vec::new(),
                resume: None,
                buffers: Buffers::default(),
            }));
        }
        let index = self.next;
        let group = footer.row_group(index);
        let rows = u64::try_from(group.num_rows()).map_err(|_| {
            Problem::new(ProblemKind::Corrupt, place(index), "has less than no rows; it is damaged")
        })?;
        let problems = self.notes();
        let first_record = self.rows + 1;
        self.next += 1;
        self.rows += rows;
        self.packed_end += u64::try_from(group.compressed_size()).unwrap_or_default();
        let resume = Position {
            packed: self.packed_end,
            block: self.next as u64,
            records: self.rows,
            ..Position::default()
        };
        Ok(Some(Block {
            index: index as u64,
            first_record,
            records: rows,
            at: 0,
            packed_end: self.packed_end,
            field: None,
            content: Content::RowGroup(Arc::clone(&self.file), index),
            problems,
            quarantine: Vec::new(),
            resume: Some(resume),
            buffers: Buffers::default(),
        }))
    }
}
