//! Takes the residue out of scraped text without losing a word of the body, and can prove it.
//!
//! Residue is what extraction leaves behind: `[ad_1]`, `Source link`, share buttons, cookie notices, "Read also: …",
//! copyright footers. unchaff finds it by rules, names the rule that found it, removes it, and touches nothing else.
//!
//! There are two doors: [`Cleaner`] for texts in memory, [`StreamCleaner`] for documents that arrive in pieces. Both come
//! to the same removals.
//!
//! ```
//! let cleaner = unchaff::Cleaner::builtin();
//! let text = "[ad_1]\nThe harbour froze.\ntop channel\n[ad_2]\nSource link";
//! assert_eq!(cleaner.clean(text).text, "The harbour froze.");
//! ```
//!
//! # How a removal is decided
//!
//! Each line is looked at through its [`FoldedView`]. A line that a [`Rule`] matches is a candidate; candidates beside
//! each other are a run; the weights of a run's distinct lines add up, and one point comes from touching an end of a
//! document that has a body. A run of 2 points (see [`Profile`]), or with a certain rule in it, is removed, all of it; any
//! other is kept, all of it. Lists after a colon, fenced code, front matter and Markdown tables stay.
//!
//! # Offsets
//!
//! All offsets are bytes from the start of the document as it came in, half-open.
//!
//! # Untrusted input
//!
//! Texts may be hostile: any bytes are cleaned in linear time and in memory bounded by [`Limits`], and what a limit
//! keeps from being examined is kept and counted. Packs decide what is deleted: treat them as code.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod builder;
mod cleaner;
mod error;
mod evidence;
mod examples;
mod explain;
mod feed;
pub mod jsonl;
mod limits;
mod matching;
mod model;
mod numbers;
mod rules;
mod span;
mod stream;
mod text;

pub use builder::CleanerBuilder;
pub use cleaner::{Cleaned, Cleaner};
pub use error::BuildError;
pub use evidence::points::Points;
pub use evidence::profile::Profile;
pub use evidence::receipt::{Receipt, ReceiptError, ReceiptErrorKind, Removed};
pub use evidence::receipt_builder::ReceiptBuilder;
pub use evidence::removal::{KeptBecause, NearMiss, Removal};
pub use evidence::report::{Count, DocumentReport, LimitHits, Report, Status};
pub use examples::ExampleFailure;
pub use explain::{ExplainedLine, ExplainedPart, Explanation, Fate};
pub use limits::Limits;
pub use matching::compiled::CompiledRules;
pub use matching::ruleset::RuleId;
pub use rules::category::{Category, Edge, Weight};
pub use rules::compiled::error::{CompiledError, CompiledErrorKind};
pub use rules::pack::Pack;
pub use rules::problem::{PackError, Problem};
pub use rules::rule::{Exception, PatternShape, Rule, Shape};
pub use span::Span;
pub use stream::{FinishError, Sink, StreamCleaner};
pub use text::fold::FoldedView;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
