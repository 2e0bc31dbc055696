//! Throttled calls (THR).

use std::collections::BTreeMap;

use crate::graph::{Answer, Exchange, Purpose};
use crate::judge::evidence::{Evidence, environment};
use crate::judge::finding::cases::{counted, each_case};
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome, seen};

/// Every answer 429 of the run, those of earlier attempts included.
fn throttled<'e>(
    evidence: &Evidence<'e>,
) -> impl Iterator<Item = (&'e Exchange, &'e Answer)> + use<'e> {
    evidence.graph_answers().filter(|(_, answer)| answer.status == 429)
}

/// Each 429 says in `Retry-After` how long to wait.
///
/// # Errors
/// Broken when one does not; not run when nothing was throttled.
pub fn says_when_to_retry(evidence: &Evidence<'_>) -> Judgement {
    each_case(throttled(evidence), "no call of this run was throttled", |(exchange, answer)| {
        let value = answer.header("retry-after").unwrap_or_default();
        Some(if value.trim().is_empty() {
            Err(Outcome::broken("Retry-After with a 429", "no Retry-After", [exchange.number]))
        } else {
            HOLDS
        })
    })
}

/// What throttled answers say, for the record.
///
/// # Errors
/// Not run when nothing was throttled.
pub fn how_throttling_shows(evidence: &Evidence<'_>) -> Judgement {
    let found: Vec<String> = throttled(evidence)
        .map(|(_, answer)| {
            let error = answer.error();
            let mut codes = vec![error.code.unwrap_or_else(|| "no code".to_owned())];
            codes.extend(error.inner_codes.into_iter().map(|it| format!("inner {it}")));
            codes.join(", ")
        })
        .collect();
    if found.is_empty() {
        return Err(Outcome::not_run("no call of this run was throttled"));
    }
    seen(format!("429: {}", counted(found)))
}

/// Which rate limit headers came.
///
/// # Errors
/// Not run when nothing was answered.
pub fn rate_limits(evidence: &Evidence<'_>) -> Judgement {
    let mut answers = 0_usize;
    let mut found = BTreeMap::new();
    for (_, answer) in evidence.graph_answers() {
        answers += 1;
        for (name, value) in &answer.headers {
            if name.to_ascii_lowercase().starts_with("ratelimit") {
                found.insert(name.to_ascii_lowercase(), value.clone());
            }
        }
    }
    if answers == 0 {
        return Err(Outcome::not_run("no call of this run was answered"));
    }
    if found.is_empty() {
        return seen("no RateLimit header came");
    }
    let words: Vec<String> = found.iter().map(|(name, value)| format!("{name} {value}")).collect();
    seen(format!("last seen: {}", words.join(", ")))
}

/// A throttled attempt made no link: the later attempt of a first request is answered `201 Created`.
///
/// # Errors
/// Doubtful when it is answered with an existing link; not run when no first request was throttled.
pub fn a_throttled_call_makes_nothing(evidence: &Evidence<'_>) -> Judgement {
    let asked = evidence.run.iter().flat_map(|recording| {
        let calls = || recording.exchanges.iter().filter(|it| it.purpose == Purpose::CreateLink);
        calls().filter(|it| !it.retried && environment(it).is_none()).filter(move |exchange| {
            let attempts = || calls().filter(|it| it.retried && it.act == exchange.act);
            let all_throttled =
                attempts().count() > 0 && attempts().all(|it| it.status() == Some(429));
            let is_first = !calls().any(|it| it.act < exchange.act && it.item == exchange.item);
            all_throttled && is_first
        })
    });
    each_case(asked, "no first request for a link was throttled in this run", |exchange| {
        match exchange.status()? {
            201 => Some(HOLDS),
            200 => Some(Err(Outcome::doubtful(
                "201 Created: the throttled attempt made nothing",
                "200 OK: the link is there already",
                [exchange.number],
            ))),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::{Product, Tenant};
    use crate::judge::testing::{Telling, evidence, view};

    fn judged(telling: Telling, check: fn(&Evidence<'_>) -> Judgement) -> Judgement {
        let run = [telling.done()];
        let tenant = Tenant::default();
        check(&evidence(&run, Product::Personal, &tenant))
    }

    #[test]
    fn without_throttling_nothing_is_passed() {
        for check in [says_when_to_retry, how_throttling_shows, a_throttled_call_makes_nothing] {
            let calm = Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"));
            assert!(matches!(judged(calm, check), Err(Outcome::NotRun { .. })));
        }
    }

    #[test]
    fn earlier_attempts_count() {
        let told = |headers: &[(&str, &str)]| {
            Telling::new().file().fails_first(429, headers).asks(
                json!({"type": "view"}),
                201,
                view("p1"),
            )
        };
        let result = judged(told(&[]), says_when_to_retry);
        assert!(matches!(result, Err(Outcome::Broken { .. })));
        assert_eq!(judged(told(&[("retry-after", "2.128")]), says_when_to_retry), HOLDS);
        assert_eq!(judged(told(&[]), a_throttled_call_makes_nothing), HOLDS);
    }

    #[test]
    fn a_throttled_attempt_that_made_the_link_is_doubtful() {
        let told = |status| {
            Telling::new().file().fails_first(status, &[]).asks(
                json!({"type": "view"}),
                200,
                view("p1"),
            )
        };
        let result = judged(told(429), a_throttled_call_makes_nothing);
        assert!(matches!(result, Err(Outcome::Doubtful { .. })));
        let result = judged(told(503), a_throttled_call_makes_nothing);
        assert!(matches!(result, Err(Outcome::NotRun { .. })), "a 503 leaves the outcome open");
    }
}
