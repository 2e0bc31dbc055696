//! Which header fields and query parameters are shown as they are. What is not known to be harmless is not shown:
//! every product invents fields for its keys, and nobody can list them.

/// Header fields that say nothing secret, in lower case, without those that begin with one of [`SHOWN_BEGINNINGS`].
const SHOWN: [&str; 71] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "alt-svc",
    "cache-control",
    "client-request-id",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-range",
    "content-security-policy",
    "content-type",
    "date",
    "deprecation",
    "dnt",
    "etag",
    "expect",
    "expires",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "keep-alive",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "odata-entityid",
    "odata-isolation",
    "odata-maxversion",
    "odata-version",
    "pragma",
    "prefer",
    "preference-applied",
    "priority",
    "proxy-connection",
    "range",
    "referrer-policy",
    "request-id",
    "retry-after",
    "retry-after-ms",
    "return-client-request-id",
    "sdkversion",
    "server",
    "server-timing",
    "spiislatency",
    "sprequestduration",
    "sprequestguid",
    "strict-transport-security",
    "sunset",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
    "x-http-method-override",
];

/// What the names of further harmless fields begin with.
const SHOWN_BEGINNINGS: [&str; 9] = [
    "access-control-",
    "ratelimit",
    "sec-ch-",
    "sec-fetch-",
    "x-ms-ags-",
    "x-ms-correlation-request-id",
    "x-ms-request-id",
    "x-ms-throttle-",
    "x-ratelimit-",
];

/// Query parameters that say nothing secret: those of OData, and the version.
const PARAMETERS: [&str; 12] = [
    "$count",
    "$expand",
    "$filter",
    "$format",
    "$levels",
    "$orderby",
    "$search",
    "$select",
    "$skip",
    "$top",
    "api-version",
    "@odata.type",
];

/// Whether the value of a header field is shown.
pub(super) fn shows_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SHOWN.binary_search(&name.as_str()).is_ok()
        || SHOWN_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// Whether the value of a query parameter is shown; OData allows to leave out the `$`.
pub(super) fn shows_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PARAMETERS.iter().any(|it| *it == name || it.strip_prefix('$') == Some(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_nothing_on_it_is_a_credential() {
        assert!(SHOWN.is_sorted());
        for name in SHOWN {
            assert!(shows_header(&name.to_uppercase()), "{name}");
            assert!(!super::super::secrets::is_secret_name(name), "{name}");
        }
        assert!(shows_header("RateLimit-Remaining") && shows_parameter("$Select"));
    }

    #[test]
    fn fields_that_nobody_knows_are_not_shown() {
        for name in [
            "authorization",
            "proxy-authorization",
            "cookie",
            "set-cookie",
            "x-auth-token",
            "ocp-apim-subscription-key",
            "x-ms-token-aad-access-token",
            "x-ms-token-aad-id-token",
            "x-ms-client-principal",
            "x-api-key",
            "api-key",
            "apikey",
            "x-functions-key",
            "x-amz-security-token",
            "x-amz-date",
            "x-goog-api-key",
            "x-csrf-token",
            "x-xsrf-token",
            "x-forwarded-for",
            "x-real-ip",
            "x-session-id",
            "x-ms-cv",
            "from",
            "referer",
            "origin",
            "x-ms-effective-locale",
            "private-token",
            "x-vault-token",
            "authentication-info",
            "anything",
        ] {
            assert!(!shows_header(name), "{name}");
        }
        for name in
            ["access_token", "sig", "code", "token", "tempauth", "key", "$skiptoken", "state"]
        {
            assert!(!shows_parameter(name), "{name}");
        }
    }
}
