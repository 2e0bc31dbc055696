//! Tests of `acceptance`.

use serde_json::{Value, json};

use super::*;
use crate::graph::{Recording, Tenant};
use crate::judge::testing::{Telling, judge, link, on_personal, refusal, request, word};

/// A run of a refused request and, if so wished, of one that was granted and listed.
fn run(telling: Telling, granted: bool) -> Vec<Recording> {
    let mut run = vec![telling.done()];
    if granted {
        let one = link("1", "view", "anonymous");
        let mut other = Telling::new()
            .file()
            .asks(request("view", "anonymous"), 201, one.clone())
            .lists("file", &json!([one]))
            .done();
        for exchange in &mut other.exchanges {
            exchange.number += 100;
        }
        run.push(other);
    }
    run
}

fn owner() -> Tenant {
    Tenant::default()
}

fn odd(status: u16, after: &Value) -> Telling {
    Telling::new()
        .file()
        .asks(request("owner", "anonymous"), status, refusal("invalidRequest"))
        .lists("file", after)
}

#[test]
fn a_refusal_counts_only_where_something_is_granted() {
    let check = |it: &Evidence<'_>| is_refused_with(it, 0, &[400]);
    let says = |status, granted| {
        word(&judge(Product::Personal, &owner(), &run(odd(status, &json!([])), granted), check))
    };
    assert_eq!(says(400, true), "holds");
    assert_eq!(says(422, true), "doubtful");
    assert_eq!(says(201, true), "broken");
    assert_eq!(says(204, true), "broken");
    assert_eq!(says(302, true), "not run");
    assert_eq!(says(429, true), "inconclusive");
    assert_eq!(says(400, false), "not run");
}

#[test]
fn nothing_is_left_behind() {
    let left = link("7", "view", "anonymous");
    let check = |it: &Evidence<'_>| nothing_created(it, "file");
    let says = |status, after: Value, granted| {
        word(&judge(Product::Personal, &owner(), &run(odd(status, &after), granted), check))
    };
    assert_eq!(says(400, json!([]), true), "holds");
    assert_eq!(says(400, json!([{"id": "o", "roles": ["owner"]}]), true), "holds");
    assert_eq!(says(400, json!([left]), true), "broken");
    assert_eq!(says(400, json!([]), false), "not run");
    assert_eq!(says(201, json!([left]), true), "not run");
    let unread = Telling::new().file().asks(request("owner", "x"), 400, refusal("x"));
    assert_eq!(
        word(&judge(Product::Personal, &owner(), &run(unread, true), check)),
        "inconclusive"
    );
}

#[test]
fn a_list_that_never_shows_a_link_proves_nothing() {
    let telling = Telling::new()
        .file()
        .asks(request("owner", "anonymous"), 400, refusal("invalidRequest"))
        .lists("file", &json!([]));
    let mut recordings = run(telling, true);
    recordings[1].exchanges.pop();
    let judgement =
        judge(Product::Personal, &owner(), &recordings, |it| nothing_created(it, "file"));
    assert_eq!(word(&judgement), "not run");
}

#[test]
fn a_link_inherited_from_above_the_run_is_not_left_behind() {
    let above = link("above", "view", "organization");
    let mut recordings = run(odd(400, &json!([above])), true);
    let listing = Telling::new().file().lists("file", &json!([above])).done();
    recordings[1].exchanges.extend(listing.exchanges);
    let judgement =
        judge(Product::Business, &owner(), &recordings, |it| nothing_created(it, "file"));
    assert_eq!(word(&judgement), "holds");
}

#[test]
fn accepted_means_a_link() {
    let tell = |status, body: Value| {
        Telling::new().file().asks(request("view", "anonymous"), status, body)
    };
    let check = |it: &Evidence<'_>| is_granted(it, 0);
    let one = link("1", "view", "anonymous");
    assert_eq!(word(&on_personal(tell(201, one.clone()), check)), "holds");
    assert_eq!(word(&on_personal(tell(200, one), check)), "holds");
    assert_eq!(word(&on_personal(tell(400, refusal("invalidRequest")), check)), "broken");
    assert_eq!(word(&on_personal(tell(200, json!({})), check)), "not run");
    assert_eq!(word(&on_personal(tell(202, Value::Null), check)), "not run");
    let not_json = tell(201, Value::Null).with_answer(r#"{"id":"1",}"#);
    assert_eq!(word(&on_personal(not_json, check)), "not run");
}

#[test]
fn what_the_profile_forbids_need_not_be_granted() {
    let tenant = Tenant { organization_links: Some(false), ..Tenant::default() };
    let telling = Telling::new().file().asks(request("view", "organization"), 403, refusal("x"));
    let judgement = judge(Product::Business, &tenant, &run(telling, true), |it| is_granted(it, 0));
    assert_eq!(word(&judgement), "not run");
}

#[test]
fn each_kind_of_link_for_anyone_is_declared_by_its_own_key() {
    type Declare = fn(&mut Tenant);
    let keys: [(bool, bool, Declare); 4] = [
        (false, false, |it| it.anonymous_file_view = Some(false)),
        (false, true, |it| it.anonymous_file_edit = Some(false)),
        (true, false, |it| it.anonymous_folder_view = Some(false)),
        (true, true, |it| it.anonymous_folder_edit = Some(false)),
    ];
    for (folder, edit, declare) in keys {
        let mut tenant = Tenant { anonymous_links: Some(true), ..Tenant::default() };
        declare(&mut tenant);
        for (to_folder, to_edit, _) in keys {
            let item = if to_folder { "folder" } else { "file" };
            let kind = if to_edit { "edit" } else { "view" };
            let asked = request(kind, "anonymous");
            let telling = Telling::new().made(item);
            let told = telling.asks_for(item, asked, 403, refusal("accessDenied")).done();
            let asked_for = |it: &Evidence<'_>| {
                let asked = it.asked(0)?;
                assert_eq!(
                    not_permitted(it, &asked).is_some(),
                    (to_folder, to_edit) == (folder, edit)
                );
                HOLDS
            };
            assert_eq!(word(&judge(Product::Business, &tenant, &[told], asked_for)), "holds");
        }
    }
}
