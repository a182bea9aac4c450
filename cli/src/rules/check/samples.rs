//! Views that a shape matches, to try other shapes on.
//!
//! The invariant: every sample is matched by the shape itself, which is asked; so what the little reader of expressions
//! below gets wrong is only missing, never wrong. A sample of a language is not the language: whoever concludes from
//! samples says so. Used by the check for what can never act.

use unchaff::Shape;

/// Most texts that are made of one expression.
const MAX_SAMPLES: usize = 64;
/// Longest text that is made.
const MAX_BYTES: usize = 400;
/// Deepest nesting of groups that is read.
const MAX_DEPTH: usize = 16;

/// Folded views that the shape matches; empty where none could be made.
pub fn samples(shape: &Shape) -> Vec<String> {
    let made = match shape {
        Shape::Line(_) => super::book::view_of(shape).into_iter().collect(),
        Shape::Starts { phrase, max_words } => {
            around(phrase, *max_words, |rest| format!("{phrase}{rest}"))
        }
        Shape::Ends { phrase, max_words } => {
            around(phrase, *max_words, |rest| format!("{}{phrase}", turned(rest)))
        }
        Shape::Pattern(pattern) => expand(pattern.source()).unwrap_or_default(),
        _ => Vec::new(),
    };
    made.into_iter().filter(|view| shape.matches(view)).collect()
}

/// The phrase alone, with punctuation, and with as many words as it may have beside it.
fn around(phrase: &str, max_words: usize, with: impl Fn(&str) -> String) -> Vec<String> {
    let more = max_words.saturating_sub(phrase.split(' ').count()).min(50);
    let mut rests = vec![String::new(), "!".into(), " a".into(), " 7".into(), ": a b".into()];
    rests.extend((1..=more).map(|count| " word".repeat(count)));
    rests.iter().map(|rest| with(rest)).collect()
}

fn turned(rest: &str) -> String {
    rest.chars().rev().collect()
}

/// Texts that a regular expression matches; `None` where it is written in a way that is not read here.
fn expand(source: &str) -> Option<Vec<String>> {
    let mut reader = Reader { rest: source, depth: 0 };
    let made = reader.alternatives()?;
    reader.rest.is_empty().then_some(made)
}

/// Reads an expression from left to right.
struct Reader<'s> {
    rest: &'s str,
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn take(&mut self, what: &str) -> bool {
        let rest = self.rest.strip_prefix(what);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn alternatives(&mut self) -> Option<Vec<String>> {
        let mut all = self.sequence()?;
        while self.take("|") {
            all.extend(self.sequence()?);
        }
        Some(thinned(all))
    }

    fn sequence(&mut self) -> Option<Vec<String>> {
        let mut made = vec![String::new()];
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let atom = self.atom()?;
            let part = self.repeated(atom)?;
            made = joined(&made, &part);
        }
        Some(made)
    }

    fn atom(&mut self) -> Option<Vec<String>> {
        match self.next()? {
            '(' => self.group(),
            '[' => self.class(),
            '\\' => {
                let chars = escaped(self)?;
                let texts: Vec<String> = chars.iter().map(char::to_string).collect();
                Some(if texts.is_empty() { vec![String::new()] } else { texts })
            }
            '.' => Some(vec!["a".into(), "7".into()]),
            '^' | '$' => Some(vec![String::new()]),
            '*' | '+' | '?' | '{' => None,
            c => Some(vec![c.to_string()]),
        }
    }

    fn group(&mut self) -> Option<Vec<String>> {
        if self.depth == MAX_DEPTH || (self.rest.starts_with('?') && !self.take("?:")) {
            return None;
        }
        self.depth += 1;
        let made = self.alternatives()?;
        self.depth -= 1;
        self.take(")").then_some(made)
    }

    /// A class gives its first and its last character; a negated one, a letter, a digit and a space.
    fn class(&mut self) -> Option<Vec<String>> {
        let is_negated = self.take("^");
        let mut chars = Vec::new();
        loop {
            match self.next()? {
                ']' if !chars.is_empty() => break,
                '[' | '&' | '~' => return None,
                '\\' => chars.extend(escaped(self)?),
                c => chars.push(c),
            }
        }
        if is_negated {
            return Some(["a", "7", " "].map(str::to_owned).to_vec());
        }
        let ends = [chars.first()?, chars.last()?];
        Some(ends.iter().map(|c| c.to_string()).collect())
    }

    fn repeated(&mut self, atom: Vec<String>) -> Option<Vec<String>> {
        let (min, max) = match self.rest.chars().next() {
            Some('?') => (0, 1),
            Some('*') => (0, 3),
            Some('+') => (1, 3),
            Some('{') => self.bounds()?,
            _ => return Some(atom),
        };
        self.next();
        self.take("?");
        let mut made = Vec::new();
        for count in if min == max { vec![min] } else { vec![min, max] } {
            match count {
                0 => made.push(String::new()),
                1 => made.extend(atom.iter().cloned()),
                _ => made.extend(atom.iter().map(|text| text.repeat(count))),
            }
        }
        made.retain(|text| text.len() <= MAX_BYTES);
        Some(made)
    }

    /// `{2}`, `{2,}` and `{2,5}`; leaves its closing brace.
    fn bounds(&mut self) -> Option<(usize, usize)> {
        let end = self.rest.find('}')?;
        let inside = &self.rest[1..end];
        let (min, max) = inside.split_once(',').unwrap_or((inside, inside));
        let min: usize = min.trim().parse().ok()?;
        let max = if max.is_empty() { min + 2 } else { max.trim().parse().ok()? };
        self.rest = &self.rest[end..];
        (min <= max && max <= MAX_BYTES).then_some((min, max))
    }
}

/// What an escape stands for.
fn escaped(reader: &mut Reader<'_>) -> Option<Vec<char>> {
    Some(match reader.next()? {
        'd' => vec!['7'],
        'w' => vec!['a', '7'],
        's' => vec![' '],
        'S' | 'D' => vec!['a'],
        'W' => vec![' '],
        'b' => vec![],
        'p' => {
            if reader.take("{") {
                let end = reader.rest.find('}')?;
                reader.rest = &reader.rest[end + 1..];
            } else {
                reader.next()?;
            }
            vec!['a', '7']
        }
        c if c.is_alphanumeric() => return None,
        c => vec![c],
    })
}

/// All combinations, or as many as are allowed, with every part in at least one of them.
fn joined(left: &[String], right: &[String]) -> Vec<String> {
    if left.len() * right.len() <= MAX_SAMPLES {
        let pairs = left.iter().flat_map(|a| right.iter().map(move |b| format!("{a}{b}")));
        return pairs.filter(|text| text.len() <= MAX_BYTES).collect();
    }
    let count = left.len().max(right.len());
    let pair = |n: usize| format!("{}{}", left[n % left.len()], right[n % right.len()]);
    (0..count).map(pair).filter(|text| text.len() <= MAX_BYTES).collect()
}

/// At most so many, from all over the list.
fn thinned(all: Vec<String>) -> Vec<String> {
    let step = all.len().div_ceil(MAX_SAMPLES).max(1);
    all.into_iter().step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_spelled_out() {
        let made = |source: &str| expand(source).expect("the expression is read");
        assert_eq!(made("open(?: the)? kiosk"), ["open kiosk", "open the kiosk"]);
        assert_eq!(made("kiosk [.:]"), ["kiosk .", "kiosk :"]);
        assert_eq!(made(r"kiosk \d{2}"), ["kiosk 77"]);
        assert_eq!(made(r"(kiosk|stall)\.?"), ["kiosk", "kiosk.", "stall", "stall."]);
        assert_eq!(made("a{1,3}"), ["a", "aaa"]);
        assert!(expand("(?i)kiosk").is_none());
        assert!(expand(r"kiosk\z").is_none());
    }

    #[test]
    fn many_alternatives_stay_few_samples() {
        let many = "(?:a|b|c|d|e|f|g|h|i|j)".repeat(6);
        let made = expand(&many).expect("the expression is read");
        assert!(!made.is_empty() && made.len() <= MAX_SAMPLES, "{}", made.len());
        let deep = "(".repeat(5000) + &")".repeat(5000);
        assert!(expand(&deep).is_none());
    }
}
