//! The report as JSON: the promise of the schema in `schemas/report.schema.json`.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::Report;

/// The JSON Schema (2020-12) of the JSON report.
pub const SCHEMA: &str = include_str!("../../schemas/report.schema.json");

/// That schema, made from the types that a report is written from.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Report>();
    schema.insert("$id".to_owned(), "https://linkspec.invalid/schemas/report.schema.json".into());
    schema.insert("title".to_owned(), "linkspec report".into());
    let description = "What a run came to (linkspec run --report json=PATH). Later versions may add members; \
                       readers ignore those they do not know.";
    schema.insert("description".to_owned(), description.into());
    schema.to_value()
}

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
