//! Runs the program in a folder of its own, and gives back what it said.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod corpora;
pub mod gold;
pub mod packs;
pub mod web;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use tempfile::TempDir;

/// The program.
pub const UNCHAFF: &str = env!("CARGO_BIN_EXE_unchaff");

/// A small document with residue at both ends.
pub const STORY: &str = "[ad_1]\nThe mill closed in spring.\n\nNobody wept.\n[ad_2]\nSource link\n";
/// What is left of it.
pub const STORY_BODY: &str = "The mill closed in spring.\n\nNobody wept.\n";

/// An empty folder in which the program runs.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Place(TempDir::new().expect("a folder for the test can be made"))
    }

    /// A folder that holds one file.
    pub fn with(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let place = Place::new();
        place.write(name, bytes);
        place
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("the test can write its file");
    }

    pub fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn read_text(&self, name: impl AsRef<Path>) -> String {
        String::from_utf8(self.read(name)).expect("the file is UTF-8")
    }

    /// The names of all files, hidden ones too, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the folder can be read");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.map(|entry| name(entry.expect("an entry"))).collect();
        names.sort();
        names
    }

    /// The program with these arguments, not yet started.
    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(UNCHAFF);
        command.current_dir(self.0.path()).args(args).stdin(Stdio::null());
        for name in ["CLICOLOR_FORCE", "CLICOLOR", "NO_COLOR", "UNCHAFF_SEED"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the program without input.
    pub fn run<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Answer {
        Answer::of(self.command(args), b"")
    }

    /// Runs the program with this input.
    pub fn pipe<S: AsRef<std::ffi::OsStr>>(&self, args: &[S], input: impl AsRef<[u8]>) -> Answer {
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        Answer::of(command, input.as_ref())
    }

    /// Runs a shell script, in which `$UNCHAFF` is the program.
    pub fn shell(&self, script: &str) -> Answer {
        let mut command = Command::new("sh");
        command.current_dir(self.0.path()).args(["-c", script]).env("UNCHAFF", UNCHAFF);
        command.stdin(Stdio::null()).env_remove("CLICOLOR_FORCE");
        Answer::of(command, b"")
    }
}

/// What the program said, and how it ended.
#[derive(Debug)]
pub struct Answer {
    pub command: String,
    /// The exit code; none after a signal.
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

impl Answer {
    fn of(mut command: Command, input: &[u8]) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let stdin = child.stdin.take();
        let output = thread::scope(|scope| {
            // The program need not read all of its input, so that a closed pipe is no failure here.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
            child.wait_with_output().expect("the program can be waited for")
        });
        let command = format!("{command:?}");
        Answer { command, code: output.status.code(), out: output.stdout, err: output.stderr }
    }

    /// Fails unless the program ended with this code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        let Answer { command, out, .. } = &self;
        let out = String::from_utf8_lossy(&out[..out.len().min(2000)]);
        let talk = self.talk();
        let at_hand = format!("{command}\nstandard output: {out}\nstandard error: {talk}");
        assert_eq!(self.code, Some(code), "{at_hand}");
        self
    }

    /// Fails unless the program ended with this code and said this somewhere on standard error.
    #[track_caller]
    pub fn said(self, code: i32, words: &str) -> Self {
        let answer = self.ended(code);
        assert!(answer.talk().contains(words), "{words:?} is not in {:?}", answer.talk());
        answer
    }

    /// Fails unless this, and nothing else, came out; shows where the two part.
    #[track_caller]
    pub fn gave(self, bytes: impl AsRef<[u8]>) -> Self {
        let (got, wanted) = (&self.out, bytes.as_ref());
        if got != wanted {
            let same = got.iter().zip(wanted).take_while(|(a, b)| a == b).count();
            let around = |bytes: &[u8]| {
                let part = &bytes[same.saturating_sub(60)..bytes.len().min(same + 200)];
                String::from_utf8_lossy(part).into_owned()
            };
            let (got_here, wanted_here) = (around(got), around(wanted));
            let lens = format!("{} and {} bytes", got.len(), wanted.len());
            let (command, talk) = (&self.command, self.talk());
            panic!(
                "{command}\nparts at byte {same} ({lens})\ngot:    {got_here:?}\nwanted: {wanted_here:?}\n{talk}"
            );
        }
        self
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.out.clone()).expect("what came out is UTF-8")
    }

    pub fn talk(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }
}

/// An article as a crawler meets it, with residue around and between eleven paragraphs.
pub fn article() -> String {
    let mut text = String::from("[ad_1]\r\n<br />\r\n");
    for day in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] {
        text += &format!(
            "On {day} the ferry “Hroza” left with nine passengers, a goat and a crate of pears.\r\n\r\n"
        );
        text += "Nobody waved; the harbour was empty.\r\n";
    }
    text + "\u{a0}\r\ntop channel\r\n[ad_2]\r\n\r\n**Source link**"
}

pub const STREAMS: [(&str, &str); 3] =
    [("blank-lines:3", "\n\n\n\n"), ("form-feed", "\x0c"), ("nul", "\0")];

/// A pack with one rule: `fields` are lines of TOML that stand in it beside id, category, weight and examples.
pub fn pack(fields: &str) -> String {
    format!(
        "[pack]\nid = \"mine\"\n\n[[rule]]\nid = \"mine.kiosk\"\ncategory = \"widget\"\nweight = \"certain\"\n\
         remove = [\"The mill closed.\\nOpen the kiosk\"]\nkeep = [\"They open the kiosk at noon.\"]\n{fields}\n"
    )
}
