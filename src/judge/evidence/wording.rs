//! Answers, positions, addresses and links in words, and what is not the rule's but the environment's.

use serde_json::Value;

use crate::graph::{Answer, Exchange, Purpose, Reply};

/// What the service says when it fails to find out who asks (AUTH-16).
const NO_USER: &str = "Unable to determine the user associated";

/// The host of a URL.
pub(in crate::judge) fn host_of(url: &str) -> Option<String> {
    url::Url::parse(url).ok()?.host_str().map(str::to_owned)
}

/// Why the environment, and not the rule, decides about this exchange; `None` when it does not.
///
/// Status comes before code (THR-01, THR-07): 429, 408 and 5xx are the environment's (ERR-15), 409 and
/// 423 come from the item's state (ERR-18), and one old 400 is a known failure of the service (AUTH-16).
pub fn environment(exchange: &Exchange) -> Option<String> {
    let answer = match &exchange.answer {
        // A link leads to a host of its own, of which the service that made it is not to blame.
        Reply::Nothing(failure) if exchange.purpose == Purpose::OpenPage => {
            let host = host_of(&exchange.request.url);
            let host = host.as_deref().unwrap_or("of the sharing URL");
            return Some(format!(
                "the link's own host {host} cannot be reached from here, which says nothing of the service: {}",
                failure.detail
            ));
        }
        Reply::Nothing(failure) => return Some(failure.detail.clone()),
        Reply::Answer(answer) => answer,
    };
    let code = || answer.error().code.map(|code| format!(" ({code})")).unwrap_or_default();
    match answer.status {
        429 => Some(format!("throttled: 429{}", code())),
        408 | 500..=599 => Some(format!("the service failed: {}{}", answer.status, code())),
        409 | 423 => Some(format!("the item's state was in the way: {}{}", answer.status, code())),
        400 if answer.json().is_ok_and(|it| {
            it["error"]["message"].as_str().is_some_and(|it| it.contains(NO_USER))
        }) =>
        {
            Some("a known failure of the service: it could not determine the user (AUTH-16)".into())
        }
        _ => None,
    }
}

/// A status with the error code beside it, as messages show it.
pub fn status_text(answer: &Answer) -> String {
    let status = answer.status_line();
    match answer.error().code {
        Some(code) => format!("{status}, code {code}"),
        None => status,
    }
}

/// The words for positions, from the first on, as the features write them.
pub const POSITIONS: [&str; 8] =
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];

/// A word for a position: "first", "second" ...
pub fn ordinal(index: usize) -> &'static str {
    POSITIONS.get(index).copied().unwrap_or("last")
}

/// The URL without its query and fragment: what two answers about one link have in common (IDEM-04).
pub fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// Scheme and authority of a URL.
pub(crate) fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + "://".len());
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    &url[..end]
}

/// A link in a few words: "a view link, scope anonymous".
pub fn describe(permission: &Value) -> String {
    let link = &permission["link"];
    if !link.is_object() {
        return "no link".to_owned();
    }
    let kind = match link["type"].as_str() {
        Some(kind @ ("edit" | "embed")) => format!("an {kind} link"),
        Some(kind) => format!("a {kind} link"),
        None => "a link without a type".to_owned(),
    };
    match link["scope"].as_str() {
        Some(scope) => format!("{kind}, scope {scope}"),
        None => format!("{kind}, no scope"),
    }
}
