//! A new link or the existing one (IDEM).

use serde_json::Value;

use super::evidence::{Evidence, Granted, ordinal, status_text, without_query};
use super::outcome::{HOLDS, Judgement, Outcome, seen};

/// The answer at `index` is `201 Created`.
///
/// Page, Response: "201 Created if a new sharing link is created for the item".
///
/// # Errors
/// Broken when it is another success; not run when it was refused, since whoever judges acceptance says so.
pub fn is_created(evidence: &Evidence<'_>, index: usize) -> Judgement {
    let asked = evidence.asked(index)?;
    match asked.answer.status {
        201 => HOLDS,
        200 if asked.after_failed_attempt => Err(Outcome::inconclusive(
            "an earlier attempt failed and may have made the link (THR-13, ERR-15)",
            [asked.number()],
        )),
        200..=399 => Err(Outcome::broken(
            "201 Created: the link is new",
            status_text(asked.answer),
            [asked.number()],
        )),
        _ => Err(evidence.refused(index)),
    }
}

/// The answer at `index` is `200 OK`.
///
/// Page, Response: "200 OK if an existing link is returned".
///
/// # Errors
/// Broken when it is anything else, provided the request before was granted.
pub fn is_existing(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.granted_before(index)?;
    let asked = evidence.asked(index)?;
    match asked.answer.status {
        200 => HOLDS,
        _ => Err(Outcome::broken(
            "200 OK: the existing link is returned",
            status_text(asked.answer),
            [asked.number()],
        )),
    }
}

/// Two answers are about one permission: the same `id`.
///
/// # Errors
/// Broken when the ids differ.
pub fn same_permission(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let (one, other) = pair(evidence, first, second)?;
    let (Some(one_id), Some(other_id)) = (one.id(), other.id()) else {
        return Err(Outcome::not_run("an answer has no string id (PERM-01)"));
    };
    if one_id == other_id {
        return HOLDS;
    }
    Err(Outcome::broken(
        format!("the {} answer has the id of the {}: {one_id}", ordinal(second), ordinal(first)),
        format!("id {other_id}"),
        [one.number(), other.number()],
    ))
}

/// Two answers describe one link: the same `link.webUrl` (without its query), `link.type`, `link.scope` and `roles`.
///
/// # Errors
/// Broken with the first member that differs.
pub fn same_link(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let (one, other) = pair(evidence, first, second)?;
    type Member = fn(&Granted<'_>) -> Value;
    let members: [(&str, Member); 4] = [
        ("link.webUrl", |it| it.link_text("webUrl").map(without_query).into()),
        ("link.type", |it| it.link()["type"].clone()),
        ("link.scope", |it| it.link()["scope"].clone()),
        ("roles", |it| it.permission["roles"].clone()),
    ];
    for (name, member) in members {
        let (left, right) = (member(&one), member(&other));
        if left != right {
            return Err(Outcome::broken(
                format!("the same {name} as in the {} answer: {left}", ordinal(first)),
                format!("{name} {right}"),
                [one.number(), other.number()],
            ));
        }
    }
    HOLDS
}

/// Two answers are about two permissions, both listed at the end.
///
/// # Errors
/// Broken when the ids are equal or one of them is no longer listed.
pub fn different_permissions(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let (one, other) = pair(evidence, first, second)?;
    let (Some(one_id), Some(other_id)) = (one.id(), other.id()) else {
        return Err(Outcome::not_run("an answer has no string id (PERM-01)"));
    };
    if one_id == other_id {
        return Err(Outcome::broken(
            format!("another id than in the {} answer", ordinal(first)),
            format!("the same id {other_id}"),
            [one.number(), other.number()],
        ));
    }
    HOLDS
}

/// What an undocumented repeat was answered with, for the record.
///
/// # Errors
/// Not run or inconclusive when there is nothing to record.
pub fn what_the_repeat_gives(evidence: &Evidence<'_>, first: usize, second: usize) -> Judgement {
    let one = evidence.granted(first)?;
    let asked = evidence.asked(second)?;
    let relation = match evidence.granted(second) {
        Ok(other) if other.id() == one.id() => ", the same permission",
        Ok(_) => ", another permission",
        Err(_) => "",
    };
    seen(format!("{}{relation}", status_text(asked.answer)))
}

fn pair<'e>(
    evidence: &Evidence<'e>,
    first: usize,
    second: usize,
) -> Result<(Granted<'e>, Granted<'e>), Outcome> {
    Ok((evidence.granted(first)?, evidence.granted(second)?))
}

impl Evidence<'_> {
    /// Every request before `index` was granted.
    ///
    /// # Errors
    /// Not run when one was refused: there is no existing link to speak of.
    pub fn granted_before(&self, index: usize) -> Result<(), Outcome> {
        (0..index).try_for_each(|earlier| self.granted(earlier).map(drop))
    }

    /// The outcome for a check that has no case because a request was refused.
    pub fn refused(&self, index: usize) -> Outcome {
        match self.granted(index) {
            Err(outcome) => outcome,
            Ok(_) => Outcome::not_run("the request was granted"),
        }
    }
}
