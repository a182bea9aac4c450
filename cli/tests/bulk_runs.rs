//! Runs over a corpus: what is read, where it goes, what is skipped, and that threads change nothing.

#![allow(clippy::print_stdout, reason = "what was skipped is told, with its reason")]

mod support;

use std::fs;

use support::corpora::{SMALL, assert_same, corpus, files, gzip, records, story, temps, unpack};
use support::{Place, STORY, STORY_BODY};

fn summary(place: &Place, name: &str) -> serde_json::Value {
    serde_json::from_slice(&place.read(name)).expect("the summary is JSON")
}

/// A place with a small corpus in `in/`.
fn small() -> Place {
    let place = Place::new();
    fs::create_dir_all(place.path("in/b")).expect("a folder");
    place.write("in/a.txt", STORY);
    place.write("in/b/c.jsonl", records(0, 3));
    place.write("in/b/d.jsonl.gz", gzip(records(3, 3)));
    place
}

// ---------------------------------------------------------------- the same for any number of threads

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let place = Place::new();
    corpus(&place, 3);
    for jobs in ["1", "2", "8"] {
        let [out, receipts, sum] = ["out", "receipts", "sum"].map(|name| format!("{name}{jobs}"));
        let args = [
            "clean",
            "in",
            "-o",
            &out,
            "--receipts",
            &receipts,
            "--summary",
            &sum,
            "-q",
            "-j",
            jobs,
        ];
        place.run(&[&args[..], &SMALL].concat()).ended(0);
        let jobs_are = format!("-j {jobs}");
        assert_same(&files(&place, &out), &files(&place, "out1"), &jobs_are);
        assert_same(&files(&place, &receipts), &files(&place, "receipts1"), &jobs_are);
        assert_eq!(place.read_text(&sum), place.read_text("sum1"), "{jobs_are}");
    }
    assert!(summary(&place, "sum1")["documents"]["documents"].as_u64() > Some(200));
}

#[test]
fn the_bytes_are_those_of_single_files() {
    let place = Place::new();
    corpus(&place, 2);
    place.run(&[&["clean", "in", "-o", "out", "-q"][..], &SMALL].concat()).ended(0);
    for (name, bytes) in files(&place, "out") {
        let input = unpack(&name, &place.read(format!("in/{name}")));
        let format = if name.contains("jsonl") { "jsonl" } else { "text" };
        let single = place.pipe(&["clean", "-", "--format", format, "-q"], input).ended(0);
        assert!(unpack(&name, &bytes) == single.out, "{name}");
    }
}

// ---------------------------------------------------------------- what is read, and where it goes

#[test]
fn row_1_an_empty_file_comes_out_empty() {
    let place = Place::with("empty.txt", "");
    place.write("empty.jsonl", "");
    place.run(&["clean", "empty.txt", "empty.jsonl", "-o", "out", "--summary", "s.json"]).ended(0);
    assert_eq!((place.read("out/empty.txt"), place.read("out/empty.jsonl")), (vec![], vec![]));
    let summary = summary(&place, "s.json");
    assert_eq!(summary["documents"]["removals"], 0);
    assert_eq!(summary["files"]["cleaned"], 2);
}

#[test]
fn row_13_a_million_empty_lines_stay() {
    let lines = "\n".repeat(1 << 20);
    let place = Place::with("lines.txt", &lines);
    place.run(&["clean", "lines.txt", "-o", "out/"]).ended(0);
    assert!(place.read_text("out/lines.txt") == lines);
}

#[test]
fn row_14_documents_of_residue_alone_are_told() {
    let place = Place::with(
        "a.jsonl",
        "{\"text\":\"[ad_1]\\nSource link\"}\n{\"text\":\"Tea is ready.\"}\n",
    );
    place
        .run(&["clean", "a.jsonl", "-o", "out/", "-q", "--summary", "s.json"])
        .said(0, "1 document held nothing but residue and came out empty (residue_only)");
    assert_eq!(place.read_text("out/a.jsonl"), "{\"text\":\"\"}\n{\"text\":\"Tea is ready.\"}\n");
    assert_eq!(summary(&place, "s.json")["documents"]["statuses"]["residue_only"], 1);
}

#[test]
fn folders_files_and_patterns_are_mirrored() {
    let place = small();
    place.run(&["clean", "in", "-o", "out", "-q"]).ended(0);
    let names: Vec<String> = files(&place, "out").into_keys().collect();
    assert_eq!(names, ["a.txt", "b/c.jsonl", "b/d.jsonl.gz"]);
    assert_eq!(place.read_text("out/a.txt"), STORY_BODY);
    place.run(&["clean", "in/a.txt", "in/b/*.jsonl", "-o", "some", "-q"]).ended(0);
    assert_eq!(files(&place, "some").into_keys().collect::<Vec<_>>(), ["a.txt", "c.jsonl"]);
    place.run(&["clean", "in/**/*.gz", "-o", "some/", "-q"]).ended(0);
    assert!(place.path("some/b/d.jsonl.gz").exists());
    place.run(&["clean", "in/*.none", "-o", "some"]).said(2, "no file matches");
}

#[test]
fn what_only_a_corpus_can_have_is_refused_for_one_file() {
    let place = small();
    place.run(&["clean", "in/a.txt", "--salvage"]).said(2, "-o DIR/");
    place.run(&["clean", "in"]).said(2, "name a folder for the output");
    place.run(&["clean", "in", "-o", "in"]).said(2, "is a folder that is read");
    place.run(&["clean", "in", "-", "-o", "out"]).said(2, "standard input is cleaned alone");
    place.run(&["clean", "in", "in", "-o", "out"]).said(2, "both would be written to");
    assert!(!place.path("out/a.txt").exists());
}

#[test]
fn an_output_folder_inside_the_input_is_not_read() {
    let place = small();
    place.run(&["clean", "in", "-o", "in/cleaned", "-q"]).ended(0);
    let again = place
        .run(&["clean", "in", "-o", "in/cleaned"])
        .said(0, "in/cleaned: is written by this run");
    assert!(again.talk().contains("3 files: 3 done before"), "{}", again.talk());
    assert!(!place.path("in/cleaned/cleaned").exists());
}

#[test]
#[cfg(unix)]
fn row_61_names_of_any_bytes_are_mirrored_and_shown_escaped() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    fs::create_dir(place.path("in")).expect("a folder");
    let long = "n".repeat(255);
    let names =
        [OsStr::from_bytes(b"\xFF\xFE.txt"), OsStr::new("a\nb\u{1b}[31m.txt"), OsStr::new(&long)];
    for name in names {
        place.write(place.path("in").join(name), STORY);
    }
    place.write("in/\u{1b}[2Jwide.txt", b"\xFF\xFEa\0");
    let answer = place.run(&["clean", "in", "-o", "out"]).said(2, "UTF-16");
    assert!(answer.talk().contains(r"\u{1b}[2Jwide.txt"), "{}", answer.talk());
    assert!(!answer.talk().contains('\u{1b}'));
    for name in names {
        assert_eq!(
            fs::read(place.path("out").join(name)).expect("it is there"),
            STORY_BODY.as_bytes()
        );
    }
}

#[test]
fn row_62_hostile_names_and_texts_are_escaped_in_every_report() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    let name = "<b>&\"'\u{1b}[31m\u{202e}=1+1.jsonl";
    let hostile = "[ad_1]\n\u{1b}]0;x\u{7}<script>\u{2028}\"\\ was read aloud.\nSource link";
    let id = "</td>\u{202e}\u{1b}";
    let record = serde_json::json!({"id": id, "text": hostile}).to_string();
    place.write(format!("in/{name}"), format!("{record}\n{{\"\u{1b}\n"));
    let args =
        ["clean", "in", "-o", "out", "--receipts", "r", "--attributes", "a", "--summary", "s.json"];
    let talk = place.run(&args).ended(1).talk();
    let is_raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!talk.contains(is_raw), "{talk:?}");
    let summary = place.read_text("s.json");
    assert!(!summary.contains(is_raw), "{summary:?}");
    let packed = place.read(format!("r/{name}.receipts.jsonl.zst"));
    let receipts = String::from_utf8(unpack(".zst", &packed)).expect("it is UTF-8");
    let attributes = place.read_text(format!("out/attributes/a/{name}"));
    let scan = place.run(&["scan".into(), format!("in/{name}")]).ended(1).text();
    for (what, report) in [("receipts", receipts), ("attributes", attributes), ("scan", scan)] {
        let read = |line| serde_json::from_str::<serde_json::Value>(line).expect("it is JSON");
        let ids = report.lines().filter(|line| read(line)["id"] == id).count();
        assert_eq!(ids, 1, "{what}: {report:?}");
    }
}

// ---------------------------------------------------------------- running again

#[test]
fn what_is_done_is_skipped_and_the_summary_is_that_of_everything() {
    let place = small();
    place.run(&["clean", "in", "-o", "out", "--summary", "1.json"]).said(0, "3 files: 3 cleaned");
    place
        .run(&["clean", "in", "-o", "out", "--summary", "2.json"])
        .said(0, "3 files: 3 done before");
    let (first, second) = (summary(&place, "1.json"), summary(&place, "2.json"));
    assert_eq!(first["documents"], second["documents"]);
    assert_eq!(second["files"]["skipped"], 3);
}

#[test]
fn row_54_other_rules_or_options_make_everything_again() {
    let place = small();
    place.run(&["clean", "in", "-o", "out", "-q"]).ended(0);
    place
        .run(&["clean", "in", "-o", "out", "--off", "source", "--summary", "s.json"])
        .said(0, "made again: the rules have changed");
    assert_eq!(summary(&place, "s.json")["files"]["redone"], 3);
    assert_eq!(place.read_text("out/a.txt"), format!("{STORY_BODY}Source link\n"));
    place
        .run(&["clean", "in", "-o", "out", "--off", "source", "--strict"])
        .said(0, "made again: the options have changed");
}

#[test]
fn row_55_changed_inputs_and_outputs_are_made_again() {
    let place = small();
    let again = || place.run(&["clean", "in", "-o", "out"]);
    again().ended(0);
    place.write("in/a.txt", story(3, 3));
    again().said(0, "in/a.txt: made again: the input has changed").said(0, "2 done before");
    place.write("out/b/c.jsonl", "other");
    again().said(0, "in/b/c.jsonl: made again: the output has changed");
    fs::remove_file(place.path("out/b/d.jsonl.gz")).expect("it can be removed");
    again().said(0, "in/b/d.jsonl.gz: made again: the output is not there");
    // A file that only looks younger is the same.
    place.write("in/a.txt", story(3, 3));
    again().said(0, "3 files: 3 done before");
}

#[test]
fn a_record_that_was_tampered_with_does_not_count() {
    let place = small();
    place.run(&["clean", "in/a.txt", "-o", "out/", "-q"]).ended(0);
    let record =
        support::corpora::records_of_runs(&place, "out").pop().expect("there is a done record");
    let text = fs::read_to_string(&record).expect("it can be read").replace("a.txt", "b.txt");
    fs::write(&record, text).expect("it can be written");
    place.run(&["clean", "in/a.txt", "-o", "out/"]).said(0, "1 file: 1 cleaned");
}

// ---------------------------------------------------------------- never onto the input

#[test]
#[cfg(unix)]
fn row_58_an_output_is_never_an_input_or_its_hard_link() {
    let place = small();
    fs::create_dir_all(place.path("out/b")).expect("a folder");
    fs::hard_link(place.path("in/a.txt"), place.path("out/a.txt")).expect("a link");
    fs::hard_link(place.path("in/a.txt"), place.path("out/b/c.jsonl")).expect("a link");
    place.run(&["clean", "in", "-o", "out"]).said(2, "is an input of this run");
    assert_eq!(place.read_text("in/a.txt"), STORY);
    assert_eq!(place.read_text("out/a.txt"), STORY);
    assert!(place.path("out/b/d.jsonl.gz").exists(), "the others go on");
}

#[test]
#[cfg(unix)]
fn row_58_in_place_keeps_the_mode_and_knows_what_it_did() {
    use std::os::unix::fs::PermissionsExt;
    let place = small();
    let path = place.path("in/a.txt");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
    place
        .run(&["clean", "in", "--in-place", "--receipts", "receipts"])
        .said(0, "3 files: 3 cleaned");
    assert_eq!(place.read_text("in/a.txt"), STORY_BODY);
    assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o640);
    place
        .run(&["clean", "in", "--in-place", "--receipts", "receipts"])
        .said(0, "3 files: 3 done before");
    // Receipts of the first cleaning are never lost to a second one.
    place
        .run(&["clean", "in", "--in-place", "--receipts", "receipts", "--profile", "eager"])
        .said(2, "belong to an earlier cleaning in place");
    place.run(&["restore", "--receipts", "receipts", "in", "-o", "back"]).ended(0);
    assert_eq!(place.read_text("back/a.txt"), STORY);
    assert_eq!(temps(&place, "in").len(), 0);
}

#[test]
#[cfg(unix)]
fn row_59_links_are_read_but_not_written_through_and_special_files_are_refused() {
    use std::os::unix::fs::symlink;
    let place = small();
    place.write("elsewhere.txt", "precious");
    fs::create_dir_all(place.path("out")).expect("a folder");
    fs::create_dir_all(place.path("far")).expect("a folder");
    symlink(place.path("elsewhere.txt"), place.path("out/a.txt")).expect("a link");
    symlink(place.path("far"), place.path("out/b")).expect("a link");
    let answer = place.run(&["clean", "in", "-o", "out"]).said(2, "out/a.txt: is a symbolic link");
    assert!(answer.talk().contains("out/b: is in the way"), "{}", answer.talk());
    assert_eq!(place.read_text("elsewhere.txt"), "precious");
    assert_eq!(fs::read_dir(place.path("far")).expect("a folder").count(), 0);
    // Read through a link; a loop of links; a pipe; a link to nothing.
    symlink(place.path("in/a.txt"), place.path("in/link.txt")).expect("a link");
    symlink(place.path("in"), place.path("in/loop")).expect("a link");
    symlink("nowhere", place.path("in/dead.txt")).expect("a link");
    place.shell("mkfifo in/pipe").ended(0);
    let answer = place.run(&["clean", "in", "-o", "out2"]).said(2, "in/pipe: is no regular file");
    assert!(answer.talk().contains("in/loop: leads back"), "{}", answer.talk());
    assert!(answer.talk().contains("in/dead.txt: cannot be read"), "{}", answer.talk());
    assert_eq!(place.read_text("out2/link.txt"), STORY_BODY);
    assert!(!place.path("out2/loop").exists());
}

#[test]
#[cfg(unix)]
fn row_59_a_temporary_file_is_not_made_through_a_link() {
    let place = small();
    place.write("precious.txt", "precious");
    place.run(&["clean", "in/a.txt", "-o", "out/", "-q"]).ended(0);
    // The name of the temporary file is known: it is that of the place.
    let trace = place.shell(
        "strace -f -e trace=rename -o trace $UNCHAFF clean in/a.txt -o out/ --off source -q",
    );
    if trace.code != Some(0) {
        println!("skipped: strace cannot be used here: {}", trace.talk());
        return;
    }
    let trace = place.read_text("trace");
    let temp =
        trace.split('"').find(|part| part.contains(".unchaff-tmp-")).expect("it was renamed");
    std::os::unix::fs::symlink(place.path("precious.txt"), place.path(temp)).expect("a link");
    place.run(&["clean", "in/a.txt", "-o", "out/", "-q"]).ended(0);
    assert_eq!(place.read_text("precious.txt"), "precious");
    assert_eq!(place.read_text("out/a.txt"), STORY_BODY);
}

// ---------------------------------------------------------------- records that cannot be read

#[test]
fn what_is_kept_unread_ends_in_1_and_strict_refuses_the_file() {
    let place = small();
    place.write(
        "in/bad.jsonl",
        "{\"text\":\"[ad_1]\\nTea.\"}\n{\"text\":\n{\"text\":\"Source link\"}\n",
    );
    place
        .run(&["clean", "in", "-o", "out", "--summary", "s.json"])
        .said(1, "bad-record: 1 problem; first: in/bad.jsonl: record 2");
    let kind = &summary(&place, "s.json")["problems"]["bad-record"];
    assert_eq!((&kind["count"], &kind["first"][0]["path"]), (&1.into(), &"in/bad.jsonl".into()));
    assert!(place.read_text("out/bad.jsonl").contains("\n{\"text\":\n"));
    place.run(&["clean", "in", "-o", "strict", "--strict"]).said(2, "in/bad.jsonl: record 2");
    assert!(!place.path("strict/bad.jsonl").exists());
    assert!(place.path("strict/a.txt").exists());
    // Both exit codes come again when all is done before.
    place.run(&["clean", "in", "-o", "out", "-q"]).ended(1);
}
