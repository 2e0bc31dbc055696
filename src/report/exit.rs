//! The exit code a report comes to.

use super::wording::counted;
use super::{Report, RuleReport, Verdict};
use crate::rules::Level;

/// Said whatever the exit code, so that no other news hides it.
const LEFT_BEHIND: &str = "what the run made is still on the drive";
/// The same for what was handed out as the run's.
const FOREIGN: &str = "the service handed out what is not the run's";

/// What the process says when it ends. The numbers are a promise: other tools are built on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// 0: every judged rule holds, and at least one MUST was judged.
    Holds,
    /// 1: a rule is broken, or the list of known failures is out of date.
    Broken,
    /// 2: the command line or the configuration is wrong; nothing was made.
    Usage,
    /// 3: the environment kept a MUST from being judged, or the run from removing what it made.
    Environment,
    /// 4: nothing was judged.
    NothingJudged,
    /// 5: stopped by budget or throttle; can be resumed.
    Stopped,
    /// 130: interrupted, after clean-up.
    Interrupted,
}

impl ExitCode {
    /// What a report comes to.
    ///
    /// `stopped` says that budget or throttle ended the run early; a report that is not complete counts as
    /// stopped too, because an aborted run must never read as a passed one. Of several, the most telling
    /// code wins: 1, then 5, 3, 4, 0.
    pub fn of(report: &Report, strict: bool, stopped: bool) -> Self {
        let is_open =
            |rule: &RuleReport| rule.level == Level::Must && rule.verdict == Verdict::Inconclusive;
        if !report.stale.is_empty() || report.rules.iter().any(|rule| rule.is_red(strict)) {
            Self::Broken
        } else if stopped || !report.complete {
            Self::Stopped
        } else if report.rules.iter().any(is_open)
            || !report.left_behind.is_empty()
            || !report.foreign.is_empty()
        {
            Self::Environment
        } else if report.judges_a_must() {
            Self::Holds
        } else {
            Self::NothingJudged
        }
    }

    /// The number the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Broken => 1,
            Self::Usage => 2,
            Self::Environment => 3,
            Self::NothingJudged => 4,
            Self::Stopped => 5,
            Self::Interrupted => 130,
        }
    }

    /// Why it is this code, in one line. What was left behind is said whatever the code.
    pub fn explanation(self, report: &Report, strict: bool) -> String {
        let left = (!report.left_behind.is_empty()).then_some(LEFT_BEHIND.to_owned());
        let foreign = (!report.foreign.is_empty()).then_some(FOREIGN.to_owned());
        let reasons = self.reason(report, strict).into_iter().chain(foreign).chain(left);
        reasons.collect::<Vec<_>>().join("; ")
    }

    /// The reason, without what was left behind; none where that is the only one.
    fn reason(self, report: &Report, strict: bool) -> Option<String> {
        let count = |wanted: &dyn Fn(&RuleReport) -> bool| {
            report.rules.iter().filter(|rule| wanted(rule)).count()
        };
        Some(match self {
            Self::Holds => match count(&|rule| rule.known.is_some()) {
                0 => "every judged rule holds".to_owned(),
                known => {
                    let known = counted(known, "known failure remains", "known failures remain");
                    format!("nothing new is broken; {known}")
                }
            },
            Self::Broken => {
                let new = |verdict| count(&|rule| rule.verdict == verdict && rule.known.is_none());
                let mut parts = Vec::new();
                let (failed, warned) = (new(Verdict::Fail), new(Verdict::Warn));
                if failed > 0 {
                    parts.push(counted(failed, "failure", "failures"));
                }
                if strict && warned > 0 {
                    let warnings = counted(warned, "warning", "warnings");
                    parts.push(format!("{warnings} (counted under --strict)"));
                }
                if !report.stale.is_empty() {
                    let entries =
                        counted(report.stale.len(), "out-of-date entry", "out-of-date entries");
                    parts.push(format!("{entries} in the --known file"));
                }
                parts.join(", ")
            }
            Self::Usage => "the command line or the configuration is wrong".to_owned(),
            Self::Environment => {
                match count(&|rule| {
                    rule.level == Level::Must && rule.verdict == Verdict::Inconclusive
                }) {
                    0 => return None,
                    open => {
                        let open = counted(open, "MUST rule", "MUST rules");
                        format!("the environment kept {open} from being judged")
                    }
                }
            }
            Self::NothingJudged if report.judges_a_must() => {
                "no createLink call was granted, so this proves nothing about links".to_owned()
            }
            Self::NothingJudged => {
                "nothing was judged: no MUST rule came to pass or fail, so this run proves nothing"
                    .to_owned()
            }
            Self::Stopped => match &report.resume {
                Some(file) => {
                    format!(
                        "the run stopped before its end; `linkspec run --resume {file}` goes on"
                    )
                }
                None => "the run stopped before its end".to_owned(),
            },
            Self::Interrupted => "interrupted".to_owned(),
        })
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}

impl Report {
    /// Whether a MUST came to pass or fail; a run without one proves nothing.
    pub fn judges_a_must(&self) -> bool {
        self.rules.iter().any(|rule| {
            rule.level == Level::Must && matches!(rule.verdict, Verdict::Pass | Verdict::Fail)
        })
    }
}

impl RuleReport {
    /// Whether this entry alone turns a run red: it is broken, counts, and is not listed as known.
    pub fn is_red(&self, strict: bool) -> bool {
        let counts = match self.verdict {
            Verdict::Fail => true,
            Verdict::Warn => strict,
            _ => false,
        };
        counts && self.known.is_none()
    }
}
