//! What links do for another user, in every story of a run (SCOPE-05, SCOPE-07, SCOPE-11, TYPE-16, TYPE-17).

use super::cases::{Case, cases};
use super::granted::is_file;
use crate::graph::{Exchange, Identity, Purpose};
use crate::judge::evidence::{Evidence, environment, status_text};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// The first thing of that purpose the other user did with the link before it was deleted.
fn tried<'e>(case: &Case<'e>, purpose: Purpose) -> Option<&'e Exchange> {
    let tries = case.recording.exchanges.iter().filter(|it| {
        it.purpose == purpose
            && !it.retried
            && it.identity == Identity::SecondUser
            && it.link == case.exchange.link
            && it.number > case.number()
    });
    let tried = tries.into_iter().next_back()?;
    let first_removal = case
        .recording
        .exchanges
        .iter()
        .find(|it| {
            matches!(it.purpose, Purpose::DeletePermission | Purpose::DeleteItem)
                && it.number > case.number()
        })
        .map_or(u32::MAX, |it| it.number);
    let before = |it: &&Exchange| {
        it.purpose == purpose
            && !it.retried
            && it.identity == Identity::SecondUser
            && it.link == case.exchange.link
            && it.number < first_removal
    };
    let found = if tried.number < first_removal {
        Some(tried)
    } else {
        case.recording.exchanges.iter().rfind(before)
    };
    found.filter(|it| environment(it).is_none())
}

/// Whether the link lets anybody use it who has it: it has no password, is of that scope, and was not asked for
/// with an end that may have come.
pub(super) fn is_open(case: &Case<'_>, scope: &str) -> bool {
    case.permission["link"]["scope"] == scope
        && case.permission["hasPassword"] != true
        && case.asked("password").is_none()
}

fn opens(evidence: &Evidence<'_>, scope: &str, expected: &str, none: &str) -> Judgement {
    each_case(cases(evidence), none, |case| {
        if !is_open(case, scope) || case.kind().1 != Some(scope) {
            return None;
        }
        let opened = tried(case, Purpose::OpenLink)?;
        let answer = opened.answer()?;
        Some(match answer.status {
            200 => HOLDS,
            400..=499 => {
                Err(Outcome::broken(expected, status_text(answer), [case.number(), opened.number]))
            }
            _ => return None,
        })
    })
}

/// Another user can open every link for the organization.
///
/// # Errors
/// Broken with the first that was refused.
pub fn organization_links_open(evidence: &Evidence<'_>) -> Judgement {
    opens(
        evidence,
        "organization",
        "200 OK: any user of the organization can use the link",
        "no other user tried a link for the organization",
    )
}

/// Another user can open every link for anyone.
///
/// # Errors
/// Broken with the first that was refused.
pub fn anyones_links_open(evidence: &Evidence<'_>) -> Judgement {
    opens(
        evidence,
        "anonymous",
        "200 OK: anyone with the link has access",
        "no other user tried a link for anyone",
    )
}

/// Another user can open no link for specific people where nobody was chosen.
///
/// # Errors
/// Broken with the first that opened.
pub fn users_links_stay_shut(evidence: &Evidence<'_>) -> Judgement {
    let none = "no other user tried a link for specific people";
    each_case(cases(evidence), none, |case| {
        if case.kind().1 != Some("users") || !is_open(case, "users") {
            return None;
        }
        if has_another_way_in(case, None) {
            return None;
        }
        let opened = tried(case, Purpose::OpenLink)?;
        let answer = opened.answer()?;
        Some(match answer.status {
            400..=499 => HOLDS,
            200..=299 => Err(Outcome::broken(
                "403 or 404: nobody was chosen",
                format!("{}: the link opened", status_text(answer)),
                [case.number(), opened.number],
            )),
            _ => return None,
        })
    })
}

/// Whether the other user got in by another link of the story: of that type, or of any.
fn has_another_way_in(case: &Case<'_>, link_type: Option<&str>) -> bool {
    super::cases::cases_of(case.recording).iter().any(|other| {
        other.exchange.link != case.exchange.link
            && other.id() != case.id()
            && link_type.is_none_or(|it| {
                other.permission["link"]["type"] == it || other.kind().0 == Some(it)
            })
            && tried(case, Purpose::OpenLink).is_some_and(|here| {
                case.recording.exchanges.iter().any(|it| {
                    it.purpose == Purpose::OpenLink
                        && it.identity == Identity::SecondUser
                        && it.link == other.exchange.link
                        && it.number < here.number
                        && it.status() == Some(200)
                })
            })
    })
}

/// Nobody who opened a view link, and nothing else, writes through it.
///
/// # Errors
/// Broken with the first through which new content was taken.
pub fn view_links_take_nothing(evidence: &Evidence<'_>) -> Judgement {
    let none = "no other user opened a view link and wrote through it";
    each_case(cases(evidence), none, |case| {
        if case.kind().0 != Some("view") || has_another_way_in(case, Some("edit")) {
            return None;
        }
        let (write, answer) = written(case)?;
        Some(match answer {
            400..=499 => HOLDS,
            200..=299 => Err(Outcome::broken(
                "a refusal (4xx): the link is for reading only",
                format!("{answer}: the new content was taken"),
                [case.number(), write],
            )),
            _ => return None,
        })
    })
}

/// Whoever opened an edit link writes through it.
///
/// # Errors
/// Broken with the first through which writing was refused.
pub fn edit_links_take_content(evidence: &Evidence<'_>) -> Judgement {
    let none = "no other user opened an edit link and wrote through it";
    each_case(cases(evidence), none, |case| {
        let is_open = is_open(case, "anonymous") || is_open(case, "organization");
        if case.kind().0 != Some("edit") || case.permission["link"]["type"] != "edit" || !is_open {
            return None;
        }
        let (write, answer) = written(case)?;
        Some(match answer {
            200..=299 => HOLDS,
            401 | 403 | 404 => Err(Outcome::broken(
                "200 OK: the link is for writing",
                format!("writing was answered {answer}"),
                [case.number(), write],
            )),
            _ => return None,
        })
    })
}

/// What writing through the link of a file was answered, where opening it worked.
fn written(case: &Case<'_>) -> Option<(u32, u16)> {
    if !is_file(case.item()) {
        return None;
    }
    tried(case, Purpose::OpenLink).filter(|it| it.status() == Some(200))?;
    let write = tried(case, Purpose::WriteThroughLink)?;
    Some((write.number, write.status()?))
}
