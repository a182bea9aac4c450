//! JSONL: records cleaned where they stand, beside the usual way of reading and writing them anew.
//!
//! All three routes use the same cleaner.

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, Throughput};
use serde_json::Value;
use sonic_rs::JsonValueMutTrait as _;
use sonic_rs::JsonValueTrait as _;
use unchaff::Cleaner;
use unchaff::jsonl::RecordCleaner;
use unchaff_peers::clock::ThreadTime;
use unchaff_peers::generator::{Kind, record};
use unchaff_peers::inputs::sized;
use unchaff_peers::settings::{is_profiled, number};

/// A way from a line to what is left of it.
type Route = Box<dyn FnMut(&[u8], &mut Vec<u8>)>;

type Make = fn(&Cleaner) -> Route;

const ROUTES: [(&str, Make); 3] =
    [("unchaff", unchaff_route), ("serde_json", serde_route), ("sonic-rs", sonic_route)];

fn unchaff_route(cleaner: &Cleaner) -> Route {
    let mut records = RecordCleaner::new(cleaner);
    Box::new(move |line, out| {
        let cleaned = records.clean(line).expect("the record is right");
        cleaned.expect("the line is not blank").append_to(out);
    })
}

fn serde_route(cleaner: &Cleaner) -> Route {
    let cleaner = cleaner.clone();
    Box::new(move |line, out| {
        let mut record: Value = serde_json::from_slice(line).expect("the record is right");
        let text = record["text"].as_str().expect("the text is a string");
        let cleaned = cleaner.clean(text);
        if !cleaned.removals().is_empty() {
            let rest = cleaned.text.into_owned();
            record["text"] = Value::String(rest);
        }
        serde_json::to_writer(&mut *out, &record).expect("memory can be written");
        out.push(b'\n');
    })
}

fn sonic_route(cleaner: &Cleaner) -> Route {
    let cleaner = cleaner.clone();
    Box::new(move |line, out| {
        let mut record: sonic_rs::Value = sonic_rs::from_slice(line).expect("the record is right");
        let text = record.get("text").and_then(|text| text.as_str()).expect("the text is a string");
        let cleaned = cleaner.clean(text);
        if !cleaned.removals().is_empty() {
            let rest = cleaned.text.into_owned();
            *record.get_mut("text").expect("it was there") = sonic_rs::Value::from(rest.as_str());
        }
        sonic_rs::to_writer(&mut *out, &record).expect("memory can be written");
        out.push(b'\n');
    })
}

pub fn group(criterion: &mut Criterion<ThreadTime>) {
    let input = sized(Kind::Residue, number("UNCHAFF_BENCH_MIB").unwrap_or(64.0));
    let records: Vec<String> =
        input.documents.iter().enumerate().map(|(at, text)| record(at, text)).collect();
    let bytes: usize = records.iter().map(String::len).sum();
    let cleaner = Cleaner::builtin();
    let mut group = criterion.benchmark_group("jsonl");
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Bytes(bytes as u64));
    for (name, route) in ROUTES {
        let mut ready = None;
        let mut out = Vec::with_capacity(bytes);
        group.bench_function(name, |bencher| {
            let route = ready.get_or_insert_with(|| {
                let mut route = route(&cleaner);
                if !is_profiled() {
                    check(&cleaner, &input.documents, &records, &mut route);
                }
                route
            });
            bencher.iter(|| {
                out.clear();
                records.iter().for_each(|line| route(line.as_bytes(), &mut out));
                black_box(&out).len()
            });
        });
    }
    group.finish();
}

/// Ends the benchmark if a route does not give the text that the cleaner leaves, or changes another field.
fn check(cleaner: &Cleaner, texts: &[String], records: &[String], route: &mut Route) {
    for (text, line) in texts.iter().zip(records) {
        let mut out = Vec::new();
        route(line.as_bytes(), &mut out);
        let mut expected: Value = serde_json::from_str(line).expect("the record is right");
        expected["text"] = Value::String(cleaner.clean(text).text.into_owned());
        let given: Value = serde_json::from_slice(&out).expect("it is a record");
        assert!(out.ends_with(b"}\n") && given == expected, "{line}");
    }
}
