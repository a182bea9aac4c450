//! From rule options to a cleaner.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use unchaff::{Category, Cleaner, CleanerBuilder, Pack, Profile};

use crate::args::RuleArgs;
use crate::talk::visible;

/// Largest pack that is read.
const MAX_PACK_BYTES: u64 = 256 << 20;

/// The cleaner that the options ask for.
pub fn cleaner(args: &RuleArgs) -> Result<Cleaner> {
    Ok(builder(args)?.build()?)
}

/// The cleaner that the options ask for, not yet built.
pub fn builder(args: &RuleArgs) -> Result<CleanerBuilder> {
    let mut builder = Cleaner::builder();
    for path in &args.pack {
        builder = builder.pack(pack(path)?);
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

/// Reads a pack.
pub fn pack(path: &Path) -> Result<Pack> {
    let name = visible(&path.to_string_lossy());
    let failed = || format!("{name}: the pack cannot be read");
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(failed)?;
    file.take(MAX_PACK_BYTES + 1).read_to_end(&mut bytes).with_context(failed)?;
    if bytes.len() as u64 > MAX_PACK_BYTES {
        bail!("{name}: the pack is larger than {} MiB", MAX_PACK_BYTES >> 20);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        anyhow!("{name}: the pack is not UTF-8: byte {} is wrong", error.utf8_error().valid_up_to())
    })?;
    Ok(Pack::parse(&name, &text)?)
}
