//! What the files of `features/` say of each other: a rule rests on a page that is known and quotes it word for word,
//! an ambiguity and a statement name rules there are, and every statement of the page has its rules or a reason.

use std::collections::{BTreeMap, BTreeSet};

use super::embedded::{AMBIGUITIES, STATEMENTS, UNCOVERED};
use super::rule::{Catalogue, Rule};
use super::statements::{FEWEST_WORDS, Statement, hash_of};
use super::{Basis, Library, Mistake, Section, Sources, ambiguities};

/// Adds the addresses of their sources to the rules, and every mistake to these.
pub(super) fn check(library: &Library, catalogue: &mut Catalogue, mistakes: &mut Vec<Mistake>) {
    refuse_repeated_ids(catalogue, mistakes);
    refuse_withdrawn(library, catalogue, mistakes);
    check_sources(catalogue, mistakes);
    refuse_ambiguities(library, catalogue, mistakes);
    refuse_statements(library, catalogue, mistakes);
}

fn refuse_repeated_ids(catalogue: &Catalogue, mistakes: &mut Vec<Mistake>) {
    let mut seen = BTreeSet::new();
    for rule in &catalogue.rules {
        if !seen.insert(rule.id.as_str()) {
            mistakes.push(Mistake::at(
                &rule.file,
                rule.line,
                format!("the id {} is used by another rule already", rule.id),
            ));
        }
    }
    for uncovered in &catalogue.uncovered {
        if !seen.insert(uncovered.id.as_str()) {
            mistakes.push(Mistake::at(
                UNCOVERED,
                0,
                format!("{} is listed here and is a rule, or is listed twice", uncovered.id),
            ));
        }
    }
}

fn refuse_withdrawn(library: &Library, catalogue: &Catalogue, mistakes: &mut Vec<Mistake>) {
    for uncovered in catalogue.uncovered.iter().filter(|_| library.is_whole) {
        for id in uncovered.replaced_by.iter().filter(|id| catalogue.rule(id).is_none()) {
            mistakes.push(Mistake::at(
                UNCOVERED,
                0,
                format!("{} is replaced by {id}, which no scenario judges", uncovered.id),
            ));
        }
    }
}

/// A rule rests on a page that is known, and quotes it word for word.
fn check_sources(catalogue: &mut Catalogue, mistakes: &mut Vec<Mistake>) {
    let sources = &catalogue.sources;
    for rule in &mut catalogue.rules {
        if let Err(message) = refuse_source(sources, rule) {
            mistakes.push(Mistake::at(&rule.file, rule.basis_line, message));
        }
        if let Some((source, _)) = sources.find(&rule.source) {
            rule.url.clone_from(&source.address);
        }
    }
}

/// What is wrong with the source of a rule, or with its quotation.
pub(super) fn refuse_source(sources: &Sources, rule: &Rule) -> Result<(), String> {
    let Some((source, section)) = sources.find(&rule.source) else {
        let name = rule.source.split(", ").next().unwrap_or_default();
        return Err(unknown(
            &format!("the rule {} rests on an unknown source, {name}", rule.id),
            name,
            sources.list.iter().map(|it| it.name.as_str()),
            "add it to sources.toml, or name one of its sources",
        ));
    };
    let sections: Vec<&Section> = match section {
        None => source.sections.iter().collect(),
        Some(name) => match source.section(name) {
            Some(section) => vec![section],
            None => {
                return Err(unknown(
                    &format!(
                        "the rule {} rests on \"{name}\", which is no section of {}",
                        rule.id, source.name
                    ),
                    name,
                    source.sections.iter().map(|it| it.name.as_str()),
                    "name a section of the page",
                ));
            }
        },
    };
    match rule.basis {
        Basis::Reading if rule.phrase.contains(['"', '\u{201c}', '\u{201d}']) => Err(format!(
            "the rule {} puts a part of its basis in quotation marks; put all of it in marks, which makes it a quotation, or nothing",
            rule.id
        )),
        Basis::Quotation if !sections.iter().any(|section| section.holds(&rule.phrase)) => {
            let elsewhere = source.sections.iter().find(|section| section.holds(&rule.phrase));
            Err(match elsewhere {
                Some(section) => format!(
                    "the quotation of the rule {} stands in another section of {}: {}",
                    rule.id, source.name, section.name
                ),
                None => format!(
                    "the quotation of the rule {} does not stand on the page it names ({}, {}); quote the page word for word, or leave the quotation marks away and say it as a reading",
                    rule.id, rule.source, source.address
                ),
            })
        }
        _ => Ok(()),
    }
}

fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    otherwise: &str,
) -> String {
    match crate::nearest::nearest(name, known.clone()) {
        Some(near) => format!("{what}; did you mean {near}?"),
        None => format!("{what}; {otherwise}: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// Mistakes between the ambiguities and the features that mention them.
fn refuse_ambiguities(library: &Library, catalogue: &Catalogue, mistakes: &mut Vec<Mistake>) {
    let defined: BTreeSet<&str> = catalogue.ambiguities.iter().map(|it| it.id.as_str()).collect();
    for ambiguity in &catalogue.ambiguities {
        for id in ambiguity.rules.iter().filter(|id| library.is_whole && !catalogue.knows(id)) {
            mistakes.push(Mistake::at(
                AMBIGUITIES,
                0,
                format!(
                    "{} names {id}, which is no rule; name the rules that honour it",
                    ambiguity.id
                ),
            ));
        }
    }
    for (path, text) in library.features() {
        for (index, line) in text.lines().enumerate() {
            for id in ambiguities::mentioned(line) {
                if !defined.contains(id) {
                    mistakes.push(Mistake::at(
                        path,
                        index + 1,
                        format!("{id} is defined nowhere; add it to {AMBIGUITIES}"),
                    ));
                }
            }
        }
    }
}

/// Mistakes between the statements, the fingerprint of the page and the rules.
fn refuse_statements(library: &Library, catalogue: &Catalogue, mistakes: &mut Vec<Mistake>) {
    let Some(page) = catalogue.sources.list.first() else { return };
    if !library.is_whole {
        return;
    }
    let mut wrong = |message: String| mistakes.push(Mistake::at(STATEMENTS, 0, message));
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
