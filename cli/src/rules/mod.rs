//! `unchaff rules`: list, show and test; the other questions about rules have files of their own.

mod check;
mod compile;
mod coverage;
mod languages;
mod probes;
mod stats;
mod table;

use std::fmt::Write as _;
use std::io::Write;

use anyhow::{Context, anyhow};
use unchaff::{Category, Cleaner, Profile, Rule, Shape};

use crate::Run;
use crate::args::{RuleArgs, RulesArgs, RulesCommand};
use crate::setup;
use crate::talk::{Outcome, visible};

pub fn run(args: &RulesArgs) -> Run {
    match &args.command {
        RulesCommand::List { rules } => list(rules),
        RulesCommand::Show { id, rules } => show(id, rules),
        RulesCommand::Check(args) => check::run(args),
        RulesCommand::Compile(args) => compile::run(args),
        RulesCommand::Stats(args) => stats::run(args),
        RulesCommand::Coverage(args) => coverage::run(args),
        RulesCommand::Test { rules } => test(rules),
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("standard output: cannot be written")
}

fn list(args: &RuleArgs) -> Run {
    let cleaner = setup::cleaner(args)?;
    let width = cleaner.rules().iter().map(|rule| rule.id().len()).max().unwrap_or(0);
    let mut text = String::new();
    for rule in cleaner.rules() {
        let (category, weight, edge) = (rule.category(), rule.weight(), rule.edge().name());
        let shapes = rule.shapes().len();
        let _ = writeln!(
            text,
            "{:width$}  {category:<13}  {weight:<7}  {edge:<4}  {shapes:>4}",
            rule.id()
        );
    }
    print(&text)?;
    Ok(Outcome::Done)
}

/// Cleaners, each with the category that it was made for; the first is for those that are on by default.
type Cleaners = Vec<(Option<Category>, Cleaner)>;

/// All cleaners whose rules together are all rules: the categories that are off by default, switched on one by one.
fn all_cleaners(args: &RuleArgs, profile: Option<Profile>) -> anyhow::Result<Cleaners> {
    let builder = || {
        let builder = setup::builder(args)?;
        anyhow::Ok(match profile {
            Some(profile) => builder.profile(profile),
            None => builder,
        })
    };
    let mut cleaners = vec![(None, builder()?.build()?)];
    for category in Category::ALL.iter().copied().filter(|category| !category.is_on_by_default()) {
        if !args.on.iter().any(|name| name == category.name()) {
            cleaners.push((Some(category), builder()?.on(category).build()?));
        }
    }
    Ok(cleaners)
}

fn show(id: &str, args: &RuleArgs) -> Run {
    let cleaners = all_cleaners(args, None)?;
    let mut rules = cleaners.iter().flat_map(|(_, cleaner)| cleaner.rules());
    let rule = rules.find(|rule| rule.id() == id);
    let rule = rule.ok_or_else(|| anyhow!("no rule {id:?}; unchaff rules list names them"))?;
    print(&described(rule))?;
    Ok(Outcome::Done)
}

fn described(rule: &Rule) -> String {
    let (file, line) = rule.origin();
    let mut text =
        format!("{}\n  from      {file}:{line}\n  category  {}", rule.id(), rule.category());
    let default = if rule.category().is_on_by_default() { "" } else { " (off by default)" };
    let _ = write!(
        text,
        "{default}\n  weight    {}\n  at        {}",
        rule.weight(),
        rule.edge().name()
    );
    if let Some(language) = rule.language() {
        let _ = write!(text, "\n  language  {language}");
    }
    if !rule.sites().is_empty() {
        let _ = write!(text, "\n  sites     {}", rule.sites().join(", "));
    }
    if rule.is_affix() {
        text.push_str("\n  affix     true");
    }
    if rule.counts_once() {
        text.push_str("\n  once      true");
    }
    if rule.is_repeated() {
        text.push_str("\n  repeats   true");
    }
    if rule.stands_alone() {
        text.push_str("\n  alone     true");
    }
    for shape in rule.shapes() {
        text.push_str(&described_shape(shape));
    }
    for (what, examples) in [("remove", rule.remove_examples()), ("keep", rule.keep_examples())] {
        for example in examples {
            let _ = write!(text, "\n  {what:<8}  {}", example.replace('\n', "\n            "));
        }
    }
    text.push('\n');
    text.lines().map(|line| visible(line) + "\n").collect()
}

fn described_shape(shape: &Shape) -> String {
    match shape {
        Shape::Line(phrase) => format!("\n  line      {phrase}"),
        Shape::Starts { phrase, max_words } => {
            format!("\n  starts    {phrase} (at most {max_words} words)")
        }
        Shape::Ends { phrase, max_words } => {
            format!("\n  ends      {phrase} (at most {max_words} words)")
        }
        Shape::Pattern(pattern) => format!("\n  pattern   {}", pattern.source()),
        Shape::Inline(literal) => format!("\n  inline    {literal}"),
        _ => String::new(),
    }
}

/// Examples are written for the standard profile, whatever the options say.
fn test(args: &RuleArgs) -> Run {
    let mut text = String::new();
    let (mut rules, mut examples, mut failures) = (0, 0, 0);
    for (only, cleaner) in all_cleaners(args, Some(Profile::Standard))? {
        for rule in
            cleaner.rules().iter().filter(|rule| only.is_none_or(|only| only == rule.category()))
        {
            rules += 1;
            examples += rule.remove_examples().len() + rule.keep_examples().len();
            for failure in cleaner.check_examples(rule) {
                failures += 1;
                let _ = writeln!(text, "{failure}");
            }
        }
    }
    let _ = writeln!(text, "{rules} rules, {examples} examples, {failures} fail");
    print(&text)?;
    Ok(Outcome::found(failures > 0))
}
