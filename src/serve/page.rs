//! What is served below `/_linkspec/`: the live page and what it is made of.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::inside::{Inside, furnish};
use crate::graph::{Reach, encode_segment};
use crate::report::{Report, RuleReport, Verdict, html};

/// One file, nothing loaded from elsewhere.
const PAGE: &str = include_str!("page.html");

/// Where the page has its first state.
const STATE: &str = "/*STATE*/null";

/// A page that asks for news is answered after this time at the latest.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

pub(super) async fn page(State(inside): State<Inside>) -> Response {
    let state = current(&inside, 0).to_string();
    // "</script>" in a body must not end the script it is shown by.
    let state = state.replace('<', "\\u003c");
    answer(StatusCode::OK, "text/html; charset=utf-8", PAGE.replacen(STATE, &state, 1))
}

/// The report on everything that came by before this request.
pub(super) async fn report(State(inside): State<Inside>) -> Response {
    let report = judged(&inside).await.and_then(|report| serde_json::to_value(report).ok());
    answer(StatusCode::OK, "application/json", format!("{:#}", report.unwrap_or_default()))
}

/// The same for people.
pub(super) async fn report_for_people(State(inside): State<Inside>) -> Response {
    match judged(&inside).await {
        Some(report) => {
            answer(StatusCode::OK, "text/html; charset=utf-8", html::render(&report, false))
        }
        None => starting(),
    }
}

/// What is new after an exchange and a version, as soon as there is something.
pub(super) async fn state(State(inside): State<Inside>, request: Request) -> Response {
    let (mut after, mut version, mut wait) = (0, 0, false);
    for (name, value) in url::form_urlencoded::parse(request.uri().query().unwrap_or("").as_bytes())
    {
        match &*name {
            "after" => after = value.parse().unwrap_or(0),
            "version" => version = value.parse().unwrap_or(0),
            "wait" => wait = true,
            _ => {}
        }
    }
    if wait {
        let mut changes = inside.watch.log.changes();
        // Nothing new within that time is an answer too.
        let _ =
            tokio::time::timeout(LONGEST_WAIT, changes.wait_for(|found| *found != version)).await;
    }
    answer(StatusCode::OK, "application/json", current(&inside, after).to_string())
}

/// Sets the drive back; with `?findings` what was found is forgotten as well.
pub(super) async fn reset(State(inside): State<Inside>, request: Request) -> Response {
    if !is_of_the_page(request.headers()) {
        let why = "a page of another origin asks for it".to_owned();
        return answer(StatusCode::FORBIDDEN, "text/plain", why);
    }
    let Some(mock) = inside.mock.get().and_then(std::sync::Weak::upgrade) else {
        return starting();
    };
    mock.reset();
    inside.watch.judging.was_reset();
    if request.uri().query().is_some_and(|query| query.contains("findings")) {
        inside.watch.judging.forget();
        inside.watch.log.clear();
    }
    match furnish(&mock).await {
        Ok((file, folder)) => {
            let items = json!({"file": file, "folder": folder});
            answer(StatusCode::OK, "application/json", items.to_string())
        }
        Err(error) => answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error),
    }
}

/// Whether a request that changes something comes from the page itself, or from a program and no browser.
///
/// A browser names the origin of the page with every POST. The host has to be an address or this machine: any other
/// name could be made to lead here by whoever owns it.
fn is_of_the_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|it| it.to_str().unwrap_or("?"));
    let is_cross_site = matches!(text(HeaderName::from_static("sec-fetch-site")), Some(site) if site != "same-origin" && site != "none");
    let Some(origin) = text(header::ORIGIN) else { return !is_cross_site };
    let host = text(header::HOST).unwrap_or_default();
    let is_named_by_address = url::Url::parse(&format!("http://{host}")).is_ok_and(|url| {
        matches!(url.host(), Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)))
            || Reach::is_this_machine(&url)
    });
    !is_cross_site && is_named_by_address && origin == format!("http://{host}")
}

async fn judged(inside: &Inside) -> Option<Report> {
    let watch = std::sync::Arc::clone(&inside.watch);
    // The judge may be at work for a while; other requests must not wait for that.
    tokio::task::spawn_blocking(move || watch.judging.report()).await.ok().flatten()
}

/// What whoever comes to an empty page needs for the first request.
fn first_request(inside: &Inside) -> Value {
    let mock = inside.mock.get().and_then(std::sync::Weak::upgrade);
    let (Some(mock), Some((file, folder))) = (mock, inside.items.get()) else { return Value::Null };
    let (base, drive) = (mock.base_url(), mock.drive_id());
    let curl = format!(
        "curl '{base}/drives/{}/items/{file}/createLink' --header \"Authorization: Bearer $LINKSPEC_TOKEN\" \
         --json '{{\"type\":\"view\"}}'",
        encode_segment(drive)
    );
    json!({"base_url": base, "drive": drive, "file": file, "folder": folder, "curl": curl})
}

fn current(inside: &Inside, after: u32) -> Value {
    let log = &inside.watch.log;
    let version = log.version();
    let report = inside.watch.judging.latest();
    let rules: Vec<&RuleReport> = report.iter().flat_map(|report| &report.rules).collect();
    let findings: Vec<Value> = rules
        .iter()
        .filter(|rule| matches!(rule.verdict, Verdict::Fail | Verdict::Warn))
        .map(|rule| json!(rule))
        .collect();
    let count = |verdict| rules.iter().filter(|rule| rule.verdict == verdict).count();
    let of_client = |verdict| {
        rules.iter().filter(|it| it.is_about_client()).filter(|it| it.verdict == verdict).count()
    };
    json!({
        "first_request": first_request(inside),
        "version": version,
        "product": report.as_ref().and_then(|report| report.target.product),
        "counts": {
            "exchanges": inside.watch.exchanges.load(std::sync::atomic::Ordering::SeqCst),
            "pass": count(Verdict::Pass),
            "fail": count(Verdict::Fail),
            "warn": count(Verdict::Warn),
            "client_holds": of_client(Verdict::Pass),
            "client_broken": of_client(Verdict::Fail) + of_client(Verdict::Warn),
        },
        "findings": findings,
        "events": log.after(after),
    })
}

fn starting() -> Response {
    answer(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "not ready yet".to_owned())
}

fn answer(status: StatusCode, media_type: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_itself_and_programs_change_something() {
        let fields = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            pairs
                .iter()
                .map(|(name, value)| {
                    (HeaderName::from_static(name), HeaderValue::from_static(value))
                })
                .collect()
        };
        for allowed in [
            &[("host", "127.0.0.1:4011")][..],
            &[("host", "127.0.0.1:4011"), ("origin", "http://127.0.0.1:4011")],
            &[
                ("host", "localhost:4011"),
                ("origin", "http://localhost:4011"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[("host", "[::1]:4011"), ("origin", "http://[::1]:4011")],
            &[("host", "mock:4011")],
        ] {
            assert!(is_of_the_page(&fields(allowed)), "{allowed:?}");
        }
        for refused in [
            &[("host", "127.0.0.1:4011"), ("origin", "https://evil.example")][..],
            &[("host", "127.0.0.1:4011"), ("origin", "null")],
            &[("host", "127.0.0.1:4011"), ("origin", "http://127.0.0.1:4012")],
            &[("host", "127.0.0.1:4011"), ("origin", "https://127.0.0.1:4011")],
            &[("host", "evil.example:4011"), ("origin", "http://evil.example:4011")],
            &[("host", "127.0.0.1:4011"), ("sec-fetch-site", "cross-site")],
            &[("origin", "http://127.0.0.1:4011")],
        ] {
            assert!(!is_of_the_page(&fields(refused)), "{refused:?}");
        }
    }
}
