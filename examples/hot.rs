//! Times the doors.
#![allow(warnings)]
use std::hint::black_box;
fn cpu() -> f64 { static T: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new(); T.get_or_init(std::time::Instant::now).elapsed().as_secs_f64() }
fn main() {
    let cleaner = unchaff::Cleaner::builtin();
    let only: Vec<String> = std::env::args().skip(1).collect();
    let reps: usize = std::env::var("REPS").ok().and_then(|r| r.parse().ok()).unwrap_or(5);
    for kind in ["residue", "body", "flattened", "nearmiss", "unicode"] {
        if !only.is_empty() && !only.iter().any(|o| o == kind) { continue }
        let text = std::fs::read_to_string(format!("/tmp/data/{kind}.txt")).unwrap();
        let docs: Vec<&str> = text.split("\n\n\n").collect();
        let mut best = [f64::MAX; 4];
        let mut n = 0u64; let mut sum = 0;
        for _ in 0..reps {
            let t = cpu(); black_box(memchr::memchr_iter(b'\n', black_box(text.as_bytes())).count()); best[0] = best[0].min(cpu() - t);
            let t = cpu(); n = 0; sum = 0; for d in &docs { let c = black_box(cleaner.clean(d)); n += c.removals().len() as u64; sum += c.text.len(); } best[1] = best[1].min(cpu() - t);
            let t = cpu(); black_box(cleaner.clean(&text)); best[2] = best[2].min(cpu() - t);
            let t = cpu(); let mut k = 0; let mut s = cleaner.stream(|b: &[u8]| k += black_box(b).len()); for d in &docs { for p in d.as_bytes().chunks(65536) { s.push(p).unwrap(); } s.end_document().unwrap(); } drop(s.finish()); assert_eq!(k, sum); best[3] = best[3].min(cpu() - t);
        }
        let g = |s: f64| text.len() as f64 / s / 1e9;
        println!("{:?}", unchaff::COUNTS.iter().map(|c| c.swap(0, std::sync::atomic::Ordering::Relaxed)).collect::<Vec<_>>());
        println!("{kind:10} memchr {:.2} GB/s  docs {:.3} GB/s ratio {:.3}  whole {:.3}  stream {:.3} (x{:.2})  removals {n} left {sum} docs {}", g(best[0]), g(best[1]), g(best[1]) / g(best[0]), g(best[2]), g(best[3]), g(best[3])/g(best[1]), docs.len());
    }
}
