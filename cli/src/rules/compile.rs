//! `unchaff rules compile`: packs to a file that is ready for use.
//!
//! The invariant: the same packs become the same file, and it acts as they do.

use anyhow::Result;
use unchaff::{CompiledRules, Pack};

use crate::Run;
use crate::args::CompileArgs;
use crate::output::{Output, finish};
use crate::setup;
use crate::talk::Outcome;

pub fn run(args: &CompileArgs) -> Run {
    let packs = args.files.iter().map(|path| setup::pack(path)).collect::<Result<Vec<Pack>>>()?;
    let others: Vec<_> = args.files.iter().map(|path| ("a pack", Some(path.as_path()))).collect();
    let rules = CompiledRules::compile(&packs)?;
    let mut output = Output::create(Some(&args.output), &others)?;
    output.put(rules.as_bytes())?;
    finish([output])?;
    Ok(Outcome::Done)
}
