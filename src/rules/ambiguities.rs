//! Places where the documentation has two readings, or contradicts itself or what is seen: what each reading is,
//! what is accepted, and which rules honour it.

use regex::Regex;
use serde::Deserialize;

use super::Mistake;
use super::embedded::AMBIGUITIES;
use super::mistake::in_toml;

/// One ambiguity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ambiguity {
    /// Its id, stable for ever: "AMB-01".
    pub id: String,
    /// What it is about, in a line.
    pub title: String,
    /// What the text can be taken to say, and what contradicts it.
    pub readings: Vec<String>,
    /// What linkspec takes for right.
    pub accepted: String,
    /// The rules that honour it.
    #[serde(default)]
    pub rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ambiguity: Vec<Ambiguity>,
}

/// Reads the file.
pub(super) fn read(text: &str) -> Result<Vec<Ambiguity>, Mistake> {
    toml::from_str::<File>(text)
        .map(|file| file.ambiguity)
        .map_err(|error| in_toml(AMBIGUITIES, text, &error))
}

/// The ids of ambiguities that a text mentions.
pub fn mentioned(text: &str) -> impl Iterator<Item = &str> {
    static ID: std::sync::LazyLock<Option<Regex>> =
        std::sync::LazyLock::new(|| Regex::new(r"\bAMB-[0-9]{2}\b").ok());
    ID.iter().flat_map(move |id| id.find_iter(text)).map(|found| found.as_str())
}

impl Ambiguity {
    /// The ambiguity as `rules show` prints it.
    pub fn told(&self) -> String {
        use std::fmt::Write as _;
        let mut text = format!("{}  {}\n\n", self.id, self.title);
        for reading in &self.readings {
            let _ = writeln!(text, "  reading   {reading}");
        }
        let _ = writeln!(text, "  accepted  {}", self.accepted);
        if !self.rules.is_empty() {
            let _ = writeln!(text, "  rules     {}", self.rules.join(", "));
        }
        text
    }
}

/// All of them as the page in `docs/`.
pub fn document(ambiguities: &[Ambiguity]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "# Where the documentation has two readings\n\n\
         Generated from `features/ambiguities.toml` by `linkspec rules ambiguities`. `linkspec rules show AMB-01` shows one.\n",
    );
    for ambiguity in ambiguities {
        let _ = writeln!(text, "\n## {}: {}\n", ambiguity.id, ambiguity.title);
        for reading in &ambiguity.readings {
            let _ = writeln!(text, "- {reading}");
        }
        let _ = writeln!(text, "\nWhat linkspec accepts: {}", ambiguity.accepted);
        if !ambiguity.rules.is_empty() {
            let _ = writeln!(text, "\nRules: {}", ambiguity.rules.join(", "));
        }
    }
    text
}
