//! Reading a service root, and what it must not be.

use url::{Host, Url};

/// A `--base-url` that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BaseUrlError {
    /// It has no scheme, or is no URL at all.
    #[error("\"{0}\" is no absolute URL; write it like https://graph.microsoft.com")]
    NotAbsolute(String),
    /// It carries a user name or password.
    #[error("the base URL carries credentials; leave them out, tokens come from LINKSPEC_TOKEN")]
    Credentials,
    /// Plain http to another machine.
    #[error(
        "plain http is allowed for this machine only (127.0.0.1, [::1], localhost); write https://{0}"
    )]
    PlainHttp(String),
    /// Neither http nor https.
    #[error("\"{0}\" is neither https nor http")]
    Scheme(String),
    /// It carries a query or fragment.
    #[error("the base URL carries a query or a fragment; leave it out")]
    Query,
}

/// Reads a `--base-url`: with or without a slash at the end, with or without `/v1.0`.
///
/// # Errors
/// Says what is wrong with it and what to write instead.
pub fn base_url(text: &str) -> Result<Url, BaseUrlError> {
    let mut url = Url::parse(text).map_err(|_| BaseUrlError::NotAbsolute(without_user(text)))?;
    if !matches!(url.scheme(), "http" | "https") {
        // "localhost:8080" parses as the scheme "localhost".
        return Err(if text.contains("://") {
            BaseUrlError::Scheme(url.scheme().to_owned())
        } else {
            BaseUrlError::NotAbsolute(without_user(text))
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BaseUrlError::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(BaseUrlError::Query);
    }
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() == "http" && !loopback {
        return Err(BaseUrlError::PlainHttp(url.host_str().unwrap_or_default().to_owned()));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    let version = path.rsplit('/').next().is_some_and(|last| last == "v1.0" || last == "beta");
    url.set_path(&if version { path } else { format!("{path}/v1.0") });
    Ok(url)
}

/// What was written, less what stands before an `@`: it may be a password.
fn without_user(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, rest)) => format!("...@{rest}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_read_as_people_write_them() {
        for text in [
            "https://graph.microsoft.com",
            "https://graph.microsoft.com/",
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com/v1.0/",
        ] {
            assert_eq!(
                base_url(text).unwrap().as_str(),
                "https://graph.microsoft.com/v1.0",
                "{text}"
            );
        }
        assert_eq!(
            base_url("http://127.0.0.1:4011/graph").unwrap().as_str(),
            "http://127.0.0.1:4011/graph/v1.0"
        );
        assert!(base_url("http://[::1]:4011").is_ok());
        assert!(base_url("http://localhost:4011").is_ok());
    }

    #[test]
    fn unusable_base_urls_are_refused_with_the_reason() {
        let error = |text: &str| base_url(text).unwrap_err();
        assert!(matches!(error("graph.microsoft.com"), BaseUrlError::NotAbsolute(_)));
        assert!(matches!(error("localhost:8080"), BaseUrlError::NotAbsolute(_)));
        assert!(matches!(error("http://graph.microsoft.com"), BaseUrlError::PlainHttp(_)));
        assert_eq!(error("https://me:secret@graph.microsoft.com"), BaseUrlError::Credentials);
        assert!(matches!(error("ftp://graph.microsoft.com"), BaseUrlError::Scheme(_)));
        assert_eq!(error("https://graph.microsoft.com/?x=1"), BaseUrlError::Query);
        for text in [
            "https://me:secret@graph.microsoft.com",
            "http://me:secret@[bad",
            "me:secret@x",
            "//me:secret@x",
        ] {
            assert!(!error(text).to_string().contains("secret"), "{text}");
        }
    }
}
