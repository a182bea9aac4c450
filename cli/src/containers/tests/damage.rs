//! Damage to compressed files: cut, flipped, continued.

use super::*;

/// A small file of two members, and what each of them holds.
fn two_members(codec: Codec) -> (Vec<u8>, usize, String) {
    let first = "{\"text\":\"[ad_1]\\nThe mill closed in spring.\"}\n{\"text\":\"Nobody wept.\"}\n";
    let second = "{\"text\":\"The ferry left at noon.\\n[ad_2]\\nSource link\"}\n";
    let mut packed = pack(codec, first.as_bytes());
    let boundary = packed.len();
    packed.extend(pack(codec, second.as_bytes()));
    (packed, boundary, format!("{first}{second}"))
}

fn salvaging() -> Options {
    Options { salvage: true, ..Options::default() }
}

/// The output of the undamaged file.
fn whole(folder: &Folder, codec: Codec) -> Vec<u8> {
    let path = folder.file(&name("whole.jsonl", codec), &two_members(codec).0);
    unpack(codec, &clean(&path, &Options::default()).expect("it is whole").output())
}

/// A file that is cut off anywhere is refused, save between two members, where nothing shows it.
#[test]
fn rows_32_33_every_cut_is_noticed_but_that_between_two_members() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let folder = Folder::new();
        let (packed, boundary, _) = two_members(codec);
        let whole = whole(&folder, codec);
        for cut in 0..packed.len() {
            let path = folder.file(&name("a.jsonl", codec), &packed[..cut]);
            let outcome = clean(&path, &Options::default());
            if cut == boundary {
                let output = unpack(codec, &outcome.expect("it looks whole").output());
                assert!(whole.starts_with(&output) && output.len() < whole.len());
                continue;
            }
            let problem = outcome.expect_err("the cut is noticed");
            assert_eq!(problem.kind, ProblemKind::Truncated, "{codec:?} {cut}: {problem}");
            assert!(matches!(problem.place, Place::Byte(at) if at <= cut as u64), "{problem}");
        }
    }
}

/// With salvage, the whole lines before a cut are kept, and the rest is set aside.
#[test]
fn row_32_what_stands_before_a_cut_can_be_salvaged() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let folder = Folder::new();
        let (packed, boundary, _) = two_members(codec);
        let whole = whole(&folder, codec);
        for cut in 5..packed.len() {
            let path = folder.file(&name("a.jsonl", codec), &packed[..cut]);
            let outcome = clean(&path, &salvaging()).expect("salvage goes on");
            let output = unpack(codec, &outcome.output());
            assert!(whole.starts_with(&output), "{codec:?} {cut}");
            assert!(output.is_empty() || output.ends_with(b"\n"));
            assert_eq!(cut != boundary, outcome.problems.count(ProblemKind::is_damage) > 0);
            let lines = output.iter().filter(|&&byte| byte == b'\n').count();
            assert!(lines >= 2 || cut < boundary, "{codec:?} {cut}: the first member is whole");
        }
    }
}

/// A file with any bit flipped is refused, or comes out as if it were whole (where the bit carries nothing).
#[test]
fn row_34_every_flipped_bit_is_noticed_or_harmless() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let folder = Folder::new();
        let (packed, _, _) = two_members(codec);
        let whole = whole(&folder, codec);
        let mut harmless = 0;
        for bit in 0..packed.len() * 8 {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let path = folder.file(&name("a.jsonl", codec), &flipped);
            match clean(&path, &Options::default()) {
                Err(problem) => assert!(problem.kind.is_damage(), "{bit}: {problem}"),
                Ok(outcome) => {
                    harmless += 1;
                    assert_eq!(unpack(codec, &outcome.output()), whole, "{codec:?}, bit {bit}");
                }
            }
            // Salvage never makes up, and never drops without telling.
            let outcome = clean(&path, &salvaging());
            if let Ok(outcome) = outcome
                && unpack(codec, &outcome.output()) != whole
            {
                assert!(outcome.problems.count(ProblemKind::is_damage) > 0, "{codec:?}, bit {bit}");
            }
        }
        assert!(harmless < packed.len() * 8 / 4, "{codec:?}: {harmless} flips go unnoticed");
    }
}

/// Behind a damaged member, salvage finds the next one.
#[test]
fn row_34_members_behind_damage_are_salvaged() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let folder = Folder::new();
        let line = |n: usize| format!("{{\"text\":\"Story {n} of the mill and {}.\"}}\n", n * 7919);
        let members: Vec<String> =
            (0..9).map(|m| (m * 50..m * 50 + 50).map(line).collect()).collect();
        let packed: Vec<Vec<u8>> =
            members.iter().map(|member| pack(codec, member.as_bytes())).collect();
        let mut bytes = packed.concat();
        let hit = packed[..4].concat().len() + packed[4].len() / 2;
        bytes[hit..hit + 40].fill(0xA5);
        let path = folder.file(&name("a.jsonl", codec), &bytes);
        assert!(clean(&path, &Options::default()).is_err());
        let options = Options { block_bytes: 1000, ..salvaging() };
        let outcome = clean(&path, &options).expect("salvage goes on");
        let output = String::from_utf8(unpack(codec, &outcome.output())).expect("it is text");
        assert!(output.starts_with(&members[..4].concat()), "{codec:?}");
        assert!(output.ends_with(&members[5..].concat()), "{codec:?}");
        assert!(outcome.problems.count(ProblemKind::is_damage) == 1);
        // What did not unpack is in the quarantine, with its place.
        let aside =
            outcome.quarantine.iter().find(|aside| aside.is_packed).expect("it was set aside");
        let at = usize::try_from(aside.at).expect("it is small");
        assert_eq!(bytes[at..at + aside.bytes.len()], aside.bytes);
        assert_eq!(at + aside.bytes.len(), packed[..5].concat().len());
    }
}

#[test]
fn row_35_members_one_behind_the_other_are_all_read() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let folder = Folder::new();
        let members: Vec<String> =
            (0..300).map(|n| format!("{{\"text\":\"Tea was ready {n} times.\"}}\n")).collect();
        // Empty ones, too.
        let packed: Vec<u8> = members
            .iter()
            .flat_map(|member| [pack(codec, member.as_bytes()), pack(codec, b"")].concat())
            .collect();
        let path = folder.file(&name("a.jsonl", codec), &packed);
        let outcome = clean(&path, &Options::default()).expect("it is whole");
        assert_eq!(unpack(codec, &outcome.output()), members.concat().into_bytes(), "{codec:?}");
        assert_eq!(outcome.records, 300);
    }
}

#[test]
fn rows_36_37_zeros_behind_gzip_are_padding_and_anything_else_is_refused() {
    let folder = Folder::new();
    let (mut packed, ..) = two_members(Codec::Gzip);
    let whole = whole(&folder, Codec::Gzip);
    packed.extend([0; 1000]);
    let path = folder.file("a.jsonl.gz", &packed);
    let outcome = clean(&path, &Options::default()).expect("zeros are padding");
    assert_eq!(unpack(Codec::Gzip, &outcome.output()), whole);
    let len = packed.len() as u64;
    packed.extend(b"more");
    let path = folder.file("a.jsonl.gz", &packed);
    let problem = clean(&path, &Options::default()).expect_err("it is refused");
    assert_eq!((problem.kind, problem.place), (ProblemKind::Trailing, Place::Byte(len)));
    let outcome = clean(&path, &salvaging()).expect("salvage goes on");
    assert_eq!(unpack(Codec::Gzip, &outcome.output()), whole);
    assert!(outcome.aside().ends_with(b"more"));
}

#[test]
fn row_38_zstd_frames_without_checksums_are_read_and_told() {
    let folder = Folder::new();
    let bytes = ::zstd::encode_all(&b"{\"text\":\"tea\"}\n"[..], 3).expect("memory takes it");
    let path = folder.file("a.jsonl.zst", &bytes.repeat(3));
    let outcome = clean(&path, &Options::default()).expect("it is whole");
    assert_eq!(unpack(Codec::Zstd, &outcome.output()), b"{\"text\":\"tea\"}\n".repeat(3));
    assert_eq!(outcome.problems.count(|kind| kind == ProblemKind::NoChecksum), 1);
    assert_eq!(outcome.problems.count(ProblemKind::is_damage), 0);
}

#[test]
fn rows_30_39_bombs_are_stopped_where_that_is_asked_for() {
    let bomb = format!("{{\"text\":\"{}\"}}\n", "a".repeat(30 << 20));
    for codec in [Codec::Gzip, Codec::Zstd] {
        let folder = Folder::new();
        let path = folder.file(&name("a.jsonl", codec), &pack(codec, bomb.as_bytes()));
        let options = Options { max_expansion: Some(100), ..Options::default() };
        let problem = clean(&path, &options).expect_err("it unpacks to too much");
        assert_eq!(problem.kind, ProblemKind::Expansion, "{problem}");
        let outcome = clean(&path, &Options::default()).expect("else it passes");
        assert_eq!(unpack(codec, &outcome.output()), bomb.as_bytes());
        assert_eq!(outcome.problems.count(|kind| kind == ProblemKind::LongRecord), 1);
    }
}
