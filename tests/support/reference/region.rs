//! Protected regions: fences, front matter and table rows.

use super::plain::{skip_white, skip_white_back};

/// Where in a document the next line stands.
#[derive(Default)]
pub struct Region {
    pub fence: Option<(u8, usize)>,
    front: Option<u8>,
    in_table: bool,
}

impl Region {
    pub fn protects(&mut self, line: &[u8], is_first: bool) -> bool {
        if let Some((mark, len)) = self.fence {
            if let Some((m, l, is_bare)) = Self::fence(line)
                && m == mark
                && l >= len
                && is_bare
            {
                self.fence = None;
            }
            return true;
        }
        if let Some(mark) = self.front {
            if line.trim_ascii_end() == [mark; 3] {
                self.front = None;
                return true;
            }
            if Self::fence(line).is_none() && Self::is_data(line) {
                return true;
            }
            self.front = None;
        }
        if is_first && (line.trim_ascii_end() == b"---" || line.trim_ascii_end() == b"+++") {
            self.front = Some(line[0]);
            return true;
        }
        if let Some((mark, len, _)) = Self::fence(line) {
            self.fence = Some((mark, len));
            self.in_table = false;
            return true;
        }
        let from = skip_white(line, 0, line.len());
        let row = &line[from..skip_white_back(line, from, line.len())];
        let is_row = row.len() > 1 && row.starts_with(b"|") && row.ends_with(b"|");
        let is_delimiter =
            is_row && line.contains(&b'-') && line.iter().all(|b| b"|-: \t".contains(b));
        self.in_table = is_row && (self.in_table || is_delimiter);
        self.in_table || (is_row && row.iter().filter(|&&byte| byte == b'|').count() > 2)
    }

    pub fn pass_long_line(&mut self) {
        self.front = None;
        self.in_table = false;
    }

    pub fn fence(line: &[u8]) -> Option<(u8, usize, bool)> {
        let line = line.trim_ascii();
        let mark = *line.first()?;
        let len = line.iter().take_while(|&&byte| byte == mark).count();
        let info = &line[len..];
        let is_fence = match mark {
            b'`' => len >= 3 && !info.contains(&b'`'),
            b'~' => len >= 3,
            _ => false,
        };
        is_fence.then_some((mark, len, info.is_empty()))
    }

    pub fn is_data(line: &[u8]) -> bool {
        let line = line.trim_ascii_end();
        let Some(first) = line.first() else { return true };
        if b" \t#-[}]".contains(first) {
            return true;
        }
        let Some(key) = line.iter().position(|b| b":=".contains(b)) else { return false };
        key <= 64 && !line[..key].trim_ascii_end().contains(&b' ')
    }
}
