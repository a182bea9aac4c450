//! The bytes of a file as they lie on its medium, with their offsets.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::problem::{Place, Problem, ProblemKind};

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;

/// A file that is read once from front to back.
pub struct Packed {
    file: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// How much of the buffer was taken, and where in the file the rest stands.
    taken: usize,
    offset: u64,
    is_over: bool,
    /// The hash of what was read, if that began at the start of a file.
    hash: Option<Xxh3>,
}

impl Packed {
    /// Opens a file at an offset.
    pub fn open(path: &Path, offset: u64) -> Result<Packed, Problem> {
        let open = || -> io::Result<File> {
            let mut file = File::open(path)?;
            // What is no regular file cannot be sought in, and need not be.
            if offset > 0 {
                file.seek(SeekFrom::Start(offset))?;
            }
            Ok(file)
        };
        let file = open().map_err(|error| {
            Problem::of_file(ProblemKind::Io, format!("cannot be opened: {error}"))
        })?;
        let hash = (offset == 0).then(Xxh3::new);
        Ok(Packed { offset, hash, ..Packed::new(Box::new(file)) })
    }

    /// Reads from the start of something.
    pub fn new(file: Box<dyn Read + Send>) -> Packed {
        Packed { file, buffer: Vec::new(), taken: 0, offset: 0, is_over: false, hash: None }
    }

    /// The next bytes: at least `need`, unless the file ends before that.
    pub fn peek(&mut self, need: usize) -> Result<&[u8], Problem> {
        while !self.is_over && self.buffer.len() - self.taken < need {
            self.buffer.drain(..self.taken);
            self.taken = 0;
            self.read_more()?;
        }
        Ok(&self.buffer[self.taken..])
    }

    fn read_more(&mut self) -> Result<(), Problem> {
        let len = self.buffer.len();
        self.buffer.reserve(BUFFER);
        let read = self.file.by_ref().take(BUFFER as u64).read_to_end(&mut self.buffer);
        let read = read.map_err(|error| {
            let place = Place::Byte(self.offset + len as u64);
            Problem::new(ProblemKind::Io, place, format!("cannot be read: {error}"))
        })?;
        self.is_over = read == 0;
        if let Some(hash) = &mut self.hash {
            hash.update(&self.buffer[len..]);
        }
        Ok(())
    }

    /// Takes bytes that were peeked at.
    pub fn take(&mut self, len: usize) {
        self.taken += len;
        self.offset += len as u64;
    }

    /// The hash of the whole file, if all of it was read.
    pub fn hash(&self) -> Option<&Xxh3> {
        self.hash.as_ref().filter(|_| self.is_over)
    }

    /// Offset of the next byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}
