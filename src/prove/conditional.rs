//! Deviations that show only on requests which meet a condition: where one can.

use crate::graph::Product;
use crate::mock::{Condition, Deviation};
use crate::story::combinations::Space;

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

#[cfg(test)]
mod tests {
    use crate::mock::Condition;
    use crate::story::combinations::CHOICES;

    #[test]
    fn a_condition_speaks_of_the_choices_of_the_features_in_their_words() {
        let names: Vec<&str> = CHOICES.iter().map(|(choice, _)| choice.name()).collect();
        assert_eq!(Condition::parameters().collect::<Vec<_>>(), names);
        for (choice, values) in CHOICES {
            assert_eq!(Condition::values(choice.name()).collect::<Vec<_>>(), values);
        }
    }
}
