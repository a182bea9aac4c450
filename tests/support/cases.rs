//! Reads the corpus: see `corpus/README.md` for the format.

use std::fs;
use std::path::{Path, PathBuf};

use unchaff::Profile;

/// One document and what must become of it.
#[derive(Clone, Debug)]
pub struct Case {
    pub file: String,
    pub name: String,
    pub profile: Profile,
    pub input: Vec<u8>,
    pub output: Vec<u8>,
    pub rules: Option<Vec<String>>,
}

impl Case {
    pub fn is_trap(&self) -> bool {
        self.input == self.output
    }
}

/// The corpus of the repository.
pub fn all() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut cases = folder(&root.join("residue"));
    cases.extend(folder(&root.join("traps")));
    cases
}

/// The cases of a folder, file by file.
pub fn folder(folder: &Path) -> Vec<Case> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    files.sort();
    files.iter().flat_map(|path| read(path)).collect()
}

fn read(path: &Path) -> Vec<Case> {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let folder =
        path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let file = format!("{folder}/{}", path.file_name().unwrap_or_default().to_string_lossy());
    let mut cases: Vec<Case> = Vec::new();
    let mut name = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            name = Some(heading.trim().to_owned());
        } else if let Some(fence) = line.strip_prefix("````") {
            let extra = fence.len() - fence.trim_start_matches('`').len();
            let end = "`".repeat(4 + extra);
            let info = fence.trim_start_matches('`').trim();
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            let mut words = info.split_whitespace();
            if words.next() == Some("case") {
                let name =
                    name.take().unwrap_or_else(|| panic!("{file}: a case without a heading"));
                let flags: Vec<&str> = words.collect();
                cases.push(case(&file, name, &flags, &block));
            }
        } else if let Some(rules) = line.strip_prefix("rules:") {
            let case = cases.last_mut().unwrap_or_else(|| panic!("{file}: rules without a case"));
            case.rules = Some(rules.split_whitespace().map(str::to_owned).collect());
        }
    }
    cases
}

fn case(file: &str, name: String, flags: &[&str], block: &[&str]) -> Case {
    let place = format!("{file}: {name}");
    let known = ["crlf", "unterminated", "escaped", "eager", "cautious"];
    assert!(flags.iter().all(|flag| known.contains(flag)), "{place}: unknown flag in {flags:?}");
    let has = |flag: &str| flags.contains(&flag);
    let line_end: &[u8] = if has("crlf") { b"\r\n" } else { b"\n" };
    let mut input: Vec<Vec<u8>> = Vec::new();
    let mut output: Vec<Vec<u8>> = Vec::new();
    for line in block {
        let (mark, text) = line.split_at(usize::from(!line.is_empty()));
        let parts: Vec<(bool, Vec<u8>)> = split_marks(text, &place)
            .into_iter()
            .map(|(is_kept, part)| {
                (is_kept, if has("escaped") { unescape(part, &place) } else { part.into() })
            })
            .collect();
        input.push(parts.iter().flat_map(|(_, part)| part.clone()).collect());
        match mark {
            "" | " " => output.push(
                parts
                    .into_iter()
                    .filter(|(is_kept, _)| *is_kept)
                    .flat_map(|(_, part)| part)
                    .collect(),
            ),
            "-" => {}
            _ => panic!("{place}: a line starts with {mark:?}"),
        }
    }
    let join = |lines: Vec<Vec<u8>>| {
        let mut text = lines.join(line_end);
        if !has("unterminated") && !lines.is_empty() {
            text.extend_from_slice(line_end);
        }
        text
    };
    let profile = match (has("eager"), has("cautious")) {
        (true, _) => Profile::Eager,
        (_, true) => Profile::Cautious,
        _ => Profile::Standard,
    };
    Case {
        file: file.to_owned(),
        name,
        profile,
        input: join(input),
        output: join(output),
        rules: None,
    }
}

/// Splits a line at `⟦` and `⟧` into kept and removed parts.
fn split_marks<'l>(line: &'l str, place: &str) -> Vec<(bool, &'l str)> {
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some((kept, after)) = rest.split_once('⟦') {
        let (removed, after) =
            after.split_once('⟧').unwrap_or_else(|| panic!("{place}: ⟦ without ⟧"));
        parts.push((true, kept));
        parts.push((false, removed));
        rest = after;
    }
    parts.push((true, rest));
    parts
}

fn unescape(text: &str, place: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        let kind = escape.chars().next().unwrap_or_else(|| panic!("{place}: a lone backslash"));
        rest = &escape[kind.len_utf8()..];
        match kind {
            't' => bytes.push(b'\t'),
            'r' => bytes.push(b'\r'),
            '0' => bytes.push(0),
            '\\' => bytes.push(b'\\'),
            'x' => {
                bytes.push(
                    u8::from_str_radix(&rest[..2], 16)
                        .unwrap_or_else(|_| panic!("{place}: \\x needs two digits")),
                );
                rest = &rest[2..];
            }
            'u' => {
                let (code, after) = rest
                    .strip_prefix('{')
                    .and_then(|rest| rest.split_once('}'))
                    .unwrap_or_else(|| panic!("{place}: \\u needs braces"));
                let c = u32::from_str_radix(code, 16)
                    .ok()
                    .and_then(char::from_u32)
                    .unwrap_or_else(|| panic!("{place}: \\u{{{code}}} is no character"));
                bytes.extend_from_slice(c.to_string().as_bytes());
                rest = after;
            }
            _ => panic!("{place}: unknown escape \\{kind}"),
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
