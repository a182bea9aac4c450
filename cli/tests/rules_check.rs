//! `unchaff rules check`: each kind of finding, a pack that has it and one that has not, and the exit codes.

mod support;

use support::{Answer, Place};

/// A rule of the pack `mine`, whose examples hold.
fn rule(id: &str, weight: &str, fields: &str) -> String {
    with_examples(
        id,
        weight,
        fields,
        &format!("The mill closed.\\n[ad_1]\\nKiosk of {id}"),
        "It rained on Sunday.",
    )
}

fn with_examples(id: &str, weight: &str, fields: &str, remove: &str, keep: &str) -> String {
    format!(
        "[[rule]]\nid = \"mine.{id}\"\ncategory = \"widget\"\nweight = \"{weight}\"\nremove = [\"{remove}\"]\n\
         keep = [\"{keep}\"]\n{fields}\n\n"
    )
}

fn pack(parts: &[String]) -> String {
    format!("[pack]\nid = \"mine\"\n\n{}", parts.concat())
}

fn check(parts: &[String]) -> Answer {
    Place::with("mine.toml", pack(parts)).run(&["rules", "check", "mine.toml"])
}

/// Checks two packs, of which the second one is called `other`.
fn check_two(mine: &[String], other: &[String]) -> Answer {
    let place = Place::with("mine.toml", pack(mine));
    place.write("other.toml", pack(other).replace("\"mine", "\"other"));
    place.run(&["rules", "check", "mine.toml", "other.toml"])
}

/// The one finding of a pack, which ends in this exit code.
#[track_caller]
fn finds(parts: &[String], code: i32, words: &[&str]) {
    is_only(check(parts), code, words);
}

#[track_caller]
fn is_only(answer: Answer, code: i32, words: &[&str]) {
    let answer = answer.ended(code);
    let text = answer.text();
    assert_eq!(text.lines().count(), 1, "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text}");
    }
}

#[track_caller]
fn finds_nothing(parts: &[String]) {
    let answer = check(parts).ended(0);
    assert!(answer.text().ends_with(" rules, no problems\n"), "{}", answer.text());
    assert_eq!(answer.talk(), "");
}

// ---------------------------------------------------------------- exit codes

#[test]
fn the_built_in_packs_have_no_error_and_do_not_meet_themselves() {
    let answer = Place::new().run(&["rules", "check"]).ended(0);
    assert!(!answer.text().contains(": error: "), "{}", answer.text());
    assert!(!answer.text().contains("is also in"), "{}", answer.text());
}

#[test]
fn warnings_end_in_one_only_where_strictness_is_asked_for() {
    let parts = [rule("a", "likely", "line = [\"Kiosk\"]")];
    finds(&parts, 0, &["mine.toml:10:9: warning: too strong: mine.a: line \"kiosk\" is likely"]);
    let place = Place::with("mine.toml", pack(&parts));
    let strict = place.run(&["rules", "check", "--strict", "mine.toml"]);
    strict.said(1, "unchaff: 1 rules, 0 errors, 1 warnings");
    place.write("mine.toml", pack(&[rule("a", "weak", "line = [\"Kiosk\"]")]));
    place.run(&["rules", "check", "--strict", "mine.toml"]).ended(0).gave("1 rules, no problems\n");
}

#[test]
fn findings_come_in_the_order_of_packs_and_lines() {
    let place = Place::with(
        "b.toml",
        pack(&[rule("b", "likely", "line = [\"Kiosk\"]")]).replace("mine", "b"),
    );
    let two =
        [rule("x", "likely", "line = [\"Stall\"]"), rule("y", "likely", "line = [\"Booth\"]")];
    place.write("a.toml", pack(&two).replace("mine", "a"));
    let text = place.run(&["rules", "check", "b.toml", "a.toml"]).ended(0).text();
    let places: Vec<&str> = text.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(places, ["b.toml:10:9", "a.toml:10:9", "a.toml:18:9"], "{text}");
}

// ---------------------------------------------------------------- redundant

#[test]
fn a_phrase_of_two_rules_is_redundant() {
    let a = [rule("a", "likely", "line = [\"Open the kiosk\"]")];
    let b = [rule("b", "likely", "line = [\"Shut the kiosk\", \"OPEN the kiosk:\"]")];
    let words = "other.toml:10:27: warning: redundant: other.b: \"open the kiosk\" is also in mine.a at mine.toml:10:9; take one";
    is_only(check_two(&a, &b), 0, &[words]);
    let b = [rule("b", "likely", "line = [\"Shut the kiosk\"]")];
    check_two(&a, &b).ended(0).gave("2 rules, no problems\n");
    // In one pack it is refused when the pack is read.
    let twice = [a[0].clone(), rule("b", "likely", "line = [\"OPEN the kiosk\"]")];
    finds(&twice, 1, &["mine.toml:18:9: error: \"OPEN the kiosk\" was already said on line 10"]);
}

#[test]
fn a_phrase_of_a_built_in_rule_is_redundant() {
    finds(
        &[rule("a", "likely", "line = [\"Source link\", \"Open the kiosk\"]")],
        0,
        &["warning: redundant: mine.a: \"source link\" is also in en.source-link at en.toml:"],
    );
}

#[test]
fn a_phrase_for_one_site_is_not_redundant() {
    let a = [rule("a", "likely", "line = [\"Open the kiosk\"]")];
    let fields = "sites = [\"example.org\"]\nline = [\"Open the kiosk\"]";
    check_two(&a, &[rule("b", "certain", fields)]).ended(0).gave("2 rules, no problems\n");
}

#[test]
fn phrases_that_a_wider_shape_matches_are_redundant_and_told_together() {
    let line = "line = [\"Open the kiosk\", \"Open the stall\", \"Open the booth\"]";
    let own = format!("{line}\nstarts = [\"Open the\"]\nmax_words = 4");
    let words = [
        "mine.toml:10:9: warning: redundant: mine.a: line \"open the kiosk\" and 2 other phrases are matched by",
    ];
    finds(
        &[rule("a", "likely", &own)],
        0,
        &[words[0], "starts \"open the\" of the same rule at mine.toml:11:11"],
    );
    let wide = rule("b", "certain", "pattern = ['(?:open|shut) the kiosk']");
    let narrow = rule("a", "likely", "line = [\"Open the kiosk\", \"Visit our stall\"]");
    finds(
        &[narrow.clone(), wide],
        0,
        &[
            "line \"open the kiosk\" is matched by pattern",
            "of mine.b (certain) at mine.toml:18:12",
        ],
    );
    // A lighter rule does not stand in for a heavier one.
    finds_nothing(&[narrow, rule("b", "weak", "pattern = ['(?:open|shut) the kiosk']")]);
}

#[test]
fn a_phrase_with_a_number_is_redundant_beside_one_that_leaves_it_open() {
    let a = [rule("a", "likely", "line = [\"Kiosk {n} of {n}\"]")];
    let b = [rule("b", "likely", "line = [\"Kiosk 3 of 1,204\", \"Shut the kiosk\"]")];
    let words = "redundant: other.b: line \"kiosk 3 of 1,204\" is matched by line \"kiosk {n} of {n}\" of mine.a";
    is_only(check_two(&a, &b), 0, &[words]);
    let b = [rule("b", "likely", "line = [\"Kiosk 3 of Rome\", \"Shut the kiosk\"]")];
    check_two(&a, &b).ended(0).gave("2 rules, no problems\n");
    let wide = rule(
        "a",
        "likely",
        "line = [\"{n} open kiosks\"]\nends = [\"open kiosks\"]\nmax_words = 4",
    );
    finds(&[wide], 0, &["redundant: mine.a: line \"{n} open kiosks\" is matched by ends"]);
}

#[test]
fn an_inline_literal_of_two_rules_is_redundant() {
    let a = [rule("a", "certain", "inline = [\"[kiosk_1]\"]")];
    let b = [rule("b", "certain", "inline = [\"[kiosk_2]\", \"[kiosk_1]\"]")];
    let words = "other.toml:10:24: warning: redundant: other.b: the literal \"[kiosk_1]\" is also in mine.a";
    is_only(check_two(&a, &b), 0, &[words]);
    let b = [rule("b", "certain", "inline = [\"[kiosk_2]\"]")];
    check_two(&a, &b).ended(0).gave("2 rules, no problems\n");
}

// ---------------------------------------------------------------- unreachable

#[test]
fn a_pattern_that_another_one_holds_is_unreachable() {
    let wide = rule("a", "likely", "pattern = ['(?:open|shut) the (?:old |new )?kiosk[.!]?']");
    finds(
        &[wide.clone(), rule("b", "likely", "pattern = ['open the (?:old )?kiosk!?']")],
        0,
        &[
            "mine.toml:18:12: warning: unreachable: mine.b: all of 4 lines",
            "of mine.a (likely) at mine.toml:10:12",
        ],
    );
    finds_nothing(&[
        wide.clone(),
        rule("b", "likely", "pattern = ['open the (?:old |red )?kiosk!?']"),
    ]);
    finds_nothing(&[wide, rule("b", "certain", "pattern = ['open the (?:old )?kiosk!?']")]);
}

#[test]
fn a_beginning_that_a_shorter_one_holds_is_unreachable() {
    let wide = rule("a", "likely", "starts = [\"Open the\"]\nmax_words = 6");
    finds(
        &[wide.clone(), rule("b", "likely", "starts = [\"Open the kiosk\"]\nmax_words = 6")],
        0,
        &["warning: unreachable: mine.b: all of ", "starts \"open the kiosk\""],
    );
    finds_nothing(&[wide, rule("b", "likely", "starts = [\"Open the kiosk\"]\nmax_words = 9")]);
}

#[test]
fn a_pattern_that_no_folded_line_has_is_unreachable() {
    for pattern in
        ["kiosk opens:", "- kiosk opens", "kiosk  opens", "the kiosk’s door", "kiosk [A-Z]"]
    {
        finds(
            &[rule("a", "likely", &format!("pattern = ['{pattern}']"))],
            0,
            &["warning: unreachable: mine.a: pattern", "asks for what a folded line never has"],
        );
    }
    finds_nothing(&[rule("a", "likely", "pattern = ['kiosk opens(?::|: .{3,40})?']")]);
}

#[test]
fn a_phrase_that_is_never_examined_is_unreachable() {
    finds(
        &[rule("a", "likely", "line = [\"``` the kiosk\", \"Open the kiosk\"]")],
        1,
        &["mine.toml:10:9: error: unreachable: mine.a: line \"``` the kiosk\" can never act"],
    );
}

#[test]
fn a_rule_of_which_others_have_every_phrase_is_unreachable() {
    let heavy =
        [rule("a", "certain", "line = [\"Open the kiosk\", \"Shut the kiosk\", \"Paint it\"]")];
    let light = [rule("b", "likely", "line = [\"Open the kiosk\", \"Shut the kiosk\"]")];
    let text = check_two(&heavy, &light).ended(1).text();
    let words = "other.toml:4:1: error: unreachable: other.b: each of its phrases is matched by another rule";
    assert!(text.contains(words), "{text}");
    let light = [rule("b", "likely", "line = [\"Open the kiosk\", \"Visit the kiosk\"]")];
    let text = check_two(&heavy, &light).ended(1).text();
    assert!(!text.contains("unreachable"), "{text}");
}

#[test]
fn a_keep_for_what_no_rule_matches_is_unreachable() {
    let rules = rule("a", "likely", "line = [\"Open the kiosk\"]");
    let keep = |line: &str| format!("[[keep]]\nline = [\"{line}\"]\n");
    finds(
        &[rules.clone(), keep("Open the stall")],
        0,
        &[
            "mine.toml:12:1: warning: unreachable: no rule matches \"open the stall\", so the keep does nothing",
        ],
    );
    // This is what exceptions are for.
    finds_nothing(&[rules, keep("Top channel")]);
}

// ---------------------------------------------------------------- contradicting

#[test]
fn a_phrase_with_two_weights_contradicts_itself() {
    let a = [rule("a", "likely", "line = [\"Open the kiosk\", \"Visit the kiosk\"]")];
    let b = [rule("b", "weak", "line = [\"Open the kiosk\", \"Shut the kiosk\"]")];
    let words = "contradicting: other.b: \"open the kiosk\" is weak here and likely in mine.a";
    is_only(check_two(&a, &b), 1, &["other.toml:10:9: error: ", words, "take one of them out"]);
}

#[test]
fn a_pack_may_raise_the_weight_of_a_built_in_phrase_but_not_lower_it() {
    let with = |weight: &str, phrase: &str| {
        [rule("a", weight, &format!("line = [\"{phrase}\", \"Open the kiosk\"]"))]
    };
    let raised = "contradicting: mine.a: \"about our ads\" is certain here and likely in";
    finds(&with("certain", "About our ads"), 0, &[": warning: ", raised]);
    let lowered = "contradicting: mine.a: \"source link\" is weak here and likely in";
    finds(&with("weak", "Source link"), 1, &[": error: ", lowered]);
}

#[test]
fn a_keep_against_a_phrase_of_its_own_pack_contradicts_it() {
    let rules = rule("a", "likely", "line = [\"Open the kiosk\"]");
    let keep = |fields: &str| format!("[[keep]]\n{fields}\n");
    finds(
        &[rules.clone(), keep("line = [\"Open the KIOSK\"]")],
        1,
        &[
            "mine.toml:12:1: error: contradicting: the keep undoes \"open the kiosk\" of mine.a at mine.toml:10:9",
        ],
    );
    finds(&[rules.clone(), keep("rule = [\"mine.a\"]")], 1, &["the keep undoes all of mine.a"]);
    finds_nothing(&[rules.clone(), keep("rule = [\"mine.a\"]\nsites = [\"example.org\"]")]);
    finds_nothing(&[rules, keep("rule = [\"en.source-link\"]")]);
}

#[test]
fn an_example_that_must_go_and_must_stay_contradicts_itself() {
    let story = "The mill closed.\\n[ad_1]\\nOpen the kiosk";
    let a = with_examples("a", "likely", "line = [\"Open the kiosk\"]", story, "It rained.");
    let b = with_examples(
        "b",
        "likely",
        "line = [\"Shut the kiosk\"]",
        "[ad_1]\\nShut the kiosk",
        story,
    );
    let text = check(&[a.clone(), b]).ended(1).text();
    let words = "mine.toml:4:1: error: contradicting: mine.a: its `remove` example \"The mill closed.\\n[ad_1]\\nOpen the kiosk\" is a `keep` example of mine.b at mine.toml:12";
    assert!(text.contains(words), "{text}");
    let b = rule("b", "likely", "line = [\"Shut the kiosk\"]");
    finds_nothing(&[a, b]);
}

// ---------------------------------------------------------------- too broad

#[test]
fn a_rule_that_matches_an_ordinary_sentence_is_too_broad() {
    let with = |weight: &str| [rule("a", weight, "starts = [\"The two families\"]\nmax_words = 9")];
    let sentence =
        "matches the ordinary sentence \"The two families share a kitchen and a garden.\" (en)";
    finds(
        &with("certain"),
        1,
        &["mine.toml:10:11: error: too broad: mine.a: starts", sentence, "wherever it stands"],
    );
    finds(&with("likely"), 1, &["error: too broad", sentence, "at the end of a text"]);
    finds(&with("weak"), 0, &["warning: too broad", sentence, "beside residue; narrow it"]);
    finds_nothing(&[rule("a", "certain", "starts = [\"The two kiosks\"]\nmax_words = 9")]);
}

#[test]
fn a_rule_that_matches_an_ordinary_heading_is_too_broad_unless_it_is_weak() {
    let with = |weight: &str| [rule("a", weight, "line = [\"Chapter two\"]")];
    let heading = "matches the ordinary heading or short line \"Chapter two\" (en)";
    finds(&with("certain"), 1, &["mine.toml:10:9: error: too broad", heading]);
    finds(&with("likely"), 0, &["warning: too broad", heading]);
    finds_nothing(&with("weak"));
}

#[test]
fn every_language_is_probed() {
    for (phrase, language) in [
        ("Die beiden Familien teilen sich eine Küche.", "de"),
        ("Две семьи делят одну кухню.", "ru"),
        ("两家人共用一间厨房。", "zh"),
        ("تتشارك الأسرتان مطبخا واحدا.", "ar"),
    ] {
        let parts = [rule("a", "certain", &format!("line = [\"{phrase}\"]"))];
        finds(&parts, 1, &["error: too broad", &format!("({language})")]);
    }
}

#[test]
fn a_rule_that_removes_what_another_one_keeps_is_too_broad() {
    let keeper = |keep: &str| {
        with_examples("b", "weak", "line = [\"Shut the kiosk\"]", "[ad_1]\\nShut the kiosk", keep)
    };
    let broad = rule("a", "certain", "line = [\"Open the kiosk\"]");
    finds(
        &[broad.clone(), keeper("It rained.\\nOpen the kiosk\\nIt snowed.")],
        1,
        &[
            "mine.toml:4:1: error: too broad: mine.a: removes \"Open the kiosk\" from a `keep` example of mine.b at mine.toml:12",
            "under the standard profile",
        ],
    );
    finds_nothing(&[broad, keeper("They open the kiosk.")]);
}

#[test]
fn what_only_the_eager_profile_removes_is_a_warning() {
    let lines = "line = [\"Open the kiosk\"]";
    let a = with_examples("a", "likely", lines, "It rained.\\nOpen the kiosk", "It rained.");
    let keep = "It rained.\\nOpen the kiosk\\nShut the stall\\nIt snowed.";
    let b =
        with_examples("b", "weak", "line = [\"Shut the stall\"]", "[ad_1]\\nShut the stall", keep);
    let text = check(&[a, b]).ended(0).text();
    assert_eq!(text.matches("under the eager profile").count(), 2, "{text}");
    assert!(!text.contains("standard") && !text.contains("error"), "{text}");
}

// ---------------------------------------------------------------- too strong

#[test]
fn a_heavy_rule_of_one_short_word_is_too_strong() {
    for (weight, fields) in [
        ("certain", "line = [\"Kiosk\"]"),
        ("likely", "line = [\"Киоск\"]"),
        ("certain", "line = [\"小卖部\"]"),
        ("likely", "starts = [\"Kiosk\"]\nmax_words = 3"),
        ("certain", "ends = [\"at kiosk\"]\nmax_words = 30"),
    ] {
        finds(&[rule("a", weight, fields)], 0, &["warning: too strong: mine.a: ", weight]);
    }
    for (weight, fields) in [
        ("weak", "line = [\"Kiosk\"]"),
        ("certain", "line = [\"Open the kiosk\"]"),
        ("certain", "line = [\"kiosk_1\"]"),
        ("certain", "line = [\"打开所有的小卖部\"]"),
        ("certain", "ends = [\"at kiosk\"]\nmax_words = 5"),
    ] {
        finds_nothing(&[rule("a", weight, fields)]);
    }
}
