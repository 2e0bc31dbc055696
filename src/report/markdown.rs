//! Markdown, for the summary of a CI job or a comment on a pull request.

use std::collections::BTreeSet;

use super::cause::{Cause, causes};
use super::transcript::transcript;
use super::wording::{circumstances, printable, step};
use super::{ExitCode, NAMED, Report, Verdict, curl};
use crate::graph::Product;

/// The Markdown report.
pub fn render(report: &Report, strict: bool) -> String {
    let exit = ExitCode::of(report, strict, false);
    let mut text = String::from("# linkspec\n\n");
    text.push_str(&format!(
        "**{}** (exit {})\n\n{}\n",
        sentence(&exit.explanation(report, strict)),
        exit.code(),
        escape(&circumstances(report))
    ));
    for remark in &report.remarks {
        text.push_str(&format!("\n> {}\n", escape(remark)));
    }
    text.push_str(&counts(report));
    if !report.stale.is_empty() {
        text.push_str("\n## Out of date in the --known file\n\n");
        for stale in &report.stale {
            let message = escape(&stale.message);
            text.push_str(&format!("- **{}** on {}: {message}\n", stale.id, stale.product));
        }
    }
    text.push_str(&named(report));
    let mut shown = BTreeSet::new();
    for (title, verdict) in [("Failures", Verdict::Fail), ("Warnings", Verdict::Warn)] {
        let causes: Vec<Cause<'_>> =
            causes(report, verdict).into_iter().filter(|cause| !cause.known).collect();
        if !causes.is_empty() {
            text.push_str(&format!("\n## {title}\n"));
        }
        for cause in &causes {
            text.push_str(&broken(report, cause, &mut shown));
        }
    }
    text.push_str(&known(report));
    for (title, verdict) in [("Inconclusive", Verdict::Inconclusive), ("Not run", Verdict::NotRun)]
    {
        text.push_str(&by_reason(report, title, verdict));
    }
    text
}

fn counts(report: &Report) -> String {
    let mut text = String::from("\n|  |");
    for verdict in Verdict::COLUMNS {
        text.push_str(&format!(" {verdict} |"));
    }
    text.push_str(&format!("\n|---|{}\n", "---:|".repeat(Verdict::COLUMNS.len())));
    for product in Product::ALL {
        let count = |verdict| {
            report
                .rules
                .iter()
                .filter(|rule| rule.product == product && rule.verdict == verdict)
                .count()
        };
        if Verdict::COLUMNS.iter().all(|verdict| count(*verdict) == 0) {
            continue;
        }
        text.push_str(&format!("| {product} |"));
        for verdict in Verdict::COLUMNS {
            text.push_str(&format!(" {} |", count(verdict)));
        }
        text.push('\n');
    }
    text
}

/// The statements the page is known for.
fn named(report: &Report) -> String {
    let lines: Vec<String> = NAMED
        .iter()
        .filter_map(|it| it.standing(report))
        .map(|it| format!("- {}: {}\n", it.named.title, escape(&it.told())))
        .collect();
    if lines.is_empty() { String::new() } else { format!("\n{}", lines.concat()) }
}

fn broken(report: &Report, cause: &Cause<'_>, shown: &mut BTreeSet<u32>) -> String {
    let mut text = format!("\n### {}\n\n", escape(&sentence(&cause.headline())));
    for rule in cause.concerned() {
        let entry = rule.entry;
        text.push_str(&format!(
            "- **{}** ({}, {}) {}\n  {} ([{}]({})), `{}`\n",
            escape(&entry.id),
            entry.level,
            rule.product_names(),
            escape(&entry.title),
            escape(&entry.grounds()),
            escape(&entry.source),
            address(&entry.url),
            printable(&entry.feature).replace(['`', '\n'], "'")
        ));
        if !cause.has_one_expectation() {
            let expected = entry.expected.as_deref().unwrap_or("the rule to hold");
            text.push_str(&format!("  expected: {}\n", escape(expected)));
        }
        if let (None, Some(actual)) = (cause.actual(), &entry.actual) {
            text.push_str(&format!("  actual: {}\n", escape(actual)));
        }
        if !entry.note.trim().is_empty() {
            text.push_str(&format!("  {}\n", escape(entry.note.trim())));
        }
    }
    for number in cause.exchanges() {
        let Some(reported) = report.exchange(number) else { continue };
        if !shown.insert(number) {
            text.push_str(&format!("\nExchange {number} is shown above.\n"));
            continue;
        }
        let (step, place) = step(reported);
        text.push_str(&format!(
            "\n<details><summary>Exchange {number} ({}): {}</summary>\n\n{}{}\nOver the wire{}:\n\n{}\n</details>\n",
            reported.product,
            escape(&step),
            if place.is_empty() { String::new() } else { format!("{}\n\n", escape(&place)) },
            fenced("http", &transcript(&reported.exchange)),
            report.whose_item(),
            fenced("sh", &curl(&reported.exchange, report.home())),
        ));
    }
    if let Some(line) = &cause.lead().reproduce {
        text.push_str(&format!("\nReproduce:\n\n{}", fenced("sh", line)));
    }
    text
}

fn known(report: &Report) -> String {
    let known: Vec<String> = report
        .rules
        .iter()
        .filter_map(|rule| {
            let reason = escape(rule.known.as_deref()?);
            Some(format!(
                "- **{}** ({}, {}): {reason}\n",
                escape(&rule.id),
                rule.verdict,
                rule.product
            ))
        })
        .collect();
    if known.is_empty() { String::new() } else { format!("\n## Known\n\n{}", known.concat()) }
}

fn by_reason(report: &Report, title: &str, verdict: Verdict) -> String {
    let causes = causes(report, verdict);
    if causes.is_empty() {
        return String::new();
    }
    let mut text = format!("\n## {title}\n\n");
    for cause in &causes {
        let ids: Vec<String> = cause
            .concerned()
            .iter()
            .map(|rule| format!("{} ({})", escape(&rule.entry.id), rule.product_names()))
            .collect();
        text.push_str(&format!("- {}: {}\n", escape(&cause.headline()), ids.join(", ")));
    }
    text
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// Text in which nothing is markup, on one line.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in printable(text).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\t' => escaped.push(' '),
            // "@name" and "#1" would call people and issues on GitHub.
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// An address that cannot end its own parentheses.
fn address(url: &str) -> String {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return "#".to_owned();
    }
    url.replace(' ', "%20").replace('(', "%28").replace(')', "%29").replace(['\n', '<', '>'], "")
}

/// A code block whose fence is longer than any run of backticks within.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}\n")
}
