//! A line of a story whose request could not be sent, or was not carried out: nothing is judged as though it had been.

use crate::service::gate::Reply;
use crate::service::{Reaction, Seen, Service, features, report, rule_of, text};
use linkspec::graph::Product;
use linkspec::mock::Options;

/// Each second answer is right only where the line between was told.
const STORIES: &str = r#"Feature: Links

  @IDEM-02 @must @business
  Rule: After a removal
    Page, Response: "200 OK if an existing link is returned"

    Scenario: a link that is removed
      Given a new file
      When the application asks for a view link
      And the owner deletes the link
      And the application asks for the same link again
      Then the second answer is 201 Created

  @IDEM-03 @must @business
  Rule: Before it
    Page, Response: "200 OK if an existing link is returned"

    Scenario: a link that is to be removed
      Given a new file
      When the application asks for a view link
      And the owner deletes the link
      And the application asks for the same link again
      Then the first answer is 201 Created

  @ERR-08 @should @business
  Rule: Of a file that is gone
    Errors page, HTTP status codes: "The requested resource doesn't exist"

    Scenario: a file that is deleted
      Given a new file
      When the owner deletes the file
      And the application asks for a view link
      Then the answer is 404 Not Found with the code itemNotFound
"#;

const ARGUMENTS: [&str; 6] =
    ["--features", "features", "--max-wait", "0.1", "--report", "json=report.json"];

fn reads_an_item(seen: &Seen) -> bool {
    seen.method == "GET" && seen.target.contains("/items/") && !seen.target.contains("/permissions")
}

#[test]
fn what_was_not_done_is_not_judged_as_done() {
    type Fits = fn(&Seen) -> bool;
    // Who fails with what, and what becomes of the second answer.
    let failures: [(&str, Fits, u16, &str); 6] = [
        ("no list can be read", Seen::lists_permissions, 500, "inconclusive"),
        ("no list may be read", Seen::lists_permissions, 403, "inconclusive"),
        ("there are no lists", Seen::lists_permissions, 404, "inconclusive"),
        ("the removal fails", Seen::removes_a_link, 500, "inconclusive"),
        ("the removal is refused", Seen::removes_a_link, 403, "not-run"),
        ("the removal is of another kind", Seen::removes_a_link, 301, "not-run"),
    ];
    for (what, fits, status, verdict) in failures {
        let service =
            Service::gated(Options::new(Product::Business), move |seen| match fits(seen) {
                true => Reaction::Answer(Reply::new(status)),
                false => Reaction::Forward,
            });
        let folder = tempfile::tempdir().unwrap();
        features(&folder, STORIES);
        let run = service.live(&folder, &ARGUMENTS);
        let shown = text(&run);
        let report = report(&folder.path().join("report.json"));
        let after = rule_of(&report, "IDEM-02");
        assert_eq!(after["verdict"], verdict, "{what}: {shown}");
        assert!(after["reason"].to_string().contains("removed"), "{what}: {after}");
        // What came before that line is judged as ever.
        assert_eq!(rule_of(&report, "IDEM-03")["verdict"], "pass", "{what}: {shown}");
        let sent = service.gate().seen().iter().any(Seen::removes_a_link);
        assert_eq!(sent, what.contains("removal"), "{what}: {shown}");
    }
}

#[test]
fn a_file_that_is_not_seen_to_be_the_runs_is_not_judged_as_deleted() {
    let mut seen_once = std::collections::HashSet::new();
    // Each item is read once, when it was made; from then on it cannot be read.
    let service = Service::gated(Options::new(Product::Business), move |seen| {
        if reads_an_item(seen) && !seen_once.insert(seen.target.clone()) {
            Reaction::Answer(Reply::new(403))
        } else {
            Reaction::Forward
        }
    });
    let folder = tempfile::tempdir().unwrap();
    features(&folder, STORIES);
    let run = service.live(&folder, &ARGUMENTS);
    let report = report(&folder.path().join("report.json"));
    let rule = rule_of(&report, "ERR-08");
    assert_eq!(rule["verdict"], "inconclusive", "{}", text(&run));
    assert!(rule["reason"].to_string().contains("was not deleted"), "{rule}");
}
