//! The runner of the laws.

use std::hash::{BuildHasher, Hasher, RandomState};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestError, TestRunner};

/// Cases of a law, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 20_000;

/// Checks a law on many inputs. A law whose check is slow takes only one `share` of the cases.
///
/// A failure names the smallest input that was found, and the seed that finds it again.
pub fn law<S: Strategy>(share: u32, inputs: S, check: impl Fn(S::Value) -> TestCaseResult) {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("UNCHAFF_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let cases =
        number("PROPTEST_CASES").and_then(|cases| u32::try_from(cases).ok()).unwrap_or(CASES);
    let mut config = Config::with_cases((cases / share).max(1));
    config.rng_seed = RngSeed::Fixed(seed);
    config.failure_persistence = None;
    match TestRunner::new(config).run(&inputs, check) {
        Ok(()) => {}
        Err(TestError::Fail(reason, input)) => {
            panic!(
                "the law fails: {reason}\ninput: {input:#?}\nreplay: UNCHAFF_SEED={seed} PROPTEST_CASES={cases}"
            )
        }
        Err(error) => panic!("{error}\nreplay: UNCHAFF_SEED={seed} PROPTEST_CASES={cases}"),
    }
}
