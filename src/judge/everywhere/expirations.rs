//! Expirations, in every story of a run (EXP-01, EXP-02, EXP-14).

use jiff::Timestamp;
use serde_json::Value;

use super::cases::{Case, cases, cases_of};
use crate::graph::{Product, Purpose};
use crate::judge::chapters::listed_links::find;
use crate::judge::evidence::Evidence;
use crate::judge::evidence::expiration::{Expiration, expiration};
use crate::judge::evidence::listing::listings;
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// The instant a request names in the documented form.
fn asked(case: &Case<'_>) -> Option<Timestamp> {
    let text = case.asked("expirationDateTime").and_then(Value::as_str)?;
    let documented = text.len() == "2030-01-01T00:00:00Z".len() && text.ends_with('Z');
    let instant: Timestamp = text.parse().ok().filter(|_| documented)?;
    (instant > case.exchange.sent).then_some(instant)
}

/// Whether a policy may have moved an expiration to an earlier instant, as far as the profile tells.
fn may_be_earlier(evidence: &Evidence<'_>) -> bool {
    evidence.product != Product::Personal && evidence.tenant.expiration_policy_days != Some(0)
}

/// Every link made with an expiration expires, and when asked or earlier by policy.
///
/// # Errors
/// Broken with the first that does not.
pub fn every_link_expires_as_asked(evidence: &Evidence<'_>) -> Judgement {
    each_case(cases(evidence), "no link was made with an expiration in this run", |case| {
        let wanted = asked(case)?;
        // A link that was there already may have an end of its own (IDEM-12).
        let same = case.earlier().into_iter().any(|it| {
            it.kind() == case.kind()
                && it.asked("expirationDateTime") != case.asked("expirationDateTime")
        });
        if same {
            return None;
        }
        let found = match expiration(case.permission) {
            Expiration::At(found) if found == wanted => return Some(HOLDS),
            Expiration::At(found) if found < wanted && may_be_earlier(evidence) => return None,
            Expiration::At(found) => format!("expirationDateTime {found}"),
            Expiration::Never => "no expirationDateTime".to_owned(),
            Expiration::Unreadable => return None,
        };
        Some(Err(Outcome::broken(
            format!("expirationDateTime {wanted}, as asked for"),
            found,
            [case.number()],
        )))
    })
}

/// No link outlasts the expiration it was made with.
///
/// # Errors
/// Broken with the first that does.
pub fn no_link_outlasts_what_was_asked(evidence: &Evidence<'_>) -> Judgement {
    each_case(cases(evidence), "no link was made with an expiration in this run", |case| {
        let wanted = asked(case)?;
        match expiration(case.permission) {
            Expiration::At(found) if found > wanted => Some(Err(Outcome::broken(
                format!("expirationDateTime {wanted} or earlier"),
                format!("expirationDateTime {found}"),
                [case.number()],
            ))),
            Expiration::At(_) => Some(HOLDS),
            _ => None,
        }
    })
}

/// Every listing and reading of a permission shows the expiration it was granted with.
///
/// # Errors
/// Broken with the first that shows another or none.
pub fn every_reading_shows_it(evidence: &Evidence<'_>) -> Judgement {
    let none = "no permission with an expiration was read again in this run";
    each_case(cases(evidence), none, |case| {
        let Expiration::At(made) = expiration(case.permission) else { return None };
        let asked_again = cases_of(case.recording).into_iter().find(|it| {
            it.number() > case.number() && it.item() == case.item() && it.kind() == case.kind()
        });
        let until = asked_again.map_or(u32::MAX, |it| it.number());
        let later = |number: u32| (case.number()..until).contains(&number);
        let mut shown: Vec<(u32, &Value)> = Vec::new();
        for listing in listings(case.recording) {
            let Some(number) = listing.exchanges.first().copied().filter(|it| later(*it)) else {
                continue;
            };
            if listing.item == case.item() && find(&listing, case.permission).is_some() {
                let id = case.permission["id"].clone();
                let entry = listing.permissions.iter().copied().find(|it| it["id"] == id);
                shown.extend(entry.map(|entry| (number, entry)));
            }
        }
        shown.extend(
            case.recording
                .exchanges
                .iter()
                .filter(|it| it.purpose == Purpose::ReadPermission && it.link == case.exchange.link)
                .filter(|it| later(it.number) && it.status() == Some(200))
                .filter_map(|it| Some((it.number, it.answer()?.json().ok()?))),
        );
        let mut held = None;
        for (number, permission) in shown {
            let actual = match expiration(permission) {
                Expiration::At(found) if found == made => {
                    held = Some(HOLDS);
                    continue;
                }
                Expiration::At(found) => format!("expirationDateTime {found}"),
                Expiration::Never => "no expirationDateTime".to_owned(),
                Expiration::Unreadable => continue,
            };
            return Some(Err(Outcome::broken(
                format!("expirationDateTime {made}, as in the answer that made the link"),
                actual,
                [case.number(), number],
            )));
        }
        held
    })
}
