//! The pages that rules rest on: name, address, the date they were read, and a fingerprint of their words. No
//! sentence of a page is stored: a quotation is checked, and a change is seen, by hashes of words.

use serde::Deserialize;

use super::embedded::SOURCES;
use super::mistake::in_toml;
use super::{Mistake, Names, words};

/// Every source of `features/sources.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// The sources, createLink's own page first.
    #[serde(rename = "source")]
    pub list: Vec<Source>,
}

/// One documentation page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name that rules call it by: "Page".
    pub name: String,
    /// What it is called where it stands.
    pub title: String,
    /// Its address.
    pub address: String,
    /// The date it was read.
    pub read: jiff::civil::Date,
    /// Which copy that was, and what could not be checked by machine.
    #[serde(default)]
    pub copy: String,
    /// What its tables and code name, where the whole page was read.
    #[serde(default)]
    pub names: Option<Names>,
    /// Its sections.
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
}

/// A section of a page, as hashes of its words.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its heading.
    pub name: String,
    /// The passages were compared with the page by a person, since the copy at hand lacks them.
    #[serde(default)]
    pub by_hand: bool,
    /// Sentences and table cells in their order; words of one are separated by a space.
    #[serde(default)]
    pub words: Vec<String>,
    /// Lines of requests and answers, likewise.
    #[serde(default)]
    pub code: Vec<String>,
}

impl Source {
    /// The section of that name.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// A digest of the words that are held of it, so that reports can be known to rest on the same page; `None` where
    /// it is named by readings alone.
    pub fn fingerprint(&self) -> Option<String> {
        let all: Vec<&str> = self
            .sections
            .iter()
            .flat_map(|section| section.words.iter().chain(&section.code))
            .map(String::as_str)
            .collect();
        (!all.is_empty()).then(|| words::long_hash(&all.join("\n")))
    }
}

impl Section {
    /// Whether a quotation stands in this section, word for word.
    pub(super) fn holds(&self, quotation: &str) -> bool {
        words::stands_in(quotation, &passage(&self.words)) || self.holds_code(quotation)
    }

    /// Whether a quotation stands in a request or an answer of this section.
    pub(super) fn holds_code(&self, quotation: &str) -> bool {
        words::stands_in(quotation, &passage(&self.code))
    }
}

fn passage(lines: &[String]) -> Vec<String> {
    lines.iter().flat_map(|line| line.split(' ')).map(str::to_owned).collect()
}

impl Sources {
    /// Reads the file.
    ///
    /// # Errors
    /// Where it is no TOML, has a member nobody knows, or names a source twice.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        let sources: Self = toml::from_str(text).map_err(|error| in_toml(SOURCES, text, &error))?;
        for (index, source) in sources.list.iter().enumerate() {
            if sources.list[..index].iter().any(|it| it.name == source.name) {
                return Err(Mistake::at(
                    SOURCES,
                    0,
                    format!("the source {} is listed twice", source.name),
                ));
            }
        }
        Ok(sources)
    }

    /// The source a rule names, and its section.
    pub fn find<'s, 'r>(&'s self, reference: &'r str) -> Option<(&'s Source, Option<&'r str>)> {
        let (name, section) = match reference.split_once(", ") {
            Some((name, section)) => (name, Some(section)),
            None => (reference, None),
        };
        self.list.iter().find(|source| source.name == name).map(|source| (source, section))
    }
}
