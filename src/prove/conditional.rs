//! Deviations that show only on requests which meet a condition: where one can, and a generated set of them.

use std::collections::{BTreeSet, HashMap};

use super::life::life;
use crate::graph::Product;
use crate::mock::{Condition, Deviation, Policy, deviations};
use crate::story::combinations::{Choice, Numbers, Row, Space};

/// How many values have to coincide, at most.
pub const STRENGTHS: [usize; 3] = [1, 2, 3];

/// How many rows are tried, for a deviation that may show on few.
const ROWS: usize = 48;

/// How many rows that meet a condition have to show it.
const SAMPLES: usize = 3;

/// A deviation that shows where some values coincide.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// What it does.
    pub deviation: &'static Deviation,
    /// When.
    pub condition: Condition,
    /// On which product.
    pub product: Product,
    /// How many values have to coincide, those included without which it never shows.
    pub strength: usize,
}

/// The products on which a deviation can show and a request can meet the condition.
///
/// # Errors
/// Where there are none: why, for each product the deviation shows on.
pub fn products_of(
    deviation: &Deviation,
    condition: &Condition,
) -> Result<Vec<Product>, Vec<(Product, String)>> {
    let wanted: Vec<_> = condition.parts().collect();
    let (mut products, mut reasons) = (Vec::new(), Vec::new());
    for product in deviation.products {
        match Space::of(*product).refuses(&wanted) {
            None => products.push(*product),
            Some(reason) => reasons.push((*product, reason)),
        }
    }
    if products.is_empty() { Err(reasons) } else { Ok(products) }
}

/// So many deviations under conditions for each strength, chosen by chance from those that can show.
///
/// A deviation and a row of the valid space are taken at random, until the life of a link that is asked for so
/// differs from the documented one. The choices whose change makes it agree again are those that the deviation
/// needs by itself; as many others are added as the strength leaves room for, with their values of the row. It
/// has to show on other rows with these values too.
pub fn generate(count: usize, seed: u64) -> Vec<Fault> {
    let mut generator = Generator {
        numbers: Numbers::new(seed),
        spaces: Product::ALL.map(Space::of),
        documented: HashMap::new(),
    };
    let mut faults = Vec::new();
    for strength in STRENGTHS {
        let mut known = BTreeSet::new();
        // Few deviations need one value alone; when they are used up, so be it.
        for _ in 0..count * 40 {
            if known.len() == count {
                break;
            }
            if let Some(fault) = generator.fault(strength)
                && known.insert((fault.deviation.name, fault.product, fault.condition))
            {
                faults.push(fault);
            }
        }
    }
    faults
}

struct Generator {
    numbers: Numbers,
    spaces: [Space; 3],
    /// The documented lives of rows that were asked for.
    documented: HashMap<(Product, Row), Vec<String>>,
}

impl Generator {
    fn fault(&mut self, strength: usize) -> Option<Fault> {
        let deviation = &deviations()[self.numbers.below(deviations().len())];
        let product = deviation.products[self.numbers.below(deviation.products.len())];
        let policy = Policy::for_product(product);
        if deviation.policy(policy.clone()) != policy {
            // It speaks of another tenant, in which other choices are open.
            return None;
        }
        let space = self.spaces.iter().find(|it| it.product == product)?.clone();
        let row = self.showing(deviation, &space)?;
        let mut chosen = self.needed(deviation, &space, &row, strength)?;
        let mut others: Vec<Choice> = Choice::all()
            .filter(|it| !chosen.contains(it) && space.beside(&row, *it).next().is_some())
            .collect();
        while chosen.len() < strength {
            if others.is_empty() {
                return None;
            }
            chosen.push(others.swap_remove(self.numbers.below(others.len())));
        }
        let condition = condition(&row, &chosen)?;
        for _ in 0..SAMPLES {
            let other = self.meeting(&space, &row, &chosen)?;
            if !self.shows(deviation, condition, &space, &other) {
                return None;
            }
        }
        Some(Fault { deviation, condition, product, strength })
    }

    /// A row on which a deviation shows.
    fn showing(&mut self, deviation: &'static Deviation, space: &Space) -> Option<Row> {
        // The same few rows for all, so that the documented lives are told once.
        let mut rows = Numbers::new(space.product as u64);
        let rows: Vec<Row> = (0..ROWS).map(|_| space.any(&mut rows)).collect();
        let first = self.numbers.below(ROWS);
        let mut rows = rows[first..].iter().chain(&rows[..first]);
        rows.find(|row| self.shows_on(deviation, space, row)).copied()
    }

    /// The choices that matter to a deviation by itself; nothing, where they are more than that.
    fn needed(
        &mut self,
        deviation: &'static Deviation,
        space: &Space,
        row: &Row,
        most: usize,
    ) -> Option<Vec<Choice>> {
        let mut needed = Vec::new();
        let refused_for = row.refused_for(space.product);
        for choice in Choice::all() {
            // What is refused for something else is no sign.
            let is_alike = |other: &Row| {
                other.refused_for(space.product).iter().all(|it| refused_for.contains(it))
            };
            let others: Vec<Row> = space.beside(row, choice).filter(is_alike).collect();
            if others.iter().any(|other| !self.shows_on(deviation, space, other)) {
                needed.push(choice);
                if needed.len() > most {
                    return None;
                }
            }
        }
        Some(needed)
    }

    fn shows_on(&mut self, deviation: &'static Deviation, space: &Space, row: &Row) -> bool {
        let all: Vec<Choice> = Choice::all().collect();
        condition(row, &all).is_some_and(|it| self.shows(deviation, it, space, row))
    }

    fn shows(
        &mut self,
        deviation: &'static Deviation,
        condition: Condition,
        space: &Space,
        row: &Row,
    ) -> bool {
        let product = space.product;
        let documented =
            self.documented.entry((product, *row)).or_insert_with(|| life(product, None, row));
        life(product, Some((deviation, condition)), row) != *documented
    }

    /// Another row with the same values of these choices.
    fn meeting(&mut self, space: &Space, row: &Row, chosen: &[Choice]) -> Option<Row> {
        let refused_for = row.refused_for(space.product);
        (0..1000).find_map(|_| {
            let other = chosen.iter().fold(space.any(&mut self.numbers), |other, choice| {
                other.with(*choice, row.text(*choice))
            });
            (space.holds(&other) && other.refused_for(space.product) == refused_for)
                .then_some(other)
        })
    }
}

/// The values of a row for these choices, as a condition.
fn condition(row: &Row, choices: &[Choice]) -> Option<Condition> {
    let parts: Vec<String> =
        choices.iter().map(|it| format!("{}={}", it.name(), row.text(*it))).collect();
    Condition::read(&parts.join(" and ")).ok()
}

#[cfg(test)]
mod tests {
    use super::{Fault, Generator};
    use crate::graph::Product;
    use crate::mock::{Condition, deviation};
    use crate::story::combinations::{CHOICES, Choice, Numbers, Row, Space};
    use std::collections::HashMap;

    #[test]
    fn a_condition_speaks_of_the_choices_of_the_features_in_their_words() {
        let names: Vec<&str> = CHOICES.iter().map(|(choice, _)| choice.name()).collect();
        assert_eq!(Condition::parameters().collect::<Vec<_>>(), names);
        for (choice, values) in CHOICES {
            assert_eq!(Condition::values(choice.name()).collect::<Vec<_>>(), values);
        }
    }

    fn generator() -> Generator {
        Generator {
            numbers: Numbers::new(1),
            spaces: Product::ALL.map(Space::of),
            documented: HashMap::new(),
        }
    }

    /// What a deviation needs by itself, on the plainest row with these values.
    fn needs(name: &str, values: &[(Choice, &str)]) -> Vec<Choice> {
        let plain = Row::new([
            "view",
            "anonymous",
            "drives",
            "a file",
            "the application",
            "omitted",
            "omitted",
            "omitted",
            "for the first time",
        ]);
        let row = values.iter().fold(plain.unwrap(), |row, (choice, text)| row.with(*choice, text));
        let space = Space::of(Product::Business);
        generator().needed(deviation(name).unwrap(), &space, &row, 9).unwrap()
    }

    #[test]
    fn what_a_deviation_needs_by_itself_is_found_out() {
        assert_eq!(needs("view-refused", &[]), [Choice::Type]);
        assert_eq!(needs("always-ok", &[]), [Choice::Occasion]);
        assert_eq!(
            needs("embed-off-personal-accepted", &[(Choice::Type, "embed")]),
            [Choice::Type]
        );
        assert_eq!(
            needs("folder-edit-refused", &[(Choice::Type, "edit"), (Choice::Item, "a folder")]),
            [Choice::Type, Choice::Item]
        );
    }

    #[test]
    fn a_seed_gives_the_same_deviation_again_and_it_can_show() {
        let first = || -> Fault {
            let mut generator = generator();
            loop {
                if let Some(fault) = generator.fault(2) {
                    return fault;
                }
            }
        };
        let (fault, again) = (first(), first());
        assert_eq!(fault.deviation.name, again.deviation.name);
        assert_eq!((fault.condition, fault.product), (again.condition, again.product));
        let parts: Vec<_> = fault.condition.parts().collect();
        assert_eq!(parts.len(), 2);
        assert_eq!(Space::of(fault.product).refuses(&parts), None, "{}", fault.condition);
    }
}
