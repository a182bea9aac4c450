//! Which bytes go with the runs that go: line ends and blank lines, so that what is left stands as it stood.

use std::ops::Range;

use super::{Reference, Token, Unit};

impl Reference<'_> {
    /// Marks what goes with runs: from the first to the last unit, then blank lines.
    pub(super) fn take(
        &self,
        tokens: &[Token],
        runs: &[Range<usize>],
        sum: u32,
        bom: usize,
        is_terminated: bool,
        marked: &mut [Option<(usize, u32)>],
    ) {
        let first = runs[0].start;
        let last = &runs[runs.len() - 1];
        let next_body = Some(last.end).filter(|&end| end < tokens.len());
        let run: Vec<&Token> = runs.iter().flat_map(|run| &tokens[run.clone()]).collect();
        let units: Vec<&Unit> = run
            .iter()
            .flat_map(|token| match token {
                Token::Stretch { units, .. } => units.as_slice(),
                _ => &[],
            })
            .collect();
        let before = tokens[..first].iter().rev().find(|token| matches!(token, Token::Body { .. }));
        let is_group = runs.len() > 1;
        let text_end = marked.len();
        let body_end = match before {
            Some(Token::Body { end, .. }) => *end,
            _ => bom,
        };
        let last_is_part_of_body_line =
            matches!(run.last(), Some(Token::Stretch { ends_line: false, .. }));
        let last_run = &tokens[last.clone()];
        let starts_in_body_line =
            matches!(tokens[first], Token::Stretch { is_part: true, ends_line: true, .. });
        let (line_end, is_set_off) = self.separation(tokens, first, starts_in_body_line, is_group);
        let mut start = units[0].start;
        let mut end;
        let mut spared = None;
        match next_body {
            None if before.is_none() => (start, end) = (bom, text_end),
            None => {
                end = text_end;
                if !is_terminated {
                    start = body_end;
                } else if starts_in_body_line {
                    spared = line_end;
                } else {
                    start = line_end.map_or(start, |(_, end)| end);
                }
            }
            Some(body) => {
                let Token::Body { start: body_start, .. } = tokens[body] else {
                    unreachable!("it is body")
                };
                end = run_end(last_run);
                if last_is_part_of_body_line || before.is_none() || is_set_off {
                    end = body_start;
                }
                if before.is_none() {
                    start = bom;
                }
                if starts_in_body_line {
                    let next = self.next_of_run(tokens, first, is_group);
                    spared = line_end.map(|(from, to)| (from, next.unwrap_or(to)));
                }
            }
        }
        for (i, mark) in marked.iter_mut().enumerate().take(end).skip(start) {
            if !spared.is_some_and(|(from, to)| (from..to).contains(&i)) {
                let unit = units.iter().rev().find(|unit| unit.start <= i).unwrap_or(&units[0]);
                *mark = Some((unit.rule, sum));
            }
        }
    }

    /// Where the first line starts that goes with a run which starts in a body line.
    fn next_of_run(&self, tokens: &[Token], first: usize, is_group: bool) -> Option<usize> {
        let next = tokens[first + 1..].iter().find_map(|token| match token {
            Token::Stretch { units, .. } => Some(Some(units[0].start)),
            Token::Body { start, .. } => Some(is_group.then_some(*start)),
            _ => None,
        });
        next.flatten()
    }

    /// The line end of the body line before a run, and whether blank lines stand between that line and the run's first line.
    fn separation(
        &self,
        tokens: &[Token],
        first: usize,
        starts_in_body_line: bool,
        is_group: bool,
    ) -> (Option<(usize, usize)>, bool) {
        let mut line_end = None;
        let mut has_blanks = false;
        let from = if starts_in_body_line {
            first + 1
        } else {
            match tokens[..first].iter().rposition(|token| matches!(token, Token::Body { .. })) {
                Some(body) => body + 1,
                None => return (None, false),
            }
        };
        for token in &tokens[from..] {
            match *token {
                Token::LineEnd { start, end } if line_end.is_none() => {
                    line_end = Some((start, end))
                }
                Token::Blank { .. } => has_blanks = true,
                _ => break,
            }
        }
        // Blank lines that only the next body follows do not stand before anything of the run.
        let goes_on = !starts_in_body_line || self.next_of_run(tokens, first, is_group).is_some();
        (line_end, has_blanks && goes_on)
    }
}

/// Where a run ends without the blank lines behind it: after the line end of its last whole line, or its last unit.
fn run_end(run: &[Token]) -> usize {
    let last = run
        .iter()
        .rposition(|token| matches!(token, Token::Stretch { .. }))
        .expect("a run has a stretch");
    match (&run[last], run.get(last + 1)) {
        (Token::Stretch { is_part: false, .. }, Some(Token::Blank { end, .. })) => *end,
        (Token::Stretch { units, .. }, _) => units[units.len() - 1].end,
        _ => unreachable!("it is a stretch"),
    }
}
