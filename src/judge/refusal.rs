//! What every refused request has in common: it is refused, and it leaves nothing behind.

use std::collections::BTreeSet;

use serde_json::Value;

use super::evidence::{
    Asked, Evidence, Listing, environment, listings, status_text, without_query,
};
use super::outcome::{HOLDS, Judgement, Outcome, seen};
use crate::graph::{Exchange, Purpose, Recording};

/// The request at `index` is answered with one of these statuses.
///
/// # Errors
/// Broken with another status; not run when the service grants nothing at all.
pub fn is_answered_with(
    evidence: &Evidence<'_>,
    index: usize,
    statuses: &[u16],
    expected: &str,
) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    if statuses.contains(&asked.answer.status) {
        return HOLDS;
    }
    Err(Outcome::broken(expected, status_text(asked.answer), [asked.number()]))
}

/// The request at `index` is refused for what it says: 400, or another refusal that is none of
/// authentication, rights or a missing item.
///
/// Whether the status is the right one is ERR-10's business.
///
/// # Errors
/// Broken when it is granted, or refused for another reason.
pub fn is_refused_for_its_body(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    match asked.answer.status {
        400 => HOLDS,
        401 | 403..=405 | 410 => Err(Outcome::broken(
            "400 Bad Request",
            format!("{}, which is another reason", status_text(asked.answer)),
            [asked.number()],
        )),
        402..=499 => seen(format!("refused with {}", status_text(asked.answer))),
        _ => Err(Outcome::broken("400 Bad Request", status_text(asked.answer), [asked.number()])),
    }
}

/// The request at `index` was granted a link of its item's own: the address or permission it was made with
/// does what it is documented to do.
///
/// # Errors
/// Broken when it is refused. Not run when the answer holds no link, or one that other items have too: a
/// service that always gives the same answer shows nothing.
pub fn is_granted_a_link(evidence: &Evidence<'_>, index: usize, place: &str) -> Judgement {
    let asked = evidence.asked(index)?;
    if !asked.answer.is_success() {
        is_a_refusal(&asked)?;
        return Err(Outcome::broken(
            "201 Created or 200 OK",
            format!("{}{place}", status_text(asked.answer)),
            [asked.number()],
        ));
    }
    let granted = evidence.granted(index)?;
    if !granted.link().is_object() {
        return Err(Outcome::not_run("the answer holds no link (PERM-06)"));
    }
    super::existing_links::tells_links_apart(evidence, &granted)?;
    HOLDS
}

/// Goes on for a 4xx.
///
/// # Errors
/// Not run for what is neither a grant nor a refusal: IDEM-19 speaks of that.
pub fn is_a_refusal(asked: &Asked<'_>) -> Result<(), Outcome> {
    if (400..500).contains(&asked.answer.status) {
        return Ok(());
    }
    Err(Outcome::not_run(format!(
        "{} is neither a grant nor a refusal (IDEM-19)",
        status_text(asked.answer)
    )))
}

/// The refused request at `index` made no link on its item.
///
/// # Errors
/// Broken with the new link; not run when the request was granted after all.
pub fn made_nothing(evidence: &Evidence<'_>, index: usize) -> Judgement {
    evidence.grants_something()?;
    let asked = evidence.asked(index)?;
    if asked.answer.status < 400 {
        return Err(Outcome::not_run(format!(
            "the request was not refused: {}",
            status_text(asked.answer)
        )));
    }
    leaves_nothing(evidence.story, asked.exchange, &inherited_from_above(evidence))
}

/// The permissions of the exchange's item hold no link afterwards that was not there before and that
/// nobody was granted.
///
/// # Errors
/// Broken with the new link; not run or inconclusive when the permissions were not read.
pub fn leaves_nothing(
    recording: &Recording,
    exchange: &Exchange,
    from_above: &BTreeSet<String>,
) -> Judgement {
    let item = exchange.item.as_deref().unwrap_or_default();
    let listings: Vec<Listing<'_>> =
        listings(recording).into_iter().filter(|it| it.item == item).collect();
    let Some(after) = listings.iter().find(|it| it.act >= exchange.act) else {
        return Err(Outcome::inconclusive(
            format!("the permissions of the {item} were not read afterwards"),
            [],
        ));
    };
    let before = listings.iter().rfind(|it| it.act < exchange.act);
    let mut known: BTreeSet<String> = from_above.clone();
    let mut open_outcome = None;
    for earlier in recording.exchanges.iter().filter(|it| it.act <= after.act) {
        if earlier.purpose != Purpose::CreateLink {
            continue;
        }
        if environment(earlier).is_some() {
            open_outcome = Some(earlier.number);
        }
        let granted = earlier.answer().filter(|answer| answer.status < 300);
        known.extend(granted.and_then(|it| it.json().ok()).into_iter().flat_map(marks));
    }
    known.extend(before.iter().flat_map(|it| it.links()).flat_map(marks));
    let new = after.own_links().find(|link| !marks(link).iter().any(|mark| known.contains(mark)));
    match (new, open_outcome) {
        (None, _) => HOLDS,
        // A call that came to no answer may have made the link (ERR-15).
        (Some(_), Some(number)) => Err(Outcome::inconclusive(
            format!("a call that failed or was throttled may have made the link on the {item}"),
            [number, exchange.number],
        )),
        (Some(link), None) => Err(Outcome::broken(
            format!("a refused request leaves no link on the {item}"),
            format!("a new link of type {} with the id {}", link["link"]["type"], link["id"]),
            [exchange.number].into_iter().chain(after.exchanges.iter().copied()),
        )),
    }
}

/// What a link is known by again: its id and its URL.
fn marks(permission: &Value) -> Vec<String> {
    let id = permission["id"].as_str().filter(|it| !it.is_empty());
    let url = permission["link"]["webUrl"].as_str().filter(|it| !it.is_empty());
    id.into_iter().chain(url.map(without_query)).map(str::to_owned).collect()
}

/// The entry of a listing that shows this permission: the same id, or the same URL.
pub fn find<'l>(listing: &'l Listing<'_>, permission: &Value) -> Option<&'l Value> {
    let known = marks(permission);
    listing.permissions.iter().copied().find(|it| marks(it).iter().any(|mark| known.contains(mark)))
}

/// Links that items of several stories show: they come from above the run's folder, which business and
/// SharePoint listings do not tell (AMB-25).
pub fn inherited_from_above(evidence: &Evidence<'_>) -> BTreeSet<String> {
    let mut seen_once = BTreeSet::new();
    let mut seen_again = BTreeSet::new();
    for recording in evidence.run {
        let ids: BTreeSet<String> = listings(recording)
            .iter()
            .flat_map(Listing::links)
            .filter_map(|it| it["id"].as_str().map(str::to_owned))
            .collect();
        for id in ids {
            if !seen_once.insert(id.clone()) {
                seen_again.insert(id);
            }
        }
    }
    seen_again
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::{Product, Tenant};
    use crate::judge::testing_b::{Telling, evidence, refusal, view};

    fn judged(run: &[Recording], check: impl Fn(&Evidence<'_>) -> Judgement) -> Judgement {
        let tenant = Tenant::default();
        check(&evidence(run, Product::Business, &tenant))
    }

    /// A story in which one link was granted, so that a refusal proves something.
    fn granting() -> Recording {
        Telling::new().file().asks(json!({"type": "view"}), 201, view("g")).done()
    }

    fn refused(status: u16) -> Telling {
        Telling::new().file().asks(json!({"type": "owner"}), status, refusal("invalidRequest"))
    }

    #[test]
    fn a_refusal_proves_nothing_about_a_service_that_grants_nothing() {
        let run = [refused(400).lists("file", &json!([])).done()];
        for check in [made_nothing, is_refused_for_its_body] {
            assert!(matches!(judged(&run, |it| check(it, 0)), Err(Outcome::NotRun { .. })));
        }
    }

    #[test]
    fn a_link_left_behind_is_found() {
        let run = [refused(400).lists("file", &json!([view("p9")])).done(), granting()];
        assert!(matches!(judged(&run, |it| made_nothing(it, 0)), Err(Outcome::Broken { .. })));
        let run = [
            refused(400).lists("file", &json!([{"id": "o", "roles": ["owner"]}])).done(),
            granting(),
        ];
        assert_eq!(judged(&run, |it| made_nothing(it, 0)), HOLDS);
        let run = [refused(400).done(), granting()];
        assert!(matches!(
            judged(&run, |it| made_nothing(it, 0)),
            Err(Outcome::Inconclusive { .. })
        ));
    }

    #[test]
    fn what_was_there_before_or_was_granted_is_not_left_behind() {
        let told = Telling::new()
            .file()
            .asks(json!({"type": "view"}), 201, view("p1"))
            .asks(json!({"type": "owner"}), 400, refusal("invalidRequest"))
            .lists("file", &json!([view("p1")]));
        assert_eq!(judged(&[told.done()], |it| made_nothing(it, 1)), HOLDS);
        let mut inherited = view("p7");
        inherited["inheritedFrom"] = json!({"id": "root"});
        let run = [refused(400).lists("file", &json!([inherited])).done(), granting()];
        assert_eq!(judged(&run, |it| made_nothing(it, 0)), HOLDS);
        let above = json!([view("site-wide")]);
        let other = Telling::new()
            .file()
            .asks(json!({"type": "view"}), 201, view("g"))
            .lists("file", &json!([view("site-wide"), view("g")]));
        let run = [refused(400).lists("file", &above).done(), other.done()];
        assert_eq!(judged(&run, |it| made_nothing(it, 0)), HOLDS);
    }

    #[test]
    fn another_reason_is_no_refusal_of_the_body() {
        for (status, holds) in [(400, true), (422, true), (401, false), (404, false), (201, false)]
        {
            let run = [refused(status).done(), granting()];
            let result = judged(&run, |it| is_refused_for_its_body(it, 0));
            assert_eq!(result.is_ok(), holds, "{status}: {result:?}");
        }
        let run = [refused(503).done(), granting()];
        assert!(matches!(
            judged(&run, |it| is_refused_for_its_body(it, 0)),
            Err(Outcome::Inconclusive { .. })
        ));
    }
}
