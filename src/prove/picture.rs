//! The curve as one page: how much is caught, by the number of values that coincide. Inline SVG, which needs no script.

use maud::{DOCTYPE, Markup, html};

use super::conditional::STRENGTHS;
use super::curve::{ConditionalOutcome, Curve};
use crate::report::html::head;

const HEIGHT: usize = 200;
const LEFT: usize = 40;
const STEP: usize = 120;
const BAR: usize = 56;

impl Curve {
    /// The page.
    pub fn page(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                (head("linkspec: deviations that show where choices coincide"))
                body {
                    header {
                        h1 { "Deviations that show where choices coincide" }
                        p {
                            "What the suite catches at depth " (self.depth) ", where a deviation shows only on requests with one, "
                            "two or three values in common. Made by " code { (self.command()) } "."
                        }
                    }
                    main { (self.picture()) (self.sums()) (self.others()) }
                }
            }
        };
        page.into_string()
    }

    fn picture(&self) -> Markup {
        let (width, height) = (LEFT + STEP * STRENGTHS.len(), HEIGHT + 50);
        let places: Vec<(usize, usize, usize)> = STRENGTHS
            .iter()
            .enumerate()
            .map(|(index, strength)| {
                (LEFT + index * STEP + STEP / 2, *strength, self.part(*strength))
            })
            .filter(|(_, strength, _)| self.count(*strength, |_| true) > 0)
            .collect();
        let curve: Vec<String> =
            places.iter().map(|(x, _, part)| format!("{x},{}", down(*part))).collect();
        html! {
            figure {
                figcaption {
                    "Of a hundred: "
                    span.key { i.pass {} "caught" }
                    span.key { i.warn {} "only other rules fired" }
                    span.key { i.fail {} "nothing fired" }
                }
                svg viewBox=(format!("0 0 {width} {height}")) role="img" aria-label=(self.said()) {
                    @for line in [0, 25, 50, 75, 100] {
                        path.line d=(format!("M{LEFT} {}H{width}", down(line))) {}
                        text x=(LEFT - 5) y=(down(line) + 4) text-anchor="end" { (line) " %" }
                    }
                    @for (x, strength, part) in &places {
                        @let fired = self.part_of(*strength, |it| it != ConditionalOutcome::Missed);
                        @for (class, from, to) in [("pass", 0, *part), ("warn", *part, fired), ("fail", fired, 100)] {
                            @if to > from {
                                rect class=(class) x=(x - BAR / 2) y=(down(to)) width=(BAR)
                                    height=(down(from) - down(to)) {}
                            }
                        }
                        text x=(x) y=(HEIGHT + 26) text-anchor="middle" { (strength) " coinciding" }
                        text.head x=(x) y=(HEIGHT + 42) text-anchor="middle" {
                            (part) " % of " (self.count(*strength, |_| true))
                        }
                    }
                    polyline points=(curve.join(" ")) fill="none" stroke="currentColor" stroke-width="2" {}
                    @for (x, _, part) in &places { circle cx=(x) cy=(down(*part)) r="4" fill="currentColor" {} }
                }
            }
        }
    }

    /// The picture in words.
    fn said(&self) -> String {
        let said =
            |strength: &usize| format!("{strength} coinciding, {} % caught", self.part(*strength));
        STRENGTHS.iter().map(said).collect::<Vec<_>>().join("; ")
    }

    fn part(&self, strength: usize) -> usize {
        self.part_of(strength, |it| it == ConditionalOutcome::Caught)
    }

    fn part_of(&self, strength: usize, is: impl Fn(ConditionalOutcome) -> bool) -> usize {
        let all = self.count(strength, |_| true);
        (100 * self.count(strength, |it| is(it.outcome))).checked_div(all).unwrap_or(0)
    }

    fn sums(&self) -> Markup {
        const OUTCOMES: [(ConditionalOutcome, &str); 4] = [
            (ConditionalOutcome::Caught, "caught"),
            (ConditionalOutcome::Following, "only what follows from it"),
            (ConditionalOutcome::Elsewhere, "only other rules"),
            (ConditionalOutcome::Missed, "nothing"),
        ];
        html! {
            div.wide tabindex="0" role="region" aria-label="Sums" { table {
                thead { tr {
                    th scope="col" { "values that coincide" } th scope="col" { "tried" }
                    @for (_, words) in OUTCOMES { th scope="col" { (words) } }
                } }
                tbody { @for strength in STRENGTHS { tr {
                    th scope="row" { (strength) } td.number { (self.count(strength, |_| true)) }
                    @for (outcome, _) in OUTCOMES {
                        td.number { (self.count(strength, |it| it.outcome == outcome)) }
                    }
                } } }
            } }
        }
    }

    fn others(&self) -> Markup {
        html! {
            @if self.not_caught().next().is_some() {
                h2 { "Not caught" }
                ul {
                    @for it in self.not_caught() {
                        li {
                            b { (it.deviation) } " on " (it.product) " when " (it.condition) ": "
                            (it.fired_text()) " fired"
                        }
                    }
                }
            }
        }
    }
}

/// Where a part of a hundred stands.
fn down(part: usize) -> usize {
    8 + HEIGHT - part * HEIGHT / 100
}

#[cfg(test)]
mod tests {
    use super::super::curve::Tried;
    use super::*;
    use crate::graph::Product;

    fn tried(strength: usize, outcome: ConditionalOutcome) -> Tried {
        Tried {
            deviation: "always-created",
            condition: format!("type=edit and {strength}"),
            product: Product::Business,
            strength,
            class: "existing-links".to_owned(),
            outcome,
            fired: Vec::new(),
        }
    }

    #[test]
    fn the_curve_falls_where_less_is_caught() {
        let caught = [(1, 4, 0), (2, 3, 1), (3, 1, 3)];
        let curve = Curve {
            asked: 4,
            seed: 1,
            depth: "standard",
            tried: caught
                .into_iter()
                .flat_map(|(strength, caught, missed)| {
                    let of = |outcome, count| std::iter::repeat_n(tried(strength, outcome), count);
                    of(ConditionalOutcome::Caught, caught)
                        .chain(of(ConditionalOutcome::Missed, missed))
                        .collect::<Vec<_>>()
                })
                .collect(),
        };
        let page = curve.page();
        // A hundred, seventy-five and twenty-five of a hundred; the picture is drawn from the top.
        assert!(page.contains(r#"points="100,8 220,58 340,158""#), "{page}");
        assert!(page.contains("3 coinciding, 25 % caught"), "{page}");
        assert_eq!(page.matches("<rect class=\"pass\"").count(), 3, "{page}");
        assert_eq!(page.matches("<rect class=\"fail\"").count(), 2, "{page}");
        assert_eq!(page.matches("<li>").count(), 4, "those that are not caught are named: {page}");
        assert!(page.contains("linkspec prove --conditional 4 --seed 1"), "{page}");
        assert!(!page.contains("<script") && !page.contains("src="), "{page}");
    }
}
