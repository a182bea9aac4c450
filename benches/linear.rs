//! Whether time grows with the size of the text and with nothing else: hostile texts, each twice as long as the one before.
//!
//! `cargo bench --bench linear` prints time(2n) / time(n) for both doors, from CPU time of the thread, and writes it to
//! `target/bench/linear.json`. It is a measurement and no test: one that was disturbed says nothing.
#![allow(clippy::print_stdout, reason = "this is a program")]

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use cpu_time::ThreadTime;
use unchaff::Cleaner;

/// A hostile text of about so many bytes.
type Generator = fn(usize) -> Vec<u8>;

const GENERATORS: [(&str, Generator); 8] = [
    // Markers and beginnings of markers, without a line end up to the longest line that is examined.
    ("markers", |n| lines(n, 1 << 20, b"[ad_1][ad_[ad_2]<!-- [ad_1] -")),
    // Words with full stops: segments to be peeled off both ends.
    ("sentences", |n| lines(n, 1 << 20, b"Source link. Print. Share this: Home. ")),
    // Labels on lines as long as a candidate may be.
    ("labels", |n| lines(n, 1000, b"Home | About us | Print - Share / ")),
    // Weak candidates and blank lines: one run that is never decided.
    ("undecided", |n| b"Print\n\nAdvertisement\n".repeat(n / 21)),
    // Distinct candidates: evidence that is summed up over many lines.
    ("numbers", |n| numbered(n)),
    // Labels that no rule knows between runs: what is enclosed is looked at again.
    ("enclosed", |n| b"[ad_1]\nHarbour\nSource link\nCranes and ropes\n".repeat(n / 44)),
    // Bytes that are no text, dressed.
    ("bytes", |n| lines(n, 900, b"\xFF\xE2\x80\x8B* \xC3| \xCC\x81\xA0e\xCC\x81\xCC\x81")),
    // Nothing but line ends.
    ("blank", |n| b"\n\r\n".repeat(n / 3)),
];

/// The smallest size, and how often it is doubled.
const SMALLEST: usize = 1 << 20;
const DOUBLINGS: usize = 3;
/// How often each size is run at least.
const MIN_ROUNDS: usize = 4;

fn lines(bytes: usize, longest: usize, pattern: &[u8]) -> Vec<u8> {
    let mut text: Vec<u8> = pattern.iter().copied().cycle().take(bytes).collect();
    text.iter_mut().skip(longest - 1).step_by(longest).for_each(|byte| *byte = b'\n');
    text
}

fn numbered(bytes: usize) -> Vec<u8> {
    let mut text = String::with_capacity(bytes + 32);
    let mut number = 0;
    while text.len() < bytes {
        number += 1;
        let _ = writeln!(text, "{number} Comments\nPage {number} of {}", number + 1);
    }
    text.into_bytes()
}

fn whole(cleaner: &Cleaner, text: &[u8]) -> usize {
    black_box(cleaner.clean_bytes(text)).text.len()
}

fn stream(cleaner: &Cleaner, text: &[u8]) -> usize {
    let mut left = 0;
    let mut stream = cleaner.stream(|bytes: &[u8]| left += bytes.len());
    for piece in text.chunks(64 << 10) {
        stream.push(piece).expect("the sink does not fail");
    }
    drop(stream.finish().expect("the sink does not fail"));
    left
}

/// The least time of each run in milliseconds, of a few rounds in turn: what disturbs a run only ever adds, and what slows
/// the machine for a while slows all of them.
fn least(mut runs: Vec<impl FnMut() -> usize>) -> Vec<f64> {
    let mut least = vec![Duration::MAX; runs.len()];
    let start = ThreadTime::now();
    for round in 0..20 {
        if round >= MIN_ROUNDS && start.elapsed() > Duration::from_secs(3) {
            break;
        }
        for (run, least) in runs.iter_mut().zip(&mut least) {
            let start = ThreadTime::now();
            black_box(run());
            *least = start.elapsed().min(*least);
        }
    }
    least.iter().map(|time| 1000.0 * time.as_secs_f64()).collect()
}

fn main() {
    // Cargo asks all programs of `--all-targets` to list their tests.
    if std::env::args().any(|word| word == "--test" || word == "--list") {
        return;
    }
    let filter = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    let cleaner = Cleaner::builtin();
    let mut rows = Vec::new();
    println!("{:<12} {:<8} {:>10} {:>10} {:>8}", "text", "door", "ms at 1", "ms at 8", "worst");
    for (name, generate) in GENERATORS.iter().filter(|(name, _)| name.contains(&filter)) {
        for (door, run) in [("cleaner", whole as fn(&Cleaner, &[u8]) -> usize), ("stream", stream)]
        {
            let texts = (0..=DOUBLINGS).map(|doubling| generate(SMALLEST << doubling));
            let texts: Vec<Vec<u8>> = texts.collect();
            for text in &texts {
                assert_eq!(whole(&cleaner, text), stream(&cleaner, text), "{name}");
            }
            let cleaner = &cleaner;
            let times = least(texts.iter().map(|text| move || run(cleaner, text)).collect());
            let ratios: Vec<f64> = times.windows(2).map(|pair| pair[1] / pair[0]).collect();
            let worst = ratios.iter().copied().fold(0.0, f64::max);
            println!(
                "{name:<12} {door:<8} {:>10.2} {:>10.2} {worst:>8.2}",
                times[0], times[DOUBLINGS]
            );
            rows.push(format!(
                "{{\"text\":\"{name}\",\"door\":\"{door}\",\"ms\":{times:.3?},\"ratios\":{ratios:.3?}}}"
            ));
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let json = format!("[{}]\n", rows.join(",\n"));
    fs::write(folder.join("linear.json"), json).expect("the file can be written");
}
