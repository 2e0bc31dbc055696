//! The suite under `cargo test`: one entry a rule, named `chapter::ID title`.
//!
//! Takes what a test runner passes (`cargo test existing`, `--list`, `--exact` from nextest) and the options
//! of `linkspec run` (`cargo test --test conformance -- --target live --drive me`). It agrees with `linkspec run`: the
//! same things turn it red, the same list of known failures keeps it green, and the same reports are written.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::process::ExitCode;

use clap::Parser;
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use linkspec::cli::{Concluded, RunArguments, Session};
use linkspec::report::{ExitCode as Exit, Report, RuleReport, Verdict, transcript};
use linkspec::rules::Level;

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
    let concluded = if test.list || selected.is_empty() {
        None
    } else {
        // All of them is more than each of them: what belongs to no rule is told as well.
        let whole = selected.len() == names.len();
        let session = if whole { session } else { session.narrowed_to(&selected) };
        match session.conclude_blocking() {
            Ok(concluded) => Some(concluded),
            Err(trouble) => {
                eprintln!("{}", trouble.text());
                return ExitCode::from(trouble.code);
            }
        }
    };
    let trials =
        names.into_iter().map(|(id, name)| trial(&id, &name, concluded.as_ref())).collect();
    let filtered = test.filter.is_some() || !test.skip.is_empty();
    conclude(&libtest_mimic::run(&test, trials), concluded.as_ref(), filtered)
}

fn is_selected(test: &Arguments, name: &str) -> bool {
    let matches = |filter: &str| if test.exact { name == filter } else { name.contains(filter) };
    test.filter.as_deref().is_none_or(matches) && !test.skip.iter().any(|skip| matches(skip))
}

fn trial(id: &str, name: &str, concluded: Option<&Concluded>) -> Trial {
    let entries: Vec<RuleReport> = concluded
        .map(|it| it.report.rules.iter().filter(|rule| rule.id == id).cloned().collect())
        .unwrap_or_default();
    let strict = concluded.is_some_and(|it| it.strict);
    let judged = entries.iter().any(|it| match it.verdict {
        Verdict::NotRun | Verdict::NotApplicable => false,
        // What the environment kept from being judged is no failure of a SHOULD, and no success.
        Verdict::Inconclusive => it.level == Level::Must,
        _ => true,
    });
    // A rule that could not be judged is reported as ignored, never as passed.
    let ignored = concluded.is_some() && !judged;
    let shown = concluded.map(|it| evidence(&it.report, &entries, strict)).unwrap_or_default();
    Trial::test(name, move || match failure(&entries, strict) {
        Some(message) => Err(Failed::from(format!("{message}{shown}"))),
        None => Ok(()),
    })
    .with_ignored_flag(ignored)
}

fn fails(entry: &RuleReport, strict: bool) -> bool {
    let is_open = entry.level == Level::Must && entry.verdict == Verdict::Inconclusive;
    entry.is_red(strict) || is_open
}

fn failure(entries: &[RuleReport], strict: bool) -> Option<String> {
    let broken: Vec<String> = entries
        .iter()
        .filter(|it| fails(it, strict))
        .map(|it| {
            format!(
                "{}: {}\n  {}, {}: {}\n  {}{}",
                it.product,
                it.reason.as_deref().unwrap_or_default(),
                it.id,
                it.source,
                it.grounds(),
                it.feature,
                it.reproduce.as_deref().map(|it| format!("\n  {it}")).unwrap_or_default()
            )
        })
        .collect();
    (!broken.is_empty()).then(|| broken.join("\n"))
}

/// The exchanges that contradict the rule.
fn evidence(report: &Report, entries: &[RuleReport], strict: bool) -> String {
    let numbers = entries.iter().filter(|it| fails(it, strict)).flat_map(|it| {
        if it.evidence.contradicting.is_empty() {
            &it.exchanges
        } else {
            &it.evidence.contradicting
        }
    });
    let shown = numbers.filter_map(|number| report.exchange(*number)).take(4).map(|it| {
        format!(
            "\n\nexchange {}, step {}: {}\n{}",
            it.exchange.number,
            it.exchange.act + 1,
            it.story,
            transcript(&it.exchange)
        )
    });
    shown.collect()
}

/// What the tests came to; and where they hold, what `linkspec run` would end with: things left behind, a budget that
/// ran out, a list of known failures out of date.
fn conclude(conclusion: &Conclusion, concluded: Option<&Concluded>, filtered: bool) -> ExitCode {
    let Some(concluded) = concluded.filter(|_| !conclusion.has_failed()) else {
        return conclusion.exit_code();
    };
    match concluded.exit {
        Exit::Holds => conclusion.exit_code(),
        // Whoever asks for one rule by its name may ask for one that is no MUST.
        Exit::NothingJudged if filtered => conclusion.exit_code(),
        exit => {
            eprintln!("{}", exit.explanation(&concluded.report, concluded.strict));
            ExitCode::from(exit.code())
        }
    }
}
