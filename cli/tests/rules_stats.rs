//! `unchaff rules stats` and `rules coverage`: every number counted by hand, and the table of the repository.

mod support;

use std::path::Path;
use std::process::Command;

use support::Place;

/// Three rules of two languages and weights, with five phrases.
const MINE: &str = r#"[pack]
id = "mine"
language = "xx"

[[rule]]
id = "mine.kiosk"
category = "widget"
weight = "likely"
at = "tail"
line = ["Open the kiosk", "Shut the kiosk"]
starts = ["Kiosk news"]
max_words = 5
remove = ["It rained.\nOpen the kiosk"]
keep = ["It rained."]

[[rule]]
id = "mine.stall"
category = "widget"
weight = "weak"
line = ["Our stall"]
remove = ["It rained.\n[ad_1]\nOur stall"]
keep = ["It rained."]

[[rule]]
id = "mine.penned"
category = "byline"
weight = "certain"
line = ["Penned at the kiosk"]
remove = ["It rained.\nPenned at the kiosk"]
keep = ["It rained."]
"#;

/// Three removals by mine.kiosk, two of them in one document; three near misses, one phrase twice.
const CORPUS: [&str; 3] = [
    "It rained.\n\nOpen the kiosk\nShut the kiosk\n",
    "It rained.\nOpen the Kiosk\nIt snowed.\n**Our stall**\nIt hailed.\n- open the kiosk -\nIt thawed.\n",
    "It rained.\nKiosk news of May\n",
];

fn place() -> Place {
    let place = Place::with("mine.toml", MINE);
    for (number, text) in CORPUS.iter().enumerate() {
        place.write(format!("{number}.txt"), text);
    }
    place
}

/// The cells of the row that begins with these.
#[track_caller]
fn row(text: &str, start: &[&str]) -> Vec<String> {
    let rows = text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect());
    let mut rows = rows.filter(|cells: &Vec<String>| {
        cells.len() >= start.len() && cells.iter().zip(start).all(|(a, b)| a == b)
    });
    let row = rows.next().unwrap_or_else(|| panic!("{start:?} is not in\n{text}"));
    row[start.len()..].to_vec()
}

// ---------------------------------------------------------------- counts

#[test]
fn rules_and_phrases_are_counted_by_language_category_and_weight() {
    let text = place().run(&["rules", "stats", "--pack", "mine.toml"]).ended(0).text();
    // Rules and phrases of all, of certain, of likely and of weak rules.
    assert_eq!(row(&text, &["xx", "widget"]), ["2", "4", "0", "0", "1", "3", "1", "1"]);
    assert_eq!(row(&text, &["xx", "byline"]), ["1", "1", "1", "1", "0", "0", "0", "0"]);
    assert_eq!(row(&text, &["xx", "(all)"]), ["3", "5", "1", "1", "1", "3", "1", "1"]);
    let number = |cell: &String| cell.parse::<usize>().expect("a number");
    let all: Vec<usize> = row(&text, &["(all)", "(all)"]).iter().map(number).collect();
    let mut sum = [0; 8];
    for language in ["*", "en", "xx"] {
        let cells = row(&text, &[language, "(all)"]);
        sum.iter_mut().zip(&cells).for_each(|(sum, cell)| *sum += number(cell));
    }
    assert!(
        all.len() == 8 && all[0] == all[2] + all[4] + all[6] && all[1] == all[3] + all[5] + all[7]
    );
    assert!(all.iter().zip(sum).all(|(all, sum)| *all >= sum), "{all:?} {sum:?}");
}

#[test]
fn counts_are_machine_readable() {
    let answer = place().run(&["rules", "stats", "--json", "--pack", "mine.toml"]).ended(0);
    let all: serde_json::Value = serde_json::from_str(&answer.text()).expect("one JSON object");
    let counts = all["counts"].as_array().expect("a list");
    let find = |language: &str, category: &str| {
        counts.iter().find(|row| row["language"] == language && row["category"] == category)
    };
    let widget = find("xx", "widget").expect("a row");
    assert_eq!(widget["weights"]["likely"], serde_json::json!({ "rules": 1, "phrases": 3 }));
    assert_eq!(widget["weights"]["weak"], serde_json::json!({ "rules": 1, "phrases": 1 }));
    assert!(widget["weights"]["certain"].is_null() && all["corpus"].is_null());
    assert!(counts.iter().any(|row| row["language"].is_null()), "the packs for every language");
}

// ---------------------------------------------------------------- hits

/// A command over the three documents.
fn stats(place: &Place, more: &[&str]) -> support::Answer {
    let mut args =
        vec!["rules", "stats", "--pack", "mine.toml", "--corpus", "0.txt", "1.txt", "2.txt"];
    args.extend(more);
    place.run(&args)
}

#[test]
fn hits_and_near_misses_are_counted() {
    let text = stats(&place(), &[]).ended(0).text();
    assert!(
        text.contains("\n3 documents, 2 with removals; 3 pieces removed, 3 near misses kept\n"),
        "{text}"
    );
    assert_eq!(row(&text, &["mine.kiosk"]), ["widget", "likely", "3", "2"]);
    assert_eq!(row(&text, &["mine.stall"]), ["widget", "weak", "0", "1"]);
    assert!(text.contains("\n  core.ad-marker\n") && !text.contains("\n  mine.stall\n"), "{text}");
    let (_, near) = text.split_once("most frequent near misses\n").expect("the list");
    let lines: Vec<Vec<&str>> =
        near.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["2", "mine.kiosk", "too-little-evidence", "2", "open", "the", "kiosk"]);
    assert_eq!(lines[1], ["1", "mine.stall", "too-little-evidence", "1", "our", "stall"]);
    assert_eq!(lines.len(), 2, "{near}");
}

#[test]
fn options_choose_the_rules_that_act() {
    let text = stats(&place(), &["--off", "mine.kiosk", "--top", "0"]).ended(0).text();
    assert!(
        text.contains("\n3 documents, 0 with removals; 0 pieces removed, 1 near misses kept\n"),
        "{text}"
    );
    assert!(!text.contains("our stall"), "{text}");
}

#[test]
fn hits_are_machine_readable_and_the_same_in_jsonl() {
    let place = place();
    let records: Vec<String> =
        CORPUS.iter().map(|text| serde_json::json!({ "text": text }).to_string()).collect();
    place.write("all.jsonl", records.join("\n"));
    let corpus = |answer: support::Answer| {
        let all: serde_json::Value = serde_json::from_str(&answer.text()).expect("one JSON object");
        all["corpus"].clone()
    };
    let text = corpus(stats(&place, &["--json"]).ended(0));
    let args = ["rules", "stats", "--json", "--pack", "mine.toml", "--corpus", "all.jsonl"];
    assert_eq!(text, corpus(place.run(&args).ended(0)));
    assert_eq!(text["documents"], 3);
    assert_eq!(text["documents_with_removals"], 2);
    assert_eq!((&text["removed"], &text["near"]), (&3.into(), &3.into()));
    assert_eq!(
        text["rules"],
        serde_json::json!([
            { "rule": "mine.kiosk", "removed": 3, "near": 2 },
            { "rule": "mine.stall", "removed": 0, "near": 1 },
        ])
    );
    assert_eq!(text["near_phrases"][0]["phrase"], "open the kiosk");
    assert_eq!(text["near_phrases"][0]["reasons"]["too-little-evidence"], 2);
    let idle = text["never_hit"].as_array().expect("a list");
    assert!(
        idle.iter().any(|id| id == "core.ad-marker") && !idle.iter().any(|id| id == "mine.kiosk")
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    let place = place();
    place.write("bad.jsonl", "{\"text\": \"It rained.\"}\n{\"text\": 7}\n");
    let bad = place.run(&["rules", "stats", "--corpus", "bad.jsonl"]);
    bad.said(1, "bad.jsonl:2: not read");
    place.run(&["rules", "stats", "--corpus", "none.txt"]).said(2, "none.txt: cannot be opened");
    // Options for a corpus without one would do nothing.
    place.run(&["rules", "stats", "--top", "3"]).ended(2);
}

// ---------------------------------------------------------------- coverage

/// A case file with so many cases.
fn cases(count: usize) -> String {
    let case = |n: usize| format!("## case {n}\n\n````case\n It rained.\n````\n\n");
    format!("# Cases\n\n```text\nno case\n```\n\n{}", (0..count).map(case).collect::<String>())
}

#[test]
fn coverage_counts_packs_and_cases_by_language() {
    let place = place();
    std::fs::create_dir_all(place.path("corpus/traps")).expect("a folder");
    std::fs::create_dir_all(place.path("corpus/residue")).expect("a folder");
    place.write("corpus/traps/sv.md", cases(2));
    place.write("corpus/traps/xx-more.md", cases(3));
    place.write("corpus/traps/sentences.md", cases(4));
    place.write("corpus/traps/notes.txt", cases(9));
    place.write("corpus/residue/en-site.md", cases(5));
    place.write("corpus/residue/any-markers.md", cases(1));
    let args = ["rules", "coverage", "--pack", "mine.toml", "--corpus-dir", "corpus"];
    let text = place.run(&args).ended(0).text();
    assert!(text.contains("\n| xx | xx | 3 | 5 | 2 | 3 | 0 |\n"), "{text}");
    let row = |start: &str| {
        let line = text.lines().find(|line| line.starts_with(start)).expect("the row is there");
        line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(row("| Swedish |")[6..8], ["2", "0"]);
    assert_eq!(row("| English |")[6..8], ["4", "5"]);
    assert_eq!(row("| every language |")[6..8], ["0", "1"]);
    assert_eq!(row("| all |")[5..8], ["23", "9", "6"]);
    place
        .run(&["rules", "coverage", "--corpus-dir", "none"])
        .said(2, "none/traps: the folder of cases cannot be read");
}

#[test]
fn the_table_beside_the_packs_is_what_the_command_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above");
    let output = Command::new(support::UNCHAFF)
        .args(["rules", "coverage", "--corpus-dir", "corpus"])
        .current_dir(root)
        .output()
        .expect("the program runs");
    let printed = String::from_utf8(output.stdout).expect("it prints text");
    let table = std::fs::read_to_string(root.join("src/rules/packs/README.md"));
    assert!(
        table.expect("the table can be read") == printed,
        "src/rules/packs/README.md is out of date; regenerate with: \
         cargo run --release -- rules coverage --corpus-dir corpus > src/rules/packs/README.md"
    );
}
