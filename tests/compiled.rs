//! Compiled rule sets: they act as their packs, and no bytes do harm.

mod support;

use std::sync::LazyLock;

use proptest::prelude::*;
use support::law::law;
use support::small_pack::{self, HOSTS};
use support::texts::{self, Document, Residue};
use unchaff::{
    Category, Cleaner, CleanerBuilder, CompiledErrorKind, CompiledRules, Pack, Profile, Rule,
};
use xxhash_rust::xxh3::xxh3_64;

/// The small pack, compiled.
static SMALL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let pack = small_pack::pack_of(&[small_pack::RULES, small_pack::KEEP, small_pack::BOUND_KEEPS]);
    compile(&[pack]).as_bytes().to_vec()
});

fn compile(packs: &[Pack]) -> CompiledRules {
    CompiledRules::compile(packs).expect("the packs compile")
}

fn load(bytes: &[u8]) -> CompiledRules {
    CompiledRules::from_bytes(bytes.to_vec()).expect("the bytes are a compiled rule set")
}

fn kind(bytes: &[u8]) -> Option<CompiledErrorKind> {
    CompiledRules::from_bytes(bytes.to_vec()).err().map(|error| error.kind())
}

fn alone() -> CleanerBuilder {
    Cleaner::builder().without_builtin()
}

fn build(builder: CleanerBuilder) -> Cleaner {
    builder.build().expect("the rules fit together")
}

/// Everything that can be asked of a rule.
fn described(rule: &Rule) -> String {
    let facts = (rule.category(), rule.weight(), rule.edge(), rule.language());
    let flags = (rule.is_affix(), rule.counts_once(), rule.is_repeated(), rule.stands_alone());
    let shapes: Vec<String> = rule
        .shapes()
        .iter()
        .map(|shape| match shape {
            unchaff::Shape::Pattern(pattern) => format!("pattern {}", pattern.source()),
            other => format!("{other:?}"),
        })
        .collect();
    format!("{} {facts:?} {flags:?} {:?} {:?} {shapes:?}", rule.id(), rule.sites(), rule.origin())
}

/// Rules act alike whether they come as packs or compiled, in one piece or in several.
#[test]
fn compiled_rules_act_as_their_packs() {
    let whole = [small_pack::RULES, small_pack::KEEP, small_pack::BOUND_KEEPS].concat();
    let blocks: Vec<String> = whole
        .split("\n\n")
        .map(|block| format!("{}\n", block.trim()))
        .filter(|block| block.len() > 1)
        .collect();
    let spread = prop::collection::vec((0usize..3, any::<bool>()), blocks.len());
    let documents = prop::collection::vec(texts::documents(&Residue::small()), 8);
    let usual = build(small_pack::small());
    law(1, (spread, 0..HOSTS.len(), documents), |(spread, host, documents)| {
        let mut builder = alone();
        for part in 0..3 {
            let of_part = |is_compiled: bool| -> Vec<&str> {
                let mine = blocks.iter().zip(&spread).filter(|(_, at)| **at == (part, is_compiled));
                mine.map(|(block, _)| block.as_str()).collect()
            };
            let (read, compiled) = (of_part(false), of_part(true));
            if !read.is_empty() {
                builder = builder.pack(small_pack::pack_of(&read));
            }
            if !compiled.is_empty() {
                let rules = compile(&[small_pack::pack_of(&compiled)]);
                builder = builder.compiled(load(rules.as_bytes()));
            }
        }
        let cleaner = build(builder);
        prop_assert_eq!(cleaner.fingerprint(), usual.fingerprint());
        let on_host = |cleaner: &Cleaner| match HOSTS[host] {
            Some(host) => cleaner.for_host(host),
            None => cleaner.clone(),
        };
        let (cleaner, usual) = (on_host(&cleaner), on_host(&usual));
        for text in &documents {
            let (own, expected) = (cleaner.clean_bytes(&text.0), usual.clean_bytes(&text.0));
            prop_assert_eq!(own.removals(), expected.removals());
            let receipt = cleaner.receipt(&text.0, &own);
            prop_assert_eq!(usual.verify(&text.0, &receipt), Ok(()));
        }
        Ok(())
    });
}

#[test]
fn a_stored_rule_is_the_rule() {
    let (read, stored) = (build(small_pack::small()), build(alone().compiled(load(&SMALL))));
    let described = |cleaner: &Cleaner| cleaner.rules().iter().map(described).collect::<Vec<_>>();
    assert_eq!(described(&read), described(&stored));
    assert!(read.rules().len() > 10);
    assert!(read.rules().iter().all(|rule| !rule.keep_examples().is_empty()));
    assert!(stored.rules().iter().all(|rule| rule.keep_examples().is_empty()));
    let rules = load(&SMALL);
    assert_eq!(rules.rules(), read.rules().len());
    assert!(rules.phrases() > 10 && CompiledRules::is_compiled(rules.as_bytes()));
}

/// The crate was built from its packs as they are, and switches choose the same rules from both.
#[test]
fn the_built_in_rules_are_those_of_the_packs() {
    let from_packs = |language: Option<&str>| {
        let chosen = |pack: &&Pack| {
            language.is_none() || pack.language().is_none_or(|own| Some(own) == language)
        };
        Pack::builtin().iter().filter(chosen).cloned().fold(alone(), CleanerBuilder::pack)
    };
    let languages = Pack::builtin().iter().filter_map(Pack::language).map(Some);
    for language in languages.chain([None]) {
        let compiled = language.into_iter().fold(Cleaner::builder(), CleanerBuilder::language);
        let switched = |builder: CleanerBuilder| {
            let builder = builder.on(Category::Byline).off(Category::Share);
            build(builder.off_rule("core.ad-marker").keep_phrase("Top channel"))
        };
        let (own, expected) = (switched(compiled.clone()), switched(from_packs(language)));
        assert_eq!(own.fingerprint(), expected.fingerprint(), "{language:?}");
        let (own, expected) = (build(compiled), build(from_packs(language)));
        assert_eq!(own.fingerprint(), expected.fingerprint(), "{language:?}");
        for (own, expected) in own.rules().iter().zip(expected.rules()) {
            assert_eq!(described(own), described(expected));
            assert_eq!(own.remove_examples(), expected.remove_examples());
            assert_eq!(own.keep_examples(), expected.keep_examples());
            assert_eq!(own.shape_places(), expected.shape_places());
        }
    }
}

#[test]
fn the_same_packs_become_the_same_bytes() {
    let packs = Pack::builtin();
    let forward = compile(packs);
    let backward = compile(&packs.iter().rev().cloned().collect::<Vec<_>>());
    assert!(forward.as_bytes() == backward.as_bytes());
    assert!(load(forward.as_bytes()).as_bytes() == forward.as_bytes());
    let fingerprint =
        |rules: CompiledRules| build(alone().compiled(rules)).fingerprint().to_owned();
    assert_eq!(fingerprint(load(forward.as_bytes())), Cleaner::builtin().fingerprint());
}

/// The fingerprint changes with everything that decides, and with nothing else.
#[test]
fn the_fingerprint_tells_rules_apart() {
    let rule = |fields: &str| {
        let text = format!(
            "[pack]\nid = \"t\"\n[[rule]]\nid = \"t.a\"\ncategory = \"widget\"\nweight = \"weak\"\n{fields}\nremove = [\"x\"]\nkeep = [\"y\"]\n"
        );
        let pack = Pack::parse("t.toml", &text).unwrap_or_else(|error| panic!("{error}"));
        build(alone().compiled(compile(&[pack]))).fingerprint().to_owned()
    };
    let forms = [
        r#"line = ["open the kiosk", "shut the kiosk"]"#,
        r#"line = ["open the kiosk"]"#,
        r#"line = ["shut the kiosk"]"#,
        r#"pattern = ["open the kiosk"]"#,
        "starts = [\"open the kiosk\"]\nmax_words = 4",
        "starts = [\"open the kiosk\"]\nmax_words = 5",
        "ends = [\"open the kiosk\"]\nmax_words = 4",
        "line = [\"open the kiosk\"]\nat = \"tail\"",
        "line = [\"open the kiosk\"]\nonce = true",
        "line = [\"open the kiosk\"]\nrepeats = true",
        "line = [\"open the kiosk\"]\naffix = true",
        "line = [\"open the kiosk\"]\nsites = [\"example.org\"]",
        r#"inline = ["[kiosk]"]"#,
    ];
    let prints: std::collections::BTreeSet<String> = forms.iter().map(|form| rule(form)).collect();
    assert_eq!(prints.len(), forms.len());
    let turned = rule(r#"line = ["Shut the kiosk", "Open  the kiosk"]"#);
    assert_eq!(turned, rule(forms[0]));
}

#[test]
fn rules_of_one_id_are_refused_with_both_places() {
    let pack = small_pack::pack_of(&[small_pack::RULES]);
    let error = alone().compiled(load(&SMALL)).pack(pack.clone()).build().expect_err("ids meet");
    assert!(error.messages().iter().all(|message| message.contains("is also in small.toml:")));
    assert_eq!(error.messages().len(), load(&SMALL).rules());
    assert!(CompiledRules::compile(&[pack.clone(), pack]).is_err());
}

#[test]
fn options_reach_compiled_rules() {
    let text = "Please wait.\nThe harbour froze.\n";
    let clean = |builder: CleanerBuilder| build(builder).clean(text).text.into_owned();
    let rules = || alone().compiled(load(&SMALL));
    let cleaner = build(rules());
    let removed = cleaner.clean(text);
    let rule = cleaner.rule(removed.removals()[0].rule);
    assert_eq!(removed.text, "The harbour froze.\n");
    assert_eq!(clean(rules().off(rule.category())), text);
    assert_eq!(clean(rules().off_rule(rule.id())), text);
    assert_eq!(clean(rules().keep_phrase("please wait.")), text);
    let keep = format!("[pack]\nid = \"k\"\n[[keep]]\nrule = [{:?}]\n", rule.id());
    let keep = Pack::parse("keep.toml", &keep).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(clean(rules().pack(keep.clone())), text);
    assert_eq!(clean(rules().compiled(compile(&[keep]))), text);
    let keep = "[pack]\nid = \"k\"\n[[keep]]\nrule = [\"t.no\"]\n";
    let keep = Pack::parse("keep.toml", keep).unwrap_or_else(|error| panic!("{error}"));
    let error = rules().compiled(compile(&[keep])).build().expect_err("no such rule");
    assert_eq!(error.messages(), ["keep.toml:3: the keep names a rule \"t.no\" that no pack has"]);
    let limits = unchaff::Limits::default().with_max_rules(3);
    assert!(rules().limits(limits).build().is_err());
}

/// Phrases in one rule and in many rules are found, and no others.
#[test]
fn many_phrases_are_found() {
    const PHRASES: usize = 20_000;
    let phrase = |n: usize| format!("gauge {n:05} open");
    let examples = "remove = [\"x\"]\nkeep = [\"y\"]\n";
    let mut one = "[pack]\nid = \"one\"\n[[rule]]\nid = \"one.all\"\ncategory = \"widget\"\nweight = \"certain\"\nline = [".to_owned();
    let mut many = "[pack]\nid = \"many\"\n".to_owned();
    for n in 0..PHRASES {
        one += &format!("{:?},\n", phrase(n));
        many += &format!(
            "[[rule]]\nid = \"many.r{n}\"\ncategory = \"widget\"\nweight = \"certain\"\nline = [{:?}]\n{examples}",
            phrase(n)
        );
    }
    one += &format!("]\n{examples}");
    for (file, text) in [("one.toml", one), ("many.toml", many)] {
        let pack = Pack::parse(file, &text).unwrap_or_else(|error| panic!("{error}"));
        let rules = load(compile(std::slice::from_ref(&pack)).as_bytes());
        assert_eq!(rules.phrases(), PHRASES);
        let cleaner = build(Cleaner::builder().compiled(rules));
        assert_eq!(cleaner.fingerprint(), build(Cleaner::builder().pack(pack)).fingerprint());
        for n in (0..PHRASES).step_by(97) {
            let text = format!("The harbour froze.\n{}\nNobody waved.\n", phrase(n));
            let cleaned = cleaner.clean(&text);
            assert_eq!(cleaned.text, "The harbour froze.\nNobody waved.\n");
            let rule = cleaner.rule(cleaned.removals()[0].rule);
            let expected = if file == "one.toml" { "one.all".into() } else { format!("many.r{n}") };
            assert_eq!(rule.id(), expected);
            let text = text.replace("open", "opens");
            assert_eq!(cleaner.clean(&text).text, text);
        }
        let ids: Vec<&str> = cleaner.rules().iter().map(Rule::id).collect();
        assert!(ids.is_sorted() && ids.len() > 1000);
    }
}

#[test]
fn other_bytes_are_refused_by_name() {
    assert_eq!(kind(b""), Some(CompiledErrorKind::NotCompiled));
    assert_eq!(kind(b"[pack]\nid = \"mine\"\n"), Some(CompiledErrorKind::NotCompiled));
    let mut bytes = SMALL.clone();
    bytes[16] += 1;
    assert_eq!(kind(&bytes), Some(CompiledErrorKind::OtherVersion));
    let error = CompiledRules::from_bytes(bytes).expect_err("it is of another version");
    let message =
        "the rule set was compiled by another version of unchaff; compile its packs again";
    assert_eq!(error.to_string(), message);
    let error = CompiledRules::from_bytes(SMALL[..99].to_vec()).expect_err("it is cut");
    let message = "the compiled rule set is damaged: it ends too early; compile its packs again";
    assert_eq!(error.to_string(), message);
}

/// A compiled rule set of which anything is missing or different is refused.
#[test]
fn every_cut_and_every_flipped_bit_is_refused() {
    assert_eq!(kind(&SMALL), None);
    for len in 0..SMALL.len() {
        assert!(kind(&SMALL[..len]).is_some(), "the first {len} bytes");
    }
    assert!(kind(&[&SMALL[..], b"\0"].concat()).is_some());
    let mut bytes = SMALL.clone();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(kind(&bytes).is_some(), "bit {bit}");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

/// Writes the checksum that fits.
fn forge(bytes: &mut [u8]) {
    let checksum = xxh3_64(&bytes[16..]);
    bytes[8..16].copy_from_slice(&checksum.to_le_bytes());
}

/// Documents in which every rule of the small pack acts.
static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rules = build(small_pack::small());
    let examples = rules.rules().iter().flat_map(Rule::remove_examples);
    let whole: Vec<&str> = examples.map(String::as_str).collect();
    vec![whole.join("\n"), "12 shares\nShare of the post\nread also\n\n".repeat(3)]
});

/// Does everything with a rule set that may be forged.
fn use_up(rules: CompiledRules) {
    let Ok(cleaner) = alone().compiled(rules).build() else { return };
    for host in [None, Some("tide.example.org")] {
        let cleaner = host.map_or_else(|| cleaner.clone(), |host| cleaner.for_host(host));
        for page in PAGES.iter() {
            let cleaned = cleaner.clean(page);
            let receipt = cleaner.receipt(page, &cleaned);
            // The plain matcher need not agree with a forged table; it must come to an end.
            let _ = cleaner.verify(page, &receipt);
            assert_eq!(receipt.restore(cleaned.text.as_bytes()).as_deref(), Ok(page.as_bytes()));
        }
    }
    let described: usize = cleaner.rules().iter().map(|rule| described(rule).len()).sum();
    assert!(described < 1 << 20);
}

/// Forged rule sets whose checksum fits are refused or do no harm: every byte, changed to several values.
#[test]
fn forged_bytes_do_no_harm() {
    let mut refused = 0;
    let mut used = 0;
    let mut bytes = SMALL.clone();
    for at in 16..bytes.len() {
        let byte = bytes[at];
        for value in [0, byte.wrapping_add(1), byte ^ 0x80, 0x7F, 0xFF] {
            bytes[at] = value;
            forge(&mut bytes);
            match CompiledRules::from_bytes(bytes.clone()) {
                Err(_) => refused += 1,
                Ok(rules) => {
                    used += 1;
                    use_up(rules);
                }
            }
        }
        bytes[at] = byte;
    }
    println!("{refused} forged rule sets were refused, {used} did no harm");
    assert!(refused > 1000 && used > 1000);
}

/// The same with several numbers changed at once, and with parts cut out.
#[test]
fn forged_numbers_do_no_harm() {
    let numbers = prop_oneof![
        0_u32..9,
        any::<u32>(),
        Just(u32::MAX),
        Just(u32::MAX - 1),
        (0..SMALL.len() as u32),
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), numbers), 1..4);
    let cut = prop::option::of((any::<prop::sample::Index>(), 0_usize..64));
    law(1, (changes, cut), |(changes, cut)| {
        let mut bytes = SMALL.clone();
        for (at, number) in changes {
            let at = 16 + at.index((bytes.len() - 16) / 4) * 4;
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        if let Some((at, len)) = cut {
            let at = 48 + at.index(bytes.len() - 48);
            let len = len.min(bytes.len() - at);
            bytes.drain(at..at + len);
            let total = bytes.len() as u64;
            bytes[32..40].copy_from_slice(&total.to_le_bytes());
        }
        forge(&mut bytes);
        if let Ok(rules) = CompiledRules::from_bytes(bytes) {
            use_up(rules);
        }
        Ok(())
    });
}

/// Bytes from anywhere are refused.
#[test]
fn random_bytes_are_refused() {
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    law(1, (bytes, any::<bool>()), |(mut bytes, is_headed)| {
        if is_headed && bytes.len() >= 48 {
            let len = bytes.len() as u64;
            bytes[..48].copy_from_slice(&SMALL[..48]);
            bytes[32..40].copy_from_slice(&len.to_le_bytes());
            forge(&mut bytes);
        }
        prop_assert!(kind(&bytes).is_some(), "{:?}", Document(bytes));
        Ok(())
    });
}

/// A profile is no part of a rule set.
#[test]
fn profiles_apply_to_compiled_rules() {
    for &profile in Profile::ALL {
        let compiled = build(alone().compiled(load(&SMALL)).profile(profile));
        assert_eq!(
            compiled.fingerprint(),
            build(small_pack::small().profile(profile)).fingerprint()
        );
    }
}
