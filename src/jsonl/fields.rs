//! The fields of a record that matter, by their names.

use super::block::Places;
use super::record::Record;
use super::sites::SITES;

/// The names of the fields that hold the text, the id and the site of a record.
///
/// ```
/// use unchaff::jsonl::Fields;
///
/// let fields = Fields::default().with_text("raw_content");
/// # let _ = fields;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fields {
    pub(super) text: String,
    pub(super) id: String,
    pub(super) sites: Vec<String>,
}

impl Default for Fields {
    /// `text`, `id`, and for the site all of [`SITES`].
    fn default() -> Self {
        Fields {
            text: "text".into(),
            id: "id".into(),
            sites: SITES.iter().map(|&name| name.into()).collect(),
        }
    }
}

/// Which field a key names. A name that stands for several of them is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Text,
    Id,
    Other,
}

impl Fields {
    /// The field whose string is cleaned.
    #[must_use]
    pub fn with_text(mut self, name: impl Into<String>) -> Self {
        self.text = name.into();
        self
    }

    /// The field that names the record in its receipt.
    #[must_use]
    pub fn with_id(mut self, name: impl Into<String>) -> Self {
        self.id = name.into();
        self
    }

    /// The only field with the URL, or the host, that chooses the rules. A dot leads into an object.
    #[must_use]
    pub fn with_url(mut self, name: impl Into<String>) -> Self {
        self.sites = vec![name.into()];
        self
    }

    /// The host that a record tells; none if it tells none, or is no record.
    ///
    /// ```
    /// use unchaff::jsonl::Fields;
    ///
    /// let line = br#"{"metadata": {"url": "https://example.org/a"}, "text": "Tea."}"#;
    /// assert_eq!(Fields::default().host(line).as_deref(), Some("example.org"));
    /// ```
    #[must_use]
    pub fn host(&self, line: &[u8]) -> Option<String> {
        let mut record = Record::default();
        let mut places = Places::default();
        record.read(line.trim_ascii_end(), self, true, &mut places).ok()?;
        record.sites.host(&self.sites, line, &mut places)
    }

    pub(super) fn named(&self, key: &[u8]) -> Field {
        if key == self.text.as_bytes() {
            Field::Text
        } else if key == self.id.as_bytes() {
            Field::Id
        } else {
            Field::Other
        }
    }
}
