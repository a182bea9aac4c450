//! A file that is being written: counted, hashed, and sent to the medium as it grows.
//!
//! The invariant: count and hash are those of the bytes that the file took. What is synced while the file grows need not be
//! waited for at its end, when nothing else is left to be done. Written to by a shard, and by what makes an output anew.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::disk::DiskFile;
use super::shard::hex;

/// Bytes after which what was written is synced. The tests write little, and must come by there too.
const SYNC_BYTES: u64 = if cfg!(test) { 10_000 } else { 16 << 20 };

/// How much was written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub bytes: u64,
    /// XXH3-128 in hexadecimal.
    pub xxh3: String,
}

/// A file that grows.
pub struct Growing {
    file: Box<dyn DiskFile>,
    bytes: u64,
    hash: Xxh3,
    /// Bytes that were written since the last sync.
    unsynced: u64,
}

impl Growing {
    /// A file in which nothing stands.
    pub fn new(file: Box<dyn DiskFile>) -> Self {
        Self::behind(file, 0, Xxh3::new())
    }

    /// A file in which so many bytes with this hash stand.
    pub fn behind(file: Box<dyn DiskFile>, bytes: u64, hash: Xxh3) -> Self {
        Growing { file, bytes, hash, unsynced: 0 }
    }

    /// Bytes that stand in it.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Waits until every byte is on the medium, and says how many there are.
    pub fn sync(&mut self) -> io::Result<Written> {
        self.file.flush()?;
        self.file.sync_all()?;
        self.unsynced = 0;
        Ok(Written { bytes: self.bytes, xxh3: hex(&self.hash) })
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.unsynced >= SYNC_BYTES {
            self.sync()?;
        }
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        self.unsynced += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Counts how often it was synced.
    struct Counting(Arc<AtomicU64>);

    impl Write for Counting {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len().min(3_000))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl DiskFile for Counting {
        fn sync_all(&mut self) -> io::Result<()> {
            match self.0.fetch_add(1, Ordering::Relaxed) {
                3 => Err(io::Error::other("the medium is gone")),
                _ => Ok(()),
            }
        }
    }

    #[test]
    fn what_was_written_is_synced_before_the_end() {
        let syncs = Arc::new(AtomicU64::new(0));
        let mut file = Growing::new(Box::new(Counting(Arc::clone(&syncs))));
        file.write_all(&[7; 40_000]).expect("it is written");
        assert_eq!((file.bytes(), syncs.load(Ordering::Relaxed)), (40_000, 3));
        assert!(file.write_all(&[7; 10_000]).is_err(), "a sync that fails is told");
        let written = file.sync().expect("it is synced");
        assert_eq!(written.bytes, file.bytes());
        let mut hash = Xxh3::new();
        hash.update(&vec![7; usize::try_from(file.bytes()).expect("it is small")]);
        assert_eq!(written.xxh3, hex(&hash));
    }
}
