//! Whether what a service shows is an item that a run made: by its id, its name, its folder and its date.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::graph::Answer;

/// How far an item may be dated before the run, where the service tells what time it has.
const TOLD: SignedDuration = SignedDuration::from_mins(5);
/// The same where it does not: then only this machine's clock is known, and that may be set wrong.
const NOT_TOLD: SignedDuration = SignedDuration::from_hours(25);

/// Why an item is not taken for the run's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unproven {
    /// There is no such item.
    Gone,
    /// It is there, and is not what the run made.
    Foreign(&'static str),
    /// It cannot be read.
    Unread(String),
}

impl Unproven {
    /// In words, after the path of the item.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Gone => "is not there".to_owned(),
            Self::Foreign(why) => format!("is not what this run made: {why}; it is left alone"),
            Self::Unread(why) => why.clone(),
        }
    }
}

/// What an answer to making an item came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// The item with this id, which has the name that was asked for.
    Asked(String),
    /// Another item, with this id.
    Other(String, &'static str),
    /// No item.
    Nothing,
}

/// The folder an item was to be made in, by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parent {
    /// The root of the drive.
    Root(String),
    /// A folder of the run.
    Folder(String),
}

impl Parent {
    fn is(&self, id: &str) -> bool {
        match self {
            Self::Root(root) => same_id(root, id) || is_root(id),
            Self::Folder(folder) => same_id(folder, id),
        }
    }
}

/// Reads the answer to making an item: what was made has the name that was asked for, in the folder that was
/// asked for.
pub(super) fn named(answer: &Answer, name: &str, parent: Option<&Parent>) -> Named {
    let item = answer.json().ok().filter(|_| matches!(answer.status, 200 | 201));
    let Some(item) = item.filter(|item| item["id"].as_str().is_some_and(|id| !id.is_empty()))
    else {
        return Named::Nothing;
    };
    let id = item["id"].as_str().unwrap_or_default().to_owned();
    match misfit(item, &id, name, parent, None) {
        Some(why) => Named::Other(id, why),
        None => Named::Asked(id),
    }
}

/// What tells an item from the one that has this id, this name and this parent, where it tells its parent, and
/// was made since then; none where nothing does.
pub(super) fn misfit(
    item: &Value,
    id: &str,
    name: &str,
    parent: Option<&Parent>,
    since: Option<Timestamp>,
) -> Option<&'static str> {
    let shown = item["id"].as_str().unwrap_or_default();
    if is_root(id) || is_root(shown) || item["root"].is_object() {
        return Some("it is the root of the drive");
    }
    if !same_id(shown, id) {
        return Some("it has another id");
    }
    if item["name"].as_str() != Some(name) {
        return Some("it has another name");
    }
    let elsewhere = parent
        .zip(item["parentReference"]["id"].as_str())
        .is_some_and(|(parent, shown)| !parent.is(shown));
    if elsewhere {
        return Some("it is in another folder");
    }
    let created = item["createdDateTime"].as_str().and_then(|it| it.parse::<Timestamp>().ok());
    if created.zip(since).is_some_and(|(created, since)| created < since) {
        return Some("it was made before the run");
    }
    None
}

/// Ids are opaque, but personal drives write the same one in capitals and in small letters.
pub(super) fn same_id(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The pseudo id that stands for the root of the drive.
pub(super) fn is_root(id: &str) -> bool {
    id.trim().eq_ignore_ascii_case("root")
}

/// Whether a name is one that `Owner::folder` gives.
pub(super) fn is_name_of_a_run(name: &str) -> bool {
    name.strip_prefix("linkspec-").is_some_and(|rest| {
        rest.len() == 12 && rest.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The earliest instant at which something of a run can have been made, by the clock of the service.
pub(super) fn earliest(started: Timestamp, clock_ahead: Option<i64>) -> Option<Timestamp> {
    let (ahead, tolerance) = match clock_ahead {
        Some(seconds) => (SignedDuration::from_secs(seconds), TOLD),
        None => (SignedDuration::ZERO, NOT_TOLD),
    };
    started.checked_add(ahead).ok()?.checked_sub(tolerance).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn since() -> Option<Timestamp> {
        earliest("2026-01-01T12:00:00Z".parse().unwrap(), Some(3600))
    }

    fn of(item: &Value) -> Option<&'static str> {
        misfit(item, "D!7", "s001-file.txt", Some(&Parent::Folder("D!1".into())), since())
    }

    #[test]
    fn what_was_made_is_recognised() {
        for item in [
            json!({"id": "D!7", "name": "s001-file.txt"}),
            json!({"id": "d!7", "name": "s001-file.txt", "parentReference": {"id": "d!1"}}),
            json!({"id": "D!7", "name": "s001-file.txt", "root": null, "createdDateTime": null}),
            json!({"id": "D!7", "name": "s001-file.txt", "createdDateTime": "2026-01-01T12:56:00Z"}),
            json!({"id": "D!7", "name": "s001-file.txt", "createdDateTime": "just now"}),
        ] {
            assert_eq!(of(&item), None, "{item}");
        }
    }

    #[test]
    fn what_differs_in_one_thing_is_another_item() {
        for (item, why) in [
            (json!({"id": "D!8", "name": "s001-file.txt"}), "another id"),
            (json!({"id": "root", "name": "s001-file.txt"}), "the root"),
            (json!({"id": "D!7", "name": "s001-file.txt", "root": {}}), "the root"),
            (json!({"id": "D!7", "name": "Private"}), "another name"),
            (json!({"id": "D!7", "name": "S001-file.txt"}), "another name"),
            (json!({"id": "D!7"}), "another name"),
            (
                json!({"id": "D!7", "name": "s001-file.txt", "parentReference": {"id": "D!2"}}),
                "another folder",
            ),
            (
                json!({"id": "D!7", "name": "s001-file.txt",
                       "createdDateTime": "2026-01-01T12:54:00Z"}),
                "before the run",
            ),
        ] {
            assert!(of(&item).is_some_and(|it| it.contains(why)), "{item}: {:?}", of(&item));
        }
    }

    #[test]
    fn the_root_goes_by_two_ids() {
        for (shown, is) in [("D!R", true), ("root", true), ("D!2", false)] {
            let item = json!({"id": "D!1", "name": "n", "parentReference": {"id": shown}});
            let why = misfit(&item, "D!1", "n", Some(&Parent::Root("D!R".into())), None);
            assert_eq!(why.is_none(), is, "{shown}");
        }
    }

    #[test]
    fn a_clock_that_nobody_told_is_given_a_day() {
        let started = "2026-01-02T12:00:00Z".parse().unwrap();
        assert_eq!(earliest(started, None), Some("2026-01-01T11:00:00Z".parse().unwrap()));
    }

    #[test]
    fn runs_name_their_folders_so() {
        assert!(is_name_of_a_run("linkspec-0123456789ab"));
        for name in ["Private", "linkspec-", "linkspec-0123456789AB", "linkspec-0123456789ab1"] {
            assert!(!is_name_of_a_run(name), "{name}");
        }
    }
}
