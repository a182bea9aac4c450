//! `unchaff explain`: line by line, for a person.

use std::fmt::Write as _;
use std::io::{BufWriter, Write};

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use unchaff::{Cleaner, ExplainedLine, Fate, KeptBecause, NearMiss, Points, RuleId};

use crate::Run;
use crate::args::ExplainArgs;
use crate::records::{self, Document};
use crate::setup;
use crate::talk::{Outcome, visible};

/// Characters of a kept line that are shown.
const MAX_SHOWN: usize = 96;

const REMOVED: Style = AnsiColor::Red.on_default().strikethrough();
const NEAR: Style = AnsiColor::Yellow.on_default();
const WHY: Style = AnsiColor::Cyan.on_default();
const DIM: Style = Style::new().dimmed();

pub fn run(args: &ExplainArgs) -> Run {
    let cleaner = setup::cleaner(&args.rules)?;
    let mut out = BufWriter::new(anstream::stdout());
    let unread = records::each(&args.input, None, &cleaner, |document| {
        let text = explain(&document, args.context);
        out.write_all(text.as_bytes()).context("standard output: cannot be written")
    })?;
    out.flush().context("standard output: cannot be written")?;
    Ok(Outcome::found(unread > 0))
}

fn explain(document: &Document<'_>, context: Option<usize>) -> String {
    let explanation = document.cleaner.explain(document.text);
    let lines = explanation.lines();
    let is_shown =
        context.map_or_else(|| vec![true; lines.len()], |context| around(lines, context));
    let id = serde_json::from_str(&document.id).unwrap_or_else(|_| document.id.clone());
    let id = visible(&id);
    let mut text = format!("{DIM}== {id}: {}{DIM:#}\n", explanation.status());
    let mut was_shown = true;
    for (line, &is_shown) in lines.iter().zip(&is_shown) {
        if is_shown {
            show_line(&mut text, line, document.cleaner);
        } else if was_shown {
            let _ = writeln!(text, "{DIM}      …{DIM:#}");
        }
        was_shown = is_shown;
    }
    text
}

/// Which lines have a touched one at most so many lines away.
fn around(lines: &[ExplainedLine<'_>], context: usize) -> Vec<bool> {
    let mut is_shown = vec![false; lines.len()];
    let touched = lines.iter().enumerate().filter(|(_, line)| is_touched(line));
    let mut done = 0;
    for (at, _) in touched {
        let from = at.saturating_sub(context).max(done);
        let to = at.saturating_add(context).saturating_add(1).min(lines.len());
        is_shown[from..to].fill(true);
        done = to;
    }
    is_shown
}

fn is_touched(line: &ExplainedLine<'_>) -> bool {
    line.parts.iter().any(|part| part.fate != Fate::Kept)
}

/// The number, a sign (`-` removed, `~` nearly, `±` a part of it removed), the line, and below it the reasons.
fn show_line(text: &mut String, line: &ExplainedLine<'_>, cleaner: &Cleaner) {
    let has = |wanted: fn(&Fate) -> bool| {
        line.parts.iter().any(|part| wanted(&part.fate) && !is_line_end(part.bytes))
    };
    let (removed, kept) = (
        has(|fate| matches!(fate, Fate::Removed(_))),
        has(|fate| !matches!(fate, Fate::Removed(_))),
    );
    let near = has(|fate| matches!(fate, Fate::NearMiss(_)));
    let gone = line.parts.iter().any(|part| matches!(part.fate, Fate::Removed(_)));
    let sign = match (removed || (gone && !kept), kept, near) {
        (true, true, _) => '±',
        (true, false, _) => '-',
        (false, _, true) => '~',
        _ => ' ',
    };
    let _ = write!(text, "{DIM}{:>5}{DIM:#} {sign} ", line.number);
    let mut why = String::new();
    for part in &line.parts {
        let shown = visible(String::from_utf8_lossy(part.bytes).trim_end_matches(['\n', '\r']));
        match part.fate {
            Fate::Kept => text.push_str(&shorten(&shown)),
            Fate::Removed(removal) => {
                let _ = write!(text, "{REMOVED}{shown}{REMOVED:#}");
                if removal.line == line.number && !is_line_end(part.bytes) {
                    add_why(&mut why, "removed", removal.rule, removal.evidence, None, cleaner);
                } else if !shown.trim().is_empty() {
                    let _ = write!(
                        why,
                        "\n        {WHY}removed: no rule knows it, but it stands among residue (line {}){WHY:#}",
                        removal.line
                    );
                }
            }
            Fate::NearMiss(near) => {
                let _ = write!(text, "{NEAR}{shown}{NEAR:#}");
                add_why(&mut why, "kept", near.rule, near.evidence, Some(&near), cleaner);
            }
        }
    }
    let _ = writeln!(text, "{why}");
}

fn is_line_end(bytes: &[u8]) -> bool {
    matches!(bytes, b"\n" | b"\r\n")
}

fn add_why(
    why: &mut String,
    what: &str,
    rule: RuleId,
    evidence: Points,
    near: Option<&NearMiss>,
    cleaner: &Cleaner,
) {
    let rule = cleaner.rule(rule);
    let needed = near.map(|near| format!(" of {}", near.needed)).unwrap_or_default();
    let points = if needed.is_empty() && evidence.halves() == 2 { "point" } else { "points" };
    let reason = match near.map(|near| near.reason) {
        Some(KeptBecause::AfterColon) => ", but it is a list after a colon",
        Some(KeptBecause::WeakAlone) => ", but weak words alone need more among prose",
        Some(KeptBecause::AfterHeading) => ", but it is the text below a heading",
        Some(KeptBecause::Limit) => ", but the run is too long to be held",
        _ => "",
    };
    let _ = write!(
        why,
        "\n        {WHY}{what}: {} ({}, {}); evidence {evidence}{needed} {points}{reason}{WHY:#}",
        rule.id(),
        rule.category(),
        rule.weight(),
    );
}

/// The first and the last words of a long line.
fn shorten(line: &str) -> String {
    let count = line.chars().count();
    if count <= MAX_SHOWN {
        return line.to_owned();
    }
    let head: String = line.chars().take(MAX_SHOWN * 2 / 3).collect();
    let tail: String = line.chars().skip(count - MAX_SHOWN / 3).collect();
    format!("{head} … {tail}")
}
