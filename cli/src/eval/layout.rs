//! How numbers, texts and columns are set in the tables.
//!
//! The invariant: a cell is one line, and columns stand below each other. Used by `tables` and `changes`.

use std::fmt;

use super::phrases::shorten;
use super::tally::Group;
use crate::talk::visible;

/// Characters of a text that are shown.
const MAX_SHOWN: usize = 88;

/// Rows of cells.
pub struct Table {
    titles: Vec<String>,
    /// Whether a column stands at the left; numbers stand at the right.
    is_left: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns, `|` between them; `<` puts one at the left.
    pub fn new(columns: &str) -> Table {
        let titles = columns.split('|').map(|title| title.trim_start_matches('<').to_owned());
        let is_left = columns.split('|').map(|title| title.starts_with('<'));
        Table { titles: titles.collect(), is_left: is_left.collect(), rows: Vec::new() }
    }

    pub fn add(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = || std::iter::once(&self.titles).chain(&self.rows);
        let width = |column: usize| lines().map(|row| len(&row[column])).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.titles.len()).map(width).collect();
        for row in lines() {
            let mut line = String::new();
            for ((cell, width), is_left) in row.iter().zip(&widths).zip(&self.is_left) {
                let space = " ".repeat(width - len(cell));
                line +=
                    &if *is_left { format!("  {cell}{space}") } else { format!("  {space}{cell}") };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn len(cell: &str) -> usize {
    cell.chars().count()
}

/// The names of a group's source set and extractor.
pub fn group_names(group: &Group) -> [String; 2] {
    [&group.source_set, &group.extractor]
        .map(|name| name.as_deref().map_or_else(|| "all".into(), shown))
}

/// A text of a document, fit for one cell.
pub fn shown(text: &str) -> String {
    shorten(&visible(&text.replace('\t', " ")), MAX_SHOWN)
}

/// A count with commas: 1,234,567.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share in percent, or `-` where there is nothing to share.
pub fn percent(share: Option<f64>, decimals: usize) -> String {
    share.map_or_else(|| "-".into(), |share| format!("{:.decimals$}", share * 100.0))
}

/// How many of how many are shown.
pub fn some_of(shown: u64, total: u64) -> String {
    if shown == total { count(total) } else { format!("{} of {}", count(shown), count(total)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_at_the_right_and_names_at_the_left() {
        let mut table = Table::new("<name|lines|<text");
        table.add(vec!["mill".into(), count(1_234_567), shown("a\tb\u{7}")]);
        table.add(vec!["quay".into(), percent(Some(0.5), 1), String::new()]);
        let wanted = "  name      lines  text\n  mill  1,234,567  a b\\u{7}\n  quay       50.0\n";
        assert_eq!(table.to_string(), wanted);
        assert_eq!((some_of(2, 1000), some_of(3, 3)), ("2 of 1,000".into(), "3".into()));
        assert_eq!(
            (count(0), count(100), percent(None, 2)),
            ("0".into(), "100".into(), "-".into())
        );
    }
}
