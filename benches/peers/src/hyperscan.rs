//! Hyperscan: all phrases and markers in one database, one scan a document.
//!
//! The invariant: the pointers in a `Hyperscan` are those the library gave, and are freed once. The only unsafe code of
//! the workspace; no library or program of it depends on this crate.
#![allow(unsafe_code, reason = "it calls a C library")]

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulonglong, c_void};
use std::ops::Range;
use std::ptr;

use crate::job::{Job, Peer, remove};

const CASELESS: c_uint = 1;
const MULTILINE: c_uint = 4;
const MODE_BLOCK: c_uint = 1;
const SUCCESS: c_int = 0;

#[repr(C)]
struct CompileError {
    message: *mut c_char,
    expression: c_int,
}

type OnMatch = extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int;

unsafe extern "C" {
    fn hs_compile_multi(
        expressions: *const *const c_char,
        flags: *const c_uint,
        ids: *const c_uint,
        elements: c_uint,
        mode: c_uint,
        platform: *const c_void,
        database: *mut *mut c_void,
        error: *mut *mut CompileError,
    ) -> c_int;
    fn hs_free_database(database: *mut c_void) -> c_int;
    fn hs_alloc_scratch(database: *const c_void, scratch: *mut *mut c_void) -> c_int;
    fn hs_free_scratch(scratch: *mut c_void) -> c_int;
    fn hs_scan(
        database: *const c_void,
        data: *const c_char,
        length: c_uint,
        flags: c_uint,
        scratch: *mut c_void,
        on_match: OnMatch,
        context: *mut c_void,
    ) -> c_int;
}

/// A database and what scanning with it needs.
pub struct Hyperscan {
    database: *mut c_void,
    scratch: *mut c_void,
    found: Found,
    markers: Vec<Range<usize>>,
}

/// What a scan has found.
#[derive(Default)]
struct Found {
    /// Lengths of the markers; ids from here on are phrases.
    marker_lens: Vec<usize>,
    markers: Vec<Range<usize>>,
    /// Ends of the lines that are phrases.
    phrase_ends: Vec<usize>,
}

extern "C" fn on_match(
    id: c_uint,
    _from: c_ulonglong,
    to: c_ulonglong,
    _flags: c_uint,
    context: *mut c_void,
) -> c_int {
    // SAFETY: `clean` passes its `Found`, which nothing else uses while the scan runs.
    let found = unsafe { &mut *context.cast::<Found>() };
    let to = to as usize;
    match found.marker_lens.get(id as usize) {
        Some(len) => found.markers.push(to - len..to),
        None => found.phrase_ends.push(to),
    }
    0
}

impl Hyperscan {
    /// # Panics
    ///
    /// When the library refuses the expressions.
    pub fn new(job: &Job) -> Hyperscan {
        let marker = |text: &String| (escaped(text), 0);
        let phrase = |text: &String| (format!("^{}$", escaped(text)), CASELESS | MULTILINE);
        let all: Vec<(String, c_uint)> =
            job.markers.iter().map(marker).chain(job.phrases.iter().map(phrase)).collect();
        let texts: Vec<CString> = all
            .iter()
            .map(|(text, _)| CString::new(text.as_str()).expect("no expression holds a NUL"))
            .collect();
        let pointers: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr()).collect();
        let flags: Vec<c_uint> = all.iter().map(|(_, flags)| *flags).collect();
        let ids: Vec<c_uint> = (0..).take(all.len()).collect();
        let (mut database, mut scratch, mut error) =
            (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: the three arrays have as many elements as is said and outlive the call; the strings end in NUL.
        let code = unsafe {
            hs_compile_multi(
                pointers.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                ids.len() as c_uint,
                MODE_BLOCK,
                ptr::null(),
                &mut database,
                &mut error,
            )
        };
        if code != SUCCESS {
            // SAFETY: the library sets the error, and in it a message, when it fails. It is not freed: the program ends.
            let (message, at) = unsafe { (CStr::from_ptr((*error).message), (*error).expression) };
            panic!("Hyperscan refuses expression {at}: {message:?}");
        }
        // SAFETY: the database was just made.
        let code = unsafe { hs_alloc_scratch(database, &mut scratch) };
        assert_eq!(code, SUCCESS, "Hyperscan has no memory for its scratch space");
        let marker_lens = job.markers.iter().map(String::len).collect();
        let found = Found { marker_lens, ..Found::default() };
        Hyperscan { database, scratch, found, markers: Vec::new() }
    }
}

impl Drop for Hyperscan {
    fn drop(&mut self) {
        // SAFETY: both come from the library and are used by nobody else.
        unsafe {
            hs_free_scratch(self.scratch);
            hs_free_database(self.database);
        }
    }
}

impl Peer for Hyperscan {
    fn name(&self) -> &'static str {
        "hyperscan"
    }

    fn clean(&mut self, text: &[u8], out: &mut Vec<u8>) {
        self.found.markers.clear();
        self.found.phrase_ends.clear();
        let length = c_uint::try_from(text.len()).expect("a document has less than 4 GiB");
        // SAFETY: the data has as many bytes as is said; database and scratch fit each other; `found` outlives the call.
        let code = unsafe {
            hs_scan(
                self.database,
                text.as_ptr().cast(),
                length,
                0,
                self.scratch,
                on_match,
                (&raw mut self.found).cast(),
            )
        };
        assert_eq!(code, SUCCESS, "the scan fails");
        let Found { markers, phrase_ends, .. } = &mut self.found;
        if markers.is_empty() {
            // The common case: whole lines only, copied in large pieces.
            let mut kept = 0;
            for &mut end in phrase_ends {
                let start = memchr::memrchr(b'\n', &text[..end]).map_or(0, |at| at + 1);
                if start >= kept {
                    out.extend_from_slice(&text[kept..start]);
                    kept = (end + 1).min(text.len());
                }
            }
            out.extend_from_slice(&text[kept..]);
            return;
        }
        // Of overlapping markers the first, and of those that start together the longest.
        markers.sort_by_key(|marker| (marker.start, std::cmp::Reverse(marker.end)));
        self.markers.clear();
        for marker in markers.iter() {
            if self.markers.last().is_none_or(|last| last.end <= marker.start) {
                self.markers.push(marker.clone());
            }
        }
        phrase_ends.sort_unstable();
        let place = text.as_ptr_range();
        let is_phrase = |line: &[u8]| {
            // What is left of a line that held a marker was not scanned.
            let is_scanned = place.contains(&line.as_ptr());
            let end = |line: &[u8]| line.as_ptr() as usize + line.len() - place.start as usize;
            is_scanned && phrase_ends.binary_search(&end(line)).is_ok()
        };
        remove(text, &self.markers, is_phrase, out);
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
