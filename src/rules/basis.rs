//! What a rule rests on: the words of a page, or our reading of it, which is never shown as if it were the words.

use serde::{Deserialize, Serialize};

/// Whether a rule repeats its source word for word.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The phrase stands on the page named beside it, word for word: in quotation marks in the feature.
    Quotation,
    /// The phrase says in our words what the page says in a table, in several sentences, or by saying nothing.
    /// A report that does not tell is taken to hold readings: a quotation is claimed by the feature alone.
    #[default]
    Reading,
}

impl Basis {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quotation => "quotation",
            Self::Reading => "reading",
        }
    }

    /// The phrase as people are shown it: in quotation marks only if it is a quotation.
    pub fn told(self, source: &str, phrase: &str) -> String {
        match self {
            Self::Quotation => format!("\"{phrase}\""),
            Self::Reading => format!("as we read {}: {phrase}", within_a_sentence(source)),
        }
    }
}

/// "Page, Permissions" is "the page, Permissions" in the middle of a sentence.
fn within_a_sentence(source: &str) -> String {
    match source.strip_prefix("Page") {
        Some(section) => format!("the page{section}"),
        None => format!("the {source}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_never_in_quotation_marks() {
        let told =
            Basis::Reading.told("Page, Permissions", "Files.ReadWrite is the least privileged");
        assert_eq!(
            told,
            "as we read the page, Permissions: Files.ReadWrite is the least privileged"
        );
        assert!(!told.contains(['"', '\u{201c}', '\u{201d}']));
        assert_eq!(Basis::Quotation.told("Page, Response", "201 Created"), "\"201 Created\"");
    }
}
