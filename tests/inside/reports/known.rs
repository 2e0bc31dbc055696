//! The file of known failures: what it covers, what turns it stale, and what its mistakes are answered with.

use jiff::civil::{Date, date};
use linkspec::graph::Product;
use linkspec::report::{KnownFile, Report, StaleReason, Verdict};
use linkspec::rules::Level;

use super::fixture;

const TODAY: Date = date(2026, 11, 21);

const ENTRY: &str = r#"
[[known]]
rule = "IDEM-02"
product = "business"
verdict = "fail"
reason = "the gateway answers 201 always"
url = "https://example.com/issues/7"
expires = 2026-12-31
contains = "201 Created"
"#;

fn applied(text: &str, verdict: Verdict, today: Date) -> Report {
    let mut report = fixture::empty();
    report.rules = vec![fixture::rule("IDEM-02", Product::Business, Level::Must, verdict)];
    KnownFile::parse(text, "known.toml").unwrap().apply(&mut report, today);
    report
}

#[test]
fn a_listed_failure_is_known() {
    let report = applied(ENTRY, Verdict::Fail, TODAY);
    let known = report.rules[0].known.as_deref().unwrap();
    assert_eq!(known, "the gateway answers 201 always (https://example.com/issues/7)");
    assert!(report.stale.is_empty() && report.remarks.is_empty());
}

#[test]
fn the_last_day_still_counts() {
    assert!(applied(ENTRY, Verdict::Fail, date(2026, 12, 31)).stale.is_empty());
    let report = applied(ENTRY, Verdict::Fail, date(2027, 1, 1));
    assert_eq!(report.stale[0].why, StaleReason::Expired);
    assert_eq!(report.rules[0].known, None);
}

#[test]
fn what_holds_or_breaks_otherwise_makes_the_entry_stale() {
    assert_eq!(applied(ENTRY, Verdict::Pass, TODAY).stale[0].why, StaleReason::Holds);
    assert_eq!(applied(ENTRY, Verdict::Warn, TODAY).stale[0].why, StaleReason::OtherVerdict);
    for silent in [Verdict::NotRun, Verdict::NotApplicable, Verdict::Inconclusive] {
        assert!(applied(ENTRY, silent, TODAY).stale.is_empty(), "{silent} says nothing");
    }
}

#[test]
fn another_reason_is_a_new_failure() {
    let text = ENTRY.replace("201 Created", "202 Accepted");
    let report = applied(&text, Verdict::Fail, TODAY);
    assert_eq!(report.rules[0].known, None);
    assert!(report.remarks[0].contains("202 Accepted"), "{:?}", report.remarks);
}

#[test]
fn mistakes_are_named_with_their_place() {
    let cases = [
        ("rule = ", "", "known.toml:2:1: the entry lacks \"rule\": add rule = \"IDEM-02\""),
        (
            "reason = ",
            "raeson = ",
            "known.toml:6:1: unknown key \"raeson\"; did you mean \"reason\"?",
        ),
        (
            "\"business\"",
            "\"bussiness\"",
            "known.toml:4:11: unknown product \"bussiness\"; did you mean \"business\"?",
        ),
        (
            "\"fail\"",
            "\"pass\"",
            "known.toml:5:11: verdict \"pass\" cannot be listed; use fail or warn",
        ),
        (
            "2026-12-31",
            "\"soon\"",
            "known.toml:8:11: \"expires\" is a date, for example expires = 2027-01-31",
        ),
        (
            "2026-12-31",
            "7",
            "known.toml:8:11: \"expires\" is a date, for example expires = 2027-01-31",
        ),
        (
            "[[known]]",
            "[[knwon]]",
            "known.toml:2:3: unknown key \"knwon\"; did you mean \"known\"?",
        ),
        (
            "\"the gateway",
            "7 #",
            "known.toml:6:10: \"reason\" is a text in quotation marks, not a number",
        ),
    ];
    for (from, to, expected) in cases {
        let text = if to.is_empty() {
            ENTRY.lines().filter(|line| !line.starts_with(from)).collect::<Vec<_>>().join("\n")
        } else {
            ENTRY.replace(from, to)
        };
        let error = KnownFile::parse(&text, "known.toml").unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let error = KnownFile::parse("[[known]]\nrule = \"x", "known.toml").unwrap_err().to_string();
    assert!(error.starts_with("known.toml:2:"), "{error}");
    let error = KnownFile::parse(&ENTRY.repeat(2), "known.toml").unwrap_err().to_string();
    assert!(error.contains("is listed already in line 3"), "{error}");
}

#[test]
fn an_unknown_rule_is_a_mistake() {
    let known = KnownFile::parse(&ENTRY.replace("IDEM-02", "IDME-02"), "known.toml").unwrap();
    let error =
        known.check_rules("known.toml", &["TYPE-02", "IDEM-02"], &[]).unwrap_err().to_string();
    assert_eq!(error, "known.toml:3:8: unknown rule \"IDME-02\"; did you mean \"IDEM-02\"?");
    known.check_rules("known.toml", &["IDME-02"], &[]).unwrap();
    let withdrawn = linkspec::rules::Uncovered {
        id: "IDME-02".to_owned(),
        level: "must".to_owned(),
        reason: "told twice".to_owned(),
        replaced_by: vec!["IDEM-02".to_owned()],
    };
    let error =
        known.check_rules("known.toml", &["IDEM-02"], &[withdrawn]).unwrap_err().to_string();
    assert!(error.contains("the rule IDME-02 is withdrawn, replaced by IDEM-02"), "{error}");
}
