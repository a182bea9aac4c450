//! The `unchaff` program: arguments to a plan, a result to an exit code, and nothing else.

#![forbid(unsafe_code)]

mod args;
mod bulk;
mod clean;
mod containers;
mod documents;
mod eval;
mod explain;
mod input;
mod jsonl;
mod output;
mod receipts;
mod records;
mod restore;
mod rules;
mod scan;
mod setup;
mod talk;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};
use crate::talk::Outcome;

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Clean(args) => clean::run(&args),
        Command::Scan(args) => scan::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Rules(args) => rules::run(&args),
    };
    talk::exit_code(outcome)
}

/// What every command comes to.
type Run = anyhow::Result<Outcome>;
