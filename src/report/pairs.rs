//! Which values of a request met which others, in one picture a product. Inline SVG, which needs no script.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::{PairTable, Report};

const CELL: usize = 11;
const NAMES: usize = 190;

/// The pictures; nothing where a run did not combine choices on purpose.
pub(super) fn pairs(report: &Report) -> Markup {
    let combined = matches!(report.depth.as_deref(), Some("standard" | "full"));
    let interactions = report.interactions.as_ref().filter(|it| combined && !it.tables.is_empty());
    html! {
        @if let Some(interactions) = interactions {
            section {
                h2 #pairs { "Choices that met" }
                p {
                    (interactions.pairs) " pairs of documented values were asked for together"
                    @if let Some(triples) = &interactions.triples { ", and " (triples) " triples" }
                    ". A square is a pair: "
                    span.key { i.pass {} "met" }
                    span.key { i.warn {} "never met" }
                    "; where there is none, the documentation does not let them meet."
                }
                div.columns { @for table in &interactions.tables { (picture(table)) } }
                @if !interactions.never.is_empty() {
                    details {
                        summary { (interactions.never.len()) " pairs never met" }
                        ul { @for pair in &interactions.never { li { (pair) } } }
                    }
                }
            }
        }
    }
}

fn picture(table: &PairTable) -> Markup {
    let (met, open) = table.counts();
    let side = table.values.len() * CELL;
    // The first value of all has a line with nothing in it, and its name stands below.
    let (width, height) = (NAMES + side, side + NAMES + 20);
    html! {
        figure {
            figcaption { b { (table.product.name()) } ": " (met) " of " (met + open) " pairs met" }
            svg.pairs viewBox=(format!("0 0 {width} {height}")) role="img"
                aria-label=(format!("{met} of {} pairs of values met on {}", met + open, table.product.name())) {
                @for (sign, class) in [('1', "pass"), ('0', "warn")] {
                    path class=(class) d=(squares(table, sign)) {}
                }
                @for (index, value) in table.values.iter().enumerate() {
                    @let first = index == 0 || table.values[index - 1].choice != value.choice;
                    @let (across, down) = (NAMES + index * CELL, index * CELL);
                    @if first && index > 0 {
                        path.line d=(format!("M0 {down}H{across}")) {}
                        path.line d=(format!("M{across} {down}V{side}")) {}
                    }
                    @if first { text.head x="0" y=(down + 9) { (value.choice) } }
                    text x=(NAMES - 4) y=(down + 9) text-anchor="end" { (value.value) }
                    text transform=(format!("translate({} {}) rotate(-90)", across + 9, side + 6))
                        text-anchor="end" { (value.value) }
                }
            }
        }
    }
}

/// One path for all the squares of a kind: there are hundreds.
fn squares(table: &PairTable, sign: char) -> String {
    let mut path = String::new();
    for (later, line) in table.met.iter().enumerate() {
        for (earlier, _) in line.chars().enumerate().filter(|(_, found)| *found == sign) {
            let size = CELL - 2;
            let (x, y) = (NAMES + earlier * CELL + 1, later * CELL + 1);
            let _ = write!(path, "M{x} {y}h{size}v{size}h-{size}z");
        }
    }
    path
}
