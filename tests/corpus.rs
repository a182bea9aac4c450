//! The corpus: every case, by the library and by the reference, whole and streamed.

mod support;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use support::cases::{self, Case};
use support::reference::Reference;
use support::{marks, without};
use unchaff::{Cleaner, Profile};

/// The cleaners of all profiles.
fn cleaners() -> &'static [Cleaner] {
    static CLEANERS: LazyLock<Vec<Cleaner>> = LazyLock::new(|| {
        let build = |profile| Cleaner::builder().profile(profile).build();
        Profile::ALL.iter().map(|&profile| build(profile).expect("the packs build")).collect()
    });
    &CLEANERS
}

fn cleaner(case: &Case) -> &'static Cleaner {
    let fits = |cleaner: &&Cleaner| cleaner.profile() == case.profile;
    cleaners().iter().find(fits).expect("every profile has a cleaner")
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).escape_debug().to_string().replace("\\n", "\n      ")
}

/// Runs a check on every case and reports all that fail.
fn check_all(check: impl Fn(&Case) -> Result<(), String>) {
    let failures: Vec<String> = cases::all()
        .iter()
        .filter_map(|case| {
            check(case).err().map(|why| format!("{}: {}\n      {why}", case.file, case.name))
        })
        .collect();
    assert!(failures.is_empty(), "{} cases fail\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_case_comes_out_as_it_says() {
    check_all(|case| {
        let cleaner = cleaner(case);
        let cleaned = cleaner.clean_bytes(&case.input);
        let fired: BTreeSet<&str> =
            cleaned.removals().iter().map(|removal| cleaner.rule(removal.rule).id()).collect();
        if *cleaned.text != *case.output {
            return Err(format!("by {fired:?}, out came\n      {}", shown(&cleaned.text)));
        }
        match &case.rules {
            Some(rules) if *rules != fired.iter().copied().collect::<Vec<_>>() => {
                Err(format!("removed by {fired:?}"))
            }
            _ => Ok(()),
        }
    });
}

#[test]
fn the_reference_says_the_same() {
    let new = |cleaner: &'static Cleaner| {
        Reference::new(cleaner.rules(), cleaner.profile()).with_builtin_exceptions()
    };
    let references: Vec<Reference> = cleaners().iter().map(new).collect();
    check_all(|case| {
        let cleaner = cleaner(case);
        let fast = marks(cleaner, cleaner.clean_bytes(&case.input).removals());
        let fits = |reference: &&Reference| reference.profile == case.profile;
        let reference = references.iter().find(fits).expect("every profile has a reference");
        let plain = reference.marks(&case.input);
        if without(&case.input, &plain) != case.output {
            return Err(format!(
                "the reference leaves\n      {}",
                shown(&without(&case.input, &plain))
            ));
        }
        if fast == plain { Ok(()) } else { Err(format!("fast {fast:?}\n      plain {plain:?}")) }
    });
}

#[test]
fn the_corpus_is_large_enough_and_its_names_are_unique() {
    let cases = cases::all();
    let traps = cases.iter().filter(|case| case.is_trap()).count();
    let residue = cases.len() - traps;
    println!("{traps} traps, {residue} residue cases");
    assert!(traps >= 400, "{traps} traps");
    assert!(residue >= 400, "{residue} residue cases");
    let mut names = BTreeSet::new();
    for case in &cases {
        assert!(
            names.insert((&case.file, &case.name)),
            "{}: {} stands twice",
            case.file,
            case.name
        );
        assert_eq!(
            case.is_trap(),
            case.file.starts_with("traps/"),
            "{}: {} is in the wrong folder",
            case.file,
            case.name
        );
    }
}
