//! Tests of `scopes`.

use serde_json::{Value, json};

use super::*;
use crate::graph::{Recording, Tenant};
use crate::judge::testing::{
    Telling, judge, link, on_business, on_personal, refusal, request, with, word,
};

fn asked(scope: &str, status: u16, answer: Value) -> Telling {
    Telling::new().file().asks(request("view", scope), status, answer)
}

fn beside_a_granted_one(telling: Telling) -> [Recording; 2] {
    [telling.done(), asked("anonymous", 201, link("1", "view", "anonymous")).done()]
}

#[test]
fn a_link_for_the_organization_does_not_exist_on_a_personal_drive() {
    let says = |status, answer: Value| {
        let run = beside_a_granted_one(asked("organization", status, answer));
        word(&judge(Product::Personal, &Tenant::default(), &run, organization_is_refused))
    };
    assert_eq!(says(400, refusal("invalidRequest")), "holds");
    assert_eq!(says(403, refusal("notSupported")), "seen");
    assert_eq!(says(404, refusal("itemNotFound")), "doubtful");
    assert_eq!(says(201, link("2", "view", "organization")), "broken");
    assert_eq!(says(201, link("2", "view", "anonymous")), "broken", "worst of all");
    assert_eq!(says(201, link("2", "view", "users")), "doubtful");
    assert_eq!(says(204, Value::Null), "broken");
    let alone = asked("organization", 400, refusal("invalidRequest"));
    assert_eq!(word(&on_personal(alone, organization_is_refused)), "not run");
}

#[test]
fn the_scope_is_compared_where_the_drive_has_it() {
    let check = every_link_has_the_scope_asked_for;
    let organization = link("1", "view", "organization");
    let without = with(organization.clone(), "/link/scope", Value::Null);
    let says = |scope, answer: &Value| word(&on_business(asked(scope, 201, answer.clone()), check));
    assert_eq!(says("organization", &organization), "holds");
    assert_eq!(says("anonymous", &organization), "broken");
    assert_eq!(says("organization", &without), "broken");
    assert_eq!(says("everyone", &organization), "not run");
    assert_eq!(says("organization", &json!({})), "not run");
    let personal = asked("organization", 201, link("1", "view", "anonymous"));
    assert_eq!(word(&on_personal(personal, check)), "broken", "open to anyone");
    let personal = asked("organization", 201, link("1", "view", "users"));
    assert_eq!(word(&on_personal(personal, check)), "not run", "SCOPE-09 judges this");
    let embed = Telling::new().file().asks(json!({"type": "embed"}), 201, link("1", "embed", "x"));
    assert_eq!(word(&on_personal(embed, check)), "not run");
}

#[test]
fn the_default_scope_is_the_declared_one_or_any() {
    let says = |declared: Option<&str>, status, answer: Value| {
        let tenant = Tenant { default_scope: declared.map(str::to_owned), ..Tenant::default() };
        let telling = Telling::new().file().asks(json!({"type": "view"}), status, answer);
        word(&judge(Product::Business, &tenant, &beside_a_granted_one(telling), is_the_default))
    };
    for scope in ["anonymous", "organization", "users", "existingAccess"] {
        assert_eq!(says(None, 201, link("1", "view", scope)), "seen");
    }
    assert_eq!(says(None, 201, link("1", "view", "everyone")), "broken");
    assert_eq!(says(Some("users"), 201, link("1", "view", "users")), "seen");
    assert_eq!(says(Some("users"), 201, link("1", "view", "anonymous")), "broken");
    assert_eq!(says(None, 400, refusal("invalidRequest")), "broken");
}

#[test]
fn a_missing_scope_is_refused_on_personal_drives_at_the_services_own_risk() {
    let says = |product, status, answer: Value| {
        let telling = Telling::new().file().asks(json!({"type": "view"}), status, answer);
        let run = beside_a_granted_one(telling);
        word(&judge(product, &Tenant::default(), &run, missing_scope_is_accepted))
    };
    assert_eq!(says(Product::Personal, 400, refusal("invalidRequest")), "broken");
    assert_eq!(says(Product::Business, 400, refusal("invalidRequest")), "not run");
    assert_eq!(says(Product::Business, 201, link("1", "view", "users")), "holds");
}

#[test]
fn a_link_for_nobody_in_particular_gives_nobody_access() {
    let users = link("1", "view", "users");
    let named = with(users.clone(), "/grantedToIdentitiesV2", json!([{"user": {}}]));
    let empty = with(users.clone(), "/grantedToIdentitiesV2", json!([]));
    let says =
        |answer: &Value| word(&on_business(asked("users", 201, answer.clone()), names_nobody));
    assert_eq!(says(&users), "holds");
    assert_eq!(says(&empty), "holds");
    assert_eq!(says(&named), "broken");
    assert_eq!(says(&link("1", "view", "organization")), "not run");
    let opened = |status| {
        let telling = asked("users", 201, users.clone());
        let telling = telling.about(Purpose::OpenLink, 0, status, json!({}));
        word(&on_business(telling, gives_no_access))
    };
    assert_eq!(opened(403), "seen");
    assert_eq!(opened(404), "seen");
    assert_eq!(opened(200), "broken");
    let content = |status| {
        let telling = asked("users", 201, users.clone());
        let telling = telling.about(Purpose::OpenLink, 0, 403, json!({}));
        let telling = telling.about(Purpose::ReadThroughLink, 0, status, Value::Null);
        word(&on_business(telling.with_answer("content"), gives_no_access))
    };
    assert_eq!(content(403), "seen");
    assert_eq!(content(200), "broken", "the item is shut and its content is not");
}

#[test]
fn the_last_page_decides_whether_a_sign_in_is_asked_for() {
    let browse = |scope: &str, hops: &[(u16, &str)]| {
        let mut telling = asked(scope, 201, link("1", "view", scope));
        for (status, body) in hops {
            telling = telling.about(Purpose::OpenPage, 0, *status, Value::Null).with_answer(body);
        }
        telling
    };
    let page = "<title>notes.txt</title>";
    let sign_in = "<title>Sign in to your account</title>";
    let anonymous = |hops: &[(u16, &str)]| {
        word(&on_personal(browse("anonymous", hops), |it| opens_without_sign_in(it, 0)))
    };
    assert_eq!(anonymous(&[(302, ""), (200, page)]), "holds");
    assert_eq!(anonymous(&[(302, ""), (200, sign_in)]), "broken");
    assert_eq!(anonymous(&[(401, "")]), "broken");
    assert_eq!(anonymous(&[(302, "")]), "inconclusive");
    assert_eq!(anonymous(&[(404, "")]), "not run");
    let organization = |hops: &[(u16, &str)]| {
        word(&on_business(browse("organization", hops), |it| asks_for_sign_in(it, 0)))
    };
    assert_eq!(organization(&[(302, ""), (200, sign_in)]), "seen");
    assert_eq!(organization(&[(403, "")]), "seen");
    let code = "<title>Verify your identity</title><input type=\"email\">";
    assert_eq!(organization(&[(200, code)]), "seen", "guests are sent a code");
    assert_eq!(anonymous(&[(200, code)]), "holds", "a field alone is no sign-in");
    assert_eq!(organization(&[(200, page)]), "broken");
    assert_eq!(organization(&[]), "not run");
}
