//! What a run over a corpus writes, read by programs that share no code with it: gzip, zstd, Python's json, pyarrow, warcio.
//! `.ci/readers` installs them; a test whose reader is absent says so.

#![allow(clippy::print_stdout, reason = "says which reader is absent")]

mod support;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use support::{Place, STORY, STORY_BODY};

/// A Python that has this module.
fn python(module: &str) -> Option<PathBuf> {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/readers/bin/python3");
    let found = [own, "python3".into()].into_iter().find(|python| {
        let mut command = Command::new(python);
        command.args(["-c", &format!("import {module}")]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    });
    if found.is_none() {
        println!("skipped: there is no Python with {module}; run .ci/readers");
    }
    found
}

/// Runs a Python script in the folder; it ends with an error where it finds something wrong.
fn check(place: &Place, python: &PathBuf, script: &str) {
    place.write("check.py", script);
    let output = Command::new(python)
        .current_dir(place.path(""))
        .arg("check.py")
        .output()
        .expect("Python can be started");
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{talk}\n{}", String::from_utf8_lossy(&output.stdout));
}

/// Whether a program is there.
fn has(program: &str) -> bool {
    let mut command = Command::new(program);
    let is_there = command.arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_there {
        println!("skipped: there is no {program}");
    }
    is_there
}

fn lines() -> String {
    let story = serde_json::Value::from(STORY);
    (0..500).map(|n| format!("{{\"id\": {n}, \"text\": {story}, \"n\": 1.10}}\n")).collect()
}

#[test]
fn gzip_and_zstd_unpack_what_was_written_and_python_reads_its_json() {
    if !has("gzip") || !has("zstd") {
        return;
    }
    let place = Place::new();
    place.shell("mkdir in").ended(0);
    place.write("in/a.jsonl", lines());
    place.write("in/d.txt", STORY);
    place
        .shell(
            "split -n l/3 in/a.jsonl part && for part in part*; do gzip -c $part; done > in/b.jsonl.gz
             for part in part*; do zstd -qc $part; done > in/c.jsonl.zst
             gzip -k in/d.txt && zstd -qk in/d.txt",
        )
        .ended(0);
    place.run(&["clean", "in", "-o", "out", "--block-size", "5000"]).ended(0);
    place.shell("gzip -t out/*.gz && zstd -qt out/*.zst").ended(0);
    let cleaned = place.read("out/a.jsonl");
    place.shell("gzip -dc out/b.jsonl.gz").ended(0).gave(&cleaned);
    place.shell("zstd -dqc out/c.jsonl.zst").ended(0).gave(&cleaned);
    place.shell("gzip -dc out/d.txt.gz").ended(0).gave(STORY_BODY);
    place.shell("zstd -dqc out/d.txt.zst").ended(0).gave(STORY_BODY);
    let Some(python) = python("json") else { return };
    check(
        &place,
        &python,
        r#"
import gzip, json
body = "The mill closed in spring.\n\nNobody wept.\n"
for name, open_ in [("out/a.jsonl", open), ("out/b.jsonl.gz", gzip.open)]:
    records = [json.loads(line) for line in open_(name, "rt", encoding="utf-8")]
    assert [record["id"] for record in records] == list(range(500)), name
    assert all(record == {"id": record["id"], "text": body, "n": 1.10} for record in records), name
"#,
    );
}

#[test]
fn warcio_reads_every_record_and_its_digests() {
    let Some(python) = python("warcio") else { return };
    let place = Place::new();
    place.shell("mkdir in").ended(0);
    check(
        &place,
        &python,
        r#"
import io
from warcio.warcwriter import WARCWriter
from warcio.statusandheaders import StatusAndHeaders
story = "[ad_1]\nThe mill closed in spring.\n\nNobody wept.\n[ad_2]\nSource link\n".encode()
for name, packs in [("in/a.warc.gz", True), ("in/b.warc", False)]:
    with open(name, "wb") as out:
        writer = WARCWriter(out, gzip=packs)
        writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
        for n in range(200):
            uri = f"https://news.example.org/{n}"
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            page = f"<p>{n}</p>".encode()
            writer.write_record(writer.create_warc_record(uri, "response", payload=io.BytesIO(page), http_headers=head))
            writer.write_record(writer.create_warc_record(uri, "conversion", payload=io.BytesIO(story), warc_content_type="text/plain"))
"#,
    );
    place.run(&["clean", "in", "-o", "out", "--block-size", "10000"]).ended(0);
    check(
        &place,
        &python,
        r#"
from warcio.archiveiterator import ArchiveIterator
body = "The mill closed in spring.\n\nNobody wept.\n".encode()
for name in ["a.warc.gz", "b.warc"]:
    records = []
    for folder in ["in", "out"]:
        with open(f"{folder}/{name}", "rb") as file:
            records.append([(record.rec_type, dict(record.rec_headers.headers), record.content_stream().read())
                            for record in ArchiveIterator(file, check_digests="raise")])
    before, after = records
    assert len(before) == len(after) == 401
    for old, new in zip(before, after):
        if old[0] != "conversion":
            assert old == new
            continue
        assert new[2] == body
        assert new[1]["Content-Length"] == str(len(body))
        assert new[1]["WARC-Block-Digest"] != old[1]["WARC-Block-Digest"]
        same = {"WARC-Type", "WARC-Record-ID", "WARC-Target-URI", "WARC-Date", "Content-Type"}
        assert {key: old[1][key] for key in same} == {key: new[1][key] for key in same}
"#,
    );
}

#[test]
fn pyarrow_reads_the_same_table_but_for_the_text() {
    let Some(python) = python("pyarrow") else { return };
    let place = Place::new();
    place.shell("mkdir in").ended(0);
    check(
        &place,
        &python,
        r#"
import pyarrow as pa, pyarrow.parquet as pq
story = "[ad_1]\nThe mill closed in spring.\n\nNobody wept.\n[ad_2]\nSource link\n"
texts = [None if n % 5 == 0 else story if n % 3 else f"The ferry left {n} times." for n in range(3000)]
def table(kind):
    text = pa.array(texts).dictionary_encode() if kind == "dictionary" else pa.array(texts, kind)
    return pa.table({
        "id": pa.array(range(3000), pa.int64()),
        "url": ["https://news.example.org/a"] * 3000,
        "text": text,
        "tags": [["a", None, "b"][: n % 4] for n in range(3000)],
        "meta": [{"lang": "en", "score": n / 7} if n % 2 else None for n in range(3000)],
    }).replace_schema_metadata({"made by": "a test"})
kinds = {"string": pa.string(), "large": pa.large_string(), "view": pa.string_view(), "dictionary": "dictionary"}
for name, kind in kinds.items():
    pq.write_table(table(kind), f"in/{name}.parquet", row_group_size=700, compression="zstd")
options = {
    "snappy": dict(compression="snappy", write_page_checksum=True),
    "gzip": dict(compression="gzip", data_page_version="2.0"),
    "plain": dict(compression="none", use_dictionary=False),
    "brotli": dict(compression="brotli", write_page_index=True),
    "lz4": dict(compression="lz4", column_encoding={"text": "DELTA_LENGTH_BYTE_ARRAY"}, use_dictionary=["url"]),
    "old": dict(version="1.0", data_page_size=1000, write_statistics=False),
}
for name, option in options.items():
    pq.write_table(table(pa.string()), f"in/{name}.parquet", row_group_size=700, **option)
pq.write_table(table(pa.string()).slice(0, 0), "in/empty.parquet")
"#,
    );
    place.run(&["clean", "in", "-o", "out", "--receipts", "receipts"]).ended(0);
    place.run(&["restore", "--receipts", "receipts", "out", "-o", "back"]).said(0, " 0 failed");
    let receipts = "receipts/dictionary.parquet.receipts.jsonl.zst";
    place
        .run(&["verify", "--receipts", receipts, "in/dictionary.parquet"])
        .said(0, "2400 documents, 1600 receipts checked, 0 differ");
    place.run(&["clean", "in", "-o", "annotated", "--annotate", "residue"]).ended(0);
    check(
        &place,
        &python,
        r#"
import glob, pyarrow as pa, pyarrow.parquet as pq
body = "The mill closed in spring.\n\nNobody wept.\n"
names = sorted(name[3:] for name in glob.glob("in/*.parquet"))
assert len(names) == 11, names
for name in names:
    old, new, back = (pq.ParquetFile(f"{folder}/{name}") for folder in ["in", "out", "back"])
    before, after = old.read(), new.read()
    assert before.schema.equals(after.schema, check_metadata=True), name
    assert before.drop(["text"]).equals(after.drop(["text"])), name
    expected = [text if text is None or not text.startswith("[ad_1]") else body for text in before["text"].to_pylist()]
    assert after["text"].to_pylist() == expected, name
    # Value for value: in which order a dictionary holds them is not one of them.
    assert back.read().to_pylist() == before.to_pylist(), name
    assert back.schema_arrow.equals(old.schema_arrow, check_metadata=True), name
    a, b = old.metadata, new.metadata
    assert (a.num_row_groups, a.num_rows, a.created_by) == (b.num_row_groups, b.num_rows, b.created_by), name
    assert a.metadata == b.metadata, name
    for group in range(a.num_row_groups):
        assert a.row_group(group).num_rows == b.row_group(group).num_rows, name
        for column in range(a.num_columns):
            x, y = a.row_group(group).column(column), b.row_group(group).column(column)
            assert (x.path_in_schema, x.compression, x.num_values) == (y.path_in_schema, y.compression, y.num_values), name
            assert x.is_stats_set == y.is_stats_set and x.has_column_index == y.has_column_index, name
    annotated = pq.ParquetFile(f"annotated/{name}")
    rows = annotated.read().to_pylist()
    for row, was, cleaned in zip(rows, before.to_pylist(), expected, strict=True):
        residue = row.pop("residue")
        assert row == was, name
        if was["text"] is None:
            assert residue is None, name
            continue
        kept, at = "", 0
        for span in residue:
            assert set(span) == {"start", "end", "rule"} and "." in span["rule"], span
            kept += was["text"][at:span["start"]]
            at = span["end"]
        assert kept + was["text"][at:] == cleaned, name
    assert annotated.schema_arrow.field("residue").type.value_type.field("start").type == pa.int64(), name
    assert annotated.metadata.metadata[b"made by"] == b"a test", name
    assert annotated.metadata.num_row_groups == a.num_row_groups, name
"#,
    );
}
