//! Where a sharing link leads, and the HTML that embeds it (LINK-06, LINK-07, LINK-15).

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use url::Url;

use super::each_granted;
use crate::graph::{Answer, Exchange, Purpose};
use crate::judge::evidence::Evidence;
use crate::judge::evidence::wording::host_of;
use crate::judge::finding::outcome::{HOLDS, Judgement, Outcome};

static IFRAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?is)<iframe\b([^>]*)>").ok());

/// A browser does not show what stands in a comment.
static COMMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)<!--.*?-->").ok());

static SOURCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?is)(?:^|\s)src\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#).ok()
});

/// `link.webHtml` of an embed link is one iframe whose source is an https URL.
///
/// Page, Examples: "contains the HTML code for an `<iframe>`".
///
/// # Errors
/// Broken when there is no iframe, more than one, or its `src` is no https URL.
pub fn html_is_an_iframe(evidence: &Evidence<'_>) -> Judgement {
    each_granted(evidence, "no embed link was granted in this run", |granted| {
        if granted.asked_text("type") != Some("embed") || !granted.link().is_object() {
            return None;
        }
        Some(iframe_source(&granted.link()["webHtml"]).map(|_| None).map_err(|actual| {
            Outcome::broken(
                "webHtml is HTML with one iframe whose src is an https URL",
                format!("/link/webHtml: {actual}"),
                [granted.number()],
            )
        }))
    })
}

/// The source of the one iframe in `webHtml`, or what is wrong with it.
fn iframe_source(html: &Value) -> Result<Url, String> {
    let Some(html) = html.as_str().filter(|it| !it.is_empty()) else {
        return Err(if html.is_null() { "missing".into() } else { html.to_string() });
    };
    let (Some(iframe), Some(source), Some(comment)) =
        (IFRAME.as_ref(), SOURCE.as_ref(), COMMENT.as_ref())
    else {
        return Err("the pattern for iframes does not compile".into());
    };
    let shown = comment.replace_all(html, "");
    let frames: Vec<&str> =
        iframe.captures_iter(&shown).filter_map(|it| it.get(1).map(|it| it.as_str())).collect();
    let [frame] = frames.as_slice() else {
        return Err(match frames.len() {
            0 => "no iframe".to_owned(),
            count => format!("{count} iframes"),
        });
    };
    let Some(found) = source.captures(frame) else { return Err("an iframe without src".into()) };
    let text = (1..=3).find_map(|group| found.get(group)).map_or("", |it| it.as_str());
    let text = text.replace("&amp;", "&").replace("&#38;", "&").replace("&#x26;", "&");
    match Url::parse(text.trim()) {
        Ok(url) if url.scheme() == "https" && url.has_host() => Ok(url),
        _ => Err(format!("src {text}")),
    }
}

/// The page of an embed link lets itself be framed, and the iframe shows that very host.
///
/// Page, Examples: "The webUrl returned can be embedded in an `<iframe>` HTML element".
///
/// # Errors
/// Broken when a header forbids framing or the hosts differ; inconclusive when the page was out of reach.
pub fn can_be_framed(evidence: &Evidence<'_>, link: usize) -> Judgement {
    let granted = evidence.granted(link)?;
    let (exchange, answer) = page(evidence, link)?;
    let frame_options = answer.header("x-frame-options").unwrap_or_default();
    if ["deny", "sameorigin"].iter().any(|it| frame_options.trim().eq_ignore_ascii_case(it)) {
        return Err(Outcome::broken(
            "a page that may be framed",
            format!("X-Frame-Options {frame_options}"),
            [exchange.number],
        ));
    }
    let policy = answer.header("content-security-policy").unwrap_or_default().to_lowercase();
    let ancestors =
        policy.split(';').map(str::trim).find_map(|it| it.strip_prefix("frame-ancestors"));
    if ancestors.is_some_and(|it| it.trim() == "'none'") {
        return Err(Outcome::broken(
            "a page that may be framed",
            "Content-Security-Policy frame-ancestors 'none'",
            [exchange.number],
        ));
    }
    let web_host = granted.link_text("webUrl").and_then(host_of);
    let frame_host = iframe_source(&granted.link()["webHtml"])
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    match (web_host, frame_host) {
        (Some(web), Some(frame)) if web != frame => Err(Outcome::broken(
            format!("an iframe of {web}, as webUrl says"),
            format!("an iframe of {frame}"),
            [granted.number()],
        )),
        _ => HOLDS,
    }
}

/// The sharing URL answers in a browser.
///
/// # Errors
/// Broken with 404 or 410; inconclusive when it was out of reach.
pub fn url_answers(evidence: &Evidence<'_>, link: usize) -> Judgement {
    evidence.granted(link)?;
    let (exchange, answer) = page(evidence, link)?;
    match answer.status {
        200..=399 | 401 | 403 => HOLDS,
        status => Err(Outcome::broken(
            "webUrl answers with 2xx or 3xx",
            status.to_string(),
            [exchange.number],
        )),
    }
}

/// The last answer on the way through the redirects of a sharing URL.
fn page<'e>(evidence: &Evidence<'e>, link: usize) -> Result<(&'e Exchange, &'e Answer), Outcome> {
    evidence.about_link(Purpose::OpenPage, link)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::testing::{Telling, judged, view};

    fn embed(html: &str) -> Value {
        json!({"id": "e1", "roles": ["read"], "link": {"type": "embed",
            "webUrl": "https://onedrive.live.com/redacted-1", "webHtml": html}})
    }

    #[test]
    fn one_iframe_with_an_https_source() {
        for good in [
            "<IFRAME src=\"https://onedrive.live.com/redacted-2\"></IFRAME>",
            "<iframe width='1' SRC='https://onedrive.live.com/a?b=1&amp;c=2' allowfullscreen></iframe>",
            "<div><iframe\nsrc=https://onedrive.live.com/x></iframe></div>",
        ] {
            assert!(iframe_source(&json!(good)).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "<a href=\"https://x.example\">x</a>",
            "<iframe></iframe>",
            "<iframe data-src=\"https://x.example\"></iframe>",
            "<iframe src=\"http://x.example\"></iframe>",
            "<iframe src=\"/x\"></iframe>",
            "<iframe src=\"https://x.example\"></iframe><iframe src=\"https://x.example\"></iframe>",
        ] {
            assert!(iframe_source(&json!(wrong)).is_err(), "{wrong}");
        }
        let asked = |html| Telling::new().file().asks(json!({"type": "embed"}), 201, embed(html));
        assert_eq!(
            judged(asked("<iframe src='https://a.example'></iframe>"), html_is_an_iframe),
            HOLDS
        );
        assert!(matches!(judged(asked("x"), html_is_an_iframe), Err(Outcome::Broken { .. })));
        let view_only = Telling::new().file().asks(json!({"type": "view"}), 201, view("p1"));
        assert!(matches!(judged(view_only, html_is_an_iframe), Err(Outcome::NotRun { .. })));
    }

    #[test]
    fn a_page_that_forbids_framing_is_no_embed() {
        let page = |headers: &[(&str, &str)]| {
            let html = "<iframe src='https://onedrive.live.com/x'></iframe>";
            Telling::new()
                .file()
                .asks(json!({"type": "embed"}), 201, embed(html))
                .about(Purpose::OpenPage, 0, 200, json!({}))
                .with_headers(headers)
        };
        let check = |evidence: &Evidence<'_>| can_be_framed(evidence, 0);
        assert_eq!(judged(page(&[]), check), HOLDS);
        for header in [
            ("x-frame-options", "SAMEORIGIN"),
            ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
        ] {
            assert!(matches!(judged(page(&[header]), check), Err(Outcome::Broken { .. })));
        }
    }

    #[test]
    fn a_url_that_is_gone_does_not_answer() {
        let page = |status| {
            Telling::new().file().asks(json!({"type": "view"}), 201, view("p1")).about(
                Purpose::OpenPage,
                0,
                status,
                json!({}),
            )
        };
        let check = |evidence: &Evidence<'_>| url_answers(evidence, 0);
        for status in [200, 302, 401] {
            assert_eq!(judged(page(status), check), HOLDS);
        }
        assert!(matches!(judged(page(404), check), Err(Outcome::Broken { .. })));
        assert!(matches!(judged(page(502), check), Err(Outcome::Inconclusive { .. })));
    }
}
