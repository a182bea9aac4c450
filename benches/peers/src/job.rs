//! The job: cut the markers out of every line, then drop a line if nothing is left of it, or if it is a phrase.
//!
//! A line is a phrase when it is equal but for the case of ASCII letters. Of markers that overlap the first goes, and of
//! those that start together the longest. No peer trims or folds Unicode, looks at neighbouring lines, spares code and
//! tables, names what it removes or could prove it: that unchaff does all this too is not made up for.

use std::ops::Range;

use unchaff::{Cleaner, Pack, Shape};

use crate::generator::{learned, residue};

/// How many markers every job has.
const MARKERS: usize = 40;

/// What is to be removed.
#[derive(Clone, Debug)]
pub struct Job {
    pub phrases: Vec<String>,
    pub markers: Vec<String>,
}

/// A way to do it.
pub trait Peer {
    fn name(&self) -> &'static str;

    /// Appends what is left of a document.
    fn clean(&mut self, text: &[u8], out: &mut Vec<u8>);
}

impl Job {
    /// A job of so many phrases; see `residue::phrases`.
    pub fn new(phrases: usize) -> Job {
        Job { phrases: residue::phrases(phrases), markers: markers() }
    }

    /// The cleaner that does the job, and more.
    pub fn cleaner(&self) -> Cleaner {
        let rule = |id: &str, shape: &str, texts: &[String]| {
            format!(
                "[[rule]]\nid = \"job.{id}\"\ncategory = \"widget\"\nweight = \"certain\"\n{shape} = [{}]\n\
                 remove = [{}]\nkeep = [\"The harbour froze.\"]\n",
                learned::quoted(texts),
                learned::quoted(&texts[..1])
            )
        };
        let pack = format!(
            "[pack]\nid = \"job\"\n{}{}",
            rule("phrase", "line", &self.phrases),
            rule("marker", "inline", &self.markers)
        );
        let pack = Pack::parse("job.toml", &pack).expect("the pack is right");
        Cleaner::builder().without_builtin().pack(pack).build().expect("the rules fit together")
    }
}

/// The markers of the generator, and others of the built-in packs.
fn markers() -> Vec<String> {
    let shapes = Pack::builtin().iter().flat_map(Pack::rules).flat_map(|rule| rule.shapes());
    let builtin = shapes.filter_map(|shape| match shape {
        Shape::Inline(literal) if !literal.contains('"') => Some(literal.clone()),
        _ => None,
    });
    let mut markers: Vec<String> = Vec::new();
    for marker in residue::INLINE.iter().map(|&marker| marker.to_owned()).chain(builtin) {
        if markers.len() < MARKERS && !markers.contains(&marker) {
            markers.push(marker);
        }
    }
    markers
}

/// Removes the markers at `found`, which are sorted and apart, and the lines that are phrases.
pub fn remove(
    text: &[u8],
    found: &[Range<usize>],
    mut is_phrase: impl FnMut(&[u8]) -> bool,
    out: &mut Vec<u8>,
) {
    let mut found = found.iter().peekable();
    let mut rest = Vec::new();
    let (mut start, mut kept) = (0, 0);
    let ends = memchr::memchr_iter(b'\n', text).map(|at| at + 1);
    let last = (!text.is_empty() && text.last() != Some(&b'\n')).then_some(text.len());
    for end in ends.chain(last) {
        let line = start..end;
        let content_end = if text[end - 1] == b'\n' { end - 1 } else { end };
        start = end;
        if found.peek().is_none_or(|marker| marker.start >= end) {
            if is_phrase(&text[line.start..content_end]) {
                out.extend_from_slice(&text[kept..line.start]);
                kept = end;
            }
            continue;
        }
        out.extend_from_slice(&text[kept..line.start]);
        kept = end;
        rest.clear();
        let mut at = line.start;
        while let Some(marker) = found.next_if(|marker| marker.start < end) {
            rest.extend_from_slice(&text[at..marker.start]);
            at = marker.end;
        }
        rest.extend_from_slice(&text[at..content_end]);
        if !rest.trim_ascii().is_empty() && !is_phrase(&rest) {
            out.extend_from_slice(&rest);
            out.extend_from_slice(&text[content_end..end]);
        }
    }
    out.extend_from_slice(&text[kept..]);
}
