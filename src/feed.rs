//! Feeding: the lines of a text, each with its marks, to a decider.
//!
//! The invariant: the lines fed are exactly the text, whatever the windows in which it is scanned, and a line that is too
//! long is told of, not examined. Called by every door.

use std::cell::Cell;

use crate::evidence::decider::Decider;
use crate::limits::Limits;
use crate::matching::judge::Judge;
use crate::matching::ruleset::Matcher;
use crate::text::line::Line;
use crate::text::scan::{Marks, Scan, WINDOW};

/// What a document needs room for, and the next one can use again.
#[derive(Default)]
struct Buffers {
    scan: Scan,
    judge: Judge,
}

thread_local! {
    /// The buffers of the document before. They hold a window of text, and a line at most.
    static BUFFERS: Cell<Buffers> = Cell::default();
}

/// Feeds all lines of a document.
pub(crate) fn feed_text(
    decider: &mut Decider,
    matcher: &impl Matcher,
    text: &[u8],
    limits: &Limits,
) {
    // A thread that is ending has none any more.
    let Buffers { mut scan, judge } = BUFFERS.try_with(Cell::take).unwrap_or_default();
    decider.judge = judge;
    let mut start = 0;
    while start < text.len() {
        let window = &text[start..text.len().min(start.saturating_add(WINDOW))];
        let fed = feed_lines(decider, matcher, window, start as u64, limits, &mut scan);
        let (rest_start, window_end) = (start + fed, start + window.len());
        let rest = &text[rest_start..];
        let mut rest_len = 0;
        if window_end == text.len() && !rest.is_empty() {
            // The last line of the text, which has no line end, and was scanned.
            let line = Line::from_raw(rest_start as u64, rest);
            let content = fed..fed + line.content.len();
            feed_line(decider, matcher, line, &scan.marks(content), limits);
            rest_len = rest.len();
        } else if fed == 0 {
            // A line that is longer than a window.
            rest_len = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let line = Line::from_raw(rest_start as u64, &rest[..rest_len]);
            feed_one(decider, matcher, line, limits, &mut scan);
        }
        start = rest_start + rest_len;
    }
    decider.finish(matcher.rules());
    let buffers = Buffers { scan, judge: std::mem::take(&mut decider.judge) };
    let _ = BUFFERS.try_with(|idle| idle.set(buffers));
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
    for &feed in scan.line_feeds() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaner::Cleaner;
    use crate::matching::judge::{Judge, Kind};
    use crate::matching::plain::Plain;
    use crate::matching::ruleset::Glance;
    use crate::rules::bounds::Bounds;
    use crate::rules::pack::Pack;
    use crate::rules::rule::Shape;
    use crate::text::chars::is_common;
    use proptest::prelude::*;

    /// A rule of every shape, at every length that the filters tell apart.
    const PACK: &str = r#"
        [pack]
        id = "mine"

        [[rule]]
        id = "mine.lines"
        category = "widget"
        line = ["Tide box", "Open the tide table now", "{n} people read the tide table", "Zum Gezeitenkalender für Segler", "潮汐链接", "جدول المد", "ज्वार सारणी"]
        weight = "certain"
        remove = ["Open the tide table now"]
        keep = ["He asked her to open the tide table."]

        [[rule]]
        id = "mine.ends"
        category = "widget"
        starts = ["tide table of ", "her tide "]
        ends = [" by harbour press", "tide tub"]
        pattern = ['.{0,30}harbour news \d{4}', '(?:©|\d{1,3}) tide notes .{1,40}', '.{1,30}潮汐表.{1,30}']
        max_words = 12
        weight = "certain"
        remove = ["Tide table of May", "Printed by harbour press", "Harbour news 2024", "7 tide notes a day"]
        keep = ["The harbour news came late."]

        [[rule]]
        id = "mine.marker"
        category = "ad-marker"
        inline = ["[tide_1]"]
        weight = "certain"
        remove = ["[tide_1]"]
        keep = ["The tide came in."]
    "#;

    const PARTS: &[&str] = &[
        "Tide box",
        "tide",
        "her ",
        " tub",
        " box",
        "he",
        "Open the tide table now",
        "open  the TIDE table now",
        "1,200 people read the tide table",
        "tide table of May",
        "Printed by harbour press",
        "Harbour News 2024",
        "© tide notes for sailors",
        "12 tide notes for sailors",
        "Zum Gezeitenkalender für Segler",
        "看潮汐表吧",
        "潮汐链接",
        "جدول المد",
        "ज्वार सारणी",
        "ज्वार",
        "雨下了三天",
        "نزل المطر ثلاثة أيام",
        "तीन दिन बारिश हुई",
        "사흘 동안 비가 왔다",
        "。",
        "。　",
        "」",
        "「",
        "？",
        "؟ ",
        "۔ ",
        "। ",
        "፧",
        "・",
        "Ｔide",
        "\u{64E}",
        "١٢",
        "①",
        "[tide_1]",
        "[tide",
        "_1]",
        ". ",
        "! ",
        "… ",
        ".",
        "?\" ",
        " » ",
        "« ",
        " | ",
        " / ",
        " > ",
        " · ",
        "\u{A0}",
        "- ",
        "* ",
        "# ",
        "o ",
        "...",
        ": ",
        "\t",
        "5.5",
        "e\u{301}",
        "The harbour was rebuilt in two winters",
        "and the cranes came by rail",
        "Der Hafen fror zu",
        "Порт замёрз в январе",
        "港は凍った",
        "\u{200B}",
        "“",
        "”",
        "'",
        ")",
        "[",
        "](x)",
    ];

    fn cleaner() -> &'static Cleaner {
        static CLEANER: std::sync::LazyLock<Cleaner> = std::sync::LazyLock::new(|| {
            let pack = Pack::parse("mine.toml", PACK).expect("the pack is right");
            Cleaner::builder().without_builtin().pack(pack).build().expect("it builds")
        });
        &CLEANER
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// What is known of a line at a glance does not change what a judge finds that compares it with every rule, one
        /// after the other; and what is taken for body is body for it, as a whole.
        #[test]
        fn a_glance_changes_nothing(parts in proptest::collection::vec(prop::sample::select(PARTS), 1..9)) {
            let index = cleaner().index();
            let line = parts.concat();
            let mut scan = Scan::default();
            scan.read(line.as_bytes());
            let glance = index.glance(line.as_bytes(), &scan.marks(0..line.len()));
            let limits = Limits::default();
            let (mut judge, mut plain) = (Judge::default(), Judge::default());
            let kind = judge.judge(index, &limits, None, line.as_bytes(), glance);
            let plain_kind =
                plain.judge(&Plain::new(index.rules()), &limits, None, line.as_bytes(), Glance::Unknown);
            prop_assert_eq!(kind, plain_kind, "{} {:?}", line, glance);
            if kind == Kind::Blank {
                return Ok(());
            }
            prop_assert_eq!(format!("{:?}", judge.judged), format!("{:?}", plain.judged), "{} {:?}", line, glance);
            if glance == Glance::Body {
                prop_assert_eq!(kind, Kind::Body, "{}", line);
                let judged = &judge.judged;
                let units = judged.prefix.len() + judged.inside.len() + judged.suffix.len();
                prop_assert_eq!(units, 0, "{}", line);
                prop_assert_eq!((judged.core_start, judged.core_end), (0, line.len()));
            }
        }
    }

    /// One pattern that may begin and end with anything would send every line to the judge.
    #[test]
    fn built_in_patterns_are_known_by_their_ends() {
        for rule in Cleaner::builtin().rules() {
            for shape in rule.shapes() {
                if let Shape::Pattern(pattern) = shape {
                    let is_open = matches!(pattern.0.bounds(), Bounds::Free)
                        && pattern.0.can_match_of(is_common);
                    assert!(!is_open, "{}: {}", rule.id(), pattern.0.source());
                }
            }
        }
    }

    #[test]
    fn ordinary_lines_pass() {
        let cleaner = Cleaner::builtin();
        let passes = |line: &str| {
            let mut scan = Scan::default();
            scan.read(line.as_bytes());
            cleaner.index().glance(line.as_bytes(), &scan.marks(0..line.len())) == Glance::Body
        };
        for line in [
            "Two winters passed before the harbour was open again. The cranes came by rail.",
            "Zwei Winter vergingen, ehe der Hafen wieder öffnete. Über Nacht kamen die Kräne.",
            "Ночью лёд сломал старый причал, и паром не пришёл.",
        ] {
            assert!(passes(line), "{line}");
        }
        for line in [
            "Click to share on Facebook (Opens in new window)",
            "He waited there.[ad_2] Source link",
        ] {
            assert!(!passes(line), "{line}");
        }
    }
}
