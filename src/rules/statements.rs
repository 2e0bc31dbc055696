//! Every statement of createLink's page, by our own id, with the rules that judge it or the reason why none does.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Catalogue, Library, Mistake, words};

/// The file of `features/` that lists them.
pub(crate) const FILE: &str = "statements.toml";

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
        .map_err(|error| super::read::in_toml(FILE, text, &error))
}

/// The hash of a statement, from the hashes of its words.
pub(crate) fn hash_of(line: &str) -> String {
    words::hash(line)
}

/// Mistakes between the statements, the fingerprint of the page and the rules.
pub(super) fn refuse(library: &Library, catalogue: &Catalogue, mistakes: &mut Vec<Mistake>) {
    let Some(page) = catalogue.sources.list.first() else { return };
    if !library.is_whole {
        return;
    }
    let mut wrong = |message: String| mistakes.push(Mistake::at(FILE, 0, message));
    let mut mapped: BTreeMap<(String, String), &Statement> = BTreeMap::new();
    for statement in &catalogue.statements {
        if mapped.insert((statement.section.clone(), statement.hash.clone()), statement).is_some() {
            wrong(format!("the statement {} is listed twice", statement.id));
        }
        if statement.rules.is_empty() == statement.reason.is_empty() {
            wrong(format!(
                "the statement {} needs the rules that judge it, or else a reason why none does",
                statement.id
            ));
        }
        for id in statement.rules.iter().filter(|id| !catalogue.knows(id)) {
            wrong(format!("the statement {} names {id}, which is no rule", statement.id));
        }
    }
    for section in &page.sections {
        for line in section.words.iter().filter(|line| line.split(' ').count() >= FEWEST_WORDS) {
            if mapped.remove(&(section.name.clone(), hash_of(line))).is_none() {
                wrong(format!(
                    "a statement of the section {} is mapped to no rule: add one with the hash {}",
                    section.name,
                    hash_of(line)
                ));
            }
        }
    }
    for statement in mapped.into_values() {
        wrong(format!(
            "the statement {} is not on the page; remove it or mend its hash",
            statement.id
        ));
    }
}
