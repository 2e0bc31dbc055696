//! The deviations, variants and nulls as data: named once, with rules that exist, and complete.

use std::collections::{BTreeSet, HashSet};

use linkspec::graph::Product;
use linkspec::mock::{deviation, deviations, nulls, variant, variants};

/// Every MUST, MUST* and SHOULD rule of the groups that speak of the service: group, then numbers.
const RULES: &[(&str, &[u32])] = &[
    ("AUTH", &[1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 14, 15, 18]),
    ("PATH", &[1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 14]),
    ("REQ", &[1, 2, 4, 5, 6, 7, 10, 11, 14, 18]),
    ("TYPE", &[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 16, 17]),
    ("SCOPE", &[1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16, 24]),
    ("PWD", &[1, 2, 3, 4, 6, 8, 13]),
    ("EXP", &[1, 2, 3, 6, 14]),
    ("RET", &[1, 2, 3, 4, 5, 6, 7, 13]),
    ("IDEM", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 17, 19, 20]),
    ("RESP", &[1, 2, 3, 8]),
    ("PERM", &[1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16, 18]),
    ("LINK", &[1, 2, 4, 6, 7, 8, 15]),
    ("IDS", &[1]),
    ("SIDE", &[1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 20]),
    ("ERR", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 18]),
    ("THR", &[4, 5, 12, 13]),
];

/// Rules of that list that no deviation breaks, and why.
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

fn rules() -> BTreeSet<String> {
    RULES
        .iter()
        .flat_map(|(group, numbers)| numbers.iter().map(move |it| format!("{group}-{it:02}")))
        .collect()
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
