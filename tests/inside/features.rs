//! The features themselves: they can be read, every step is known, every rule of the documentation has its
//! place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

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
    let numbers = include_str!("../rule_ids.txt").lines().filter(|line| !line.starts_with('#'));
    let mut numbers: Vec<usize> = numbers.map(|line| line[1..5].trim().parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=known.len()).collect::<Vec<_>>(), "none is dropped or used twice");
    let missing: Vec<_> = known.iter().filter(|id| !found.contains(id)).collect();
    assert!(missing.is_empty(), "neither encoded nor listed: {missing:?}");
    assert_eq!(found, known, "an id stands twice, or is unknown");
}

/// Every text of the project's own that people read: code, features, schemas, documents.
fn texts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_text = path.extension().is_some_and(|it| {
            ["rs", "md", "toml", "json", "feature", "yml", "yaml"].iter().any(|known| it == *known)
        });
        if path.is_dir() {
            texts(&path, found);
        } else if is_text {
            found.push(path);
        }
    }
}

#[test]
fn nothing_is_cited_that_is_not_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "features", "schemas", "docs"] {
        texts(&root.join(folder), &mut files);
    }
    let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];
    files.extend(documents.iter().map(|it| root.join(it)));
    let ambiguities: BTreeSet<String> =
        catalogue().ambiguities.into_iter().map(|ambiguity| ambiguity.id).collect();
    let folders = ["src/", "docs/", "features/", "schemas/", "tests/", "snapshots/", "examples/"];
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        // The tests of the rules write mistakes on purpose.
        let is_test = file.ends_with("src/rules/tests.rs");
        let named = linkspec::rules::mentioned(&text).filter(|it| !ambiguities.contains(*it));
        wrong.extend(named.filter(|_| !is_test).map(|it| format!("{}: {it}", file.display())));
        let is_of_a_path = |it: char| it.is_ascii_alphanumeric() || "/._-".contains(it);
        for word in text.split(|it| !is_of_a_path(it)).map(|it| it.trim_end_matches('.')) {
            let is_path = folders.iter().any(|it| word.starts_with(it)) && word.contains('.');
            if (is_path || word == "spec.md") && !root.join(word).exists() {
                wrong.push(format!("{}: {word}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
