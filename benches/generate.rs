//! Writes generated text to standard output:
//! `cargo run --release --example generate -- --kind residue --bytes 200000000 [--seed 1]`.
//! Documents are separated by two blank lines. `--jsonl` writes one record a document instead, `--phrases COUNT` that many
//! phrases for other programs, `--pack COUNT` a pack of that many lines of sites.
#![allow(clippy::print_stderr, reason = "this is a program")]

mod generator;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use generator::document::Writer;
use generator::{Kind, SEPARATOR, learned, residue};

const USAGE: &str = "usage: generate [--kind residue|body|flattened|nearmiss|unicode] [--bytes N] [--seed N] [--jsonl] \
                     [--phrases N] [--pack N]";

struct Options {
    kind: Kind,
    bytes: usize,
    seed: u64,
    is_jsonl: bool,
    phrases: Option<usize>,
    pack: Option<usize>,
}

fn main() -> ExitCode {
    let Some(options) = read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match write(&options, BufWriter::with_capacity(1 << 20, io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("generate: {error}");
            ExitCode::from(2)
        }
    }
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        kind: Kind::Residue,
        bytes: 1 << 20,
        seed: 1,
        is_jsonl: false,
        phrases: None,
        pack: None,
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--kind" => options.kind = Kind::from_name(&words.next()?)?,
            "--bytes" => options.bytes = words.next()?.parse().ok()?,
            "--seed" => options.seed = words.next()?.parse().ok()?,
            "--phrases" => options.phrases = Some(words.next()?.parse().ok()?),
            "--pack" => options.pack = Some(words.next()?.parse().ok()?),
            "--jsonl" => options.is_jsonl = true,
            _ => return None,
        }
    }
    Some(options)
}

fn write(options: &Options, mut out: impl Write) -> io::Result<()> {
    if let Some(count) = options.phrases {
        for phrase in residue::phrases(count) {
            writeln!(out, "{phrase}")?;
        }
        return out.flush();
    }
    if let Some(count) = options.pack {
        out.write_all(learned::pack(&learned::lines(count)).as_bytes())?;
        return out.flush();
    }
    let mut writer = Writer::new(options.kind, options.seed);
    let (mut written, mut number) = (0, 0);
    while written < options.bytes {
        let document = writer.document();
        number += 1;
        let record = if options.is_jsonl {
            generator::record(number, &document)
        } else {
            document + SEPARATOR
        };
        out.write_all(record.as_bytes())?;
        written += record.len();
    }
    out.flush()
}
