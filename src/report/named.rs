//! The four statements the page is known for, and the rules that carry each: what a reader looks for first.

use super::{Report, RuleReport, Verdict};

/// A statement, and the rules that carry it.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// The statement in a few words.
    pub title: &'static str,
    /// The rules.
    pub rules: &'static [&'static str],
}

/// The four, in the order of the page.
pub const NAMED: [Named; 4] = [
    Named {
        title: "an existing link is returned, with 200 OK",
        rules: &["IDEM-02", "IDEM-03", "IDEM-04", "IDEM-05", "IDEM-15"],
    },
    Named {
        title: "embed links are for personal drives",
        rules: &["TYPE-03", "TYPE-07", "TYPE-08"],
    },
    Named {
        title: "links for the organization are for the others",
        rules: &["SCOPE-06", "SCOPE-09"],
    },
    Named {
        title: "inherited permissions are retained on request",
        rules: &["RET-01", "RET-02", "RET-03", "RET-04"],
    },
];

/// What one of them came to in a report.
#[derive(Debug, Clone)]
pub struct Standing<'r> {
    /// The statement.
    pub named: Named,
    /// The gravest verdict of its rules.
    pub verdict: Verdict,
    /// The entries that decide it.
    pub entries: Vec<&'r RuleReport>,
    /// How many answers they rest on.
    pub answers: usize,
}

impl Named {
    /// What it came to; none where the report holds none of its rules.
    pub fn standing<'r>(&self, report: &'r Report) -> Option<Standing<'r>> {
        let own = || report.rules.iter().filter(|it| self.rules.contains(&it.id.as_str()));
        let verdict = Verdict::DECISIVE_FIRST
            .into_iter()
            .find(|verdict| own().any(|it| it.verdict == *verdict))?;
        let entries: Vec<&RuleReport> = own().filter(|it| it.verdict == verdict).collect();
        let answers = entries.iter().map(|it| it.evidence.answers).sum();
        Some(Standing { named: *self, verdict, entries, answers })
    }
}

impl Standing<'_> {
    /// "holds: 5 rules, 61 answers", "broken: IDEM-02, IDEM-15".
    pub fn told(&self) -> String {
        let mut ids: Vec<&str> = self.entries.iter().map(|it| it.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let list = ids.join(", ");
        let reason = || {
            let mut reasons = self.entries.iter().filter_map(|it| it.reason.as_deref());
            reasons.next().map(|it| format!(" ({it})")).unwrap_or_default()
        };
        match self.verdict {
            Verdict::Fail if self.entries.iter().all(|it| it.known.is_some()) => {
                format!("broken, as is known: {list}")
            }
            Verdict::Fail | Verdict::Warn => format!("broken: {list}"),
            Verdict::Inconclusive => format!("not judged: {list}{}", reason()),
            Verdict::Pass | Verdict::Observed => format!(
                "{}, {}",
                super::wording::counted(ids.len(), "rule holds", "rules hold"),
                super::wording::counted(self.answers, "answer", "answers")
            ),
            Verdict::NotRun => format!("not run{}", reason()),
            Verdict::NotApplicable => "not of these products".to_owned(),
        }
    }
}
