//! The floor of `.ci/bulk-speed`: makes a corpus, and unpacks and packs it again without looking at it, by the same crates,
//! in the same blocks and at the same levels as a run over a corpus does.
//!
//! `recode make MIB jsonl.zst|jsonl.gz|parquet|gz.parquet FILE` and `recode copy IN OUT`.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read, Write};

use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

type Done = Result<(), Box<dyn Error>>;

const BLOCK: usize = 4 << 20;

fn main() -> Done {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["make", mib, "parquet" | "gz.parquet", path] => make_parquet(mib.parse()?, path),
        ["make", mib, _, path] => make_lines(mib.parse()?, path),
        ["copy", input, output] if input.ends_with(".parquet") => copy_parquet(input, output),
        ["copy", input, output] => copy_lines(input, output),
        _ => {
            Err("recode make MIB jsonl.zst|jsonl.gz|parquet|gz.parquet FILE, or recode copy IN OUT"
                .into())
        }
    }
}

/// Documents of words that are as common as those of a language; residue stands around every third.
struct Documents {
    state: u64,
    words: Vec<String>,
    number: u64,
}

impl Documents {
    fn new() -> Self {
        let mut documents =
            Documents { state: 0x9E37_79B9_7F4A_7C15, words: Vec::new(), number: 0 };
        let letters = b"eeeeetttaaaooiinnssrrhhldcumfpgwybvkxjqz";
        for _ in 0..30_000 {
            let len = 2 + documents.below(9);
            let word = (0..len).map(|_| char::from(letters[documents.below(letters.len())]));
            let word = word.collect();
            documents.words.push(word);
        }
        documents
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % limit as u64) as usize
    }

    /// A URL and a text.
    fn next(&mut self) -> (String, String) {
        self.number += 1;
        let has_residue = self.number.is_multiple_of(3);
        let mut text = String::from(if has_residue { "[ad_1]\nShare this:\n" } else { "" });
        for _ in 0..3 + self.below(22) {
            let start = text.len();
            for _ in 0..5 + self.below(75) {
                // The lower of a few draws: a word twice as far down is about half as common.
                let limit = 1 + self.below(self.words.len());
                let at = self.below(limit).min(self.below(self.words.len()));
                text.push_str(&self.words[at]);
                text.push(' ');
            }
            text[start..start + 1].make_ascii_uppercase();
            text.truncate(text.len() - 1);
            text.push_str(".\n");
        }
        text.push_str(if has_residue { "Leave a Reply Cancel reply\nSource link\n" } else { "" });
        (format!("https://www.site{}.example/{}", self.number % 500, self.number), text)
    }
}

/// Packs a block as one frame or member.
enum Packer {
    Zstd(Compressor<'static>),
    Gzip,
}

impl Packer {
    fn of(name: &str) -> Result<Packer, Box<dyn Error>> {
        if name.ends_with(".gz") {
            return Ok(Packer::Gzip);
        }
        let mut compressor = Compressor::new(3)?;
        compressor.set_parameter(CParameter::ChecksumFlag(true))?;
        Ok(Packer::Zstd(compressor))
    }

    fn pack(&mut self, block: &[u8], file: &mut File) -> Done {
        let packed = match self {
            Packer::Zstd(compressor) => compressor.compress(block)?,
            Packer::Gzip => {
                let level = flate2::Compression::new(6);
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(block)?;
                encoder.finish()?
            }
        };
        Ok(file.write_all(&packed)?)
    }
}

fn make_lines(mib: usize, path: &str) -> Done {
    let (mut file, mut packer) = (File::create(path)?, Packer::of(path)?);
    let (mut documents, mut block, mut written) = (Documents::new(), Vec::new(), 0);
    while written < mib << 20 {
        let (url, text) = documents.next();
        let line = serde_json::json!({"id": documents.number, "url": url, "text": text});
        writeln!(block, "{line}")?;
        if block.len() >= BLOCK {
            written += block.len();
            packer.pack(&block, &mut file)?;
            block.clear();
        }
    }
    Ok(())
}

fn copy_lines(input: &str, output: &str) -> Done {
    let file = BufReader::with_capacity(256 << 10, File::open(input)?);
    let mut reader: Box<dyn Read> = match input.ends_with(".gz") {
        true => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        false => Box::new(zstd::Decoder::with_buffer(file)?),
    };
    let (mut file, mut packer) = (File::create(output)?, Packer::of(output)?);
    let mut block = Vec::with_capacity(BLOCK);
    loop {
        block.clear();
        reader.by_ref().take(BLOCK as u64).read_to_end(&mut block)?;
        if block.is_empty() {
            return Ok(file.sync_all()?);
        }
        packer.pack(&block, &mut file)?;
    }
}

#[cfg(feature = "parquet")]
use tables::{copy_parquet, make_parquet};

#[cfg(not(feature = "parquet"))]
fn make_parquet(_: usize, _: &str) -> Done {
    Err("built without Parquet".into())
}

#[cfg(not(feature = "parquet"))]
fn copy_parquet(_: &str, _: &str) -> Done {
    Err("built without Parquet".into())
}

#[cfg(feature = "parquet")]
mod tables {
    use std::sync::Arc;

    use parquet::basic::{Compression, GzipLevel, ZstdLevel};
    use parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
    use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
    use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
    use parquet::schema::parser::parse_message_type;

    use super::{Documents, Done, File};

    const ROWS: usize = 4000;
    const BATCH: usize = 256;

    fn writer(path: &str) -> Result<SerializedFileWriter<File>, Box<dyn std::error::Error>> {
        let schema = "message schema { required int64 id; required binary url (STRING); required binary text (STRING); }";
        let compression = match path.ends_with(".gz.parquet") {
            true => Compression::GZIP(GzipLevel::try_new(6)?),
            false => Compression::ZSTD(ZstdLevel::try_new(3)?),
        };
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_column_dictionary_enabled("text".into(), false)
            .build();
        let schema = Arc::new(parse_message_type(schema)?);
        Ok(SerializedFileWriter::new(File::create(path)?, schema, Arc::new(properties))?)
    }

    fn column<T: DataType>(
        group: &mut SerializedRowGroupWriter<'_, File>,
        values: &[T::T],
    ) -> Done {
        let mut column = group.next_column()?.ok_or("there is no further column")?;
        column.typed::<T>().write_batch(values, None, None)?;
        Ok(column.close()?)
    }

    pub fn make_parquet(mib: usize, path: &str) -> Done {
        let (mut writer, mut documents) = (writer(path)?, Documents::new());
        let mut written = 0;
        while written < mib << 20 {
            let (mut ids, mut urls, mut texts) = (Vec::new(), Vec::new(), Vec::new());
            for id in 0..ROWS as i64 {
                let (url, text) = documents.next();
                written += text.len();
                ids.push(id);
                urls.push(ByteArray::from(url.into_bytes()));
                texts.push(ByteArray::from(text.into_bytes()));
            }
            let mut group = writer.next_row_group()?;
            column::<Int64Type>(&mut group, &ids)?;
            column::<ByteArrayType>(&mut group, &urls)?;
            column::<ByteArrayType>(&mut group, &texts)?;
            group.close()?;
        }
        writer.close()?;
        Ok(())
    }

    /// Reads a column in batches of rows and writes it again.
    fn recode<T: DataType>(
        reader: &dyn RowGroupReader,
        at: usize,
        group: &mut SerializedRowGroupWriter<'_, File>,
    ) -> Done {
        let mut reader: ColumnReaderImpl<T> =
            get_typed_column_reader(reader.get_column_reader(at)?);
        let mut column = group.next_column()?.ok_or("there is no further column")?;
        loop {
            let mut values = Vec::with_capacity(BATCH);
            let (rows, ..) = reader.read_records(BATCH, None, None, &mut values)?;
            if rows == 0 {
                return Ok(column.close()?);
            }
            column.typed::<T>().write_batch(&values, None, None)?;
        }
    }

    pub fn copy_parquet(input: &str, output: &str) -> Done {
        let reader = SerializedFileReader::new(File::open(input)?)?;
        let mut writer = writer(output)?;
        for number in 0..reader.num_row_groups() {
            let rows = reader.get_row_group(number)?;
            let mut group = writer.next_row_group()?;
            recode::<Int64Type>(rows.as_ref(), 0, &mut group)?;
            recode::<ByteArrayType>(rows.as_ref(), 1, &mut group)?;
            recode::<ByteArrayType>(rows.as_ref(), 2, &mut group)?;
            group.close()?;
        }
        Ok(writer.into_inner()?.sync_all()?)
    }
}
