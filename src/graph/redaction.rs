//! Redaction, done once: where an exchange is recorded.
//!
//! What is replaced: tokens, passwords, sharing URLs and share ids, e-mail addresses, the ids of tenant and
//! drive. What stays: everything a rule is judged by. Equal values get equal placeholders, a URL stays a URL
//! with its scheme and kind of host, text that is no JSON stays that very text. So judging a recording and
//! judging the wire come to the same result.

mod body;
mod fields;
mod header;
mod json_string;
mod known;
mod secrets;
mod urls;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::{Captures, Regex};
use ring::hmac;
use url::Url;

use self::known::{Known, SHORTEST_SEARCHED};
use super::{Answer, Reply, Request, Secret};

/// Replaces secrets by placeholders that are stable within a run.
pub struct Redactor {
    key: hmac::Key,
    known: RwLock<Known>,
    /// Where the run works: requests to other places are shown without path and query.
    root: OnceLock<Root>,
}

/// The service root of a run.
#[derive(Clone)]
struct Root {
    url: Url,
    /// Scheme, host and port: what the URLs of nearly all requests begin with.
    origin: String,
}

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    // Invariant: the pattern is a constant; a test compiles it.
    #[expect(clippy::expect_used, reason = "a constant pattern")]
    Regex::new(concat!(
        r#"(?P<url>(?i:https?):(?://|\\/\\/)[^\s"'<>\x00-\x1f]+)"#,
        r#"|(?P<encoded>https?%3A%2F%2F[^\s"'<>&\\]+)"#,
        r#"|(?P<share>[us]!(?:aHR0c[A-Za-z0-9_-]+|[A-Za-z0-9_-]{16,}))"#,
        r#"|(?P<base>aHR0c(?:HM6L|DovL)[A-Za-z0-9+/_=-]+)"#,
        r#"|(?P<bare>(?i:[a-z0-9-]+\.sharepoint(?:-[a-z]+)?\.[a-z]{2,3}|1drv\.ms|onedrive\.live\.com)/[^\s"'<>\x00-\x1f]+)"#,
        r#"|(?P<home>(?i:/personal/)[A-Za-z0-9-]+_[A-Za-z0-9_]+)"#,
        r#"|(?P<email>[A-Za-z0-9._%+#-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})"#,
        r#"|(?P<scheme>\b(?i:Bearer|Basic)(?:\s+|%20|\+))(?P<credentials>(?:[A-Za-z._~+/-]*[0-9][A-Za-z0-9._~+/-]{4,}|[A-Za-z._~+/-]{8,}[0-9][A-Za-z0-9._~+/-]*)=*)"#,
        r#"|(?P<jwt>eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)"#,
    ))
    .expect("the pattern is valid")
});

impl Redactor {
    /// A redactor for a run against a real service: its placeholders mean nothing outside the run.
    pub fn new() -> Self {
        Self::with_key(uuid::Uuid::new_v4().as_bytes())
    }

    /// A redactor whose placeholders are the same in every run, for targets that hold no real secrets.
    pub fn reproducible() -> Self {
        Self::with_key(b"linkspec mock")
    }

    fn with_key(key: &[u8]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            known: RwLock::default(),
            root: OnceLock::new(),
        }
    }

    /// Tells the service root of the run. It is no secret itself; a request that leaves it may carry one
    /// in its whole URL, as pre-authenticated addresses do.
    pub fn works_at(&self, root: &Url) {
        // The first root stands.
        let origin = root.origin().ascii_serialization();
        let _ = self.root.set(Root { url: root.clone(), origin });
    }

    /// Has `secret` replaced by `[name]` wherever it appears, also percent-encoded or in base64.
    pub fn learn(&self, name: &str, secret: &Secret) {
        let secret = secret.expose();
        if secret.len() < SHORTEST_SEARCHED {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.learn(secret, &format!("[{name}]"));
        // Each part of a signed token is worth hiding by itself.
        for part in
            secret.split('.').filter(|it| secret.starts_with("eyJ") && it.len() >= LONG_PART)
        {
            known.learn(part, &format!("[{name}]"));
        }
    }

    /// As [`Self::learn`], for an id: it means the same in any letter case, and without its hyphens.
    pub fn learn_id(&self, name: &str, id: &Secret) {
        if id.expose().len() < SHORTEST_SEARCHED {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.learn_id(id.expose(), &format!("[{name}]"));
    }

    #[cfg(feature = "program")]
    /// As [`Self::learn_id`], with a placeholder that tells equal ids of a kind from different ones.
    pub(crate) fn learn_distinct_id(&self, kind: &str, id: &Secret) {
        self.learn_id(&format!("{kind} {}", self.mark(id.expose())), id);
    }

    /// A redactor that makes the same placeholders and has learned nothing yet.
    ///
    /// For long streams of foreign exchanges: what one exchange has to hide is looked for in that
    /// exchange, and forgotten with it.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { key: self.key.clone(), known: RwLock::default(), root: self.root.clone() }
    }

    /// As [`Self::learn`], with a placeholder that tells equal secrets of a kind from different ones.
    pub fn learn_distinct(&self, kind: &str, secret: &Secret) {
        self.learn(&format!("{kind} {}", self.mark(secret.expose())), secret);
    }

    /// A request as it may be recorded. Its secrets are known from now on, so that an answer that repeats one shows
    /// that, and does not show the secret.
    pub fn request(&self, request: &Request) -> Request {
        for (name, secret) in self.secrets_of(request) {
            let kind = if secrets::is_password_name(&name) { "password" } else { "secret" };
            self.learn_distinct(kind, &Secret::new(secret));
        }
        Request {
            method: request.method.clone(),
            url: self.request_url(&request.url),
            headers: self.headers(&request.headers),
            body: request.body.as_deref().map(|body| self.body(body).into()),
        }
    }

    /// The secrets that a request carries under names that say so, but for tokens, which are known.
    fn secrets_of(&self, request: &Request) -> Vec<(String, String)> {
        let body =
            request.body.as_deref().filter(|it| secrets::may_be_named_in(it) || it.contains("\\u"));
        let mut found = body.map(body::secrets_in).unwrap_or_default();
        found.extend(urls::secrets_in(&request.url));
        found.extend(header::secrets_in(&request.headers));
        found.retain(|(_, secret)| !is_placeholder(secret) && self.names_in(secret).is_empty());
        found
    }

    /// An answer as it may be recorded, to a request for the URL `asked`.
    pub fn reply(&self, reply: &Reply, asked: &str) -> Reply {
        match reply {
            Reply::Nothing(failure) => Reply::Nothing(super::Failure {
                failure: failure.failure,
                detail: self.text(&failure.detail),
            }),
            Reply::Answer(answer) => Reply::Answer(Answer {
                status: answer.status,
                headers: self.answer_headers(&answer.headers, asked),
                body: self.body(&answer.body).into(),
                not_utf8: answer.not_utf8,
            }),
        }
    }

    /// Any other text: messages, notes.
    pub fn text(&self, text: &str) -> String {
        self.shown(text).into_owned()
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        // Most texts are the short names and numbers of JSON: nothing in them can be a secret.
        if text.len() < SHORTEST_SEARCHED {
            return Cow::Borrowed(text);
        }
        let text = self.replace_known(text);
        if !may_match(&text) {
            return text;
        }
        match PATTERN.replace_all(&text, |found: &Captures<'_>| self.replacement(found)) {
            Cow::Borrowed(_) => text,
            Cow::Owned(replaced) => Cow::Owned(replaced),
        }
    }

    fn replacement(&self, found: &Captures<'_>) -> String {
        let part = |name: &str| found.name(name).map(|it| it.as_str());
        if let Some(url) = part("url") {
            self.url(url)
        } else if let Some(url) = part("encoded") {
            let decoded = percent_decode_str(url).decode_utf8_lossy().into_owned();
            utf8_percent_encode(&self.url(&decoded), NON_ALPHANUMERIC).to_string()
        } else if let Some(url) = part("bare") {
            let whole = self.url(&format!("https://{url}"));
            whole.strip_prefix("https://").map_or_else(|| whole.clone(), str::to_owned)
        } else if let Some(home) = part("home") {
            format!("/personal/redacted-{}", self.mark(&home.to_lowercase()))
        } else if let Some(share) = part("share") {
            self.share(share)
        } else if let Some(text) = part("email") {
            format!("[email {}]", self.mark(&text.replace("%40", "@").to_lowercase()))
        } else if let Some((scheme, credentials)) = part("scheme").zip(part("credentials")) {
            format!("{scheme}[secret {}]", self.mark(credentials))
        } else {
            let text = found.get(0).map_or("", |it| it.as_str());
            format!("[secret {}]", self.mark(text))
        }
    }

    fn replace_known<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).replace(text)
    }

    /// The placeholders of the known secrets that a text holds.
    fn names_in(&self, text: &str) -> Vec<String> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.names_in(text).into_iter().map(str::to_owned).collect()
    }

    /// Equal texts have equal marks; a mark tells nothing about its text without the run's key.
    fn mark(&self, text: &str) -> String {
        let tag = hmac::sign(&self.key, text.as_bytes());
        let mut mark = String::with_capacity(MARK_LENGTH);
        for byte in tag.as_ref().iter().take(MARK_LENGTH / 2) {
            let _ = write!(mark, "{byte:02x}");
        }
        mark
    }
}

/// Whether the pattern can match at all: each of its alternatives holds one of these.
fn may_match(text: &str) -> bool {
    let text = text.as_bytes();
    text.iter().enumerate().any(|(at, byte)| match byte {
        b'@' => true,
        b'%' => text[at..].starts_with(b"%40"),
        b'!' => matches!(text[..at].last(), Some(b'u' | b's')),
        b'b' | b'B' => begins(&text[at..], b"bearer") || begins(&text[at..], b"basic"),
        b'h' | b'H' => begins(&text[at..], b"http"),
        b'.' => {
            begins(&text[at..], b".sharepoint")
                || begins(&text[at..], b".ms/")
                || begins(&text[at..], b".live.com/")
        }
        b'/' => begins(&text[at..], b"/personal/"),
        b'a' => text[at..].starts_with(b"aHR0c"),
        b'e' => text[at..].starts_with(b"eyJ"),
        _ => false,
    })
}

fn begins(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|it| it.eq_ignore_ascii_case(with))
}

const MARK_LENGTH: usize = 10;

/// A shorter part of a token is no secret of its own: its head says how it is signed.
const LONG_PART: usize = 24;

impl Default for Redactor {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a text is `[name mark]` or `[name]`, as this file writes them.
fn is_placeholder(text: &str) -> bool {
    text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).is_some_and(|inside| {
        !inside.is_empty()
            && inside.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -_".contains(&byte))
    })
}

#[cfg(test)]
mod tests;
