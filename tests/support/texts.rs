//! Generators of documents for the laws.
