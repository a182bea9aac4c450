//! Compiles the built-in packs, so that no program has to read them when it starts.
//!
//! The very modules of the crate do it: they are included here by their paths. The invariant: what is written is what the
//! crate would compile from the same packs itself; a test compares the two.

#![allow(dead_code, reason = "only a part of the included modules is needed here")]

#[path = "src/error.rs"]
mod error;
#[path = "src/model.rs"]
mod model;
#[path = "src/text/mod.rs"]
mod text;

/// The floor of rules without the module of built-in packs, which includes what is made here.
#[path = "src/rules"]
mod rules {
    pub(crate) mod category;
    pub(crate) mod check;
    pub(crate) mod compiled;
    pub(crate) mod content;
    pub(crate) mod facts;
    pub(crate) mod pack;
    pub(crate) mod pattern;
    pub(crate) mod problem;
    pub(crate) mod rule;
    mod toml;
}

/// What of matching the compiled form holds.
#[path = "src/matching"]
mod matching {
    pub(crate) mod layer;
    pub(crate) mod phrases;
}

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use rules::pack::Pack;

const PACKS: &str = "src/rules/packs";

fn main() -> Result<(), Box<dyn Error>> {
    for path in [
        "build.rs",
        "src/model.rs",
        "src/text",
        "src/rules",
        "src/matching/layer.rs",
        "src/matching/phrases.rs",
    ] {
        println!("cargo::rerun-if-changed={path}");
    }
    let mut rules = Vec::new();
    let mut exceptions = Vec::new();
    for path in packs()? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let pack = Pack::parse_checked(&name, &fs::read_to_string(&path)?)?;
        rules.extend(pack.rules);
        exceptions.extend(pack.exceptions);
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let compiled = matching::layer::compile(&rules, exceptions)
        .map_err(|_| "the built-in packs are too large for the compiled form")?;
    let folder = env::var_os("OUT_DIR").ok_or("cargo says where to write")?;
    fs::write(Path::new(&folder).join("builtin.rules"), compiled)?;
    Ok(())
}

/// The packs, in the order of their names.
fn packs() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut packs = Vec::new();
    for entry in fs::read_dir(PACKS)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            packs.push(path);
        }
    }
    packs.sort();
    Ok(packs)
}
