use std::io;
use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, ZstdLevel};
use ::parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use ::parquet::file::metadata::{ColumnChunkMetaData, KeyValue};
use ::parquet::file::properties::{WriterProperties, WriterVersion};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::record::Field;
use ::parquet::schema::parser::parse_message_type;

use super::*;

const SCHEMA: &str = "message schema {
    required int64 n;
    optional binary text (STRING);
    optional group metadata { optional binary url (STRING); }
    repeated binary tags (STRING);
}";

/// Texts of which some are null, in row groups.
fn texts() -> Vec<Vec<Option<String>>> {
    let story = |n: usize| match n % 4 {
        0 => None,
        1 => Some(format!("[ad_1]\nStory {n} of the mill.\n[ad_2]\nSource link")),
        2 => Some(format!("The ferry left at noon, {n} times.")),
        _ => Some("[ad_1]".to_owned()),
    };
    [3, 0, 50, 1000].map(|rows| (0..rows).map(story).collect()).to_vec()
}

fn write(groups: &[Vec<Option<String>>], properties: WriterProperties) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).expect("it is a schema"));
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("it is written");
    for texts in groups {
        let mut group = writer.next_row_group().expect("it is written");
        let mut column = group.next_column().expect("it is written").expect("n");
        let numbers: Vec<i64> = (0..).take(texts.len()).collect();
        column.typed::<Int64Type>().write_batch(&numbers, None, None).expect("it is written");
        column.close().expect("it is written");
        let mut column = group.next_column().expect("it is written").expect("text");
        let levels: Vec<i16> = texts.iter().map(|text| i16::from(text.is_some())).collect();
        let values: Vec<ByteArray> =
            texts.iter().flatten().map(|text| text.as_str().into()).collect();
        column
            .typed::<ByteArrayType>()
            .write_batch(&values, Some(&levels), None)
            .expect("it is written");
        column.close().expect("it is written");
        let mut column = group.next_column().expect("it is written").expect("url");
        let levels: Vec<i16> = (0..texts.len()).map(|n| (n % 3) as i16).collect();
        let urls = levels.iter().filter(|&&level| level == 2).count();
        let urls = vec![ByteArray::from("https://news.example.org/a"); urls];
        column
            .typed::<ByteArrayType>()
            .write_batch(&urls, Some(&levels), None)
            .expect("it is written");
        column.close().expect("it is written");
        let mut column = group.next_column().expect("it is written").expect("tags");
        let pairs = texts.len() * 2;
        let tags: Vec<ByteArray> =
            (0..pairs).map(|n| ByteArray::from(if n % 2 == 0 { "a" } else { "b" })).collect();
        let repeated: Vec<i16> = (0..pairs).map(|n| (n % 2) as i16).collect();
        column
            .typed::<ByteArrayType>()
            .write_batch(&tags, Some(&vec![1; pairs]), Some(&repeated))
            .expect("it is written");
        column.close().expect("it is written");
        group.close().expect("it is written");
    }
    writer.into_inner().expect("it is written")
}

/// The rows of a file, the text apart from the rest.
fn rows(file: &[u8]) -> Vec<(Option<String>, String)> {
    let reader =
        SerializedFileReader::new(bytes::Bytes::from(file.to_vec())).expect("it is Parquet");
    let row = |row: Result<::parquet::record::Row, _>| {
        let row = row.expect("it is a row");
        let mut text = None;
        let mut rest = String::new();
        for (name, field) in row.get_column_iter() {
            match (name.as_str(), field) {
                ("text", Field::Str(value)) => text = Some(value.clone()),
                ("text", Field::Null) => {}
                (name, field) => rest += &format!("{name}={field} "),
            }
        }
        (text, rest)
    };
    reader.get_row_iter(None).expect("it has rows").map(row).collect()
}

fn assembled(path: &Path, options: &Options) -> Result<(Outcome, Vec<u8>), Problem> {
    let shape = detect(path, None)?;
    assert!(needs_assembly(&shape));
    let outcome = clean(path, options)?;
    let mut file = Vec::new();
    assemble(path, &shape, options, &mut parts(&outcome.outputs), &mut file)?;
    Ok((outcome, file))
}

fn parts(outputs: &[Vec<u8>]) -> impl Iterator<Item = io::Result<Vec<u8>>> {
    outputs.iter().cloned().map(Ok)
}

fn cleaned(texts: &[Vec<Option<String>>]) -> Vec<Option<String>> {
    let rules = Cleaner::builtin();
    let clean =
        |text: &Option<String>| text.as_ref().map(|text| rules.clean(text).text.into_owned());
    texts.iter().flatten().map(clean).collect()
}

/// A table of texts: each cell is in a column of its own, and a name with a dot is in a group.
fn table(schema: &str, rows: &[Vec<Option<&str>>]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).expect("it is a schema"));
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties().build()))
        .expect("it is written");
    let mut group = writer.next_row_group().expect("it is written");
    for column in 0..rows[0].len() {
        let cells: Vec<Option<&str>> = rows.iter().map(|row| row[column]).collect();
        let mut target = group.next_column().expect("it is written").expect("a column");
        let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
        let values: Vec<ByteArray> = cells.iter().flatten().map(|&cell| cell.into()).collect();
        let typed = target.typed::<ByteArrayType>();
        typed.write_batch(&values, Some(&levels), None).expect("it is written");
        target.close().expect("it is written");
    }
    group.close().expect("it is written");
    writer.into_inner().expect("it is written")
}

/// A rule for one site acts on the rows of that site, under whatever name it is told, as it does in JSONL.
#[test]
fn the_site_is_found_in_the_columns_in_which_it_is_found_in_records() {
    let pack = r#"
        [pack]
        id = "mine"
        [[rule]]
        id = "mine.tide"
        category = "widget"
        weight = "certain"
        line = ["Tide Harbour Home"]
        sites = ["tide.example.org"]
        remove = ["Tide Harbour Home\nThe mill closed."]
        keep = ["They came to Tide Harbour Home."]
    "#;
    let pack = unchaff::Pack::parse("mine.toml", pack).expect("it is a pack");
    let rules = Cleaner::builder().pack(pack).build().expect("they fit together");
    assert!(rules.minds_hosts() && !Cleaner::builtin().minds_hosts());
    let tide = Some("https://tide.example.org/a");
    let other = Some("https://other.example/a");
    let name = Some("tide.example.org");
    let object = Some(r#"{"url": "https:\/\/tide.example.org"}"#);
    let schemas = [
        (["url", "u", "source"], "optional binary url; optional binary u; optional binary source;"),
        (
            ["metadata.url", "metadata.source", "host"],
            "optional group metadata { required binary url; required binary source; } optional binary host;",
        ),
        (
            ["metadata", "source", "source_domain"],
            "optional binary metadata; optional binary source; optional binary source_domain;",
        ),
    ];
    let cells = [None, tide, other, name, object, Some("{"), Some("")];
    let folder = Folder::new();
    let mut removed = 0;
    for (names, columns) in schemas {
        let is_struct = names[0].contains('.');
        let mut rows = Vec::new();
        for a in cells {
            for b in cells {
                // What is in one group is there for both or for none.
                if is_struct && a.is_some() != b.is_some() {
                    continue;
                }
                rows.extend(
                    cells.map(|c| vec![Some("Tide Harbour Home\nThe mill closed."), a, b, c]),
                );
            }
        }
        let schema = format!("message schema {{ optional binary text; {columns} }}");
        let options = Options { documents: true, ..Options::default() };
        let of_parquet = folder.file("a.parquet", &table(&schema, &rows));
        let of_parquet = clean_with(&of_parquet, &options, None, &rules).expect("it is read");
        let record = |row: &Vec<Option<&str>>| {
            let mut record = serde_json::json!({"text": row[0]});
            for (name, cell) in names.iter().zip(&row[1..]) {
                match name.split_once('.') {
                    Some((outer, inner)) => record[outer][inner] = serde_json::json!(cell),
                    None => record[*name] = serde_json::json!(cell),
                }
            }
            format!("{record}\n")
        };
        let lines: String = rows.iter().map(record).collect();
        let of_lines = folder.file("a.jsonl", lines.as_bytes());
        let of_lines = clean_with(&of_lines, &options, None, &rules).expect("it is read");
        assert_eq!(of_parquet.documents.len(), of_lines.documents.len());
        for ((row, a), b) in rows.iter().zip(&of_parquet.documents).zip(&of_lines.documents) {
            assert_eq!(a.fate, b.fate, "{names:?} {row:?}");
            removed += a.cuts.len();
        }
    }
    assert!(removed > 300, "{removed}");
}

fn properties() -> ::parquet::file::properties::WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("another program 1.0".into())
        .set_key_value_metadata(Some(vec![KeyValue::new(
            "ARROW:schema".into(),
            "large_string".to_owned(),
        )]))
}

/// Whatever a file was written with: the texts come out cleaned, nulls stay, and every other column is the same.
#[test]
fn only_the_text_changes_in_files_of_any_make() {
    let folder = Folder::new();
    let texts = texts();
    let makes = [
        properties().build(),
        properties().set_dictionary_enabled(false).build(),
        properties().set_writer_version(WriterVersion::PARQUET_2_0).build(),
        properties()
            .set_compression(Compression::SNAPPY)
            .set_data_page_size_limit(100)
            .set_write_batch_size(7)
            .build(),
        properties()
            .set_dictionary_enabled(false)
            .set_encoding(Encoding::PLAIN)
            .set_bloom_filter_enabled(true)
            .set_compression(Compression::UNCOMPRESSED)
            .build(),
        properties()
            .set_compression(Compression::GZIP(Default::default()))
            .set_dictionary_page_size_limit(50)
            .build(),
    ];
    for make in makes {
        let input = write(&texts, make);
        let path = folder.file("a.parquet", &input);
        let options = Options { documents: true, receipts: true, ..Options::default() };
        let (outcome, output) = assembled(&path, &options).expect("nothing is damaged");
        let (before, after) = (rows(&input), rows(&output));
        let column = |rows: &[(Option<String>, String)]| {
            rows.iter().map(|row| row.0.clone()).collect::<Vec<_>>()
        };
        let rest = |rows: &[(Option<String>, String)]| {
            rows.iter().map(|row| row.1.clone()).collect::<Vec<_>>()
        };
        assert_eq!(column(&after), cleaned(&texts));
        assert_eq!(rest(&after), rest(&before));
        // Every value can be had again from its receipt.
        assert_eq!(outcome.documents.len(), before.len());
        for ((document, before), after) in outcome.documents.iter().zip(&before).zip(&after) {
            match (&document.receipt, &before.0, &after.0) {
                (Some(receipt), Some(before), Some(after)) => {
                    assert_eq!(receipt.restore(after).expect("it fits"), before.as_bytes());
                }
                (None, before, after) => assert_eq!(before, after),
                _ => panic!("there is a receipt for no text"),
            }
        }
        same_but_for_the_text(&input, &output);
        let cleaned = folder.file("cleaned.parquet", &output);
        let restored = restored(&cleaned, &outcome.documents).expect("it is restored");
        let mut again = Vec::new();
        let shape = detect(&cleaned, None).expect("it is Parquet");
        assemble(&cleaned, &shape, &options, &mut parts(&restored), &mut again)
            .expect("it is restored");
        assert_eq!(rows(&again), before);
        same_but_for_the_text(&input, &again);
    }
}

/// The column that is added says what cleaning would remove from each text; everything else is the same, the texts too.
#[test]
fn annotations_are_added_and_everything_else_stays() {
    let folder = Folder::new();
    let rules = Cleaner::builtin();
    let texts = texts();
    let expected = |text: &String| {
        let spans = rules
            .clean(text)
            .removals()
            .iter()
            .map(|removal| {
                // The texts are ASCII.
                let (start, end) = (removal.span.start, removal.span.end);
                format!(
                    "{{start: {start}, end: {end}, rule: \"{}\"}}",
                    rules.rule(removal.rule).id()
                )
            })
            .collect::<Vec<_>>();
        format!("[{}]", spans.join(", "))
    };
    let makes = [
        properties().build(),
        properties().set_compression(Compression::SNAPPY).build(),
        // What the text is encoded with may be for texts alone.
        properties()
            .set_dictionary_enabled(false)
            .set_column_encoding("text".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
            .build(),
    ];
    for make in makes {
        let input = write(&texts, make);
        let path = folder.file("a.parquet", &input);
        let options = Options { edit: Edit::Annotate("residue".into()), ..Options::default() };
        let (outcome, output) = assembled(&path, &options).expect("nothing is damaged");
        assert!(outcome.report.removals() > 500 && outcome.documents.is_empty());
        let (before, after) = (rows(&input), rows(&output));
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            let spans = before.0.as_ref().map_or("null".to_owned(), expected);
            assert_eq!(after.0, before.0);
            assert_eq!(after.1, format!("{}residue={spans} ", before.1));
        }
        let open = |file: &[u8]| {
            SerializedFileReader::new(bytes::Bytes::from(file.to_vec())).expect("it is Parquet")
        };
        let (old, new) = (open(&input), open(&output));
        for (old, new) in old.metadata().row_groups().iter().zip(new.metadata().row_groups()) {
            for (old, new) in old.columns().iter().zip(new.columns()) {
                let chunk = |file: &[u8], column: &ColumnChunkMetaData| {
                    let (start, len) = column.byte_range();
                    file[start as usize..(start + len) as usize].to_vec()
                };
                assert_eq!(chunk(&input, old), chunk(&output, new));
                assert_eq!(old.compression_codec(), new.compression_codec());
            }
        }
        // Arrow's own form of the schema, which does not know the column, is gone.
        let pairs = new.metadata().file_metadata().key_value_metadata();
        assert!(pairs.is_none_or(|pairs| pairs.is_empty()), "{pairs:?}");
    }
    let path = folder.file("b.parquet", &write(&texts, properties().build()));
    let options = Options { edit: Edit::Annotate("tags".into()), ..Options::default() };
    let problem = clean(&path, &options).expect_err("there is such a column");
    assert!(problem.what.contains("\"tags\" already"), "{problem}");
}

/// Everything that the footers say, save of the text column.
fn same_but_for_the_text(input: &[u8], output: &[u8]) {
    let open = |file: &[u8]| {
        SerializedFileReader::new(bytes::Bytes::from(file.to_vec())).expect("it is Parquet")
    };
    let (before, after) = (open(input), open(output));
    let (old, new) = (before.metadata().file_metadata(), after.metadata().file_metadata());
    assert_eq!(old.schema(), new.schema());
    assert_eq!(old.key_value_metadata(), new.key_value_metadata());
    assert_eq!(old.created_by(), new.created_by());
    assert_eq!((old.version(), old.num_rows()), (new.version(), new.num_rows()));
    assert_eq!(before.num_row_groups(), after.num_row_groups());
    for (old, new) in before.metadata().row_groups().iter().zip(after.metadata().row_groups()) {
        assert_eq!(old.num_rows(), new.num_rows());
        let rows = old.num_rows();
        for (index, (old, new)) in old.columns().iter().zip(new.columns()).enumerate() {
            let codec = |column: &ColumnChunkMetaData| format!("{:?}", column.compression_codec());
            assert_eq!(codec(old), codec(new));
            assert_eq!(old.bloom_filter_offset().is_some(), new.bloom_filter_offset().is_some());
            let has_index = |column: &ColumnChunkMetaData| column.column_index_offset().is_some();
            assert_eq!(has_index(old), has_index(new), "{index} of {rows} rows");
            assert_eq!(
                old.dictionary_page_offset().is_some(),
                new.dictionary_page_offset().is_some()
            );
            assert_eq!(old.statistics().is_some(), new.statistics().is_some());
            if index != 1 {
                let chunk = |file: &[u8], column: &ColumnChunkMetaData| {
                    let (start, len) = column.byte_range();
                    file[start as usize..(start + len) as usize].to_vec()
                };
                assert_eq!(chunk(input, old), chunk(output, new));
                assert_eq!(old.statistics(), new.statistics());
            }
        }
    }
}

/// A run that starts again at any row group comes to the same parts.
#[test]
fn a_reader_can_start_again_at_each_row_group() {
    let folder = Folder::new();
    let path = folder.file("a.parquet", &write(&texts(), properties().build()));
    let whole = clean(&path, &Options::default()).expect("nothing is damaged");
    assert_eq!(whole.outputs.len(), 4);
    for (index, resume) in whole.resumes.iter().enumerate() {
        let rest =
            clean_from(&path, &Options::default(), resume.as_ref()).expect("nothing is damaged");
        assert_eq!(rest.outputs, whole.outputs[index + 1..]);
        assert_eq!(rest.resumes, whole.resumes[index + 1..]);
    }
}

#[test]
fn a_file_without_row_groups_stays_what_it_is() {
    let folder = Folder::new();
    let input = write(&[], properties().build());
    let path = folder.file("a.parquet", &input);
    let (_, output) = assembled(&path, &Options::default()).expect("nothing is damaged");
    same_but_for_the_text(&input, &output);
}

#[test]
fn a_file_without_a_text_column_is_refused_with_the_names_of_those_it_has() {
    let folder = Folder::new();
    let path = folder.file("a.parquet", &write(&texts(), properties().build()));
    let options = Options { text_field: Some("title".into()), ..Options::default() };
    let problem = clean(&path, &options).expect_err("it is refused");
    assert!(problem.what.contains("text, metadata.url"), "{problem}");
}

/// A file that is cut off anywhere is refused.
#[test]
fn row_32_every_cut_of_a_parquet_file_is_noticed() {
    let folder = Folder::new();
    let input = write(&texts()[..1], properties().build());
    for cut in 0..input.len() {
        let path = folder.file("a.parquet", &input[..cut]);
        let problem = clean(&path, &Options::default()).expect_err("the cut is noticed");
        assert!(problem.kind.is_damage(), "{cut}: {problem}");
    }
}

/// Damage in the pages of the text refuses the file; with salvage the column of that row group goes over as it is.
#[test]
fn row_34_a_damaged_row_group_is_refused_or_kept_as_it_is() {
    let folder = Folder::new();
    let texts = texts();
    let mut input = write(&texts, properties().set_dictionary_enabled(false).build());
    let reader =
        SerializedFileReader::new(bytes::Bytes::from(input.clone())).expect("it is Parquet");
    let (start, len) = reader.metadata().row_group(2).column(1).byte_range();
    let (start, end) = (start as usize, (start + len) as usize);
    input[start + 60..end - 10].fill(0xA5);
    let path = folder.file("a.parquet", &input);
    let problem = clean(&path, &Options::default()).expect_err("it is refused");
    assert_eq!(problem.place, Place::RowGroup(3));
    let options = Options { salvage: true, documents: true, ..Options::default() };
    let (outcome, output) = assembled(&path, &options).expect("salvage goes on");
    assert_eq!(outcome.problems.count(ProblemKind::is_damage), 1);
    assert_eq!(outcome.documents.len(), texts.iter().flatten().count());
    let after =
        SerializedFileReader::new(bytes::Bytes::from(output.clone())).expect("it is Parquet");
    let (at, len) = after.metadata().row_group(2).column(1).byte_range();
    assert_eq!(output[at as usize..(at + len) as usize], input[start..end]);
    let group = after.get_row_group(3).expect("it is there");
    assert_eq!(group.get_row_iter(None).expect("it has rows").count(), 1000);
    // A row group that cannot be read has no annotations.
    let options = Options { edit: Edit::Annotate("residue".into()), ..options };
    let (_, output) = assembled(&path, &options).expect("salvage goes on");
    let after = SerializedFileReader::new(bytes::Bytes::from(output)).expect("it is Parquet");
    let spans = |group: usize| {
        let group = after.metadata().row_group(group);
        let column = group.columns().iter().find(|c| c.column_path().string().ends_with("start"));
        let statistics = column.and_then(|column| column.statistics()).expect("there are some");
        statistics.null_count_opt()
    };
    assert_eq!((spans(2), spans(3)), (Some(50), Some(500)));
}

/// A file with a flipped bit (every third of them is tried) makes nothing panic, hang or take all memory.
#[test]
fn row_34_flipped_bits_of_a_parquet_file_are_survived() {
    let folder = Folder::new();
    let input = write(&texts()[..1], properties().build());
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for bit in (0..input.len() * 8).step_by(3) {
        let mut flipped = input.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let path = folder.file("a.parquet", &flipped);
        if let Err(problem) = assembled(&path, &Options::default()) {
            assert!(problem.kind.is_damage(), "{bit}: {problem}");
        }
    }
    std::panic::set_hook(hook);
}
