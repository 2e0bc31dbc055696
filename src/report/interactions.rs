//! Which combinations of the documented choices of a request were exercised.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::graph::Product;

/// How many combinations of the documented choices of a request were exercised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interactions {
    /// Pairs, as in "412/434": exercised, of those that the documentation lets meet.
    #[schemars(regex(pattern = "^[0-9]+/[0-9]+$"))]
    pub pairs: String,
    /// Triples, likewise; not known of several runs together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[0-9]+/[0-9]+$"))]
    pub triples: Option<String>,
    /// The pairs that never met, in words, each with its product.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never: Vec<String>,
    /// Pair by pair, a table a product.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<PairTable>,
}

/// Which pairs of values met on a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PairTable {
    /// The product.
    pub product: Product,
    /// The values that are chosen among, in the order of their choices.
    pub values: Vec<ChosenValue>,
    /// A line for each value, with a sign for each value before it: `1` they met, `0` they did not, `.` the
    /// documentation does not let them meet.
    pub met: Vec<String>,
}

/// One value of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChosenValue {
    /// The choice, as in "scope".
    pub choice: String,
    /// The value, as in "anonymous".
    pub value: String,
}

impl Interactions {
    /// What these tables hold.
    pub fn of(tables: Vec<PairTable>, triples: Option<String>) -> Self {
        let (met, open) = tables
            .iter()
            .map(PairTable::counts)
            .fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        let never = tables.iter().flat_map(PairTable::never).collect();
        Self { pairs: format!("{met}/{}", met + open), triples, never, tables }
    }

    /// What several runs exercised together; none where they do not speak of the same choices.
    pub fn together<'i>(all: impl Iterator<Item = Option<&'i Self>>) -> Option<Self> {
        let mut tables: Vec<PairTable> = Vec::new();
        let mut triples = Vec::new();
        for interactions in all {
            let interactions = interactions?;
            triples.push(interactions.triples.clone());
            for table in &interactions.tables {
                match tables.iter_mut().find(|it| it.product == table.product) {
                    Some(known) => known.join(table)?,
                    None => tables.push(table.clone()),
                }
            }
        }
        let triples = if let [only] = triples.as_slice() { only.clone() } else { None };
        (!tables.is_empty()).then(|| Self::of(tables, triples))
    }
}

impl PairTable {
    /// How many pairs met, and how many did not and could.
    pub fn counts(&self) -> (usize, usize) {
        let count =
            |sign| self.met.iter().flat_map(|it| it.chars()).filter(|it| *it == sign).count();
        (count('1'), count('0'))
    }

    /// The pairs that could meet and did not, in words.
    fn never(&self) -> impl Iterator<Item = String> + '_ {
        let open = |(later, line): (usize, &String)| -> Vec<(usize, usize)> {
            let signs = line.chars().enumerate();
            signs.filter(|(_, sign)| *sign == '0').map(|(earlier, _)| (earlier, later)).collect()
        };
        self.met.iter().enumerate().flat_map(open).filter_map(|(earlier, later)| {
            Some(format!("{}: {}", self.product.name(), self.words(earlier, later)?))
        })
    }

    /// A pair in words.
    pub fn words(&self, earlier: usize, later: usize) -> Option<String> {
        let (one, other) = (self.values.get(earlier)?, self.values.get(later)?);
        Some(format!("{} {} with {} {}", one.choice, one.value, other.choice, other.value))
    }

    /// Adds what met elsewhere; none where that is another table.
    fn join(&mut self, other: &Self) -> Option<()> {
        if self.values != other.values || self.met.len() != other.met.len() {
            return None;
        }
        for (ours, theirs) in self.met.iter_mut().zip(&other.met) {
            let both = ours.chars().zip(theirs.chars());
            *ours = both.map(|(one, other)| if other == '1' { '1' } else { one }).collect();
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(product: Product, met: &[&str]) -> PairTable {
        let value =
            |choice: &str, value: &str| ChosenValue { choice: choice.into(), value: value.into() };
        PairTable {
            product,
            values: vec![value("type", "view"), value("type", "edit"), value("scope", "users")],
            met: met.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    #[test]
    fn what_shards_exercised_together_is_their_union() {
        let one = Interactions::of(vec![table(Product::Business, &["", ".", "10"])], None);
        assert_eq!(
            (one.pairs.as_str(), one.never.as_slice()),
            ("1/2", &["business: type edit with scope users".to_owned()][..])
        );
        let other =
            Interactions::of(vec![table(Product::Business, &["", ".", "01"])], Some("3/9".into()));
        let both = Interactions::together([Some(&one), Some(&other)].into_iter()).unwrap();
        assert_eq!((both.pairs.as_str(), both.triples.as_deref()), ("2/2", None));
        assert!(both.never.is_empty());
        assert_eq!(Interactions::together([Some(&other)].into_iter()).as_ref(), Some(&other));
        assert_eq!(Interactions::together([Some(&one), None].into_iter()), None);
    }
}
