//! The valid space is the one the page's constraints leave.

use super::*;

#[test]
fn the_space_has_the_rows_and_pairs_that_the_constraints_leave() {
    for (product, rows, pairs) in [
        (Product::Personal, 16_776, 386),
        (Product::Business, 29_760, 434),
        (Product::SharePoint, 24_192, 407),
    ] {
        let space = Space::of(product);
        assert_eq!(space.rows().count(), rows, "{product}");
        assert_eq!(Coverage::of(&space, 2).possible(), pairs, "{product}");
    }
}

#[test]
fn a_row_reads_as_it_is_written() {
    for product in Product::ALL {
        let space = Space::of(product);
        for row in space.rows().step_by(97) {
            let line = row.line();
            let (who, choices) = line.split_once(" chooses ").unwrap();
            assert_eq!(Row::read(who, choices), Ok(row), "{line}");
            assert!(row.products().any(|it| it == product), "{line}");
        }
    }
}

#[test]
fn the_requests_of_a_row_are_that_row() {
    for product in Product::ALL {
        let space = Space::of(product);
        for row in space.rows().step_by(31) {
            let told = exercised(&row.story(false), &space, "drives", "organization");
            assert_eq!(told.last().map(|it| it.row), Some(row), "{}", row.line());
        }
    }
}
