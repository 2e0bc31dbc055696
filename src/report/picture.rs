//! All rules in one picture: a row a chapter, a column a product, a cell a rule, coloured by what it came to and
//! linked to it. Inline SVG, which needs no script.

use maud::{Markup, html};

use super::{Report, RuleReport, Verdict};
use crate::graph::Product;

const CELL: usize = 13;
const NAME: usize = 150;
const ACROSS: usize = 14;

/// The picture.
pub(super) fn picture(report: &Report) -> Markup {
    let products = report.products();
    let mut chapters: Vec<String> = Vec::new();
    for rule in &report.rules {
        let chapter = chapter(rule);
        if !chapters.contains(&chapter) {
            chapters.push(chapter);
        }
    }
    html! {
        figure.picture {
            figcaption {
                "Every rule, a row a chapter: "
                @for verdict in Verdict::ALL {
                    @let count = report.count(verdict);
                    @if count > 0 {
                        span.key { i class=(verdict.name()) {} (verdict.name()) " " (count) }
                    }
                }
            }
            div.columns {
                @for product in products { (column(report, product, &chapters)) }
            }
        }
    }
}

fn column(report: &Report, product: Product, chapters: &[String]) -> Markup {
    let mut cells = Vec::new();
    let mut names = Vec::new();
    let mut row = 0;
    for chapter in chapters {
        let rules: Vec<&RuleReport> = report
            .rules
            .iter()
            .filter(|it| it.product == product && self::chapter(it) == *chapter)
            .collect();
        if rules.is_empty() {
            continue;
        }
        names.push((row, chapter.clone()));
        for (index, rule) in rules.iter().enumerate() {
            cells.push((row + index / ACROSS, index % ACROSS, *rule));
        }
        row += rules.len().div_ceil(ACROSS);
    }
    let (width, height) = (NAME + ACROSS * CELL, row * CELL + 20);
    html! {
        svg viewBox=(format!("0 0 {width} {height}")) role="group"
            aria-label=(format!("rules on {product}")) {
            text.head x="0" y="12" { (product.name()) }
            @for (row, name) in &names {
                text x="0" y=(20 + row * CELL + 10) { (name) }
            }
            @for (row, place, rule) in &cells {
                a href=(format!("#{}", anchor(rule))) {
                    title { (rule.id) ": " (rule.verdict.name()) }
                    rect class=(rule.verdict.name()) x=(NAME + place * CELL) y=(20 + row * CELL)
                        width=(CELL - 2) height=(CELL - 2) rx="2" {}
                }
            }
        }
    }
}

/// Where a rule stands on the page.
pub(super) fn anchor(rule: &RuleReport) -> String {
    format!("rule-{}-{}", rule.id, rule.product.name())
}

/// "features/answers/sharing-link.feature:7" is the chapter "sharing link".
fn chapter(rule: &RuleReport) -> String {
    let file = rule.feature.rsplit('/').next().unwrap_or_default();
    let name = file.split('.').next().unwrap_or_default();
    name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { ' ' }).collect()
}
