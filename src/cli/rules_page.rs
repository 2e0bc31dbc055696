//! `linkspec rules --format page`: every rule on one page that people can link to, docs/rules.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::rules::Rule;
use crate::run::Suite;

/// The page: a chapter a section, a rule an anchor (`docs/rules.md#idem-02`).
pub(super) fn page(suite: &Suite) -> String {
    let catalogue = &suite.catalogue;
    let mut text = format!(
        "# The rules\n\n\
         Made by `linkspec rules --format page`; a test keeps it true. {} rules; what no program can judge is at the\n\
         end, with the reason. What the words mean: [words.md](words.md).\n\n{}",
        catalogue.rules.len(),
        super::coverage::coverage_table(suite)
    );
    // In the order of the features, which is the order of the page.
    let mut chapters: Vec<(&str, Vec<&Rule>)> = Vec::new();
    for rule in &catalogue.rules {
        match chapters.last_mut().filter(|(title, _)| *title == rule.feature) {
            Some((_, rules)) => rules.push(rule),
            None => chapters.push((&rule.feature, vec![rule])),
        }
    }
    for (title, rules) in chapters {
        let _ = writeln!(text, "\n## {}", escaped(title));
        for rule in rules {
            write_rule(&mut text, rule);
        }
    }
    text.push_str("\n## Not judged\n\n| id | level | why |\n|---|---|---|\n");
    let uncovered: BTreeMap<&str, _> =
        catalogue.uncovered.iter().map(|it| (it.id.as_str(), it)).collect();
    for (id, it) in uncovered {
        let _ = writeln!(text, "| {id} | {} | {} |", it.level, escaped(&it.reason));
    }
    text
}

fn write_rule(text: &mut String, rule: &Rule) {
    let _ = writeln!(text, "\n### {}\n\n**{}**\n", rule.id, escaped(&rule.title));
    let products: Vec<&str> = rule.products.iter().map(|it| it.name()).collect();
    let _ = writeln!(
        text,
        "{}, on {}. {} ([{}]({}))",
        rule.level.name().to_uppercase(),
        products.join(", "),
        escaped(&rule.basis.told(&rule.source, &rule.phrase)),
        escaped(&rule.source),
        rule.url
    );
    if !rule.note.is_empty() {
        let _ = writeln!(text, "\n{}", escaped(&rule.note));
    }
    let _ = writeln!(text, "\n[features/{}](../features/{})", rule.file, rule.file);
}

/// Without what Markdown would take for markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '|') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
