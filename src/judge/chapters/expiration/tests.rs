//! Tests of `expiration`.

use serde_json::{Value, json};

use super::*;
use crate::graph::Tenant;
use crate::judge::testing::{
    Telling, judge, link, on_business, on_personal, refusal, request, with, word,
};

const ASKED: &str = "1970-01-08T00:00:00Z";

fn told(status: u16, body: Value) -> Telling {
    let asked = json!({"type": "view", "scope": "organization", "expirationDateTime": ASKED});
    Telling::new().file().asks(asked, status, body)
}

fn answer(instant: Value) -> Value {
    with(link("1", "view", "organization"), "/expirationDateTime", instant)
}

fn with_policy(
    days: Option<u32>,
    instant: &str,
    check: fn(&Evidence<'_>) -> Judgement,
) -> &'static str {
    let tenant = Tenant { expiration_policy_days: days, ..Tenant::default() };
    let run = [told(201, answer(json!(instant))).done()];
    word(&judge(Product::Business, &tenant, &run, check))
}

#[test]
fn instants_are_compared_and_not_their_texts() {
    for same in [ASKED, "1970-01-08T00:00:00.000Z", "1970-01-08T02:00:00+02:00"] {
        assert_eq!(with_policy(Some(0), same, expires), "holds", "{same}");
        assert_eq!(with_policy(Some(0), same, does_not_outlast), "holds", "{same}");
    }
}

#[test]
fn the_first_day_of_all_means_no_expiration() {
    for none in [json!("0001-01-01T00:00:00Z"), Value::Null] {
        assert_eq!(expiration(&answer(none.clone())), Expiration::Never);
        assert_eq!(word(&on_business(told(201, answer(none)), expires)), "broken");
    }
    for odd in [json!(5), json!("tomorrow"), json!({})] {
        assert_eq!(word(&on_business(told(201, answer(odd)), expires)), "not run");
    }
}

#[test]
fn earlier_is_a_policys_right_and_later_nobodys() {
    let (earlier, later) = ("1970-01-05T00:00:00Z", "1970-01-09T00:00:00Z");
    assert_eq!(with_policy(Some(30), earlier, does_not_outlast), "seen");
    assert_eq!(with_policy(None, earlier, does_not_outlast), "not run");
    assert_eq!(with_policy(Some(0), earlier, does_not_outlast), "broken");
    for policy in [Some(30), None, Some(0)] {
        assert_eq!(with_policy(policy, later, does_not_outlast), "broken");
    }
}

#[test]
fn another_form_of_an_instant_may_lose_its_fraction_and_not_its_offset() {
    let says = |instant: &str| with_policy(Some(0), instant, is_no_later_than_asked);
    for fine in [ASKED, "1970-01-08T00:00:01Z", "1970-01-07T23:59:59Z"] {
        assert_eq!(says(fine), "holds", "{fine}");
    }
    assert_eq!(says("1970-01-08T02:00:00Z"), "broken");
    assert_eq!(says("0001-01-01T00:00:00Z"), "not run");
}

#[test]
fn an_unasked_expiration_is_judged_where_it_is_known_that_no_policy_made_it() {
    let tell = |instant: Value| {
        Telling::new().file().asks(request("view", "anonymous"), 201, answer(instant))
    };
    let says = |product, days, instant: Value| {
        let tenant = Tenant { expiration_policy_days: days, ..Tenant::default() };
        word(&judge(product, &tenant, &[tell(instant).done()], none_unasked))
    };
    let set = || json!(ASKED);
    assert_eq!(says(Product::Business, None, Value::Null), "holds");
    assert_eq!(says(Product::Business, None, set()), "not run");
    assert_eq!(says(Product::Business, Some(30), set()), "not run");
    assert_eq!(says(Product::Business, Some(0), set()), "broken");
    assert_eq!(says(Product::Personal, None, set()), "broken");
    assert_eq!(word(&on_personal(told(201, answer(set())), none_unasked)), "not run");
}

#[test]
fn a_refused_instant_may_be_a_missing_plan() {
    let says = |premium, status| {
        let tenant = Tenant { premium, ..Tenant::default() };
        let granted =
            Telling::new().file().asks(request("view", "organization"), 201, answer(Value::Null));
        let run = [told(status, refusal("invalidRequest")).done(), granted.done()];
        word(&judge(Product::Personal, &tenant, &run, is_refused))
    };
    assert_eq!(says(Some(true), 400), "holds");
    assert_eq!(says(Some(true), 403), "doubtful");
    assert_eq!(says(None, 403), "not run");
    assert_eq!(says(None, 201), "broken");
}

#[test]
fn the_instant_stays() {
    let says = |made: Value, status, read: Value| {
        let telling = told(201, answer(made)).about(Purpose::ReadPermission, 0, status, read);
        word(&on_personal(telling, stays))
    };
    let same = answer(json!("1970-01-08T00:00:00.0Z"));
    assert_eq!(says(json!(ASKED), 200, same.clone()), "holds");
    assert_eq!(says(json!(ASKED), 200, answer(json!("1970-01-08T01:00:00Z"))), "broken");
    assert_eq!(says(json!(ASKED), 200, answer(Value::Null)), "broken");
    assert_eq!(says(json!(ASKED), 404, refusal("itemNotFound")), "not run");
    assert_eq!(says(Value::Null, 200, same), "not run");
}

#[test]
fn a_link_that_has_expired_already_is_a_warning() {
    let past = told(201, answer(json!("1969-12-31T00:00:00Z")));
    assert_eq!(word(&on_personal(past, what_became_of_the_past)), "doubtful");
    assert_eq!(word(&on_personal(told(400, refusal("x")), what_became_of_the_past)), "seen");
    assert_eq!(word(&on_personal(told(201, answer(Value::Null)), what_became_of_the_past)), "seen");
}
