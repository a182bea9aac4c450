//! The compiled form of rules: flat little-endian arrays in one buffer, used where they lie.
//!
//! The invariant: nothing in here trusts a number it reads; whatever the bytes are, reading them neither panics nor
//! looks outside of them.

#[allow(dead_code, reason = "sections are read once rule sets are loaded")]
pub(crate) mod bytes;
pub(crate) mod records;
