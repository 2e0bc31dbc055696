//! Tests of `inherited_permissions`.

use serde_json::{Value, json};

use super::*;
use crate::judge::testing::{Telling, link, on_business, refusal, request, with, word};

fn folder_link() -> Value {
    link("folder-link", "view", "organization")
}

fn file_link() -> Value {
    link("file-link", "view", "organization")
}

/// A file in a shared folder gets its first own link.
fn told(before: &Value, status: u16, after: &Value) -> Telling {
    Telling::new()
        .made("folder")
        .made("file")
        .asks_for("folder", request("view", "organization"), 201, folder_link())
        .exchange(Purpose::ListPermissions, "file", 200, &json!({"value": before}))
        .asks(request("view", "organization"), status, file_link())
        .exchange(Purpose::ReadItem, "file", 200, &json!({"id": "file-id"}))
        .exchange(Purpose::ListPermissions, "file", 200, &json!({"value": after}))
}

#[test]
fn what_was_inherited_is_retained_or_removed() {
    let both = json!([folder_link(), file_link()]);
    let own = json!([file_link()]);
    let before = json!([folder_link()]);
    let says = |after: &Value, check: fn(&Evidence<'_>) -> Judgement| {
        word(&on_business(told(&before, 201, after), check))
    };
    assert_eq!(says(&both, folder_link_still_applies), "holds");
    assert_eq!(says(&own, folder_link_still_applies), "broken");
    assert_eq!(says(&both, folder_link_no_longer_applies), "broken");
    assert_eq!(says(&own, folder_link_no_longer_applies), "holds");
    assert_eq!(says(&own, own_link_is_listed), "holds");
    assert_eq!(says(&json!([]), own_link_is_listed), "not run");
    assert_eq!(says(&own, owner_keeps_access), "holds");
}

#[test]
fn the_folders_link_is_known_by_id_or_by_url() {
    let renamed = with(folder_link(), "/id", json!("other"));
    let renamed = with(renamed, "/link/webUrl", json!("https://1drv.ms/folder-link?e=1"));
    let telling = told(&json!([renamed]), 201, &json!([renamed, file_link()]));
    assert_eq!(word(&on_business(telling, folder_link_still_applies)), "holds");
}

#[test]
fn nothing_is_judged_where_the_folders_link_did_not_reach_the_file() {
    for check in [folder_link_still_applies, folder_link_no_longer_applies] {
        let telling = told(&json!([]), 201, &json!([file_link()]));
        assert_eq!(word(&on_business(telling, check)), "not run");
    }
    for check in [folder_link_still_applies, folder_link_no_longer_applies, owner_keeps_access] {
        let telling = told(&json!([folder_link()]), 403, &json!([folder_link()]));
        assert_eq!(word(&on_business(telling, check)), "not run");
    }
}

#[test]
fn a_later_link_removes_nothing() {
    let edit = link("edit-link", "edit", "organization");
    let both = json!([folder_link(), file_link()]);
    let says = |before: &Value, after: Value| {
        let telling = told(&json!([folder_link()]), 201, before)
            .asks(request("edit", "organization"), 201, edit.clone())
            .lists("file", &after);
        word(&on_business(telling, second_link_removed_nothing))
    };
    assert_eq!(says(&both, json!([folder_link(), file_link(), edit])), "holds");
    assert_eq!(says(&both, json!([file_link(), edit])), "broken");
    assert_eq!(says(&both, json!([folder_link(), edit])), "broken");
    assert_eq!(says(&json!([file_link()]), json!([file_link(), edit])), "holds");
    assert_eq!(says(&json!([]), json!([edit])), "not run");
}

#[test]
fn the_owner_is_never_locked_out() {
    let telling = Telling::new()
        .made("folder")
        .made("file")
        .asks_for("folder", request("view", "organization"), 201, folder_link())
        .exchange(Purpose::ListPermissions, "file", 200, &json!({"value": [folder_link()]}))
        .asks(request("view", "organization"), 201, file_link())
        .lists("file", &json!([file_link()]))
        .exchange(Purpose::ReadItem, "file", 403, &refusal("accessDenied"));
    assert_eq!(word(&on_business(telling, owner_keeps_access)), "broken");
}

#[test]
fn the_folder_keeps_its_permissions() {
    let says = |after: Value| {
        let telling = Telling::new()
            .made("folder")
            .made("file")
            .asks_for("folder", request("view", "organization"), 201, folder_link())
            .exchange(Purpose::ListPermissions, "folder", 200, &json!({"value": [folder_link()]}))
            .asks(request("view", "organization"), 201, file_link())
            .exchange(Purpose::ListPermissions, "folder", 200, &json!({"value": after}));
        word(&on_business(telling, folder_is_untouched))
    };
    assert_eq!(says(json!([folder_link()])), "holds");
    assert_eq!(says(json!([])), "broken");
    assert_eq!(says(json!([folder_link(), file_link()])), "broken");
}
