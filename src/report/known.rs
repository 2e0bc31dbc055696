//! The file given by `--known`: failures that are expected, each with its reason and an end.

use std::ops::Range;
use std::path::Path;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::suggestion::suggestion;
use super::{Report, StaleKnown, StaleReason, Verdict};
use crate::graph::Product;
use crate::nearest::nearest;
use crate::rules::Uncovered;

/// The file given by `--known`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownFile {
    /// Its entries, in the order of the file.
    pub entries: Vec<KnownFailure>,
}

/// One `[[known]]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFailure {
    /// The rule that is broken.
    pub rule: String,
    /// The product it is broken on.
    pub product: Product,
    /// What it comes to: `fail` or `warn`.
    pub verdict: Verdict,
    /// Why that is accepted for now.
    pub reason: String,
    /// Where it is being dealt with.
    pub url: String,
    /// The last day on which it is accepted.
    pub expires: Date,
    /// A text the verdict's reason must contain: another failure of the same rule is a new one.
    pub contains: Option<String>,
    /// The line of the entry's rule, for messages.
    pub line: usize,
    /// The column of the entry's rule, for messages.
    pub column: usize,
}

/// What is wrong with the file given by `--known`.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{path}:{line}:{column}: {message}")]
    Wrong {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// What is wrong, and what to write instead.
        message: String,
    },
}

const KEYS: [&str; 7] = ["rule", "product", "verdict", "reason", "url", "expires", "contains"];

impl KnownFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// Names the line and column of what is wrong.
    pub fn read(path: &Path) -> Result<Self, KnownError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| KnownError::Unreadable { path: name.clone(), source })?;
        Self::parse(&text, &name)
    }

    /// Reads the text of such a file; `path` is for messages.
    ///
    /// # Errors
    /// Names the line and column of what is wrong.
    pub fn parse(text: &str, path: &str) -> Result<Self, KnownError> {
        let reader = Reader { text, path };
        let document = DeTable::parse(text).map_err(|error| {
            reader.wrong(&error.span().unwrap_or(0..0), error.message().to_owned())
        })?;
        let mut entries: Vec<KnownFailure> = Vec::new();
        for (key, value) in document.get_ref() {
            if key.get_ref() != "known" {
                let hint = suggestion(key.get_ref(), &["known"]);
                return Err(
                    reader.wrong(&key.span(), format!("unknown key \"{}\"; {hint}", key.get_ref()))
                );
            }
            let not_tables = || {
                let message = "\"known\" is a list of tables: begin each entry with [[known]]";
                reader.wrong(&value.span(), message.to_owned())
            };
            for table in value.get_ref().as_array().ok_or_else(not_tables)? {
                let members = table.get_ref().as_table().ok_or_else(not_tables)?;
                let entry = reader.entry(members, &table.span())?;
                let same =
                    |it: &&KnownFailure| it.rule == entry.rule && it.product == entry.product;
                if let Some(earlier) = entries.iter().find(same) {
                    return Err(KnownError::Wrong {
                        path: path.to_owned(),
                        line: entry.line,
                        column: entry.column,
                        message: format!(
                            "{} on {} is listed already in line {}",
                            entry.rule, entry.product, earlier.line
                        ),
                    });
                }
                entries.push(entry);
            }
        }
        Ok(Self { entries })
    }

    /// Holds the listed rules against the ids there are.
    ///
    /// # Errors
    /// Names the first entry whose rule does not exist.
    pub fn check_rules(
        &self,
        path: &str,
        ids: &[&str],
        uncovered: &[Uncovered],
    ) -> Result<(), KnownError> {
        match self.entries.iter().find(|entry| !ids.contains(&entry.rule.as_str())) {
            None => Ok(()),
            Some(entry) => Err(KnownError::Wrong {
                path: path.to_owned(),
                line: entry.line,
                column: entry.column,
                message: match (
                    uncovered.iter().find(|it| it.id == entry.rule && !it.replaced_by.is_empty()),
                    nearest(&entry.rule, ids.iter().copied()),
                ) {
                    (Some(it), _) => format!(
                        "the rule {} is withdrawn, replaced by {}",
                        it.id,
                        it.replaced_by.join(", ")
                    ),
                    (None, Some(id)) => {
                        format!("unknown rule \"{}\"; did you mean \"{id}\"?", entry.rule)
                    }
                    (None, None) => format!("unknown rule \"{}\"; see linkspec rules", entry.rule),
                },
            }),
        }
    }

    /// Marks the listed failures of a report as known, and notes the entries that are out of date.
    ///
    /// An entry whose rule was not judged in this run, or that was not part of it, says nothing. An entry
    /// whose `contains` no longer fits does not cover the failure, which therefore counts as new.
    pub fn apply(&self, report: &mut Report, today: Date) {
        for entry in &self.entries {
            let concerned = report
                .rules
                .iter_mut()
                .find(|rule| rule.id == entry.rule && rule.product == entry.product);
            let Some(rule) = concerned else { continue };
            let why = match rule.verdict {
                _ if entry.expires < today => Some(StaleReason::Expired),
                Verdict::Pass | Verdict::Observed => Some(StaleReason::Holds),
                Verdict::Fail | Verdict::Warn if rule.verdict != entry.verdict => {
                    Some(StaleReason::OtherVerdict)
                }
                _ => None,
            };
            if let Some(why) = why {
                report.stale.push(StaleKnown {
                    id: entry.rule.clone(),
                    product: entry.product,
                    why,
                    message: entry.stale_message(why, rule.verdict),
                });
            } else if rule.verdict == entry.verdict {
                let seen = rule.reason.as_deref().unwrap_or_default();
                match entry.contains.as_deref().filter(|text| !seen.contains(text)) {
                    None => rule.known = Some(format!("{} ({})", entry.reason, entry.url)),
                    Some(text) => report.remarks.push(format!(
                        "{} on {} is listed as known, but for another reason: its reason does not \
                         contain \"{text}\". It counts as new.",
                        entry.rule, entry.product
                    )),
                }
            }
        }
    }
}

impl KnownFailure {
    fn stale_message(&self, why: StaleReason, verdict: Verdict) -> String {
        match why {
            StaleReason::Holds => {
                "the rule holds now: remove its entry from the --known file".to_owned()
            }
            StaleReason::Expired => format!(
                "the entry was good until {}: look at {} again, then remove the entry or move its date",
                self.expires, self.url
            ),
            StaleReason::OtherVerdict => format!(
                "the entry says {}, the rule now comes to {verdict}: correct the entry",
                self.verdict
            ),
        }
    }
}

/// Reads tables with an eye on where everything stands.
struct Reader<'t> {
    text: &'t str,
    path: &'t str,
}

impl Reader<'_> {
    fn entry(
        &self,
        members: &DeTable<'_>,
        place: &Range<usize>,
    ) -> Result<KnownFailure, KnownError> {
        for key in members.keys() {
            if !KEYS.contains(&key.get_ref().as_ref()) {
                let hint = suggestion(key.get_ref(), &KEYS);
                return Err(
                    self.wrong(&key.span(), format!("unknown key \"{}\"; {hint}", key.get_ref()))
                );
            }
        }
        let (rule, rule_place) = self.text_of(members, "rule", place)?;
        let (product, product_place) = self.text_of(members, "product", place)?;
        let product = Product::from_name(&product).ok_or_else(|| {
            let hint = suggestion(&product, &Product::ALL.map(Product::name));
            self.wrong(&product_place, format!("unknown product \"{product}\"; {hint}"))
        })?;
        let (verdict, verdict_place) = self.text_of(members, "verdict", place)?;
        let verdict = match verdict.as_str() {
            "fail" => Verdict::Fail,
            "warn" => Verdict::Warn,
            other => {
                let message = format!("verdict \"{other}\" cannot be listed; use fail or warn");
                return Err(self.wrong(&verdict_place, message));
            }
        };
        let (line, column) = self.line_and_column(rule_place.start);
        Ok(KnownFailure {
            rule,
            product,
            verdict,
            reason: self.text_of(members, "reason", place)?.0,
            url: self.text_of(members, "url", place)?.0,
            expires: self.expires(members, place)?,
            contains: match find(members, "contains") {
                Some(_) => Some(self.text_of(members, "contains", place)?.0),
                None => None,
            },
            line,
            column,
        })
    }

    fn text_of(
        &self,
        members: &DeTable<'_>,
        key: &str,
        place: &Range<usize>,
    ) -> Result<(String, Range<usize>), KnownError> {
        let value = find(members, key).ok_or_else(|| self.missing(key, place))?;
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Ok((text.to_owned(), value.span())),
            Some(_) => Err(self.wrong(&value.span(), format!("\"{key}\" is empty"))),
            None => Err(self.wrong(
                &value.span(),
                format!("\"{key}\" is a text in quotation marks, not {}", kind(value.get_ref())),
            )),
        }
    }

    /// A TOML date, or the same in quotation marks.
    fn expires(&self, members: &DeTable<'_>, place: &Range<usize>) -> Result<Date, KnownError> {
        let value = find(members, "expires").ok_or_else(|| self.missing("expires", place))?;
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.clone().into_owned(),
            other => kind(other).to_owned(),
        };
        text.parse().map_err(|_| {
            let message = "\"expires\" is a date, for example expires = 2027-01-31";
            self.wrong(&value.span(), message.to_owned())
        })
    }

    fn missing(&self, key: &str, place: &Range<usize>) -> KnownError {
        let example = match key {
            "rule" => "rule = \"IDEM-02\"",
            "product" => "product = \"business\"",
            "verdict" => "verdict = \"fail\"",
            "reason" => "reason = \"why this is accepted for now\"",
            "url" => "url = \"https://...\" (where it is being dealt with)",
            _ => "expires = 2027-01-31",
        };
        self.wrong(place, format!("the entry lacks \"{key}\": add {example}"))
    }

    fn wrong(&self, place: &Range<usize>, message: String) -> KnownError {
        let (line, column) = self.line_and_column(place.start);
        KnownError::Wrong { path: self.path.to_owned(), line, column, message }
    }

    fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}

fn find<'m, 'i>(members: &'m DeTable<'i>, key: &str) -> Option<&'m Spanned<DeValue<'i>>> {
    members.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
