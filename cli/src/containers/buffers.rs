//! Buffers for blocks, used again and again: fresh memory costs as much as a tenth of unpacking and packing.
//!
//! The invariant: whoever holds a buffer alone has it, and gives it back when done; one that is not given back costs a new one,
//! nothing else; and no more lie idle than were asked for.

use std::sync::{Arc, Mutex, PoisonError};

/// Largest buffer that is kept: blocks of one long record are rare, and take enough without others that lie idle.
const MOST: usize = 6 << 20;

/// Buffers that lie idle, for any number of threads.
#[derive(Clone, Debug)]
pub struct Buffers {
    idle: Arc<Mutex<Vec<Vec<u8>>>>,
    most: usize,
}

impl Default for Buffers {
    fn default() -> Self {
        Buffers::new(4)
    }
}

impl Buffers {
    /// None yet, and never more idle ones than that.
    pub fn new(most: usize) -> Self {
        Buffers { idle: Arc::default(), most }
    }

    /// An empty buffer with room for so many bytes.
    pub fn take(&self, room: usize) -> Vec<u8> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut buffer = idle.unwrap_or_default();
        // What is too small is not made larger: that would be two buffers for a while.
        if buffer.capacity() < room {
            buffer = Vec::with_capacity(room);
        }
        buffer
    }

    /// Gives a buffer back, whatever stands in it.
    pub fn give(&self, mut buffer: Vec<u8>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.most && (1..=MOST).contains(&buffer.capacity()) {
            buffer.clear();
            idle.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_empty_and_large_ones_not_at_all() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take(100);
        buffer.extend_from_slice(&[7; 50]);
        let place = buffer.as_ptr();
        buffers.clone().give(buffer);
        let again = buffers.take(80);
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
        buffers.give(again);
        assert!(buffers.take(101).capacity() >= 101);
        buffers.give(Vec::with_capacity(MOST + 1));
        buffers.give(Vec::new());
        assert_eq!(buffers.take(0).capacity(), 0);
        (0..9).for_each(|_| buffers.give(vec![0]));
        let kept = (0..9).filter(|_| buffers.take(0).capacity() > 0).count();
        assert_eq!(kept, 4);
    }
}
