//! From rule options to a cleaner.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use unchaff::{Category, Cleaner, CleanerBuilder, CompiledRules, Pack, Profile};

use crate::args::RuleArgs;
use crate::talk::visible;

/// Largest pack that is read.
const MAX_PACK_BYTES: u64 = 256 << 20;
/// Largest compiled rule set that is read.
const MAX_COMPILED_BYTES: u64 = 16 << 30;
/// What tells the two apart.
const HEAD: u64 = 8;

/// The cleaner that the options ask for.
pub fn cleaner(args: &RuleArgs) -> Result<Cleaner> {
    Ok(builder(args)?.build()?)
}

/// The cleaner that the options ask for, not yet built.
pub fn builder(args: &RuleArgs) -> Result<CleanerBuilder> {
    let mut builder = Cleaner::builder();
    for path in &args.pack {
        builder = add(builder, path)?;
    }
    for code in &args.lang {
        builder = builder.language(code);
    }
    let profile = Profile::from_name(&args.profile);
    builder = builder.profile(profile.ok_or_else(|| anyhow!("no profile {:?}", args.profile))?);
    for name in &args.on {
        builder =
            builder.on(Category::from_name(name).ok_or_else(|| anyhow!("no category {name:?}"))?);
    }
    for name in &args.off {
        builder = match Category::from_name(name) {
            Some(category) => builder.off(category),
            None if name.contains('.') => builder.off_rule(name),
            None => bail!(
                "--off {name}: neither a category ({}) nor a rule's id",
                Category::ALL.iter().map(|category| category.name()).collect::<Vec<_>>().join(", ")
            ),
        };
    }
    for phrase in &args.keep {
        builder = builder.keep_phrase(phrase);
    }
    Ok(builder)
}

/// Adds a pack, or what was compiled of packs, to a builder.
fn add(builder: CleanerBuilder, path: &Path) -> Result<CleanerBuilder> {
    let name = visible(&path.to_string_lossy());
    let bytes = read(path, &name)?;
    if !CompiledRules::is_compiled(&bytes) {
        return Ok(builder.pack(parse(&name, bytes)?));
    }
    let rules = CompiledRules::from_bytes(bytes).with_context(|| name)?;
    Ok(builder.compiled(rules))
}

/// Reads a pack.
pub fn pack(path: &Path) -> Result<Pack> {
    let name = visible(&path.to_string_lossy());
    let bytes = read(path, &name)?;
    if CompiledRules::is_compiled(&bytes) {
        bail!("{name}: is a compiled rule set; give the packs that it was compiled from");
    }
    parse(&name, bytes)
}

fn parse(name: &str, bytes: Vec<u8>) -> Result<Pack> {
    let text = String::from_utf8(bytes).map_err(|error| {
        anyhow!("{name}: the pack is not UTF-8: byte {} is wrong", error.utf8_error().valid_up_to())
    })?;
    Ok(Pack::parse(name, &text)?)
}

/// Reads a file, without reserving more than it has, as a compiled rule set may be large.
fn read(path: &Path, name: &str) -> Result<Vec<u8>> {
    let failed = || format!("{name}: the pack cannot be read");
    let mut file = File::open(path).with_context(failed)?;
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut bytes).with_context(failed)?;
    let max = match CompiledRules::is_compiled(&bytes) {
        true => MAX_COMPILED_BYTES,
        false => MAX_PACK_BYTES,
    };
    let len = file.metadata().map_or(0, |metadata| metadata.len()).min(max);
    // If this fails, reading does, and says so.
    let _ = bytes.try_reserve_exact(usize::try_from(len).unwrap_or_default() + 1);
    file.take(max + 1 - bytes.len() as u64).read_to_end(&mut bytes).with_context(failed)?;
    if bytes.len() as u64 > max {
        bail!("{name}: the pack is larger than {} MiB", max >> 20);
    }
    Ok(bytes)
}
