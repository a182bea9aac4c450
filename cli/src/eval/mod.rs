//! `unchaff eval`: labelled documents against what is removed from them.
//!
//! The invariant: one document is in memory at a time, besides tallies of bounded size; the same documents and rules give
//! the same output, byte for byte.

mod baseline;
mod changes;
mod gold;
mod json;
mod layout;
mod losses;
mod phrases;
mod score;
mod source;
mod spans;
mod tables;
mod tally;

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use unchaff::Cleaner;

use self::baseline::{Baseline, Comparison};
use self::gold::Document;
use self::losses::MAX_LOSSES;
use self::source::Source;
use self::spans::Spans;
use self::tally::Tally;
use crate::Run;
use crate::args::{EvalArgs, FlattenArg};
use crate::output::{self, Output};
use crate::setup;
use crate::talk::{Outcome, say, visible};

/// What was measured, and what came out.
pub struct Measurement {
    pub about: About,
    pub tally: Tally,
}

/// What was measured.
pub struct About {
    /// The files of labelled documents.
    pub gold: Vec<String>,
    /// The file of another cleaner's removals.
    pub removed_by: Option<String>,
    pub rules: Option<RulesUsed>,
    pub flatten: Option<&'static str>,
}

/// The rules that were measured.
pub struct RulesUsed {
    pub profile: &'static str,
    pub count: usize,
    pub fingerprint: String,
}

pub fn run(args: &EvalArgs) -> Run {
    check_inputs(args)?;
    let baseline = args.baseline.as_deref().map(Baseline::read).transpose()?;
    let mut measurement = measure(args)?;
    measurement.tally.losses.sort();
    let (tally, flatten) = (&measurement.tally, measurement.about.flatten);
    let comparison = baseline.map(|baseline| Comparison::of(baseline, tally, flatten));
    let text = if args.json {
        let mut json = json::of(&measurement, args.top);
        if let Some(comparison) = &comparison {
            json["baseline"] = changes::json(comparison);
        }
        format!("{json:#}\n")
    } else {
        let changes = comparison.as_ref().map(|comparison| changes::text(comparison, args.top));
        tables::of(&measurement, args.top) + &changes.unwrap_or_default()
    };
    let mut out = Output::create(None, &[])?;
    out.put(text.as_bytes())?;
    output::finish([out])?;
    comparison.iter().for_each(warn);
    Ok(Outcome::found(comparison.is_some_and(|comparison| comparison.is_worse())))
}

/// Says why a comparison is worth less than it looks.
fn warn(comparison: &Comparison) {
    let name = &comparison.baseline;
    if comparison.differs {
        say(format!("{name}: was measured on other documents, or with another --flatten"));
    }
    if comparison.is_capped {
        say(format!(
            "{name}: only the {MAX_LOSSES} worst losses are compared; new and gone ones may be missing"
        ));
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Standard input can be read once.
fn check_inputs(args: &EvalArgs) -> Result<()> {
    let inputs = args.gold.iter().chain(&args.removed).chain(&args.baseline);
    if inputs.filter(|path| is_stdin(path)).count() > 1 {
        bail!("standard input (-) is named twice; name files");
    }
    if args.documents.as_deref().is_some_and(is_stdin) {
        bail!("--documents -: standard output is for the figures; name a file");
    }
    Ok(())
}

/// Who says what is removed.
enum Remover {
    Rules(Box<Cleaner>),
    Spans(Box<Spans>),
}

fn measure(args: &EvalArgs) -> Result<Measurement> {
    let mut remover = match &args.removed {
        Some(path) => Remover::Spans(Box::new(Spans::open(path)?)),
        None => Remover::Rules(Box::new(setup::cleaner(&args.rules)?)),
    };
    let mut documents = args.documents.as_deref().map(|path| create(path, args)).transpose()?;
    let mut tally = Tally::default();
    for path in &args.gold {
        let mut source = Source::open(path)?;
        while let Some(object) = source.next_object()? {
            let place = source.place();
            let document = Document::read(object, args.flatten, &place)?;
            if let Some(documents) = &mut documents {
                documents.put(record(&document).as_bytes())?;
            }
            let found = match &mut remover {
                Remover::Rules(cleaner) => spans::find(cleaner, &document),
                Remover::Spans(spans) => spans.take(&document, &place)?,
            };
            tally.add(&document, &found, &place)?;
        }
    }
    let about = about(args, &remover);
    if let Remover::Spans(spans) = remover {
        spans.finish()?;
    }
    output::finish(documents)?;
    Ok(Measurement { about, tally })
}

/// Opens the file of documents, which must not be one that is read.
fn create(path: &Path, args: &EvalArgs) -> Result<Output> {
    let inputs =
        args.gold.iter().chain(&args.removed).chain(&args.baseline).chain(&args.rules.pack);
    let others: Vec<_> = inputs.map(|input| ("an input", Some(input.as_path()))).collect();
    Output::create(Some(path), &others)
}

/// The document as a line of JSONL. `scan` takes the host from the URL.
fn record(document: &Document) -> String {
    let id = Value::from(document.id.as_str());
    let url = document.url.as_ref().map(|url| format!(",\"url\":{}", json!(url)));
    let text = Value::from(document.text.as_str());
    format!("{{\"id\":{id}{},\"text\":{text}}}\n", url.unwrap_or_default())
}

fn about(args: &EvalArgs, remover: &Remover) -> About {
    let name = |path: &Path| visible(&path.to_string_lossy());
    About {
        gold: args.gold.iter().map(|path| name(path)).collect(),
        removed_by: args.removed.as_deref().map(name),
        rules: match remover {
            Remover::Rules(cleaner) => Some(RulesUsed {
                profile: cleaner.profile().name(),
                count: cleaner.rules().len(),
                fingerprint: cleaner.fingerprint().to_owned(),
            }),
            Remover::Spans(_) => None,
        },
        flatten: args.flatten.map(|flatten| match flatten {
            FlattenArg::Space => "space",
            FlattenArg::Nothing => "nothing",
        }),
    }
}
