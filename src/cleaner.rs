//! The first door: a whole text in, what is left of it out.
//!
//! The invariant: what comes out is the text without the removals, borrowed when there are none. Used by everybody whose
//! documents lie in memory.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::builder::CleanerBuilder;
use crate::evidence::decider::Decider;
use crate::evidence::profile::Profile;
use crate::evidence::receipt::{Receipt, ReceiptError, ReceiptErrorKind};
use crate::evidence::receipt_builder::ReceiptBuilder;
use crate::evidence::removal::{NearMiss, Removal};
use crate::evidence::report::{DocumentReport, Report, Status};
use crate::explain::Explanation;
use crate::feed::feed_text;
use crate::limits::Limits;
use crate::matching::index::Index;
use crate::matching::plain::Plain;
use crate::matching::ruleset::{Matcher, RuleId};
use crate::rules::rule::Rule;
use crate::stream::{Sink, StreamCleaner};

/// Removes residue from texts. Cheap to clone, free to share among threads.
///
/// ```
/// use unchaff::Cleaner;
///
/// let cleaner = Cleaner::builtin();
/// let cleaned = cleaner.clean("[ad_1]\nTea is ready.\n[ad_2]\nSource link\n");
/// assert_eq!(cleaned.text, "Tea is ready.\n");
///
/// let rules: Vec<_> = cleaned.removals().iter().map(|removal| cleaner.rule(removal.rule).id()).collect();
/// assert_eq!(rules, ["core.ad-marker", "core.ad-marker", "en.source-link"]);
/// ```
#[derive(Clone)]
pub struct Cleaner {
    shared: Arc<Shared>,
    host: Option<Arc<str>>,
}

/// What all clones of a cleaner have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub index: Index,
    pub profile: Profile,
    pub limits: Limits,
    pub fingerprint: String,
}

impl Cleaner {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Cleaner { shared, host: None }
    }

    /// The cleaner with all built-in packs and the standard profile. Built once.
    #[must_use]
    pub fn builtin() -> Cleaner {
        static BUILTIN: OnceLock<Cleaner> = OnceLock::new();
        BUILTIN
            .get_or_init(|| Cleaner::builder().build().expect("the built-in packs fit together"))
            .clone()
    }

    /// A cleaner of one's own choice.
    pub fn builder() -> CleanerBuilder {
        CleanerBuilder::new()
    }

    /// The same cleaner for pages of one host: rules and exceptions for that host, or a domain above it, act too.
    ///
    /// ```
    /// let cleaner = unchaff::Cleaner::builtin().for_host("news.example.org");
    /// ```
    #[must_use]
    pub fn for_host(&self, host: &str) -> Cleaner {
        Cleaner { shared: Arc::clone(&self.shared), host: Some(host.to_lowercase().into()) }
    }

    /// Whether some rules or exceptions are for certain hosts only.
    #[must_use]
    pub fn minds_hosts(&self) -> bool {
        self.index().rules().minds_hosts()
    }

    /// Cleans a text. Never fails, and never returns a byte that was not in the text. A text from which nothing goes is
    /// borrowed. Each thread keeps its buffers for the next text.
    #[must_use]
    pub fn clean<'t>(&self, text: &'t str) -> Cleaned<'t, str> {
        let (removals, report) = self.examine(text.as_bytes());
        let text = match removals.is_empty() {
            true => Cow::Borrowed(text),
            false => {
                let mut rest = String::with_capacity(text.len());
                each_kept(text.len(), &removals, |kept| rest.push_str(&text[kept]));
                Cow::Owned(rest)
            }
        };
        Cleaned { text, removals, report }
    }

    /// Cleans bytes that need not be valid UTF-8; what is not stays as it is.
    #[must_use]
    pub fn clean_bytes<'t>(&self, text: &'t [u8]) -> Cleaned<'t, [u8]> {
        let (removals, report) = self.examine(text);
        let text = match removals.is_empty() {
            true => Cow::Borrowed(text),
            false => {
                let mut rest = Vec::with_capacity(text.len());
                each_kept(text.len(), &removals, |kept| rest.extend_from_slice(&text[kept]));
                Cow::Owned(rest)
            }
        };
        Cleaned { text, removals, report }
    }

    /// A cleaner for documents that arrive in pieces; see [`StreamCleaner`].
    pub fn stream<S: Sink>(&self, sink: S) -> StreamCleaner<S> {
        StreamCleaner::new(self.clone(), sink)
    }

    /// What would be removed from a text, line by line, and why the rest was kept.
    #[must_use]
    pub fn explain<'t>(&self, text: &'t [u8]) -> Explanation<'t> {
        let mut decider = self.decider(true);
        feed_text(&mut decider, &self.shared.index, text, self.limits());
        let status = Status::of(!decider.verdict.removals.is_empty(), decider.has_body());
        Explanation::new(text, status, decider.verdict.removals, decider.verdict.near)
    }

    /// The candidates of a text that were kept, in order.
    #[must_use]
    pub fn near_misses(&self, text: impl AsRef<[u8]>) -> Vec<NearMiss> {
        let text = text.as_ref();
        let mut decider = self.decider(true);
        feed_text(&mut decider, &self.shared.index, text, self.limits());
        decider.verdict.near
    }

    /// The receipt of a cleaned text; `text` is the text as it was.
    ///
    /// # Panics
    ///
    /// When `cleaned` does not come from `text`, where that can be seen.
    #[must_use]
    pub fn receipt<T: ?Sized + ToOwned>(
        &self,
        text: impl AsRef<[u8]>,
        cleaned: &Cleaned<'_, T>,
    ) -> Receipt {
        self.receipt_of(text.as_ref(), &cleaned.removals)
    }

    /// An empty receipt that is filled while a document passes by.
    #[must_use]
    pub fn receipt_builder(&self) -> ReceiptBuilder {
        ReceiptBuilder::new(self.fingerprint(), self.host.as_deref())
    }

    /// Checks a receipt: derives every removal again from the text as it was, with the plain matcher.
    ///
    /// The plain matcher compares every line with every phrase: this takes many times as long as cleaning.
    ///
    /// # Errors
    ///
    /// When the receipt was made with other rules, for another text, or says something else than the rules do.
    pub fn verify(&self, text: impl AsRef<[u8]>, receipt: &Receipt) -> Result<(), ReceiptError> {
        let text = text.as_ref();
        use ReceiptErrorKind::{InputDiffers, NotDerived, OtherRules};
        if receipt.rules != self.fingerprint() {
            let message = format!(
                "the receipt was made with the rules {}, these are {}; use the same packs, options and version",
                receipt.rules,
                self.fingerprint()
            );
            return Err(ReceiptError::new(OtherRules, message));
        }
        if receipt.host.as_deref() != self.host.as_deref() {
            let name = |host: Option<&str>| host.unwrap_or("no host").to_owned();
            let message = format!(
                "the receipt was made for {}, this is the cleaner for {}",
                name(receipt.host.as_deref()),
                name(self.host.as_deref())
            );
            return Err(ReceiptError::new(OtherRules, message));
        }
        let mut decider = self.decider(false);
        feed_text(&mut decider, &Plain::new(self.shared.index.rules()), text, self.limits());
        let derived = self.receipt_of(text, &decider.verdict.removals);
        if derived.input != receipt.input {
            let message = "the text is not the one this receipt was made for";
            return Err(ReceiptError::new(InputDiffers, message));
        }
        let is_same = derived.removed.len() == receipt.removed.len()
            && derived.removed.iter().zip(&receipt.removed).all(|(mine, theirs)| {
                (mine.start, &mine.bytes, &mine.rule, mine.line, mine.evidence)
                    == (theirs.start, &theirs.bytes, &theirs.rule, theirs.line, theirs.evidence)
            });
        if is_same && derived.output == receipt.output {
            Ok(())
        } else {
            Err(ReceiptError::new(NotDerived, "the rules do not remove what the receipt says"))
        }
    }

    /// The rule of a removal or near miss of this cleaner.
    ///
    /// # Panics
    ///
    /// When the id comes from another cleaner that has more rules.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> &Rule {
        self.shared.index.rules().rule(id)
    }

    /// The rules that act, in the order of their ids.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        self.shared.index.rules().rules()
    }

    /// A hash of everything that decides what is removed, save the host: rules, exceptions, profile, limits, model.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.shared.fingerprint
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.shared.profile
    }

    pub(crate) fn index(&self) -> &Index {
        &self.shared.index
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    pub(crate) fn decider(&self, collects_near: bool) -> Decider {
        Decider::new(self.shared.profile, self.shared.limits, self.host.clone(), collects_near)
    }

    /// Makes a decider that was used before ready for the next document.
    pub(crate) fn restart(&self, decider: &mut Decider) {
        decider.restart(self.host.clone());
    }

    /// Decides a whole text and reports it.
    fn examine(&self, text: &[u8]) -> (Vec<Removal>, Report) {
        let mut decider = self.decider(false);
        feed_text(&mut decider, &self.shared.index, text, self.limits());
        let mut report = Report::default();
        let rules = self.shared.index.rules();
        decider.verdict.removals.iter().for_each(|removal| report.count_removal(removal, rules));
        report.count_document(&DocumentReport {
            status: Status::of(!decider.verdict.removals.is_empty(), decider.has_body()),
            bytes_in: text.len() as u64,
            bytes_removed: report.bytes_removed(),
            removals: report.removals(),
            near_misses: decider.verdict.near_misses,
            limits: decider.limit_hits,
        });
        (decider.verdict.removals, report)
    }

    pub(crate) fn receipt_of(&self, text: &[u8], removals: &[Removal]) -> Receipt {
        let mut receipt = self.receipt_builder();
        let mut at = 0;
        for removal in removals {
            let span = removal.span.range();
            receipt.keep(&text[at..span.start]);
            at = span.end;
            receipt.remove(
                self.rule(removal.rule).id(),
                removal.line,
                removal.evidence,
                &text[span],
            );
        }
        receipt.keep(&text[at..]);
        receipt.finish()
    }
}

impl fmt::Debug for Cleaner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cleaner")
            .field("rules", &self.rules().len())
            .field("profile", &self.profile())
            .field("host", &self.host)
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}

fn each_kept(len: usize, removals: &[Removal], mut each: impl FnMut(std::ops::Range<usize>)) {
    let mut at = 0;
    for removal in removals {
        let span = removal.span.range();
        each(at..span.start);
        at = span.end;
    }
    each(at..len);
}

/// A text without its residue.
#[derive(Clone)]
#[non_exhaustive]
pub struct Cleaned<'t, T: ?Sized + ToOwned> {
    /// What is left: borrowed when nothing was removed.
    pub text: Cow<'t, T>,
    removals: Vec<Removal>,
    report: Report,
}

impl<T: ?Sized + ToOwned> Cleaned<'_, T> {
    /// What was removed, in order; spans count bytes of the text as it was.
    #[must_use]
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// The report of this one document.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What became of the document, in one word.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::ALL
            .iter()
            .copied()
            .find(|&status| self.report.documents_with(status) > 0)
            .expect("the report counts this document")
    }
}

impl<T: ?Sized + ToOwned + fmt::Debug> fmt::Debug for Cleaned<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cleaned")
            .field("text", &&*self.text)
            .field("removals", &self.removals)
            .field("report", &self.report)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cleaner_can_be_shared_among_threads() {
        fn assert_shared<T: Send + Sync + Clone + 'static>(_: &T) {}
        assert_shared(&Cleaner::builtin());
    }
}
