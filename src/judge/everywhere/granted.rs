//! Every request that is made of documented values is granted (REQ-18), and what is refused by the
//! documentation is refused, whatever else was chosen (TYPE-08, SCOPE-09, AUTH-12).

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::graph::{Exchange, Identity, Product, Purpose, Recording};
use crate::judge::evidence::documented::{DOCUMENTED, address_of, is_alone};
use crate::judge::evidence::{Evidence, environment, status_text};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// Something about a request that a service need not take at all: whether it takes it, its other answers show.
type Doubt = String;

/// Every request of the run that is made of documented values is granted.
///
/// What a service may refuse altogether (a scope, an expiration, a null) counts as documented here only when the
/// run shows that it is granted elsewhere: then its refusal beside other documented values is no policy.
///
/// # Errors
/// Broken with the first that was refused, and what it was made of; not run when nothing of the kind was asked.
pub fn every_documented_request(evidence: &Evidence<'_>) -> Judgement {
    judge(evidence, evidence.run.iter())
}

/// The requests of the story that are made of documented values are granted.
///
/// # Errors
/// As [`every_documented_request`].
pub fn the_documented_requests(evidence: &Evidence<'_>) -> Judgement {
    if evidence.story.exchanges.is_empty() {
        evidence.complete()?;
    }
    judge(evidence, std::iter::once(evidence.story))
}

fn judge<'e>(
    evidence: &Evidence<'e>,
    recordings: impl Iterator<Item = &'e Recording>,
) -> Judgement {
    evidence.grants_something()?;
    let shown = taken(evidence);
    let requests = recordings.flat_map(|recording| {
        let asked = recording.exchanges.iter().filter(|it| it.purpose == Purpose::CreateLink);
        asked.filter(|it| !it.retried).map(move |exchange| (recording, exchange))
    });
    let none = "no request of documented values was answered";
    each_case(requests, none, |(recording, exchange)| {
        let doubts = doubts(evidence, recording, exchange)?;
        if environment(exchange).is_some() {
            let again = kept_failing(recording, exchange)?;
            return Some(Err(refused(exchange, again)));
        }
        let answer = exchange.answer()?;
        match answer.status {
            200 | 201 => Some(HOLDS),
            400..=499 if doubts.iter().all(|it| shown.contains(it)) => {
                Some(Err(refused(exchange, exchange.number)))
            }
            _ => None,
        }
    })
}

fn refused(exchange: &Exchange, again: u32) -> Outcome {
    let body = exchange.request.body.as_ref().map_or("no body", |body| body);
    let item = exchange.item.as_deref().unwrap_or("item");
    let status = exchange.answer().map_or_else(|| "no answer".to_owned(), status_text);
    let mut exchanges = vec![exchange.number];
    if again != exchange.number {
        exchanges.push(again);
    }
    Outcome::broken(
        "201 Created or 200 OK: every value asked for is documented, and granted in other requests",
        format!("{status} for {body} of the {item}, asked for by {}", exchange.identity.phrase()),
        exchanges,
    )
}

/// A failure of the service that is the same each time this request is made, while the rest of its story works,
/// is its answer: the number of the other time.
fn kept_failing(recording: &Recording, exchange: &Exchange) -> Option<u32> {
    let status = exchange.status().filter(|it| matches!(it, 409 | 423 | 500..=599))?;
    if matches!(status, 503 | 504) {
        return None;
    }
    let same = |it: &&Exchange| {
        it.purpose == Purpose::CreateLink
            && it.number != exchange.number
            && it.act != exchange.act
            && it.item == exchange.item
            && it.identity == exchange.identity
            && it.request == exchange.request
    };
    let others: Vec<&Exchange> = recording.exchanges.iter().filter(same).collect();
    let again = others.first().filter(|_| others.iter().all(|it| it.status() == Some(status)))?;
    let works = recording.exchanges.iter().any(|it| {
        it.number > exchange.number
            && it.purpose != Purpose::CreateLink
            && it.answer().is_some_and(|it| it.status == 200)
    });
    works.then_some(again.number)
}

/// What the granted requests of the run show to be taken.
fn taken(evidence: &Evidence<'_>) -> BTreeSet<Doubt> {
    let mut shown = BTreeSet::new();
    for recording in evidence.run {
        for exchange in &recording.exchanges {
            let granted = exchange.purpose == Purpose::CreateLink
                && exchange.answer().is_some_and(|it| it.is_success());
            if granted && let Some(doubts) = doubts(evidence, recording, exchange) {
                shown.extend(doubts);
            }
        }
    }
    shown
}

/// What a service may refuse about a request of documented values; none where it is not made of such.
fn doubts(
    evidence: &Evidence<'_>,
    recording: &Recording,
    exchange: &Exchange,
) -> Option<BTreeSet<Doubt>> {
    let members = exchange.request.members()?;
    let is_json = exchange
        .request
        .header("content-type")
        .is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"));
    if !is_json || members.keys().any(|it| !DOCUMENTED.contains(&it.as_str())) {
        return None;
    }
    let gone = recording.exchanges.iter().any(|it| {
        it.purpose == Purpose::DeleteItem && it.item == exchange.item && it.act < exchange.act
    });
    if gone {
        return None;
    }
    let mut doubts = BTreeSet::new();
    doubts.extend(of_the_address(evidence, exchange)?);
    doubts.extend(of_who_asks(evidence, exchange)?);
    doubts.extend(of_type_and_scope(evidence, exchange, members)?);
    doubts.extend(of_protections(evidence, exchange, members)?);
    Some(doubts)
}

/// A documented address; those but the usual have to be shown to work (PATH).
fn of_the_address(evidence: &Evidence<'_>, exchange: &Exchange) -> Option<Option<Doubt>> {
    let address = address_of(&exchange.request.url)?;
    let kind = address.kind();
    if kind == "me" && is_alone(exchange.identity) {
        return None;
    }
    if address.is_odd() {
        return None;
    }
    let first = evidence
        .run
        .iter()
        .flat_map(|it| &it.exchanges)
        .find(|it| it.purpose == Purpose::CreateLink)
        .and_then(|it| address_of(&it.request.url));
    let usual = first.is_some_and(|it| it.kind() == kind);
    Some((!usual).then(|| format!("address {kind}")))
}

fn of_who_asks(evidence: &Evidence<'_>, exchange: &Exchange) -> Option<Option<Doubt>> {
    let personal = evidence.product == Product::Personal;
    match exchange.identity {
        Identity::Owner => Some(None),
        identity @ (Identity::SecondApp
        | Identity::FilesReadWrite
        | Identity::FilesReadWriteAll) => Some(Some(format!("who {}", identity.name()))),
        identity @ (Identity::AppOnly | Identity::AppOnlySites | Identity::SitesReadWriteAll)
            if !personal =>
        {
            Some(Some(format!("who {}", identity.name())))
        }
        _ => None,
    }
}

fn of_type_and_scope(
    evidence: &Evidence<'_>,
    exchange: &Exchange,
    members: &Map<String, Value>,
) -> Option<Vec<Doubt>> {
    let personal = evidence.product == Product::Personal;
    let scope = members.get("scope").map(Value::as_str);
    match (members.get("type")?.as_str()?, scope) {
        ("view" | "edit", _) => {}
        ("embed", None) if personal && exchange.item.as_deref().is_some_and(is_file) => {
            return Some(Vec::new());
        }
        _ => return None,
    }
    let tenant = evidence.tenant;
    Some(match scope {
        // Off personal drives the default may be none that can be asked for (SCOPE-17).
        None => vec![format!("no scope for {}", members["type"])],
        Some(Some("anonymous")) if personal => Vec::new(),
        Some(Some("anonymous")) if tenant.anonymous_links == Some(true) => {
            let kind = exchange.item.as_deref().is_some_and(is_file);
            vec![format!("anonymous {} file {kind}", members["type"])]
        }
        Some(Some("anonymous")) if tenant.anonymous_links.is_none() => {
            vec![format!("anonymous {}", members["type"])]
        }
        Some(Some("organization")) if personal => return None,
        Some(Some("organization")) => match tenant.organization_links {
            Some(true) => Vec::new(),
            Some(false) => return None,
            None => vec!["organization".to_owned()],
        },
        Some(Some("users")) if !personal => vec!["users".to_owned()],
        _ => return None,
    })
}

/// The items of stories are called by what they are.
pub(super) fn is_file(item: &str) -> bool {
    !item.contains("folder")
}

fn of_protections(
    evidence: &Evidence<'_>,
    exchange: &Exchange,
    members: &Map<String, Value>,
) -> Option<Vec<Doubt>> {
    let personal = evidence.product == Product::Personal;
    let mut doubts = Vec::new();
    for name in ["password", "expirationDateTime", "retainInheritedPermissions"] {
        let Some(value) = members.get(name) else { continue };
        match (name, value) {
            (_, Value::Null) => doubts.push(format!("null {name}")),
            ("password", Value::String(password)) if personal && !password.is_empty() => {
                doubts.push("password".to_owned());
            }
            ("expirationDateTime", Value::String(instant)) if instant.ends_with('Z') => {
                let instant: Timestamp = instant.parse().ok()?;
                let far = exchange.sent.checked_add(SignedDuration::from_hours(24)).ok()?;
                if instant < far {
                    return None;
                }
                // Policies and plans differ by scope.
                doubts.push(format!("expiration with scope {:?}", members.get("scope")));
            }
            ("retainInheritedPermissions", Value::Bool(_)) => {}
            _ => return None,
        }
    }
    Some(doubts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::Tenant;
    use crate::judge::testing::{Telling, judge as judged, link, refusal, request, view, word};

    fn on_personal(run: &[Recording]) -> &'static str {
        word(&judged(Product::Personal, &Tenant::default(), run, every_documented_request))
    }

    fn granted(body: Value) -> Recording {
        Telling::new().file().asks(body, 201, view("p0")).done()
    }

    #[test]
    fn a_refused_request_of_documented_values_is_told_wherever_it_was_made() {
        let after_edit = Telling::new()
            .file()
            .asks(request("edit", "anonymous"), 201, link("p1", "edit", "anonymous"))
            .asks(request("view", "anonymous"), 404, refusal("itemNotFound"));
        let plain = granted(request("view", "anonymous"));
        assert_eq!(on_personal(std::slice::from_ref(&plain)), "holds");
        assert_eq!(on_personal(&[plain, after_edit.done()]), "broken");
    }

    #[test]
    fn what_may_be_refused_altogether_is_judged_where_it_is_granted_elsewhere() {
        let plain = granted(request("view", "anonymous"));
        let with = |kept: bool| {
            let mut body = request("edit", "anonymous");
            body["password"] = json!("secret");
            body["retainInheritedPermissions"] = json!(kept);
            body
        };
        let refused =
            |kept| Telling::new().file().asks(with(kept), 400, refusal("invalidRequest")).done();
        assert_eq!(on_personal(&[plain.clone(), refused(true)]), "holds", "no paid plan");
        let run = [plain, granted(with(false)), refused(true)];
        assert_eq!(on_personal(&run), "broken");
    }

    #[test]
    fn what_is_not_documented_is_nobodys_right() {
        let plain = granted(request("view", "anonymous"));
        for body in [
            request("view", "everyone"),
            request("view", "organization"),
            request("owner", "anonymous"),
            request("embed", "anonymous"),
            json!({"type": "view", "scope": "anonymous", "more": 1}),
            json!({"scope": "anonymous"}),
        ] {
            let refused = Telling::new().file().asks(body, 400, refusal("invalidRequest")).done();
            assert_eq!(on_personal(&[plain.clone(), refused]), "holds");
        }
    }

    #[test]
    fn a_failure_that_comes_each_time_is_an_answer_and_one_that_passes_is_none() {
        let told = |second: u16| {
            let body = if second == 201 { view("p1") } else { refusal("generalException") };
            let asked = request("view", "anonymous");
            Telling::new()
                .file()
                .asks(asked.clone(), 500, refusal("generalException"))
                .asks(asked, second, body)
                .exchange(Purpose::ReadItem, "file", 200, &json!({"id": "1"}))
                .done()
        };
        let plain = granted(request("view", "anonymous"));
        assert_eq!(on_personal(&[plain.clone(), told(500)]), "broken");
        assert_eq!(on_personal(&[plain, told(201)]), "holds");
    }
}
