//! Generated inputs.

use super::settings::number;
use crate::generator::{self, Kind, SEPARATOR};

/// Text of one kind: document by document, and all of it as one text.
#[derive(Debug)]
pub struct Input {
    pub kind: Kind,
    pub documents: Vec<String>,
    pub whole: String,
}

impl Input {
    /// Bytes of the documents.
    pub fn bytes(&self) -> u64 {
        self.documents.iter().map(|document| document.len() as u64).sum()
    }
}

/// The input of a kind, as large as `UNCHAFF_BENCH_MIB` says; the default is larger than most caches.
pub fn input(kind: Kind) -> Input {
    sized(kind, number("UNCHAFF_BENCH_MIB").unwrap_or(64.0))
}

/// The input of a kind, as large as that.
pub fn sized(kind: Kind, mib: f64) -> Input {
    let documents = generator::documents(kind, 1, (mib * 1048576.0) as usize);
    let whole = documents.join(SEPARATOR);
    Input { kind, documents, whole }
}
