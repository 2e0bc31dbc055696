//! Tests of `passwords`.

use serde_json::{Value, json};

use super::*;
use crate::graph::Tenant;
use crate::judge::testing::{
    Telling, link, on_business, on_personal, refusal, request, with, word,
};

const PASSWORD: &str = "[password 1a2b3c4d5e]";

fn asked() -> Value {
    json!({"type": "view", "scope": "anonymous", "password": PASSWORD})
}

fn answer(has_password: Value) -> Value {
    with(link("1", "view", "anonymous"), "/hasPassword", has_password)
}

fn told(status: u16, body: Value) -> Telling {
    Telling::new().file().asks(asked(), status, body)
}

#[test]
fn a_granted_password_shows_and_off_personal_drives_its_loss_is_a_warning() {
    let check = every_password_shows;
    assert_eq!(word(&on_personal(told(201, answer(json!(true))), check)), "holds");
    assert_eq!(word(&on_personal(told(201, answer(json!(false))), check)), "broken");
    assert_eq!(word(&on_personal(told(201, answer(Value::Null)), check)), "broken");
    assert_eq!(word(&on_business(told(201, answer(json!(false))), check)), "doubtful");
    assert_eq!(word(&on_personal(told(403, refusal("accessDenied")), check)), "not run");
    assert_eq!(word(&on_personal(told(201, json!({})), check)), "not run");
}

#[test]
fn an_existing_link_is_no_case() {
    let plain =
        || Telling::new().file().asks(request("view", "anonymous"), 201, answer(json!(false)));
    let repeat = plain().asks(asked(), 200, answer(json!(false)));
    assert_eq!(word(&on_personal(repeat, every_password_shows)), "not run");
    let repeat =
        told(201, answer(json!(true))).asks(request("view", "anonymous"), 200, answer(json!(true)));
    assert_eq!(word(&on_personal(repeat, none_unasked)), "not run");
    assert_eq!(word(&on_personal(plain(), none_unasked)), "holds");
    let unasked =
        Telling::new().file().asks(request("view", "anonymous"), 201, answer(json!(true)));
    assert_eq!(word(&on_personal(unasked, none_unasked)), "broken");
}

#[test]
fn an_echo_is_found_in_any_answer() {
    let check = never_comes_back;
    let granted = || told(201, answer(json!(true)));
    assert_eq!(word(&on_personal(granted(), check)), "holds");
    let header = granted().with_headers(&[("x-debug", &format!("got {PASSWORD}"))]);
    assert_eq!(word(&on_personal(header, check)), "broken");
    let listed = granted().lists("file", &json!([{"id": "1", "note": PASSWORD}]));
    assert_eq!(word(&on_personal(listed, check)), "broken");
    let refused = told(400, json!({"error": {"code": "x", "message": format!("{PASSWORD}?")}}));
    assert_eq!(word(&on_personal(refused, check)), "broken");
    let member = told(201, with(answer(json!(true)), "/password", json!("***")));
    assert_eq!(word(&on_personal(member, check)), "broken");
    let null = told(201, with(answer(json!(true)), "/password", Value::Null));
    assert_eq!(word(&on_personal(null, check)), "holds");
    assert_eq!(word(&on_personal(told(403, refusal("accessDenied")), check)), "not run");
}

#[test]
fn an_echo_inside_a_url_is_found_as_well() {
    let url = "https://1drv.ms/redacted-0123456789?%5Bpassword%201a2b3c4d5e%5D";
    let telling = told(201, with(answer(json!(true)), "/link/webUrl", json!(url)));
    assert_eq!(word(&on_personal(telling, never_comes_back)), "broken");
}

#[test]
fn off_personal_drives_only_a_silent_loss_is_broken() {
    let says = |status, body: Value| {
        let granted = Telling::new().file().asks(
            request("view", "organization"),
            201,
            link("2", "view", "organization"),
        );
        let run = [told(status, body).done(), granted.done()];
        let tenant = Tenant { anonymous_links: Some(true), ..Tenant::default() };
        let judge = |check: fn(&Evidence<'_>) -> Judgement| {
            word(&crate::judge::testing::judge(Product::Business, &tenant, &run, check))
        };
        (judge(refused_or_honoured), judge(what_became_of_it))
    };
    assert_eq!(says(400, refusal("invalidRequest")), ("seen", "seen"));
    assert_eq!(says(201, answer(json!(true))), ("seen", "seen"));
    assert_eq!(says(201, answer(json!(false))), ("broken", "doubtful"));
    assert_eq!(says(201, answer(Value::Null)), ("broken", "doubtful"));
}

#[test]
fn a_page_is_on_personal_what_it_shows() {
    let tell = |page: &str| {
        let mut telling = told(201, answer(json!(true)));
        telling = telling.about(Purpose::OpenPage, 0, 200, Value::Null).with_answer(page);
        let mut recording = telling.done();
        recording.exchanges[0].request.method = "PUT".into();
        recording
    };
    let says = |page: &str| {
        let run = [tell(page)];
        let tenant = Tenant::default();
        word(&crate::judge::testing::judge(
            Product::Personal,
            &tenant,
            &run,
            page_does_not_show_the_file,
        ))
    };
    assert_eq!(says("<h1>Enter password</h1>"), "holds");
    assert_eq!(says("<pre>first content</pre>"), "broken");
    assert_eq!(says("<div id=app></div>"), "not run");
}
