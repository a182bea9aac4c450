//! What becomes of a text that stands alone: in a WARC record, in a row of a Parquet file.

use std::borrow::Cow;

use unchaff::{Cleaner, Report};

use super::block::{Document, Fate};
use super::cuts::cuts;
use super::options::Options;
use super::problem::Problem;

/// A text, and what is known of it.
pub struct Text<'t> {
    pub bytes: &'t [u8],
    /// Number of its record, from 1.
    pub number: u64,
    /// The host of its page, if the editor asks for hosts.
    pub host: Option<Cow<'t, str>>,
    /// Its id, as it is written in JSON.
    pub id: Option<String>,
}

/// What became of a text.
pub struct Edited<'t> {
    /// Borrowed where it stays as it is.
    pub text: Cow<'t, [u8]>,
    pub report: Report,
    /// When documents are asked for.
    pub document: Option<Document>,
}

/// Changes texts.
pub trait Editor: Send + Sync {
    /// # Errors
    ///
    /// When the file must be refused.
    fn edit<'t>(&self, text: Text<'t>) -> Result<Edited<'t>, Problem>;

    /// Whether it matters from which host a text comes.
    fn minds_hosts(&self) -> bool;
}

/// Removes residue.
pub struct Cleaning {
    cleaner: Cleaner,
    documents: bool,
    receipts: bool,
}

impl Cleaning {
    pub fn new(cleaner: &Cleaner, options: &Options) -> Self {
        let Options { documents, receipts, .. } = *options;
        Cleaning { cleaner: cleaner.clone(), documents, receipts }
    }
}

impl Editor for Cleaning {
    fn edit<'t>(&self, text: Text<'t>) -> Result<Edited<'t>, Problem> {
        let Text { bytes, number, host, id } = text;
        let on_host = host.map(|host| self.cleaner.for_host(&host));
        let cleaner = on_host.as_ref().unwrap_or(&self.cleaner);
        let cleaned = cleaner.clean_bytes(bytes);
        let document = self.documents.then(|| {
            let receipt = (self.receipts && !cleaned.removals().is_empty()).then(|| {
                let mut receipt = cleaner.receipt(bytes, &cleaned);
                receipt.id = id.as_deref().map(plain);
                receipt.at = Some(number);
                receipt
            });
            let fate = Fate::Read(cleaned.status());
            let cuts = cuts(bytes, cleaned.removals());
            Document { number, at: number, id, fate, cuts, receipt }
        });
        Ok(Edited { report: cleaned.report().clone(), document, text: cleaned.text })
    }

    /// Receipts name the host, whatever the rules ask for.
    fn minds_hosts(&self) -> bool {
        self.receipts || self.cleaner.minds_hosts()
    }
}

/// An id as plain text: the inside of a string, or a number as it is written.
fn plain(id: &str) -> String {
    serde_json::from_str(id).unwrap_or_else(|_| id.to_owned())
}
