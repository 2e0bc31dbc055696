//! Reads the prose of Given and When lines. The words are the users'; the grammar is small and closed,
//! so that a slip of the pen is an error and never a different request.

use serde_json::{Value, json};

use super::act::{
    Act, Ask, AskBody, InstantForm, MediaType, Member, MemberValue, UseOfLink, Way, WrongMethod,
};
use super::script::{Script, unknown};
use crate::graph::Identity;

/// The Given and When lines written down so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Story {
    /// What happens, in order.
    pub acts: Vec<Act>,
    /// What the scripted service does, in stories told through a client library.
    pub script: Script,
}

/// Identities that act by asking, by their words. The owner also appears as "the owner".
fn identity(phrase: &str) -> Result<Identity, String> {
    const ALL: [Identity; 11] = [
        Identity::Owner,
        Identity::SecondApp,
        Identity::SecondUser,
        Identity::ReadOnly,
        Identity::AppOnly,
        Identity::FilesReadWrite,
        Identity::FilesReadWriteAll,
        Identity::SitesReadWriteAll,
        Identity::AppOnlySites,
        Identity::NoToken,
        Identity::InvalidToken,
    ];
    if phrase == "the owner" {
        return Ok(Identity::Owner);
    }
    ALL.into_iter().find(|identity| identity.phrase() == phrase).ok_or_else(|| {
        unknown("somebody", phrase, ALL.iter().map(|it| it.phrase()).chain(["the owner"]))
    })
}

impl Story {
    /// The story told as far as `acts` lines.
    pub fn beginning(&self, acts: usize) -> Self {
        Self { acts: self.acts[..acts.min(self.acts.len())].to_vec(), script: self.script.clone() }
    }

    /// How many createLink calls telling it costs.
    pub fn create_link_calls(&self) -> usize {
        self.acts.iter().map(Act::create_link_calls).sum()
    }

    /// The requests to createLink, in order.
    pub fn asks(&self) -> impl Iterator<Item = &Ask> {
        self.acts.iter().filter_map(|act| match act {
            Act::Ask(ask) => Some(ask),
            _ => None,
        })
    }

    /// "a new file", "a new folder", "a new inner folder in the folder", "a new file in the inner folder",
    /// "a second new file".
    ///
    /// # Errors
    /// Says which word is not understood.
    pub fn make(&mut self, phrase: &str) -> Result<(), String> {
        let (what, inside) = match phrase.split_once(" in the ") {
            Some((what, folder)) => (what, Some(self.known_item(folder)?)),
            None => (phrase, None),
        };
        let (item, folder) = match what {
            "a new file" => ("file", false),
            "a new folder" => ("folder", true),
            "a new inner folder" => ("inner folder", true),
            "a second new file" => ("second file", false),
            other => {
                return Err(unknown(
                    "item",
                    other,
                    ["a new file", "a new folder", "a new inner folder", "a second new file"]
                        .into_iter(),
                ));
            }
        };
        if self.has_item(item) {
            return Err(format!("the story has the {item} already"));
        }
        self.acts.push(Act::Make { item: item.to_owned(), folder, inside });
        Ok(())
    }

    /// "the application" "asks for" "a view link to the folder for anyone".
    ///
    /// # Errors
    /// Says which word is not understood.
    pub fn ask(&mut self, who: &str, what: &str) -> Result<(), String> {
        let by = identity(who)?;
        let subject = self.subject()?;
        let (mut ask, rest) = if let Some(rest) = what.strip_prefix("the same link again") {
            let previous = self.asks().last().ok_or("nothing was asked for before")?;
            (Ask { by, ..previous.clone() }, rest)
        } else if let Some(rest) = what.strip_prefix("a link without a type") {
            let mut ask = Ask::for_type(by, &subject, "view");
            ask.leave_out("type");
            (ask, rest)
        } else if let Some(rest) = what.strip_prefix("a link of type \"") {
            let (value, rest) = rest.split_once('"').ok_or("the quotation marks are not closed")?;
            let mut ask = Ask::for_type(by, &subject, "view");
            ask.set("type", MemberValue::Json(Value::from(value)));
            (ask, rest)
        } else {
            let links =
                [("a view link", "view"), ("an edit link", "edit"), ("an embed link", "embed")];
            let (link_type, rest) = links
                .iter()
                .find_map(|(words, link_type)| Some((*link_type, what.strip_prefix(words)?)))
                .ok_or_else(|| {
                    unknown(
                        "link",
                        what,
                        links.iter().map(|it| it.0).chain(["the same link again"]),
                    )
                })?;
            (Ask::for_type(by, &subject, link_type), rest)
        };
        self.modify(&mut ask, rest)?;
        self.acts.push(Act::Ask(ask));
        Ok(())
    }

    /// "the application" "sends" "broken JSON".
    ///
    /// # Errors
    /// Says which word is not understood.
    pub fn send(&mut self, who: &str, what: &str) -> Result<(), String> {
        type Body = fn(Vec<Member>) -> AskBody;
        const BODIES: [(&str, Body); 6] = [
            ("a list instead of an object", |members| AskBody::Around {
                before: "[",
                members,
                after: "]",
            }),
            ("an object with another one behind it", |members| AskBody::Around {
                before: "",
                members,
                after: "{}",
            }),
            ("a word instead of an object", |_| AskBody::Text(r#""view""#.to_owned())),
            ("broken JSON", |_| AskBody::Text(r#"{"type":"#.to_owned())),
            ("an empty object", |_| AskBody::Text("{}".to_owned())),
            ("no body", |_| AskBody::Nothing),
        ];
        let by = identity(who)?;
        let subject = self.subject()?;
        let (body, rest) = BODIES
            .iter()
            .find_map(|(words, body)| Some((*body, what.strip_prefix(words)?)))
            .ok_or_else(|| unknown("body", what, BODIES.iter().map(|it| it.0)))?;
        let mut ask = Ask::for_type(by, &subject, "view");
        if let AskBody::Members(members) = ask.body {
            ask.body = body(members);
        }
        self.modify(&mut ask, rest)?;
        self.acts.push(Act::Ask(ask));
        Ok(())
    }

    /// "the application calls createLink of the file with" a method: "GET", "PATCH", "PUT".
    ///
    /// # Errors
    /// Says which word is not understood.
    pub fn call_with(&mut self, item: &str, method: &str) -> Result<(), String> {
        const METHODS: [(&str, WrongMethod); 3] =
            [("GET", WrongMethod::Get), ("PATCH", WrongMethod::Patch), ("PUT", WrongMethod::Put)];
        let item = self.known_item(item)?;
        let (_, method) = METHODS
            .into_iter()
            .find(|(word, _)| *word == method)
            .ok_or_else(|| unknown("wrong method", method, METHODS.iter().map(|it| it.0)))?;
        self.acts.push(Act::WrongMethod { item, method });
        Ok(())
    }

    /// What is done with a link: "the link", "the first link", "the second link", "the third link".
    ///
    /// # Errors
    /// Says which word is not understood, or that nothing was asked for yet.
    pub fn with_link(
        &mut self,
        who: &str,
        link: &str,
        use_of_link: UseOfLink,
    ) -> Result<(), String> {
        let by = identity(who)?;
        let asked = self.asks().count();
        let link = match link {
            "the link" => asked.checked_sub(1),
            "the first link" => (asked >= 1).then_some(0),
            "the second link" => (asked >= 2).then_some(1),
            "the third link" => (asked >= 3).then_some(2),
            other => {
                return Err(unknown(
                    "link",
                    other,
                    ["the link", "the first link", "the second link", "the third link"].into_iter(),
                ));
            }
        }
        .ok_or("the story has not asked for that link yet")?;
        if let UseOfLink::DeleteAt(item) = &use_of_link {
            self.known_item(item)?;
        }
        self.acts.push(Act::WithLink { by, link, use_of_link });
        Ok(())
    }

    /// An act of the owner on an item, named as "the file" without its article.
    ///
    /// # Errors
    /// Says that the story has no such item.
    pub fn with_item(&mut self, item: &str, act: fn(String) -> Act) -> Result<(), String> {
        let item = self.known_item(item)?;
        self.acts.push(act(item));
        Ok(())
    }

    fn has_item(&self, name: &str) -> bool {
        self.acts.iter().any(|act| matches!(act, Act::Make { item, .. } if item == name))
    }

    fn known_item(&self, name: &str) -> Result<String, String> {
        if self.has_item(name) {
            return Ok(name.to_owned());
        }
        let known = self.acts.iter().filter_map(|act| match act {
            Act::Make { item, .. } => Some(item.as_str()),
            _ => None,
        });
        Err(unknown("item of this story", name, known))
    }

    /// What a line speaks of when it names no item: the file, or the folder where there is no file.
    fn subject(&self) -> Result<String, String> {
        ["file", "folder"]
            .into_iter()
            .find(|name| self.has_item(name))
            .map(str::to_owned)
            .ok_or_else(|| "the story has no item yet: begin with \"Given a new file\"".to_owned())
    }

    /// Reads everything that may follow the link: the item, the scope, the options, the way.
    fn modify(&self, ask: &mut Ask, words: &str) -> Result<(), String> {
        let mut rest = words;
        while !rest.is_empty() {
            let start = rest;
            for (phrase, change) in MODIFIERS {
                if let Some(after) = rest.strip_prefix(phrase)
                    && (after.is_empty() || after.starts_with([' ', ',']))
                {
                    change(ask);
                    rest = after;
                    break;
                }
            }
            if rest.len() == start.len() {
                rest = self.modify_with_value(ask, rest)?;
            }
        }
        Ok(())
    }

    fn modify_with_value<'w>(&self, ask: &mut Ask, rest: &'w str) -> Result<&'w str, String> {
        let mistake = || {
            unknown(
                "wording",
                rest.trim(),
                MODIFIERS.iter().map(|(phrase, _)| phrase.trim()).chain(PATTERNS.iter().copied()),
            )
        };
        if let Some(after) = rest.strip_prefix(" to the ") {
            let item = ["second file", "file", "inner folder", "folder"]
                .into_iter()
                .find(|item| after.starts_with(item))
                .ok_or_else(mistake)?;
            ask.item = self.known_item(item)?;
            return Ok(&after[item.len()..]);
        }
        if let Some(after) = rest.strip_prefix(" that expires in ") {
            let (days, after) = after.split_once(" days").ok_or_else(mistake)?;
            let days = days.parse().map_err(|_| mistake())?;
            let written = [
                (", written with an offset", InstantForm::OffsetAndFraction),
                (", written with a fraction", InstantForm::Fraction),
            ];
            let (form, after) = written
                .into_iter()
                .find_map(|(words, form)| Some((form, after.strip_prefix(words)?)))
                .unwrap_or((InstantForm::Documented, after));
            ask.set("expirationDateTime", MemberValue::InDays(days, form));
            return Ok(after);
        }
        for (words, member) in [
            (" with the scope \"", "scope"),
            (" with the password \"", "password"),
            (" that expires at \"", "expirationDateTime"),
        ] {
            if let Some(after) = rest.strip_prefix(words) {
                let (value, after) = after.split_once('"').ok_or_else(mistake)?;
                ask.set(member, MemberValue::Json(Value::from(value)));
                return Ok(after);
            }
        }
        Err(mistake())
    }
}

/// Wordings that carry a value, for did-you-mean.
const PATTERNS: [&str; 5] = [
    "to the folder",
    "that expires in 7 days",
    "with the scope \"everyone\"",
    "with the password \"secret\"",
    "that expires at \"tomorrow\"",
];

/// A wording and what it changes.
type Modifier = (&'static str, fn(&mut Ask));

/// Wordings without a value. A longer wording stands before its own beginning.
const MODIFIERS: &[Modifier] = &[
    // The word itself is not in the prose: reports hold the prose, and no password.
    (" with the password of the page's example", |ask| {
        ask.set("password", json("ThisIsMyPrivatePassword"));
    }),
    (" for anyone", |ask| ask.set("scope", json("anonymous"))),
    (" for the organization", |ask| ask.set("scope", json("organization"))),
    (" for specific people", |ask| ask.set("scope", json("users"))),
    (" without naming a scope", |ask| ask.leave_out("scope")),
    (" with a password", |ask| ask.set("password", MemberValue::Password(0))),
    (" with another password", |ask| ask.set("password", MemberValue::Password(1))),
    (" with an empty password", |ask| ask.set("password", json(""))),
    (" without a password", |ask| ask.leave_out("password")),
    (" that expired yesterday", |ask| {
        ask.set("expirationDateTime", MemberValue::InDays(-1, InstantForm::Documented));
    }),
    (" keeping inherited permissions", |ask| {
        ask.set("retainInheritedPermissions", MemberValue::Json(Value::Bool(true)));
    }),
    (" dropping existing permissions", |ask| {
        ask.set("retainInheritedPermissions", MemberValue::Json(Value::Bool(false)));
    }),
    (" with the word \"no\" for keeping permissions", |ask| {
        ask.set("retainInheritedPermissions", json("no"));
    }),
    (" with a number for its type", |ask| ask.set("type", MemberValue::Json(Value::from(1)))),
    (" with a number for its expiration", |ask| {
        ask.set("expirationDateTime", MemberValue::Json(Value::from(4_102_444_800_u64)));
    }),
    (" with a list for its scope", |ask| ask.set("scope", MemberValue::Json(json!([])))),
    (" with every optional property null", |ask| {
        ask.set("password", MemberValue::Json(Value::Null));
        ask.set("expirationDateTime", MemberValue::Json(Value::Null));
        ask.set("retainInheritedPermissions", MemberValue::Json(Value::Null));
    }),
    // Nobody is told anything: this is sent on people's drives.
    (" with the properties of the metadata alone", |ask| {
        ask.set("message", json(""));
        ask.set("recipients", MemberValue::Json(json!([])));
        ask.set("sendNotification", MemberValue::Json(Value::Bool(false)));
    }),
    (" with an unknown property", |ask| ask.set("linkspecUnknown", json("value"))),
    (" with the properties in another order", |ask| {
        if let AskBody::Members(members) = &mut ask.body {
            members.reverse();
        }
    }),
    (" with the property name written \"Type\"", |ask| {
        if let AskBody::Members(members) = &mut ask.body {
            for member in members.iter_mut().filter(|member| member.name == "type") {
                *member = Member { name: "Type".into(), value: member.value.clone() };
            }
        }
    }),
    (" as plain text", |ask| ask.media_type = MediaType::PlainText),
    (" with a character set", |ask| ask.media_type = MediaType::JsonWithCharset),
    (" at the drives address", |ask| ask.way = Way::Drives),
    (" at the groups address", |ask| ask.way = Way::Groups),
    (" at the me address", |ask| ask.way = Way::Me),
    (" at the sites address", |ask| ask.way = Way::Sites),
    (" at the users address", |ask| ask.way = Way::Users),
    (" by its path", |ask| ask.way = Way::ByPath),
    (" by the qualified action name", |ask| ask.way = Way::QualifiedAction),
    (" with its ids percent-encoded", |ask| ask.way = Way::EncodedIds),
    (" at a malformed item id", |ask| ask.way = Way::MalformedItem),
];

fn json(text: &str) -> MemberValue {
    MemberValue::Json(Value::from(text))
}
