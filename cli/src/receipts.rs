//! Receipt files: a first line that says what was cleaned, one receipt a line, and a last line that says how many.
//!
//! The invariant: a file that was cut off, or of which any line was changed, is refused.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use unchaff::Receipt;

use crate::containers::{self, Codec, Container};
use crate::input::Format;
use crate::output::Output;
use crate::talk::visible;

/// Writes receipts.
pub struct Writer {
    output: Output,
    count: u64,
}

impl Writer {
    /// Opens a receipt file, which must not be one of the `others` that the command reads or writes.
    pub fn create(path: &Path, format: Format, others: &[(&str, Option<&Path>)]) -> Result<Writer> {
        if path.as_os_str() == "-" {
            bail!("--receipts -: receipts need a file of their own");
        }
        let mut output = Output::create(Some(path), others)?;
        output.put(format!("{}\n", start(format.name())).as_bytes())?;
        Ok(Writer { output, count: 0 })
    }

    pub fn add(&mut self, receipt: &Receipt) -> Result<()> {
        self.count += 1;
        self.output.put(format!("{}\n", receipt.to_json()).as_bytes())
    }

    /// Writes the last line, and returns the output, which is not finished.
    pub fn end(mut self) -> Result<Output> {
        self.output.put(format!("{}\n", end(self.count)).as_bytes())?;
        Ok(self.output)
    }
}

/// Reads receipts, in order.
pub struct Reader {
    name: String,
    file: BufReader<Box<dyn Read>>,
    /// What was cleaned.
    pub container: Container,
    count: u64,
    next: Option<Receipt>,
}

impl Reader {
    /// Opens a receipt file and reads its first receipt.
    pub fn open(path: &Path) -> Result<Reader> {
        let name = visible(&path.to_string_lossy());
        let failed = || format!("{name}: the receipts cannot be opened");
        let mut file = BufReader::new(File::open(path).with_context(failed)?);
        let codec = Codec::of(file.fill_buf().with_context(failed)?);
        let unpacked = containers::unpacked(Box::new(file), codec).with_context(failed)?;
        let mut file = BufReader::new(unpacked);
        let mut line = String::new();
        file.read_line(&mut line).with_context(|| format!("{name}:1: cannot be read"))?;
        let containers = [Container::Text, Container::Jsonl, Container::Warc, Container::Parquet];
        let is_start = |c: &Container| line.strip_suffix('\n') == Some(&*start(c.name()));
        let Some(container) = containers.into_iter().find(is_start) else {
            bail!("{name}:1: this is not the first line of a file of receipts");
        };
        let mut reader = Reader { name, file, container, count: 0, next: None };
        reader.advance()?;
        Ok(reader)
    }

    /// What was cleaned, where that is read as a stream.
    pub fn format(&self) -> Result<Format> {
        match self.container {
            Container::Text => Ok(Format::Text),
            Container::Jsonl => Ok(Format::Jsonl),
            other => bail!(
                "{}: the receipts are for {}, which is restored with its folder",
                self.name,
                other.name()
            ),
        }
    }

    /// The path of the file, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The next receipt, unless all were taken.
    pub fn peek(&self) -> Option<&Receipt> {
        self.next.as_ref()
    }

    /// Takes the next receipt if it is for the document at this offset or with this number.
    pub fn take(&mut self, at: u64) -> Result<Option<Receipt>> {
        if self.next.as_ref().is_none_or(|receipt| receipt.at != Some(at)) {
            return Ok(None);
        }
        let taken = self.next.take();
        self.advance()?;
        Ok(taken)
    }

    /// Where the receipt that was read last stands, for messages.
    pub fn place(&self) -> String {
        format!("{}:{}", self.name, self.count + 1)
    }

    fn advance(&mut self) -> Result<()> {
        let place = format!("{}:{}", self.name, self.count + 2);
        let mut line = String::new();
        self.file.read_line(&mut line).with_context(|| format!("{place}: cannot be read"))?;
        let Some(line) = line.strip_suffix('\n') else {
            bail!("{place}: the receipts end here without their last line: the file was cut off");
        };
        if line == end(self.count) {
            if !self.file.fill_buf().with_context(|| format!("{place}: cannot be read"))?.is_empty()
            {
                bail!("{place}: there is something after the last line of the receipts");
            }
            return Ok(());
        }
        let receipt = Receipt::from_json(line).with_context(|| place.clone())?;
        if receipt.at.is_none() {
            bail!("{place}: the receipt does not say for which document it is");
        }
        self.next = Some(receipt);
        self.count += 1;
        Ok(())
    }
}

/// The first line of a receipt file.
fn start(format: &str) -> String {
    format!("{{\"unchaff\":1,\"format\":\"{}\"}}", format)
}

/// The last line of a receipt file.
fn end(count: u64) -> String {
    format!("{{\"unchaff\":1,\"receipts\":{count}}}")
}
