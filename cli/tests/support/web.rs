//! Files of crawls, made in memory: WET, and tables as corpora have them.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fmt::Write as _;

use sha1::{Digest as _, Sha1};

/// A WET file: what the crawl says of itself, then a conversion record of each text, each with its digest.
pub fn wet(texts: &[String]) -> Vec<Vec<u8>> {
    let record = |kind: &str, content_type: &str, content: &str| {
        let mut digest = String::new();
        for byte in Sha1::digest(content) {
            let _ = write!(digest, "{byte:02x}");
        }
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://news.example.org/a\r\nWARC-Block-Digest: sha1:{digest}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{content}\r\n\r\n",
            content.len()
        )
        .into_bytes()
    };
    let mut records = vec![record("warcinfo", "application/warc-fields", "software: a test\r\n")];
    records.extend(texts.iter().map(|text| record("conversion", "text/plain", text)));
    records
}

/// A Parquet file with the texts and their numbers, in row groups of so many rows.
#[cfg(feature = "parquet")]
pub fn parquet(texts: &[String], rows: usize) -> Vec<u8> {
    use std::sync::Arc;

    use ::parquet::basic::{Compression, ZstdLevel};
    use ::parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;

    let schema = "message schema { required int64 id; required binary text (STRING); }";
    let schema = Arc::new(parse_message_type(schema).expect("it is a schema"));
    let level = ZstdLevel::try_new(3).expect("it is a level");
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))
        .expect("memory takes it");
    for (number, texts) in (0i64..).zip(texts.chunks(rows)) {
        let mut group = writer.next_row_group().expect("memory takes it");
        let mut column = group.next_column().expect("memory takes it").expect("there is an id");
        let ids: Vec<i64> = texts.iter().map(|_| number).collect();
        column.typed::<Int64Type>().write_batch(&ids, None, None).expect("memory takes it");
        column.close().expect("memory takes it");
        let mut column = group.next_column().expect("memory takes it").expect("there is a text");
        let values: Vec<ByteArray> = texts.iter().map(|text| text.as_str().into()).collect();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).expect("memory takes it");
        column.close().expect("memory takes it");
        group.close().expect("memory takes it");
    }
    writer.into_inner().expect("memory takes it")
}
