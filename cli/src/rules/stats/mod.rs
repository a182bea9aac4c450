//! `unchaff rules stats`: how many rules there are of which kind, and what they do to a corpus.
//!
//! The invariant: the counts of rules hold every category, whether it acts or not; the hits are those of the rules that
//! act with the options given.

mod census;
mod hits;

use std::collections::HashMap;

use serde_json::json;
use unchaff::Rule;

use self::census::Census;
use self::hits::Tally;
use super::{all_cleaners, print};
use crate::Run;
use crate::args::{InputArgs, StatsArgs};
use crate::records;
use crate::setup;
use crate::talk::Outcome;

pub fn run(args: &StatsArgs) -> Run {
    let census = census(args)?;
    if args.corpus.is_empty() {
        let text = if args.json {
            format!("{}\n", json!({ "version": VERSION, "counts": census.json() }))
        } else {
            census.text()
        };
        print(&text)?;
        return Ok(Outcome::Done);
    }
    let cleaner = setup::cleaner(&args.rules)?;
    let numbers: HashMap<String, usize> =
        cleaner.rules().iter().enumerate().map(|(n, rule)| (rule.id().to_owned(), n)).collect();
    let mut tally = Tally::new(&cleaner);
    let mut unread = 0;
    for file in &args.corpus {
        let input = InputArgs {
            file: file.clone(),
            format: args.format,
            text_field: args.text_field.clone(),
            max_record: args.max_record,
            documents: args.documents,
        };
        unread += records::each(&input, None, &cleaner, |document| {
            tally.add(&document, &numbers);
            Ok(())
        })?;
    }
    let (rules, top) = (cleaner.rules(), args.top);
    let text = if args.json {
        let profile = cleaner.profile().name();
        let corpus = tally.json(rules, top);
        let counts = census.json();
        let all =
            json!({ "version": VERSION, "profile": profile, "counts": counts, "corpus": corpus });
        format!("{all}\n")
    } else {
        format!("{}\n{}", census.text(), tally.text(rules, top))
    };
    print(&text)?;
    Ok(Outcome::found(unread > 0))
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Every rule once, those of the categories that are off too.
fn census(args: &StatsArgs) -> anyhow::Result<Census> {
    let cleaners = all_cleaners(&args.rules, None)?;
    let rules = cleaners.iter().flat_map(|(only, cleaner)| {
        let is_own = move |rule: &&Rule| only.is_none_or(|only| only == rule.category());
        cleaner.rules().iter().filter(is_own)
    });
    Ok(Census::of(rules))
}
