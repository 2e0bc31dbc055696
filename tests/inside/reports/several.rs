//! Several reports: merged, compared, believed or not.

use linkspec::graph::Product;
use linkspec::report::{Report, Together, Verdict, diff, json, merge, verify};
use linkspec::rules::Level;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixture;

fn with(verdicts: &[(&str, Verdict)]) -> Report {
    let mut report = fixture::empty();
    report.rules = verdicts
        .iter()
        .map(|(id, verdict)| fixture::rule(id, Product::Business, Level::Must, *verdict))
        .collect();
    report
}

#[test]
fn a_judged_verdict_wins_and_the_gravest_of_those() {
    let order = [
        Verdict::NotRun,
        Verdict::Inconclusive,
        Verdict::NotApplicable,
        Verdict::Observed,
        Verdict::Pass,
        Verdict::Warn,
        Verdict::Fail,
    ];
    for (lower, weaker) in order.iter().enumerate() {
        for stronger in &order[lower..] {
            let reports = [with(&[("IDEM-02", *weaker)]), with(&[("IDEM-02", *stronger)])];
            for reports in [reports.clone(), [reports[1].clone(), reports[0].clone()]] {
                let merged = merge(&reports, Together::Shards).unwrap();
                assert_eq!(merged.rules.len(), 1);
                assert_eq!(merged.rules[0].verdict, *stronger, "{weaker} and {stronger}");
            }
        }
    }
}

#[test]
fn a_new_failure_is_not_hidden_by_a_known_one() {
    let mut known = with(&[("IDEM-02", Verdict::Fail)]);
    known.rules[0].known = Some("known".to_owned());
    let merged = merge(&[known, with(&[("IDEM-02", Verdict::Fail)])], Together::Shards).unwrap();
    assert_eq!(merged.rules[0].known, None);
}

#[test]
fn complete_means_complete() {
    let whole = with(&[("IDEM-02", Verdict::Pass)]);
    let mut part = whole.clone();
    part.complete = false;
    let reports = [part, whole];
    assert!(!merge(&reports, Together::Shards).unwrap().complete);
    assert!(merge(&reports, Together::Resumed).unwrap().complete);
    assert!(merge(&[], Together::Shards).is_err());
}

#[test]
fn other_rules_or_targets_do_not_mix() {
    let mut other = with(&[]);
    other.suite_digest = "other".to_owned();
    let message = merge(&[with(&[]), other], Together::Shards).unwrap_err().to_string();
    assert!(message.contains("suite_digest is \"3f1c0a\" in the first"), "{message}");
    let mut other = with(&[]);
    other.target.base_url = Some("https://elsewhere.example/v1.0".to_owned());
    assert!(merge(&[with(&[]), other], Together::Shards).is_err());
}

#[test]
fn a_report_split_by_product_comes_together_again() {
    let whole = {
        let mut whole = fixture::red();
        // The order of a run.
        whole.rules.sort_by_key(|rule| (rule.product, rule.feature.clone()));
        merge(&[whole], Together::Shards).unwrap()
    };
    let shards = [Product::Business, Product::Personal].map(|product| {
        let mut shard = whole.clone();
        shard.rules.retain(|rule| rule.product == product);
        shard.exchanges.retain(|it| it.product == product);
        shard
    });
    let merged = merge(&shards, Together::Shards).unwrap();
    assert_eq!(merged.rules.len(), whole.rules.len());
    assert_eq!(merged.exchanges.len(), whole.exchanges.len());
    let numbers: Vec<u32> = merged.exchanges.iter().map(|it| it.exchange.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    for (rule, before) in merged.rules.iter().zip(&whole.rules) {
        assert_eq!((&rule.id, rule.product), (&before.id, before.product));
        let answers = |report: &Report, numbers: &[u32]| -> Vec<_> {
            numbers.iter().map(|it| report.exchange(*it).unwrap().exchange.answer.clone()).collect()
        };
        assert_eq!(answers(&merged, &rule.exchanges), answers(&whole, &before.exchanges));
    }
}

#[test]
fn changed_verdicts_are_told() {
    let before = with(&[
        ("IDEM-01", Verdict::Pass),
        ("IDEM-02", Verdict::Pass),
        ("IDEM-03", Verdict::Fail),
        ("IDEM-04", Verdict::Pass),
    ]);
    let after = with(&[
        ("IDEM-01", Verdict::Pass),
        ("IDEM-03", Verdict::Pass),
        ("IDEM-04", Verdict::Fail),
        ("IDEM-05", Verdict::NotRun),
    ]);
    let difference = diff(&before, &after);
    assert!(difference.is_worse());
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("report_diff", difference);
    });
    assert!(diff(&after, &after).changes.is_empty());
}

#[test]
fn what_cannot_be_believed_is_named() {
    assert_eq!(verify(&json::render(&fixture::red()), None), Vec::<String>::new());
    type Edit = fn(&mut Value);
    let cases: [(Edit, &str); 9] = [
        (|it| it["complete"] = json!(false), "did not come to its end"),
        (|it| it["rules"] = json!([]), "no MUST rule was judged"),
        (
            |it| it["rules"][1] = it["rules"][2].clone(),
            "IDEM-02 on business has more than one entry",
        ),
        (|it| it["rules"][0]["verdict"] = json!("observed"), "cannot come to observed"),
        (|it| it["rules"][0]["verdict"] = json!("passed"), "at \"/rules/0/verdict\""),
        (|it| it["rules"][1]["exchanges"] = json!([99]), "names exchange 99, which is missing"),
        (|it| it["rules"][1]["exchanges"] = json!([4]), "which is of another product"),
        (|it| it["requests"]["create_link"] = json!(1), "do not fit"),
        (|it| it["exchanges"][0]["n"] = json!(2), "exchange 2 is there twice"),
    ];
    for (edit, expected) in cases {
        let mut report: Value = serde_json::from_str(&json::render(&fixture::red())).unwrap();
        edit(&mut report);
        let problems = verify(&report.to_string(), None);
        assert!(problems.iter().any(|it| it.contains(expected)), "{expected}: {problems:?}");
    }
    assert!(verify("{", None)[0].starts_with("this is no JSON"));
    assert!(verify("{}", None)[0].contains("required"));
}

#[test]
fn shards_are_merged_when_each_is_there_once() {
    let shard = |shard: Option<&str>| {
        let mut report = with(&[("IDEM-01", Verdict::Pass)]);
        report.shard = shard.map(str::to_owned);
        report
    };
    let merged = |shards: &[Option<&str>]| {
        merge(&shards.iter().map(|it| shard(*it)).collect::<Vec<_>>(), Together::Shards)
    };
    let whole = merged(&[Some("2/3"), Some("1/3"), Some("3/3")]).unwrap();
    assert_eq!(whole.shard, None);
    assert_eq!(merged(&[Some("2/3")]).unwrap().shard.as_deref(), Some("2/3"));
    assert!(merged(&[None, None]).is_ok());
    for (shards, said) in [
        (vec![Some("1/3"), Some("2/3")], "3/3 is missing"),
        (vec![Some("1/2"), Some("1/2")], "1/2 is there twice"),
        (vec![Some("1/2"), Some("2/2"), Some("2/2")], "2/2 is there twice"),
        (vec![Some("1/2"), Some("2/3")], "number 2 is 2/3"),
        (vec![Some("1/2"), None], "number 2 is no shard"),
        (vec![Some("1/99999999999"), Some("2/99999999999")], "3/99999999999"),
        (vec![Some("1"), Some("1")], "number 1 is 1"),
    ] {
        let error = merged(&shards).unwrap_err().to_string();
        assert!(error.contains(said), "{shards:?}: {error}");
    }
}

#[test]
fn what_one_shard_could_not_judge_no_other_one_has_judged() {
    let shard = |shard: Option<&str>, verdict| {
        let mut report = with(&[("IDEM-01", verdict)]);
        report.shard = shard.map(str::to_owned);
        report
    };
    let (one, other) = (Some("1/2"), Some("2/2"));
    let open = |verdict| [shard(one, Verdict::Pass), shard(other, verdict)];
    for verdict in [Verdict::Inconclusive, Verdict::Fail, Verdict::Warn] {
        let [first, second] = open(verdict);
        for reports in [[first.clone(), second.clone()], [second, first]] {
            assert_eq!(merge(&reports, Together::Shards).unwrap().rules[0].verdict, verdict);
        }
    }
    assert_eq!(
        merge(&open(Verdict::NotRun), Together::Shards).unwrap().rules[0].verdict,
        Verdict::Pass
    );
    let rounds = [shard(None, Verdict::Inconclusive), shard(None, Verdict::Pass)];
    assert_eq!(merge(&rounds, Together::Resumed).unwrap().rules[0].verdict, Verdict::Pass);
    // Two rounds of one shard are rounds.
    let rounds = [shard(one, Verdict::Inconclusive), shard(one, Verdict::Pass)];
    assert_eq!(merge(&rounds, Together::Resumed).unwrap().rules[0].verdict, Verdict::Pass);
}

#[test]
fn a_report_about_other_features_is_not_believed() {
    let Ok(suite) = linkspec::run::read(&linkspec::rules::Library::embedded()) else {
        panic!("the features can be read");
    };
    let text = json::render(&fixture::red());
    let problems = verify(&text, Some(&suite.catalogue));
    assert!(problems[0].contains("rests on other features"), "{problems:?}");
    let mut report = fixture::red();
    report.suite_digest.clone_from(&suite.catalogue.digest);
    let problems = verify(&json::render(&report), Some(&suite.catalogue));
    assert!(problems.iter().any(|it| it.contains("not all rules were part")), "{problems:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_shards_does_not_matter(
        first in proptest::collection::vec(0..7_usize, 5),
        second in proptest::collection::vec(0..7_usize, 5),
    ) {
        let report = |verdicts: &[usize]| {
            let ids = ["IDEM-01", "IDEM-02", "IDEM-03", "IDEM-04", "IDEM-05"];
            with(&ids.into_iter().zip(verdicts.iter().map(|it| Verdict::ALL[*it])).collect::<Vec<_>>())
        };
        let (first, second) = (report(&first), report(&second));
        let one = merge(&[first.clone(), second.clone()], Together::Shards).unwrap();
        let other = merge(&[second, first], Together::Shards).unwrap();
        prop_assert_eq!(one.rules, other.rules);
    }
}
