//! Conditions: what has to be chosen together in a request before a deviation shows.

use std::fmt;

use serde_json::{Map, Value};

/// A parameter: its names, the first being the usual one, and its values, each with the ways it is written.
type Known = (&'static [&'static str], &'static [&'static [&'static str]]);

/// What a condition can speak of. The words are those of the columns of `features/combinations.feature`.
const PARAMETERS: [Known; 9] = [
    (&["type"], &[&["view"], &["edit"], &["embed"]]),
    (&["scope"], &[&["omitted"], &["anonymous"], &["organization"], &["users"]]),
    (&["address"], &[&["drives"], &["me"], &["users"], &["groups"], &["sites"]]),
    (
        &["item", "kind"],
        &[
            &["a file"],
            &["a folder"],
            &["a file in an inner folder"],
            &["a file in a shared folder"],
        ],
    ),
    (
        &["who", "identity"],
        &[
            &["the application", "owner"],
            &["the second application", "second-app"],
            &["an application without a user", "app-only"],
            &["an application that may only read", "read-only"],
        ],
    ),
    (
        &["keeping", "retain", "retainInheritedPermissions"],
        &[&["omitted"], &["true"], &["false"], &["null"]],
    ),
    (&["expiration", "expirationDateTime"], &[&["omitted"], &["given"], &["null"]]),
    (&["password"], &[&["omitted"], &["given"], &["null"]]),
    (
        &["occasion"],
        &[
            &["for the first time", "first"],
            &["again", "repeat"],
            &["after a link of another type"],
            &["after a link of another scope"],
            &["after the link was deleted"],
            &["while another item has such a link"],
        ],
    ),
];

const OCCASION: usize = PARAMETERS.len() - 1;

/// The words of a request: everything of [`PARAMETERS`] but the occasion; what is none of the values is `None`.
pub(super) type Words = [Option<u8>; OCCASION];

/// The place of the kind of item among the words.
pub(super) const ITEM: usize = 3;
/// The place of the address among the words.
pub(super) const ADDRESS: usize = 2;

/// What a request comes on: everything that was so before it. More than one may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    First,
    Again,
    AfterAnotherType,
    AfterAnotherScope,
    AfterDeletion,
    WhileAnotherItemHasOne,
}

/// What a condition is held against.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub words: Words,
    pub occasions: Vec<Occasion>,
}

/// Values that have to coincide in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition([Option<u8>; PARAMETERS.len()]);

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// A part is not written as a name, "=" and a value.
    #[error("\"{0}\" is not written as NAME=VALUE")]
    NotAPair(String),
    /// Nobody knows the parameter.
    #[error("a request has no parameter \"{0}\"")]
    UnknownParameter(String),
    /// The parameter has no such value.
    #[error("{parameter} has no value \"{value}\"")]
    UnknownValue {
        /// The parameter.
        parameter: &'static str,
        /// What was written for it.
        value: String,
    },
    /// One parameter has two values.
    #[error("{0} is given twice: a request has one value of it")]
    Twice(&'static str),
}

impl ConditionError {
    /// What could have been written instead.
    pub fn known(&self) -> Vec<&'static str> {
        match self {
            Self::NotAPair(_) | Self::UnknownParameter(_) | Self::Twice(_) => {
                Condition::parameters().collect()
            }
            Self::UnknownValue { parameter, .. } => Condition::values(parameter).collect(),
        }
    }
}

impl Condition {
    /// Reads `type=edit and address=users`. An article before a value may be left out.
    ///
    /// # Errors
    /// Says which part is not understood.
    pub fn read(text: &str) -> Result<Self, ConditionError> {
        let mut values = [None; PARAMETERS.len()];
        for part in text.split(" and ").map(str::trim) {
            let (name, value) =
                part.split_once('=').ok_or_else(|| ConditionError::NotAPair(part.to_owned()))?;
            let (name, value) = (name.trim(), value.trim());
            let place =
                place(name).ok_or_else(|| ConditionError::UnknownParameter(name.to_owned()))?;
            let parameter = PARAMETERS[place].0[0];
            let number = number(place, value).ok_or_else(|| ConditionError::UnknownValue {
                parameter,
                value: value.to_owned(),
            })?;
            if values[place].replace(number).is_some() {
                return Err(ConditionError::Twice(parameter));
            }
        }
        Ok(Self(values))
    }

    /// The parameters a condition can speak of.
    pub fn parameters() -> impl Iterator<Item = &'static str> {
        PARAMETERS.iter().map(|(names, _)| names[0])
    }

    /// The values of a parameter.
    pub fn values(parameter: &str) -> impl Iterator<Item = &'static str> + use<> {
        let values = place(parameter).map_or(&[][..], |place| PARAMETERS[place].1);
        values.iter().map(|ways| ways[0])
    }

    /// What it asks for: parameters with their values.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        PARAMETERS.iter().zip(self.0).filter_map(|((names, values), value)| {
            Some((names[0], values.get(usize::from(value?))?[0]))
        })
    }

    /// Whether a request is one of those it speaks of.
    pub(super) fn is_met_by(&self, request: &Request) -> bool {
        let words = self.0.iter().zip(request.words);
        words.into_iter().all(|(wanted, found)| wanted.is_none() || *wanted == found)
            && self.0[OCCASION].is_none_or(|wanted| {
                request.occasions.iter().any(|it| *it as usize == usize::from(wanted))
            })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.parts().map(|(name, value)| format!("{name}={value}")).collect();
        formatter.write_str(&parts.join(" and "))
    }
}

fn place(name: &str) -> Option<usize> {
    PARAMETERS
        .iter()
        .position(|(names, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

fn number(place: usize, value: &str) -> Option<u8> {
    let without_article = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let article = ["a ", "an ", "the "].into_iter().find(|it| lower.starts_with(it));
        article.map_or(lower.clone(), |it| lower[it.len()..].to_owned())
    };
    let value = without_article(value);
    let is_it = |ways: &&[&str]| ways.iter().any(|way| without_article(way) == value);
    PARAMETERS[place].1.iter().position(is_it).and_then(|it| u8::try_from(it).ok())
}

/// The words of a body, an address and a caller; that of the item is left open.
pub(super) fn words(body: &[u8], address: Option<&str>, identity: Option<&str>) -> Words {
    let members: Option<Map<String, Value>> = serde_json::from_slice(body).ok();
    let member = |name: &str| members.as_ref().map(|members| members.get(name));
    let text = |name: &str| -> Option<&str> {
        match member(name)? {
            None => Some("omitted"),
            Some(value) => value.as_str(),
        }
    };
    let given = |name: &str| -> Option<&str> {
        match member(name)? {
            None => Some("omitted"),
            Some(Value::Null) => Some("null"),
            Some(Value::String(_)) => Some("given"),
            Some(_) => None,
        }
    };
    let keeping = match member("retainInheritedPermissions") {
        Some(None) => Some("omitted"),
        Some(Some(Value::Null)) => Some("null"),
        Some(Some(Value::Bool(true))) => Some("true"),
        Some(Some(Value::Bool(false))) => Some("false"),
        _ => None,
    };
    let texts = [
        text("type"),
        text("scope"),
        address,
        None,
        identity,
        keeping,
        given("expirationDateTime"),
        given("password"),
    ];
    let mut words = [None; OCCASION];
    for (place, text) in texts.into_iter().enumerate() {
        words[place] = text.and_then(|text| number(place, text));
    }
    words
}

/// The number of a kind of item.
pub(super) fn kind(text: &str) -> Option<u8> {
    number(ITEM, text)
}
