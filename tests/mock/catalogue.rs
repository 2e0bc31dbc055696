//! The deviations, variants and nulls as data: named once, with rules that exist, and complete.

use std::collections::{BTreeSet, HashSet};

use linkspec::graph::Product;
use linkspec::mock::{deviation, deviations, nulls, variant, variants};
use linkspec::rules::{Level, Library, Rule};

/// MUST and SHOULD rules that no deviation breaks, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("AUTH-18", "a matter of configuration, settled before any request"),
    ("PATH-11", "what the caller composes; a service under another root cannot be told anything"),
    ("REQ-01", "what the caller sends"),
    ("REQ-04", "HTTP libraries fold the case of header names before a service sees them"),
    ("REQ-07", "what the caller sends"),
    ("REQ-14", "what the caller sends; other spellings are recorded only"),
    ("PWD-13", "its example breaks with the rules about each of its members"),
    ("RET-13", "a guard of the harness"),
    ("PERM-16", "any id is right"),
    ("PERM-18", "no call of a run could show it"),
    ("ERR-04", "presence is recorded only"),
    ("ERR-05", "how the caller reads errors"),
    ("ERR-07", "how the caller reads errors"),
    ("ERR-18", "the state of the item, told by no answer"),
    ("THR-04", "how the caller reads 503"),
    ("THR-12", "the harness sends no batches"),
];

/// Every MUST and SHOULD rule of the groups that speak of the service.
fn rules() -> BTreeSet<String> {
    let catalogue = linkspec::rules::read(&Library::embedded()).unwrap();
    let binding = |it: &Rule| matches!(it.level, Level::Must | Level::Should);
    let judged = catalogue.rules.into_iter().filter(binding).map(|it| it.id);
    // One that was withdrawn has others in its place.
    let others = catalogue
        .uncovered
        .into_iter()
        .filter(|it| matches!(it.level.as_str(), "must" | "should") && it.replaced_by.is_empty())
        .map(|it| it.id);
    let of_others = ["SDK-", "CLD-", "HAR-", "HLP-"];
    judged.chain(others).filter(|id| !of_others.iter().any(|it| id.starts_with(it))).collect()
}

fn is_name(name: &str) -> bool {
    name.split('-').all(|word| {
        !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    })
}

/// Rules that are no MUST or SHOULD, and yet may be hit.
const ALSO_HIT: [&str; 2] = ["LINK-09", "*"];

#[test]
fn names_are_unique_kebab_case_words() {
    let mut names = HashSet::new();
    let all = deviations().iter().map(|it| (it.name, it.sentence));
    let all = all.chain(variants().iter().map(|it| (it.name, it.sentence)));
    let all = all.chain(nulls().iter().map(|it| (it.name(), it.sentence())));
    for (name, sentence) in all {
        assert!(names.insert(name), "{name} twice");
        assert!(is_name(name), "{name}");
        assert!(sentence.ends_with('.') && sentence.len() > 15, "{name}: {sentence}");
    }
    for it in deviations() {
        assert_eq!(deviation(it.name).unwrap().name, it.name);
    }
    for it in variants() {
        assert_eq!(variant(it.name).unwrap().name, it.name);
    }
    assert!(deviation("no-such-name").is_none() && variant("no-such-name").is_none());
}

#[test]
fn the_rules_exist() {
    let rules = rules();
    for it in deviations() {
        assert!(!it.breaks.is_empty(), "{}", it.name);
        assert!(!it.products.is_empty(), "{}", it.name);
        for rule in it.breaks {
            assert!(rules.contains(*rule), "{} breaks {rule}", it.name);
            assert!(it.explains(rule));
        }
        for rule in it.unavoidable {
            let known = rules.contains(*rule) || ALSO_HIT.contains(rule);
            assert!(known, "{} also hits {rule}", it.name);
        }
    }
    for it in variants() {
        for rule in it.warns {
            assert!(rules.contains(*rule), "{} warns {rule}", it.name);
        }
    }
}

#[test]
fn every_rule_a_service_can_break_is_broken() {
    let left_out: BTreeSet<_> = LEFT_OUT.iter().map(|(rule, _)| (*rule).to_owned()).collect();
    let broken: BTreeSet<String> =
        deviations().iter().flat_map(|it| it.breaks).map(|rule| (*rule).to_owned()).collect();
    assert!(broken.is_disjoint(&left_out));
    let missing: Vec<_> =
        rules().into_iter().filter(|it| !broken.contains(it) && !left_out.contains(it)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_four_rules_asked_for_by_name_have_four_deviations_on_each_product() {
    let families: [(&[&str], &[Product]); 4] = [
        (&["IDEM-02", "IDEM-03", "IDEM-04", "IDEM-05"], &Product::ALL),
        (&["TYPE-03", "TYPE-08"], &Product::ALL),
        (&["SCOPE-06", "SCOPE-09"], &Product::ALL),
        (
            &["RET-01", "RET-02", "RET-03", "RET-04", "RET-05", "RET-06"],
            &[Product::Business, Product::SharePoint],
        ),
    ];
    for (rules, products) in families {
        for product in products {
            let count = deviations()
                .iter()
                .filter(|it| it.products.contains(product))
                .filter(|it| it.breaks.iter().any(|rule| rules.contains(rule)))
                .count();
            assert!(count >= 4, "{rules:?} on {product}: {count}");
        }
    }
}
