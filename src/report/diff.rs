//! What changed from one report to another.

use std::fmt;

use serde::Serialize;

use super::wording::{counted, printable};
use super::{Report, RuleReport, Verdict};
use crate::graph::Product;

/// What changed from one report to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Both rest on the same features; if not, a change may be the features'.
    pub same_suite: bool,
    /// The rules whose verdict changed, the gravest new verdict first.
    pub changes: Vec<VerdictChange>,
}

/// A rule whose verdict changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerdictChange {
    /// Its id.
    pub id: String,
    /// The product.
    pub product: Product,
    /// The statement in one line.
    pub title: String,
    /// The verdict before; absent when the rule was not in that report.
    pub before: Option<Verdict>,
    /// The verdict after; absent when the rule is not in that report.
    pub after: Option<Verdict>,
    /// Why it is what it is after.
    pub reason: Option<String>,
}

/// Compares two reports, rule by rule and product by product.
pub fn diff(before: &Report, after: &Report) -> Difference {
    let find = |report: &'_ Report, rule: &RuleReport| {
        report
            .rules
            .iter()
            .find(|it| it.id == rule.id && it.product == rule.product)
            .map(|it| it.verdict)
    };
    let change = |rule: &RuleReport, before, after| VerdictChange {
        id: rule.id.clone(),
        product: rule.product,
        title: rule.title.clone(),
        before,
        after,
        reason: rule.reason.clone().filter(|_| after.is_some()),
    };
    let mut changes = Vec::new();
    for rule in &after.rules {
        let earlier = find(before, rule);
        if earlier != Some(rule.verdict) {
            changes.push(change(rule, earlier, Some(rule.verdict)));
        }
    }
    for rule in &before.rules {
        if find(after, rule).is_none() {
            changes.push(change(rule, Some(rule.verdict), None));
        }
    }
    // Stable: within a verdict in the order of the report. `Verdict` orders the gravest first.
    changes.sort_by_key(|change| change.after.map_or(usize::MAX, |it| it as usize));
    Difference { same_suite: before.suite_digest == after.suite_digest, changes }
}

impl Difference {
    /// Whether a rule is broken now that was not before, or is gone.
    pub fn is_worse(&self) -> bool {
        self.changes.iter().any(VerdictChange::is_worse)
    }
}

impl VerdictChange {
    /// Whether the rule is broken now, or more gravely than before; or is gone, which proves nothing any more.
    pub fn is_worse(&self) -> bool {
        match self.after {
            None => true,
            Some(Verdict::Fail) => true,
            Some(Verdict::Warn) => self.before != Some(Verdict::Fail),
            _ => false,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.same_suite {
            writeln!(
                formatter,
                "The reports rest on different features: a change may come from the rules themselves."
            )?;
        }
        let word = |verdict: Option<Verdict>| verdict.map_or("absent", Verdict::name);
        for change in &self.changes {
            writeln!(
                formatter,
                "{:<9} {:<10} {:>14} -> {:<14} {}",
                change.id,
                change.product.name(),
                word(change.before),
                word(change.after),
                printable(&change.title)
            )?;
            if let (true, Some(reason)) = (change.is_worse(), &change.reason) {
                writeln!(formatter, "{:>20} {}", "", printable(reason))?;
            }
        }
        let verdicts = counted(self.changes.len(), "verdict", "verdicts");
        let worse = self.changes.iter().filter(|change| change.is_worse()).count();
        write!(formatter, "{verdicts} changed, {worse} for the worse")?;
        let gone = self.changes.iter().filter(|change| change.after.is_none()).count();
        if gone > 0 {
            let rules = counted(gone, "rule is", "rules are");
            write!(formatter, ": {rules} gone from the later report")?;
        }
        writeln!(formatter)
    }
}
