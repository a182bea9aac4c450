//! A layer: one compiled rule set, ready for use.
//!
//! The invariant: it is opened from bytes in the same way whether they were read from a file, come with the crate or were
//! compiled a moment ago, so that there is one form of rules to match with. A cleaner's rules are one layer or several.

use std::sync::Arc;

use crate::matching::phrases::{PhraseTable, PhraseTableBuilder, TableInfo};
use crate::rules::compiled::TooLarge;
use crate::rules::compiled::bytes::Bytes;
use crate::rules::compiled::error::CompiledError;
use crate::rules::compiled::sections::{Sections, SectionsWriter, Trust};
use crate::rules::compiled::stored::StoredRules;
use crate::rules::compiled::write::{exception_digest, write};
use crate::rules::content::Originals;
use crate::rules::rule::{Exception, Rule, Shape};

/// Rules, exceptions and the table of their phrases.
#[derive(Debug)]
pub(crate) struct Layer {
    bytes: Bytes,
    sections: Sections,
    stored: Arc<StoredRules>,
    phrases: PhraseTable,
    minds_hosts: bool,
    /// The rules as they were read, in the order of their ids, if they were compiled a moment ago.
    read: Option<Vec<Rule>>,
    originals: Option<Originals>,
}

impl Layer {
    /// Opens a compiled rule set.
    ///
    /// # Errors
    ///
    /// When the bytes are none, or one that cannot be used; see [`CompiledError`].
    pub(crate) fn open(bytes: Bytes, trust: Trust) -> Result<Self, CompiledError> {
        let sections = Sections::open(&bytes, trust)?;
        let info = sections.get("info")?;
        let number = |at: usize| {
            info.u32(at).ok_or_else(|| CompiledError::damaged("it does not say what it holds"))
        };
        let stored = StoredRules::open(&sections, number(0)?, number(1)?)?;
        let table =
            TableInfo { phrases: number(2)?, longest: number(3)?, has_numbers: number(4)? != 0 };
        let [records, slots, lists] =
            [sections.get("records")?, sections.get("slots")?, sections.get("owners")?];
        let phrases = PhraseTable::new(records, slots, lists, table);
        if trust == Trust::None {
            stored.check()?;
            phrases.check(&stored)?;
        }
        let stored = Arc::new(stored);
        let minds_hosts = number(5)? != 0;
        Ok(Layer { bytes, sections, stored, phrases, minds_hosts, read: None, originals: None })
    }

    /// Opens the rule set that comes with the crate, whose rules have originals.
    pub(crate) fn open_own(
        bytes: &'static [u8],
        originals: Originals,
    ) -> Result<Self, CompiledError> {
        let layer = Layer::open(Bytes::Static(bytes), Trust::Own)?;
        Ok(Layer { originals: Some(originals), ..layer })
    }

    /// Compiles rules, whose ids must differ, and exceptions, and opens what comes out.
    ///
    /// # Errors
    ///
    /// When they are more, or longer, than the compiled form can hold.
    pub(crate) fn compile(
        mut rules: Vec<Rule>,
        exceptions: Vec<Exception>,
    ) -> Result<Self, TooLarge> {
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let bytes = compile(&rules, exceptions)?.into();
        let layer = Layer::open(bytes, Trust::Own).expect("what was compiled can be opened");
        Ok(Layer { read: Some(rules), ..layer })
    }

    /// The compiled form.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its sections.
    #[allow(dead_code, reason = "for sections that gates are stored in")]
    pub(crate) fn sections(&self) -> &Sections {
        &self.sections
    }

    /// What its rules and exceptions say.
    pub(crate) fn stored(&self) -> &StoredRules {
        &self.stored
    }

    /// The table of its phrases; their owners are the rules and, behind them, the exceptions.
    pub(crate) fn phrases(&self) -> &PhraseTable {
        &self.phrases
    }

    /// Whether some of its rules or exceptions are for certain hosts only.
    pub(crate) fn minds_hosts(&self) -> bool {
        self.minds_hosts
    }

    /// A rule.
    pub(crate) fn rule(&self, at: u32) -> Rule {
        match self.read.as_ref().and_then(|rules| rules.get(at as usize)) {
            Some(rule) => rule.clone(),
            None => self.stored.rule(at, self.originals),
        }
    }
}

/// The compiled form of rules, which are sorted by id, and of exceptions.
pub(crate) fn compile(rules: &[Rule], mut exceptions: Vec<Exception>) -> Result<Vec<u8>, TooLarge> {
    // Exceptions have no ids, and their order means nothing: it must not show in the bytes.
    exceptions.sort_by_cached_key(|one| (exception_digest(one), one.origin.clone()));
    let count = |len: usize| u32::try_from(len).map_err(|_| TooLarge);
    let (rule_count, exception_count) = (count(rules.len())?, count(exceptions.len())?);
    rule_count.checked_add(exception_count).filter(|&all| all < u32::MAX).ok_or(TooLarge)?;
    let mut phrases = PhraseTableBuilder::default();
    let mut lines = Vec::with_capacity(rules.len() + exceptions.len() + 1);
    let shapes = rules.iter().map(Rule::shapes).chain(exceptions.iter().map(Exception::shapes));
    for (owner, shapes) in (0..).zip(shapes) {
        lines.push(phrases.end());
        for shape in shapes {
            if let Shape::Line(phrase) = shape {
                phrases.add(phrase, owner)?;
            }
        }
    }
    lines.push(phrases.end());
    let table = phrases.finish();
    let mut writer = SectionsWriter::default();
    let info = table.info;
    let has_numbers = u32::from(info.has_numbers);
    let minds_hosts = rules.iter().any(|rule| !rule.sites.is_empty())
        || exceptions.iter().any(|exception| !exception.sites.is_empty());
    let minds_hosts = u32::from(minds_hosts);
    writer.add_u32s(
        "info",
        [rule_count, exception_count, info.phrases, info.longest, has_numbers, minds_hosts],
    );
    write(&mut writer, rules, &exceptions, &lines)?;
    writer.add("records", table.records);
    writer.add("slots", table.slots);
    writer.add("owners", table.lists);
    Ok(writer.finish())
}
