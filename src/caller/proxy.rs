//! Proxies: which one a request goes through, and what the variables that name them come to.
//!
//! What leads to this machine is never proxied: a token would leave it, in clear where the service is plain http.

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::graph::Reach;

/// The variables that name proxies, each pair in the order in which they are asked.
const PAIRS: [[&str; 2]; 4] = [
    ["HTTPS_PROXY", "https_proxy"],
    ["HTTP_PROXY", "http_proxy"],
    ["ALL_PROXY", "all_proxy"],
    ["NO_PROXY", "no_proxy"],
];

/// The proxies of the system, as its variables and, on some systems, its settings name them.
pub(super) struct Proxies(Matcher);

impl std::fmt::Debug for Proxies {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Proxies")
    }
}

impl Proxies {
    pub(super) fn of_system() -> Self {
        Self(Matcher::from_system())
    }

    /// Whether the system names a proxy for this URL, wherever it leads.
    pub(super) fn are_named_for(&self, url: &Url) -> bool {
        self.named(url).is_some()
    }

    /// The proxy a request for this URL goes through, without its password.
    fn used_for(&self, url: &Url) -> Option<String> {
        if Reach::is_this_machine(url) { None } else { self.named(url) }
    }

    fn named(&self, url: &Url) -> Option<String> {
        let proxy = self.0.intercept(&url.as_str().parse().ok()?)?;
        let uri = proxy.uri();
        Some(format!("{}://{}", uri.scheme_str().unwrap_or("http"), uri.authority()?))
    }
}

/// What the variables about proxies come to, a line each, and which way requests for these places go.
pub fn explain_proxies(
    places: &[(&str, &Url)],
    variable: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut lines = Vec::new();
    let is_cgi = variable("REQUEST_METHOD").is_some();
    for [first, second] in PAIRS {
        let set: Vec<(&str, String)> =
            [first, second].into_iter().filter_map(|name| Some((name, variable(name)?))).collect();
        for (index, (name, value)) in set.iter().enumerate() {
            let comes_to = if is_cgi {
                "not obeyed, because REQUEST_METHOD is set, as a web server does".to_owned()
            } else if index > 0 {
                format!("passed over, because {first} is set as well")
            } else if value.trim().is_empty() {
                format!("is empty, which names none; {second} is not looked at")
            } else {
                effect(first, value)
            };
            lines.push(format!("proxy: {name} {comes_to}"));
        }
    }
    if lines.is_empty() {
        lines.push("proxy: none is set in the environment".to_owned());
    }
    let proxies = Proxies::of_system();
    for (what, url) in places {
        let way = match proxies.used_for(url) {
            Some(proxy) => format!("go through {proxy}"),
            None if Reach::is_this_machine(url) => {
                "go straight there: it is this machine, and never proxied".to_owned()
            }
            None => "go straight there".to_owned(),
        };
        lines.push(format!("proxy: requests to {what} {way}"));
    }
    lines
}

fn effect(variable: &str, value: &str) -> String {
    let shown = shown(value);
    match variable {
        "HTTPS_PROXY" => format!("({shown}) applies to https, other than to this machine"),
        "HTTP_PROXY" => format!(
            "({shown}) applies to nothing: plain http is spoken to this machine only, which is never proxied"
        ),
        "ALL_PROXY" => {
            format!(
                "({shown}) applies to https where HTTPS_PROXY names none, other than to this machine"
            )
        }
        _ => format!("({value}) names what is not proxied"),
    }
}

/// A proxy without the name and password it may carry.
fn shown(value: &str) -> String {
    let value = value.trim();
    let text = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    match Url::parse(&text) {
        Ok(url) if url.has_host() => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
        }
        _ => "an address that cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_named_with_what_it_applies_to_and_no_password() {
        for [first, second] in PAIRS {
            for name in [first, second] {
                let value = "http://me:canary@proxy.example:3128";
                let value = if first == "NO_PROXY" { "internal.example" } else { value };
                let lines =
                    explain_proxies(&[], |it| (it == name).then(|| value.to_owned())).join("\n");
                assert!(lines.starts_with(&format!("proxy: {name} (")), "{lines}");
                assert!(!lines.contains("canary"), "{lines}");
            }
            let both =
                explain_proxies(&[], |it| PAIRS.concat().contains(&it).then(|| "x".to_owned()));
            assert_eq!(both.len(), 8, "{both:?}");
            assert!(
                both[1].ends_with("passed over, because HTTPS_PROXY is set as well"),
                "{both:?}"
            );
        }
        assert_eq!(shown("me:canary@proxy.example"), "http://proxy.example");
        assert_eq!(shown("http://me:can/ary@:x"), "an address that cannot be read");
    }
}
