//! Feeding: the lines of a text, each with its marks, to a decider.
//!
//! The invariant: the lines fed are exactly the text, whatever the windows in which it is scanned, and a line that is too
//! long is told of, not examined. Called by every door.

use crate::evidence::decider::Decider;
use crate::limits::Limits;
use crate::matching::ruleset::Matcher;
use crate::text::line::Line;
use crate::text::scan::{Marks, Scan, WINDOW};

/// Feeds all lines of a document.
pub(crate) fn feed_text(
    decider: &mut Decider,
    matcher: &impl Matcher,
    text: &[u8],
    limits: &Limits,
) {
    let mut scan = Scan::default();
    let mut start = 0;
    while start < text.len() {
        let window = &text[start..text.len().min(start.saturating_add(WINDOW))];
        let fed = feed_lines(decider, matcher, window, start as u64, limits, &mut scan);
        start += fed;
        if fed == 0 || start + window.len() - fed == text.len() {
            // The last line of the text, or one that is longer than a window.
            let rest = &text[start..];
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            if end > 0 {
                feed_one(
                    decider,
                    matcher,
                    Line::from_raw(start as u64, &rest[..end]),
                    limits,
                    &mut scan,
                );
            }
            start += end;
        }
    }
    decider.finish(matcher.rules());
}

/// Feeds the lines that end in a window, the first of which stands at `start`. Returns how many bytes these are.
pub(crate) fn feed_lines(
    decider: &mut Decider,
    matcher: &impl Matcher,
    window: &[u8],
    start: u64,
    limits: &Limits,
    scan: &mut Scan,
) -> usize {
    scan.read(window);
    let mut at = 0;
    for &feed in &scan.line_feeds {
        let end = feed as usize + 1;
        let line = Line::from_raw(start + at as u64, &window[at..end]);
        let content = at..at + line.content.len();
        feed_line(decider, matcher, line, &scan.marks(content), limits);
        at = end;
    }
    at
}

/// Feeds one line that was not scanned.
pub(crate) fn feed_one(
    decider: &mut Decider,
    matcher: &impl Matcher,
    line: Line<'_>,
    limits: &Limits,
    scan: &mut Scan,
) {
    // A line that is too long is not looked at.
    scan.read(if line.content.len() <= limits.max_line_bytes { line.content } else { &[] });
    feed_line(decider, matcher, line, &scan.marks(0..line.content.len()), limits);
}

/// Feeds a line to a decider, or tells it that the line is too long.
#[inline]
fn feed_line(
    decider: &mut Decider,
    matcher: &impl Matcher,
    line: Line<'_>,
    marks: &Marks<'_>,
    limits: &Limits,
) {
    let is_terminated = line.content_end() < line.end;
    let len = line.end - line.start - u64::from(is_terminated);
    if len <= limits.max_line_bytes as u64 {
        return decider.scanned(matcher, line, marks);
    }
    decider.start_long_line(matcher.rules(), line.start);
    if is_terminated {
        decider.end_long_line(matcher.rules(), line.end);
    } else {
        decider.keep_through(matcher.rules(), line.end);
    }
}
