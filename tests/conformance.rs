//! The suite under `cargo test`: one entry a rule, named `chapter::ID title`.
//!
//! Takes what a test runner passes (`cargo test existing`, `--list`, `--exact` from nextest) and the options
//! of `linkspec run` (`cargo test --test conformance -- --target live --drive me`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::process::ExitCode;

use clap::Parser;
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use linkspec::cli::{RunArguments, Session};
use linkspec::report::{Report, RuleReport, Verdict};

#[derive(Parser)]
#[command(no_binary_name = false)]
struct Combined {
    #[command(flatten)]
    test: Arguments,
    #[command(flatten)]
    run: RunArguments,
}

fn main() -> ExitCode {
    let Combined { test, run } = Combined::parse();
    let session = match Session::prepare(run) {
        Ok(session) => session,
        Err(trouble) => {
            eprintln!("{}", trouble.text());
            return ExitCode::from(trouble.code);
        }
    };
    let names = session.rule_names();
    let selected: Vec<String> = names
        .iter()
        .filter(|(_, name)| is_selected(&test, name))
        .map(|(id, _)| id.clone())
        .collect();
    // Listing tells nothing to anybody, and a filter that matches nothing sends nothing.
    let report = if test.list || selected.is_empty() {
        None
    } else {
        match session.narrowed_to(&selected).report_blocking() {
            Ok(report) => Some(report),
            Err(trouble) => {
                eprintln!("{}", trouble.text());
                return ExitCode::from(trouble.code);
            }
        }
    };
    let trials = names.into_iter().map(|(id, name)| trial(&id, &name, report.as_ref())).collect();
    conclude(&libtest_mimic::run(&test, trials))
}

fn is_selected(test: &Arguments, name: &str) -> bool {
    let matches = |filter: &str| if test.exact { name == filter } else { name.contains(filter) };
    test.filter.as_deref().is_none_or(matches) && !test.skip.iter().any(|skip| matches(skip))
}

fn trial(id: &str, name: &str, report: Option<&Report>) -> Trial {
    let entries: Vec<RuleReport> = report
        .map(|report| report.rules.iter().filter(|rule| rule.id == id).cloned().collect())
        .unwrap_or_default();
    let judged =
        entries.iter().any(|it| !matches!(it.verdict, Verdict::NotRun | Verdict::NotApplicable));
    // A rule that could not be judged is reported as ignored, never as passed.
    let ignored = report.is_some() && !judged;
    Trial::test(name, move || match failure(&entries) {
        Some(message) => Err(Failed::from(message)),
        None => Ok(()),
    })
    .with_ignored_flag(ignored)
}

fn failure(entries: &[RuleReport]) -> Option<String> {
    let broken: Vec<String> = entries
        .iter()
        .filter(|it| {
            matches!(it.verdict, Verdict::Fail | Verdict::Inconclusive) && it.known.is_none()
        })
        .map(|it| {
            format!(
                "{}: {}\n  {}, {}: {}\n  {}",
                it.product,
                it.reason.as_deref().unwrap_or_default(),
                it.id,
                it.source,
                it.grounds(),
                it.feature
            )
        })
        .collect();
    (!broken.is_empty()).then(|| broken.join("\n"))
}

fn conclude(conclusion: &Conclusion) -> ExitCode {
    conclusion.exit_code()
}
