//! Links that expire (EXP).
//!
//! Instants are compared, never their texts: an answer may have a fraction or an offset (EXP-09).

use std::cmp::Ordering;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::graph::{Product, Purpose};
use crate::judge::chapters::acceptance::{
    BAD_REQUEST, granted_link, granted_text, is_grant, is_refused_with,
};
use crate::judge::evidence::expiration::{Expiration, expiration};
use crate::judge::evidence::first_at::FirstAt;
use crate::judge::evidence::{Evidence, Granted, status_text};
use crate::judge::finding::cases::every;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// The link of the first answer expires at the instant asked for, or earlier where a policy may be at work.
///
/// # Errors
/// Broken when it expires at another instant or never.
pub fn expires(evidence: &Evidence<'_>) -> Judgement {
    let granted = granted_link(evidence, 0)?;
    let asked = asked_instant(&granted)?;
    let found = match expiration(granted.permission) {
        Expiration::At(found) if found == asked => return HOLDS,
        Expiration::At(found) if found < asked && may_shorten(evidence) => {
            policy_is_declared(evidence)?;
            return seen(format!("earlier than asked: {}", granted_text(&granted)));
        }
        Expiration::At(found) => format!("expirationDateTime {found}"),
        Expiration::Unreadable => return Err(unreadable()),
        Expiration::Never => "no expirationDateTime".to_owned(),
    };
    Err(Outcome::broken(
        format!("expirationDateTime {asked}, as asked for"),
        found,
        [granted.number()],
    ))
}

/// Whether a policy may have moved an expiration to an earlier instant.
fn may_shorten(evidence: &Evidence<'_>) -> bool {
    evidence.product != Product::Personal && evidence.tenant.expiration_policy_days != Some(0)
}

/// Goes on where an earlier instant can be told from a wrong one.
///
/// # Errors
/// Not run when the tenant profile says nothing of a policy.
fn policy_is_declared(evidence: &Evidence<'_>) -> Result<(), Outcome> {
    match evidence.tenant.expiration_policy_days {
        Some(_) => Ok(()),
        None => Err(Outcome::not_run(
            "the link ends earlier than asked for, and tenant.expiration_policy_days is not declared",
        )),
    }
}

/// The link of the first answer expires when asked, or earlier by policy.
///
/// # Errors
/// Broken when it lasts longer, and when it ends earlier though there is no policy.
pub fn does_not_outlast(evidence: &Evidence<'_>) -> Judgement {
    let (granted, asked, found) = asked_and_found(evidence)?;
    let expected = match found.cmp(&asked) {
        Ordering::Equal => return HOLDS,
        Ordering::Less if may_shorten(evidence) => {
            policy_is_declared(evidence)?;
            return seen(format!("earlier than asked: {}", granted_text(&granted)));
        }
        Ordering::Less => format!("expirationDateTime {asked}: there is no policy"),
        Ordering::Greater => format!("expirationDateTime {asked} or earlier"),
    };
    Err(Outcome::broken(expected, format!("expirationDateTime {found}"), [granted.number()]))
}

/// The link of the first answer, asked for with an instant in another form than the documented one, ends at
/// that instant or before it.
///
/// A second more is no more: the fraction may be dropped or rounded.
///
/// # Errors
/// Broken when it lasts longer, as where the offset was passed over; not run when the form was refused.
pub fn is_no_later_than_asked(evidence: &Evidence<'_>) -> Judgement {
    let (granted, asked, found) = asked_and_found(evidence)?;
    if found.as_second() > asked.as_second() + 1 {
        return Err(Outcome::broken(
            format!("expirationDateTime {asked} or earlier"),
            format!("expirationDateTime {found}"),
            [granted.number()],
        ));
    }
    HOLDS
}

/// The link of the first answer, the instant it was asked to end at, and the one it ends at.
fn asked_and_found<'e>(
    evidence: &Evidence<'e>,
) -> Result<(Granted<'e>, Timestamp, Timestamp), Outcome> {
    let granted = granted_link(evidence, 0)?;
    let asked = asked_instant(&granted)?;
    match expiration(granted.permission) {
        Expiration::At(found) => Ok((granted, asked, found)),
        Expiration::Unreadable => Err(unreadable()),
        Expiration::Never => Err(Outcome::not_run("the link does not expire (EXP-01)")),
    }
}

/// No link has an expiration that was not asked for.
///
/// Links of items for which an expiration was sent before are no case: the answer may be that link.
///
/// # Errors
/// Broken with the first answer that has one, where no policy can be the reason.
pub fn none_unasked(evidence: &Evidence<'_>) -> Judgement {
    let granted: Vec<Granted<'_>> = evidence.run_granted().collect();
    let none = "no link was granted without an expiration in this run";
    let sent = FirstAt::of(&granted, asks_for_expiration);
    every(&granted, none, |granted_now| {
        let is_sent = asks_for_expiration(granted_now)
            || sent.is_before(granted_now)
            || evidence.may_be_an_older_link(granted_now);
        if is_sent || !granted_now.link().is_object() {
            return Err(Outcome::not_run(none));
        }
        let found = match expiration(granted_now.permission) {
            Expiration::Never => return HOLDS,
            Expiration::Unreadable => return Err(unreadable()),
            Expiration::At(found) => found,
        };
        match (evidence.product, evidence.tenant.expiration_policy_days) {
            (Product::Personal, _) | (_, Some(0)) => Err(Outcome::broken(
                "no expiration: none was asked for and no policy is enforced",
                format!("expirationDateTime {found}"),
                [granted_now.number()],
            )),
            (_, None) => Err(Outcome::not_run(
                "a link has an expiration, and the tenant profile does not say whether a policy is enforced",
            )),
            (_, Some(days)) => Err(Outcome::not_run(format!(
                "the tenant profile says that links end after {days} days by policy (EXP-04)"
            ))),
        }
    })
}

/// An expiration that is no instant is refused.
///
/// # Errors
/// Broken when it was granted, doubtful when it was refused with another status than 400 or 422; not run when a personal account may have
/// been refused for want of a paid plan.
pub fn is_refused(evidence: &Evidence<'_>) -> Judgement {
    let judgement = is_refused_with(evidence, 0, &BAD_REQUEST);
    let may_be_the_plan =
        evidence.product == Product::Personal && evidence.tenant.premium != Some(true);
    let asked = evidence.asked(0)?;
    match judgement {
        Err(Outcome::Broken { .. } | Outcome::Doubtful { .. })
            if may_be_the_plan && !is_grant(&asked) =>
        {
            Err(Outcome::not_run(format!(
                "refused with {}, perhaps for want of a paid plan (EXP-05)",
                status_text(asked.answer)
            )))
        }
        other => other,
    }
}

/// What became of an expiration in the past, for the record.
///
/// # Errors
/// Doubtful when the link has expired already.
pub fn what_became_of_the_past(evidence: &Evidence<'_>) -> Judgement {
    let asked = evidence.asked(0)?;
    let Ok(granted) = evidence.granted(0) else { return seen(status_text(asked.answer)) };
    match expiration(granted.permission) {
        Expiration::At(found) if found <= granted.exchange.sent => Err(Outcome::doubtful(
            "a refusal: the expiration is in the past",
            granted_text(&granted),
            [granted.number()],
        )),
        _ => seen(granted_text(&granted)),
    }
}

/// Whether links were granted without an expiration being asked for, for the record.
///
/// # Errors
/// Not run when there was none.
pub fn granted_without(evidence: &Evidence<'_>) -> Judgement {
    let granted = evidence.run_granted().filter(|it| it.link().is_object());
    match granted.filter(|it| !asks_for_expiration(it)).count() {
        0 => Err(Outcome::not_run("no link was granted without an expiration in this run")),
        _ => seen("requests without an expiration were granted"),
    }
}

/// The scopes whose links expire as asked, for the record.
///
/// # Errors
/// Not run when no request with an expiration was granted.
pub fn scopes_that_expire(evidence: &Evidence<'_>) -> Judgement {
    let mut found = BTreeSet::new();
    for granted in evidence.run_granted() {
        let (Some(scope), Ok(asked)) = (granted.asked_text("scope"), asked_instant(&granted))
        else {
            continue;
        };
        found.insert(match expiration(granted.permission) {
            // An instant with a fraction may come back without it.
            Expiration::At(instant) if instant.as_second() == asked.as_second() => {
                format!("{scope}: as asked")
            }
            Expiration::At(_) => format!("{scope}: at another instant"),
            Expiration::Never | Expiration::Unreadable => format!("{scope}: not"),
        });
    }
    if found.is_empty() {
        return Err(Outcome::not_run("no request with an expiration was granted in this run"));
    }
    seen(found.into_iter().collect::<Vec<_>>().join("; "))
}

/// The permission, read again, has the expiration of the answer that made it.
///
/// # Errors
/// Broken when it has another or none.
pub fn stays(evidence: &Evidence<'_>) -> Judgement {
    let granted = granted_link(evidence, 0)?;
    let made = match expiration(granted.permission) {
        Expiration::At(made) => made,
        Expiration::Unreadable => return Err(unreadable()),
        Expiration::Never => return Err(Outcome::not_run("the link does not expire (EXP-01)")),
    };
    let (exchange, answer) = evidence.about_link(Purpose::ReadPermission, 0)?;
    let permission = answer.json().ok().filter(|it| answer.status == 200 && it.is_object());
    let Some(permission) = permission else {
        return Err(Outcome::not_run(format!(
            "the permission could not be read: {} (PERM-03)",
            status_text(answer)
        )));
    };
    let actual = match expiration(permission) {
        Expiration::At(found) if found == made => return HOLDS,
        Expiration::At(found) => format!("expirationDateTime {found}"),
        Expiration::Unreadable => return Err(unreadable()),
        Expiration::Never => "no expirationDateTime".to_owned(),
    };
    Err(Outcome::broken(
        format!("expirationDateTime {made}, as in the answer that made the link"),
        actual,
        [granted.number(), exchange.number],
    ))
}

fn asks_for_expiration(granted: &Granted<'_>) -> bool {
    granted.asked_member("expirationDateTime").is_some_and(|it| !it.is_null())
}

fn asked_instant(granted: &Granted<'_>) -> Result<Timestamp, Outcome> {
    let asked = granted.asked_text("expirationDateTime").and_then(|it| it.parse().ok());
    asked.ok_or_else(|| Outcome::not_run("the request names no instant"))
}

fn unreadable() -> Outcome {
    Outcome::not_run("expirationDateTime is no instant (PERM-11)")
}

#[cfg(test)]
mod tests;
