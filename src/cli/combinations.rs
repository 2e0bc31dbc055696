//! `linkspec combinations`, for those who work on the features: writes features/combinations.feature anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::output::print;
use super::trouble::Trouble;
use crate::graph::{Identity, Product};
use crate::rules::Library;
use crate::run::{self, Depth, Means, Selection};
use crate::story::combinations::{CHOICES, Choice, Coverage, Row, complete};

/// How often better rows are sought. Off personal drives that saves a call; the rows of personal drives are found
/// early, and are those that leave most for the first eight calls.
fn improvements(product: Product) -> usize {
    if product == Product::Personal { 1500 } else { 6000 }
}

const HEAD: &str = "\
Feature: Every two documented choices together
  A fault may show only where two choices meet: an edit link with an expiration, a folder at another address.
  Each row below is one request and what came before it. With the stories of the other chapters the rows hold
  every two choices that the page lets meet; `linkspec combinations` writes them.

  @REQ-18 @must @personal @business @sharepoint
  Rule: What is made of documented values is granted
    Page, Request body: each property is described by itself, and none of them excludes another
    What a service may refuse altogether, a scope, an expiration, a password or a null, is judged here only where the run shows that it grants it elsewhere.

    Scenario: every request of the run
      Given a new file
      When the application asks for a view link
      Then every request of documented values is granted
";

/// Prints the feature.
pub(super) fn combinations() -> Result<u8, Trouble> {
    let suite = run::read(&Library::embedded())?;
    let mut text = HEAD.to_owned();
    for product in Product::ALL {
        let means = Means::of_the_mock(product);
        let selection = Selection { depth: Depth::Quick, ..Selection::default() };
        let selected = suite.select(&selection, &means);
        let combining = means.combining();
        let mut coverage = Coverage::of(&combining.space, 2);
        for request in selected.plan.tellings.iter().flat_map(|it| &it.combined) {
            coverage.add(&combining.space, request);
        }
        let rows = complete(&combining.space, &coverage, combining.usual(), improvements(product));
        for again in [false, true] {
            let of_kind = rows.iter().filter(|(_, it)| *it == again).map(|(row, _)| row);
            write_outline(&mut text, product, again, of_kind);
        }
    }
    print!("{text}");
    Ok(0)
}

fn write_outline<'r>(
    text: &mut String,
    product: Product,
    again: bool,
    rows: impl Iterator<Item = &'r Row>,
) {
    let mut by_needs: BTreeMap<Vec<&'static str>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_needs.entry(needs(row, product)).or_default().push(row);
    }
    if by_needs.is_empty() {
        return;
    }
    let columns: Vec<Choice> = CHOICES
        .iter()
        .map(|(choice, _)| *choice)
        .filter(|it| product == Product::Personal || *it != Choice::Password)
        .collect();
    let password = if product == Product::Personal { "<password>" } else { "omitted" };
    let twice = if again { ", asked twice" } else { "" };
    let _ = write!(
        text,
        "
    @combined @{product}
    Scenario Outline: two choices meet on a {product} drive{twice}
      When <who> chooses type <type>, scope <scope>, address <address>, for <item>, keeping <keeping>, expiration <expiration>, password {password}, <occasion>
"
    );
    if again {
        text.push_str("      And <who> asks for the same link again\n");
    }
    text.push_str("      Then what is documented is granted\n");
    for (needs, rows) in by_needs {
        text.push('\n');
        if !needs.is_empty() {
            let tags: Vec<String> = needs.iter().map(|it| format!("@{it}")).collect();
            let _ = writeln!(text, "      {}", tags.join(" "));
        }
        text.push_str("      Examples:\n");
        let header: Vec<&str> = columns.iter().map(|it| it.name()).collect();
        let cells = |row: &&Row| columns.iter().map(|it| row.text(*it)).collect::<Vec<_>>();
        let table: Vec<Vec<&str>> = std::iter::once(header).chain(rows.iter().map(cells)).collect();
        for line in &table {
            text.push_str("        |");
            for (column, cell) in line.iter().enumerate() {
                let width = table.iter().map(|it| it[column].len()).max().unwrap_or(0);
                let _ = write!(text, " {cell:<width$} |");
            }
            text.push('\n');
        }
    }
}

/// What has to be there for a row to be told, as tags.
fn needs(row: &Row, product: Product) -> Vec<&'static str> {
    let token = match row.needs() {
        Some(Identity::SecondApp) => Some("needs-second-app"),
        Some(Identity::AppOnly) => Some("needs-app-only"),
        Some(Identity::ReadOnly) => Some("needs-read-only"),
        _ => None,
    };
    let personal = product == Product::Personal;
    let anonymous = (!personal && row.needs_anonymous_links()).then_some("needs-anonymous-links");
    let premium = (personal && row.needs_premium()).then_some("needs-premium");
    [anonymous, premium, token].into_iter().flatten().collect()
}
