//! The valid space is the one the page's constraints leave.

use super::*;
use crate::story::Story;

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

#[test]
fn choices_that_do_not_go_together_are_no_story() {
    for (choices, why) in [
        (
            "type embed, scope anonymous, address me, for a file, keeping omitted, \
             expiration omitted, password given, for the first time",
            "an embed link names no scope",
        ),
        (
            "type view, scope anonymous, address groups, for a file, keeping omitted, \
             expiration omitted, password given, for the first time",
            "passwords are for personal drives only",
        ),
        (
            "type view, scope organization, address me, for a file, keeping omitted, \
             expiration omitted, password given, again",
            "what is refused makes no link",
        ),
    ] {
        let said = Story::default().choose("the application", choices).unwrap_err();
        assert!(said.starts_with("these choices do not go together"), "{said}");
        assert!(said.contains(why), "{said}");
    }
    let said = Story::default().choose("the application", "type veiw, scope omitted").unwrap_err();
    assert!(said.contains("veiw") && said.contains("view"), "{said}");
}

#[test]
fn the_same_choices_with_another_instant_are_not_the_same_request_again() {
    let space = Space::of(Product::Personal);
    let last = |again: &str| {
        let mut story = Story::default();
        story.make("a new file").unwrap();
        story.ask("the application", "a view link that expires in 7 days").unwrap();
        story.ask("the application", again).unwrap();
        let told = exercised(&story, &space, "me", "anonymous");
        told.last().map(|it| (it.request, it.row.text(Choice::Occasion)))
    };
    assert_eq!(last("the same link again"), Some((1, "again")));
    let another = "the same link again that expires in 14 days";
    assert_eq!(last(another), Some((0, "for the first time")));
}
