//! What a person reads when a run ends: short when all is well, everything needed when it is not.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};

use super::cause::{Cause, Concerned, causes};
use super::transcript::{prefixed, transcript};
use super::wording::{answers, circumstances, counted, printable, step};
use super::{ExitCode, NAMED, Report, RuleReport, Verdict, curl};
use crate::graph::Product;

/// How the console report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsoleOptions {
    /// A broken SHOULD counts like a broken MUST.
    pub strict: bool,
    /// Every rule is listed.
    pub verbose: bool,
    /// What the process will end with.
    pub exit: ExitCode,
    /// A report with every exchange is written beside it.
    pub has_page: bool,
}

/// Rules of one cause that are told in full; those after them get a line, those after these only an id.
const TOLD_IN_FULL: usize = 3;
const TOLD_IN_A_LINE: usize = 12;
/// Reasons for rules that were not run that get a line.
const REASONS: usize = 6;

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// Writes the console report to standard output: in colour on a terminal, unless NO_COLOR is set.
///
/// # Errors
/// When standard output cannot be written to.
pub fn print(report: &Report, options: ConsoleOptions) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(render(report, options).as_bytes())?;
    out.flush()
}

/// The console report, with colour.
pub fn render(report: &Report, options: ConsoleOptions) -> String {
    let mut console = Console { out: String::new(), report, options, shown: BTreeSet::new() };
    // Writing to a String cannot fail.
    let _ = console.write();
    console.out
}

struct Console<'r> {
    out: String,
    report: &'r Report,
    options: ConsoleOptions,
    /// The exchanges printed so far: each is printed once.
    shown: BTreeSet<u32>,
}

impl Console<'_> {
    fn write(&mut self) -> std::fmt::Result {
        for remark in &self.report.remarks {
            writeln!(self.out, "{BOLD}note:{BOLD:#} {}", printable(remark))?;
        }
        if !self.report.remarks.is_empty() {
            self.out.push('\n');
        }
        if self.options.verbose {
            self.every_rule()?;
        }
        for cause in causes(self.report, Verdict::Fail).iter().filter(|cause| !cause.known) {
            self.broken(cause, "FAIL", RED)?;
        }
        for cause in causes(self.report, Verdict::Warn).iter().filter(|cause| !cause.known) {
            if self.options.strict {
                self.broken(cause, "WARN", YELLOW)?;
            } else {
                self.warning(cause)?;
            }
        }
        for cause in &causes(self.report, Verdict::Inconclusive) {
            self.inconclusive(cause)?;
        }
        for stale in &self.report.stale {
            writeln!(
                self.out,
                "{RED}OUT OF DATE{RED:#}  {} on {} in the --known file: {}",
                stale.id,
                stale.product,
                printable(&stale.message)
            )?;
        }
        if !self.report.stale.is_empty() {
            self.out.push('\n');
        }
        self.summary()
    }

    fn every_rule(&mut self) -> std::fmt::Result {
        for rule in &self.report.rules {
            let style = style(rule.verdict);
            let parts = [rule.reason.clone().unwrap_or_default(), answers(rule.evidence.answers)];
            let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
            let reason =
                if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) };
            writeln!(
                self.out,
                "{style}{:<14}{style:#} {:<10} {:<10} {:<6} {}{}",
                rule.verdict,
                rule.id,
                rule.product.name(),
                rule.level.name(),
                printable(&rule.title),
                printable(&reason)
            )?;
        }
        self.out.push('\n');
        Ok(())
    }

    fn broken(&mut self, cause: &Cause<'_>, word: &str, style: Style) -> std::fmt::Result {
        self.cause(cause, word, style)?;
        for number in cause.exchanges() {
            let Some(reported) = self.report.exchange(number) else { continue };
            if !self.shown.insert(number) {
                writeln!(self.out, "\n  {BOLD}exchange {number}{BOLD:#} is shown above")?;
                continue;
            }
            let (step, place) = step(reported);
            writeln!(
                self.out,
                "\n  {BOLD}exchange {number}{BOLD:#}, {}, sent by {}: {BOLD}{}{BOLD:#}",
                reported.product,
                reported.exchange.identity.phrase(),
                printable(&step)
            )?;
            if !place.is_empty() {
                writeln!(self.out, "    {FAINT}{}{FAINT:#}", printable(&place))?;
            }
            writeln!(self.out, "{}", prefixed("    ", &transcript(&reported.exchange)))?;
            writeln!(
                self.out,
                "  {FAINT}over the wire{}:{FAINT:#}\n{FAINT}{}{FAINT:#}",
                self.report.whose_item(),
                // No indent within: a body may have several lines, and they are sent as they are.
                format_args!("    {}", curl(&reported.exchange, self.report.home()))
            )?;
        }
        self.further(cause)?;
        self.reproduce(cause)?;
        self.out.push('\n');
        Ok(())
    }

    /// The line that makes the finding again.
    fn reproduce(&mut self, cause: &Cause<'_>) -> std::fmt::Result {
        match &cause.lead().reproduce {
            Some(line) => {
                writeln!(self.out, "  {BOLD}reproduce{BOLD:#} {CYAN}{}{CYAN:#}", printable(line))
            }
            None => Ok(()),
        }
    }

    fn warning(&mut self, cause: &Cause<'_>) -> std::fmt::Result {
        self.cause(cause, "WARN", YELLOW)?;
        self.further(cause)?;
        self.reproduce(cause)?;
        self.out.push('\n');
        Ok(())
    }

    fn inconclusive(&mut self, cause: &Cause<'_>) -> std::fmt::Result {
        let headline = cause.headline();
        writeln!(self.out, "{YELLOW}INCONCLUSIVE{YELLOW:#}  {}", printable(&headline))?;
        let ids: Vec<String> = cause
            .concerned()
            .iter()
            .map(|rule| format!("{} ({})", rule.entry.id, rule.product_names()))
            .collect();
        self.wrapped(&ids)?;
        self.further(cause)?;
        self.out.push('\n');
        Ok(())
    }

    /// The rules of a cause, what they rest on, and what came instead.
    fn cause(&mut self, cause: &Cause<'_>, word: &str, style: Style) -> std::fmt::Result {
        write!(self.out, "{style}{word}{style:#}")?;
        let concerned = cause.concerned();
        if let [rule] = concerned.as_slice() {
            self.rule_line(rule)?;
            self.rule_details(rule, false)?;
        } else {
            let headline = cause.headline();
            writeln!(self.out, "  {} rules, one cause: {}", concerned.len(), printable(&headline))?;
            self.rules(cause)?;
        }
        let lead = cause.lead();
        if let (Some(expected), Some(actual)) = (&lead.expected, cause.actual()) {
            if cause.has_one_expectation() {
                writeln!(self.out, "  {BOLD}expected{BOLD:#}  {}", printable(expected))?;
            }
            writeln!(self.out, "  {BOLD}actual{BOLD:#}    {}", printable(actual))?;
        } else if lead.actual.is_some() {
            // Each rule has said what it met.
        } else if concerned.len() == 1 {
            writeln!(self.out, "  {BOLD}reason{BOLD:#}    {}", printable(&cause.headline()))?;
        }
        Ok(())
    }

    fn rules(&mut self, cause: &Cause<'_>) -> std::fmt::Result {
        let concerned = cause.concerned();
        let mut rest: Vec<String> = Vec::new();
        for (index, rule) in concerned.iter().enumerate() {
            if index < TOLD_IN_FULL {
                self.rule_line(rule)?;
                self.rule_details(rule, !cause.has_one_expectation())?;
                if let (None, Some(actual)) = (cause.actual(), &rule.entry.actual) {
                    writeln!(self.out, "            actual   {}", printable(actual))?;
                }
            } else if index < TOLD_IN_A_LINE {
                self.rule_line(rule)?;
            } else {
                rest.push(rule.entry.id.clone());
            }
        }
        self.wrapped(&rest)
    }

    fn rule_line(&mut self, rule: &Concerned<'_>) -> std::fmt::Result {
        writeln!(
            self.out,
            "  {BOLD}{:<9}{BOLD:#} {} {} {FAINT}[{}]{FAINT:#}",
            rule.entry.id,
            rule.entry.level.name().to_uppercase(),
            printable(&rule.entry.title),
            rule.product_names()
        )
    }

    fn rule_details(&mut self, rule: &Concerned<'_>, expected: bool) -> std::fmt::Result {
        let entry = rule.entry;
        writeln!(self.out, "            {}", printable(&entry.grounds()))?;
        writeln!(self.out, "            {FAINT}{}: {}{FAINT:#}", entry.source, entry.url)?;
        writeln!(self.out, "            {FAINT}{}{FAINT:#}", entry.feature)?;
        if let Some(text) = entry.expected.as_deref().filter(|_| expected) {
            writeln!(self.out, "            expected {}", printable(text))?;
        }
        if !entry.note.trim().is_empty() {
            writeln!(self.out, "{}", prefixed("            ", &printable(entry.note.trim())))?;
        }
        Ok(())
    }

    fn further(&mut self, cause: &Cause<'_>) -> std::fmt::Result {
        const SHOWN: usize = 12;
        let shown_in_full = cause.verdict == Verdict::Fail
            || (cause.verdict == Verdict::Warn && self.options.strict);
        let mut numbers = cause.further_exchanges();
        if !shown_in_full {
            numbers.extend(cause.exchanges());
            numbers.sort_unstable();
            numbers.dedup();
        }
        if numbers.is_empty() {
            return Ok(());
        }
        let also = if shown_in_full { "seen also in" } else { "seen in" };
        let word = if numbers.len() == 1 { "exchange" } else { "exchanges" };
        let list: Vec<String> = numbers.iter().take(SHOWN).map(u32::to_string).collect();
        let more = match numbers.len().checked_sub(SHOWN) {
            Some(more) if more > 0 => format!(" and {more} more"),
            _ => String::new(),
        };
        writeln!(
            self.out,
            "  {FAINT}{also} {word} {}{more}{}{FAINT:#}",
            list.join(", "),
            if self.options.has_page { "" } else { " (--report html=PATH shows them)" }
        )
    }

    fn wrapped(&mut self, words: &[String]) -> std::fmt::Result {
        let mut line = String::new();
        for (index, word) in words.iter().enumerate() {
            let comma = if index + 1 < words.len() { ", " } else { "" };
            if line.len() + word.len() > 96 {
                writeln!(self.out, "  {}", line.trim_end())?;
                line.clear();
            }
            line.push_str(word);
            line.push_str(comma);
        }
        if line.is_empty() { Ok(()) } else { writeln!(self.out, "  {}", line.trim_end()) }
    }

    fn summary(&mut self) -> std::fmt::Result {
        self.counts()?;
        self.known()?;
        self.not_run()?;
        self.named()?;
        writeln!(self.out, "{FAINT}{}{FAINT:#}", printable(&circumstances(self.report)))?;
        let style = match self.options.exit {
            ExitCode::Holds => GREEN,
            ExitCode::Broken => RED,
            _ => YELLOW,
        };
        let explanation = self.options.exit.explanation(self.report, self.options.strict);
        writeln!(self.out, "{style}exit {}{style:#}: {explanation}", self.options.exit.code())
    }

    /// The statements the page is known for, and how many answers each rests on; then all the rest.
    fn named(&mut self) -> std::fmt::Result {
        let standings: Vec<_> = NAMED.iter().filter_map(|it| it.standing(self.report)).collect();
        for standing in &standings {
            let style = style(standing.verdict);
            writeln!(
                self.out,
                "{:<47} {style}{}{style:#}",
                standing.named.title,
                printable(&standing.told())
            )?;
        }
        let told: Vec<&str> =
            standings.iter().flat_map(|it| it.named.rules.iter().copied()).collect();
        let rest = |verdict| {
            let others = self.report.rules.iter().filter(|it| !told.contains(&it.id.as_str()));
            others.filter(|it| it.verdict == verdict).collect::<Vec<_>>()
        };
        let held = rest(Verdict::Pass);
        if !standings.is_empty() && !held.is_empty() {
            let answers: usize = held.iter().map(|it| it.evidence.answers).sum();
            writeln!(
                self.out,
                "{:<47} {GREEN}{}, {}{GREEN:#}",
                "everything else on the page",
                counted(held.len(), "rule holds", "rules hold"),
                counted(answers, "answer judged", "answers judged")
            )?;
        }
        Ok(())
    }

    /// One line a product, one column a verdict that occurs.
    fn counts(&mut self) -> std::fmt::Result {
        let shown: Vec<Verdict> = Verdict::COLUMNS
            .into_iter()
            .filter(|it| matches!(it, Verdict::Pass | Verdict::Fail) || self.report.count(*it) > 0)
            .collect();
        write!(self.out, "{:<10}", "")?;
        for verdict in &shown {
            write!(self.out, "  {verdict}")?;
        }
        self.out.push('\n');
        for product in Product::ALL {
            let entries: Vec<&RuleReport> =
                self.report.rules.iter().filter(|rule| rule.product == product).collect();
            if entries.is_empty() {
                continue;
            }
            write!(self.out, "{:<10}", product.name())?;
            for verdict in &shown {
                let count = entries.iter().filter(|rule| rule.verdict == *verdict).count();
                let style = if count > 0 { style(*verdict) } else { FAINT };
                write!(self.out, "  {style}{count:>0$}{style:#}", verdict.name().len())?;
            }
            self.out.push('\n');
        }
        Ok(())
    }

    fn known(&mut self) -> std::fmt::Result {
        let known = self.report.rules.iter().filter(|rule| rule.known.is_some());
        let count = known.clone().count();
        if count == 0 {
            return Ok(());
        }
        writeln!(
            self.out,
            "{BOLD}known{BOLD:#}: {} listed in the --known file",
            counted(count, "failure is", "failures are")
        )?;
        for rule in known {
            let reason = rule.known.as_deref().unwrap_or_default();
            writeln!(self.out, "  {} on {}: {}", rule.id, rule.product, printable(reason))?;
        }
        Ok(())
    }

    fn not_run(&mut self) -> std::fmt::Result {
        let count = self.report.count(Verdict::NotRun);
        if count == 0 {
            return Ok(());
        }
        writeln!(self.out, "{BOLD}not run{BOLD:#}: {}", counted(count, "rule", "rules"))?;
        let mut causes = causes(self.report, Verdict::NotRun);
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.entries.len()));
        for cause in causes.iter().take(REASONS) {
            writeln!(self.out, "  {:>4}  {}", cause.entries.len(), printable(&cause.headline()))?;
        }
        if let Some(rest) = causes.get(REASONS..).filter(|rest| !rest.is_empty()) {
            let entries: usize = rest.iter().map(|cause| cause.entries.len()).sum();
            let reasons = counted(rest.len(), "other reason", "other reasons");
            writeln!(self.out, "  {entries:>4}  for {reasons}; -v lists them")?;
        }
        Ok(())
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Fail => RED,
        Verdict::Warn | Verdict::Inconclusive => YELLOW,
        Verdict::Pass => GREEN,
        Verdict::NotRun | Verdict::NotApplicable | Verdict::Observed => Style::new(),
    }
}
