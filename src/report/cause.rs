//! Findings that have one cause, told together.

use super::{Report, RuleReport, Verdict};
use crate::graph::Product;

/// Entries that are as they are for one and the same reason: told once, with the rules it concerns.
#[derive(Debug, Clone)]
pub struct Cause<'r> {
    /// What the entries came to.
    pub verdict: Verdict,
    /// Whether they are listed as known.
    pub known: bool,
    /// The entries, in the order of the report; never empty.
    pub entries: Vec<&'r RuleReport>,
    key: String,
    /// The exchange in which each of them shows, the last of those that contradict each other.
    shows_in: Option<u32>,
}

/// One rule with every product of a cause.
#[derive(Debug, Clone)]
pub struct Concerned<'r> {
    /// The entry of the first product.
    pub entry: &'r RuleReport,
    /// The products.
    pub products: Vec<Product>,
}

/// Groups the entries with that verdict by cause, the cause with the most rules first.
pub fn causes(report: &Report, verdict: Verdict) -> Vec<Cause<'_>> {
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for entry in report.rules.iter().filter(|entry| entry.verdict == verdict) {
        let key = key(entry);
        let known = entry.known.is_some();
        let shows_in = contradicting(entry).last().copied();
        let is_same = |cause: &Cause<'_>| {
            cause.known == known
                && (cause.key == key || (shows_in.is_some() && cause.shows_in == shows_in))
        };
        match causes.iter_mut().find(|cause| is_same(cause)) {
            Some(cause) => cause.entries.push(entry),
            None => causes.push(Cause { verdict, known, entries: vec![entry], key, shows_in }),
        }
    }
    // Stable: causes of the same weight stay in the order of the report.
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.concerned().len()));
    causes
}

impl<'r> Cause<'r> {
    /// The entry that stands for the others.
    pub fn lead(&self) -> &'r RuleReport {
        self.entries[0]
    }

    /// The rules, each once, with their products.
    pub fn concerned(&self) -> Vec<Concerned<'r>> {
        let mut concerned: Vec<Concerned<'r>> = Vec::new();
        for entry in &self.entries {
            match concerned.iter_mut().find(|it| it.entry.id == entry.id) {
                Some(rule) => rule.products.push(entry.product),
                None => concerned.push(Concerned { entry, products: vec![entry.product] }),
            }
        }
        concerned
    }

    /// The cause in one line.
    pub fn headline(&self) -> String {
        let lead = self.lead();
        match (&lead.expected, self.actual()) {
            (Some(expected), Some(actual)) if self.has_one_expectation() => {
                format!("expected {expected}; got {actual}")
            }
            (_, Some(actual)) => format!("got {actual}"),
            (Some(_), None) => {
                let number = self.shows_in.map(|it| format!("exchange {it} breaks them all: "));
                let reason = lead.reason.as_deref().unwrap_or("no reason was recorded");
                format!("{}{reason}", number.unwrap_or_default())
            }
            _ => lead.reason.clone().unwrap_or_else(|| "no reason was recorded".to_owned()),
        }
    }

    /// What came instead; without the place, unless it was the same for all. None where each rule met something
    /// else in the same answer.
    pub fn actual(&self) -> Option<&'r str> {
        let actual = self.lead().actual.as_deref()?;
        let is_one = self.entries.iter().all(|entry| entry.actual.as_deref() == Some(actual));
        let is_one_cause = self.entries.iter().all(|entry| key(entry) == self.key);
        is_one_cause.then(|| if is_one { actual } else { without_place(actual) })
    }

    /// Whether all entries expected the same.
    pub fn has_one_expectation(&self) -> bool {
        self.entries.iter().all(|entry| entry.expected == self.lead().expected)
    }

    /// The exchanges to show for it: those that contradict each other in the case of the lead, each once.
    pub fn exchanges(&self) -> Vec<u32> {
        contradicting(self.lead())
    }

    /// Exchanges that show it too and are not among [`Self::exchanges`].
    pub fn further_exchanges(&self) -> Vec<u32> {
        let shown = self.exchanges();
        let mut further: Vec<u32> = self
            .entries
            .iter()
            .flat_map(|entry| &entry.exchanges)
            .copied()
            .filter(|number| !shown.contains(number))
            .collect();
        further.sort_unstable();
        further.dedup();
        further
    }
}

impl Concerned<'_> {
    /// "business, personal"
    pub fn product_names(&self) -> String {
        self.products.iter().map(|product| product.name()).collect::<Vec<_>>().join(", ")
    }
}

/// The exchanges that contradict each other in the case an entry tells: at most the first and the last three.
pub(super) fn contradicting(entry: &RuleReport) -> Vec<u32> {
    const LAST: usize = 3;
    let all = if entry.evidence.contradicting.is_empty() {
        &entry.exchanges
    } else {
        &entry.evidence.contradicting
    };
    let mut numbers = all.clone();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() > LAST + 1 {
        numbers.drain(1..numbers.len() - LAST);
    }
    numbers
}

/// What two entries must have in common to be of one cause.
///
/// A refusal is one cause whatever each rule expected instead: a service that answers 400 to everything breaks
/// a hundred rules in one way. Any other answer is a cause only together with what was expected of it. Texts
/// that differ in ids or numbers alone count as the same.
fn key(entry: &RuleReport) -> String {
    match (&entry.expected, &entry.actual) {
        (_, Some(actual)) if is_refusal(actual) => without_ids(without_place(actual)),
        (Some(expected), Some(actual)) => {
            format!("{}\n{}", without_ids(expected), without_ids(actual))
        }
        _ => without_ids(entry.reason.as_deref().unwrap_or_default()),
    }
}

/// "400 Bad Request at /me/drive/items/1/createLink" without the address.
fn without_place(actual: &str) -> &str {
    match actual.split_once(" at /") {
        Some((refusal, _)) if is_refusal(refusal) => refusal,
        _ => actual,
    }
}

fn is_refusal(actual: &str) -> bool {
    let status = actual.split(|it: char| !it.is_ascii_digit()).next().unwrap_or_default();
    status.len() == 3 && status.starts_with(['4', '5'])
}

/// Replaces words that hold a digit by a sign, unless they are a status code.
fn without_ids(text: &str) -> String {
    let is_status = |word: &str| {
        word.len() == 3
            && word.starts_with(['1', '2', '3', '4', '5'])
            && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split_whitespace()
        .map(|word| {
            let bare = word.trim_matches(|it: char| !it.is_alphanumeric());
            let has_digit = bare.bytes().any(|byte| byte.is_ascii_digit());
            if has_digit && !is_status(bare) { "#" } else { word }
        })
        .collect::<Vec<_>>()
        .join(" ")
}
