//! Tables with aligned columns, for a person to read.
//!
//! The invariant: a line never ends in a space, and control characters of cells are shown escaped. Used by `rules stats`.

use crate::talk::visible;

/// A head and rows, and how each column is aligned: `l` for words, `r` for numbers.
#[derive(Debug)]
pub struct Table {
    aligned: &'static str,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(aligned: &'static str, head: &[&str]) -> Self {
        Table { aligned, rows: vec![head.iter().map(|&cell| cell.to_owned()).collect()] }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| visible(&cell)).collect());
    }

    /// The table as lines; words to the left, numbers to the right.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let len = |row: &Vec<String>, column: usize| {
            row.get(column).map_or(0, |cell| cell.chars().count())
        };
        let width = |column| self.rows.iter().map(|row| len(row, column)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).enumerate();
            let line: Vec<String> = cells
                .map(|(column, (cell, &width))| match self.aligned.as_bytes().get(column) {
                    Some(b'r') => format!("{cell:>width$}"),
                    _ => format!("{cell:width$}"),
                })
                .collect();
            text.push_str(line.join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let mut table = Table::new("lr", &["rule", "hits"]);
        table.row(["a.long-name".to_owned(), "7".to_owned()]);
        table.row(["b".to_owned(), "1200".to_owned()]);
        assert_eq!(table.text(), "rule         hits\na.long-name     7\nb            1200\n");
    }
}
