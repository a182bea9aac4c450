//! Compiled rule sets: packs made ready for use once, and loaded in no time.
//!
//! The invariant: a compiled rule set acts as the packs it was compiled from. Made by whoever has packs or files, used by
//! the builder of cleaners.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::layer::Layer;
use crate::error::BuildError;
use crate::rules::compiled::bytes::Bytes;
use crate::rules::compiled::error::CompiledError;
use crate::rules::compiled::sections::{MAGIC, Trust};
use crate::rules::pack::Pack;
use crate::rules::rule::{Exception, Rule};

/// Packs in a form that is ready for use: one buffer, in which phrases are looked up where they lie.
///
/// Reading a pack of a million phrases takes seconds, loading its compiled form milliseconds. It holds everything that
/// decides what is removed, and where rules were read, but no examples. It is meant for the version of this crate that
/// made it: a version that decides otherwise refuses it, and so keep the packs. Cheap to clone.
///
/// ```
/// use unchaff::{Cleaner, CompiledRules, Pack};
///
/// let pack = Pack::parse("mine.toml", r#"
///     [pack]
///     id = "mine"
///
///     [[rule]]
///     id = "mine.tide-table"
///     category = "widget"
///     line = ["Open the tide table"]
///     weight = "likely"
///     remove = ["The ferry left at noon.\nOpen the tide table"]
///     keep = ["He asked her to open the tide table."]
/// "#)?;
/// let stored: Vec<u8> = CompiledRules::compile(&[pack.clone()])?.as_bytes().to_vec();
///
/// let rules = CompiledRules::from_bytes(stored)?;
/// let cleaner = Cleaner::builder().compiled(rules).build()?;
/// assert_eq!(cleaner.fingerprint(), Cleaner::builder().pack(pack).build()?.fingerprint());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct CompiledRules {
    pub(crate) layer: Arc<Layer>,
}

impl CompiledRules {
    /// Compiles packs. The order of packs does not change the outcome.
    ///
    /// # Errors
    ///
    /// When two packs have a rule of the same id, or their rules are too many or too long: texts and phrases may take up
    /// to four gigabytes.
    pub fn compile(packs: &[Pack]) -> Result<Self, BuildError> {
        let rules: Vec<&Rule> = packs.iter().flat_map(Pack::rules).collect();
        let mut messages = Vec::new();
        report_same_ids(&rules, &mut messages);
        if !messages.is_empty() {
            return Err(BuildError::new(messages));
        }
        let exceptions: Vec<Exception> = packs.iter().flat_map(Pack::exceptions).cloned().collect();
        Self::from_rules(rules.into_iter().cloned().collect(), exceptions)
    }

    /// Compiles rules whose ids differ.
    pub(crate) fn from_rules(
        rules: Vec<Rule>,
        exceptions: Vec<Exception>,
    ) -> Result<Self, BuildError> {
        let layer = Layer::compile(rules, exceptions).map_err(|_| {
            BuildError::new(vec![
                "the packs are too large: their phrases may take four gigabytes together".into(),
            ])
        })?;
        Ok(CompiledRules { layer: Arc::new(layer) })
    }

    /// Loads a compiled rule set. Nothing is copied.
    ///
    /// # Errors
    ///
    /// When the bytes are no compiled rule set, or one that another version made, that is cut short, changed or
    /// inconsistent. Bytes may come from anywhere: none make this, or a cleaner, panic.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, CompiledError> {
        Self::open(bytes.into())
    }

    /// Loads a compiled rule set that is a part of the program.
    ///
    /// # Errors
    ///
    /// As [`CompiledRules::from_bytes`].
    pub fn from_static(bytes: &'static [u8]) -> Result<Self, CompiledError> {
        Self::open(Bytes::Static(bytes))
    }

    fn open(bytes: Bytes) -> Result<Self, CompiledError> {
        Ok(CompiledRules { layer: Arc::new(Layer::open(bytes, Trust::None)?) })
    }

    /// The rule set that comes with the crate.
    pub(crate) fn builtin() -> Self {
        use crate::rules::builtin;
        static BUILTIN: OnceLock<CompiledRules> = OnceLock::new();
        let open = || {
            let layer = Layer::open_own(builtin::compiled(), builtin::original);
            CompiledRules { layer: Arc::new(layer.expect("the crate was built from its packs")) }
        };
        BUILTIN.get_or_init(open).clone()
    }

    /// Whether bytes start as a compiled rule set does. No text does.
    #[must_use]
    pub fn is_compiled(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC)
    }

    /// The compiled form. The same packs always become the same bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.layer.bytes()
    }

    /// How many rules there are.
    #[must_use]
    pub fn rules(&self) -> usize {
        self.layer.stored().rules() as usize
    }

    /// How many phrases there are that are whole lines.
    #[must_use]
    pub fn phrases(&self) -> usize {
        self.layer.phrases().info().phrases as usize
    }
}

impl fmt::Debug for CompiledRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompiledRules")
            .field("rules", &self.rules())
            .field("phrases", &self.phrases())
            .field("bytes", &self.as_bytes().len())
            .finish()
    }
}

/// Reports rules of the same id, each with the place of both.
pub(crate) fn report_same_ids(rules: &[&Rule], messages: &mut Vec<String>) {
    let mut ids: BTreeMap<&str, &Rule> = BTreeMap::new();
    for &rule in rules {
        match ids.get(rule.id()) {
            Some(first) => messages.push(same_id(rule.id(), rule.origin(), first.origin())),
            None => drop(ids.insert(rule.id(), rule)),
        }
    }
}

/// What is said of two rules of the same id.
pub(crate) fn same_id(id: &str, rule: (&str, usize), first: (&str, usize)) -> String {
    format!("{}:{}: the rule {id:?} is also in {}:{}", rule.0, rule.1, first.0, first.1)
}
