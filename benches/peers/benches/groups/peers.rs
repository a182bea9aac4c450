//! The same job done by unchaff and by others: see `job.rs` for what it is, and what unchaff does beside it.

use std::cell::LazyCell;
use std::hint::black_box;

use criterion::{Criterion, SamplingMode, Throughput};
use unchaff::Cleaner;
use unchaff_peers::clock::ThreadTime;
use unchaff_peers::generator::Kind;
use unchaff_peers::inputs::{Input, sized};
use unchaff_peers::job::{Job, Peer};
use unchaff_peers::line_peers::{Automaton, Expressions, Plain};
use unchaff_peers::settings::{is_profiled, number};

/// The engine to be compared. Like the others it ends by writing what is left into a buffer.
struct Unchaff(Cleaner);

impl Peer for Unchaff {
    fn name(&self) -> &'static str {
        "unchaff"
    }

    fn clean(&mut self, text: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.clean_bytes(text).text);
    }
}

/// Numbers of phrases.
const SIZES: [(&str, usize); 4] =
    [("300", 300), ("10k", 10_000), ("100k", 100_000), ("1m", 1_000_000)];

/// The most phrases that a peer takes in without minutes or gigabytes for it.
fn most(name: &str) -> usize {
    match name {
        "unchaff" | "plain-rust" => 1_000_000,
        "aho-corasick" => 100_000,
        _ => 10_000,
    }
}

/// Documents of which unchaff's own answer is checked with its plain matcher.
const VERIFIED: usize = 20;

type Make = fn(&Job) -> Box<dyn Peer>;

fn peers() -> Vec<(&'static str, Make)> {
    #[cfg_attr(not(has_hyperscan), allow(unused_mut, reason = "nothing is added"))]
    let mut peers: Vec<(&'static str, Make)> = vec![
        ("unchaff", |job| Box::new(Unchaff(job.cleaner()))),
        ("plain-rust", |job| Box::new(Plain::new(job))),
        ("aho-corasick", |job| Box::new(Automaton::new(job))),
        ("regex-set", |job| Box::new(Expressions::new(job))),
    ];
    #[cfg(has_hyperscan)]
    peers.push(("hyperscan", |job| Box::new(unchaff_peers::hyperscan::Hyperscan::new(job))));
    if cfg!(not(has_hyperscan)) {
        eprintln!(
            "peers: Hyperscan is left out: it needs --features hyperscan, and libhyperscan-dev when this is compiled"
        );
    }
    peers
}

pub fn group(criterion: &mut Criterion<ThreadTime>) {
    let mib = number("UNCHAFF_BENCH_MIB").unwrap_or(64.0);
    let input = sized(Kind::Residue, mib);
    let mut group = criterion.benchmark_group("peers");
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Bytes(input.whole.len() as u64));
    group.bench_function("limit/memchr-count", |bencher| {
        let text = input.whole.as_bytes();
        bencher.iter(|| memchr::memchr_iter(b'\n', black_box(text)).count());
    });
    for (rules, count) in SIZES {
        let job = LazyCell::new(|| Job::new(count));
        for (name, make) in peers().into_iter().filter(|(name, _)| count <= most(name)) {
            group.throughput(Throughput::Bytes(input.bytes()));
            // Criterion comes here several times for one benchmark; once is enough to make ready and to check.
            let mut ready = None;
            let mut out = Vec::new();
            group.bench_function(format!("{rules}/{name}"), |bencher| {
                let peer = ready.get_or_insert_with(|| {
                    let mut peer = make(&job);
                    if !is_profiled() {
                        check(&mut *peer, &job, &input);
                    }
                    peer
                });
                bencher.iter(|| clean(&mut **peer, &input, &mut out));
            });
        }
    }
    group.finish();
}

fn clean(peer: &mut dyn Peer, input: &Input, out: &mut Vec<u8>) -> usize {
    out.clear();
    for document in &input.documents {
        peer.clean(document.as_bytes(), out);
    }
    black_box(out).len()
}

/// Ends the benchmark if a peer gives another answer than the plainest one. unchaff sees more lines and spares more, so that
/// its answer is another; each of its removals is derived again by its plain matcher instead.
fn check(peer: &mut dyn Peer, job: &Job, input: &Input) {
    let (mut mine, mut plain) = (Vec::new(), Vec::new());
    clean(peer, input, &mut mine);
    clean(&mut Plain::new(job), input, &mut plain);
    let bytes = input.bytes() as usize;
    let (mine_removed, plain_removed) = (bytes - mine.len(), bytes - plain.len());
    eprintln!(
        "{} removes {mine_removed} bytes of {bytes}, plain Rust {plain_removed}",
        peer.name()
    );
    assert!(plain_removed > 0, "nothing is removed");
    if peer.name() == "unchaff" {
        assert!(mine_removed * 2 > plain_removed, "unchaff removes next to nothing");
        let cleaner = job.cleaner();
        for text in input.documents.iter().take(VERIFIED) {
            let receipt = cleaner.receipt(text, &cleaner.clean(text));
            cleaner.verify(text, &receipt).expect("the plain matcher removes the same");
        }
    } else {
        assert!(mine == plain, "{} gives another answer than plain Rust", peer.name());
    }
}
