//! What the documentation refuses is refused, whatever else was chosen (TYPE-08, SCOPE-09, AUTH-12).

use super::cases::is_request;
use crate::graph::{Exchange, Identity, Product, Recording};
use crate::judge::chapters::acceptance::{granted_instead, is_grant};
use crate::judge::chapters::authorization;
use crate::judge::evidence::{Asked, Evidence, environment, status_text};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// A request with the story it belongs to.
struct Request<'e> {
    recording: &'e Recording,
    asked: Asked<'e>,
}

impl crate::judge::finding::grounds::Case for Request<'_> {
    fn numbers(&self) -> Vec<u32> {
        vec![self.asked.number()]
    }
}

fn asked<'e>(evidence: &Evidence<'e>) -> impl Iterator<Item = Request<'e>> {
    evidence.run.iter().flat_map(|recording| {
        let requests = recording.exchanges.iter().filter(|it| is_request(it));
        requests.filter(|it| environment(it).is_none()).filter_map(move |exchange| {
            let answer = exchange.answer()?;
            let asked = Asked { exchange, answer, after_failed_attempt: false };
            Some(Request { recording, asked })
        })
    })
}

fn names(exchange: &Exchange, member: &str, value: &str) -> bool {
    exchange.request.members().is_some_and(|it| it.get(member).is_some_and(|it| it == value))
}

fn may_share(exchange: &Exchange) -> bool {
    matches!(exchange.identity, Identity::Owner | Identity::SecondApp | Identity::AppOnly)
}

/// Whether somebody was granted a link in this run, and so is neither unknown nor kept from the items.
fn shares_elsewhere(evidence: &Evidence<'_>, who: Identity) -> bool {
    who == Identity::Owner
        || asked(evidence).any(|it| it.asked.exchange.identity == who && is_grant(&it.asked))
}

/// Every embed link that is asked for off personal drives is refused.
///
/// # Errors
/// Broken with the first that was granted, and by 401 and 404, which speak of something else.
pub fn every_embed_link_is_refused(evidence: &Evidence<'_>) -> Judgement {
    const EXPECTED: &str = "a refusal: 400 invalidRequest, or another 4xx but 401 and 404";
    evidence.grants_something()?;
    each_case(asked(evidence), "no embed link was asked for in this run", |request| {
        let asked = &request.asked;
        if !names(asked.exchange, "type", "embed") || !may_share(asked.exchange) {
            return None;
        }
        Some(match asked.answer.status {
            _ if is_grant(asked) => Err(granted_instead(EXPECTED, asked)),
            401 | 404 if shares_elsewhere(evidence, asked.exchange.identity) => {
                Err(Outcome::broken(EXPECTED, status_text(asked.answer), [asked.number()]))
            }
            400..=499 => HOLDS,
            _ => return None,
        })
    })
}

/// Every link for the organization that is asked for on a personal drive is refused.
///
/// # Errors
/// Broken with the first that was made, and where a link for anyone was made instead; doubtful with a link of yet
/// another scope.
pub fn every_organization_link_is_refused(evidence: &Evidence<'_>) -> Judgement {
    const EXPECTED: &str = "a refusal (4xx): a personal drive belongs to no organization";
    evidence.grants_something()?;
    let none = "no link for the organization was asked for in this run";
    each_case(asked(evidence), none, |request| {
        let asked = &request.asked;
        if !names(asked.exchange, "scope", "organization") || !may_share(asked.exchange) {
            return None;
        }
        if !is_grant(asked) {
            return (400..500).contains(&asked.answer.status).then_some(HOLDS);
        }
        let scope = asked.answer.json().ok().map(|it| it["link"]["scope"].clone());
        let made = scope.as_ref().and_then(|it| it.as_str());
        Some(Err(match (granted_instead(EXPECTED, asked), made) {
            (broken, Some("organization" | "anonymous")) => broken,
            (Outcome::Broken { expected, actual, exchanges }, _) => {
                Outcome::Doubtful { expected, actual, exchanges }
            }
            (other, _) => other,
        }))
    })
}

/// No request with a token that may only read is granted.
///
/// # Errors
/// Broken with the first that was granted, and where the refusal is none that missing rights may show as.
pub fn every_reader_is_refused(evidence: &Evidence<'_>) -> Judgement {
    evidence.grants_something()?;
    let none = "no token that may only read was used in this run";
    each_case(asked(evidence), none, |request| {
        let Request { recording, asked } = request;
        if asked.exchange.identity != Identity::ReadOnly {
            return None;
        }
        if is_grant(asked) {
            return Some(Err(granted_instead("a refusal: the token may only read", asked)));
        }
        let personal = evidence.product == Product::Personal;
        let refused_anyway = names(asked.exchange, "type", "embed")
            || (personal && names(asked.exchange, "scope", "organization"));
        if refused_anyway {
            return Some(HOLDS);
        }
        let of_story = Evidence { story: recording, ..*evidence };
        Some(authorization::is_not_sufficient(&of_story, asked.exchange.link?))
    })
}
