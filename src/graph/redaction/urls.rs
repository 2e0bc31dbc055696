//! URLs: what stays of them, and share ids, which encode them.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::Captures;
use url::Url;

use super::{MARK_LENGTH, PATTERN, Redactor, Root, fields, is_placeholder, secrets};

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

/// What stays of a path that leads to a sign-in page: rules about links look for that.
const SIGN_IN: &str = "/signin";

fn leads_to_sign_in(path: &str) -> bool {
    let path = path.to_lowercase();
    ["/login", "/signin", "/sign-in", "/authenticate"].iter().any(|it| path.contains(it))
}

fn is_sharing_host(host: &str) -> bool {
    matches!(host, "1drv.ms" | "onedrive.live.com")
        || host.split_once('.').is_some_and(|(_, domain)| domain.starts_with("sharepoint"))
}

/// The secrets in the query of a URL, under names that say so.
pub(super) fn secrets_in(url: &str) -> Vec<(String, String)> {
    let Some((_, query)) = url.split_once('?') else { return Vec::new() };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split(['&', '#', ';'])
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .filter(|(name, _)| secrets::is_secret_name(name))
        .collect()
}

/// What stands for a part of a URL: it may stand there as it is.
const REDACTED: &str = "redacted-";

/// A longer name of a parameter is none.
const LONGEST_NAME: usize = 32;

fn is_redacted(text: &str) -> bool {
    text.strip_prefix(REDACTED).is_some_and(is_mark)
}

fn is_mark(text: &str) -> bool {
    text.len() == MARK_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Redactor {
    /// The URL of one of our own requests, or of somebody's: readable, less ids, share tokens, and whatever of its
    /// query is not known to be harmless.
    pub(crate) fn request_url(&self, url: &str) -> String {
        let (address, further) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
        let address = self.without_user(address);
        if self.is_shown_by_its_kind(&address, url) {
            return self.url(&format!("{address}{further}"));
        }
        let mut shown = self.address(&address);
        shown.push_str(&self.query(further));
        shown
    }

    /// Whether nothing of a URL stays but where it leads: outside of the service, or through a link.
    fn is_shown_by_its_kind(&self, address: &str, whole: &str) -> bool {
        let root = self.root.get();
        let is_at_root = root.is_some_and(|root| {
            let rest = address.strip_prefix(&root.origin);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if let Some(root) = root {
            if is_at_root {
                return !address.contains("/shares/")
                    && root.url.host_str().is_some_and(is_sharing_host);
            }
            if Url::parse(address).is_ok_and(|it| it.origin() != root.url.origin()) {
                return true;
            }
        }
        if address.contains("/redacted-")
            && Url::parse(whole).is_ok_and(|url| self.is_own_placeholder(&url))
        {
            return true;
        }
        !address.contains("/shares/")
            && Url::parse(address).is_ok_and(|it| it.host_str().is_some_and(is_sharing_host))
    }

    /// A name and a password before the host are nothing a rule looks at.
    fn without_user<'u>(&self, address: &'u str) -> Cow<'u, str> {
        let Some(start) = address.find("//").map(|at| at + 2) else {
            return Cow::Borrowed(address);
        };
        let rest = &address[start..];
        let end = rest.find(['/', '\\']).unwrap_or(rest.len());
        match rest[..end].rfind('@') {
            Some(at) if is_redacted(&rest[..at]) => Cow::Borrowed(address),
            Some(at) => {
                let mark = self.mark(&rest[..at]);
                format!("{}{REDACTED}{mark}{}", &address[..start], &rest[at..]).into()
            }
            None => Cow::Borrowed(address),
        }
    }

    fn address(&self, address: &str) -> String {
        let Some(at) = address.find("/shares/") else {
            return self.replace_emails(&self.replace_known(address));
        };
        let (start, rest) = address.split_at(at + "/shares/".len());
        let (share, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        format!("{}{}{}", self.replace_known(start), self.share(share), self.replace_known(rest))
    }

    /// Query and fragment: the values of what OData knows stay, of anything else the names.
    fn query(&self, further: &str) -> String {
        let (query, fragment) = further.split_once('#').unwrap_or((further, ""));
        let mut shown = String::with_capacity(further.len());
        if let Some(query) = query.strip_prefix('?') {
            let pairs: Vec<String> = query.split('&').map(|pair| self.parameter(pair)).collect();
            shown.push('?');
            shown.push_str(&pairs.join("&"));
        }
        if !fragment.is_empty() {
            shown.push('#');
            shown.push_str(&self.value(fragment));
        }
        shown
    }

    fn parameter(&self, pair: &str) -> String {
        let (name, value) = match pair.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (pair, None),
        };
        let decoded = percent_decode_str(name).decode_utf8_lossy();
        if fields::shows_parameter(&decoded) {
            return self.replace_in_parts(pair);
        }
        let Some(value) = value else { return self.value(name) };
        let is_name = name.len() <= LONGEST_NAME
            && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.$@%".contains(&it));
        let name = if is_name { self.replace_known(name) } else { self.value(name).into() };
        format!("{name}={}", self.value(value))
    }

    fn value(&self, value: &str) -> String {
        let known = self.replace_known(value);
        if value.is_empty() || is_redacted(value) || is_placeholder(&known) {
            return known.into_owned();
        }
        format!("{REDACTED}{}", self.mark(value))
    }

    pub(super) fn replace_emails(&self, text: &str) -> String {
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

    /// A URL that still is one: scheme and kind of host stay, path and query become marks.
    pub(super) fn url(&self, text: &str) -> String {
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
        let names = self.names_in(url);
        if names.is_empty() {
            return String::new();
        }
        format!("#{}", utf8_percent_encode(&names.join(" "), NON_ALPHANUMERIC))
    }

    /// Redacting twice is redacting once: a recording that is judged again stays as it is.
    fn is_own_placeholder(&self, url: &Url) -> bool {
        url.path().strip_prefix("/redacted-").is_some_and(|mark| {
            let mark = mark.strip_suffix(SIGN_IN).unwrap_or(mark);
            let carried = url.fragment().is_none_or(|it| it.starts_with("%5B") || is_redacted(it));
            is_mark(mark) && url.query().is_none_or(is_mark) && carried
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
    pub(super) fn share(&self, share: &str) -> String {
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
}
