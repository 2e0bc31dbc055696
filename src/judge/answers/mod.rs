//! Rules about every answer: the envelope, the permission, the sharing link, the identities.

pub mod answer;
mod canonical;
pub mod identities;
pub mod permission;
pub mod sharing_link;
pub mod web_page;

use std::sync::Arc;

use serde_json::Value;

use crate::graph::Purpose;
use crate::judge::evidence::knowledge::{Knowledge, leaves_out};
use crate::judge::evidence::listing::listings;
use crate::judge::evidence::overview::Overview;
use crate::judge::evidence::schema::{Schema, Violation, violations};
use crate::judge::evidence::{Evidence, Granted};
use crate::judge::finding::cases::each_case;
use crate::judge::finding::grounds::Case;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

/// Why a rule about granted answers has no case.
const NOTHING_GRANTED: &str = "no createLink call of this run was granted with a permission";

/// A permission somewhere in the run: the answer of createLink, or an entry of a listing.
struct Body<'e> {
    exchanges: Vec<u32>,
    /// Where the permission stands in the answer's body.
    pointer: String,
    permission: &'e Value,
    schema: Schema,
    overview: Option<&'e Overview>,
}

impl Case for Body<'_> {
    fn numbers(&self) -> Vec<u32> {
        self.exchanges.clone()
    }
}

impl Case for Shown<'_> {
    fn numbers(&self) -> Vec<u32> {
        self.exchanges.clone()
    }
}

impl Body<'_> {
    fn violations(&self) -> Arc<[Violation]> {
        match self.overview {
            Some(overview) => overview.violations(self.schema, self.permission),
            None => violations(self.schema, self.permission).into(),
        }
    }
}

/// Every granted answer that is one permission object.
///
/// A collection is RESP-01's business and an error in a success is ERR-14's; the members of neither are
/// looked at.
fn granted<'e>(evidence: &Evidence<'e>) -> impl Iterator<Item = Granted<'e>> + use<'e> {
    evidence.run_granted().filter(|it| {
        !it.permission["value"].is_array()
            && it.permission.get("error").is_none_or(Value::is_null)
            && !leaves_out(it.request_url())
    })
}

/// Every granted answer, and every entry of a listing that `is_judged`.
fn bodies<'e>(evidence: &Evidence<'e>, is_judged: fn(&Value) -> bool) -> Vec<Body<'e>> {
    let mut bodies: Vec<Body<'e>> = granted(evidence)
        .map(|it| Body {
            exchanges: vec![it.number()],
            pointer: String::new(),
            permission: it.permission,
            schema: Schema::CreateLinkAnswer,
            overview: evidence.overview,
        })
        .collect();
    if bodies.is_empty() {
        return bodies;
    }
    let read = evidence.run.iter().flat_map(|it| &it.exchanges).filter(|it| {
        it.purpose == Purpose::ReadPermission
            && !it.retried
            && it.status() == Some(200)
            && !leaves_out(&it.request.url)
    });
    for exchange in read {
        let permission = exchange.answer().and_then(|it| it.json().ok());
        bodies.extend(permission.filter(|it| is_judged(it)).map(|permission| Body {
            exchanges: vec![exchange.number],
            pointer: String::new(),
            permission,
            schema: Schema::Permission,
            overview: evidence.overview,
        }));
    }
    let all = evidence.run.iter().flat_map(|recording| {
        listings(recording)
            .into_iter()
            .filter(|it| !Knowledge::of(recording).leaves_members_out(it))
    });
    for listing in all {
        for (index, permission) in listing.permissions.into_iter().enumerate() {
            if is_judged(permission) {
                bodies.push(Body {
                    exchanges: listing.exchanges.clone(),
                    pointer: format!("/value/{index}"),
                    permission,
                    schema: Schema::Permission,
                    overview: evidence.overview,
                });
            }
        }
    }
    bodies
}

/// A link as its item shows it: in the answer that granted it, and in the listings of that item.
struct Shown<'e> {
    /// The type that was asked for.
    link_type: Option<&'e str>,
    permission: &'e Value,
    pointer: String,
    exchanges: Vec<u32>,
}

/// Every granted link wherever its own item shows it.
fn shown_links<'e>(evidence: &Evidence<'e>) -> Vec<Shown<'e>> {
    let mut shown = Vec::new();
    for recording in evidence.run {
        let alone = evidence.alone(recording);
        let granted: Vec<Granted<'e>> =
            granted(&alone).filter(|it| it.link().is_object()).collect();
        for one in &granted {
            shown.push(Shown {
                link_type: one.asked_type(),
                permission: one.permission,
                pointer: String::new(),
                exchanges: vec![one.number()],
            });
        }
        // What somebody may have made of a link since is not known; its answers speak for themselves.
        let listings =
            if Knowledge::of(recording).is_told() { listings(recording) } else { Vec::new() };
        for listing in listings {
            for (index, entry) in listing.permissions.iter().copied().enumerate() {
                let asked = |it: &&Granted<'e>| {
                    it.permission["id"].is_string() && it.permission["id"] == entry["id"]
                };
                // A link that was granted for the folder as well is the folder's (IDEM-17).
                let is_own = granted
                    .iter()
                    .filter(asked)
                    .all(|it| it.exchange.item.as_deref() == Some(listing.item));
                let own = granted.iter().find(asked).filter(|_| is_own);
                // What was asked for as another type as well may have become that (IDEM-07).
                let mut types = granted.iter().filter(asked).map(|it| it.asked_type());
                let first = types.next().flatten();
                let link_type = first.filter(|first| types.all(|it| it == Some(first)));
                shown.extend(own.filter(|_| entry["link"].is_object()).map(|_| Shown {
                    link_type,
                    permission: entry,
                    pointer: format!("/value/{index}"),
                    exchanges: listing.exchanges.clone(),
                }));
            }
        }
    }
    shown
}

/// The verdict of the schemas under one rule, over all granted answers and the sharing links in listings.
///
/// `concerns` says whether a permission has the member the rule speaks of.
fn shape(
    evidence: &Evidence<'_>,
    rule: &str,
    expected: &str,
    nothing: &str,
    concerns: fn(&Value) -> bool,
) -> Judgement {
    let bodies = bodies(evidence, |entry| !entry["link"].is_null());
    if bodies.is_empty() {
        return Err(Outcome::not_run(NOTHING_GRANTED));
    }
    each_case(bodies, nothing, |body| shape_of(body, rule, expected, concerns))
}

fn shape_of(
    body: &Body<'_>,
    rule: &str,
    expected: &str,
    concerns: fn(&Value) -> bool,
) -> Option<Judgement> {
    if !concerns(body.permission) {
        return None;
    }
    let violations = body.violations();
    Some(match violations.iter().find(|it| it.rule == rule) {
        None => HOLDS,
        Some(violation) => Err(Outcome::broken(
            expected,
            at(&format!("{}{}", body.pointer, violation.pointer), &violation.message),
            body.exchanges.iter().copied(),
        )),
    })
}

/// A finding with the JSON pointer it is about.
pub(super) fn at(pointer: &str, message: &str) -> String {
    if pointer.is_empty() { message.to_owned() } else { format!("{pointer}: {message}") }
}

/// Whether a member is there: absent and null are the same (RESP-06).
fn has(value: &Value, member: &str) -> bool {
    value.get(member).is_some_and(|it| !it.is_null())
}

/// Whether a member holds nothing: absent, null, `{}`, `[]`, or an object of such members only.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => {
            members.iter().all(|(name, value)| name.starts_with('@') || is_empty(value))
        }
        _ => false,
    }
}

/// An answer as an object that names its exchange, for rules that look at one answer at a time.
fn each_granted(
    evidence: &Evidence<'_>,
    nothing: &str,
    check: impl Fn(&Granted<'_>) -> Option<Judgement>,
) -> Judgement {
    if granted(evidence).next().is_none() {
        return Err(Outcome::not_run(NOTHING_GRANTED));
    }
    each_case(granted(evidence), nothing, check)
}

/// What was seen in the granted answers, in one line; answers without it are left out.
fn recorded(
    evidence: &Evidence<'_>,
    nothing: &str,
    look: impl Fn(&Granted<'_>) -> Option<String>,
) -> Judgement {
    let mut answers = 0_usize;
    let mut found = Vec::new();
    for granted in granted(evidence) {
        answers += 1;
        found.extend(look(&granted));
    }
    if answers == 0 {
        return Err(Outcome::not_run(NOTHING_GRANTED));
    }
    if found.is_empty() {
        return crate::judge::finding::outcome::seen(format!("{nothing} ({answers} answers)"));
    }
    let seen_in = found.len();
    crate::judge::finding::outcome::seen(format!(
        "{} (in {seen_in} of {answers} answers)",
        crate::judge::finding::cases::counted(found)
    ))
}
