//! The addresses by which a drive and its items are reached.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::graph::Address;

/// Further documented ways to the same drive: the `[addresses]` table of `linkspec.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(inline)]
pub struct Addresses {
    /// The id or user principal name of the drive's user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The id of the Microsoft 365 group whose drive this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The id of the site whose default library this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
}

/// Whether a way leads to the drive of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// It does.
    Here(Address),
    /// It cannot be used, for this reason.
    No(String),
}

impl Addresses {
    /// The addresses to try, by their kind.
    pub fn declared(&self) -> BTreeMap<&'static str, Address> {
        [
            self.user.clone().map(Address::User),
            self.group.clone().map(Address::Group),
            self.site.clone().map(Address::Site),
        ]
        .into_iter()
        .flatten()
        .map(|address| (address.kind(), address))
        .collect()
    }
}
