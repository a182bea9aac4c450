//! Where `unchaff clean` writes, where it does not, and what becomes of writes that fail.

mod support;

use std::fs;
use std::io::Read;
use std::process::Stdio;

use support::{Answer, Place, STORY, STORY_BODY, pack};

// ---------------------------------------------------------------- files that must not be written

#[test]
fn an_input_that_is_missing_or_a_folder_is_an_error() {
    let place = Place::new();
    place.write("out.txt", "old");
    place.run(&["clean", "none.txt", "-o", "out.txt"]).said(2, "none.txt: cannot be opened");
    place.run(&["clean", ".", "-o", "out.txt"]).said(2, "is a directory");
    assert_eq!(place.read_text("out.txt"), "old");
}

#[test]
fn a_strange_file_name_cannot_play_with_the_terminal() {
    let answer = Place::new().run(&["clean", "a\u{1b}[31m\n\u{202e}b.txt"]).ended(2);
    let talk = answer.talk();
    assert!(!talk.contains(['\u{1b}', '\u{202e}']), "{talk:?}");
    assert_eq!(talk.lines().count(), 1, "{talk:?}");
    assert!(talk.contains("\\u{1b}[31m\\u{a}\\u{202e}b.txt"), "{talk:?}");
}

#[cfg(unix)]
#[test]
fn a_file_name_need_not_be_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let name = OsStr::from_bytes(b"st\xffry.txt");
    let output = OsStr::from_bytes(b"b\xfedy.txt");
    place.write(name, STORY);
    place.run(&[OsStr::new("clean"), name, OsStr::new("-o"), output]).ended(0);
    assert_eq!(place.read_text(output), STORY_BODY);
}

#[test]
fn the_output_is_never_the_input() {
    let place = Place::with("story.txt", STORY);
    for output in ["story.txt", "./story.txt"] {
        place.run(&["clean", "story.txt", "-o", output]).said(2, "write to another file");
        let receipts = ["clean", "story.txt", "-o", "out.txt", "--receipts", output];
        place.run(&receipts).said(2, "write to another file");
        assert_eq!(place.read_text("story.txt"), STORY);
        assert_eq!(place.names(), ["story.txt"]);
    }
}

#[cfg(unix)]
#[test]
fn the_output_is_never_a_hard_link_to_the_input() {
    let place = Place::with("story.txt", STORY);
    fs::hard_link(place.path("story.txt"), place.path("twin.txt"))
        .expect("a hard link can be made");
    place.run(&["clean", "story.txt", "-o", "twin.txt"]).said(2, "write to another file");
    assert_eq!(place.read_text("twin.txt"), STORY);
}

#[cfg(unix)]
#[test]
fn the_output_is_never_the_file_behind_standard_input() {
    let place = Place::with("story.txt", STORY);
    for script in ["clean - -o story.txt", "clean -o out.txt --receipts ./story.txt"] {
        let answer = place.shell(&format!("\"$UNCHAFF\" {script} < story.txt"));
        answer.said(2, "write to another file");
        assert_eq!(place.read_text("story.txt"), STORY);
        assert_eq!(place.names(), ["story.txt"]);
    }
}

#[test]
fn the_output_is_never_a_pack_that_is_used() {
    let kiosk = pack("line = [\"Open the kiosk\"]");
    let place = Place::with("mine.toml", &kiosk);
    place.write("story.txt", STORY);
    for option in ["-o", "--receipts"] {
        let answer = place.run(&["clean", "story.txt", "--pack", "mine.toml", option, "mine.toml"]);
        answer.said(2, "write to another file").gave("");
        assert_eq!(place.read_text("mine.toml"), kiosk);
    }
}

#[cfg(unix)]
#[test]
fn the_output_is_never_a_symbolic_link() {
    use std::os::unix::fs::symlink;
    let place = Place::with("story.txt", STORY);
    place.write("other.txt", "old");
    for (target, name) in [("story.txt", "a.txt"), ("other.txt", "b.txt"), ("nowhere.txt", "c.txt")]
    {
        symlink(target, place.path(name)).expect("a symbolic link can be made");
        place.run(&["clean", "story.txt", "-o", name]).said(2, "is a symbolic link");
        let is_link =
            place.path(name).symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        assert!(is_link, "{name}");
    }
    // An input may be a link; then the file behind it is the input.
    place.run(&["clean", "a.txt", "-o", "story.txt"]).said(2, "write to another file");
    assert_eq!(place.read_text("story.txt"), STORY);
    assert_eq!(place.read_text("other.txt"), "old");
    assert!(!place.path("nowhere.txt").exists());
}

#[test]
fn the_output_is_never_in_a_missing_folder_and_a_folder_takes_it_below() {
    let place = Place::with("story.txt", STORY);
    fs::create_dir(place.path("folder")).expect("a folder can be made");
    place.run(&["clean", "story.txt", "-o", "folder"]).ended(0).gave("");
    assert_eq!(place.read_text("folder/story.txt"), STORY_BODY);
    place
        .run(&["clean", "story.txt", "-o", "none/out.txt"])
        .said(2, "none/out.txt: cannot be written");
    assert_eq!(place.names(), ["folder", "story.txt"]);
}

#[cfg(target_os = "linux")]
#[test]
fn the_output_is_never_a_device_nor_a_fifo() {
    let place = Place::with("story.txt", STORY);
    place
        .run(&["clean", "story.txt", "-o", "/dev/full"])
        .said(2, "/dev/full: is not a regular file");
    place
        .run(&["clean", "story.txt", "-o", "/dev/null"])
        .said(2, "/dev/null: is not a regular file");
    place.shell("mkfifo fifo").ended(0);
    place.run(&["clean", "story.txt", "-o", "fifo"]).said(2, "fifo: is not a regular file");
}

#[cfg(unix)]
#[test]
fn output_and_receipts_must_be_two_files() {
    let place = Place::with("story.txt", STORY);
    place.write("old.txt", "old");
    fs::hard_link(place.path("old.txt"), place.path("twin.txt")).expect("a hard link can be made");
    for (output, receipts) in [
        ("new.txt", "new.txt"),
        ("new.txt", "./new.txt"),
        ("old.txt", "old.txt"),
        ("old.txt", "twin.txt"),
    ] {
        place.run(&["clean", "story.txt", "-o", output, "--receipts", receipts]).ended(2);
        assert_eq!(place.read_text("old.txt"), "old");
        assert_eq!(place.names(), ["old.txt", "story.txt", "twin.txt"]);
    }
}

#[cfg(unix)]
#[test]
fn a_new_file_gets_the_mode_any_program_would_give_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with("story.txt", STORY);
    for (mask, wanted) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let script =
            format!("umask {mask}; \"$UNCHAFF\" clean story.txt -o out{mask} --receipts r{mask}");
        place.shell(&script).ended(0);
        for name in [format!("out{mask}"), format!("r{mask}")] {
            let metadata = fs::metadata(place.path(&name)).expect("the file is there");
            assert_eq!(metadata.permissions().mode() & 0o777, wanted, "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_output_that_is_replaced_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with("story.txt", STORY);
    for mode in [0o600, 0o640, 0o644, 0o664, 0o666] {
        place.write("out.txt", "old");
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(place.path("out.txt"), permissions).expect("the mode can be set");
        place.shell("umask 022; \"$UNCHAFF\" clean story.txt -o out.txt").ended(0);
        let metadata = fs::metadata(place.path("out.txt")).expect("the file is there");
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "{mode:o}");
    }
}

// ---------------------------------------------------------------- writes that fail

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error() {
    let place = Place::with("story.txt", STORY);
    place.write("long.txt", "The mill closed.\n".repeat(100_000));
    for name in ["story.txt", "long.txt"] {
        let answer = place.shell(&format!("\"$UNCHAFF\" clean {name} > /dev/full"));
        answer.said(2, "unchaff: standard output: cannot be written: No space left");
    }
    place.write("r.jsonl", "old");
    place.shell("\"$UNCHAFF\" clean story.txt --receipts r.jsonl > /dev/full").ended(2);
    assert_eq!(place.read_text("r.jsonl"), "old");
    for command in ["scan", "explain", "rules list", "rules show core.ad-marker", "rules test"] {
        let file = if command.starts_with("rules") { "" } else { "story.txt" };
        place.shell(&format!("\"$UNCHAFF\" {command} {file} > /dev/full")).said(2, "No space left");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_error_changes_nothing() {
    let place = Place::with("story.txt", STORY);
    place.shell("\"$UNCHAFF\" clean story.txt 2> /dev/full").ended(0).gave(STORY_BODY);
    place.shell("\"$UNCHAFF\" clean story.txt -o out.txt 2> /dev/full").ended(0);
    assert_eq!(place.read_text("out.txt"), STORY_BODY);
    place.shell("\"$UNCHAFF\" clean none.txt 2> /dev/full").ended(2);
}

/// Runs a script in which no file can grow beyond one or two KiB.
#[cfg(target_os = "linux")]
fn with_little_room(place: &Place, script: &str) -> Answer {
    place.shell(&format!("trap '' XFSZ; ulimit -f 2; {script}"))
}

#[cfg(target_os = "linux")]
#[test]
fn when_the_output_cannot_be_written_the_old_one_stays() {
    for lines in [200, 20_000] {
        let place = Place::with("long.txt", "The mill closed, and nobody wept.\n".repeat(lines));
        place.write("out.txt", "old");
        let script = "\"$UNCHAFF\" clean long.txt -o out.txt --receipts r.jsonl";
        with_little_room(&place, script).said(2, "out.txt: cannot be written: File too large");
        assert_eq!(place.read_text("out.txt"), "old");
        assert_eq!(place.names(), ["long.txt", "out.txt"], "no file is left over");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn when_the_receipts_cannot_be_written_the_output_stays_as_it_was() {
    for lines in [200, 5000] {
        let place =
            Place::with("long.txt", format!("{}The mill closed.\n", "[ad_1]\n".repeat(lines)));
        place.write("out.txt", "old");
        let script = "\"$UNCHAFF\" clean long.txt -o out.txt --receipts r.jsonl";
        with_little_room(&place, script).ended(2);
        assert_eq!(place.read_text("out.txt"), "old", "{lines} lines");
        assert_eq!(place.names(), ["long.txt", "out.txt"], "no file is left over");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_message_names_the_file_that_could_not_be_written() {
    for lines in [200, 5000] {
        let place =
            Place::with("long.txt", format!("{}The mill closed.\n", "[ad_1]\n".repeat(lines)));
        let script = "\"$UNCHAFF\" clean long.txt -o out.txt --receipts r.jsonl";
        with_little_room(&place, script).said(2, "r.jsonl: cannot be written");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let place = Place::with("long.txt", "The mill closed.\n".repeat(200_000));
    let records = "{\"text\":\"The mill closed.\\nSource link\"}\n".repeat(20_000);
    place.write("long.jsonl", records);
    for args in [
        ["clean", "long.txt"],
        ["clean", "long.jsonl"],
        ["scan", "long.jsonl"],
        ["explain", "long.txt"],
    ] {
        let mut command = place.command(&args);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut stdout = child.stdout.take().expect("the pipe is there");
        stdout.read_exact(&mut [0]).expect("one byte comes");
        drop(stdout);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}
