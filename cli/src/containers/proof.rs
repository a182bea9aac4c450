//! Undoing and checking what was done to texts that stand alone in a container: WARC, Parquet.
//!
//! The invariant: each receipt belongs to one text, and each text has at most one; a receipt that no text takes is told. The
//! same readers and writers are used as for cleaning, with another editor of texts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use unchaff::{Cleaner, Receipt, Report};

use super::block::{Block, BlockCleaner, BlockReader, CleanBlock, Document, Fate};
use super::options::{Edit, Options};
use super::pack::Packing;
use super::problem::{Place, Problem, ProblemKind, Problems};
use super::shape::{Container, Shape};
use super::texts::{Edited, Editor, Text};
use super::{packing, warc};

#[cfg(feature = "parquet")]
use super::parquet;

/// Puts back what was removed from a cleaned WARC or Parquet file. `receipts` gives that of a record, by its number; each is
/// asked for once, in order. `put` takes what `assemble` needs, or the file itself.
///
/// # Errors
///
/// When file and receipts do not belong together, or one of them cannot be read; or what `receipts` or `put` say.
pub fn restore<E: From<Problem>>(
    path: &Path,
    shape: &Shape,
    options: &Options,
    receipts: impl FnMut(u64) -> Result<Option<Receipt>, E>,
    mut put: impl FnMut(Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let files = Files { path, shape, options, packing: packing(shape, options)? };
    files.each_block(receipts, |block, receipts| {
        let restoring = Restoring(Mutex::new(receipts));
        let clean = files.edit(&restoring, block)?;
        let is_wrong = |problem: &&Problem| problem.kind == ProblemKind::BadDigest;
        if let Some(problem) = clean.problems.named().iter().find(is_wrong) {
            return Err(problem.clone().into());
        }
        put(clean.output)?;
        match unlocked(restoring.0).into_keys().next() {
            None => Ok(()),
            Some(number) => Err(Problem::new(
                ProblemKind::Corrupt,
                Place::Record(number),
                "there is a receipt for this record, but it has no text to which it belongs",
            )
            .into()),
        }
    })
}

/// What a check of one record comes to.
#[derive(Debug)]
pub struct Checked {
    /// Number of the record in its file, from 1.
    pub number: u64,
    /// The id as it is written in JSON, if there is one.
    pub id: Option<String>,
    pub has_receipt: bool,
    pub finding: Finding,
}

/// What was found.
#[derive(Debug)]
pub enum Finding {
    Fits,
    /// Why text and receipt do not belong together.
    Differs(String),
    /// It cannot be read, and stayed as it is; it has no receipt. The problems say why.
    Unread,
}

/// Derives the removals of a WARC or Parquet file again and compares them with the receipts; each is asked for once, in
/// order, and each text is told to `take`. Gives the problems with records that cannot be read.
///
/// # Errors
///
/// When the file cannot be read; or what `receipts` or `take` say.
pub fn verify<E: From<Problem>>(
    path: &Path,
    shape: &Shape,
    options: &Options,
    cleaner: &Cleaner,
    receipts: impl FnMut(u64) -> Result<Option<Receipt>, E>,
    mut take: impl FnMut(Checked) -> Result<(), E>,
) -> Result<Problems, E> {
    let options = &Options { documents: true, edit: Edit::Clean, ..options.clone() };
    let files = Files { path, shape, options, packing: Packing::PLAIN };
    let mut problems = Problems::default();
    files.each_block(receipts, |block, receipts| {
        let verifying = Verifying {
            cleaner: cleaner.clone(),
            receipts: Mutex::new(receipts),
            seen: Mutex::default(),
        };
        let clean = files.edit(&verifying, block)?;
        let mut receipts = unlocked(verifying.receipts);
        let mut seen = unlocked(verifying.seen);
        for Document { number, id, fate, .. } in clean.documents {
            let Seen { has_receipt, why } = seen.remove(&number).unwrap_or_default();
            let has_receipt = receipts.remove(&number).is_some() || has_receipt;
            let finding = match (fate, why) {
                (Fate::Read(_), None) => Finding::Fits,
                (Fate::Read(_), Some(why)) => Finding::Differs(why),
                (Fate::Unread | Fate::NoText, _) if has_receipt => Finding::Differs(
                    "there is a receipt for it, but it has no text that can be cleaned".into(),
                ),
                (Fate::Unread, _) => Finding::Unread,
                (Fate::NoText, _) => continue,
            };
            take(Checked { number, id, has_receipt, finding })?;
        }
        problems.append(clean.problems);
        Ok(())
    })?;
    Ok(problems)
}

/// A file whose texts stand alone in it, and how it is read and written.
struct Files<'f> {
    path: &'f Path,
    shape: &'f Shape,
    options: &'f Options,
    packing: Packing,
}

impl Files<'_> {
    fn each_block<E: From<Problem>>(
        &self,
        mut receipts: impl FnMut(u64) -> Result<Option<Receipt>, E>,
        mut take: impl FnMut(Block, BTreeMap<u64, Receipt>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Files { path, shape, options, .. } = *self;
        let mut reader: Box<dyn BlockReader> = match shape.container {
            Container::Warc => Box::new(warc::WarcReader::open(path, shape.codec, options, None)?),
            #[cfg(feature = "parquet")]
            Container::Parquet => {
                Box::new(parquet::ParquetReader::new(parquet::Opened::open(path, options)?, None))
            }
            #[cfg(not(feature = "parquet"))]
            Container::Parquet => return Err(super::without_parquet().into()),
            Container::Text | Container::Jsonl => {
                let what = format!("{} is read as a stream", shape.container.name());
                return Err(Problem::of_file(ProblemKind::Option, what).into());
            }
        };
        while let Some(block) = reader.next()? {
            let mut of_block = BTreeMap::new();
            for number in block.first_record..block.first_record + block.records {
                of_block.extend(receipts(number)?.map(|receipt| (number, receipt)));
            }
            take(block, of_block)?;
        }
        Ok(())
    }

    fn edit(&self, editor: impl Editor, block: Block) -> Result<CleanBlock, Problem> {
        match self.shape.container {
            #[cfg(feature = "parquet")]
            Container::Parquet => parquet::ParquetCleaner::new(editor, self.options).clean(block),
            _ => warc::WarcCleaner::new(editor, self.options, self.packing)?.clean(block),
        }
    }
}

fn unlocked<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn take_receipt(receipts: &Mutex<BTreeMap<u64, Receipt>>, number: u64) -> Option<Receipt> {
    receipts.lock().unwrap_or_else(PoisonError::into_inner).remove(&number)
}

/// Puts back what was removed from the texts of a block.
struct Restoring(Mutex<BTreeMap<u64, Receipt>>);

impl Editor for &Restoring {
    fn edit<'t>(&self, text: Text<'t>) -> Result<Edited<'t>, Problem> {
        let restored = match take_receipt(&self.0, text.number) {
            None => Cow::Borrowed(text.bytes),
            Some(receipt) => Cow::Owned(receipt.restore(text.bytes).map_err(|error| {
                let place = Place::Record(text.number);
                Problem::new(ProblemKind::Corrupt, place, error.to_string())
            })?),
        };
        Ok(Edited { text: restored, report: Report::default(), document: None })
    }

    fn minds_hosts(&self) -> bool {
        false
    }
}

/// Compares the texts of a block with their receipts.
struct Verifying {
    cleaner: Cleaner,
    receipts: Mutex<BTreeMap<u64, Receipt>>,
    /// What was found, by the numbers of the records.
    seen: Mutex<BTreeMap<u64, Seen>>,
}

/// A text that was compared.
#[derive(Default)]
struct Seen {
    has_receipt: bool,
    /// Why text and receipt do not belong together.
    why: Option<String>,
}

impl Editor for &Verifying {
    /// Leaves of the text what cleaning leaves: whether the record has room for that (digests that fit) is seen by who asks.
    fn edit<'t>(&self, text: Text<'t>) -> Result<Edited<'t>, Problem> {
        let Text { bytes, number, host, id } = text;
        let on_host = host.map(|host| self.cleaner.for_host(&host));
        let cleaner = on_host.as_ref().unwrap_or(&self.cleaner);
        let receipt = take_receipt(&self.receipts, number);
        let cleaned = cleaner.clean_bytes(bytes);
        let why = match &receipt {
            Some(receipt) => cleaner.verify(bytes, receipt).err().map(|error| error.to_string()),
            None if cleaned.removals().is_empty() => None,
            None => Some("residue is removed from it, but there is no receipt".into()),
        };
        let seen = Seen { has_receipt: receipt.is_some(), why };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(number, seen);
        let fate = Fate::Read(cleaned.status());
        let document =
            Some(Document { number, at: number, id, fate, cuts: Vec::new(), receipt: None });
        Ok(Edited { text: cleaned.text, report: Report::default(), document })
    }

    fn minds_hosts(&self) -> bool {
        true
    }
}
