//! Rule sets: the built-in packs, and with them so many lines that sites repeat.
//!
//! The invariant: the lines that occur in generated text are among the first of every learned set, so that all of these
//! come to the same removals.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use unchaff::{Cleaner, Pack};

use crate::generator::learned;

/// How many learned lines stand beside the built-in rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RuleSet(pub usize);

impl RuleSet {
    pub const BUILTIN: RuleSet = RuleSet(0);
    pub const LEARNED: [RuleSet; 4] =
        [RuleSet(1_000), RuleSet(10_000), RuleSet(100_000), RuleSet(1_000_000)];

    pub fn name(self) -> String {
        match self.0 {
            0 => "builtin".to_owned(),
            lines if lines % 1_000_000 == 0 => format!("{}m", lines / 1_000_000),
            lines => format!("{}k", lines / 1000),
        }
    }

    /// The cleaner with these rules, built when it is first asked for, and kept.
    pub fn cleaner(self) -> Cleaner {
        static CLEANERS: LazyLock<Mutex<HashMap<RuleSet, Cleaner>>> = LazyLock::new(Mutex::default);
        let mut cleaners = CLEANERS.lock().expect("no thread panicked");
        cleaners.entry(self).or_insert_with(|| self.build()).clone()
    }

    fn build(self) -> Cleaner {
        let mut builder = Cleaner::builder();
        if self.0 > 0 {
            let pack = learned::pack(&learned::lines(self.0));
            builder = builder.pack(Pack::parse("learned.toml", &pack).expect("the pack is right"));
        }
        builder.build().expect("the rules fit together")
    }
}
