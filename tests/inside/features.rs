//! The features themselves: they can be read, every step is known, every rule of the documentation has its
//! place.

use std::collections::BTreeMap;

use linkspec::graph::Product;
use linkspec::rules::{Catalogue, Library};

/// A rule of the fact base.
struct Known {
    level: &'static str,
    products: Vec<Product>,
}

/// The rules of the fact base, by id.
fn known_rules() -> BTreeMap<&'static str, Known> {
    include_str!("../rule_ids.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let [_, id, level, products] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("tests/rule_ids.txt: {line}");
            };
            (id, Known { level: level_name(level), products: products_named(products) })
        })
        .collect()
}

fn level_name(level: &str) -> &'static str {
    match level {
        "MUST" | "MUST*" => "must",
        "SHOULD" => "should",
        "MAY" => "may",
        "INFO" => "info",
        "MUST(harness)" => "must (harness)",
        "SHOULD(harness)" => "should (harness)",
        other => panic!("tests/rule_ids.txt: {other} is no level"),
    }
}

fn products_named(letters: &str) -> Vec<Product> {
    if letters == "all" {
        return Product::ALL.to_vec();
    }
    letters
        .split(',')
        .filter_map(|letter| match letter {
            "P" => Some(Product::Personal),
            "B" => Some(Product::Business),
            "S" => Some(Product::SharePoint),
            // SharePoint Embedded is out of scope.
            "E" => None,
            other => panic!("tests/rule_ids.txt: {other} is no product"),
        })
        .collect()
}

fn catalogue() -> Catalogue {
    match linkspec::run::read(&Library::embedded()) {
        Ok(suite) => suite.catalogue,
        Err(mistakes) => {
            let list: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            panic!("{}", list.join("\n"));
        }
    }
}

#[test]
fn every_feature_can_be_read() {
    catalogue();
}

#[test]
fn every_encoded_rule_has_the_level_and_products_of_the_fact_base() {
    let known = known_rules();
    let mut wrong = Vec::new();
    for rule in catalogue().rules {
        let Some(fact) = known.get(rule.id.as_str()) else {
            wrong.push(format!("{} is no rule of the fact base", rule.id));
            continue;
        };
        if fact.level != rule.level.name() {
            wrong.push(format!("{} is @{}, not @{}", rule.id, fact.level, rule.level));
        }
        if !fact.products.iter().eq(&rule.products) {
            wrong.push(format!("{} is for {:?}, not {:?}", rule.id, fact.products, rule.products));
        }
        for product in &rule.products {
            if !rule.scenarios.iter().any(|scenario| scenario.products.contains(product)) {
                wrong.push(format!("{} has no scenario for {product}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reason_names_a_rule_with_its_level() {
    let known = known_rules();
    for uncovered in catalogue().uncovered {
        let Some(fact) = known.get(uncovered.id.as_str()) else {
            panic!("features/uncovered.toml: {} is no rule of the fact base", uncovered.id);
        };
        assert_eq!(uncovered.level, fact.level, "features/uncovered.toml: {}", uncovered.id);
        assert!(uncovered.reason.len() > 20, "{} needs a reason", uncovered.id);
    }
}

#[test]
fn every_rule_is_encoded_or_has_a_reason_not_to_be() {
    let catalogue = catalogue();
    let encoded = catalogue.rules.iter().map(|rule| rule.id.as_str());
    let left_out = catalogue.uncovered.iter().map(|uncovered| uncovered.id.as_str());
    let mut found: Vec<&str> = encoded.chain(left_out).collect();
    found.sort_unstable();
    let known: Vec<&str> = known_rules().into_keys().collect();
    assert_eq!(known.len(), 322);
    let missing: Vec<_> = known.iter().filter(|id| !found.contains(id)).collect();
    assert!(missing.is_empty(), "neither encoded nor listed: {missing:?}");
    assert_eq!(found, known, "an id stands twice, or is unknown");
}
