//! `unchaff rules list|show|test`: what the rules are, and that they do what their examples say.

mod support;

use support::packs::LINE;
use support::{Place, pack};

#[test]
fn list_names_every_rule_that_acts() {
    let place = Place::with("mine.toml", pack(LINE));
    let all = place.run(&["rules", "list"]).ended(0).text();
    let line =
        all.lines().find(|line| line.starts_with("core.ad-marker ")).expect("the rule is listed");
    assert_eq!(line.split_whitespace().collect::<Vec<_>>()[1..4], ["ad-marker", "certain", "any"]);
    let ids: Vec<&str> = all.lines().filter_map(|line| line.split(' ').next()).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted, "each once, in order");
    assert!(ids.len() > 50, "{}", ids.len());
    let mine = place.run(&["rules", "list", "--pack", "mine.toml"]).ended(0).text();
    assert_eq!(mine.lines().count(), ids.len() + 1);
    let fewer =
        place.run(&["rules", "list", "--off", "share", "--off", "core.ad-marker"]).ended(0).text();
    assert!(!fewer.contains(" share ") && !fewer.contains("core.ad-marker "), "{fewer}");
}

#[test]
fn show_tells_everything_about_a_rule() {
    let fields = "at = \"tail\"\naffix = true\nsites = [\"news.example.org\"]\nline = [\"Open the KIOSK\"]\n\
                  starts = [\"Kiosk opens\"]\nends = [\"at the kiosk\"]\nmax_words = 7\npattern = ['kiosk no \\d+']\n\
                  inline = [\"[kiosk_1]\"]";
    let text = pack(fields)
        .replace("\"widget\"", "\"byline\"")
        .replace("id = \"mine\"", "id = \"mine\"\nlanguage = \"en\"");
    let place = Place::with("mine.toml", text);
    let shown = place.run(&["rules", "show", "mine.kiosk", "--pack", "mine.toml"]).ended(0).text();
    for words in [
        "mine.kiosk\n",
        "mine.toml:5\n",
        "byline (off by default)",
        "certain",
        "tail",
        "language  en",
        "news.example.org",
        "affix     true",
        "line      open the kiosk",
        "starts    kiosk opens (at most 7 words)",
        "ends      at the kiosk (at most 7 words)",
        "pattern   kiosk no \\d+",
        "inline    [kiosk_1]",
        "remove    The mill closed.\n            Open the kiosk",
        "keep      They open the kiosk at noon.",
    ] {
        assert!(shown.contains(words), "{words:?} is not in {shown}");
    }
    place.run(&["rules", "show", "mine.none"]).said(2, "no rule \"mine.none\"").gave("");
}

#[test]
fn what_rules_show_prints_is_escaped() {
    let text = pack(LINE).replace("at noon", "at\\u001b[31m \\u202enoon");
    let place = Place::with("mine.toml", text);
    let shown = place.run(&["rules", "show", "mine.kiosk", "--pack", "mine.toml"]).ended(0).text();
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    assert!(shown.contains("at\\u{1b}[31m \\u{202e}noon"), "{shown:?}");
}

#[test]
fn the_built_in_examples_all_hold() {
    let answer = Place::new().run(&["rules", "test"]).ended(0);
    assert!(answer.text().ends_with(" examples, 0 fail\n"), "{}", answer.text());
}

#[test]
fn an_example_that_does_not_hold_is_named_with_its_rule() {
    let text = pack(LINE)
        .replace("The mill closed.\\nOpen the kiosk", "The mill closed.\\nOpen the \\u202ekiosks")
        .replace("They open the kiosk at noon.", "The mill closed.\\nOpen the kiosk");
    let place = Place::with("mine.toml", text);
    let answer = place.run(&["rules", "test", "--pack", "mine.toml"]).ended(1);
    let lines: Vec<String> = answer.text().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with("mine.toml:4: mine.kiosk: the rule removes nothing"), "{lines:?}");
    assert!(lines[0].contains("\\u{202e}"), "{lines:?}");
    assert!(lines[1].contains("something is removed by mine.kiosk"), "{lines:?}");
    assert!(lines[2].ends_with(" 2 fail"), "{lines:?}");
}

#[test]
fn rules_that_are_off_by_default_are_tested_too() {
    let text = pack("line = [\"Shut the kiosk\"]").replace("\"widget\"", "\"byline\"");
    let place = Place::with("mine.toml", text);
    let answer = place.run(&["rules", "test", "--pack", "mine.toml"]).ended(1);
    assert!(answer.text().contains("mine.kiosk: the rule removes nothing"), "{}", answer.text());
}
