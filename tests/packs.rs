//! The built-in packs: every example of every rule.

use unchaff::{Category, Cleaner};

/// Every example of the rules that act by default, and of each category that does not, switched on alone.
#[test]
fn every_example_of_the_built_in_packs_holds() {
    let off = Category::ALL.into_iter().filter(|category| !category.is_on_by_default());
    let mut cleaners = vec![(None, Cleaner::builtin())];
    cleaners.extend(off.map(|category| {
        let cleaner = Cleaner::builder().on(category).build().expect("the built-in packs build");
        (Some(category), cleaner)
    }));
    let mut examples = 0;
    let mut failures = Vec::new();
    for (only, cleaner) in &cleaners {
        for rule in cleaner.rules().iter().filter(|rule| only.is_none_or(|only| only == rule.category())) {
            examples += rule.remove_examples().len() + rule.keep_examples().len();
            failures.extend(cleaner.check_examples(rule));
        }
    }
    println!("{examples} examples");
    let shown: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{} fail\n{}", shown.len(), shown.join("\n"));
}
