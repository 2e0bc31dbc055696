//! What an application may not have meant to send: inherited permissions given up, members the page does not have.

use std::collections::BTreeMap;

use serde_json::Value;

use super::raw_exchange::RawExchange;
use super::sender::Sender;

/// The members the page documents.
const DOCUMENTED: [&str; 5] =
    ["type", "scope", "password", "expirationDateTime", "retainInheritedPermissions"];

/// The member that gives up what was inherited, when it is false.
const RETAIN: &str = "retainInheritedPermissions";

/// So many entries are named beside one remark.
const MOST_NAMED: usize = 20;

/// Different things that are told apart; a client that makes up members would have no end.
const MOST_KINDS: usize = 50;

/// What one request sent, and through which library.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmeant {
    gives_up: bool,
    undocumented: Vec<String>,
    sender: Option<Sender>,
}

/// All of it, with the entries.
#[derive(Debug, Clone, Default)]
pub struct UnmeantSeen(BTreeMap<Unmeant, (Vec<u32>, u64)>);

impl Unmeant {
    /// What a createLink request says that its application may not have meant; `None` for most.
    pub(super) fn of(raw: &RawExchange<'_>) -> Option<Self> {
        let Value::Object(members) = serde_json::from_str(raw.body.as_deref()?).ok()? else {
            return None;
        };
        let gives_up = members.get(RETAIN) == Some(&Value::Bool(false));
        // Beta documents more.
        let is_beta = raw.url.contains("/beta/");
        let mut undocumented: Vec<String> = members
            .keys()
            .filter(|it| !is_beta && !DOCUMENTED.contains(&it.as_str()) && !it.starts_with('@'))
            .map(|it| it.chars().filter(|it| !it.is_control()).take(40).collect())
            .take(10)
            .collect();
        undocumented.sort();
        let headers: Vec<(String, String)> =
            raw.headers.iter().map(|it| (it.name.0.to_string(), it.value.0.to_string())).collect();
        (gives_up || !undocumented.is_empty()).then(|| Self {
            gives_up,
            undocumented,
            sender: Sender::of(&headers),
        })
    }

    fn sentence(&self, entries: &str) -> String {
        let mut sent = Vec::new();
        if self.gives_up {
            sent.push(format!(
                "{RETAIN}: false, which gives up what the item inherits when it is shared for the first time"
            ));
        }
        if !self.undocumented.is_empty() {
            sent.push(format!(
                "{}, which the page does not document",
                self.undocumented.join(" and ")
            ));
        }
        let who = match &self.sender {
            None => "No header field names the library".to_owned(),
            Some(sender) => match sender.sends_unasked_since() {
                Some(since) => format!(
                    "{sender} sends {RETAIN}: false and sendNotification: false unasked, as every version since {since}"
                ),
                None if sender.sends_when_asked_only() => {
                    format!("{sender} does not send it unless the application sets it")
                }
                None => format!(
                    "By its header fields {sender}; whether it sends that unasked is not known"
                ),
            },
        };
        format!(
            "{entries} sent {}. {who}. The wire does not tell whether the application meant it.",
            sent.join("; and ")
        )
    }
}

impl UnmeantSeen {
    pub(super) fn note(&mut self, unmeant: Unmeant, number: u32) {
        if self.0.len() >= MOST_KINDS && !self.0.contains_key(&unmeant) {
            return;
        }
        let (numbers, count) = self.0.entry(unmeant).or_default();
        *count += 1;
        if numbers.len() < MOST_NAMED {
            numbers.push(number);
        }
    }

    /// One sentence for each kind.
    pub fn sentences(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|(unmeant, (numbers, count))| {
                let named: Vec<String> = numbers.iter().map(u32::to_string).collect();
                let more = count - numbers.len() as u64;
                let entries = match (named.as_slice(), more) {
                    ([one], 0) => format!("createLink in entry {one}"),
                    (_, 0) => format!("createLink in entries {}", named.join(", ")),
                    _ => format!("createLink in entries {} and {more} more", named.join(", ")),
                };
                unmeant.sentence(&entries)
            })
            .collect()
    }
}
