//! A run over a corpus when the system fails it, or is told to stop.

#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "what was skipped is told, with its reason")]

mod support;

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use support::corpora::{assert_same, corpus, files, gzip, records, story, temps};
use support::{Answer, Place, STORY, STORY_BODY};

/// Whether a shell command works here; tells why a test is skipped where it does not.
fn can(place: &Place, script: &str) -> bool {
    let tried = place.shell(script);
    if tried.code != Some(0) {
        println!("skipped: {script}: {}", tried.talk().trim());
    }
    tried.code == Some(0)
}

// ---------------------------------------------------------------- what cannot be written

#[test]
fn row_48_a_full_disk_leaves_the_old_outputs_and_names_the_path() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    fs::create_dir(place.path("small")).expect("a folder");
    if !can(&place, "mount -t tmpfs -o size=1m none small") {
        return;
    }
    place.write("in/big.txt", story(1, 40_000));
    place.write("in/little.txt", STORY);
    fs::create_dir(place.path("small/out")).expect("a folder");
    place.write("small/out/big.txt", "old");
    let answer = place.run(&["clean", "in", "-o", "small/out", "-q"]);
    let (big, little) = (place.read_text("small/out/big.txt"), place.path("small/out/little.txt"));
    let left = (temps(&place, "small"), fs::read_to_string(little));
    place.shell("umount small").ended(0);
    let answer = answer.said(2, "small/out/big.txt: cannot be written");
    assert!(answer.talk().contains("No space left"), "{}", answer.talk());
    assert_eq!(big, "old");
    assert_eq!(left.0.len(), 0, "{left:?}");
    assert_eq!(left.1.expect("the other file is done"), STORY_BODY);
}

#[test]
fn row_48_a_limit_on_the_size_of_files_leaves_the_old_outputs_and_names_the_path() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    fs::create_dir(place.path("out")).expect("a folder");
    place.write("in/big.txt", story(1, 40_000));
    place.write("in/little.txt", STORY);
    place.write("out/big.txt", "old");
    if !can(&place, "prlimit --fsize=100000 true") {
        return;
    }
    let answer = place.shell("prlimit --fsize=100000 $UNCHAFF clean in -o out -q");
    let answer = answer.said(2, "out/big.txt: cannot be written");
    assert!(answer.talk().contains("File too large"), "{}", answer.talk());
    assert_eq!(place.read_text("out/big.txt"), "old");
    assert_eq!(place.read_text("out/little.txt"), STORY_BODY);
    assert_eq!(temps(&place, "out").len(), 0);
}

#[test]
fn row_48_a_summary_that_cannot_be_written_is_an_error() {
    let place = Place::with("a.txt", STORY);
    place.run(&["clean", "a.txt", "-o", "out/", "--summary", "/dev/full"]).said(2, "/dev/full");
    assert_eq!(place.read_text("out/a.txt"), STORY_BODY);
}

#[test]
fn row_49_an_input_that_cannot_be_read_is_named_and_the_others_go_on() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    place.write("in/good.txt", STORY);
    // Reading the start of a program's memory fails with EIO.
    if fs::read("/proc/self/mem").is_ok()
        || !fs::metadata("/proc/self/mem").is_ok_and(|found| found.is_file())
    {
        println!("skipped: there is no /proc/self/mem here that cannot be read");
        return;
    }
    std::os::unix::fs::symlink("/proc/self/mem", place.path("in/bad.txt")).expect("a link");
    place.run(&["clean", "in", "-o", "out", "-q"]).said(2, "in/bad.txt: cannot be read");
    assert_eq!(place.read_text("out/good.txt"), STORY_BODY);
    assert!(!place.path("out/bad.txt").exists());
    assert_eq!(temps(&place, "out").len(), 0);
}

#[test]
fn row_64_what_is_forbidden_is_told_file_by_file() {
    let place = Place::new();
    // The superuser may do everything.
    let as_nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    let is_root = place.shell("test $(id -u) = 0").code == Some(0);
    let run = if is_root { format!("{as_nobody} $UNCHAFF") } else { "$UNCHAFF".into() };
    place.shell("chmod 777 .").ended(0);
    if !can(&place, &format!("{run} --version")) {
        return;
    }
    fs::create_dir_all(place.path("in")).expect("a folder");
    fs::create_dir_all(place.path("out/locked")).expect("a folder");
    fs::create_dir_all(place.path("in/locked")).expect("a folder");
    place.write("in/good.txt", STORY);
    place.write("in/secret.txt", STORY);
    place.write("in/locked/a.txt", STORY);
    place.shell("chmod 777 out; chmod 000 in/secret.txt; chmod 555 out/locked").ended(0);
    let answer =
        place.shell(&format!("{run} clean in -o out -q")).said(2, "in/secret.txt: cannot be read");
    assert!(answer.talk().contains("out/locked/a.txt: cannot be written"), "{}", answer.talk());
    assert_eq!(place.read_text("out/good.txt"), STORY_BODY);
    place.shell("chmod 555 in; mkdir -p shut; chmod 555 shut").ended(0);
    place.shell(&format!("{run} clean in -o shut/out -q")).said(2, "shut/out: cannot be written");
}

// ---------------------------------------------------------------- the order of calls

#[test]
fn row_51_every_file_is_synced_before_it_is_renamed_and_its_folder_after() {
    let place = Place::new();
    corpus(&place, 1);
    if !can(&place, "strace -o /dev/null true") {
        return;
    }
    place
        .shell("strace -f -y -e trace=fsync,rename,renameat,renameat2 -o trace $UNCHAFF clean in -o out -q --receipts receipts")
        .ended(0);
    let trace = place.read_text("trace");
    let at = |needle: &dyn Fn(&str) -> bool, from: usize| {
        trace.lines().skip(from).position(needle).map(|at| at + from)
    };
    let mut renamed = 0;
    for (number, line) in trace.lines().enumerate() {
        let Some(call) = line.split_once("rename").map(|(_, call)| call) else { continue };
        // The second half of a call that another thread's interrupted.
        if line.contains(" resumed>") {
            continue;
        }
        let paths: Vec<&str> = call.split('"').skip(1).step_by(2).collect();
        let [from, to] = paths[..] else { panic!("{line}") };
        if !from.contains(".unchaff-tmp-") {
            continue;
        }
        renamed += 1;
        let synced = at(&|line| line.contains("fsync(") && line.contains(from), 0);
        assert!(synced.is_some_and(|at| at < number), "{from} was not synced before: {line}");
        let folder = to.rsplit_once('/').expect("it is in a folder").0;
        let is_folder =
            |line: &str| line.contains("fsync(") && line.contains(&format!("/{folder}>"));
        assert!(at(&is_folder, number).is_some(), "{folder} was not synced after: {line}");
    }
    assert_eq!(renamed, files(&place, "out").len() + files(&place, "receipts").len());
}

// ---------------------------------------------------------------- one run at a time

#[test]
fn row_56_a_second_run_on_a_folder_is_refused() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    place.write("in/big.jsonl", records(0, 60_000));
    let mut first = start(&place, &["clean", "in", "-o", "out", "-q"]);
    let second = place.run(&["clean", "in", "-o", "out", "-q"]);
    let other = place.run(&["clean", "in", "-o", "out2", "--receipts", "out", "-q"]);
    let ended = first.wait().expect("it ends");
    let second = second.said(2, "another run");
    assert!(second.talk().contains(&format!("(process {})", first.id())), "{}", second.talk());
    other.said(2, "another run");
    assert_eq!(ended.code(), Some(0));
    place.run(&["clean", "in", "-o", "out"]).said(0, "1 done before");
}

#[test]
fn row_57_stale_temporary_files_are_removed_and_others_are_not() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    place.write("in/a.jsonl", records(0, 60_000));
    let mut run = start(&place, &["clean", "in", "-o", "out", "-q"]);
    wait_for(|| !temps(&place, "out").is_empty());
    run.kill().and_then(|()| run.wait()).expect("it is killed");
    assert!(!temps(&place, "out").is_empty());
    fs::create_dir_all(place.path("out/deep")).expect("a folder");
    place.write("out/deep/.unchaff-tmp-0123", "left");
    place.write("out/deep/.tmp-mine", "mine");
    // Even when the file it was for is gone.
    fs::remove_file(place.path("in/a.jsonl")).expect("it can be removed");
    place.write("in/b.jsonl", records(0, 1));
    place.run(&["clean", "in", "-o", "out", "-q"]).ended(0);
    assert_eq!(temps(&place, "out").len(), 0);
    assert_eq!(place.read_text("out/deep/.tmp-mine"), "mine");
}

// ---------------------------------------------------------------- signals

fn start(place: &Place, args: &[&str]) -> Child {
    let mut command = place.command(args);
    let child = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let lock = place.path("out/.unchaff/lock");
    wait_for(|| fs::read(&lock).is_ok_and(|held| !held.is_empty()));
    child
}

fn wait_for(mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing happens");
        sleep(Duration::from_millis(1));
    }
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill can be run").success());
}

fn ended(child: Child, code: i32) -> String {
    let output = child.wait_with_output().expect("it ends");
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{talk}");
    talk
}

#[test]
fn row_52_a_signal_stops_the_run_in_good_order_and_the_next_one_goes_on() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let place = Place::new();
        fs::create_dir_all(place.path("in")).expect("a folder");
        place.write("in/a.jsonl.gz", gzip(records(0, 40_000)));
        place.write("in/b.jsonl", records(0, 40_000));
        let args =
            ["clean", "in", "-o", "out", "-j1", "--summary", "s.json", "--block-size", "20000"];
        let child = start(&place, &args);
        wait_for(|| {
            temps(&place, "out")
                .iter()
                .any(|temp| fs::metadata(temp).is_ok_and(|found| found.len() > 0))
        });
        let asked = Instant::now();
        send(signal, &child);
        let talk = ended(child, code);
        assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}", asked.elapsed());
        assert!(talk.contains("left for the next run"), "{talk}");
        assert!(place.read_text("s.json").contains(&format!("\"exit_code\": {code}")));
        // What stays is what a checkpoint names.
        let parts = fs::read_dir(place.path("out/.unchaff/part")).expect("a folder").count();
        assert_eq!(temps(&place, "out").len(), parts);
        assert!(!place.path("out/a.jsonl.gz").exists());
        let again = place.run(&args).said(0, "2 files: 2 cleaned");
        assert!(
            parts == 0 || again.talk().contains(&format!("{parts} of them gone on with")),
            "{}",
            again.talk()
        );
        place.run(&["clean", "in", "-o", "whole", "-q", "--block-size", "20000"]).ended(0);
        assert_same(&files(&place, "out"), &files(&place, "whole"), signal);
        assert_eq!(temps(&place, "out").len(), 0);
    }
}

#[test]
fn row_57_what_a_stopped_run_left_among_other_receipts_is_removed() {
    for receipts in [&["--receipts", "second"][..], &[]] {
        let place = Place::new();
        fs::create_dir_all(place.path("in")).expect("a folder");
        place.write("in/a.jsonl.gz", gzip(records(0, 40_000)));
        let args = ["clean", "in", "-o", "out", "-q", "-j1", "--block-size", "20000"];
        let child = start(&place, &[&args[..], &["--receipts", "first"]].concat());
        wait_for(|| {
            temps(&place, "first")
                .iter()
                .any(|temp| fs::metadata(temp).is_ok_and(|found| found.len() > 1000))
        });
        send("-INT", &child);
        ended(child, 130);
        assert_eq!((temps(&place, "out").len(), temps(&place, "first").len()), (1, 1));
        place.run(&[&args[..], receipts].concat()).ended(0);
        for folder in ["out", "first", "second"] {
            assert_eq!(temps(&place, folder), Vec::<std::path::PathBuf>::new(), "{receipts:?}");
        }
        place.run(&["clean", "in", "-o", "whole", "-q", "--block-size", "20000"]).ended(0);
        assert_same(&files(&place, "out"), &files(&place, "whole"), "in another folder");
    }
}

#[test]
fn row_52_a_second_signal_ends_the_run_at_once() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    // One block that takes long, so that the first signal cannot be obeyed soon.
    place.write("in/a.jsonl", records(0, 400_000));
    let args = ["clean", "in", "-o", "out", "-q", "--block-size", "1073741824"];
    let child = start(&place, &args);
    wait_for(|| !temps(&place, "out").is_empty());
    send("-INT", &child);
    sleep(Duration::from_millis(20));
    send("-INT", &child);
    let asked = Instant::now();
    ended(child, 130);
    assert!(asked.elapsed() < Duration::from_secs(2), "it took {:?}", asked.elapsed());
    assert!(!place.path("out/a.jsonl").exists());
}

#[test]
fn row_53_a_closed_pipe_is_quiet() {
    let place = Place::with("a.txt", story(1, 40_000));
    let answer: Answer =
        place.shell("{ $UNCHAFF clean a.txt -q; echo $? > code; } | head -c 10").ended(0);
    assert_eq!((answer.talk().as_str(), place.read_text("code").trim()), ("", "0"));
    // The talk of a run over a corpus may be cut off, too: the work is done all the same.
    place.shell("$UNCHAFF clean a.txt -o out/ 2>&1 | true").ended(0);
    wait_for(|| place.path("out/a.txt").exists());
}
