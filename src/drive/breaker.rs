//! What would make a run endless is cut short: calls of a kind that fail again and again, each after all
//! its attempts, are first tried less often, then once, and in the end not made at all.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::throttle;
use crate::graph::{FailureKind, Purpose, Reply};

/// After so many failures in a row a call is tried once only.
const ONCE_AFTER: u32 = 3;
/// A kind of call that worked before is given up later.
const GIVE_UP_AFTER_SUCCESS: u32 = 8;

/// Calls of one kind: what they are for, and their method.
pub(super) type Kind = (Purpose, String);

/// What all stories of a run saw of each kind of call.
#[derive(Default)]
pub(super) struct Breaker {
    rows: Mutex<HashMap<Kind, Row>>,
}

/// Failures in a row.
#[derive(Default)]
struct Row {
    failed: u32,
    worked_before: bool,
    last: String,
    timed_out: bool,
    /// It came to single attempts, once at least.
    was_shortened: bool,
}

impl Breaker {
    /// How often a call of that kind is tried, where it could be tried so often.
    pub(super) fn attempts(&self, kind: &Kind, usual: usize) -> usize {
        self.with(kind, |row| match row.failed {
            0 => usual,
            failed if failed < ONCE_AFTER => usual.min(2),
            _ => 1,
        })
    }

    /// Why a call of that kind is not worth the time it takes; none when it is.
    pub(super) fn gives_up(&self, kind: &Kind) -> Option<String> {
        self.with(kind, |row| {
            // What fails at once may be tried; what takes the whole time allowed may not.
            (row.timed_out && row.failed >= row.limit()).then(|| {
                format!("not sent: {} such calls in a row failed ({})", row.failed, row.last)
            })
        })
    }

    /// Notes what a call came to after all its attempts. Gives the reason when the kind has failed so
    /// often in a row that it should not be made any more.
    pub(super) fn note(&self, kind: &Kind, reply: &Reply) -> Option<String> {
        let failed = throttle::is_transient(reply);
        self.with(kind, |row| {
            if failed {
                row.failed += 1;
                row.last = match reply {
                    Reply::Answer(answer) => format!("answered {}", answer.status),
                    Reply::Nothing(failure) => failure.detail.clone(),
                };
                row.timed_out = matches!(
                    reply,
                    Reply::Nothing(failure) if failure.failure == FailureKind::TimedOut
                );
                row.was_shortened |= row.failed >= ONCE_AFTER;
                (row.failed >= row.limit())
                    .then(|| format!("{} times in a row ({})", row.failed, row.last))
            } else {
                // A refusal shows that the service works, but not that it grants links.
                let works = match reply {
                    Reply::Answer(answer) => answer.status < 400 || kind.0 != Purpose::CreateLink,
                    Reply::Nothing(_) => false,
                };
                if works {
                    row.failed = 0;
                    row.worked_before = true;
                }
                None
            }
        })
    }

    /// What was cut short, in words for the report.
    pub(super) fn remarks(&self) -> Vec<String> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let mut remarks: Vec<String> = rows
            .iter()
            .filter(|(kind, row)| row.was_shortened && kind.0 != Purpose::CreateLink)
            .map(|((purpose, method), row)| {
                let since = if row.failed == 0 {
                    "they worked again later"
                } else {
                    "they were not retried any more"
                };
                format!(
                    "{} failed again and again ({}); {since}.",
                    in_words(*purpose, method),
                    row.last
                )
            })
            .collect();
        remarks.sort();
        remarks
    }

    fn with<T>(&self, kind: &Kind, act: impl FnOnce(&mut Row) -> T) -> T {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        act(rows.entry(kind.clone()).or_default())
    }
}

impl Row {
    fn limit(&self) -> u32 {
        if self.worked_before { GIVE_UP_AFTER_SUCCESS } else { ONCE_AFTER }
    }
}

fn in_words(purpose: Purpose, method: &str) -> &'static str {
    match (purpose, method) {
        (Purpose::CreateLink, _) => "createLink calls",
        (Purpose::WrongMethod, _) => "Calls with a wrong method",
        (Purpose::ListPermissions, _) => "Calls that list permissions",
        (Purpose::ReadPermission, _) => "Calls that read a permission",
        (Purpose::DeletePermission, _) => "Calls that remove a link",
        (Purpose::ReadItem, _) => "Calls that read an item",
        (Purpose::DeleteItem, _) => "Calls that remove an item",
        (Purpose::SetUp, "GET") => "Calls that look for items",
        (Purpose::SetUp, _) => "Calls that make files and folders",
        (Purpose::OpenLink | Purpose::ReadThroughLink | Purpose::WriteThroughLink, _) => {
            "Calls that use a link through /shares"
        }
        (Purpose::OpenPage, _) => "Calls that open a link in a browser",
        (Purpose::CheckOut, _) => "Calls that check a file out or in",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Answer, Body, Failure};

    fn answered(status: u16) -> Reply {
        Reply::Answer(Answer {
            status,
            headers: Vec::new(),
            body: Body::default(),
            not_utf8: false,
        })
    }

    fn timed_out() -> Reply {
        Reply::Nothing(Failure { failure: FailureKind::TimedOut, detail: "too late".into() })
    }

    fn kind(purpose: Purpose) -> Kind {
        (purpose, "GET".to_owned())
    }

    #[test]
    fn what_fails_in_a_row_is_tried_less_and_less() {
        let breaker = Breaker::default();
        let list = kind(Purpose::ListPermissions);
        let attempts: Vec<usize> = (0..4)
            .map(|_| {
                let attempts = breaker.attempts(&list, 5);
                breaker.note(&list, &answered(500));
                attempts
            })
            .collect();
        assert_eq!(attempts, [5, 2, 2, 1]);
        assert!(breaker.remarks()[0].contains("list permissions"), "{:?}", breaker.remarks());
        assert_eq!(breaker.attempts(&kind(Purpose::ReadItem), 5), 5, "another kind");
        breaker.note(&list, &answered(404));
        assert_eq!(breaker.attempts(&list, 5), 5, "it works again");
    }

    #[test]
    fn a_refusal_does_not_show_that_links_are_granted() {
        let breaker = Breaker::default();
        let create = kind(Purpose::CreateLink);
        for reply in [answered(500), answered(401), answered(500), answered(400)] {
            assert_eq!(breaker.note(&create, &reply), None);
        }
        let reason = breaker.note(&create, &answered(502)).unwrap();
        assert_eq!(reason, "3 times in a row (answered 502)");
    }

    #[test]
    fn what_worked_before_is_given_up_later() {
        let breaker = Breaker::default();
        let create = kind(Purpose::CreateLink);
        breaker.note(&create, &answered(201));
        let given_up = (1..=20).find(|_| breaker.note(&create, &answered(500)).is_some());
        assert_eq!(given_up, Some(8));
    }

    #[test]
    fn only_what_takes_the_whole_time_allowed_is_not_sent_at_all() {
        let breaker = Breaker::default();
        let (list, read) = (kind(Purpose::ListPermissions), kind(Purpose::ReadItem));
        for _ in 0..3 {
            assert_eq!(breaker.gives_up(&list), None);
            breaker.note(&list, &timed_out());
            breaker.note(&read, &answered(500));
        }
        assert!(breaker.gives_up(&list).unwrap().contains("too late"));
        assert_eq!(breaker.gives_up(&read), None);
    }
}
