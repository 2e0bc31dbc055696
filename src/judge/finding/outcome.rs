//! What one check comes to.

use serde::{Deserialize, Serialize};

/// What a check came to, when it is not simply "the rule holds".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Outcome {
    /// The rule is broken. What that means is the level's business.
    Broken {
        /// What the rule asks for, in one line, with every accepted form.
        expected: String,
        /// What came instead, in one line.
        actual: String,
        /// The exchanges that show it, by number.
        exchanges: Vec<u32>,
    },
    /// Short of the rule, yet the documentation or practice leaves room: a warning at any level.
    Doubtful {
        /// What was expected.
        expected: String,
        /// What came instead.
        actual: String,
        /// The exchanges that show it, by number.
        exchanges: Vec<u32>,
    },
    /// The environment was in the way: throttled, 5xx, time-out, network.
    Inconclusive {
        /// What happened.
        reason: String,
        /// The exchanges that show it, by number.
        exchanges: Vec<u32>,
    },
    /// A precondition was not met, so nothing can be said.
    NotRun {
        /// Which one.
        reason: String,
    },
    /// The target legitimately lacks what the rule speaks of.
    NotApplicable {
        /// Why, with the proof.
        reason: String,
        /// The exchanges that prove it, by number.
        exchanges: Vec<u32>,
    },
}

/// The result of a check: the rule holds, with what was seen where that is worth telling, or not.
pub type Judgement = Result<Option<String>, Outcome>;

impl Outcome {
    /// A broken rule.
    pub fn broken(
        expected: impl Into<String>,
        actual: impl Into<String>,
        exchanges: impl IntoIterator<Item = u32>,
    ) -> Self {
        Self::Broken {
            expected: expected.into(),
            actual: actual.into(),
            exchanges: exchanges.into_iter().collect(),
        }
    }

    /// A warning whatever the level.
    pub fn doubtful(
        expected: impl Into<String>,
        actual: impl Into<String>,
        exchanges: impl IntoIterator<Item = u32>,
    ) -> Self {
        Self::Doubtful {
            expected: expected.into(),
            actual: actual.into(),
            exchanges: exchanges.into_iter().collect(),
        }
    }

    /// The environment was in the way.
    pub fn inconclusive(
        reason: impl Into<String>,
        exchanges: impl IntoIterator<Item = u32>,
    ) -> Self {
        Self::Inconclusive { reason: reason.into(), exchanges: exchanges.into_iter().collect() }
    }

    /// A precondition was not met.
    pub fn not_run(reason: impl Into<String>) -> Self {
        Self::NotRun { reason: reason.into() }
    }

    /// The target legitimately lacks it.
    pub fn not_applicable(
        reason: impl Into<String>,
        exchanges: impl IntoIterator<Item = u32>,
    ) -> Self {
        Self::NotApplicable { reason: reason.into(), exchanges: exchanges.into_iter().collect() }
    }
}

/// The rule holds and there is nothing to add.
pub const HOLDS: Judgement = Ok(None);

/// The rule holds, or has nothing to judge, and this was seen.
///
/// # Errors
/// Never; the type lets checks end with it.
pub fn seen(what: impl Into<String>) -> Judgement {
    Ok(Some(what.into()))
}
