//! `unchaff rules check`: a pack is read to its end, and every problem has a place.

mod support;

use std::time::{Duration, Instant};

use support::packs::{LINE, check, has_one_problem, is_refused, problems};
use support::{Place, STORY, pack};

#[test]
fn a_good_pack_has_no_problems() {
    check(pack(LINE)).ended(0).gave("1 rules, no problems\n");
}

#[test]
fn five_errors_in_a_pack_are_five_places() {
    let text = r#"[pack]
id = "mine"
colour = "red"

[[rule]]
id = "other.kiosk"
category = "kiosk"
weight = "certain"
line = ["  ", "Open the kiosk", "open the KIOSK"]
remove = ["The mill closed.\nOpen the kiosk"]
keep = []

[[rule]]
id = "mine.stall"
category = "widget"
weight = 7
starts = ["Kiosk opens"]
pattern = ['kiosk (']
inline = ["kiosk"]
keep = ["They open the kiosk at noon."]
"#;
    let answer = check(text).ended(1);
    let found = problems(&answer);
    let rows: Vec<usize> = found.iter().map(|(row, ..)| *row).collect();
    assert!(rows.is_sorted(), "in the order of the file: {found:?}");
    for (place, words) in [
        ((3, 1), "\"colour\""),
        ((6, 6), "other.kiosk"),
        ((7, 12), "\"kiosk\" is not one of"),
        ((9, 9), "folded"),
        ((9, 33), "already said on line 9"),
        ((11, 8), "`keep` is empty"),
        ((16, 10), "`weight` must be a string"),
        ((17, 11), "max_words"),
        ((18, 12), "does not compile"),
        ((19, 11), "bracket"),
        ((13, 1), "no `remove` example"),
    ] {
        let is_there = found
            .iter()
            .any(|(row, column, message)| (*row, *column) == place && message.contains(words));
        assert!(is_there, "{place:?} {words:?} is not in {found:#?}");
    }
    assert_eq!(answer.talk(), "");
    // The same problems stop a cleaning.
    let place = Place::with("mine.toml", text);
    let clean = place.pipe(&["clean", "--pack", "mine.toml"], STORY).ended(2).gave("");
    assert_eq!(clean.talk().lines().count(), found.len(), "{}", clean.talk());
}

#[test]
fn several_packs_are_checked_at_once() {
    let place = Place::with("good.toml", pack(LINE));
    place.write("a.toml", pack("lines = [\"x\"]"));
    place.write("b.toml", "[pack]\n");
    let answer = place.run(&["rules", "check", "a.toml", "good.toml", "b.toml"]).ended(1);
    let text = answer.text();
    assert!(text.contains("a.toml:10:1:") && text.contains("b.toml:1:"), "{text}");
}

#[test]
fn a_pack_that_cannot_be_read_is_an_error() {
    let place = Place::new();
    place.run(&["rules", "check", "none.toml"]).said(2, "none.toml: the pack cannot be read");
    place.run(&["rules", "check", "."]).said(2, "cannot be read");
}

#[test]
fn toml_that_is_broken_has_a_place() {
    has_one_problem(pack("line = [\"Open the kiosk\""), (10, 25), "unclosed array");
    for broken in [
        "[[rule]",
        "line = ",
        "line = \"Open",
        "= 1",
        "line : 1",
        "[pack]\nid = \"mine\"",
        "id = \"mine.a\"",
        "[rule]",
    ] {
        let answer = check(pack(&format!("{LINE}\n{broken}"))).ended(1);
        let found = problems(&answer);
        assert!(found.iter().any(|(row, ..)| (11..=13).contains(row)), "{broken:?}: {found:?}");
    }
}

#[test]
fn unknown_keys_are_problems() {
    is_refused(&format!("lines = [\"Shut the kiosk\"]\n{LINE}"), 1, "a rule has no \"lines\"");
    let header = pack(LINE).replace("id = \"mine\"\n", "id = \"mine\"\ncolor = 1\n");
    has_one_problem(header, (3, 1), "a pack has no \"color\"");
    has_one_problem(
        format!("{}\n[[rules]]\nid = \"mine.a\"\n", pack(LINE)),
        (12, 3),
        "has no \"rules\"",
    );
}

#[test]
fn values_of_another_type_are_problems() {
    is_refused("line = 7", 8, "`line` must be a list of strings");
    is_refused("line = [\"Open the kiosk\", 7]", 27, "`line` must be a string");
    is_refused(&format!("affix = \"yes\"\n{LINE}"), 9, "`affix` must be true or false");
    is_refused(
        "max_words = 0\nline = [\"Open the kiosk\"]",
        13,
        "`max_words` must be a whole number above zero",
    );
    is_refused("max_words = 1.5\nline = [\"Open the kiosk\"]", 13, "a whole number");
    is_refused(
        "at = \"middle\"\nline = [\"Open the kiosk\"]",
        6,
        "\"middle\" is not one of any, head, tail",
    );
    has_one_problem("rule = 7\n[pack]\nid = \"mine\"\n", (1, 8), "an array of tables");
    let found = problems(&check("pack = \"mine\"\n").ended(1));
    assert!(found.contains(&(1, 8, "`pack` must be a table".to_owned())), "{found:?}");
}

#[test]
fn unknown_categories_and_weights_are_problems() {
    let with = |old: &str, new: &str| pack(LINE).replace(old, new);
    has_one_problem(
        with("\"widget\"", "\"gadget\""),
        (6, 12),
        "\"gadget\" is not one of ad-marker",
    );
    has_one_problem(with("\"certain\"", "\"sure\""), (7, 10), "\"sure\" is not one of");
    has_one_problem(with("category = \"widget\"\n", ""), (4, 1), "the rule has no `category`");
    has_one_problem(with("weight = \"certain\"\n", ""), (4, 1), "the rule has no `weight`");
}

#[test]
fn missing_examples_are_problems() {
    let without = |key: &str| {
        let text = pack(LINE);
        text.lines()
            .filter(|line| !line.starts_with(key))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    has_one_problem(without("remove"), (4, 1), "the rule has no `remove` example");
    has_one_problem(without("keep"), (4, 1), "the rule has no `keep` example");
}

#[test]
fn a_rule_that_says_nothing_to_match_is_a_problem() {
    has_one_problem(pack(""), (4, 1), "the rule says nothing to match");
    is_refused("line = []", 8, "`line` is empty");
}

#[test]
fn phrases_of_which_nothing_is_left_are_problems() {
    for phrase in ["", "   ", "\\u200b\\u00ad", "\\u00a0"] {
        is_refused(&format!("line = [\"{phrase}\"]"), 9, "nothing is left of");
    }
    // A line may be nothing but dress; no line begins with what is taken off.
    check(pack("line = [\"***\"]")).gave("1 rules, no problems\n");
    is_refused("starts = [\"***\"]\nmax_words = 9", 11, "nothing is left of");
    is_refused("line = [\"Open\\nthe kiosk\"]", 9, "a phrase is one line");
    is_refused("line = [\"The rain stopped before noon.\"]", 9, "is an ordinary sentence");
}

#[test]
fn phrases_that_begin_or_end_too_many_lines_are_problems() {
    is_refused("starts = [\"Kiosk opens\"]", 11, "`starts` needs `max_words`");
    is_refused("ends = [\"Kiosk opens\"]", 9, "`ends` needs `max_words`");
    is_refused("starts = [\"a\"]\nmax_words = 9", 11, "fewer than 3 bytes");
    is_refused("starts = [\"the rain\"]\nmax_words = 9", 11, "matches ordinary text such as");
    is_refused("ends = [\"before noon.\"]\nmax_words = 9", 9, "matches ordinary text such as");
    let idle = pack("max_words = 4\nline = [\"Open the kiosk\"]");
    has_one_problem(idle, (4, 1), "`max_words` belongs to `starts` and `ends`");
}

#[test]
fn patterns_that_match_anything_or_nothing_are_problems() {
    for (pattern, words) in [
        ("", "can match an empty line"),
        ("(kiosk)?", "can match an empty line"),
        (".*", "can match an empty line"),
        (".+", "no literal of 3 letters"),
        (r"\d+ of \d+", "no literal of 3 letters"),
        (r"(kiosk|\d)x", "no literal of 3 letters"),
        (".*the.*", "matches ordinary text such as"),
        ("Open the Kiosk", "can never match: folded lines have no capitals"),
    ] {
        is_refused(&format!("pattern = ['{pattern}']"), 12, words);
    }
}

#[test]
fn patterns_that_do_not_compile_or_are_huge_are_refused_within_a_second() {
    let deep = format!("{}kiosk{}", "(".repeat(300), ")".repeat(300));
    let very_deep = "(".repeat(200_000);
    let long = format!("kiosk {}", "[a-z]?".repeat(100_000));
    let many = format!("kiosk({})", vec!["[0-9]{40}"; 5000].join("|"));
    for pattern in [
        "kiosk (",
        "kiosk [",
        "** kiosk",
        r"kiosk \",
        r"kiosk \p{Nowhere}",
        "kiosk{5,2}",
        "(?P<a>kiosk)(?P<a>b)",
        r"(kiosk)\1",
        "kiosk(?=a)",
        r"kiosk\pL{1000}",
        r"kiosk(?:\w{50}){50}",
        "kiosk(?:a{1000}){1000}",
        "kiosk(((a{100}){100}){100}){100}",
        "kiosk{4000000000}",
        &deep,
        &very_deep,
        &long,
        &many,
    ] {
        let start = Instant::now();
        let answer = check(pack(&format!("pattern = ['{pattern}']")));
        let (took, shown) = (start.elapsed(), &pattern[..pattern.len().min(60)]);
        assert_eq!(answer.code, Some(1), "{shown} is accepted");
        assert!(took < Duration::from_secs(1), "{shown} took {took:?}");
        let found = problems(&answer);
        assert_eq!((found.len(), found[0].0, found[0].1), (1, 10, 12), "{shown}: {found:?}");
        assert!(answer.out.len() < 1000, "{shown}: the message has {} bytes", answer.out.len());
    }
}

#[test]
fn a_problem_of_a_pattern_cannot_play_with_the_terminal() {
    let answer = check(pack("pattern = [\"kiosk \\u001b \\u202e Open\"]")).ended(1);
    assert!(!answer.text().contains(['\u{1b}', '\u{202e}']), "{:?}", answer.text());
}

#[test]
fn inline_literals_that_people_write_are_problems() {
    is_refused("inline = [\"kiosk\"]", 11, "could be words of a sentence");
    is_refused("inline = [\"[k]\"]", 11, "at least 5 bytes");
    is_refused("inline = [\" [kiosk_1]\"]", 11, "white space");
    is_refused("inline = [\"[kiosk\\n1]\"]", 11, "line end");
}

#[test]
fn ids_must_begin_with_the_pack_and_stand_once() {
    for id in [
        "kiosk",
        "other.kiosk",
        "mine.",
        "mine.Kiosk",
        "mine.ki osk",
        "mine.kiösk",
        "minekiosk",
        "",
        "mine.\\u001b",
    ] {
        let text = pack(LINE).replace("mine.kiosk", id);
        has_one_problem(
            text,
            (5, 6),
            "must be \\\"mine.\\\" and a name".replace('\\', "").as_str(),
        );
    }
    let rule = pack("line = [\"Shut the kiosk\"]");
    let second = rule.split_once("\n\n").expect("a header and a rule").1;
    has_one_problem(
        format!("{}\n{second}", pack(LINE)),
        (13, 6),
        "\"mine.kiosk\" was already said on line 5",
    );
}

#[test]
fn ids_of_other_packs_cannot_be_taken() {
    let place = Place::with(
        "mine.toml",
        pack(LINE).replace("\"mine", "\"core").replace("core.kiosk", "core.ad-marker"),
    );
    let answer = place.run(&["rules", "check", "mine.toml"]).ended(1);
    assert!(
        answer.text().contains("mine.toml:4:1: error: the rule \"core.ad-marker\" is also in"),
        "{}",
        answer.text()
    );
    let clean = place.pipe(&["clean", "--pack", "mine.toml"], STORY);
    clean.said(2, "core.ad-marker").gave("");
    place.write("a.toml", pack(LINE));
    place.write("b.toml", pack(LINE));
    let answer = place.run(&["rules", "check", "a.toml", "b.toml"]).ended(1);
    assert!(
        answer.text().contains("b.toml:4:1: error: the rule \"mine.kiosk\" is also in a.toml:4"),
        "{}",
        answer.text()
    );
}

#[test]
fn the_id_of_a_pack_is_a_plain_word() {
    for id in ["", " ", "a b", "\\u001b[31m", "a\\nb", "\\u202e", "A"] {
        let text = pack(LINE).replace("\"mine", &format!("\"{id}"));
        let answer = check(&text).ended(1);
        assert!(
            problems(&answer).iter().any(|(row, column, _)| (*row, *column) == (2, 6)),
            "{id:?}: {}",
            answer.text()
        );
        assert!(!answer.text().contains(['\u{1b}', '\u{202e}']), "{:?}", answer.text());
    }
    has_one_problem("[pack]\ntitle = \"Mine\"\n", (1, 1), "the pack has no `id`");
    has_one_problem("# nothing\n", (1, 1), "the file has no [pack]");
}

#[test]
fn phrases_that_stand_twice_are_problems() {
    is_refused(
        "line = [\"Open the kiosk\", \"**OPEN  the Kiosk**\"]",
        27,
        "was already said on line 10",
    );
    is_refused("inline = [\"[kiosk_1]\", \"[kiosk_1]\"]", 24, "was already said on line 10");
    check(pack("line = [\"Open the kiosk\"]\nmax_words = 5\nstarts = [\"Open the kiosk\"]"))
        .ended(0);
}

#[test]
fn sites_that_are_no_hosts_are_problems() {
    for site in [
        "example",
        "https://example.org",
        "example.org/a",
        "*.example.org",
        ".example.org",
        "exa mple.org",
        "",
    ] {
        is_refused(
            &format!("sites = [\"{site}\"]\n{LINE}"),
            10,
            "is not a host name such as example.org",
        );
    }
    check(pack(&format!("sites = [\"news.example.org\", \"Example.COM\"]\n{LINE}"))).ended(0);
}

#[test]
fn a_keep_must_say_what_stays() {
    let with = |keep: &str| format!("{}\n[[keep]]\n{keep}\n", pack(LINE));
    check(with("line = [\"Open the stall\"]")).ended(0);
    check(with("rule = [\"mine.kiosk\"]\nsites = [\"example.org\"]")).ended(0);
    has_one_problem(with("note = \"nothing\""), (12, 1), "the keep says neither what stays");
    has_one_problem(with("inline = [\"[kiosk_1]\"]"), (12, 1), "a keep cannot be `inline`");
    let answer = check(with("rule = [\"mine.none\"]")).ended(1);
    assert!(
        answer.text().contains(
            "mine.toml:12:1: error: the keep names a rule \"mine.none\" that no pack has"
        ),
        "{}",
        answer.text()
    );
}
