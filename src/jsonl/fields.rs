//! The fields of a record that matter: their names, and what their values mean.

/// The names of the fields that hold the text, the id and the URL of a record.
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
    pub(super) url: String,
}

impl Default for Fields {
    /// `text`, `id` and `url`.
    fn default() -> Self {
        Fields { text: "text".into(), id: "id".into(), url: "url".into() }
    }
}

/// Which field a key names. A name that stands for several of them is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Text,
    Id,
    Url,
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

    /// The field with the URL whose host chooses the rules.
    #[must_use]
    pub fn with_url(mut self, name: impl Into<String>) -> Self {
        self.url = name.into();
        self
    }

    pub(super) fn named(&self, key: &[u8]) -> Field {
        if key == self.text.as_bytes() {
            Field::Text
        } else if key == self.id.as_bytes() {
            Field::Id
        } else if key == self.url.as_bytes() {
            Field::Url
        } else {
            Field::Other
        }
    }
}

/// The host of a URL.
///
/// ```
/// use unchaff::jsonl::host_of;
///
/// assert_eq!(host_of("https://user@news.example.org:8080/a?b"), Some("news.example.org"));
/// assert_eq!(host_of("example.org/a"), None);
/// ```
#[must_use]
pub fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(host, _)| host);
    (!host.is_empty()).then_some(host)
}
