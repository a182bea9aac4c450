//! Opening input: where it comes from, and what its first bytes say about it.
//!
//! The invariant: nothing that is not text or JSONL, plain or packed with gzip or zstd, is treated as such; all else that is
//! known is refused with a hint, and bytes are never converted. A packed file that is cut off or damaged ends in an error.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::args::{FormatArg, InputArgs};
use crate::containers::{self, Codec, Container};
use crate::documents::Separator;
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
        let reader: Box<dyn Read + Send> = if is_stdin {
            Box::new(io::stdin())
        } else {
            let file =
                File::open(&args.file).with_context(|| format!("{name}: cannot be opened"))?;
            if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
                bail!("{name}: is a directory; name a file");
            }
            Box::new(file)
        };
        let failed = || format!("{name}: cannot be read");
        let mut packed = Rest { start: Vec::new(), at: 0, reader };
        let codec = Codec::of(&fill(&mut packed).with_context(failed)?);
        let reader = containers::unpacked(Box::new(packed), codec).with_context(failed)?;
        let mut reader = Rest { start: Vec::new(), at: 0, reader };
        let start = fill(&mut reader).with_context(failed)?;
        refuse_foreign(&name, &start, args.format)?;
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
struct Rest<R> {
    start: Vec<u8>,
    at: usize,
    reader: R,
}

impl<R: Read> Read for Rest<R> {
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
fn fill(rest: &mut Rest<impl Read>) -> io::Result<Vec<u8>> {
    let limit = BUFFER as u64;
    rest.reader.by_ref().take(limit).read_to_end(&mut rest.start)?;
    Ok(rest.start.clone())
}

fn guess(path: &Path, start: &[u8]) -> Format {
    let is_jsonl = match containers::named(path).1 {
        Some(Container::Jsonl) => true,
        Some(Container::Text) => false,
        _ => containers::looks_like_jsonl(start, start.len() < BUFFER),
    };
    if is_jsonl { Format::Jsonl } else { Format::Text }
}

/// Refuses what is neither text nor JSONL.
fn refuse_foreign(name: &str, start: &[u8], format: FormatArg) -> Result<()> {
    containers::refuse_foreign(start).map_err(|problem| anyhow!("{name}: {problem}"))?;
    let what = match start {
        _ if format != FormatArg::Auto => return Ok(()),
        _ if start.starts_with(b"PAR1") => "Parquet",
        _ if start.starts_with(b"WARC/1.") => "WARC",
        _ => return Ok(()),
    };
    bail!("{name}: is {what}, which a run over a corpus cleans: unchaff clean FILE -o DIR/")
}
