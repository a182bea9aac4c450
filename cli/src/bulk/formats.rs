//! The formats that are read, as the containers know them.

use std::io::Write;
use std::sync::Arc;

use unchaff::Cleaner;

use super::job::{Assembly, Formats, Opened};
use super::walk::Source;
use crate::args::CleanFormatArg;
use crate::containers::{self, Buffers, Container, Options, Parts, Position, Problem, ProblemKind};

/// Opens any file that the containers read.
pub struct Files {
    pub cleaner: Cleaner,
    pub options: Options,
    pub buffers: Buffers,
    /// Whether attributes are written, which stand beside records of JSON alone.
    pub attributes: bool,
    pub forced: Option<Container>,
}

impl Formats for Files {
    fn open(&self, source: &Source, from: Option<&Position>) -> Result<Opened, Problem> {
        let shape = containers::detect(&source.input, self.forced)?;
        if self.attributes && shape.container != Container::Jsonl {
            let what = format!("is {}; --attributes is for JSONL", shape.container.name());
            return Err(Problem::of_file(ProblemKind::Option, what));
        }
        let mut reader =
            containers::reader(&source.input, &shape, &self.options, &self.cleaner, from)?;
        reader.reuse(&self.buffers);
        let cleaner = containers::cleaner(&shape, &self.options, &self.cleaner)?;
        let packing = containers::packing(&shape, &self.options)?;
        let assembly = containers::needs_assembly(&shape).then(|| {
            let (path, shape, options) =
                (source.input.clone(), shape.clone(), self.options.clone());
            let assemble = move |parts: &mut Parts<'_>, output: &mut (dyn Write + Send)| {
                containers::assemble(&path, &shape, &options, parts, output)
            };
            Box::new(assemble) as Assembly
        });
        Ok(Opened { shape, packing, reader, cleaner: Arc::from(cleaner), assembly })
    }
}

/// The container that the user says the files are.
pub fn forced(format: CleanFormatArg) -> Option<Container> {
    match format {
        CleanFormatArg::Auto => None,
        CleanFormatArg::Text => Some(Container::Text),
        CleanFormatArg::Jsonl => Some(Container::Jsonl),
        CleanFormatArg::Warc => Some(Container::Warc),
        CleanFormatArg::Parquet => Some(Container::Parquet),
    }
}
