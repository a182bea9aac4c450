//! The library and the reference come to the same removals: same bytes, same rules, same evidence.
//!
//! The reference (`tests/support/reference`) says slowly and plainly what the rules do, and shares no code with the library.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use unchaff::{Cleaner, Limits, Profile, Rule};

use super::support::law::law;
use super::support::marks;
use super::support::reference::Reference;
use super::support::small_pack;
use super::support::texts::{builtin_documents, small_documents};

/// A cleaner, and all that the reference needs to know to come to the same removals.
struct Pair {
    cleaner: Cleaner,
    rules: Vec<Rule>,
    kept: Vec<String>,
    limits: (usize, usize),
}

impl Pair {
    fn new(profile: Profile, host: Option<&str>, phrases: &[&str], limits: (usize, usize)) -> Pair {
        let bounds =
            Limits::default().with_max_line_bytes(limits.0).with_max_candidate_bytes(limits.1);
        let pack = small_pack::pack_of(&[small_pack::RULES, small_pack::KEEP]);
        let builder =
            Cleaner::builder().without_builtin().pack(pack).profile(profile).limits(bounds);
        let builder = phrases.iter().fold(builder, |builder, phrase| builder.keep_phrase(phrase));
        let cleaner = builder.build().expect("the small pack builds");
        let cleaner = host.map_or_else(|| cleaner.clone(), |host| cleaner.for_host(host));
        let acts = |rule: &&Rule| host.is_some() || rule.sites().is_empty();
        let rules = cleaner.rules().iter().filter(acts).cloned().collect();
        let kept = ["Share of the post", "Read also nothing"].iter().chain(phrases);
        Pair { kept: kept.map(|&phrase| phrase.to_owned()).collect(), cleaner, rules, limits }
    }

    /// Every profile, with and without a host and more exceptions.
    fn all(limits: (usize, usize)) -> Vec<Pair> {
        let hosts = [None, Some("www.tide.example.org")];
        let phrases = [&[][..], &["Tweet", "— Read also: Tides of May", "(tide box)."]];
        let choices = Profile::ALL.iter().flat_map(|&profile| hosts.map(|host| (profile, host)));
        let choices =
            choices.flat_map(|(profile, host)| phrases.map(|phrases| (profile, host, phrases)));
        choices.map(|(profile, host, phrases)| Pair::new(profile, host, phrases, limits)).collect()
    }

    fn agrees_on(&self, text: &[u8]) -> TestCaseResult {
        let mut reference = Reference::new(&self.rules, self.cleaner.profile());
        (reference.max_line_bytes, reference.max_candidate_bytes) = self.limits;
        reference.keep_phrases.clone_from(&self.kept);
        let fast = marks(&self.cleaner, self.cleaner.clean_bytes(text).removals());
        let (profile, limits, kept) = (self.cleaner.profile(), self.limits, &self.kept);
        let is_site = self.rules.iter().any(|rule| !rule.sites().is_empty());
        prop_assert_eq!(
            fast,
            reference.marks(text),
            "{}, on the site: {}, longest line and candidate {:?}, keep {:?}",
            profile,
            is_site,
            limits,
            kept
        );
        Ok(())
    }
}

/// The library and the reference remove the same bytes, by the same rules, on the same evidence.
#[test]
fn the_library_equals_the_reference() {
    let pairs = Pair::all((1 << 20, 1024));
    law(1, (0..pairs.len(), small_documents()), |(at, text)| pairs[at].agrees_on(&text.0));
}

/// The library and the reference agree about lines and segments that are too long, too.
#[test]
fn the_library_equals_the_reference_under_small_limits() {
    let lines = [0, 1, 12, 40, 90, 1 << 20];
    let limits = lines
        .iter()
        .flat_map(|&line| [0, 1, 6, 11, 25, 60, 1024].map(|candidate| (line, candidate)));
    let pairs: Vec<Pair> = limits.flat_map(Pair::all).collect();
    law(1, (0..pairs.len(), small_documents()), |(at, text)| pairs[at].agrees_on(&text.0));
}

/// The library with the built-in packs and the reference remove the same bytes, for every profile.
#[test]
fn the_library_equals_the_reference_on_the_built_in_packs() {
    let build =
        |profile| Cleaner::builder().profile(profile).build().expect("the built-in packs build");
    let cleaners: Vec<Cleaner> = Profile::ALL.iter().copied().map(build).collect();
    let new = |cleaner| {
        Reference::new(Cleaner::rules(cleaner), cleaner.profile()).with_builtin_exceptions()
    };
    let references: Vec<Reference> = cleaners.iter().map(new).collect();
    law(5, (0..3usize, builtin_documents()), |(at, text)| {
        let cleaner = &cleaners[at];
        let fast = marks(cleaner, cleaner.clean_bytes(&text.0).removals());
        prop_assert_eq!(fast, references[at].marks(&text.0));
        Ok(())
    });
}
