//! What a single granted request proves by itself, whatever else happened: a link that the page says there cannot be,
//! or one that is not what was asked for.

use jiff::Timestamp;

use crate::graph::Product;
use crate::judge::chapters::acceptance::granted_text;
use crate::judge::chapters::link_types::TYPES;
use crate::judge::chapters::scopes::LINK_SCOPES;
use crate::judge::evidence::expiration::{Expiration, expiration};
use crate::judge::evidence::{Asked, Evidence, Granted, status_text};
use crate::judge::finding::cases::every;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// Types of the beta page, which v1.0 may grant as well: they belong to the same service.
const BETA_TYPES: [&str; 5] =
    ["review", "blocksDownload", "createOnly", "addressBar", "adminDefault"];

/// The beta page documents more than the one these rules are from.
fn is_beta(asked: &Asked<'_>) -> bool {
    asked.exchange.request.url.contains("/beta/")
}

fn asked_text<'a>(asked: &Asked<'a>, member: &str) -> Option<&'a str> {
    asked.exchange.request.members()?.get(member)?.as_str()
}

/// What the answer to a request shows that the page says is refused.
///
/// A refusal shows that it is, unless it may be about who asks or what for.
fn refused(evidence: &Evidence<'_>, asked: &Asked<'_>, expected: &str) -> Judgement {
    match asked.answer.status {
        200..=299 => {
            let granted =
                evidence.run_granted().find(|it| std::ptr::eq(it.exchange, asked.exchange));
            let actual = granted.map_or_else(|| status_text(asked.answer), |it| granted_text(&it));
            Err(Outcome::broken(expected, actual, [asked.number()]))
        }
        400 | 402 | 405..=428 | 430..=499 => evidence.refusal_tells(asked).map(|()| None),
        _ => Err(Outcome::not_run("it was refused, which may have another reason")),
    }
}

fn every_asked(
    evidence: &Evidence<'_>,
    none: &str,
    expected: &str,
    concerns: impl Fn(&Asked<'_>) -> bool,
) -> Judgement {
    let asked = evidence.run_asked().filter(|it| !is_beta(it) && concerns(it));
    every(asked, none, |asked| refused(evidence, asked, expected))
}

/// No embed link is granted off personal drives (TYPE-08).
///
/// # Errors
/// Broken with each that is.
pub fn no_embed_link_is_granted(evidence: &Evidence<'_>) -> Judgement {
    if evidence.product == Product::Personal {
        return Err(Outcome::not_run("personal drives have embed links"));
    }
    every_asked(
        evidence,
        "no embed link was asked for",
        "a refusal (4xx): embed links are for files in OneDrive personal only",
        |asked| asked_text(asked, "type") == Some("embed"),
    )
}

/// No type outside the list is granted (TYPE-11). The letter case is not judged (TYPE-12), nor an empty one (TYPE-14).
///
/// # Errors
/// Broken with each that is.
pub fn no_undocumented_type_is_granted(evidence: &Evidence<'_>) -> Judgement {
    every_asked(
        evidence,
        "no type outside the list was asked for",
        "a refusal (4xx): type is view, edit or embed",
        |asked| {
            let asked = asked_text(asked, "type");
            is_outside(asked, &TYPES) && is_outside(asked, &BETA_TYPES)
        },
    )
}

/// No scope outside the list is granted (SCOPE-14). The letter case is not judged, nor an empty one.
///
/// # Errors
/// Broken with each that is.
pub fn no_undocumented_scope_is_granted(evidence: &Evidence<'_>) -> Judgement {
    every_asked(
        evidence,
        "no scope outside the list was asked for",
        "a refusal (4xx): scope is anonymous, organization or users",
        |asked| is_outside(asked_text(asked, "scope"), &LINK_SCOPES),
    )
}

fn is_outside(found: Option<&str>, known: &[&str]) -> bool {
    found.is_some_and(|it| {
        !it.is_empty() && !known.iter().any(|known| it.eq_ignore_ascii_case(known))
    })
}

/// No link for the organization is granted on a personal drive, and none for anyone in its place (SCOPE-09).
///
/// # Errors
/// Broken with each of them; doubtful with a link of another scope instead (AMB-12).
pub fn no_organization_link_on_a_personal_drive(evidence: &Evidence<'_>) -> Judgement {
    const EXPECTED: &str = "a refusal (4xx): a personal drive belongs to no organization";
    if evidence.product != Product::Personal {
        return Err(Outcome::not_run("the drive is not a personal one"));
    }
    let none = "no link for the organization was asked for";
    let asked = evidence.run_asked().filter(|it| asked_text(it, "scope") == Some("organization"));
    every(asked, none, |asked| {
        let granted = evidence.run_granted().find(|it| std::ptr::eq(it.exchange, asked.exchange));
        let Some(granted) = granted else { return refused(evidence, asked, EXPECTED) };
        let actual = granted_text(&granted);
        Err(match granted.link_text("scope") {
            Some("organization" | "anonymous") => {
                Outcome::broken(EXPECTED, actual, [asked.number()])
            }
            _ => Outcome::doubtful(EXPECTED, actual, [asked.number()]),
        })
    })
}

/// Each new link that was asked for with an expiration that can be read.
fn expiring<'e>(evidence: &Evidence<'e>) -> impl Iterator<Item = Granted<'e>> + use<'e> {
    evidence
        .run_granted()
        .filter(|it| it.answer.status == 201 && it.link().is_object() && instant(it).is_some())
}

/// The expiration that was asked for.
fn instant(granted: &Granted<'_>) -> Option<Timestamp> {
    granted.asked_text("expirationDateTime")?.parse().ok()
}

/// Every new link that was asked for with an expiration has one (EXP-01).
///
/// # Errors
/// Broken with each that has none.
pub fn no_expiration_is_dropped(evidence: &Evidence<'_>) -> Judgement {
    let none = "no new link was asked for with an expiration in the future";
    let asked = expiring(evidence).filter(|it| instant(it) > Some(it.exchange.sent));
    every(asked, none, |granted| match expiration(granted.permission) {
        Expiration::At(_) => HOLDS,
        Expiration::Unreadable => Err(Outcome::not_run("its expiration is no instant (PERM-11)")),
        Expiration::Never => Err(Outcome::broken(
            "the expirationDateTime that was asked for",
            "no expirationDateTime",
            [granted.number()],
        )),
    })
}

/// No new link ends later than was asked for (EXP-02). A second more is no more: the fraction may be rounded.
///
/// # Errors
/// Broken with each that does.
pub fn no_link_outlasts_what_was_asked_for(evidence: &Evidence<'_>) -> Judgement {
    let none = "no new link was asked for with an expiration and has one";
    every(expiring(evidence), none, |granted| {
        match (expiration(granted.permission), instant(granted)) {
            (Expiration::At(found), Some(asked)) if found.as_second() > asked.as_second() + 1 => {
                Err(Outcome::broken(
                    format!("expirationDateTime {asked} or earlier"),
                    format!("expirationDateTime {found}"),
                    [granted.number()],
                ))
            }
            (Expiration::At(_), _) => HOLDS,
            _ => Err(Outcome::not_run(none)),
        }
    })
}

/// No new link has expired already (EXP-07).
///
/// # Errors
/// Doubtful with each that has: a refusal is expected, and not documented.
pub fn no_link_is_born_expired(evidence: &Evidence<'_>) -> Judgement {
    let none = "no new link has an expiration";
    let granted = evidence
        .run_granted()
        .filter(|it| it.answer.status == 201 && it.exchange.sent != Timestamp::UNIX_EPOCH);
    every(granted, none, |granted| match expiration(granted.permission) {
        // A clock may be some minutes wrong.
        Expiration::At(found) if found.as_second() + 600 < granted.exchange.sent.as_second() => {
            Err(Outcome::doubtful(
                "a refusal, or a link that has not expired",
                format!("a link that expired at {found}, made at {}", granted.exchange.sent),
                [granted.number()],
            ))
        }
        Expiration::At(_) => HOLDS,
        _ => Err(Outcome::not_run(none)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::judge::testing::{Telling, link, on_business, on_personal, word};

    fn asked(body: Value, status: u16, permission: Value) -> Telling {
        Telling::new().file().asks(body, status, permission)
    }

    #[test]
    fn a_grant_proves_what_the_page_refuses() {
        type Check = fn(&Evidence<'_>) -> Judgement;
        let cases: [(Check, Value, Value); 3] = [
            (no_embed_link_is_granted, json!({"type": "embed"}), link("p", "embed", "anonymous")),
            (no_undocumented_type_is_granted, json!({"type": "owner"}), link("p", "owner", "x")),
            (
                no_undocumented_scope_is_granted,
                json!({"type": "view", "scope": "everyone"}),
                link("p", "view", "anonymous"),
            ),
        ];
        for (check, body, permission) in cases {
            let told = |status| asked(body.clone(), status, permission.clone());
            assert_eq!(word(&on_business(told(201), check)), "broken", "{body}");
            assert_eq!(word(&on_business(told(200), check)), "broken", "{body}");
            let granting = |status| {
                Telling::new()
                    .file()
                    .asks(
                        json!({"type": "view", "scope": "anonymous"}),
                        201,
                        link("v", "view", "anonymous"),
                    )
                    .asks(body.clone(), status, permission.clone())
            };
            assert_eq!(word(&on_business(granting(400), check)), "holds", "{body}");
            assert_eq!(word(&on_business(told(400), check)), "not run", "{body}: all is refused");
            assert_eq!(word(&on_business(told(403), check)), "not run", "{body}");
            let plain = asked(json!({"type": "view"}), 201, link("p", "view", "anonymous"));
            assert_eq!(word(&on_business(plain, check)), "not run");
        }
        let embed = asked(json!({"type": "embed"}), 201, link("p", "embed", "anonymous"));
        assert_eq!(word(&on_personal(embed, no_embed_link_is_granted)), "not run");
    }

    #[test]
    fn a_type_of_the_beta_page_is_not_judged() {
        let review = asked(json!({"type": "review"}), 201, link("p", "review", "organization"));
        assert_eq!(word(&on_business(review, no_undocumented_type_is_granted)), "not run");
    }

    #[test]
    fn an_organization_link_on_a_personal_drive_is_refused() {
        let told = |status, scope: &str| {
            asked(
                json!({"type": "view", "scope": "organization"}),
                status,
                link("p", "view", scope),
            )
        };
        let check = no_organization_link_on_a_personal_drive;
        assert_eq!(word(&on_personal(told(201, "organization"), check)), "broken");
        assert_eq!(word(&on_personal(told(201, "anonymous"), check)), "broken");
        assert_eq!(word(&on_personal(told(201, "users"), check)), "doubtful");
        assert_eq!(word(&on_personal(told(400, "x"), check)), "not run", "all is refused");
        assert_eq!(word(&on_business(told(201, "organization"), check)), "not run");
    }

    #[test]
    fn an_expiration_is_kept_and_not_exceeded() {
        let told = |got: Value| {
            let mut permission = link("p", "view", "organization");
            permission["expirationDateTime"] = got;
            let body = json!({"type": "view", "expirationDateTime": "2099-01-01T00:00:00Z"});
            asked(body, 201, permission)
        };
        let same = json!("2099-01-01T00:00:00Z");
        assert_eq!(word(&on_business(told(same.clone()), no_expiration_is_dropped)), "holds");
        assert_eq!(word(&on_business(told(Value::Null), no_expiration_is_dropped)), "broken");
        let later = no_link_outlasts_what_was_asked_for;
        assert_eq!(word(&on_business(told(same), later)), "holds");
        assert_eq!(word(&on_business(told(json!("2098-01-01T00:00:00Z")), later)), "holds");
        assert_eq!(word(&on_business(told(json!("2099-02-01T00:00:00Z")), later)), "broken");
    }
}
