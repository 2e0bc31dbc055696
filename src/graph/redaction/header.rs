//! Header fields as they are recorded.

use url::Url;

use super::{Redactor, fields, is_placeholder, secrets};

/// Fields that hold a name and a value of their own.
const IS_A_SCHEME: [&str; 2] = ["authorization", "proxy-authorization"];

/// The secrets in header fields whose names say that they hold one.
pub(super) fn secrets_in(headers: &[(String, String)]) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !fields::shows_header(name) && secrets::is_secret_name(name))
        .filter(|(name, _)| !name.to_ascii_lowercase().contains("cookie"))
        .map(|(name, value)| (name.clone(), split_scheme(name, value).1.trim().to_owned()))
        .collect()
}

/// `Bearer abc`: what kind of credentials it is, and the credentials.
fn split_scheme<'v>(name: &str, value: &'v str) -> (&'v str, &'v str) {
    match value.split_once(' ') {
        Some(parts) if IS_A_SCHEME.iter().any(|it| name.eq_ignore_ascii_case(it)) => parts,
        _ => ("", value),
    }
}

impl Redactor {
    pub(super) fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| {
                let shown = match fields::shows_header(name) {
                    true => self.text(value),
                    false => self.secret_header(name, value),
                };
                (name.clone(), shown)
            })
            .collect()
    }

    pub(super) fn answer_headers(
        &self,
        headers: &[(String, String)],
        asked: &str,
    ) -> Vec<(String, String)> {
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

    /// A value that is not shown. What is known of it goes on showing: a rule looks for the password that was sent.
    fn secret_header(&self, name: &str, value: &str) -> String {
        let (scheme, credentials) = split_scheme(name, value);
        if credentials.trim().is_empty() || is_placeholder(credentials) {
            return value.to_owned();
        }
        let replaced = self.replace_known(credentials);
        let credentials = if is_placeholder(&replaced) {
            replaced.into_owned()
        } else {
            let known = self.names_in(credentials).into_iter().map(|it| format!(" {it}"));
            format!("[secret {}]{}", self.mark(credentials), known.collect::<String>())
        };
        if scheme.is_empty() { credentials } else { format!("{scheme} {credentials}") }
    }
}
