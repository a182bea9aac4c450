//! Digests of records: `sha1:` in base 32, as is common, or in hexadecimal.

use std::fmt::Write as _;

use sha1::{Digest as _, Sha1};

/// How a digest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Base32 { is_upper: bool },
    Hex { is_upper: bool },
}

/// The digest of other bytes, written in the same way; none if `written` is not that of `bytes`, or of an unknown kind.
pub fn renewed(written: &str, bytes: &[u8], other: &[u8]) -> Option<String> {
    let (label, value) = written.split_once(':')?;
    if !label.eq_ignore_ascii_case("sha1") {
        return None;
    }
    let is_upper = !value.bytes().any(|byte| byte.is_ascii_lowercase());
    let style = match value.len() {
        32 => Style::Base32 { is_upper },
        40 => Style::Hex { is_upper },
        _ => return None,
    };
    (style.write(bytes) == value).then(|| format!("{label}:{}", style.write(other)))
}

impl Style {
    fn write(self, bytes: &[u8]) -> String {
        let hash = Sha1::digest(bytes);
        let (lower, is_upper) = match self {
            Style::Base32 { is_upper } => (base32(&hash), is_upper),
            Style::Hex { is_upper } => {
                let hex = hash.iter().fold(String::new(), |mut hex, byte| {
                    let _ = write!(hex, "{byte:02x}");
                    hex
                });
                (hex, is_upper)
            }
        };
        if is_upper { lower.to_uppercase() } else { lower }
    }
}

/// RFC 4648, in lower case; for numbers of bytes that need no padding.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(5) {
        let bits = group.iter().fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
        for at in (0..8).rev() {
            let digit = (bits >> (at * 5) & 31) as u8;
            text.push(char::from(if digit < 26 { b'a' + digit } else { b'2' + digit - 26 }));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_renewed_in_the_style_they_were_written_in() {
        let empty = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ";
        let abc = "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5";
        assert_eq!(renewed(empty, b"", b"abc").as_deref(), Some(abc));
        assert_eq!(
            renewed(&abc.to_lowercase(), b"abc", b"").as_deref(),
            Some(&*empty.to_lowercase())
        );
        let hex = "SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709";
        let abc = "SHA1:a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(renewed(hex, b"", b"abc").as_deref(), Some(abc));
        assert_eq!(renewed(empty, b"x", b""), None);
        assert_eq!(renewed("md5:d41d8cd98f00b204e9800998ecf8427e", b"", b"a"), None);
    }
}
