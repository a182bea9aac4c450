//! Numbers in a folded view: what `{n}` in a phrase stands for.
//!
//! The invariant: two views that differ in their numbers only are masked to the same text. Used by the matchers.

/// What stands for one number in a phrase.
pub(crate) const NUMBER: &str = "{n}";

/// Writes `view` into `masked` with `{n}` for each number. Says whether there was one.
pub(crate) fn mask_numbers(view: &str, masked: &mut String) -> bool {
    masked.clear();
    let mut chars = view.chars().peekable();
    let mut has_number = false;
    while let Some(c) = chars.next() {
        if !is_digit(c) {
            masked.push(c);
            continue;
        }
        has_number = true;
        masked.push_str(NUMBER);
        while let Some(&next) = chars.peek() {
            let joins = matches!(next, '.' | ',') && {
                let mut ahead = chars.clone();
                ahead.next();
                ahead.next().is_some_and(is_digit)
            };
            if !joins && !is_digit(next) {
                break;
            }
            chars.next();
        }
    }
    has_number
}

/// Digits of ASCII, Arabic, Persian and Devanagari.
pub(crate) fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}' | '\u{966}'..='\u{96F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(view: &str) -> String {
        let mut masked = String::new();
        assert_eq!(mask_numbers(view, &mut masked), masked.contains(NUMBER));
        masked
    }

    #[test]
    fn a_number_is_digits_with_points_and_commas_between() {
        assert_eq!(masked("12 comments"), "{n} comments");
        assert_eq!(masked("1,204.5k views, 3."), "{n}k views, {n}.");
        assert_eq!(masked("page 3/10 at 12:30"), "page {n}/{n} at {n}:{n}");
        assert_eq!(masked("1..2"), "{n}..{n}");
        assert_eq!(masked("۱۲ دیدگاه"), "{n} دیدگاه");
        assert_eq!(masked("no number"), "no number");
    }
}
