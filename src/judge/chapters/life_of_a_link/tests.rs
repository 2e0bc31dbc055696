//! Tests of `life_of_a_link`.

use serde_json::json;

use super::*;
use crate::graph::{Product, Tenant};
use crate::judge::testing::{Telling, evidence, on_personal, refusal, view};

fn broken(judgement: &Judgement) -> bool {
    matches!(judgement, Err(Outcome::Broken { .. }))
}

fn not_run(judgement: &Judgement) -> bool {
    matches!(judgement, Err(Outcome::NotRun { .. }))
}

fn granted() -> Telling {
    Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"))
}

#[test]
fn a_new_link_is_in_the_next_listing() {
    let listed = |entries: Value| on_personal(granted().lists("file", &entries), is_listed);
    assert_eq!(listed(json!([{"id": "o", "roles": ["owner"]}, view("p1")])), HOLDS);
    assert!(broken(&listed(json!([]))));
    assert!(broken(&listed(json!([{"id": "p1", "roles": ["read"]}]))), "listed without a link");
    assert!(not_run(&on_personal(granted(), is_listed)), "nothing was listed");
}

#[test]
fn a_link_stays_listed_whatever_others_ask_for() {
    let told = |identity: Identity, status: u16, after: Value| {
        let telling = granted().lists("file", &json!([view("p1")]));
        let telling = telling.asks(json!({"type": "view"}), status, view("p2")).by(identity);
        on_personal(telling.lists("file", &after), is_listed)
    };
    let (second, owner) = (Identity::SecondApp, Identity::Owner);
    assert_eq!(told(second, 201, json!([view("p1"), view("p2")])), HOLDS);
    assert!(broken(&told(second, 201, json!([view("p2")]))), "of another application");
    assert!(broken(&told(owner, 403, json!([]))), "refused");
    assert_eq!(told(owner, 200, json!([view("p2")])), HOLDS, "asked again (IDEM-12)");
    assert_eq!(told(owner, 429, json!([])), HOLDS, "the outcome is open");
}

#[test]
fn a_listing_between_a_failed_attempt_and_the_grant_tells_nothing() {
    let told = |after: Value| {
        let failed = Telling::new().file().asks(json!({"type": "view"}), 500, refusal("x"));
        let telling = failed.lists("file", &json!([]));
        let mut recording =
            telling.asks(json!({"type": "view"}), 201, view("p1")).lists("file", &after).done();
        // The attempts are one line of the story.
        let act = recording.exchanges[1].act;
        recording.exchanges[1].retried = true;
        recording.exchanges[2..].iter_mut().for_each(|it| it.act = act);
        let run = [recording];
        is_listed(&evidence(&run, Product::Personal, &Tenant::default()))
    };
    assert_eq!(told(json!([view("p1")])), HOLDS);
    assert!(broken(&told(json!([]))));
}

#[test]
fn what_was_removed_need_not_be_listed() {
    let removed =
        granted().about(Purpose::DeletePermission, 0, 204, Value::Null).lists("file", &json!([]));
    assert!(not_run(&on_personal(removed, is_listed)));
    let dropped = granted()
        .asks(json!({"type": "edit", "retainInheritedPermissions": false}), 201, view("p2"))
        .lists("file", &json!([view("p2")]));
    assert_eq!(on_personal(dropped, is_listed), HOLDS, "the first link is RET-04's business");
}

#[test]
fn a_link_handed_out_after_its_removal_is_missing() {
    let told = granted()
        .about(Purpose::DeletePermission, 0, 204, Value::Null)
        .asks(json!({"type": "view"}), 200, view("p1"))
        .lists("file", &json!([]));
    assert!(broken(&on_personal(told, is_listed)));
}

#[test]
fn a_listing_may_write_the_same_otherwise() {
    let listed = |change: fn(&mut Value)| {
        let mut entry = view("p1");
        change(&mut entry);
        on_personal(granted().lists("file", &json!([entry])), is_listed_as_answered)
    };
    assert_eq!(listed(|it| it["roles"] = json!(["Read"])), HOLDS);
    assert_eq!(listed(|it| it["hasPassword"] = Value::Null), HOLDS);
    assert_eq!(listed(|it| it["expirationDateTime"] = json!("0001-01-01T00:00:00Z")), HOLDS);
    assert_eq!(listed(|it| it["grantedToIdentitiesV2"] = json!([])), HOLDS);
    assert_eq!(listed(|it| it["link"]["webUrl"] = json!("https://1drv.ms/p1?e=3")), HOLDS);
    assert!(broken(&listed(|it| it["roles"] = json!(["write"]))));
    assert!(broken(&listed(|it| it["hasPassword"] = json!(true))));
    assert!(broken(&listed(|it| it["expirationDateTime"] = json!("2030-01-01T00:00:00Z"))));
    assert!(broken(&listed(|it| it["link"]["scope"] = json!("organization"))));
    assert!(not_run(&listed(|it| it["id"] = json!("p9"))), "that is SIDE-01's business");
}

#[test]
fn a_removal_is_204_and_shows() {
    let told = |status, left: Value, read| {
        granted()
            .about(Purpose::DeletePermission, 0, status, Value::Null)
            .lists("file", &left)
            .about(Purpose::ReadPermission, 0, read, refusal("itemNotFound"))
    };
    let checks: [fn(&Evidence<'_>) -> Judgement; 3] = [
        |it| can_be_removed(it, 0),
        |it| is_no_longer_listed(it, 0),
        |it| cannot_be_read_any_more(it, 0),
    ];
    for check in checks {
        assert_eq!(on_personal(told(204, json!([]), 404), check), HOLDS);
    }
    assert!(broken(&on_personal(told(403, json!([]), 404), checks[0])));
    assert!(broken(&on_personal(told(204, json!([view("p1")]), 404), checks[1])));
    assert!(broken(&on_personal(told(204, json!([]), 200), checks[2])));
    for check in &checks[1..] {
        let result = on_personal(told(403, json!([view("p1")]), 200), *check);
        assert!(not_run(&result), "what was not removed is SIDE-03's business");
    }
}

#[test]
fn a_removed_link_is_on_personal_somebody_it_opened_for() {
    let told = |before, after| {
        granted()
            .about(Purpose::OpenLink, 0, before, json!({"id": "file-id"}))
            .by(Identity::SecondUser)
            .about(Purpose::DeletePermission, 0, 204, Value::Null)
            .about(Purpose::OpenLink, 0, after, json!({}))
            .by(Identity::SecondUser)
    };
    let check = |evidence: &Evidence<'_>| does_not_open_any_more(evidence, 0);
    assert_eq!(on_personal(told(200, 404), check), HOLDS);
    assert!(broken(&on_personal(told(200, 200), check)));
    assert!(not_run(&on_personal(told(403, 403), check)));
}

#[test]
fn every_refusal_of_the_run_is_looked_after() {
    let refused = |left: Value| {
        granted()
            .lists("file", &json!([view("p1")]))
            .asks(json!({"type": "owner"}), 400, refusal("invalidRequest"))
            .lists("file", &left)
    };
    assert_eq!(on_personal(refused(json!([view("p1")])), refusals_leave_nothing), HOLDS);
    let left = json!([view("p1"), view("p2")]);
    assert!(broken(&on_personal(refused(left), refusals_leave_nothing)));
    assert!(not_run(&on_personal(granted(), refusals_leave_nothing)), "nothing was refused");
}
