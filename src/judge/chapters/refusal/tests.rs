//! Tests of `refusal`.

use serde_json::json;

use super::*;
use crate::graph::{Product, Tenant};
use crate::judge::testing::{Telling, evidence, refusal, view};

fn judged(run: &[Recording], check: impl Fn(&Evidence<'_>) -> Judgement) -> Judgement {
    let tenant = Tenant::default();
    check(&evidence(run, Product::Business, &tenant))
}

/// A story in which one link was granted, so that a refusal proves something.
fn granting() -> Recording {
    let granted = Telling::new().file().asks(json!({"type": "view"}), 201, view("g"));
    granted.lists("file", &json!([view("g"), {"id": "o", "roles": ["owner"]}])).done()
}

fn refused(status: u16) -> Telling {
    Telling::new().file().asks(json!({"type": "owner"}), status, refusal("invalidRequest"))
}

#[test]
fn a_refusal_proves_nothing_about_a_service_that_grants_nothing() {
    let run = [refused(400).lists("file", &json!([])).done()];
    for check in [made_nothing, is_refused_for_its_body] {
        assert!(matches!(judged(&run, |it| check(it, 0)), Err(Outcome::NotRun { .. })));
    }
}

#[test]
fn a_link_left_behind_is_found() {
    let run = [refused(400).lists("file", &json!([view("p9")])).done(), granting()];
    assert!(matches!(judged(&run, |it| made_nothing(it, 0)), Err(Outcome::Broken { .. })));
    let run =
        [refused(400).lists("file", &json!([{"id": "o", "roles": ["owner"]}])).done(), granting()];
    assert_eq!(judged(&run, |it| made_nothing(it, 0)), HOLDS);
    let run = [refused(400).done(), granting()];
    assert!(matches!(judged(&run, |it| made_nothing(it, 0)), Err(Outcome::Inconclusive { .. })));
}

#[test]
fn whoever_is_let_in_by_a_refusal_is_found() {
    let guest = || json!({"id": "g1", "roles": ["read"], "grantedToV2": {"user": {"id": "2"}}});
    let owner = || json!({"id": "o", "roles": ["owner"]});
    let told = |before: Value, opens: bool, after: Value| {
        let mut telling = Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"));
        telling = telling.lists("file", &before);
        if opens {
            telling = telling.about(Purpose::OpenLink, 0, 200, json!({"id": "i"}));
        }
        telling
            .asks(json!({"type": "edit"}), 403, refusal("accessDenied"))
            .lists("file", &after)
            .about(Purpose::OpenLink, 0, 403, json!({}))
            .done()
    };
    let (few, more) = (json!([view("p1"), owner()]), json!([view("p1"), owner(), guest()]));
    let opened_early = |after: Value| {
        let telling = Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"));
        telling
            .about(Purpose::OpenLink, 0, 200, json!({"id": "i"}))
            .exchange(Purpose::ListPermissions, "file", 200, &json!({"value": few}))
            .asks(json!({"type": "edit"}), 403, refusal("accessDenied"))
            .lists("file", &after)
            .done()
    };
    let result = |run: Recording| judged(&[run, granting()], |it| made_nothing(it, 1));
    assert_eq!(result(told(few.clone(), false, few.clone())), HOLDS);
    let found = result(told(few.clone(), false, more.clone()));
    assert!(matches!(found, Err(Outcome::Broken { .. })), "{found:?}");
    let doubtful = result(opened_early(more.clone()));
    assert!(matches!(doubtful, Err(Outcome::Doubtful { .. })), "{doubtful:?}");
    assert_eq!(result(told(few.clone(), true, more.clone())), HOLDS, "opened in between");
    assert_eq!(result(told(more.clone(), false, more)), HOLDS, "listed before");
}

#[test]
fn what_was_there_before_or_was_granted_is_not_left_behind() {
    let told = Telling::new()
        .file()
        .asks(json!({"type": "view"}), 201, view("p1"))
        .asks(json!({"type": "owner"}), 400, refusal("invalidRequest"))
        .lists("file", &json!([view("p1")]));
    assert_eq!(judged(&[told.done()], |it| made_nothing(it, 1)), HOLDS);
    let mut inherited = view("p7");
    inherited["inheritedFrom"] = json!({"id": "root"});
    let run = [refused(400).lists("file", &json!([inherited])).done(), granting()];
    assert_eq!(judged(&run, |it| made_nothing(it, 0)), HOLDS);
    let above = json!([view("site-wide")]);
    let other = Telling::new()
        .file()
        .asks(json!({"type": "view"}), 201, view("g"))
        .lists("file", &json!([view("site-wide"), view("g")]));
    let run = [refused(400).lists("file", &above).done(), other.done()];
    assert_eq!(judged(&run, |it| made_nothing(it, 0)), HOLDS);
}

#[test]
fn another_reason_is_no_refusal_of_the_body() {
    for (status, holds) in [(400, true), (422, true), (401, false), (404, false), (201, false)] {
        let run = [refused(status).done(), granting()];
        let result = judged(&run, |it| is_refused_for_its_body(it, 0));
        assert_eq!(result.is_ok(), holds, "{status}: {result:?}");
    }
    let run = [refused(503).done(), granting()];
    assert!(matches!(
        judged(&run, |it| is_refused_for_its_body(it, 0)),
        Err(Outcome::Inconclusive { .. })
    ));
}

#[test]
fn what_a_refusal_takes_away_is_found() {
    let inherited = || {
        let mut above = view("p7");
        above["link"]["webUrl"] = json!("https://contoso.sharepoint.com/:f:/s/above");
        above
    };
    let owner = || json!({"id": "o", "roles": ["owner"]});
    let told = |after: Value| {
        let telling = Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"));
        let telling = telling.lists("file", &json!([view("p1"), inherited(), owner()]));
        telling
            .asks(json!({"type": "view", "scope": []}), 400, refusal("invalidRequest"))
            .lists("file", &after)
            .done()
    };
    let result = |after: Value| judged(&[told(after), granting()], |it| made_nothing(it, 1));
    assert_eq!(result(json!([view("p1"), inherited(), owner()])), HOLDS);
    for (after, lost) in [
        (json!([inherited(), owner()]), "p1"),
        (json!([view("p1"), owner()]), "p7"),
        (json!([view("p1"), inherited()]), "\"o\""),
    ] {
        let found = result(after);
        assert!(
            matches!(&found, Err(Outcome::Broken { actual, .. }) if actual.contains(lost)),
            "{found:?}"
        );
    }
}
