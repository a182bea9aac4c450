//! Hostile packs cost little, and cannot play with the terminal.

mod support;

use std::time::{Duration, Instant};

use support::packs::{LINE, check, has_one_problem, problems};
use support::{Place, STORY, pack};

#[test]
fn a_byte_order_mark_and_windows_line_ends_do_not_matter() {
    check(format!("\u{feff}{}", pack(LINE))).ended(0);
    check(pack(LINE).replace('\n', "\r\n")).ended(0);
    let windows = format!("\u{feff}{}", pack("line = [\"\\u200b\"]").replace('\n', "\r\n"));
    has_one_problem(windows, (10, 9), "nothing is left of");
    // The mark counts as nothing in the first line either.
    has_one_problem("\u{feff}[pack]\n", (1, 1), "the pack has no `id`");
}

#[test]
fn nul_and_control_characters_are_refused_with_their_place() {
    for c in ['\0', '\u{1b}', '\u{7f}', '\r'] {
        for text in [
            format!("{}{c}", pack(LINE)),
            pack(&format!("line = [\"Open{c}the kiosk\"]")),
            pack(&format!("# a{c}b\n{LINE}")),
        ] {
            let answer = check(&text);
            assert_eq!(answer.code, Some(1), "{text:?} is accepted");
            assert!(
                problems(&answer).iter().any(|(row, ..)| (10..=12).contains(row)),
                "{}",
                answer.text()
            );
            let is_raw = answer.text().chars().any(|c| c.is_control() && c != '\n');
            assert!(!is_raw, "{:?}", answer.text());
        }
    }
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    let text = [pack(LINE).as_bytes(), b"# \xff\n"].concat();
    let answer = check(&text);
    assert!(matches!(answer.code, Some(1 | 2)), "{answer:?}");
    let said = answer.text() + &answer.talk();
    assert!(said.contains("mine.toml") && said.contains("not UTF-8"), "{said}");
    Place::with("mine.toml", &text)
        .pipe(&["clean", "--pack", "mine.toml"], STORY)
        .said(2, "not UTF-8")
        .gave("");
}

#[test]
fn direction_characters_are_shown_escaped() {
    for c in ["\u{202e}", "\u{2066}", "\u{200f}"] {
        let id = pack(LINE).replace("mine.kiosk", &format!("mine.{c}kiosk"));
        let category = pack(LINE).replace("widget", &format!("{c}widget"));
        let key = pack(&format!("\"{c}\" = 1\n{LINE}"));
        let bare = pack(&format!("{c} = 1\n{LINE}"));
        let inline = pack(&format!("inline = [\"{c}kiosk\"]"));
        let twice = pack(&format!("line = [\"Open the kiosk\", \"Open {c}the kiosk\"]"));
        let site = pack(&format!("sites = [\"{c}\"]\n{LINE}"));
        for text in [id, category, key, bare, inline, twice, site] {
            let answer = check(&text).ended(1);
            assert!(!answer.text().contains(c), "{:?}", answer.text());
            let place = Place::with("mine.toml", &text);
            let clean = place.pipe(&["clean", "--pack", "mine.toml"], STORY).ended(2);
            assert!(!clean.talk().contains(c), "{:?}", clean.talk());
        }
    }
}

#[test]
fn a_strange_pack_name_is_shown_escaped() {
    let name = "m\u{1b}[31m\u{202e}\nine.toml";
    let place = Place::with(name, pack("line = [\"\\u200b\"]"));
    let text = place.run(&["rules", "check", name]).ended(1).text();
    assert!(text.starts_with("m\\u{1b}[31m\\u{202e}\\u{a}ine.toml:10:9: "), "{text:?}");
}

#[test]
fn a_phrase_of_a_megabyte_gets_a_short_message() {
    let long = "kiosk ".repeat(180_000);
    for fields in [
        format!("line = [\"{long}\"]"),
        format!("inline = [\"{long}\"]"),
        format!("pattern = ['{long}']"),
        format!("max_words = 9\nstarts = [\"{long}\"]"),
        format!("sites = [\"{long}\"]\n{LINE}"),
        format!("at = \"{long}\"\n{LINE}"),
        format!("\"{long}\" = 1\n{LINE}"),
        format!("line = [\"{long}\", \"{long}\"]"),
        format!("pattern = ['Kiosk {long}']"),
        format!("line = [\"{}\"]", "*".repeat(1_000_000)),
    ] {
        let start = Instant::now();
        let answer = check(pack(&fields)).ended(1);
        let (took, key) = (start.elapsed(), &fields[..12]);
        assert!(took < Duration::from_secs(2), "{key} took {took:?}");
        assert!(answer.out.len() < 2000, "{key}: the messages have {} bytes", answer.out.len());
    }
    let answer = check(pack(LINE).replace("mine.kiosk", &format!("mine.{long}"))).ended(1);
    assert!(answer.out.len() < 2000, "id: the messages have {} bytes", answer.out.len());
}

#[test]
fn nesting_in_a_pack_costs_no_stack() {
    let hostile = [
        format!("a = {}", "[".repeat(300_000)),
        format!("a = {}", "{a=".repeat(300_000)),
        format!("{} = 1", vec!["a"; 300_000].join(".")),
        format!("[{}]", vec!["a"; 300_000].join(".")),
        "[[a]]\n".repeat(100_000),
        format!("a = {}", "[".repeat(300_000) + &"]".repeat(300_000)),
    ];
    for fields in hostile {
        let start = Instant::now();
        let answer = check(format!("{}\n{fields}\n", pack(LINE)));
        let (took, shown) = (start.elapsed(), &fields[..8]);
        assert_eq!(answer.code, Some(1), "{shown}: {}", answer.talk());
        assert!(took < Duration::from_secs(2), "{shown} took {took:?}");
    }
}

/// The name, category and examples of one of many rules.
fn many_rules(count: usize, fields: impl Fn(usize) -> String) -> String {
    let mut text = String::from("[pack]\nid = \"mine\"\n");
    for n in 0..count {
        text += &format!(
            "[[rule]]\nid = \"mine.r{n}\"\ncategory = \"widget\"\nweight = \"weak\"\nremove = [\"Kiosk {n} opens\"]\n\
             keep = [\"Rain.\"]\n{}\n",
            fields(n)
        );
    }
    text
}

/// The CPU time of a check of this pack, which finds nothing. A clock would measure what else the machine does.
fn check_time(text: String, answer: &str) -> Duration {
    let place = Place::with("mine.toml", text);
    let said = place.shell("\"$UNCHAFF\" rules check mine.toml && times").ended(0).text();
    let times = said.strip_prefix(answer).unwrap_or_else(|| panic!("{said}"));
    // The last line is that of the program: user and system time, each as 0m1.25s.
    let seconds = |time: &str| -> f64 {
        let (minutes, seconds) = time.split_once('m').expect("minutes come first");
        let number = |text: &str| text.parse::<f64>().expect("a time is a number");
        60.0 * number(minutes) + number(seconds.trim_end_matches('s'))
    };
    let last = times.lines().last().unwrap_or_default();
    Duration::from_secs_f64(last.split_whitespace().map(seconds).sum())
}

/// Every pack is checked beside the built-in ones, whose time is that of a pack of one rule.
#[test]
fn ten_thousand_rules_are_read_in_linear_time() {
    let rules = |count| many_rules(count, |n| format!("line = [\"Kiosk {n} opens\"]"));
    let one = check_time(rules(1), "1 rules, no problems\n");
    let many = check_time(rules(10_000), "10000 rules, no problems\n").saturating_sub(one);
    assert!(many < 2 * one, "{many:?} more than the {one:?} of one rule");
}

#[test]
fn ten_thousand_problems_are_told_in_linear_time() {
    let start = Instant::now();
    let answer = check(many_rules(10_000, |_| "line = [\"\\u200b\"]".to_owned())).ended(1);
    assert_eq!(problems(&answer).len(), 10_000);
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}
