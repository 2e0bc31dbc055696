//! From an outcome and a level to a verdict.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::judge::{Grounds, Judgement, Outcome};
use crate::rules::Level;

/// What a rule came to on a product.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A MUST is broken.
    Fail,
    /// A SHOULD is broken.
    Warn,
    /// The environment was in the way.
    Inconclusive,
    /// The rule holds.
    Pass,
    /// A precondition was not met; the reason says which.
    NotRun,
    /// The target legitimately lacks what the rule speaks of.
    NotApplicable,
    /// Recorded, not judged.
    Observed,
}

impl Verdict {
    /// Every verdict, in the order of the tables that count them.
    pub(super) const COLUMNS: [Self; 7] = [
        Self::Pass,
        Self::Fail,
        Self::Warn,
        Self::Inconclusive,
        Self::NotRun,
        Self::NotApplicable,
        Self::Observed,
    ];

    /// Every verdict, the gravest first.
    pub const ALL: [Self; 7] = [
        Self::Fail,
        Self::Warn,
        Self::Inconclusive,
        Self::Pass,
        Self::NotRun,
        Self::NotApplicable,
        Self::Observed,
    ];

    /// The order in which one of several verdicts of a rule decides: one that holds counts more than one that could
    /// not be run.
    pub const DECISIVE_FIRST: [Self; 7] = [
        Self::Fail,
        Self::Warn,
        Self::Inconclusive,
        Self::Pass,
        Self::Observed,
        Self::NotRun,
        Self::NotApplicable,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Pass => "pass",
            Self::NotRun => "not-run",
            Self::NotApplicable => "not-applicable",
            Self::Observed => "observed",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A verdict with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one line; what was seen, for a rule that is recorded.
    pub reason: Option<String>,
    /// What the rule asks for, where it is not met.
    pub expected: Option<String>,
    /// What came instead.
    pub actual: Option<String>,
    /// The exchanges that show it.
    pub exchanges: Vec<u32>,
    /// What it rests on, also where it holds.
    pub grounds: Grounds,
}

impl Ruling {
    /// What one judgement means at a level.
    pub fn of(judgement: &Judgement, level: Level) -> Self {
        let bare = |verdict, reason: Option<String>, exchanges: &[u32]| Self {
            verdict,
            reason,
            expected: None,
            actual: None,
            exchanges: exchanges.to_vec(),
            grounds: Grounds::default(),
        };
        let missed = |verdict, expected: &String, actual: &String, exchanges: &[u32]| Self {
            verdict,
            reason: Some(format!("expected {expected}; got {actual}")),
            expected: Some(expected.clone()),
            actual: Some(actual.clone()),
            exchanges: exchanges.to_vec(),
            grounds: Grounds::default(),
        };
        match judgement {
            Ok(note) => {
                let verdict = match level {
                    Level::Must | Level::Should => Verdict::Pass,
                    Level::May | Level::Info => Verdict::Observed,
                };
                bare(verdict, note.clone(), &[])
            }
            Err(Outcome::Broken { expected, actual, exchanges }) => {
                let verdict = match level {
                    Level::Must => Verdict::Fail,
                    Level::Should => Verdict::Warn,
                    Level::May | Level::Info => Verdict::Observed,
                };
                missed(verdict, expected, actual, exchanges)
            }
            Err(Outcome::Doubtful { expected, actual, exchanges }) => {
                missed(Verdict::Warn, expected, actual, exchanges)
            }
            Err(Outcome::Inconclusive { reason, exchanges }) => {
                bare(Verdict::Inconclusive, Some(reason.clone()), exchanges)
            }
            Err(Outcome::NotRun { reason }) => bare(Verdict::NotRun, Some(reason.clone()), &[]),
            Err(Outcome::NotApplicable { reason, exchanges }) => {
                bare(Verdict::NotApplicable, Some(reason.clone()), exchanges)
            }
        }
    }

    /// A scenario holds only when each of its Then lines does.
    pub fn of_scenario(judgements: &[(Judgement, Grounds)], level: Level) -> Self {
        const ORDER: [Verdict; 7] = [
            Verdict::Fail,
            Verdict::Warn,
            Verdict::Inconclusive,
            Verdict::NotRun,
            Verdict::NotApplicable,
            Verdict::Pass,
            Verdict::Observed,
        ];
        let rulings = judgements
            .iter()
            .map(|(judgement, grounds)| Self {
                grounds: grounds.clone(),
                ..Self::of(judgement, level)
            })
            .collect();
        gravest(rulings, &ORDER).unwrap_or_else(|| Self {
            verdict: Verdict::NotRun,
            reason: Some("the scenario judged nothing".to_owned()),
            expected: None,
            actual: None,
            exchanges: Vec::new(),
            grounds: Grounds::default(),
        })
    }

    /// A rule is as its gravest scenario; one that holds counts more than one that could not be run.
    pub fn of_rule(rulings: Vec<Self>) -> Option<Self> {
        gravest(rulings, &Verdict::DECISIVE_FIRST)
    }
}

fn gravest(rulings: Vec<Ruling>, order: &[Verdict; 7]) -> Option<Ruling> {
    let rank = |ruling: &Ruling| order.iter().position(|it| *it == ruling.verdict);
    let mut rulings = rulings;
    // Stable: between equals the first one speaks; notes of the others that hold are kept beside it.
    rulings.sort_by_key(rank);
    let mut rest = rulings.into_iter();
    let mut first = rest.next()?;
    for other in rest.filter(|other| other.verdict == first.verdict) {
        first.grounds.join(other.grounds);
        if let (Some(reason), Verdict::Observed | Verdict::Pass) = (other.reason, other.verdict) {
            first.reason = Some(match first.reason.take() {
                Some(earlier) if earlier == reason => earlier,
                Some(earlier) => format!("{earlier}; {reason}"),
                None => reason,
            });
        }
    }
    Some(first)
}
