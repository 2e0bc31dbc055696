//! The report as JSON: the promise of the schema in `schemas/report.schema.json`.

use super::Report;

/// The JSON Schema (2020-12) of the JSON report.
pub const SCHEMA: &str = include_str!("../../schemas/report.schema.json");

/// The JSON report.
pub fn render(report: &Report) -> String {
    // Invariant: every map of the model has text keys, so it can always be written as JSON.
    #[expect(clippy::expect_used, reason = "the model is serializable")]
    let mut text = serde_json::to_string_pretty(report).expect("a report can be written as JSON");
    text.push('\n');
    text
}

/// Reads a JSON report.
///
/// # Errors
/// Names the line and column where the text stops being a report.
pub fn read(text: &str) -> Result<Report, serde_json::Error> {
    serde_json::from_str(text)
}
