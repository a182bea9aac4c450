//! The small pack that the laws clean with: a rule of every shape, and its cleaners by profile, host and limits.

use std::sync::LazyLock;

use proptest::prelude::*;
use unchaff::{Cleaner, CleanerBuilder, Limits, Pack, Profile};

use super::texts::{self, Document};

/// The rules of the small pack: every shape, weight and edge, literals that overlap, that end a sentence, that are
/// nothing but decoration, that look like a fence.
pub const RULES: &str = r#"
[[rule]]
id = "t.marker"
category = "ad-marker"
inline = ["[ad_1]", "[ad_2]", "[ad_1]|b|", "|b|[ad_2]", "~=~=~", "~~~[t]"]
weight = "certain"
remove = ["[ad_1]\nThe harbour froze."]
keep = ["The shortcode [ad_1] shows a banner."]

[[rule]]
id = "t.box"
category = "shortcode"
inline = ["[box_1]", "(tide box).", "{{slot.x}}"]
weight = "likely"
remove = ["The harbour froze.\n[box_1]"]
keep = ["The tag [box_1] is gone."]

[[rule]]
id = "t.gap"
category = "shortcode"
inline = ["[gap_1]", "<!--gap-->"]
line = ["[gap_1] gap"]
weight = "weak"
at = "head"
remove = ["[gap_1]\n[ad_1]\nThe harbour froze."]
keep = ["The harbour froze.\n[gap_1]\nNobody waved."]

[[rule]]
id = "t.source"
category = "source"
line = ["Source link", "Source url"]
weight = "likely"
at = "tail"
remove = ["The harbour froze.\nSource link"]
keep = ["The source link was a bank account."]

[[rule]]
id = "t.channel"
category = "channel-tag"
line = ["top channel"]
weight = "likely"
at = "head"
remove = ["top channel\nThe harbour froze."]
keep = ["The harbour froze.\ntop channel"]

[[rule]]
id = "t.label"
category = "widget"
repeats = true
line = ["Print", "Share", "Tweet", "© Pier", "E-mail (2)", "Straße ist's", "{n} tides", "page {n} of {n}"]
weight = "weak"
remove = ["The harbour froze.\nPrint\n[ad_1]"]
keep = ["Print"]

[[rule]]
id = "t.frame"
category = "widget"
line = ["||", "| |", "=-=", "…"]
weight = "likely"
repeats = true
remove = ["The harbour froze.\n||\n||\n||\nNobody waved."]
keep = ["The harbour froze.\n||\n||\nNobody waved."]

[[rule]]
id = "t.rule"
category = "widget"
line = ["* -"]
weight = "certain"
remove = ["The harbour froze.\n* -\nNobody waved."]
keep = ["A star and a dash, * - in type, end the page."]

[[rule]]
id = "t.lone"
category = "share"
alone = true
line = ["Share the pier", "Skip to pier"]
weight = "weak"
at = "tail"
remove = ["The harbour froze.\nShare the pier\n[ad_1]"]
keep = ["Share the pier"]

[[rule]]
id = "t.fixed"
category = "share"
line = ["Click to share on Pier (Opens in new window)", "Please wait."]
weight = "certain"
remove = ["The harbour froze.\nPlease wait.\nNobody waved."]
keep = ["She said please wait."]

[[rule]]
id = "t.follow"
category = "share"
line = ["Follow us on Pier.", "No."]
weight = "likely"
affix = true
remove = ["The harbour froze. Follow us on Pier."]
keep = ["They follow us on Pier."]

[[rule]]
id = "t.list"
category = "newsletter"
line = ["Join the harbour list today!", "All rights reserved.", "出典はこちら。"]
weight = "likely"
remove = ["The harbour froze.\nAll rights reserved."]
keep = ["He said that all rights reserved."]

[[rule]]
id = "t.also"
category = "related"
starts = ["read also", "相关阅读"]
max_words = 6
weight = "likely"
remove = ["The harbour froze.\nRead also: Tides"]
keep = ["You may read also."]

[[rule]]
id = "t.post"
category = "comments"
ends = ["of the post", "post."]
max_words = 5
weight = "weak"
remove = ["The harbour froze.\nEnd of the post\n[ad_1]"]
keep = ["End of the post"]

[[rule]]
id = "t.count"
category = "copyright"
pattern = ['copyright \d{4}\.?', '\d{1,3} shares?', '[a-z]+ \(opens in new window\)']
weight = "likely"
at = "tail"
remove = ["The harbour froze.\nCopyright 1994"]
keep = ["A copyright 1994 line."]

[[rule]]
id = "t.home"
category = "navigation"
line = ["Tide Harbour Home"]
starts = ["print"]
max_words = 2
inline = ["[home]"]
weight = "certain"
sites = ["tide.example.org"]
remove = ["Tide Harbour Home\nThe harbour froze."]
keep = ["We went to Tide Harbour Home."]
"#;

/// An exception that holds for every rule and every host.
pub const KEEP: &str = r#"
[[keep]]
line = ["Share of the post", "Read also nothing"]
"#;

/// Exceptions for single rules and hosts.
pub const BOUND_KEEPS: &str = r#"
[[keep]]
line = ["12 shares"]
rule = ["t.count"]

[[keep]]
rule = ["t.gap"]
sites = ["keep.example.org"]

[[keep]]
starts = ["read"]
max_words = 3
sites = ["keep.example.org"]
"#;

/// The hosts that the small pack knows, and one that it does not.
pub const HOSTS: [Option<&str>; 4] =
    [None, Some("www.tide.example.org"), Some("keep.example.org"), Some("other.example")];

/// A pack of some blocks of TOML.
pub fn pack_of(blocks: &[&str]) -> Pack {
    let text = format!("[pack]\nid = \"t\"\n{}", blocks.concat());
    Pack::parse("small.toml", &text)
        .unwrap_or_else(|error| panic!("the small pack has problems:\n{error}"))
}

/// A cleaner of nothing but the small pack, to which options can be added.
pub fn small() -> CleanerBuilder {
    Cleaner::builder().without_builtin().pack(pack_of(&[RULES, KEEP, BOUND_KEEPS]))
}

/// The small pack with a profile and limits: the longest line, candidate, and most held bytes.
pub fn small_with(profile: Profile, line: usize, candidate: usize, held: usize) -> Cleaner {
    let limits = Limits::default()
        .with_max_line_bytes(line)
        .with_max_candidate_bytes(candidate)
        .with_max_held_bytes(held);
    small().profile(profile).limits(limits).build().expect("the small pack builds")
}

/// The small pack by profile and host.
pub static SMALL: LazyLock<Vec<Cleaner>> = LazyLock::new(|| {
    let build = |profile| small().profile(profile).build().expect("the small pack builds");
    let each_host = |cleaner: Cleaner| {
        HOSTS.map(|host| host.map_or_else(|| cleaner.clone(), |host| cleaner.for_host(host)))
    };
    Profile::ALL.iter().copied().map(build).flat_map(each_host).collect()
});

/// The small pack with many small limits; the last ones are the longest line and candidate.
pub static LIMITED: LazyLock<Vec<Cleaner>> = LazyLock::new(|| {
    let mut cleaners = Vec::new();
    for profile in Profile::ALL.iter().copied() {
        for line in [0, 1, 12, 40, 90, 1 << 20] {
            for candidate in [0, 1, 6, 11, 25, 60, 1024] {
                cleaners.push(small_with(profile, line, candidate, 1 << 20));
            }
        }
    }
    cleaners
});

/// A small cleaner and a document for it.
pub fn small_cases() -> impl Strategy<Value = (Small, Document)> {
    let plain = (0..SMALL.len()).prop_map(Small::Plain);
    let limited = (0..LIMITED.len()).prop_map(Small::Limited);
    (prop_oneof![3 => plain, 1 => limited], texts::small_documents())
}

/// One of the small cleaners.
#[derive(Clone, Copy, Debug)]
pub enum Small {
    Plain(usize),
    Limited(usize),
}

impl Small {
    pub fn cleaner(self) -> &'static Cleaner {
        match self {
            Small::Plain(at) => &SMALL[at],
            Small::Limited(at) => &LIMITED[at],
        }
    }
}
