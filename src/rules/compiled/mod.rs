//! The compiled form of rules: flat little-endian arrays in one buffer, used where they lie.
//!
//! The invariant: nothing in here trusts a number it reads; whatever the bytes are, reading them neither panics nor
//! looks outside of them.

pub(crate) mod bytes;
pub(crate) mod error;
pub(crate) mod records;
pub(crate) mod sections;
pub(crate) mod stored;
pub(crate) mod texts;
pub(crate) mod write;

/// The rules are more, or longer, than the compiled form can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;
