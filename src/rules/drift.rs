//! What a saved copy of createLink's page says other than the page that was read.

use std::collections::{BTreeMap, BTreeSet};

use super::page::PageForm;
use super::{Basis, Catalogue, Names, Page, Section, Source, Statement, statements, words};

/// How much two sentences have to share to be shown beside each other. A hint only: fewer words than a "not"
/// can turn a sentence round.
const ALIKE: f64 = 0.5;

/// Of createLink's five addresses, this many make a page createLink's.
const ENOUGH_ADDRESSES: usize = 3;

/// Why a page cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownPage {
    /// There is no text.
    #[error("there is no text of a documentation page in it")]
    Empty,
    /// It lists none of createLink's addresses.
    #[error("this is no copy of the page {0}: createLink's addresses are not on it")]
    Other(String),
    /// The features hold no fingerprint of the page.
    #[error("these features hold no fingerprint of createLink's page")]
    NoFingerprint,
}

/// A quotation or a statement that no longer stands, with the sentence that comes nearest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Whose it is: the ids of rules, or our id of a statement with its section.
    pub what: String,
    /// The words, where they may be told: a quotation's.
    pub words: Option<String>,
    /// The sentence of the copy that is most like it.
    pub nearest: Option<String>,
}

/// The differences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// How many quotations were looked for.
    pub quotations: usize,
    /// Quotations that no longer stand.
    pub quotations_gone: Vec<Gone>,
    /// Statements that no longer stand.
    pub statements_gone: Vec<Gone>,
    /// Sentences that were not there.
    pub statements_new: Vec<String>,
    /// Statements whose letter case, contractions or spelling of a placeholder changed, and nothing else.
    pub reworded: Vec<String>,
    /// Names in tables and code that were not there: "type value review".
    pub names_new: Vec<String>,
    /// Names that are no longer there.
    pub names_gone: Vec<String>,
    /// What this copy cannot tell.
    pub remarks: Vec<String>,
}

impl Drift {
    /// Something changed.
    pub fn is_change(&self) -> bool {
        [&self.names_new, &self.names_gone, &self.statements_new]
            .iter()
            .any(|list| !list.is_empty())
            || !self.quotations_gone.is_empty()
            || !self.statements_gone.is_empty()
    }

    /// Compares a copy with the page that was read.
    ///
    /// # Errors
    /// When the copy is none of createLink's page.
    pub fn of(page: &Page, catalogue: &Catalogue) -> Result<Self, UnknownPage> {
        let source = catalogue.sources.list.first().ok_or(UnknownPage::NoFingerprint)?;
        let expected = source.names.as_ref().ok_or(UnknownPage::NoFingerprint)?;
        if page.lines.is_empty() && page.code.is_empty() {
            return Err(UnknownPage::Empty);
        }
        let found = keyed(&page.names.addresses);
        let known = keyed(&expected.addresses);
        if known.keys().filter(|key| found.contains_key(*key)).count() < ENOUGH_ADDRESSES {
            return Err(UnknownPage::Other(source.title.clone()));
        }
        let mut drift = Self::default();
        if !page.included.is_empty() {
            drift.remarks.push(format!(
                "this copy includes other files, which are not compared: {}",
                page.included.join(", ")
            ));
        }
        if page.is_translation {
            drift.remarks.push(
                "this copy is a translation: quotations and statements cannot be checked on it, tables and code can"
                    .to_owned(),
            );
        } else {
            drift.sentences(page, source, catalogue);
        }
        drift.names(page, expected);
        Ok(drift)
    }

    fn sentences(&mut self, page: &Page, source: &Source, catalogue: &Catalogue) {
        let text: Vec<String> =
            page.lines.iter().flat_map(|(_, line)| words::hashes(line)).collect();
        let code: Vec<String> =
            page.code.iter().flat_map(|(_, line)| words::hashes(line)).collect();
        let mut here: BTreeMap<String, &str> = BTreeMap::new();
        for statement in page.statements() {
            here.insert(statements::hash_of(&words::hashes(statement).join(" ")), statement);
        }
        let missing = missing_sections(page.form, source, &here);
        if !missing.is_empty() {
            self.remarks.push(format!(
                "this copy is plain text and lacks what was checked by hand: {}",
                missing.iter().copied().collect::<Vec<_>>().join(", ")
            ));
        }
        let known: BTreeMap<&str, &Statement> =
            catalogue.statements.iter().map(|it| (it.hash.as_str(), it)).collect();
        // Of an included file all may be missing; where some of it is here, all has to be.
        let included_here: BTreeSet<&str> = catalogue
            .statements
            .iter()
            .filter(|it| it.included.is_empty() || here.contains_key(it.hash.as_str()))
            .map(|it| it.included.as_str())
            .collect();
        self.statements_new = here
            .iter()
            .filter(|(hash, _)| !known.contains_key(hash.as_str()))
            .map(|(_, text)| words::printed(text))
            .collect();
        let new = Sentences::of(self.statements_new.clone());
        for statement in &catalogue.statements {
            match here.get(statement.hash.as_str()) {
                Some(text) if words::hash(&words::printed(text)) != statement.printed => {
                    self.reworded.push(words::printed(text));
                }
                Some(_) => {}
                None if missing.contains(statement.section.as_str()) => {}
                None if !included_here.contains(statement.included.as_str()) => {}
                None => {
                    let told = if statement.rules.is_empty() {
                        format!("{} ({})", statement.id, statement.section)
                    } else {
                        format!(
                            "{} ({}; {})",
                            statement.id,
                            statement.section,
                            statement.rules.join(", ")
                        )
                    };
                    let line = line_of(source, statement);
                    let nearest = line.and_then(|line| new.nearest(line));
                    self.statements_gone.push(Gone { what: told, words: None, nearest });
                }
            }
        }
        self.reworded.sort();
        self.reworded.dedup();
        self.quotations(page, source, catalogue, [&text, &code], &missing);
    }

    fn quotations(
        &mut self,
        page: &Page,
        source: &Source,
        catalogue: &Catalogue,
        passages: [&[String]; 2],
        missing: &BTreeSet<&str>,
    ) {
        let mut by_words: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for rule in catalogue.rules.iter().filter(|it| it.basis == Basis::Quotation) {
            let Some((of, section)) = catalogue.sources.find(&rule.source) else { continue };
            if of.name == source.name && !section.is_some_and(|it| missing.contains(it)) {
                by_words.entry(rule.phrase.as_str()).or_default().push(&rule.id);
            }
        }
        self.quotations = by_words.len();
        let sentences = Sentences::of(page.statements().map(words::printed).collect());
        for (phrase, ids) in by_words {
            if passages.iter().any(|passage| words::stands_in(phrase, passage)) {
                continue;
            }
            // An answer that was checked by hand, on a copy that has none.
            let is_unshown_answer = page.form == PageForm::Text
                && source.sections.iter().any(|section| section.holds_code(phrase))
                && !page.code.iter().any(|(_, line)| line.starts_with("HTTP/"));
            // The permissions stand in a file of their own.
            let is_included = page.includes_permissions()
                && ids.iter().all(|id| {
                    catalogue.rule(id).is_some_and(|it| it.source.ends_with(", Permissions"))
                });
            if is_unshown_answer || is_included {
                self.quotations -= 1;
                continue;
            }
            let nearest = sentences.nearest(&words::hashes(phrase).join(" "));
            self.quotations_gone.push(Gone {
                what: ids.join(", "),
                words: Some(phrase.to_owned()),
                nearest,
            });
        }
    }

    fn names(&mut self, page: &Page, expected: &Names) {
        let found = &page.names;
        let everywhere: BTreeSet<String> = page
            .lines
            .iter()
            .chain(&page.code)
            .flat_map(|(_, line)| {
                line.split(|it: char| !it.is_ascii_alphanumeric()).map(str::to_owned)
            })
            .collect();
        let mut kinds = vec![
            ("property", &expected.properties, &found.properties),
            ("type value", &expected.types, &found.types),
            ("scope value", &expected.scopes, &found.scopes),
            ("status", &expected.statuses, &found.statuses),
        ];
        let (known, here) = (keyed(&expected.addresses), keyed(&found.addresses));
        let of = |left: &BTreeMap<String, &str>, right: &BTreeMap<String, &str>| -> Vec<String> {
            left.iter()
                .filter(|(key, _)| !right.contains_key(*key))
                .map(|(_, it)| {
                    format!("address {}{it}", if it.starts_with('/') { "POST " } else { "" })
                })
                .collect()
        };
        self.names_new.extend(of(&here, &known));
        self.names_gone.extend(of(&known, &here));
        for (kind, expected, found) in kinds.drain(..) {
            self.names_new.extend(found.difference(expected).map(|it| format!("{kind} {it}")));
            // The tables of a translation are translated too; what is gone is named nowhere any more.
            let gone = expected
                .difference(found)
                .filter(|it| !page.is_translation || !named(it, &everywhere));
            self.names_gone.extend(gone.map(|it| format!("{kind} {it}")));
        }
        self.examples(page, expected);
        for (name, before) in &expected.property_types {
            let now = found.property_types.get(name).filter(|now| *now != before);
            // A translation has its own words for types.
            if let Some(now) = now.filter(|_| !page.is_translation) {
                self.names_new.push(format!("property {name} has the type {now}, not {before}"));
            }
        }
        let names: BTreeSet<&String> =
            expected.permissions.keys().chain(found.permissions.keys()).collect();
        for name in names {
            let (before, now) = (expected.permissions.get(name), found.permissions.get(name));
            match (before, now) {
                (None, Some(_)) => self.names_new.push(format!("permission {name}")),
                (Some(_), _) if page.includes_permissions() => {}
                (Some(_), None) => self.names_gone.push(format!("permission {name}")),
                (Some(before), Some(now)) if now > before => {
                    self.names_new
                        .push(format!("permission {name} is listed {now} times, not {before}"));
                }
                (Some(before), Some(now)) if now < before => {
                    self.names_gone
                        .push(format!("permission {name} is listed {now} times, not {before}"));
                }
                _ => {}
            }
        }
    }

    /// What example requests and answers hold. A copy in plain text may lack some of them.
    fn examples(&mut self, page: &Page, expected: &Names) {
        let found = &page.names.examples;
        let mut lacking = Vec::new();
        let nothing = BTreeSet::new();
        let names: BTreeSet<&String> = expected.examples.keys().chain(found.keys()).collect();
        for name in names {
            let before = expected.examples.get(name).unwrap_or(&nothing);
            let now = match found.get(name) {
                None if page.form == PageForm::Text => {
                    lacking.push(name.as_str());
                    continue;
                }
                now => now.unwrap_or(&nothing),
            };
            let told = |it: &String| format!("example {name}: {it}");
            self.names_new.extend(now.difference(before).map(told));
            self.names_gone.extend(before.difference(now).map(told));
        }
        if !lacking.is_empty() {
            let lacking = lacking.join(", ");
            self.remarks
                .push(format!("this copy is plain text and lacks these examples: {lacking}"));
        }
    }
}

fn named(name: &str, everywhere: &BTreeSet<String>) -> bool {
    // The values of the translated page run into each other: "vieweditembed".
    everywhere.contains(name) || everywhere.iter().any(|word| word.contains(name))
}

/// Addresses by what they are without the spelling of their placeholders.
fn keyed(addresses: &BTreeSet<String>) -> BTreeMap<String, &str> {
    addresses.iter().map(|it| (words::words(it).join(" "), it.as_str())).collect()
}

/// Sections that were checked by hand and that a copy in plain text has nothing of. In the other forms a missing
/// section is gone.
fn missing_sections<'s>(
    form: PageForm,
    source: &'s Source,
    here: &BTreeMap<String, &str>,
) -> BTreeSet<&'s str> {
    let has_none = |section: &&Section| {
        !section.words.iter().any(|line| here.contains_key(&statements::hash_of(line)))
    };
    source
        .sections
        .iter()
        .filter(|section| form == PageForm::Text && section.by_hand)
        .filter(has_none)
        .map(|section| section.name.as_str())
        .collect()
}

fn line_of<'s>(source: &'s Source, statement: &Statement) -> Option<&'s str> {
    source
        .section(&statement.section)?
        .words
        .iter()
        .map(String::as_str)
        .find(|line| statements::hash_of(line) == statement.hash)
}

/// Sentences with the hashes of their words, to look for the one most like a passage.
struct Sentences(Vec<(String, BTreeSet<String>)>);

impl Sentences {
    fn of(sentences: Vec<String>) -> Self {
        let hashed = |it: String| {
            let hashes = words::hashes(&it).into_iter().collect();
            (it, hashes)
        };
        Self(sentences.into_iter().map(hashed).collect())
    }

    /// The sentence that shares most words with a passage given by its hashes.
    fn nearest(&self, line: &str) -> Option<String> {
        let wanted: BTreeSet<&str> = line.split(' ').collect();
        let mut best: Option<(f64, &String)> = None;
        for (sentence, words) in &self.0 {
            let shared = wanted.iter().filter(|it| words.contains(**it)).count();
            let count = |it: usize| f64::from(u32::try_from(it).unwrap_or(u32::MAX));
            let likeness = count(shared) / count(wanted.len().max(1));
            if likeness >= ALIKE && best.is_none_or(|(highest, _)| likeness > highest) {
                best = Some((likeness, sentence));
            }
        }
        best.map(|(_, sentence)| sentence.clone())
    }
}
