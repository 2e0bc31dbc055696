//! The exit codes of design.md.

use linkspec::graph::Product;
use linkspec::report::{ExitCode, Verdict};
use linkspec::rules::Level;

use super::fixture;

/// Every set of verdicts, level by level, with every condition: the code against the promise, told again
/// in the order of precedence.
#[test]
fn the_promise_is_kept_for_every_combination() {
    let entries: Vec<(Level, Verdict)> = [Level::Must, Level::Should, Level::Info]
        .into_iter()
        .flat_map(|level| Verdict::ALL.map(|verdict| (level, verdict)))
        .collect();
    let flags = [false, true];
    for first in &entries {
        for second in &entries {
            for (known, strict) in flags.iter().flat_map(|it| flags.map(|other| (*it, other))) {
                for (stopped, stale) in flags.iter().flat_map(|it| flags.map(|other| (*it, other)))
                {
                    let mut report = fixture::empty();
                    report.rules = [first, second]
                        .map(|it| fixture::rule("IDEM-02", Product::Business, it.0, it.1))
                        .to_vec();
                    report.stale.clear();
                    if known {
                        report.rules[0].known = Some("known".to_owned());
                    }
                    if stale {
                        report.stale.push(fixture::stale());
                    }
                    let red = |index: usize, entry: &(Level, Verdict)| {
                        !(known && index == 0)
                            && (entry.1 == Verdict::Fail || strict && entry.1 == Verdict::Warn)
                    };
                    let both = [*first, *second];
                    let expected = if stale || red(0, first) || red(1, second) {
                        1
                    } else if stopped {
                        5
                    } else if both.contains(&(Level::Must, Verdict::Inconclusive)) {
                        3
                    } else if both.contains(&(Level::Must, Verdict::Pass))
                        || both.contains(&(Level::Must, Verdict::Fail))
                    {
                        0
                    } else {
                        4
                    };
                    let code = ExitCode::of(&report, strict, stopped);
                    assert_eq!(code.code(), expected, "{both:?} {known} {strict} {stopped}");
                    assert!(!code.explanation(&report, strict).is_empty());
                }
            }
        }
    }
}

#[test]
fn a_run_that_leaves_its_things_behind_is_not_green() {
    let mut report = fixture::empty();
    report.left_behind = vec!["/me/drive/items/1: answered 403".to_owned()];
    for (verdict, code) in [(Verdict::Pass, 3), (Verdict::Observed, 3), (Verdict::Fail, 1)] {
        report.rules = vec![fixture::rule("IDEM-02", Product::Business, Level::Must, verdict)];
        let exit = ExitCode::of(&report, false, false);
        assert_eq!(exit.code(), code, "{verdict:?}");
        let said = exit.explanation(&report, false);
        assert!(said.contains("still on the drive"), "{said}");
        assert!(!said.starts_with(';'), "{said}");
    }
    // A run that is stopped as well can be resumed; that is its code, and both are said.
    report.complete = false;
    report.resume = Some("kept.run".to_owned());
    let exit = ExitCode::of(&report, false, false);
    assert_eq!(exit, ExitCode::Broken);
    report.rules = vec![fixture::rule("IDEM-02", Product::Business, Level::Must, Verdict::Pass)];
    let exit = ExitCode::of(&report, false, false);
    assert_eq!(exit, ExitCode::Stopped);
    let said = exit.explanation(&report, false);
    for part in ["--resume kept.run", "still on the drive"] {
        assert!(said.contains(part), "{said}");
    }
    let said = ExitCode::Interrupted.explanation(&report, false);
    assert_eq!(said, "interrupted; what the run made is still on the drive");
}

#[test]
fn a_stopped_run_names_the_file_to_go_on_from() {
    let mut report = fixture::empty();
    report.complete = false;
    report.resume = Some("kept/run.ndjson".to_owned());
    let exit = ExitCode::of(&report, false, false);
    let said = exit.explanation(&report, false);
    assert!(said.contains("linkspec run --resume kept/run.ndjson"), "{said}");
}

#[test]
fn a_report_without_rules_or_end_is_never_green() {
    let mut report = fixture::empty();
    report.rules.clear();
    assert_eq!(ExitCode::of(&report, false, false).code(), 4);
    report.rules = vec![fixture::rule("IDEM-02", Product::Business, Level::Must, Verdict::Pass)];
    report.complete = false;
    assert_eq!(ExitCode::of(&report, false, false).code(), 5);
}
