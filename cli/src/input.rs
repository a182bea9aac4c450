//! Opening input: where it comes from, and what its first bytes say about it.
//!
//! The invariant: nothing that is not plain text or JSONL is treated as such. UTF-16, UTF-32 and compressed files are
//! refused with a hint; bytes are never converted.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::args::{FormatArg, InputArgs};
use crate::documents::Separator;
use crate::jsonl;
use crate::talk::{say, visible};

/// Bytes that are looked at before the format is decided, and read at a time.
const BUFFER: usize = 64 * 1024;

/// An opened input.
pub struct Input {
    pub name: String,
    pub path: Option<PathBuf>,
    pub format: Format,
    pub reader: BufReader<Box<dyn Read>>,
}

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Jsonl,
}

impl Format {
    /// The name in options and receipts.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Jsonl => "jsonl",
        }
    }
}

impl Input {
    /// Opens the input and finds out its format; `known` is what receipts say about it.
    pub fn open(args: &InputArgs, known: Option<Format>) -> Result<Input> {
        let is_stdin = args.file.as_os_str() == "-";
        let name =
            if is_stdin { "standard input".into() } else { visible(&args.file.to_string_lossy()) };
        let reader: Box<dyn Read> = if is_stdin {
            Box::new(io::stdin().lock())
        } else {
            let file =
                File::open(&args.file).with_context(|| format!("{name}: cannot be opened"))?;
            if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
                bail!("{name}: is a directory; name a file");
            }
            Box::new(file)
        };
        let mut reader =
            BufReader::with_capacity(BUFFER, Rest { start: Vec::new(), at: 0, reader });
        let start = fill(reader.get_mut()).with_context(|| format!("{name}: cannot be read"))?;
        refuse_foreign(&name, &start)?;
        if args.documents != Some(Separator::Nul)
            && let Some(at) = memchr::memchr(0, &start)
        {
            say(format!("{name}: looks binary (a NUL at byte {at}); its bytes pass unchanged"));
        }
        let format = match args.format {
            FormatArg::Text => Format::Text,
            FormatArg::Jsonl => Format::Jsonl,
            FormatArg::Auto => known.unwrap_or_else(|| guess(&args.file, &start)),
        };
        if format == Format::Jsonl && args.documents.is_some() {
            bail!("{name}: --documents is for text; in JSONL each line is a document");
        }
        let path = if is_stdin { stdin_path() } else { Some(args.file.clone()) };
        let reader = BufReader::with_capacity(BUFFER, Box::new(reader) as Box<dyn Read>);
        Ok(Input { name, path, format, reader })
    }

    /// Passes the input on piece by piece.
    pub fn each_piece(&mut self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        loop {
            let piece = self.reader.fill_buf();
            let piece = match piece {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece.with_context(|| format!("{}: cannot be read", self.name))?,
            };
            if piece.is_empty() {
                return Ok(());
            }
            take(piece)?;
            let len = piece.len();
            self.reader.consume(len);
        }
    }
}

/// A path that leads to the file that standard input is, where the system has one.
fn stdin_path() -> Option<PathBuf> {
    let path = PathBuf::from("/dev/stdin");
    path.exists().then_some(path)
}

/// A reader whose start was already looked at.
struct Rest {
    start: Vec<u8>,
    at: usize,
    reader: Box<dyn Read>,
}

impl Read for Rest {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = &self.start[self.at..];
        if start.is_empty() {
            return self.reader.read(buffer);
        }
        let len = start.len().min(buffer.len());
        buffer[..len].copy_from_slice(&start[..len]);
        self.at += len;
        Ok(len)
    }
}

/// Reads the first bytes, so that short reads of a pipe do not hide what a file starts with.
fn fill(rest: &mut Rest) -> io::Result<Vec<u8>> {
    let limit = BUFFER as u64;
    rest.reader.by_ref().take(limit).read_to_end(&mut rest.start)?;
    Ok(rest.start.clone())
}

fn refuse_foreign(name: &str, start: &[u8]) -> Result<()> {
    let kinds: [(&[u8], &str); 7] = [
        (b"\xFF\xFE\0\0", "UTF-32; convert it first: iconv -f UTF-32 -t UTF-8"),
        (b"\0\0\xFE\xFF", "UTF-32; convert it first: iconv -f UTF-32 -t UTF-8"),
        (b"\xFF\xFE", "UTF-16; convert it first: iconv -f UTF-16 -t UTF-8"),
        (b"\xFE\xFF", "UTF-16; convert it first: iconv -f UTF-16 -t UTF-8"),
        (b"\x1F\x8B", "gzip; unpack it first: gzip -dc FILE | unchaff clean -"),
        (b"\x28\xB5\x2F\xFD", "zstd; unpack it first: zstd -dc FILE | unchaff clean -"),
        (b"\xFD7zXZ\0", "xz; unpack it first: xz -dc FILE | unchaff clean -"),
    ];
    if let Some((_, what)) = kinds.iter().find(|(magic, _)| start.starts_with(magic)) {
        bail!("{name}: is {what}");
    }
    // `BZh`, a digit, and the mark of a first block or of the end of an empty file.
    if let [b'B', b'Z', b'h', b'1'..=b'9', b'1' | 0x17, b'A' | 0x72, b'Y' | 0x45, ..] = start {
        bail!("{name}: is bzip2; unpack it first: bzip2 -dc FILE | unchaff clean -");
    }
    Ok(())
}

fn guess(path: &Path, start: &[u8]) -> Format {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("jsonl" | "ndjson" | "jl") => return Format::Jsonl,
        Some("txt" | "text" | "md" | "markdown") => return Format::Text,
        _ => {}
    }
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let text = text.trim_ascii_start();
    let is_jsonl = match memchr::memchr(b'\n', text) {
        Some(end) => jsonl::is_object(&text[..end]),
        // The first line is not over yet: it can only be told by how it begins.
        None if start.len() >= BUFFER => {
            text.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\""))
        }
        None => jsonl::is_object(text),
    };
    if is_jsonl { Format::Jsonl } else { Format::Text }
}
