//! `unchaff rules check`: what is wrong with packs, or looks wrong, each with its place and with what to do.
//!
//! The invariant: a pack that can be used is never refused by a warning; errors end in exit code 1, and warnings do
//! where `--strict` asks for it. The findings are the answer: they go to standard output.

mod book;
mod breadth;
mod conflicts;
mod finding;
mod overlap;
mod samples;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use unchaff::{Category, Cleaner, Pack, PackError, Profile};

use self::book::Book;
use self::finding::{Finding, Kind, Severity};
use super::{Cleaners, print};
use crate::Run;
use crate::args::CheckArgs;
use crate::setup;
use crate::talk::{Outcome, say};

pub fn run(args: &CheckArgs) -> Run {
    let mut findings = Vec::new();
    let packs = read(&args.files, &mut findings)?;
    // A pack that was not read would make of its rules' absence a finding in others.
    if !findings.is_empty() {
        return report(findings, 0, args.strict);
    }
    let builtin = Pack::builtin();
    // Without files it is the built-in packs themselves that are checked.
    let first_checked = if args.files.is_empty() { 0 } else { builtin.len() };
    let book = Book::new(builtin.iter().chain(&packs).collect(), first_checked);
    report(look(&book, &packs)?, book.checked().count(), args.strict)
}

/// Reads the packs; what is wrong with them is found.
fn read(files: &[PathBuf], findings: &mut Vec<Finding>) -> Result<Vec<Pack>> {
    let mut packs = Vec::new();
    for (number, path) in files.iter().enumerate() {
        match setup::pack(path) {
            Ok(pack) => packs.push(pack),
            Err(error) => match error.downcast_ref::<PackError>() {
                Some(error) => {
                    let problems = error.problems().iter();
                    findings.extend(problems.map(|problem| Finding::of_problem(number, problem)));
                }
                None => return Err(error),
            },
        }
    }
    Ok(packs)
}

/// Everything that can be found in packs that were read.
fn look(book: &Book<'_>, packs: &[Pack]) -> Result<Vec<Finding>> {
    let mut found = conflicts::names(book);
    if !found.is_empty() {
        return Ok(found);
    }
    found.extend(conflicts::keeps(book));
    found.extend(conflicts::examples(book));
    found.extend(overlap::overlaps(book));
    found.extend(breadth::probes(book));
    found.extend(breadth::weights(book));
    found.extend(overlap::impossible(book, &everything(packs)?));
    let mut said = BTreeSet::new();
    for profile in [Profile::Standard, Profile::Eager] {
        let cleaners = cleaners(packs, profile)?;
        for finding in breadth::kept_examples(book, profile, &cleaners) {
            // What the standard profile removes, the eager one removes too.
            let (rule, _) = finding.message.split_once(" under the ").unwrap_or_default();
            if said.insert(rule.to_owned()) {
                found.push(finding);
            }
        }
    }
    Ok(found)
}

/// A cleaner in which every rule of every category acts.
fn everything(packs: &[Pack]) -> Result<Cleaner> {
    let builder =
        packs.iter().cloned().fold(Cleaner::builder(), |builder, pack| builder.pack(pack));
    Ok(Category::ALL.iter().fold(builder, |builder, &category| builder.on(category)).build()?)
}

/// The cleaner of the rules that act by default, and one for each category that does not.
fn cleaners(packs: &[Pack], profile: Profile) -> Result<Cleaners> {
    let builder =
        packs.iter().cloned().fold(Cleaner::builder(), |builder, pack| builder.pack(pack));
    let builder = builder.profile(profile);
    let mut cleaners = vec![(None, builder.clone().build()?)];
    for &category in Category::ALL.iter().filter(|category| !category.is_on_by_default()) {
        cleaners.push((Some(category), builder.clone().on(category).build()?));
    }
    Ok(cleaners)
}

fn report(mut findings: Vec<Finding>, rules: usize, is_strict: bool) -> Run {
    findings.sort();
    findings.dedup();
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let warnings = findings.len() - errors;
    if findings.is_empty() {
        print(&format!("{rules} rules, no problems\n"))?;
        return Ok(Outcome::Done);
    }
    let text: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    print(&text)?;
    if !findings.iter().any(|finding| finding.kind == Kind::Broken) {
        say(format!("{rules} rules, {errors} errors, {warnings} warnings"));
    }
    Ok(Outcome::found(errors > 0 || (is_strict && warnings > 0)))
}
