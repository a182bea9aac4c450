//! `unchaff rules coverage`: what the packs know of each language, as a Markdown page.
//!
//! The invariant: the page is made of packs and case files alone, so that the one in the repository can be compared with
//! it. A case file named by a language's code, or by the code, a hyphen and more, counts for that language; one whose name
//! starts with `any-` for every language; any other for English.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use unchaff::{Category, Pack};

use super::languages;
use super::print;
use crate::Run;
use crate::args::CoverageArgs;
use crate::setup;
use crate::talk::{Outcome, visible};

/// What stands above the table.
const HEAD: &str = "# The built-in packs

What they know of each language. `Rules` and `phrases` are those of its packs, the categories that are off by default
included; `traps` and `residue cases` are the documents of `corpus/` in that language. The rules for every language act
in all of them. Written by `unchaff rules coverage --corpus-dir corpus`.

";

/// One row of the table.
#[derive(Clone, Debug, Default)]
struct Row {
    rules: usize,
    phrases: usize,
    categories: BTreeSet<Category>,
    traps: usize,
    residue: usize,
}

/// Rows by language code; `None` is every language.
type Rows = BTreeMap<Option<String>, Row>;

pub fn run(args: &CoverageArgs) -> Run {
    let own = args.pack.iter().map(|path| setup::pack(path)).collect::<Result<Vec<Pack>>>()?;
    let mut rows = Rows::new();
    for pack in Pack::builtin().iter().chain(&own) {
        let row = rows.entry(pack.language().map(str::to_owned)).or_default();
        for rule in pack.rules() {
            row.rules += 1;
            row.phrases += rule.shapes().len();
            row.categories.insert(rule.category());
        }
    }
    if let Some(folder) = &args.corpus_dir {
        let is_language = {
            let known: BTreeSet<String> = rows.keys().flatten().cloned().collect();
            move |code: &str| known.contains(code) || languages::name(code).is_some()
        };
        count_cases(&folder.join("traps"), &is_language, &mut rows, |row| &mut row.traps)?;
        count_cases(&folder.join("residue"), &is_language, &mut rows, |row| &mut row.residue)?;
    }
    print(&format!("{HEAD}{}", table(&rows)))?;
    Ok(Outcome::Done)
}

fn table(rows: &Rows) -> String {
    let all = Category::ALL.len();
    let mut text = format!(
        "| language | code | rules | phrases | categories of {all} | traps | residue cases |\n|---|---|--:|--:|--:|--:|--:|\n"
    );
    let name = |code: &Option<String>| match code {
        Some(code) => languages::name(code).unwrap_or(code).to_owned(),
        None => "every language".to_owned(),
    };
    let mut named: Vec<_> = rows.iter().map(|(code, row)| (name(code), code, row)).collect();
    // Every language first, then by name.
    named.sort_by(|(a, x, _), (b, y, _)| (x.is_some(), a).cmp(&(y.is_some(), b)));
    let mut sum = Row::default();
    for (name, code, row) in named {
        text.push_str(&line(&name, code.as_deref().unwrap_or(""), row));
        sum.rules += row.rules;
        sum.phrases += row.phrases;
        sum.categories.extend(&row.categories);
        sum.traps += row.traps;
        sum.residue += row.residue;
    }
    text.push_str(&line("all", "", &sum));
    text
}

fn line(name: &str, code: &str, row: &Row) -> String {
    let Row { rules, phrases, categories, traps, residue } = row;
    let (name, code, categories) = (visible(name), visible(code), categories.len());
    format!("| {name} | {code} | {rules} | {phrases} | {categories} | {traps} | {residue} |\n")
}

/// Adds up the cases of a folder.
fn count_cases(
    folder: &Path,
    is_language: &impl Fn(&str) -> bool,
    rows: &mut Rows,
    count: impl Fn(&mut Row) -> &mut usize,
) -> Result<()> {
    let shown = visible(&folder.to_string_lossy());
    let failed = || format!("{shown}: the folder of cases cannot be read");
    for entry in fs::read_dir(folder).with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).with_context(|| {
            format!("{}: the cases cannot be read", visible(&path.to_string_lossy()))
        })?;
        let row = rows.entry(language_of(&name, is_language)).or_default();
        *count(row) += cases(&text);
    }
    Ok(())
}

/// The language for which a case file counts.
fn language_of(name: &str, is_language: &impl Fn(&str) -> bool) -> Option<String> {
    let code = name.split('-').next().unwrap_or(name);
    match code {
        "any" if name != code => None,
        code if is_language(code) => Some(code.to_owned()),
        _ => Some("en".to_owned()),
    }
}

/// The blocks of a case file that are cases: fenced by four or more backticks, with `case` behind them.
fn cases(text: &str) -> usize {
    let mut fence: Option<&str> = None;
    let mut count = 0;
    for line in text.lines() {
        let len = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(open) if line == open => fence = None,
            None if len >= 4 => {
                fence = Some(&line[..len]);
                count += usize::from(line[len..].split_whitespace().next() == Some("case"));
            }
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_count_for_the_language_they_are_named_by() {
        let is_language = |code: &str| languages::name(code).is_some();
        let of = |name: &str| language_of(name, &is_language);
        assert_eq!(of("de"), Some("de".to_owned()));
        assert_eq!(of("en-site"), Some("en".to_owned()));
        assert_eq!(of("flattened"), Some("en".to_owned()));
        assert_eq!(of("deeds"), Some("en".to_owned()));
        assert_eq!(of("any-markers"), None);
    }

    #[test]
    fn only_blocks_marked_as_cases_are_counted() {
        let text = "## a\n\n````case\n x\n```\n ````case\n````\n\n`````case crlf\n````case\n`````\n````text\n````\n";
        assert_eq!(cases(text), 2);
    }
}
