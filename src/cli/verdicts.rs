//! What `judge` and `serve` do with a report: show it, write it, and turn it into an exit code.

use std::path::Path;

use clap::Args;

use super::trouble::{ENVIRONMENT, NOTHING, Trouble};
use crate::har;
use crate::report::{Report, RuleReport, Verdict};
use crate::spec::Level;

/// Options about the outcome.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct VerdictArguments {
    /// Let a broken SHOULD count as well
    #[arg(long, env = "LINKSPEC_STRICT")]
    strict: bool,
    /// Write a report: json=PATH or har=PATH; repeat for several
    #[arg(long, value_name = "FORMAT=PATH", env = "LINKSPEC_REPORT", value_delimiter = ',')]
    report: Vec<String>,
    /// List every rule, not only what needs attention
    #[arg(long, short)]
    verbose: bool,
}

impl VerdictArguments {
    /// Finds mistakes in the options before anything is done.
    pub(super) fn check(&self) -> Result<(), Trouble> {
        self.report.iter().try_for_each(|report| destination(report).map(drop))
    }

    /// Shows and writes a report, and gives the exit code.
    pub(super) fn show(&self, report: &Report) -> Result<u8, Trouble> {
        for remark in &report.remarks {
            anstream::eprintln!("note: {remark}");
        }
        for rule in report.rules.iter().filter(|rule| self.verbose || needs_attention(rule)) {
            anstream::println!("{}", line(rule));
        }
        let counts: Vec<String> = Verdict::ALL
            .iter()
            .map(|verdict| (report.count(*verdict), verdict))
            .filter(|(count, _)| *count > 0)
            .map(|(count, verdict)| format!("{count} {verdict}"))
            .collect();
        anstream::println!(
            "{} createLink of {} exchanges; {}",
            report.requests.create_link,
            report.requests.total,
            counts.join(", ")
        );
        for destination in &self.report {
            write(report, destination)?;
        }
        Ok(exit_code(report, self.strict))
    }
}

fn needs_attention(rule: &RuleReport) -> bool {
    matches!(rule.verdict, Verdict::Fail | Verdict::Warn | Verdict::Inconclusive)
}

/// A verdict with its rule, phrase and exchanges.
pub(super) fn line(rule: &RuleReport) -> String {
    let mut text = format!("{:<14} {:<8} {} ({})", rule.verdict, rule.id, rule.title, rule.product);
    if let Some(reason) = &rule.reason {
        text.push_str(&format!("\n               {reason}"));
    }
    if needs_attention(rule) {
        text.push_str(&format!("\n               {}: \"{}\"", rule.source, rule.phrase));
        if !rule.exchanges.is_empty() {
            let numbers: Vec<String> =
                rule.exchanges.iter().take(10).map(ToString::to_string).collect();
            let more = rule.exchanges.len().saturating_sub(10);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            text.push_str(&format!("\n               exchange {}{more}", numbers.join(", ")));
        }
    }
    text
}

fn destination(text: &str) -> Result<(&str, &Path), Trouble> {
    let (format, path) = text
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or_else(|| Trouble::usage(format!("--report {text}: write FORMAT=PATH")))?;
    if ["json", "har"].contains(&format) {
        Ok((format, Path::new(path)))
    } else {
        Err(Trouble::unknown("report format", format, ["json", "har"]))
    }
}

fn write(report: &Report, text: &str) -> Result<(), Trouble> {
    let (format, path) = destination(text)?;
    let document = match format {
        "har" => har::write(report),
        _ => serde_json::to_value(report)
            .map_err(|error| Trouble::environment(format!("the report: {error}")))?,
    };
    std::fs::write(path, format!("{document:#}\n"))
        .map_err(|error| Trouble::usage(format!("{} cannot be written: {error}", path.display())))
}

/// The exit code a report comes to.
pub(super) fn exit_code(report: &Report, strict: bool) -> u8 {
    let has = |verdict| report.rules.iter().any(|rule| rule.verdict == verdict);
    let must = |verdict| {
        report.rules.iter().any(|rule| rule.level == Level::Must && rule.verdict == verdict)
    };
    if has(Verdict::Fail) || (strict && has(Verdict::Warn)) {
        1
    } else if must(Verdict::Inconclusive) {
        ENVIRONMENT
    } else if must(Verdict::Pass) {
        0
    } else {
        NOTHING
    }
}
