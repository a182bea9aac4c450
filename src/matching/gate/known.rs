//! The known ends of one layer's rules, asked about views and about raw units.
//!
//! The invariant is that of the sets: what is answered with no is matched by no affix and no pattern. Views are asked about
//! by the index, units by the gate.

use aho_corasick::AhoCorasick;

use super::script::{Script, core};
use super::view_ends::ViewEnds;
use crate::matching::end_sets::EndSets;
use crate::matching::filter::{END_BYTES, End};
use crate::matching::literals::search_of;
use crate::text::chars::is_common_byte;

/// End sets that are ready to be asked.
#[derive(Debug)]
pub(crate) struct KnownEnds {
    sets: EndSets,
    free: Option<AhoCorasick>,
    cores: Option<AhoCorasick>,
}

impl KnownEnds {
    pub(crate) fn new(sets: EndSets) -> Self {
        // Literals of a forged rule set may be too many: then no view is told from others by them.
        let mut search = search_of(&sets.free);
        let free = (!sets.free.is_empty()).then(|| search.build(&sets.free).ok()).flatten();
        let cores: Option<Vec<&str>> = sets.free.iter().map(|literal| core(literal)).collect();
        let cores = cores.and_then(|cores| search.ascii_case_insensitive(true).build(cores).ok());
        KnownEnds { sets, free, cores }
    }

    /// Whether an affix or a pattern of known ends may match a view that has these.
    #[inline]
    pub(super) fn knows(&self, ends: &ViewEnds) -> bool {
        let (head, tail) = ends.keys();
        self.sets.heads.may_have(head) || self.sets.tails.may_have(tail)
    }

    /// Whether a pattern of unknown ends may match the view.
    pub(super) fn is_open_to(&self, view: &str) -> bool {
        let may_hold = || match view.is_ascii() {
            true => self.sets.free_ascii,
            false => self.sets.free_common || !view.bytes().all(is_common_byte),
        };
        !self.sets.free.is_empty()
            && may_hold()
            && self.free.as_ref().is_none_or(|free| free.is_match(view))
    }

    /// Whether a pattern of unknown ends may match a unit of the line.
    #[inline]
    pub(super) fn is_open(&self, line: &[u8], script: Script) -> bool {
        match script {
            Script::Ascii => self.sets.free_ascii,
            Script::Common => self.sets.free_common,
            Script::Known => {
                !self.sets.free.is_empty()
                    && self.cores.as_ref().is_none_or(|cores| cores.is_match(line))
            }
        }
    }

    /// Whether a rule's view may begin with these bytes, of which the outermost `len` are known.
    #[inline]
    pub(super) fn may_begin(&self, head: End, len: usize) -> bool {
        match len < END_BYTES {
            true => self.sets.heads.may_have_beginning(head, len),
            false => self.sets.heads.may_have(head),
        }
    }

    /// Whether a rule's view may end with these bytes, of which the outermost `len` are known.
    #[inline]
    pub(super) fn may_end(&self, tail: End, len: usize) -> bool {
        match len < END_BYTES {
            true => self.sets.tails.may_have_beginning(tail, len),
            false => self.sets.tails.may_have(tail),
        }
    }
}
