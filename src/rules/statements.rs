//! Every statement of createLink's page, by our own id, with the rules that judge it or the reason why none does.

use serde::Deserialize;

use super::embedded::STATEMENTS;
use super::mistake::in_toml;
use super::{Mistake, words};

/// Shorter pieces are labels of a table, which [`super::page`] compares as such.
pub(crate) const FEWEST_WORDS: usize = 3;

/// One statement of the page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Our id of it.
    pub id: String,
    /// The section it stands in.
    pub section: String,
    /// The hash of its words, without what changes no meaning.
    pub hash: String,
    /// The hash of the statement as it is printed.
    pub printed: String,
    /// The label of the file that holds it, where the page includes it from there: a copy may lack all of that file.
    #[serde(default)]
    pub included: String,
    /// The rules that judge it.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Why no rule does.
    #[serde(default)]
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    statement: Vec<Statement>,
}

/// Reads the file.
pub(super) fn read(text: &str) -> Result<Vec<Statement>, Mistake> {
    toml::from_str::<File>(text)
        .map(|file| file.statement)
        .map_err(|error| in_toml(STATEMENTS, text, &error))
}

/// The hash of a statement, from the hashes of its words.
pub(crate) fn hash_of(line: &str) -> String {
    words::hash(line)
}
