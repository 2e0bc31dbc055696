//! What a browser that is not signed in gets to see at a sharing URL.
//!
//! Web pages change, so this is a heuristic, and no rule that rests on it is more than a warning.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::graph::{Exchange, Purpose};
use crate::judge::evidence::{Evidence, status_text};
use crate::judge::finding::outcome::Outcome;

/// What kind of page a sharing URL leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebPage {
    /// A sign-in is asked for, and how that shows.
    SignIn(String),
    /// Anything else that opens.
    Content,
}

static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    // Invariant: the pattern is a constant; a test compiles it.
    #[expect(clippy::expect_used, reason = "a constant pattern")]
    Regex::new(r"(?is)<title[^>]*>(.*?)</title>").expect("the pattern is valid")
});

/// A page that sends the browser on by itself, to a host that signs people in.
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    // Invariant: the pattern is a constant; a test compiles it.
    #[expect(clippy::expect_used, reason = "a constant pattern")]
    Regex::new(concat!(
        r#"(?is)(?:http-equiv\s*=\s*["']?refresh|location(?:\.href)?\s*=|location\.(?:replace|assign)\s*\()"#,
        r#"[^<>]{0,200}?https?:(?:\\?/){2}login\."#,
    ))
    .expect("the pattern is valid")
});

/// A form that wants to know who one is, as the page that sends guests a code.
static ASKS_WHO: LazyLock<Regex> = LazyLock::new(|| {
    // Invariant: the pattern is a constant; a test compiles it.
    #[expect(clippy::expect_used, reason = "a constant pattern")]
    Regex::new(r#"(?is)<input\b[^>]*\btype\s*=\s*["']?(?:email|password)\b"#)
        .expect("the pattern is valid")
});

/// Whether a page asks for an e-mail address or a password. A page that shows a file may have such a field
/// too, so this alone makes no sign-in page.
pub fn asks_who_one_is(body: &str) -> bool {
    ASKS_WHO.is_match(body)
}

/// The page at the end of the redirects that the link of request `link` leads to.
///
/// # Errors
/// Inconclusive when it could not be reached; not run when there is no page, which LINK-15 judges.
pub fn last_page<'e>(
    evidence: &Evidence<'e>,
    link: usize,
) -> Result<(&'e Exchange, WebPage), Outcome> {
    let (exchange, answer) = evidence.about_link(Purpose::OpenPage, link)?;
    let page = match answer.status {
        401 | 403 => WebPage::SignIn(status_text(answer)),
        200..=299 => match sign_in(&exchange.request.url, &answer.body) {
            Some(how) => WebPage::SignIn(how),
            None => WebPage::Content,
        },
        300..=399 => {
            return Err(Outcome::inconclusive(
                "the redirects of the link were not followed to their end",
                [exchange.number],
            ));
        }
        _ => {
            return Err(Outcome::not_run(format!(
                "the URL of the link shows no page: {}",
                status_text(answer)
            )));
        }
    };
    Ok((exchange, page))
}

/// A shorter text could be in a page by chance.
const SHORTEST_SEARCHED: usize = 6;

/// Whether a page holds the content of the story's file, whatever its status says.
pub fn shows_the_file(evidence: &Evidence<'_>, page: &Exchange) -> bool {
    let body = page.answer().map_or("", |answer| &*answer.body);
    evidence
        .story
        .exchanges
        .iter()
        .filter(|it| it.purpose == Purpose::SetUp && it.request.method == "PUT")
        .filter_map(|it| it.request.body.as_deref().map(str::trim))
        .any(|content| content.len() >= SHORTEST_SEARCHED && body.contains(content))
}

/// How a page shows that it is a sign-in page, if it is one.
fn sign_in(url: &str, body: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str().unwrap_or_default();
    if host.starts_with("login.") {
        return Some(format!("a sign-in page at {host}"));
    }
    let path = url.path().to_lowercase();
    if ["/login", "/signin", "/sign-in", "/authenticate"].iter().any(|it| path.contains(it)) {
        return Some(format!("a sign-in page at {host}"));
    }
    if GOES_ON.is_match(body) {
        return Some("a page that goes on to a sign-in page".to_owned());
    }
    let title = TITLE.captures(body)?.get(1)?.as_str().trim().to_lowercase();
    let is_sign_in = ["sign in", "sign-in", "log in"].iter().any(|it| title.contains(it));
    is_sign_in.then(|| "a page titled as a sign-in page".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{asks_who_one_is, sign_in};

    #[test]
    fn sign_in_pages_are_known_by_host_path_or_title() {
        for url in [
            "https://login.microsoftonline.com/common/oauth2/authorize",
            "https://login.live.com/",
            "https://login.partner.microsoftonline.cn/x",
            "https://redacted-0123456789.sharepoint.com/_layouts/15/Authenticate.aspx",
        ] {
            assert!(sign_in(url, "").is_some(), "{url}");
        }
        assert!(sign_in("https://1drv.ms/x", "<TITLE>\nSign in to your account</TITLE>").is_some());
        assert!(sign_in("https://1drv.ms/x", "<title>notes.txt</title> sign in").is_none());
        assert!(sign_in("https://onedrive.live.com/x", "").is_none());
        for page in [
            r#"<meta http-equiv="refresh" content="0; url=https://login.microsoftonline.com/a">"#,
            r#"<script>window.location.href = "https:\/\/login.live.com\/x";</script>"#,
        ] {
            assert!(sign_in("https://1drv.ms/x", page).is_some(), "{page}");
        }
        assert!(asks_who_one_is(r#"<form><input name=a type="email"></form>"#));
        assert!(asks_who_one_is("<INPUT TYPE=password>"));
        assert!(!asks_who_one_is(r#"<input type="text"> email <input type="submit">"#));
        let with_a_button = r#"notes <a href="https://login.live.com/">Sign in</a>"#;
        assert!(sign_in("https://1drv.ms/x", with_a_button).is_none());
    }
}
