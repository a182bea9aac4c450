//! From which site a record comes: the fields that say so, and what their values mean.
//!
//! The invariant: of the names, in their order, the first under which the record tells a host decides, wherever in the record it
//! stands; what is no URL tells none. Nothing of this is looked at unless rules act on certain hosts only.

use std::borrow::Cow;
use std::ops::Range;

use super::block::Places;
use super::error::Problem;
use super::escape::{plain, unescape};
use super::scanner::Scanner;

/// The names under which crawlers and corpora keep the address of a page, or its host, in the order in which they are tried. A
/// dot leads into an object, also into one that is written as a string.
pub const SITES: [&str; 13] = [
    "url",
    "u",
    "source_url",
    "metadata.url",
    "metadata.source_url",
    "metadata.WARC-Target-URI",
    "meta.url",
    "warc_headers.warc-target-uri",
    "host",
    "source_domain",
    "metadata.host",
    "source",
    "metadata.source",
];

/// Names of fields that hold a host and no URL.
const HOSTS: [&str; 4] = ["host", "hostname", "domain", "source_domain"];

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

/// The host that the value of a field of this name tells: that of a URL, or itself where the name says that it is one.
///
/// ```
/// use unchaff::jsonl::host_under;
///
/// assert_eq!(host_under("metadata.source", "https://example.org/a"), Some("example.org"));
/// assert_eq!(host_under("source_domain", "example.org"), Some("example.org"));
/// assert_eq!(host_under("source", "example.org"), None);
/// ```
#[must_use]
pub fn host_under<'v>(name: &str, value: &'v str) -> Option<&'v str> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_host = |value: &&str| {
        HOSTS.contains(&last)
            && value.contains('.')
            && !value.contains(|c: char| c.is_whitespace() || "/:@?#".contains(c))
    };
    host_of(value).or(Some(value).filter(is_host))
}

/// The host that an object of JSON tells under a name that leads into it: what stands before the first dot names the object.
#[must_use]
pub fn host_inside(name: &str, object: &str) -> Option<String> {
    let (_, key) = name.split_once('.')?;
    let value = value_of(object.as_bytes(), key, &mut Places::default())?;
    let value = text_of(&object.as_bytes()[value])?;
    host_under(name, &value).map(str::to_owned)
}

/// Where a record has values that may tell its site: for each name that of the field itself, and that of what it is in.
#[derive(Debug, Default)]
pub(super) struct Values(Vec<[Option<Range<usize>>; 2]>);

impl Values {
    /// Forgets the record before.
    pub(super) fn clear(&mut self, names: &[String]) {
        self.0.clear();
        self.0.resize(names.len(), [None, None]);
    }

    /// Notes the value of a field, if it may matter. Of fields of one name the last counts.
    pub(super) fn note(&mut self, names: &[String], key: &[u8], value: &Range<usize>) {
        for (name, values) in names.iter().zip(&mut self.0) {
            let Some(rest) = name.as_bytes().strip_prefix(key) else { continue };
            match rest.first() {
                None => values[0] = Some(value.clone()),
                Some(b'.') if !key.contains(&b'.') => values[1] = Some(value.clone()),
                Some(_) => {}
            }
        }
    }

    /// The host that the record tells.
    pub(super) fn host(
        &self,
        names: &[String],
        line: &[u8],
        places: &mut Places,
    ) -> Option<String> {
        names.iter().zip(&self.0).find_map(|(name, [own, outer])| {
            let own = own.clone().and_then(|own| text_of(&line[own]));
            if let Some(host) = own.as_deref().and_then(|own| host_under(name, own)) {
                return Some(host.to_owned());
            }
            let outer = &line[outer.clone()?];
            let text = text_of(outer);
            let object = text.as_deref().map_or(outer, str::as_bytes);
            let (_, key) = name.split_once('.')?;
            let value = text_of(&object[value_of(object, key, places)?])?;
            host_under(name, &value).map(str::to_owned)
        })
    }
}

/// The text that a string of JSON stands for; none if it is no string, or stands for no text.
fn text_of(value: &[u8]) -> Option<Cow<'_, str>> {
    plain(value.strip_prefix(b"\"")?.strip_suffix(b"\"")?)
}

/// Where the last value of a key stands in an object; none if it has no such key, or is no object.
fn value_of(object: &[u8], wanted: &str, places: &mut Places) -> Option<Range<usize>> {
    let mut found = None;
    let (mut open, mut unescaped) = (Vec::new(), Vec::new());
    let read = Scanner::new(object, places).only_object(|scanner, key| {
        if let Some(at) = key.half_pair {
            return Err(Problem { what: "half a surrogate pair in a hex escape", at });
        }
        unescaped.clear();
        unescape(&object[key.inside], &mut unescaped);
        scanner.peek();
        let start = scanner.at();
        scanner.value(&mut open)?;
        if unescaped == wanted.as_bytes() {
            found = Some(start..scanner.at());
        }
        Ok(())
    });
    read.ok()?;
    found
}
