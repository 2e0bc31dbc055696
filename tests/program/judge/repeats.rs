//! Which requests are repeats of others.

use serde_json::json;

use super::{Folder, ROOT, create_link, entry, har, permission, stderr, verdict};

#[test]
fn a_repeat_that_makes_another_link_is_found_among_everything_else() {
    let folder = Folder::new();
    let path = folder.write(
        "browser.har",
        &har(&[
            entry(0, "GET", "https://example.com/picture.png", 200, "}]{[\\\""),
            create_link(1, "01A", 201, &permission("p1")),
            create_link(2, "01B", 201, &permission("p2")),
            create_link(3, "01A", 201, &permission("p3")),
        ]),
    );
    let (output, report) = folder.judge(&path, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(report["requests"], json!({"total": 4, "create_link": 3}));
    assert_eq!(report["target"]["product"], "business");
    assert_eq!(report["caller"]["name"], "WebInspector");
    for id in ["IDEM-02", "IDEM-03", "IDEM-04"] {
        assert_eq!(verdict(&report, id), "fail", "{id}");
    }
    let rule =
        &report["rules"].as_array().unwrap().iter().find(|it| it["id"] == "IDEM-03").unwrap();
    assert_eq!(rule["exchanges"], json!([2, 4]), "the numbers are those of the entries");
}

#[test]
fn a_repeat_that_returns_the_link_holds_and_so_does_one_after_a_removal() {
    let folder = Folder::new();
    let removal = format!("{ROOT}/me/drive/items/01A/permissions/p1");
    let path = folder.write(
        "good.har",
        &har(&[
            create_link(1, "01A", 201, &permission("p1")),
            create_link(2, "01A", 200, &permission("p1")),
            entry(3, "DELETE", &removal, 204, ""),
            create_link(4, "01A", 201, &permission("p2")),
        ]),
    );
    let (output, report) = folder.judge(&path, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(verdict(&report, "IDEM-02"), "pass");
}

#[test]
fn another_application_an_hour_later_or_no_token_is_no_repeat() {
    let folder = Folder::new();
    let mut other = create_link(2, "01A", 201, &permission("p2"));
    other["request"]["headers"][1]["value"] = "Bearer another-application".into();
    let mut later = create_link(3, "01A", 201, &permission("p3"));
    later["startedDateTime"] = "2026-01-01T12:30:00.000Z".into();
    let mut bare = create_link(4, "01A", 201, &permission("p4"));
    bare["request"]["headers"] = json!([]);
    let entries = [create_link(1, "01A", 201, &permission("p1")), other, later, bare];
    let path = folder.write("apart.har", &har(&entries));
    let (output, report) = folder.judge(&path, &[]);
    assert_eq!(verdict(&report, "IDEM-02"), "not-run", "{}", stderr(&output));
    assert!(report["remarks"].to_string().contains("without their Authorization"), "{report:#}");
}

#[test]
fn what_is_deleted_with_others_has_no_repeat() {
    let folder = Folder::new();
    let created = |second, id| create_link(second, "01A", 201, &permission(id));
    let between = |method: &str, path: &str, body: &str| {
        let mut between = entry(1, method, &format!("{ROOT}{path}"), 200, "{}");
        between["request"]["postData"] = json!({"mimeType": "application/json", "text": body});
        let path = folder.write("x.har", &har(&[created(0, "p1"), between, created(2, "p2")]));
        let (_, report) = folder.judge(&path, &["--product", "business"]);
        verdict(&report, "IDEM-02").to_owned()
    };
    let batch =
        r#"{"requests":[{"id":"1","method":"DELETE","url":"/me/drive/items/01A/permissions/p1"}]}"#;
    assert_eq!(between("POST", "/$batch", batch), "not-run");
    assert_eq!(between("DELETE", "/me/drive/items/01PARENT", ""), "not-run");
    assert_eq!(between("DELETE", "/me/messages/1", ""), "fail");
    assert_eq!(between("POST", "/$batch", r#"{"requests":[]}"#), "fail");
}

#[test]
fn the_same_body_at_another_address_or_under_another_label_is_no_repeat() {
    let folder = Folder::new();
    let refused = r#"{"error":{"code":"invalidRequest","message":"/me needs a user"}}"#;
    let mut elsewhere = create_link(2, "01A", 400, refused);
    elsewhere["request"]["url"] = format!("{ROOT}/me/drive/items/01A/createLink").into();
    let mut labelled = create_link(3, "01A", 400, refused);
    labelled["request"]["headers"][2]["value"] = "text/plain".into();
    let entries = [create_link(1, "01A", 201, &permission("p1")), elsewhere, labelled];
    let path = folder.write("other.har", &har(&entries));
    let (output, report) = folder.judge(&path, &["--rule", "IDEM-02"]);
    assert_eq!(verdict(&report, "IDEM-02"), "not-run", "{}", stderr(&output));
}
