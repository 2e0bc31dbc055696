//! Every format, as a snapshot of the same two runs.

use anstream::adapter::strip_str;
use linkspec::graph::Product;
use linkspec::report::console::{self, ConsoleOptions};
use linkspec::report::{
    ChosenValue, ExitCode, Interactions, PairTable, Report, html, json, junit, markdown, sarif,
};
use proptest::prelude::*;
use serde_json::Value;

use super::fixture;

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn on_console(report: &Report, strict: bool, verbose: bool) -> String {
    let exit = ExitCode::of(report, strict, false);
    let text = console::render(report, ConsoleOptions { strict, verbose, exit, has_page: false });
    strip_str(&text).to_string()
}

#[test]
fn a_green_run_on_the_console() {
    let text = on_console(&fixture::green(), false, false);
    assert!(text.lines().count() < 14, "short when green:\n{text}");
    snapshot("report_console_green", &text);
}

#[test]
fn a_red_run_on_the_console() {
    snapshot("report_console_red", &on_console(&fixture::red(), false, false));
}

#[test]
fn every_rule_on_the_console() {
    let text = on_console(&fixture::red(), true, true);
    for rule in &fixture::red().rules {
        assert!(text.contains(&rule.id), "{} is missing", rule.id);
    }
    assert!(!text.contains('\u{1b}'), "an answer reached the terminal as a command");
}

#[test]
fn one_cause_is_told_once() {
    let mut report = fixture::empty();
    report.rules = (10..90)
        .map(|number| {
            let id = format!("TYPE-{number}");
            let product = linkspec::graph::Product::Business;
            let must = linkspec::rules::Level::Must;
            let mut rule = fixture::rule(&id, product, must, linkspec::report::Verdict::Fail);
            rule.expected = Some(format!("something of {id}"));
            rule.actual = Some("400 Bad Request, code invalidRequest".to_owned());
            rule
        })
        .collect();
    let text = on_console(&report, false, false);
    assert_eq!(text.matches("400 Bad Request").count(), 2, "{text}");
    assert!(text.contains("80 rules, one cause") && text.contains("TYPE-89"), "{text}");
    assert!(text.lines().count() < 60, "{} lines", text.lines().count());
}

#[test]
fn junit_maps_without_lying() {
    let text = junit::render(&fixture::red(), false).unwrap();
    snapshot("report_junit", &text);
    assert!(text.contains("failures=\"5\"") && text.contains("errors=\"1\""), "{text}");
    let strict = junit::render(&fixture::red(), true).unwrap();
    assert!(strict.contains("failures=\"6\""), "a warning fails under strict");
    let mut nothing = fixture::green();
    nothing.rules.retain(|rule| rule.verdict == linkspec::report::Verdict::NotRun);
    let text = junit::render(&nothing, false).unwrap();
    assert!(text.contains("errors=\"1\""), "skipped cases alone would read as green:\n{text}");
}

#[test]
fn json_is_what_its_schema_says() {
    let text = json::render(&fixture::red());
    snapshot("report_json", &text);
    assert_eq!(json::read(&text).unwrap(), fixture::red(), "reading gives back what was written");
    let mut schema: Value = serde_json::from_str(json::SCHEMA).unwrap();
    assert_eq!(
        schema,
        json::schema(),
        "linkspec reference --report-schema > schemas/report.schema.json"
    );
    assert!(jsonschema::meta::is_valid(&schema), "the schema is a schema");
    let report: Value = serde_json::from_str(&text).unwrap();
    let check = |schema: &Value| {
        let validator = jsonschema::validator_for(schema).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    };
    check(&schema);
    // Open for what later versions add, the schema describes all that there is now.
    close(&mut schema);
    check(&schema);
}

/// Forbids what a schema does not describe.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.contains_key("properties") && members.get("type") == Some(&"object".into()) {
                members.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn markdown_quotes_without_breaking() {
    let text = markdown::render(&fixture::red(), false);
    snapshot("report_markdown", &text);
    assert!(text.contains("````http"), "the fence is longer than what is quoted");
}

#[test]
fn sarif_points_at_the_rule() {
    let text = sarif::render(&fixture::red());
    snapshot("report_sarif", &text);
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with(".feature"));
        assert!(place["region"]["startLine"].as_u64().unwrap() > 1);
    }
}

#[test]
fn html_is_one_page() {
    let text = html::render(&fixture::red(), false);
    assert!(!text.contains("<b>\\u"), "an answer became markup");
    assert_eq!(text.matches("</script>").count(), 1, "an answer ended the script");
    for outside in ["src=", "<link", "@import", "url("] {
        assert!(!text.contains(outside), "the page loads something: {outside}");
    }
    for rule in &fixture::red().rules {
        assert!(text.contains(&rule.id), "{} is missing", rule.id);
    }
    let mut edited = fixture::red();
    edited.rules[0].url = "javascript:alert(1)".to_owned();
    assert!(!html::render(&edited, false).contains("href=\"javascript"));
}

#[test]
fn nothing_invisible_gets_into_the_page_wherever_it_stands() {
    const UNKIND: &str = "a\u{202e}b\u{1b}[2J\u{200b}c";
    let mut report = fixture::red();
    report.depth = Some("standard".to_owned());
    let value = |choice: &str| ChosenValue { choice: choice.to_owned(), value: UNKIND.to_owned() };
    report.interactions = Some(Interactions {
        pairs: UNKIND.to_owned(),
        triples: Some(UNKIND.to_owned()),
        never: vec![UNKIND.to_owned()],
        tables: vec![PairTable {
            product: Product::Business,
            values: vec![value("type"), value(UNKIND)],
            met: vec![String::new(), "1".to_owned()],
        }],
    });
    for rule in &mut report.rules {
        rule.id = UNKIND.to_owned();
        rule.feature = format!("features/{UNKIND}.feature:1");
    }
    for stale in &mut report.stale {
        stale.id = UNKIND.to_owned();
    }
    let page = html::render(&report, false);
    assert!(page.contains("Choices that met"), "the picture of pairs is missing");
    assert!(!page.contains(['\u{1b}', '\u{200b}', '\u{202e}']), "{page}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_becomes_markup(text in "[<>&\"'`/a-c!\\[\\]\u{1b}\n-]{1,24}") {
        let mut report = fixture::red();
        // A mark that the page itself has nowhere.
        let marked = format!("<x1{text}</script><x2 \"'>");
        for rule in &mut report.rules {
            rule.title.clone_from(&marked);
            rule.reason = Some(marked.clone());
            rule.actual = Some(marked.clone());
            rule.phrase.clone_from(&marked);
            rule.note.clone_from(&marked);
            rule.url = format!("https://example.com/{marked}");
            rule.scenarios = vec![marked.clone()];
        }
        report.remarks = vec![marked.clone()];
        for reported in &mut report.exchanges {
            reported.story.clone_from(&marked);
            reported.exchange.request.body = Some(marked.as_str().into());
            reported.exchange.request.url.clone_from(&marked);
        }
        let html = html::render(&report, false);
        prop_assert!(!html.contains("<x1") && !html.contains("<x2"));
        prop_assert_eq!(html.matches("</script>").count(), 1);
        for attribute in html.split("href=\"").skip(1) {
            let end = attribute.find('"').unwrap();
            prop_assert!(attribute[end + 1..].starts_with([' ', '>']), "an attribute was left");
        }
        let junit = junit::render(&report, true).unwrap();
        prop_assert!(quick_junit::Report::deserialize_from_str(&junit).is_ok());
    }
}
