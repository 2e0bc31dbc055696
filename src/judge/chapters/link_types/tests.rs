//! Tests of `link_types`.

use serde_json::{Value, json};

use super::*;
use crate::graph::{Product, Tenant};
use crate::judge::testing::{
    Telling, judge, link, on_business, on_personal, refusal, request, with, word,
};

fn asked(link_type: &str, answer: Value) -> Telling {
    Telling::new().file().asks(request(link_type, "anonymous"), 201, answer)
}

#[test]
fn the_type_is_compared_where_there_is_one() {
    let check = every_link_has_the_type_asked_for;
    let view = link("1", "view", "anonymous");
    assert_eq!(word(&on_personal(asked("view", view.clone()), check)), "holds");
    assert_eq!(word(&on_personal(asked("edit", view.clone()), check)), "broken");
    assert_eq!(word(&on_personal(asked("View", view.clone()), check)), "not run");
    assert_eq!(
        word(&on_personal(asked("view", with(view, "/link/type", Value::Null)), check)),
        "not run"
    );
    assert_eq!(word(&on_personal(asked("view", json!({})), check)), "not run");
}

#[test]
fn every_broken_answer_is_named() {
    let view = link("1", "view", "anonymous");
    let telling = asked("edit", view.clone()).asks(request("embed", "anonymous"), 201, view);
    match on_personal(telling, every_link_has_the_type_asked_for) {
        Err(Outcome::Broken { actual, exchanges, .. }) => {
            assert_eq!(exchanges, [2, 3]);
            assert_eq!(actual, "link.type \"view\" (and 1 more answer like it)");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_view_link_with_write_is_broken_and_both_readings_are_told() {
    let check = |it: &Evidence<'_>| every_link_of_type_has_its_roles(it, "view");
    let view = link("1", "view", "anonymous");
    assert_eq!(word(&on_personal(asked("view", view.clone()), check)), "holds");
    let capital = with(view.clone(), "/roles", json!(["Read"]));
    assert_eq!(word(&on_personal(asked("view", capital), check)), "holds");
    match on_personal(asked("view", with(view.clone(), "/roles", json!(["write"]))), check) {
        Err(Outcome::Broken { actual, .. }) => assert!(actual.contains("AMB-01"), "{actual}"),
        other => panic!("{other:?}"),
    }
    for roles in [json!([]), json!("read"), json!([1]), Value::Null] {
        let odd = with(view.clone(), "/roles", roles);
        assert_eq!(word(&on_personal(asked("view", odd), check)), "not run");
    }
    // An edit link for a view request is TYPE-04's to judge.
    assert_eq!(word(&on_personal(asked("view", link("1", "edit", "anonymous")), check)), "not run");
}

#[test]
fn an_edit_link_that_only_reads_is_broken() {
    let check = |it: &Evidence<'_>| every_link_of_type_has_its_roles(it, "edit");
    let edit = link("1", "edit", "anonymous");
    assert_eq!(word(&on_personal(asked("edit", edit.clone()), check)), "holds");
    let capped = with(edit, "/roles", json!(["read"]));
    assert_eq!(word(&on_personal(asked("edit", capped), check)), "broken");
    assert_eq!(word(&on_personal(asked("view", link("1", "view", "anonymous")), check)), "not run");
}

#[test]
fn an_embed_link_is_refused_and_the_status_is_a_warning_at_most() {
    let says = |status, body: Value| {
        let granted = Telling::new().file().asks(
            request("view", "organization"),
            201,
            link("1", "view", "organization"),
        );
        let telling = Telling::new().file().asks(json!({"type": "embed"}), status, body);
        let run = [telling.done(), granted.done()];
        word(&judge(Product::Business, &Tenant::default(), &run, embed_is_refused))
    };
    assert_eq!(says(400, refusal("invalidRequest")), "holds");
    assert_eq!(says(400, refusal("-1, x")), "seen");
    assert_eq!(says(403, refusal("accessDenied")), "seen");
    assert_eq!(says(422, refusal("invalidRequest")), "holds");
    assert_eq!(says(401, refusal("unauthenticated")), "doubtful");
    assert_eq!(says(404, refusal("itemNotFound")), "doubtful");
    assert_eq!(says(429, refusal("accessDenied")), "inconclusive");
    assert_eq!(says(201, link("2", "embed", "organization")), "broken");
    assert_eq!(says(204, Value::Null), "broken");
    let alone =
        Telling::new().file().asks(json!({"type": "embed"}), 400, refusal("invalidRequest"));
    assert_eq!(word(&on_business(alone, embed_is_refused)), "not run");
}

#[test]
fn writing_through_a_link_is_judged_only_by_who_could_open_it() {
    let tell_of = |kind: &str, opens: u16, writes: u16| {
        let item = if opens == 200 { json!({"id": "i"}) } else { refusal("accessDenied") };
        asked(kind, link("1", kind, "anonymous"))
            .about(Purpose::OpenLink, 0, opens, item)
            .about(Purpose::WriteThroughLink, 0, writes, json!({}))
            .with_body("new")
    };
    let tell = |opens, writes| tell_of("view", opens, writes);
    assert_eq!(word(&on_personal(tell(200, 403), writing_is_refused)), "seen");
    for (content, expected) in [("new", "broken"), ("old", "seen")] {
        let telling = tell(200, 403).about(Purpose::ReadThroughLink, 0, 200, Value::Null);
        let judged = on_personal(telling.with_answer(content), writing_is_refused);
        assert_eq!(word(&judged), expected, "refused, and the file has {content} content");
    }
    assert_eq!(word(&on_personal(tell(200, 200), writing_is_refused)), "broken");
    assert_eq!(word(&on_personal(tell(403, 403), writing_is_refused)), "not run");
    assert_eq!(word(&on_personal(tell(200, 200), writing_takes_effect)), "not run");
    let tell = |opens, writes| tell_of("edit", opens, writes);
    assert_eq!(word(&on_personal(tell(200, 403), writing_takes_effect)), "broken");
    let read = |content: &str| {
        tell(200, 200).about(Purpose::ReadThroughLink, 0, 200, Value::Null).with_answer(content)
    };
    assert_eq!(word(&on_personal(read("new"), writing_takes_effect)), "holds");
    assert_eq!(word(&on_personal(read("old"), writing_takes_effect)), "broken");
}
