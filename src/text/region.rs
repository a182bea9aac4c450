//! Protected regions: fenced code, front matter, Markdown table rows.
//!
//! A small state machine over the lines of one document. The invariant it is built around: taking residue out of a
//! document never makes a line outside a region fall inside one that was open, or the other way round: a fence line
//! always counts as a fence, wherever it stands. Called by the decider, once a line, in order.
//!
//! Choices: a fence may be indented; a fence that is never closed protects to the end of the document; front matter
//! starts on the document's first line only, and ends at its closing line or at the first line that cannot be YAML or
//! TOML, so that a document that merely opens with a rule is not protected as a whole. A row of two cells is a table row
//! anywhere, a row of one cell only below a delimiter row, because pipes are also decoration.

use super::chars::{trim_end, trim_start};

/// Where in a document the next line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Region {
    /// Before the first line.
    Start,
    /// In ordinary text.
    Text,
    /// After an opening fence of this character and length.
    Fence { mark: u8, len: usize },
    /// After an opening `---` or `+++`.
    FrontMatter { mark: u8 },
    /// After the delimiter row of a table.
    Table,
}

impl Region {
    /// Takes the next line and says whether it is protected.
    pub(crate) fn protects(&mut self, content: &[u8]) -> bool {
        match *self {
            Region::Fence { mark, len } => {
                if fence(content).is_some_and(|f| f.mark == mark && f.len >= len && f.is_bare) {
                    *self = Region::Text;
                }
                return true;
            }
            Region::FrontMatter { mark } => {
                if is_rule_of(content, mark) {
                    *self = Region::Text;
                    return true;
                }
                if fence(content).is_none() && is_data_line(content) {
                    return true;
                }
            }
            Region::Start => {
                if let Some(mark) = [b'-', b'+'].into_iter().find(|&mark| is_rule_of(content, mark))
                {
                    *self = Region::FrontMatter { mark };
                    return true;
                }
            }
            Region::Table if cells(content) > 0 => return true,
            Region::Table | Region::Text => {}
        }
        *self = match fence(content) {
            Some(fence) => Region::Fence { mark: fence.mark, len: fence.len },
            None if is_delimiter_row(content) => Region::Table,
            None => Region::Text,
        };
        *self != Region::Text || cells(content) > 1
    }

    /// Whether the next line stands in ordinary text, unless it begins otherwise.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Region::Text | Region::Table)
    }

    /// Whether a line that is not blank stands in ordinary text here, and keeps to it, at a glance.
    pub(crate) fn is_text_before(self, content: &[u8]) -> bool {
        let is_open = self.is_open() || self == Region::Start;
        match content.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'`' | b'~' | b'|' | 0x0B) | None => false,
            // Front matter may begin.
            Some(b'-' | b'+') if self == Region::Start => false,
            Some(first) if first.is_ascii() => is_open,
            // White space of other kinds may stand before a table row.
            Some(_) => is_open && !content.contains(&b'|'),
        }
    }

    /// Whether the next line stands in a fenced block.
    pub(crate) fn is_fence(self) -> bool {
        matches!(self, Region::Fence { .. })
    }

    /// Takes a line that is too long to be examined. It ends front matter and a table, and no fence.
    pub(crate) fn pass_long_line(&mut self) {
        if !matches!(self, Region::Fence { .. }) {
            *self = Region::Text;
        }
    }
}

/// Whether a line opens or closes a fenced block.
pub(crate) fn is_fence(content: &[u8]) -> bool {
    fence(content).is_some()
}

struct Fence {
    mark: u8,
    len: usize,
    /// Nothing but the fence stands on the line: it can close a block.
    is_bare: bool,
}

fn fence(content: &[u8]) -> Option<Fence> {
    let line = content.trim_ascii();
    let mark = *line.first().filter(|mark| matches!(mark, b'`' | b'~'))?;
    let len = line.iter().take_while(|&&byte| byte == mark).count();
    let info = &line[len..];
    let opens = len >= 3 && !(mark == b'`' && info.contains(&b'`'));
    opens.then_some(Fence { mark, len, is_bare: info.is_empty() })
}

/// A line of exactly three of `mark`.
fn is_rule_of(content: &[u8], mark: u8) -> bool {
    content.trim_ascii_end() == [mark; 3]
}

/// A line that YAML or TOML front matter can hold: a key, an item, a comment, an indented or a blank line.
fn is_data_line(content: &[u8]) -> bool {
    let line = content.trim_ascii_end();
    match line.first() {
        None | Some(b' ' | b'\t' | b'#' | b'-' | b'[' | b'}' | b']') => true,
        Some(_) => {
            let key = line.iter().take_while(|&&b| !matches!(b, b':' | b'=')).count();
            key < line.len() && key <= 64 && !line[..key].trim_ascii_end().contains(&b' ')
        }
    }
}

/// The cells of a Markdown table row, which starts and ends with a pipe; 0 for any other line.
fn cells(content: &[u8]) -> usize {
    let start = trim_start(content, 0, content.len());
    match &content[start..trim_end(content, start, content.len())] {
        [b'|', cells @ .., b'|'] => 1 + cells.iter().filter(|&&byte| byte == b'|').count(),
        _ => 0,
    }
}

/// The row of dashes below the head of a table.
fn is_delimiter_row(content: &[u8]) -> bool {
    cells(content) > 0 && content.contains(&b'-') && content.iter().all(|b| b"|-: \t".contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protected(document: &str) -> String {
        let mut region = Region::Start;
        document
            .lines()
            .map(|line| if region.protects(line.as_bytes()) { 'p' } else { '.' })
            .collect()
    }

    #[test]
    fn fences_protect_what_they_enclose() {
        assert_eq!(protected("a\n```js\nb\n```\nc"), ".ppp.");
        assert_eq!(protected("a\n~~~~\n~~~\n```\n~~~~\nc"), ".pppp.");
        assert_eq!(protected("``` a ``` b\nc"), "..");
        assert_eq!(protected("  ```\nb\n  ```  \nc"), "ppp.");
        assert_eq!(protected("```\nnever closed\nb"), "ppp");
    }

    #[test]
    fn front_matter_stands_on_the_first_line_only() {
        assert_eq!(protected("---\ntitle: a\ntags:\n  - b\n---\nc"), "ppppp.");
        assert_eq!(protected("+++\ntitle = 1\n+++\nc"), "ppp.");
        assert_eq!(protected("---\nThe rain stayed for weeks.\nb"), "p..");
        assert_eq!(protected("a\n---\ntitle: a\n---\nc"), ".....");
        assert_eq!(protected("---\ntitle: a\n```\n---\n```\nb"), "ppppp.");
    }

    #[test]
    fn table_rows_have_two_cells() {
        assert_eq!(protected("| a | b |\nb\n| a |\na | b"), "p...");
        assert_eq!(protected("| a |\n|---|\n| b |\n| c |\nd\n| e |"), ".ppp..");
    }
}
