//! Talk goes to standard error, one line a message, and everything ends in one of three exit codes.
//!
//! 0: done. 1: something was found, differs, or was kept unread. 2: an error; no output file was changed. A run over a
//! corpus that a signal stopped ends with 128 and the signal's number.

use std::io::{self, Write};
use std::process::ExitCode;

/// How a command that did not fail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Done,
    /// What the command looks for is there, or a part of the input could not be read and was kept.
    Found,
    /// Something failed, and was told.
    Failed,
    /// A signal stopped it; the exit code.
    Stopped(u8),
}

impl Outcome {
    /// `Found` if something was.
    pub fn found(found: bool) -> Self {
        if found { Outcome::Found } else { Outcome::Done }
    }
}

/// Says something to the person at the terminal. A message that cannot be told changes nothing.
pub fn say(message: impl AsRef<str>) {
    for line in message.as_ref().lines() {
        let _ = writeln!(io::stderr(), "unchaff: {}", visible(line));
    }
}

/// A text with its control and direction characters escaped, so that it cannot play with a terminal.
pub fn visible(text: &str) -> String {
    let is_hidden = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(c, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    text.chars()
        .map(|c| if is_hidden(c) { c.escape_unicode().to_string() } else { c.to_string() })
        .collect()
}

/// The exit code of a command; prints its error. A closed pipe is no error: the reader has what it wanted.
pub fn exit_code(outcome: anyhow::Result<Outcome>) -> ExitCode {
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Ok(Outcome::Failed) => ExitCode::from(2),
        Ok(Outcome::Stopped(code)) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            say(format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Whether an error is that of a reader who went away.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
