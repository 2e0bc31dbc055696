//! Tests of `existing_links`.

use serde_json::{Value, json};

use super::*;
use crate::graph::Tenant;
use crate::judge::chapters::listed_links::{both_listed, has_links, is_unchanged};
use crate::judge::testing::{
    Telling, judge, link, on_business, on_personal, refusal, request, with, word,
};

fn view() -> Value {
    request("view", "anonymous")
}

fn edit() -> Value {
    request("edit", "anonymous")
}

fn twice(first: (u16, Value), second: (u16, Value)) -> Telling {
    Telling::new().file().asks(view(), first.0, first.1).asks(view(), second.0, second.1)
}

fn one() -> Value {
    link("1", "view", "anonymous")
}

#[test]
fn an_existing_link_is_returned() {
    let tell = || {
        let other = with(one(), "/link/webUrl", json!("https://1drv.ms/1?e=abc"));
        twice((201, one()), (200, other)).lists("file", &json!([one()]))
    };
    assert_eq!(word(&on_personal(tell(), |it| is_created(it, 0))), "holds");
    assert_eq!(word(&on_personal(tell(), |it| is_existing(it, 1))), "holds");
    assert_eq!(word(&on_personal(tell(), |it| same_permission(it, 0, 1))), "holds");
    assert_eq!(word(&on_personal(tell(), |it| describes_the_same_link(it, 0, 1))), "holds");
    assert_eq!(word(&on_personal(tell(), |it| as_whole_as(it, 0, 1))), "holds");
    assert_eq!(word(&on_personal(tell(), |it| has_links(it, "file", 1))), "holds");
}

#[test]
fn a_swapped_status_breaks_the_rules_about_the_status_alone() {
    let tell = || twice((200, one()), (201, one()));
    assert_eq!(word(&on_personal(tell(), |it| is_created(it, 0))), "broken");
    assert_eq!(word(&on_personal(tell(), |it| is_existing(it, 1))), "broken");
    assert_eq!(word(&on_personal(tell(), |it| same_permission(it, 0, 1))), "holds");
    assert_eq!(word(&on_personal(tell(), |it| describes_the_same_link(it, 0, 1))), "holds");
    assert_eq!(word(&on_personal(tell(), |it| as_whole_as(it, 0, 1))), "not run");
    // What is shown for it is both: the answer that made the link, and the one that should have been that link.
    let broken = on_personal(tell(), |it| is_existing(it, 1));
    let Err(Outcome::Broken { exchanges, .. }) = &broken else { panic!("{broken:?}") };
    assert_eq!(exchanges.len(), 2, "{broken:?}");
}

#[test]
fn a_second_link_for_the_same_request_is_found_in_answer_and_list() {
    let two = link("2", "view", "anonymous");
    let tell =
        || twice((201, one()), (200, two.clone())).lists("file", &json!([one(), two.clone()]));
    assert_eq!(word(&on_personal(tell(), |it| same_permission(it, 0, 1))), "broken");
    assert_eq!(word(&on_personal(tell(), |it| describes_the_same_link(it, 0, 1))), "broken");
    assert_eq!(word(&on_personal(tell(), |it| has_links(it, "file", 1))), "broken");
}

#[test]
fn what_was_there_or_is_inherited_is_not_counted() {
    let inherited = with(
        link("9", "view", "organization"),
        "/inheritedFrom",
        json!({"driveId": "d", "id": "parent"}),
    );
    let pseudo = link("00000000-0000-0000-0000-000000000000", "view", "existingAccess");
    let owner = json!({"id": "o", "roles": ["owner"], "grantedToV2": {}});
    let telling = twice((201, one()), (200, one()))
        .lists("file", &json!([owner, inherited, pseudo, one(), one()]));
    assert_eq!(word(&on_personal(telling, |it| has_links(it, "file", 1))), "holds");
    let before = link("8", "view", "organization");
    let telling = Telling::new()
        .file()
        .lists("file", &json!([before]))
        .asks(view(), 201, one())
        .lists("file", &json!([before, one()]));
    assert_eq!(word(&on_business(telling, |it| has_links(it, "file", 1))), "holds");
}

#[test]
fn a_list_that_shows_nothing_is_another_rules_case() {
    let telling = twice((201, one()), (200, one())).lists("file", &json!([]));
    assert_eq!(word(&on_personal(telling, |it| has_links(it, "file", 1))), "not run");
}

#[test]
fn without_a_first_link_nothing_is_judged() {
    let tell = || twice((400, refusal("invalidRequest")), (400, refusal("invalidRequest")));
    for check in [is_created, is_existing] {
        assert_eq!(word(&on_personal(tell(), |it| check(it, 1))), "not run");
    }
    for check in [same_permission, describes_the_same_link, different_permissions, as_whole_as] {
        assert_eq!(word(&on_personal(tell(), |it| check(it, 0, 1))), "not run");
    }
}

#[test]
fn empty_answers_are_not_equal_links() {
    let tell = || twice((200, json!({})), (200, json!({})));
    assert_eq!(word(&on_personal(tell(), |it| is_existing(it, 1))), "not run");
    assert_eq!(word(&on_personal(tell(), |it| same_permission(it, 0, 1))), "not run");
    assert_eq!(word(&on_personal(tell(), |it| describes_the_same_link(it, 0, 1))), "not run");
    assert_eq!(word(&on_personal(tell(), |it| as_whole_as(it, 0, 1))), "not run");
}

#[test]
fn equal_answers_of_a_service_that_knows_one_link_only_prove_nothing() {
    let run = [
        twice((201, one()), (200, one())).done(),
        Telling::new().file().asks(edit(), 201, one()).done(),
    ];
    // The numbers of a run go on from story to story.
    let mut run = run;
    for exchange in &mut run[1].exchanges {
        exchange.number += 100;
    }
    let same = judge(Product::Personal, &Tenant::default(), &run, |it| same_permission(it, 0, 1));
    assert_eq!(word(&same), "not run");
}

#[test]
fn a_repeat_that_loses_a_member_is_no_whole_permission() {
    for pointer in ["/roles", "/link", "/link/webUrl", "/id"] {
        let less = with(one(), pointer, Value::Null);
        let telling = twice((201, one()), (200, less));
        assert_eq!(word(&on_personal(telling, |it| as_whole_as(it, 0, 1))), "broken", "{pointer}");
    }
}

#[test]
fn a_later_link_is_not_blamed_where_even_the_first_says_200() {
    let tell = |first, second| {
        Telling::new().file().asks(view(), first, one()).asks(
            edit(),
            second,
            link("2", "edit", "anonymous"),
        )
    };
    assert_eq!(word(&on_personal(tell(201, 201), |it| is_created(it, 1))), "holds");
    assert_eq!(word(&on_personal(tell(201, 200), |it| is_created(it, 1))), "broken");
    assert_eq!(word(&on_personal(tell(200, 200), |it| is_created(it, 1))), "not run");
    assert_eq!(word(&on_personal(tell(201, 429), |it| is_created(it, 1))), "inconclusive");
}

#[test]
fn a_failed_first_attempt_may_have_made_the_link() {
    let telling = Telling::new().file().fails_first(503, &[]).asks(view(), 200, one());
    assert_eq!(word(&on_personal(telling, |it| is_created(it, 0))), "inconclusive");
}

#[test]
fn a_removed_link_is_made_anew() {
    let tell = |removal, status, answer: Value| {
        Telling::new()
            .file()
            .asks(view(), 201, one())
            .about(Purpose::DeletePermission, 0, removal, Value::Null)
            .asks(view(), status, answer)
    };
    let two = link("2", "view", "anonymous");
    assert_eq!(word(&on_personal(tell(204, 201, two), made_anew)), "seen");
    assert_eq!(word(&on_personal(tell(204, 201, one()), made_anew)), "seen");
    assert_eq!(word(&on_personal(tell(204, 200, one()), made_anew)), "broken");
    assert_eq!(word(&on_personal(tell(403, 200, one()), made_anew)), "not run");
}

#[test]
fn a_link_of_another_application_is_judged_on_personal_drives_only() {
    let tell = |second: Value| twice((201, one()), (200, second));
    let two = link("2", "view", "anonymous");
    let check = second_application_has_its_own;
    assert_eq!(word(&on_personal(tell(one()), check)), "broken");
    assert_eq!(word(&on_personal(tell(two), check)), "seen");
    assert_eq!(word(&on_business(tell(one()), check)), "seen");
}

#[test]
fn a_widened_or_replaced_link_is_found_in_the_list() {
    let two = link("2", "edit", "anonymous");
    let tell = |after: Value| {
        Telling::new()
            .file()
            .asks(view(), 201, one())
            .lists("file", &json!([one()]))
            .asks(edit(), 201, two.clone())
            .lists("file", &after)
    };
    let widened = with(one(), "/roles", json!(["write"]));
    assert_eq!(word(&on_personal(tell(json!([one(), two])), |it| is_unchanged(it, 0))), "holds");
    assert_eq!(word(&on_personal(tell(json!([widened, two])), |it| is_unchanged(it, 0))), "broken");
    assert_eq!(word(&on_personal(tell(json!([two])), |it| is_unchanged(it, 0))), "not run");
    assert_eq!(word(&on_personal(tell(json!([one(), two])), |it| both_listed(it, 0, 1))), "holds");
    assert_eq!(word(&on_personal(tell(json!([two])), |it| both_listed(it, 0, 1))), "broken");
    assert_eq!(word(&on_personal(tell(json!([one()])), |it| both_listed(it, 0, 1))), "not run");
}

#[test]
fn a_view_request_must_not_find_the_edit_link() {
    let first = link("1", "edit", "anonymous");
    let tell = |second: Value| {
        Telling::new().file().asks(edit(), 201, first.clone()).asks(view(), 200, second)
    };
    let check = |it: &Evidence<'_>| is_not_the_edit_link(it, 0, 1);
    assert_eq!(word(&on_personal(tell(first.clone()), check)), "broken");
    assert_eq!(word(&on_personal(tell(link("2", "view", "anonymous")), check)), "holds");
}

#[test]
fn a_password_lost_on_an_existing_link_is_a_warning() {
    let with_password =
        json!({"type": "view", "scope": "anonymous", "password": "Correct-Horse-1"});
    let tell = |status, has_password: bool| {
        Telling::new().file().asks(view(), 201, one()).asks(
            with_password.clone(),
            status,
            with(one(), "/hasPassword", json!(has_password)),
        )
    };
    let check = |it: &Evidence<'_>| what_the_repeat_gives(it, 0, 1);
    assert_eq!(word(&on_personal(tell(200, false), check)), "doubtful");
    assert_eq!(word(&on_personal(tell(200, true), check)), "seen");
    assert_eq!(word(&on_personal(tell(400, false), check)), "seen");
}

#[test]
fn other_success_codes_are_found_and_refusals_prove_nothing() {
    let tell = |status, body: Value| Telling::new().file().asks(view(), status, body);
    let check = every_success_is_200_or_201;
    assert_eq!(word(&on_personal(tell(201, one()), check)), "holds");
    for status in [202, 204, 207, 302] {
        assert_eq!(word(&on_personal(tell(status, one()), check)), "broken", "{status}");
    }
    assert_eq!(word(&on_personal(tell(400, refusal("invalidRequest")), check)), "not run");
}

#[test]
fn the_link_of_another_item_is_not_among_an_items_permissions() {
    let told = |id: &str, listed: &[&str]| {
        let entries: Vec<Value> = listed.iter().map(|id| link(id, "view", "anonymous")).collect();
        let granted = Telling::new().file().asks(view(), 201, link(id, "view", "anonymous"));
        granted.lists("file", &json!(entries)).done()
    };
    let judged = |listed: &[&str]| {
        let run = [told("1", &["1"]), told("2", listed)];
        word(&judge(Product::Business, &Tenant::default(), &run, no_two_items_share_a_link))
    };
    assert_eq!(judged(&["2"]), "holds");
    assert_eq!(judged(&["2", "from above"]), "holds");
    assert_eq!(judged(&["2", "1"]), "broken");
}
