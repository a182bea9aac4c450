//! `kill -9` at any moment of a run over a corpus: outputs are whole or not there, and another run goes on.

#![allow(clippy::print_stdout, reason = "what was skipped is told, with its reason")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use support::Place;
use support::corpora::{Dice, SMALL, assert_same, corpus, crawls, files, temps};

const ARGS: [&str; 10] = [
    "clean",
    "in",
    "-o",
    "out",
    "-j2",
    "-q",
    "--receipts",
    "receipts",
    "--summary",
    "summary.json",
];

fn remove(place: &Place, folder: &str) {
    let _ = fs::remove_dir_all(place.path(folder));
}

/// How many files of the last run that ended were gone on with.
fn resumed(place: &Place) -> u64 {
    let summary: serde_json::Value =
        serde_json::from_slice(&place.read("summary.json")).expect("it is JSON");
    summary["files"]["resumed"].as_u64().expect("a number")
}

/// The files of which a checkpoint says how far they are.
fn in_hand(place: &Place) -> Vec<String> {
    // A run that was killed early may not have made the folder.
    let Ok(entries) = fs::read_dir(place.path("out/.unchaff/part")) else { return Vec::new() };
    let path = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path()).expect("it can be read");
        let part: serde_json::Value = serde_json::from_str(text.lines().next()?).ok()?;
        part["step"].get("Checkpoint")?;
        part["path"].as_str().map(str::to_owned)
    };
    entries.filter_map(|entry| path(entry.expect("an entry"))).collect()
}

#[test]
fn row_51_a_killed_run_leaves_whole_outputs_and_the_next_ones_complete_them() {
    let kills =
        std::env::var("UNCHAFF_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(200);
    let place = Place::new();
    corpus(&place, 1);
    crawls(&place, 1);
    let args = [&ARGS[..], &SMALL].concat();
    place.run(&args).ended(0);
    let (outputs, receipts) = (files(&place, "out"), files(&place, "receipts"));
    for name in outputs.keys().filter(|name| name.starts_with("crawl/")) {
        assert!(outputs[name] != place.read(format!("in/{name}")), "{name} was not cleaned");
    }
    // How long a run works once it has begun.
    remove(&place, "out");
    let mut child = place.command(&args).stderr(Stdio::null()).spawn().expect("it starts");
    wait_until_begun(&place);
    let begun = Instant::now();
    child.wait().expect("it ends");
    let mut work = begun.elapsed().max(Duration::from_millis(20));
    let mut dice = Dice::new();
    let mut checkpointed = BTreeSet::new();
    let (mut killed, mut ended, mut gone_on) = (0, 0, 0);
    remove(&place, "out");
    remove(&place, "receipts");
    let kinds = kinds_of(&outputs);
    // A kind that no kill has struck yet is waited for: how soon one does is the machine's affair.
    while killed < kills || (!kinds.is_subset(&checkpointed) && killed < 10 * kills) {
        let mut child = place.command(&args).stderr(Stdio::null()).spawn().expect("it starts");
        wait_until_begun(&place);
        sleep(Duration::from_micros(dice.below(work.as_micros() as u64)));
        child.kill().expect("it can be killed");
        let status = child.wait().expect("it ends");
        if status.success() {
            assert_same(&files(&place, "out"), &outputs, "after a run that ended");
            assert_same(&files(&place, "receipts"), &receipts, "after a run that ended");
            assert_eq!(temps(&place, "out").len() + temps(&place, "receipts").len(), 0);
            ended += 1;
            gone_on += resumed(&place);
            remove(&place, "out");
            remove(&place, "receipts");
            work -= work / 25;
            continue;
        }
        killed += 1;
        // The time in which a kill may strike follows the machine, so that about every third run ends.
        work += work / 50;
        checkpointed.extend(in_hand(&place).iter().filter_map(|path| kind_of(path)));
        for (folder, whole) in [("out", &outputs), ("receipts", &receipts)] {
            for (name, bytes) in files(&place, folder) {
                let is_temp = name.contains(".unchaff-tmp-");
                assert!(
                    is_temp || whole.get(&name) == Some(&bytes),
                    "{folder}/{name} is neither absent nor whole"
                );
            }
        }
    }
    place.run(&args).ended(0);
    gone_on += resumed(&place);
    assert_same(&files(&place, "out"), &outputs, "after the last run");
    assert_same(&files(&place, "receipts"), &receipts, "after the last run");
    assert_eq!(temps(&place, "out").len() + temps(&place, "receipts").len(), 0);
    println!(
        "{killed} kills, {ended} runs ended in between, {gone_on} files gone on with at a checkpoint"
    );
    assert!(gone_on > 0, "no run went on inside a file");
    // Kills struck inside files of every kind, and left a checkpoint of each.
    let unstruck: Vec<_> = kinds.difference(&checkpointed).collect();
    assert!(unstruck.is_empty(), "never killed inside: {unstruck:?}");
}

/// The kind of a file that has checkpoints; a text is one document here, which begins anew.
fn kind_of(path: &str) -> Option<&'static str> {
    let (_, end) = path.split_once('.')?;
    let kinds = ["jsonl", "jsonl.gz", "jsonl.zst", "warc.wet.gz", "warc", "parquet"];
    kinds.into_iter().find(|kind| *kind == end)
}

fn kinds_of(outputs: &BTreeMap<String, Vec<u8>>) -> BTreeSet<&'static str> {
    outputs.keys().filter_map(|path| kind_of(path)).collect()
}

/// Waits until the run has its lock: what comes before is reading rules.
fn wait_until_begun(place: &Place) {
    let lock = place.path("out/.unchaff/lock");
    let start = Instant::now();
    let before = fs::read(&lock).unwrap_or_default();
    while start.elapsed() < Duration::from_secs(5) {
        let now = fs::read(&lock).unwrap_or_default();
        if !now.is_empty() && now != before {
            return;
        }
        sleep(Duration::from_micros(300));
    }
}
