//! The two conforming forms of answers.

use std::fmt;
use std::str::FromStr;

/// Which of two conforming forms the answers take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// As the page's examples print them, repaired where they are not JSON.
    #[default]
    Documented,
    /// As real tenants were seen to answer.
    Observed,
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
        })
    }
}

impl FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "documented" => Ok(Self::Documented),
            "observed" => Ok(Self::Observed),
            other => Err(format!("unknown form '{other}': expected documented or observed")),
        }
    }
}
