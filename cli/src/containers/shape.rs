//! What a file is: a container of records, compressed in some way.
//!
//! The invariant: the content decides; the name decides only where the content leaves it open (text or JSONL), and a name
//! that says something else than the content is told. What is not understood is refused with a hint, never guessed.

use std::fs::File;
use std::io::{Read, Take};
use std::path::Path;

use super::decode::{Decoder, Step};
use super::options::Options;
use super::problem::{Place, Problem, ProblemKind};
use crate::jsonl;

/// Bytes that are looked at.
const HEAD: usize = 64 << 10;

/// What the records of a file stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Text,
    Jsonl,
    Warc,
    Parquet,
}

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Plain,
    Gzip,
    Zstd,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub container: Container,
    pub codec: Codec,
    /// What is worth telling: that the name says something else.
    pub notes: Vec<Problem>,
}

impl Container {
    /// The name in options, receipts and summaries.
    pub fn name(self) -> &'static str {
        match self {
            Container::Text => "text",
            Container::Jsonl => "jsonl",
            Container::Warc => "warc",
            Container::Parquet => "parquet",
        }
    }
}

impl Codec {
    /// The name in options and summaries.
    pub fn name(self) -> &'static str {
        match self {
            Codec::Plain => "plain",
            Codec::Gzip => "gzip",
            Codec::Zstd => "zstd",
        }
    }

    /// What bytes that start like this are packed with.
    pub fn of(head: &[u8]) -> Codec {
        // A skippable frame may stand before the first zstd frame.
        let is_skippable = matches!(head, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..]);
        match head {
            _ if head.starts_with(Codec::Gzip.magic()) => Codec::Gzip,
            _ if head.starts_with(Codec::Zstd.magic()) || is_skippable => Codec::Zstd,
            _ => Codec::Plain,
        }
    }

    fn magic(self) -> &'static [u8] {
        match self {
            Codec::Plain => b"",
            Codec::Gzip => b"\x1F\x8B",
            Codec::Zstd => b"\x28\xB5\x2F\xFD",
        }
    }
}

/// What the name of a file says.
struct Name {
    codec: Option<Codec>,
    container: Option<Container>,
}

impl Name {
    fn of(path: &Path) -> Name {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let mut parts = name.rsplit('.').peekable();
        let codec = match parts.peek().copied() {
            Some("gz" | "gzip" | "bgz") => Some(Codec::Gzip),
            Some("zst" | "zstd") => Some(Codec::Zstd),
            _ => None,
        };
        if codec.is_some() {
            parts.next();
        }
        let container = match parts.next() {
            Some("jsonl" | "ndjson" | "jl") => Some(Container::Jsonl),
            Some("txt" | "text" | "md" | "markdown") => Some(Container::Text),
            Some("warc" | "wet" | "wat") => Some(Container::Warc),
            Some("parquet" | "pq") => Some(Container::Parquet),
            _ => None,
        };
        Name { codec, container }
    }
}

/// Finds out what a file is by its first bytes and its name; `forced` is what the user says it holds.
///
/// # Errors
///
/// When it cannot be read, or is something that is not read here: UTF-16, bzip2, xz, a damaged start.
pub fn detect(path: &Path, forced: Option<Container>) -> Result<Shape, Problem> {
    let failed = |error| Problem::of_file(ProblemKind::Io, format!("cannot be read: {error}"));
    let mut file = File::open(path).map_err(failed)?;
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(HEAD as u64).read_to_end(&mut head).map_err(failed)?;
    detect_head(&Name::of(path), &head, forced)
}

fn detect_head(name: &Name, head: &[u8], forced: Option<Container>) -> Result<Shape, Problem> {
    let mut notes = Vec::new();
    let codec = codec(name, head, &mut notes)?;
    if head.starts_with(b"PAR1") && forced.is_none_or(|forced| forced == Container::Parquet) {
        return Ok(Shape { container: Container::Parquet, codec: Codec::Plain, notes });
    }
    let unpacked = match codec {
        Codec::Plain => head.to_vec(),
        _ => unpack_head(head, codec),
    };
    refuse_foreign(&unpacked)?;
    let container = match forced {
        Some(forced) => forced,
        None => container(name, &unpacked, head.len() < HEAD, &mut notes)?,
    };
    if container == Container::Parquet {
        let what = "is no Parquet file: it does not start with PAR1";
        return Err(Problem::new(ProblemKind::Corrupt, Place::Byte(0), what));
    }
    Ok(Shape { container, codec, notes })
}

/// The compression, by the magic bytes; what cannot be what the name says is refused.
fn codec(name: &Name, head: &[u8], notes: &mut Vec<Problem>) -> Result<Codec, Problem> {
    let found = Codec::of(head);
    let Some(said) = name.codec.filter(|&said| said != found) else { return Ok(found) };
    if found == Codec::Plain {
        // A file that was cut off inside its first bytes is what its name says, and truncated.
        if said.magic().starts_with(head) {
            return Ok(said);
        }
        if memchr::memchr(0, head).is_some() || !is_utf8_start(head) {
            let what = format!(
                "is no {} file, as its name says, and no text either; its start is damaged",
                said.name()
            );
            return Err(Problem::new(ProblemKind::Corrupt, Place::Byte(0), what));
        }
    }
    let what = format!("the name says {}, the content is {}", said.name(), found.name());
    notes.push(Problem::of_file(ProblemKind::NameDiffers, what));
    Ok(found)
}

/// Whether bytes are UTF-8, save for a character that is cut off at the end.
fn is_utf8_start(head: &[u8]) -> bool {
    std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true)
}

/// What the first bytes of a compressed file unpack to, as far as they do.
fn unpack_head(head: &[u8], codec: Codec) -> Vec<u8> {
    let reader: Take<_> = std::io::Cursor::new(head.to_vec()).take(HEAD as u64);
    let mut unpacked = Vec::new();
    let Ok(mut decoder) = Decoder::new(Box::new(reader), codec, &Options::default()) else {
        return unpacked;
    };
    while unpacked.len() < HEAD && !matches!(decoder.step(&mut unpacked), Ok(Step::End) | Err(_)) {}
    unpacked
}

fn container(
    name: &Name,
    head: &[u8],
    is_whole: bool,
    notes: &mut Vec<Problem>,
) -> Result<Container, Problem> {
    if head.starts_with(b"WARC/1.") {
        return Ok(Container::Warc);
    }
    match name.container {
        Some(Container::Warc) if !head.is_empty() => {
            let what = "is no WARC file: it does not start with WARC/1.; give the format to read it as another one";
            return Err(Problem::new(ProblemKind::Corrupt, Place::Unpacked(0), what));
        }
        Some(Container::Parquet) => {
            let what =
                "is no Parquet file: it does not start with PAR1; its start is damaged or cut off";
            return Err(Problem::new(ProblemKind::Corrupt, Place::Byte(0), what));
        }
        Some(container) => return Ok(container),
        None => {}
    }
    if memchr::memchr(0, head).is_some() {
        let what = "looks binary; its bytes pass as those of a text";
        notes.push(Problem::of_file(ProblemKind::NameDiffers, what));
    }
    let is_jsonl = looks_like_jsonl(head, is_whole && head.len() < HEAD);
    Ok(if is_jsonl { Container::Jsonl } else { Container::Text })
}

/// Whether a file that starts like this holds records of JSON.
pub fn looks_like_jsonl(head: &[u8], is_whole: bool) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    match memchr::memchr(b'\n', text) {
        Some(end) => jsonl::is_object(&text[..end]),
        // The first line is not over yet: it can only be told by how it begins.
        None if !is_whole => {
            text.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\""))
        }
        None => jsonl::is_object(text),
    }
}

/// What the name of a file says that it is packed with, and holds.
pub fn named(path: &Path) -> (Option<Codec>, Option<Container>) {
    let Name { codec, container } = Name::of(path);
    (codec, container)
}

/// Refuses what is none of the encodings that are read, with what to do about it.
///
/// # Errors
///
/// When it is UTF-16, UTF-32, xz or bzip2.
pub fn refuse_foreign(head: &[u8]) -> Result<(), Problem> {
    let kinds: [(&[u8], &str); 5] = [
        (b"\xFF\xFE\0\0", "is UTF-32; convert it first: iconv -f UTF-32 -t UTF-8"),
        (b"\0\0\xFE\xFF", "is UTF-32; convert it first: iconv -f UTF-32 -t UTF-8"),
        (b"\xFF\xFE", "is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8"),
        (b"\xFE\xFF", "is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8"),
        (b"\xFD7zXZ\0", "is xz; unpack it first: xz -d FILE"),
    ];
    let unsupported = |what: &str| Err(Problem::of_file(ProblemKind::Unsupported, what));
    if let Some((_, what)) = kinds.iter().find(|(magic, _)| head.starts_with(magic)) {
        return unsupported(what);
    }
    // `BZh`, a digit, and the mark of a first block or of the end of an empty file.
    if let [b'B', b'Z', b'h', b'1'..=b'9', b'1' | 0x17, b'A' | 0x72, b'Y' | 0x45, ..] = head {
        return unsupported("is bzip2; unpack it first: bzip2 -d FILE");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(name: &str, head: &[u8]) -> Result<Shape, Problem> {
        detect_head(&Name::of(Path::new(name)), head, None)
    }

    #[test]
    fn row_40_the_content_decides_before_the_name() {
        let is = |name: &str, head: &[u8]| {
            let shape = shape(name, head).expect("it is something");
            (shape.container, shape.codec, shape.notes.len())
        };
        assert_eq!(is("a", b"{\"text\":\"a\"}\n"), (Container::Jsonl, Codec::Plain, 0));
        assert_eq!(is("a.txt", b"{\"text\":\"a\"}\n"), (Container::Text, Codec::Plain, 0));
        assert_eq!(is("a.jsonl", b"no\n"), (Container::Jsonl, Codec::Plain, 0));
        assert_eq!(is("a.jsonl.gz", b"{\"text\":\"a\"}\n"), (Container::Jsonl, Codec::Plain, 1));
        assert_eq!(is("a.txt", b"WARC/1.0\r\n"), (Container::Warc, Codec::Plain, 0));
        assert_eq!(is("a.dat", b"PAR1"), (Container::Parquet, Codec::Plain, 0));
        assert_eq!(is("a.jsonl.zst", b"\x28\xB5"), (Container::Jsonl, Codec::Zstd, 0));
        assert_eq!(is("a.jsonl.gz", b""), (Container::Jsonl, Codec::Gzip, 0));
        assert_eq!(is("a", b""), (Container::Text, Codec::Plain, 0));
    }

    #[test]
    fn rows_7_40_what_is_not_understood_is_refused_with_a_hint() {
        let refused =
            |name: &str, head: &[u8]| shape(name, head).expect_err("it is refused").to_string();
        assert!(refused("a", b"\xFF\xFEa\0").contains("iconv"));
        assert!(refused("a", b"\xFD7zXZ\0").contains("xz -d"));
        assert!(refused("a", b"BZh91AY&SY").contains("bzip2 -d"));
        assert!(refused("a.gz", b"\x1F\x0B\x08\0\0").contains("damaged"));
        assert!(refused("a.wet", b"text").contains("WARC/1."));
        assert!(refused("a.parquet", b"PAR").contains("PAR1"));
    }
}
