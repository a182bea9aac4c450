//! The command line.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use unchaff::{Category, Profile};

use crate::containers::MAX_RECORD;
use crate::documents::Separator;

/// Takes the residue out of scraped text without losing a word of the body, and can prove it.
///
/// Data goes to standard output, talk to standard error. Exit codes: 0 done; 1 something was found, differs, or was
/// kept unread; 2 error.
#[derive(Debug, Parser)]
#[command(name = "unchaff", version, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Remove residue: the cleaned text goes to standard output, to a file, or below a folder.
    #[command(after_long_help = CLEAN_HELP)]
    Clean(CleanArgs),
    /// Say what would be removed: one JSON object a document. Exits with 1 if anything would.
    Scan(ScanArgs),
    /// Show line by line what is kept, what is removed, by which rule and why.
    Explain(ExplainArgs),
    /// Measure on labelled documents how much residue goes and how many words of the body are lost.
    #[command(after_long_help = EVAL_HELP)]
    Eval(EvalArgs),
    /// Check receipts against the input they were made for. Exits with 1 if anything differs.
    Verify(VerifyArgs),
    /// Put back what a cleaning removed.
    Restore(RestoreArgs),
    /// List, show, check and test rules.
    Rules(RulesArgs),
}

/// Which rules act, and how much evidence they need.
#[derive(Debug, Default, clap::Args)]
pub struct RuleArgs {
    /// Add a rule pack (TOML, or compiled by `rules compile`) to the built-in ones; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub pack: Vec<PathBuf>,
    /// Use only the built-in packs of this language (en, …) and the language-independent ones; may be repeated.
    #[arg(long, value_name = "CODE")]
    pub lang: Vec<String>,
    /// How much evidence a removal needs.
    #[arg(long, value_name = "PROFILE", default_value = "standard", value_parser = PossibleValuesParser::new(Profile::ALL.iter().map(|profile| profile.name())))]
    pub profile: String,
    /// Switch a category on; may be repeated.
    #[arg(long, value_name = "CATEGORY", value_parser = PossibleValuesParser::new(Category::ALL.iter().map(|category| category.name())))]
    pub on: Vec<String>,
    /// Switch a category or a rule off; may be repeated.
    #[arg(long, value_name = "CATEGORY|RULE")]
    pub off: Vec<String>,
    /// Keep every line that is this phrase; may be repeated.
    #[arg(long, value_name = "PHRASE")]
    pub keep: Vec<String>,
}

/// Where documents come from, and how they are told apart.
#[derive(Clone, Debug, clap::Args)]
pub struct InputArgs {
    /// The file to read, plain or packed with gzip or zstd; - is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,
    /// What the file holds; auto looks at its name and its first line.
    #[arg(long, value_enum, default_value_t = FormatArg::Auto)]
    pub format: FormatArg,
    /// JSONL: the field that holds the text.
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
    /// JSONL: longest line that is read, in bytes; a longer one is kept as it is.
    #[arg(long, value_name = "BYTES", default_value_t = MAX_RECORD)]
    pub max_record: usize,
    /// Text: what separates documents. Without it the file is one document.
    #[arg(long, value_name = "blank-lines:N|form-feed|nul")]
    pub documents: Option<Separator>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum FormatArg {
    Auto,
    Text,
    Jsonl,
}

/// What the long help of `clean` says below the options.
const CLEAN_HELP: &str = r#"Whole corpora:
  unchaff clean DIR|FILE|'GLOB'… -o OUTDIR    mirrors the files below OUTDIR, on all cores
  A run is one over a corpus when several files, a folder or a pattern is named, when -o is a folder or
  ends in /, or with --in-place. It reads text, JSONL (plain, gzip, zstd), Parquet and WARC/WET, by
  content. Every output appears whole or not at all, and is the same for any -j.

  Records of what is done lie in OUTDIR/.unchaff: running again skips what is done and makes again what
  changed (input, rules, options, version, output), and says why. A run that was stopped or killed goes
  on inside the file in which it stopped, from the last checkpoint; a text document larger than a block
  begins anew. A file that cannot be read is refused and told, and the others go on.

  SIGINT and SIGTERM: blocks in flight are written, the place is noted for the next run, the summary is
  told; a second signal ends the program at once.

Exit codes of a run over a corpus: 0 done; 1 something was kept unread, or an output is partial; 2 a
file was refused or failed, its old output is as it was; 130, 143 stopped by SIGINT, SIGTERM."#;

#[derive(Debug, clap::Args)]
pub struct CleanArgs {
    /// The files, folders and patterns to read; - is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub files: Vec<PathBuf>,
    /// What the files hold; auto looks at their content and names.
    #[arg(long, value_enum, default_value_t = CleanFormatArg::Auto)]
    pub format: CleanFormatArg,
    /// JSONL, Parquet: the field that holds the text; text, or in a corpus the first common name that the start of
    /// the file shows.
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// Longest record that is read, in bytes; a longer one is kept as it is. 16 MiB, if not given.
    #[arg(long, value_name = "BYTES")]
    pub max_record: Option<usize>,
    /// Text: what separates documents. Without it a file is one document.
    #[arg(long, value_name = "blank-lines:N|form-feed|nul")]
    pub documents: Option<Separator>,
    /// Write to this file instead of standard output, or below this folder; each file appears whole or not at all. A file
    /// whose name ends in .gz or .zst is packed so.
    #[arg(short, long, value_name = "FILE|DIR/")]
    pub output: Option<PathBuf>,
    /// Write what was removed from each document to this file, for verify and restore; of a corpus, below this folder.
    #[arg(long, value_name = "FILE|DIR")]
    pub receipts: Option<PathBuf>,
    /// Refuse a file with a record that cannot be read, instead of keeping the record.
    #[arg(long)]
    pub strict: bool,
    /// Do not print the summary, nor progress. Failures are told all the same.
    #[arg(short, long)]
    pub quiet: bool,
    #[command(flatten)]
    pub bulk: BulkArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
}

/// What only a run over a corpus knows.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Whole corpora")]
pub struct BulkArgs {
    /// Threads that clean; as many as there are cores, if not given.
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
    /// Put the cleaned files in the places of the files that were read.
    #[arg(long, conflicts_with_all = ["output", "attributes", "attributes_only"])]
    pub in_place: bool,
    /// Write the summary to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Keep what can be read of a damaged file: the output is partial, and what was not understood goes to
    /// OUTDIR/.unchaff/quarantine, with offsets.
    #[arg(long)]
    pub salvage: bool,
    /// Refuse a file that unpacks to more than so many times its size.
    #[arg(long, value_name = "N")]
    pub max_expansion: Option<u32>,
    /// JSONL: write Dolma attributes with the removed spans (code points) below OUTDIR/attributes/NAME, too; the part
    /// documents/ of a path is left out. Files that hold something else are refused.
    #[arg(long, value_name = "NAME", conflicts_with = "annotate")]
    pub attributes: Option<String>,
    /// Write the attributes only, and no cleaned text.
    #[arg(long, requires = "attributes", conflicts_with = "receipts")]
    pub attributes_only: bool,
    /// JSONL, Parquet: leave the text as it is, and say in this field, which is added to each record, what would go:
    /// [[start, end, "rule"], …] in code points; in Parquet a list of {start, end, rule}.
    #[arg(long, value_name = "FIELD", conflicts_with = "receipts")]
    pub annotate: Option<String>,
    /// Level of compression of the output; 6 for gzip, 3 for zstd, if not given.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub level: Option<i32>,
    /// MiB of unpacked text between two checkpoints in a file.
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    pub checkpoint: u64,
    /// Unpacked bytes of a block, about: the unit of work, and of compression in the output. 4 MiB, if not given.
    #[arg(long, value_name = "BYTES", value_parser = block_size)]
    pub block_size: Option<usize>,
}

impl BulkArgs {
    /// Threads that clean.
    pub fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        self.jobs.map_or_else(cores, std::num::NonZeroUsize::get)
    }
}

fn block_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size) if (64..=1 << 30).contains(&size) => Ok(size),
        _ => Err("use a number from 64 to 1073741824".into()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum CleanFormatArg {
    Auto,
    Text,
    Jsonl,
    Warc,
    Parquet,
}

#[derive(Debug, clap::Args)]
pub struct ScanArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// List the candidates that are kept, too.
    #[arg(long)]
    pub near: bool,
    #[command(flatten)]
    pub rules: RuleArgs,
}

#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Show only lines of which something is removed or nearly was, with this many lines around them.
    #[arg(short, long, value_name = "LINES")]
    pub context: Option<usize>,
    #[command(flatten)]
    pub rules: RuleArgs,
}

/// What the long help of `eval` says below the options.
const EVAL_HELP: &str = r#"Labelled documents, one JSON object a line:
  {"id":"p1","source_set":"news","url":"https://…","host":"…","site":"…","extractor":"readability",
   "ptype":"article","lines":[["The harbour froze.","body"],["Source link","boiler"]]}
  Only id and lines are required. Labels: body, boiler (residue), unsure, unlabelled. A page type (ptype)
  other than article puts a document among the other pages. Rules for one site act by host, else by the
  host of url. A document's id in lists and files is ID/EXTRACTOR, or ID where no extractor is named.

Figures:
  A line is removed when at least 90 % of its bytes are, its line end aside; lines without visible
  characters do not count. A word is what stands between white space; of a body line, the words in its
  removed parts are lost. Precision is removed boiler lines / removed boiler and body lines. In the
  lists by rule a line counts as soon as the rule takes anything visible of it. Sites are told apart
  by site, else by host, else by page.

Another cleaner is measured in three steps:
  unchaff eval --documents texts.jsonl GOLD     writes {"id","url","text"}; url only where one is known
  (run the cleaner; for unchaff: unchaff scan --format jsonl texts.jsonl > spans.jsonl)
  unchaff eval --removed spans.jsonl GOLD
  Of a line {"id":"p1","removed":[{"start":0,"end":7,"rule":"x"}]} only the offsets are required; they
  count bytes of the text in UTF-8. A list "near" of the same form holds what was nearly removed. Give
  the same --flatten, or none, both times.

Exit codes: 0 done; 1 with --baseline, when somewhere more body words are lost or less residue is
removed; 2 error."#;

/// Labelled documents, the cleaner to be measured, and what to say about it.
#[derive(Debug, clap::Args)]
pub struct EvalArgs {
    /// Files of labelled documents (JSONL, plain or zstd); - is standard input.
    #[arg(value_name = "GOLD", required = true)]
    pub gold: Vec<PathBuf>,
    /// Print everything as one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Compare with an earlier --json output. Exits with 1 if anything became worse.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Measure these removals of another cleaner, in the format of scan, one line a document.
    #[arg(long, value_name = "SPANS", conflicts_with_all = ["pack", "lang", "profile", "on", "off", "keep"])]
    pub removed: Option<PathBuf>,
    /// Join the lines of each document to one line: with a space, or with nothing between them.
    #[arg(long, value_enum, value_name = "HOW")]
    pub flatten: Option<FlattenArg>,
    /// How many body losses and missed lines are listed.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// Write the documents to this file as JSONL, for other cleaners.
    #[arg(long, value_name = "FILE")]
    pub documents: Option<PathBuf>,
    #[command(flatten)]
    pub rules: RuleArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum FlattenArg {
    Space,
    Nothing,
}

#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// The receipts: a file, or the folder of those of a corpus. Then FILE is the folder of the files as they were before
    /// cleaning; text, JSONL, Parquet and WARC/WET. Give the same rules, --text-field, --max-record and --documents.
    #[arg(long, value_name = "FILE|DIR")]
    pub receipts: PathBuf,
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
}

#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The receipts: a file, or the folder of those of a corpus. Then FILE is the folder of its cleaned files, and -o that
    /// of the restored ones: what they unpack to is what it was, to the byte, but the packing may be another one.
    #[arg(long, value_name = "FILE|DIR")]
    pub receipts: PathBuf,
    /// The cleaned file; - is standard input.
    #[command(flatten)]
    pub input: InputArgs,
    /// Write to this file instead of standard output, or below this folder; each file appears whole or not at all.
    #[arg(short, long, value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct RulesArgs {
    #[command(subcommand)]
    pub command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules that act: id, category, weight, end, number of phrases.
    List {
        #[command(flatten)]
        rules: RuleArgs,
    },
    /// Show a rule with all its phrases and examples.
    Show {
        /// The rule's id.
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        rules: RuleArgs,
    },
    /// Check packs: what is wrong, what can never act, what stands twice, contradicts itself, or matches ordinary text,
    /// each with file, line and column. Exits with 1 if there is an error.
    Check(CheckArgs),
    /// Compile packs to one file that is ready for use in milliseconds; --pack accepts it. It holds no examples, and is
    /// for the version of unchaff that made it: keep the packs.
    Compile(CompileArgs),
    /// Count rules and phrases by language, category and weight; with a corpus, what each rule does to it.
    Stats(StatsArgs),
    /// Print what the packs know of each language, as a Markdown page.
    Coverage(CoverageArgs),
    /// Run every example of every rule. Exits with 1 if any fails.
    Test {
        #[command(flatten)]
        rules: RuleArgs,
    },
}

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// The packs; they are looked at beside the built-in ones. Without any, the built-in packs are checked.
    #[arg(value_name = "PACK")]
    pub files: Vec<PathBuf>,
    /// Exit with 1 if there is a warning, too.
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, clap::Args)]
pub struct CompileArgs {
    /// The packs (TOML); their order does not change the outcome.
    #[arg(value_name = "PACK", required = true)]
    pub files: Vec<PathBuf>,
    /// The file to write; it appears whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct StatsArgs {
    /// Documents to run the rules on, as scan reads them; may be given several times. Exits with 1 if a part of them
    /// could not be read.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub corpus: Vec<PathBuf>,
    /// What the corpus holds; auto looks at the name and the first line of each file.
    #[arg(long, value_enum, default_value_t = FormatArg::Auto, requires = "corpus")]
    pub format: FormatArg,
    /// JSONL: the field that holds the text.
    #[arg(long, value_name = "NAME", default_value = "text", requires = "corpus")]
    pub text_field: String,
    /// JSONL: longest line that is read, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20, requires = "corpus")]
    pub max_record: usize,
    /// Text: what separates documents. Without it each file is one document.
    #[arg(long, value_name = "blank-lines:N|form-feed|nul", requires = "corpus")]
    pub documents: Option<Separator>,
    /// How many of the most frequent near misses are listed.
    #[arg(long, value_name = "N", default_value_t = 20, requires = "corpus")]
    pub top: usize,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub rules: RuleArgs,
}

#[derive(Debug, clap::Args)]
pub struct CoverageArgs {
    /// Count the cases in this folder, too: DIR/traps/*.md and DIR/residue/*.md.
    #[arg(long, value_name = "DIR")]
    pub corpus_dir: Option<PathBuf>,
    /// Add a rule pack (TOML) to the built-in ones; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub pack: Vec<PathBuf>,
}
