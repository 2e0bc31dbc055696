//! JUnit, in which CI systems know four outcomes: each verdict goes to the one that does not lie about it.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::transcript::transcript;
use super::wording::{circumstances, date, judged, printable, step};
use super::{Report, RuleReport, Verdict, cause, curl};
use crate::rules::Level;

/// The JUnit report: one suite a feature, one case a rule and product.
///
/// A warning is a passing case that says so in its output, or a failure when the run is `strict`. What was
/// not judged is skipped with its reason. What concerns the run and no rule (it is not complete, it judged
/// nothing, the list of known failures is out of date) gets a suite of its own, because a file of skipped
/// cases alone reads as green.
///
/// # Errors
/// When the XML cannot be written, which no report is known to cause.
pub fn render(report: &Report, strict: bool) -> Result<String, quick_junit::SerializeError> {
    let mut junit = quick_junit::Report::new("linkspec");
    junit.set_time(Duration::from_millis(report.duration_ms));
    if let Some(suite) = run_suite(report) {
        junit.add_test_suite(suite);
    }
    let about = [
        ("linkspec", report.linkspec.clone()),
        ("started", date(report)),
        ("judged", judged(report)),
    ];
    let mut suites: Vec<TestSuite> = Vec::new();
    for rule in &report.rules {
        let name = feature_file(rule);
        let at = suites.iter().position(|suite| suite.name.as_str() == name).unwrap_or_else(|| {
            let mut suite = TestSuite::new(name);
            for (name, value) in &about {
                suite.add_property(Property::new(*name, value.as_str()));
            }
            suites.push(suite);
            suites.len() - 1
        });
        suites[at].add_test_case(case(report, rule, strict));
    }
    junit.add_test_suites(suites);
    junit.to_string()
}

/// The file of the rule's feature, without the line.
fn feature_file(rule: &RuleReport) -> &str {
    rule.feature.rsplit_once(':').map_or(rule.feature.as_str(), |(file, _)| file)
}

fn case(report: &Report, rule: &RuleReport, strict: bool) -> TestCase {
    let reason = rule.reason.as_deref().unwrap_or(match rule.verdict {
        Verdict::Pass => "the rule holds",
        _ => "no reason was recorded",
    });
    let mut status = match rule.verdict {
        _ if rule.known.is_some() => TestCaseStatus::skipped(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Warn if strict => TestCaseStatus::non_success(NonSuccessKind::Failure),
        // An error is what makes the run end with exit code 3: a SHOULD that could not be judged does not.
        Verdict::Inconclusive if rule.level == Level::Must => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
        Verdict::Inconclusive | Verdict::NotRun | Verdict::NotApplicable => {
            TestCaseStatus::skipped()
        }
        Verdict::Warn | Verdict::Pass | Verdict::Observed => TestCaseStatus::success(),
    };
    match (&rule.known, &status) {
        (Some(known), _) => {
            status.set_message(format!("known {}: {known}; {reason}", rule.verdict));
        }
        (None, TestCaseStatus::Skipped { .. }) => {
            status.set_message(format!("{}: {reason}", rule.verdict));
        }
        (None, TestCaseStatus::NonSuccess { .. }) => {
            status.set_type(rule.verdict.name());
            status.set_message(reason);
            status.set_description(description(report, rule));
        }
        (None, TestCaseStatus::Success { .. }) => {}
    }
    let passing = matches!(status, TestCaseStatus::Success { .. });
    let mut case = TestCase::new(format!("{} {} [{}]", rule.id, rule.title, rule.product), status);
    case.set_classname(format!("linkspec.{}", chapter(rule)));
    for (name, value) in [
        ("level", rule.level.name()),
        ("verdict", rule.verdict.name()),
        ("source", rule.source.as_str()),
        ("url", rule.url.as_str()),
        ("answers", &rule.evidence.answers.to_string()),
    ] {
        case.add_property(Property::new(name, value));
    }
    match rule.verdict {
        Verdict::Warn if passing => {
            case.set_system_out(format!("warning: {reason}\n\n{}", description(report, rule)));
        }
        Verdict::Observed => {
            case.set_system_out(format!("observed: {reason}"));
        }
        Verdict::Pass if rule.reason.is_some() => {
            case.set_system_out(reason);
        }
        _ => {}
    }
    case
}

/// "features/answers/sharing-link.feature:7" is the chapter "answers.sharing-link".
fn chapter(rule: &RuleReport) -> String {
    let file = feature_file(rule);
    let file = file.strip_prefix("features/").unwrap_or(file);
    file.strip_suffix(".feature").unwrap_or(file).replace('/', ".")
}

fn description(report: &Report, rule: &RuleReport) -> String {
    let mut text = format!(
        "{} ({}) {}\n{}\n{}: {}\n{}\n",
        rule.id,
        rule.level.name().to_uppercase(),
        rule.title,
        rule.grounds(),
        rule.source,
        rule.url,
        rule.feature
    );
    if !rule.note.trim().is_empty() {
        text.push_str(&format!("{}\n", rule.note.trim()));
    }
    if let (Some(expected), Some(actual)) = (&rule.expected, &rule.actual) {
        text.push_str(&format!("expected: {expected}\nactual:   {actual}\n"));
    }
    if let Some(line) = &rule.reproduce {
        text.push_str(&format!("reproduce: {line}\n"));
    }
    for reported in cause::contradicting(rule).iter().filter_map(|it| report.exchange(*it)) {
        let (step, place) = step(reported);
        let place = if place.is_empty() { place } else { format!(" ({place})") };
        text.push_str(&format!(
            "\nexchange {}, {step}{place}\n{}\n\nover the wire: {}\n",
            reported.exchange.number,
            transcript(&reported.exchange),
            curl(&reported.exchange, report.home())
        ));
    }
    // What XML cannot hold would be left out, and what is around it would come together.
    printable(&text).into_owned()
}

/// What concerns the run as a whole, when something does.
fn run_suite(report: &Report) -> Option<TestSuite> {
    let mut cases = Vec::new();
    let mut problem = |name: &str, kind: NonSuccessKind, message: &str| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(message);
        let mut case = TestCase::new(name, status);
        case.set_classname("linkspec.run");
        cases.push(case);
    };
    if !report.complete {
        problem(
            "the run came to its end",
            NonSuccessKind::Error,
            "the run stopped before every selected rule had its verdict",
        );
    }
    if !report.judges_a_must() {
        problem(
            "something was judged",
            NonSuccessKind::Error,
            "no MUST rule came to pass or fail, so this run proves nothing",
        );
    }
    for left in &report.left_behind {
        problem("what the run made is removed", NonSuccessKind::Error, left);
    }
    for stale in &report.stale {
        problem(
            &format!("{} on {} is listed as known", stale.id, stale.product),
            NonSuccessKind::Failure,
            &stale.message,
        );
    }
    if cases.is_empty() && report.remarks.is_empty() {
        return None;
    }
    let mut suite = TestSuite::new("run");
    suite.set_system_out(
        [report.remarks.join("\n"), circumstances(report)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
    );
    suite.add_test_cases(cases);
    Some(suite)
}
