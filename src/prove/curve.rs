//! What became of deviations under conditions: how many were caught, by the number of values that coincide.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::conditional::{Fault, STRENGTHS};
use super::matrix::own_rules;
use super::trial::{Subject, Trial};
use crate::graph::Product;
use crate::run::{Depth, Suite};

/// What one came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConditionalOutcome {
    /// A rule that it breaks fired.
    Caught,
    /// Only rules fired that are known to follow from it.
    Following,
    /// Only other rules fired.
    Elsewhere,
    /// No rule fired.
    Missed,
}

/// One deviation under a condition, tried.
#[derive(Debug, Clone, Serialize)]
pub struct Tried {
    /// The deviation.
    pub deviation: &'static str,
    /// When it shows.
    pub condition: String,
    /// On which product.
    pub product: Product,
    /// How many values have to coincide.
    pub strength: usize,
    /// The chapter of the rule it breaks first.
    pub class: String,
    /// What it came to.
    pub outcome: ConditionalOutcome,
    /// The rules that fired.
    pub fired: Vec<String>,
}

/// A generated set, tried to one depth.
#[derive(Debug, Clone, Serialize)]
pub struct Curve {
    /// How many of each strength were asked for.
    pub asked: usize,
    /// What they were chosen by.
    pub seed: u64,
    /// How far each trial went.
    pub depth: &'static str,
    /// All of them.
    pub tried: Vec<Tried>,
}

impl Tried {
    pub(super) fn fired_text(&self) -> String {
        if self.fired.is_empty() { "nothing".to_owned() } else { self.fired.join(", ") }
    }
}

impl Curve {
    /// Draws the conclusions; trials and faults are in the same order.
    pub fn of(
        suite: &Suite,
        (asked, seed, depth): (usize, u64, Depth),
        faults: &[Fault],
        trials: &[Trial],
    ) -> Self {
        let tried = faults.iter().zip(trials).map(|(fault, trial)| tried(suite, fault, trial));
        Self { asked, seed, depth: depth.name(), tried: tried.collect() }
    }

    pub(super) fn command(&self) -> String {
        let depth = match self.depth {
            "standard" => String::new(),
            depth => format!(" --depth {depth}"),
        };
        format!("linkspec prove --conditional {} --seed {}{depth}", self.asked, self.seed)
    }

    pub(super) fn not_caught(&self) -> impl Iterator<Item = &Tried> {
        self.tried.iter().filter(|it| it.outcome != ConditionalOutcome::Caught)
    }

    pub(super) fn count(&self, strength: usize, of: impl Fn(&Tried) -> bool) -> usize {
        self.tried.iter().filter(|it| it.strength == strength && of(it)).count()
    }

    /// The section of docs/proof.md.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "\n## Deviations that show where choices coincide\n\n\
             Made by `{} --format markdown`. A deviation is taken by chance and shown only on requests with some\n\
             values in common: one, two or three of type, scope, address, item, who asks, inheritance, expiration,\n\
             password and occasion, those included without which it never shows. It has to make a difference there\n\
             in the life of a link, whether or not a rule looks at it. Caught: a rule that it breaks fired, at\n\
             depth {}. The others are listed below; `linkspec prove --deviation NAME --when CONDITION` tries one.\n\n\
             | values that coincide | tried | caught | only what follows from it | only other rules | nothing |\n\
             |---|---|---|---|---|---|\n",
            self.command(),
            self.depth,
        );
        for strength in STRENGTHS {
            let all = self.count(strength, |_| true);
            let of = |outcome| self.count(strength, |it| it.outcome == outcome);
            let caught = of(ConditionalOutcome::Caught);
            let _ = writeln!(
                text,
                "| {strength} | {all} | {caught} ({} %) | {} | {} | {} |",
                (100 * caught).checked_div(all).unwrap_or(0),
                of(ConditionalOutcome::Following),
                of(ConditionalOutcome::Elsewhere),
                of(ConditionalOutcome::Missed),
            );
        }
        text.push_str(
            "\nBy the chapter of the rule that is broken, caught of tried:\n\n| chapter |",
        );
        for strength in STRENGTHS {
            let _ = write!(text, " {strength} |");
        }
        text.push_str("\n|---|---|---|---|\n");
        let classes: BTreeSet<&str> = self.tried.iter().map(|it| it.class.as_str()).collect();
        for class in classes {
            let _ = write!(text, "| {class} |");
            for strength in STRENGTHS {
                let all = self.count(strength, |it| it.class == class);
                let caught = self.count(strength, |it| {
                    it.class == class && it.outcome == ConditionalOutcome::Caught
                });
                let _ = write!(text, " {caught} of {all} |");
            }
            text.push('\n');
        }
        self.write_others(&mut text);
        text
    }

    fn write_others(&self, text: &mut String) {
        if self.not_caught().next().is_none() {
            return;
        }
        text.push_str("\n| not caught | when | product | what fired |\n|---|---|---|---|\n");
        for it in self.not_caught() {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                it.deviation,
                it.condition,
                it.product,
                it.fired_text()
            );
        }
    }

    /// The sums, and what was not caught.
    pub fn table(&self) -> String {
        let mut text = String::new();
        for it in self.not_caught() {
            let _ = writeln!(
                text,
                "missed      {} when {} ({}): fired {}",
                it.deviation,
                it.condition,
                it.product,
                it.fired_text()
            );
        }
        for strength in STRENGTHS {
            let _ = writeln!(
                text,
                "{strength} coinciding: {} of {} caught",
                self.count(strength, |it| it.outcome == ConditionalOutcome::Caught),
                self.count(strength, |_| true),
            );
        }
        text
    }
}

/// What is tried.
pub fn subjects_of(faults: &[Fault]) -> Vec<(Subject, Product)> {
    let subject = |it: &Fault| Subject::Deviation(it.deviation, Some(it.condition));
    faults.iter().map(|it| (subject(it), it.product)).collect()
}

fn tried(suite: &Suite, fault: &Fault, trial: &Trial) -> Tried {
    let fired: BTreeMap<_, _> = trial.fired();
    let own = own_rules(fault.deviation, true);
    let outcome = if fired.keys().any(|rule| own.contains(rule)) {
        ConditionalOutcome::Caught
    } else if fired.keys().any(|rule| fault.deviation.explains(rule)) {
        ConditionalOutcome::Following
    } else if fired.is_empty() {
        ConditionalOutcome::Missed
    } else {
        ConditionalOutcome::Elsewhere
    };
    let first = fault.deviation.breaks.first();
    let rule = suite.catalogue.rules.iter().find(|it| Some(&it.id.as_str()) == first);
    Tried {
        deviation: fault.deviation.name,
        condition: fault.condition.to_string(),
        product: fault.product,
        strength: fault.strength,
        class: rule.map_or_else(|| "answers".to_owned(), |it| it.chapter.clone()),
        outcome,
        fired: fired.keys().map(|it| (*it).to_owned()).collect(),
    }
}
