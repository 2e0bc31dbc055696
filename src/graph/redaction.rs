//! Redaction, done once: where an exchange is recorded.
//!
//! What is replaced: tokens, passwords, sharing URLs and share ids, e-mail addresses, the ids of tenant and
//! drive. What stays: everything a rule is judged by. Equal values get equal placeholders, a URL stays a URL
//! with its scheme and kind of host, text that is no JSON stays that very text. So judging a recording and
//! judging the wire come to the same result.

mod json_string;
mod known;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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

/// Members whose value is secret as a whole.
const SECRET_MEMBERS: [&str; 16] = [
    "password",
    "webUrl",
    "shareId",
    "email",
    "mail",
    "loginName",
    "userPrincipalName",
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "assertion",
    "device_code",
    "@microsoft.graph.downloadUrl",
    "@content.downloadUrl",
    "token",
];

/// Header fields whose value is secret as a whole.
const SECRET_HEADERS: [&str; 5] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-auth-token"];

/// Hosts that tell the product and nothing about the tenant.
const PLAIN_HOSTS: [&str; 14] = [
    "1drv.ms",
    "onedrive.live.com",
    "api.onedrive.com",
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
    "login.live.com",
    "localhost",
    "learn.microsoft.com",
];

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    // Invariant: the pattern is a constant; a test compiles it.
    #[expect(clippy::expect_used, reason = "a constant pattern")]
    Regex::new(concat!(
        r#"(?P<url>https?:(?://|\\/\\/)[^\s"'<>\x00-\x1f]+)"#,
        r#"|(?P<encoded>https?%3A%2F%2F[^\s"'<>&\\]+)"#,
        r#"|(?P<share>[us]!(?:aHR0c[A-Za-z0-9_-]+|[A-Za-z0-9_-]{16,}))"#,
        r#"|(?P<base>aHR0c(?:HM6L|DovL)[A-Za-z0-9+/_=-]+)"#,
        r#"|(?P<email>[A-Za-z0-9._%+-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})"#,
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

    /// A request as it may be recorded.
    pub fn request(&self, request: &Request) -> Request {
        if let Some(password) = request
            .members()
            .as_ref()
            .and_then(|it| it.get("password")?.as_str().map(str::to_owned))
        {
            self.learn(&format!("password {}", self.mark(&password)), &Secret::new(password));
        }
        Request {
            method: request.method.clone(),
            url: self.request_url(&request.url),
            headers: self.headers(&request.headers),
            body: request.body.as_deref().map(|body| self.body(body).into()),
        }
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

    fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| {
                let secret = SECRET_HEADERS.iter().any(|it| name.eq_ignore_ascii_case(it));
                (name.clone(), if secret { self.secret_header(value) } else { self.text(value) })
            })
            .collect()
    }

    fn answer_headers(&self, headers: &[(String, String)], asked: &str) -> Vec<(String, String)> {
        let mut redacted = self.headers(headers);
        for ((name, value), (_, shown)) in headers.iter().zip(&mut redacted) {
            let leads_somewhere = ["location", "content-location"];
            if leads_somewhere.iter().any(|it| name.eq_ignore_ascii_case(it)) {
                *shown = self.location(value, asked);
            }
        }
        redacted
    }

    /// Where an answer leads; a relative address tells as much as the absolute one it stands for.
    fn location(&self, value: &str, asked: &str) -> String {
        if value.trim().is_empty() || is_placeholder(value) {
            return value.to_owned();
        }
        if Url::parse(value).is_ok() {
            return self.text(value);
        }
        match Url::parse(asked).and_then(|asked| asked.join(value)) {
            Ok(url) => self.url(url.as_str()),
            Err(_) => format!("[url {}]", self.mark(value)),
        }
    }

    fn secret_header(&self, value: &str) -> String {
        let (scheme, credentials) = value.split_once(' ').unwrap_or(("", value));
        let replaced = self.replace_known(credentials);
        let credentials = if replaced.starts_with('[') && replaced.ends_with(']') {
            replaced
        } else {
            format!("[secret {}]", self.mark(credentials)).into()
        };
        if scheme.is_empty() { credentials.into_owned() } else { format!("{scheme} {credentials}") }
    }

    /// The URL of one of our own requests: readable, less ids and share tokens.
    pub(crate) fn request_url(&self, url: &str) -> String {
        let root = self.root.get();
        let is_at_root = root.is_some_and(|root| {
            let rest = url.strip_prefix(&root.origin);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        });
        if let Some(root) = root.filter(|_| !is_at_root)
            && let Ok(parsed) = Url::parse(url)
            && parsed.origin() != root.url.origin()
        {
            return self.url(url);
        }
        let (start, rest) = match url.find("/shares/") {
            Some(at) => url.split_at(at + "/shares/".len()),
            None => {
                let is_sharing = match root.filter(|_| is_at_root) {
                    Some(root) => root.url.host_str().is_some_and(is_sharing_host),
                    None => {
                        Url::parse(url).is_ok_and(|it| it.host_str().is_some_and(is_sharing_host))
                    }
                };
                return match is_sharing {
                    true => self.url(url),
                    false => self.replace_emails(&self.replace_known(url)),
                };
            }
        };
        let (share, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        format!("{}{}{}", self.replace_known(start), self.share(share), self.replace_known(rest))
    }

    fn replace_emails(&self, text: &str) -> String {
        let is_url = text.strip_prefix("http").is_some_and(|rest| {
            let rest = rest.strip_prefix('s').unwrap_or(rest);
            let rest = rest.strip_prefix("://").unwrap_or_default();
            !rest.is_empty()
                && rest.bytes().all(|it| it.is_ascii_graphic() && !b"\"'<>".contains(&it))
        });
        // What the pattern would find to be one URL, found at less cost: nearly all texts here are one.
        if is_url {
            return self.replace_in_parts(text);
        }
        PATTERN
            .replace_all(text, |found: &Captures<'_>| match found.name("url") {
                Some(url) => self.replace_in_parts(url.as_str()),
                None => self.replacement(found),
            })
            .into_owned()
    }

    /// The address itself stays; what it carries is looked at segment by segment.
    fn replace_in_parts(&self, url: &str) -> String {
        url.split_inclusive(['/', '?', '&', '='])
            .map(
                |part| {
                    if part.starts_with("http") { Cow::Borrowed(part) } else { self.shown(part) }
                },
            )
            .collect()
    }

    /// A body: inside every JSON string the text is replaced, all syntax stays as it came.
    pub(crate) fn body(&self, body: &str) -> String {
        let mut redacted = String::with_capacity(body.len());
        let mut rest = body;
        let mut last_string: Option<Cow<'_, str>> = None;
        let mut member: Option<Cow<'_, str>> = None;
        while let Some(start) = memchr::memchr(b'"', rest.as_bytes()) {
            let between = &rest[..start];
            member = match between.trim() {
                ":" => last_string.take(),
                "[" => member,
                _ => None,
            };
            redacted.push_str(&self.shown(between));
            let length = json_string::length(&rest[start..]);
            let token = &rest[start..start + length];
            rest = &rest[start + length..];
            match json_string::value(token) {
                Some(text) => {
                    let replaced = self.member_value(member.as_deref(), &text);
                    if replaced == text {
                        redacted.push_str(token);
                    } else {
                        redacted.push_str(&serde_json::Value::from(replaced).to_string());
                    }
                    last_string = Some(text);
                }
                None => redacted.push_str(&self.shown(token)),
            }
        }
        redacted.push_str(&self.shown(rest));
        redacted
    }

    fn member_value<'t>(&self, member: Option<&str>, text: &'t str) -> Cow<'t, str> {
        let Some(member) = member.filter(|it| SECRET_MEMBERS.contains(it)) else {
            return self.shown(text);
        };
        if text.is_empty() || is_placeholder(text) {
            return Cow::Borrowed(text);
        }
        match member {
            "shareId" => self.share(text).into(),
            "password" => {
                let replaced = self.replace_known(text);
                if replaced == text {
                    format!("[password {}]", self.mark(text)).into()
                } else {
                    replaced
                }
            }
            _ if Url::parse(text).is_ok_and(|url| url.has_host()) => self.url(text).into(),
            _ => format!("[{member} {}]", self.mark(text)).into(),
        }
    }

    fn replacement(&self, found: &Captures<'_>) -> String {
        let part = |name: &str| found.name(name).map(|it| it.as_str());
        if let Some(url) = part("url") {
            self.url(url)
        } else if let Some(url) = part("encoded") {
            let decoded = percent_decode_str(url).decode_utf8_lossy().into_owned();
            utf8_percent_encode(&self.url(&decoded), NON_ALPHANUMERIC).to_string()
        } else if let Some(share) = part("share") {
            self.share(share)
        } else if let Some(text) = part("email") {
            format!("[email {}]", self.mark(&text.replace("%40", "@").to_lowercase()))
        } else {
            let text = found.get(0).map_or("", |it| it.as_str());
            format!("[secret {}]", self.mark(text))
        }
    }

    /// A URL that still is one: scheme and kind of host stay, path and query become marks.
    fn url(&self, text: &str) -> String {
        let unescaped = text.replace("\\/", "/").replace("&amp;", "&");
        let Ok(url) = Url::parse(&unescaped) else {
            return format!("[url {}]", self.mark(text));
        };
        let Some(host) = url.host_str() else { return format!("[url {}]", self.mark(text)) };
        let is_root = |root: &Root| root.url.as_str() == url.as_str().trim_end_matches('/');
        if self.is_own_placeholder(&url) || self.root.get().is_some_and(is_root) {
            return text.to_owned();
        }
        let host = self.host(host);
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let base = unescaped.split(['?', '#']).next().unwrap_or(&unescaped);
        let query = url.query().map(|query| format!("?{}", self.mark(query))).unwrap_or_default();
        let carried = self.carried(&unescaped);
        let (scheme, mark) = (url.scheme(), self.mark(base));
        let sign_in = if leads_to_sign_in(url.path()) { SIGN_IN } else { "" };
        format!("{scheme}://{host}{port}/redacted-{mark}{sign_in}{query}{carried}")
    }

    /// The placeholders of known secrets that a URL carries, as its fragment: a password in a sharing URL
    /// has to go on showing (PWD-04).
    fn carried(&self, url: &str) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let names = known.names_in(url);
        if names.is_empty() {
            return String::new();
        }
        format!("#{}", utf8_percent_encode(&names.join(" "), NON_ALPHANUMERIC))
    }

    /// Redacting twice is redacting once: a recording that is judged again stays as it is.
    fn is_own_placeholder(&self, url: &Url) -> bool {
        url.path().strip_prefix("/redacted-").is_some_and(|mark| {
            let mark = mark.strip_suffix(SIGN_IN).unwrap_or(mark);
            mark.len() == MARK_LENGTH && mark.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    }

    fn host(&self, host: &str) -> String {
        if PLAIN_HOSTS.contains(&host)
            || host.starts_with("127.")
            || host == "[::1]"
            || host.ends_with(".example")
            || host.starts_with("redacted-")
        {
            return host.to_owned();
        }
        match host.split_once('.') {
            Some((tenant, domain)) if domain.starts_with("sharepoint") => {
                let (tenant, personal) = match tenant.strip_suffix("-my") {
                    Some(tenant) => (tenant, "-my"),
                    None => (tenant, ""),
                };
                format!("redacted-{}{personal}.{domain}", self.mark(tenant))
            }
            // That somebody has to sign in there is what it is known by.
            _ if host.starts_with("login.") => {
                format!("login.redacted-{}.example", self.mark(host))
            }
            _ => format!("redacted-{}.example", self.mark(host)),
        }
    }

    /// A share id; one that encodes a URL goes on encoding the URL's placeholder.
    fn share(&self, share: &str) -> String {
        let decoded = percent_decode_str(share).decode_utf8_lossy().into_owned();
        let url = decoded
            .strip_prefix("u!")
            .and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('=')).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .filter(|url| Url::parse(url).is_ok_and(|url| url.has_host()));
        match url {
            Some(url) => format!("u!{}", URL_SAFE_NO_PAD.encode(self.url(&url))),
            None if decoded.starts_with("[share ") => decoded,
            None => format!("[share {}]", self.mark(&decoded)),
        }
    }

    fn replace_known<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).replace(text)
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
        b'h' => text[at..].starts_with(b"http"),
        b'a' => text[at..].starts_with(b"aHR0c"),
        b'e' => text[at..].starts_with(b"eyJ"),
        _ => false,
    })
}

const MARK_LENGTH: usize = 10;

/// What stays of a path that leads to a sign-in page: rules about links look for that.
const SIGN_IN: &str = "/signin";

fn leads_to_sign_in(path: &str) -> bool {
    let path = path.to_lowercase();
    ["/login", "/signin", "/sign-in", "/authenticate"].iter().any(|it| path.contains(it))
}

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

fn is_sharing_host(host: &str) -> bool {
    matches!(host, "1drv.ms" | "onedrive.live.com")
        || host.split_once('.').is_some_and(|(_, domain)| domain.starts_with("sharepoint"))
}

#[cfg(test)]
mod tests;
