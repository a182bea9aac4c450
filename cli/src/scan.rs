//! `unchaff scan`: one JSON object a document.

use serde_json::json;
use unchaff::{Cleaner, Points, RuleId, Span};

use crate::Run;
use crate::args::ScanArgs;
use crate::output::{self, Output};
use crate::records::{self, Document};
use crate::setup;
use crate::talk::Outcome;

pub fn run(args: &ScanArgs) -> Run {
    let cleaner = setup::cleaner(&args.rules)?;
    let mut out = Output::create(None, &[])?;
    let mut has_residue = false;
    let unread = records::each(&args.input, None, &cleaner, |document| {
        let (line, found) = scan(&document, args.near);
        has_residue |= found;
        out.put(line.as_bytes())?;
        out.put(b"\n")
    })?;
    output::finish([out])?;
    Ok(Outcome::found(has_residue || unread > 0))
}

fn scan(document: &Document<'_>, with_near: bool) -> (String, bool) {
    let Document { id, text, cleaner, .. } = document;
    let cleaned = cleaner.clean_bytes(text);
    let removed: Vec<String> = cleaned
        .removals()
        .iter()
        .map(|r| entry(cleaner, r.span, r.line, r.rule, r.evidence, None))
        .collect();
    let status = cleaned.status();
    let mut line =
        format!("{{\"id\":{id},\"status\":\"{status}\",\"removed\":[{}]", removed.join(","));
    if with_near {
        let near: Vec<String> = cleaner
            .near_misses(text)
            .iter()
            .map(|n| entry(cleaner, n.span, n.line, n.rule, n.evidence, Some(n.reason.name())))
            .collect();
        line.push_str(&format!(",\"near\":[{}]", near.join(",")));
    }
    line.push('}');
    (line, !removed.is_empty())
}

fn entry(
    cleaner: &Cleaner,
    span: Span,
    line: u64,
    rule: RuleId,
    evidence: Points,
    reason: Option<&str>,
) -> String {
    let rule = cleaner.rule(rule);
    let (id, category) = (json!(rule.id()), rule.category());
    let reason = reason.map(|reason| format!(",\"reason\":\"{reason}\"")).unwrap_or_default();
    let Span { start, end } = span;
    format!(
        "{{\"start\":{start},\"end\":{end},\"line\":{line},\"rule\":{id},\"category\":\"{category}\",\"evidence\":{evidence}{reason}}}"
    )
}
