//! createLink over plain HTTP, as the documentation describes it and no more.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode, redirect};
use serde_json::{Map, Value};
use std::error::Error;
use std::time::{Duration, SystemTime};

const MOST_RETRIES: u32 = 4;
/// A longer wait than this is the application's business: OneDrive personal asks for up to an hour.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What may stay bare in an id. `:` and `+` are legal in a path, but Graph and form decoders read more into them.
const ID: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'!').remove(b',');

/// The path of an item below the service root.
pub struct Address(String);

impl Address {
    pub fn read(address: &Map<String, Value>) -> Result<Self, String> {
        let segment = |member: &str| match address.get(member).and_then(Value::as_str) {
            // URL parsers take dot segments away even where they are percent-encoded.
            Some("" | "." | "..") => Err(format!("{member} cannot be written as a path segment")),
            Some(id) => Ok(utf8_percent_encode(id, ID).to_string()),
            None => Err(format!("an address without {member}")),
        };
        let drive = match address.get("kind").and_then(Value::as_str) {
            Some("drives") => format!("drives/{}", segment("driveId")?),
            Some("groups") => format!("groups/{}/drive", segment("groupId")?),
            Some("me") => "me/drive".to_owned(),
            Some("sites") => format!("sites/{}/drive", segment("siteId")?),
            Some("users") => format!("users/{}/drive", segment("userId")?),
            _ => return Err("an address of another kind than the five documented".to_owned()),
        };
        Ok(Self(format!("{drive}/items/{}", segment("itemId")?)))
    }
}

#[derive(Default)]
pub struct Failure {
    pub status: Option<u16>,
    pub code: Option<String>,
    pub message: String,
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message = format!("{message}: {cause}");
            source = cause.source();
        }
        Self { status: error.status().map(|status| status.as_u16()), message, ..Self::default() }
    }
}

#[derive(Clone)]
pub struct Client(reqwest::Client);

impl Client {
    pub fn new() -> reqwest::Result<Self> {
        reqwest::Client::builder()
            .redirect(redirect::Policy::none()) // the token is for the configured host alone
            .timeout(TIME_LIMIT)
            .build()
            .map(Self)
    }

    pub async fn create_link(
        &self,
        base_url: &str,
        token: &str,
        address: &Address,
        request: &Map<String, Value>,
    ) -> Result<(u16, Value), Failure> {
        let url = format!("{}/{}/createLink", base_url.trim_end_matches('/'), address.0);
        let mut request = request.clone();
        if let Some(Value::String(text)) = request.get_mut("expirationDateTime") {
            *text = documented_form(text);
        }
        let mut retries = 0;
        loop {
            let call = self.0.post(&url).bearer_auth(token).json(&request);
            let answer = call.send().await?;
            let throttled = matches!(
                answer.status(),
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
            );
            if throttled && retries < MOST_RETRIES {
                let wait = asked_wait(answer.headers(), SystemTime::now())
                    .unwrap_or(Duration::from_secs(1 << retries));
                if wait <= LONGEST_WAIT {
                    tokio::time::sleep(wait).await;
                    retries += 1;
                    continue;
                }
            }
            return read_answer(answer).await;
        }
    }
}

/// `yyyy-MM-ddTHH:mm:ssZ` where the text is an instant that can be written so; otherwise the text as it came,
/// for the instant must not change and the service judges what is no date.
fn documented_form(text: &str) -> String {
    match text.parse::<jiff::Timestamp>() {
        Ok(instant) if instant.subsec_nanosecond() == 0 => instant.to_string(),
        _ => text.to_owned(),
    }
}

/// `Retry-After`: seconds, a fraction of seconds or two numbers (not in the RFC, but seen), or an HTTP date.
fn asked_wait(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        // Two numbers were seen, "31,120": the longer one is waited for.
        Err(_) if text.split(',').all(|it| it.trim().parse::<u32>().is_ok()) => {
            let longest = text.split(',').filter_map(|it| it.trim().parse().ok()).max()?;
            Some(Duration::from_secs(longest))
        }
        // A date in the past asks for no wait.
        Err(_) => {
            Some(httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default())
        }
    }
}

async fn read_answer(answer: Response) -> Result<(u16, Value), Failure> {
    let status = answer.status();
    let failed = |code: Option<&str>, message: String| Failure {
        status: Some(status.as_u16()),
        code: code.map(str::to_owned),
        message,
    };
    let body = match answer.bytes().await {
        Ok(body) => body,
        Err(error) => return Err(failed(None, Failure::from(error).message)),
    };
    let json = serde_json::from_slice::<Value>(&body);
    if !status.is_success() {
        let json = json.unwrap_or_default();
        let member = |name: &str| json["error"][name].as_str();
        let message =
            member("message").map_or(format!("the service answered {status}"), str::to_owned);
        return Err(failed(member("code"), message));
    }
    match json {
        Ok(permission) if is_permission(&permission) => Ok((status.as_u16(), permission)),
        Ok(_) => Err(failed(None, format!("the answer {status} is no permission"))),
        Err(error) => Err(failed(None, format!("the answer {status} is no JSON: {error}"))),
    }
}

fn is_permission(value: &Value) -> bool {
    value["id"].as_str().is_some_and(|id| !id.is_empty())
        && (value["roles"].is_array() || value["roles"].is_null())
        && (value["link"].is_object() || value["link"].is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::UNIX_EPOCH;

    fn wait_for(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        asked_wait(&headers, UNIX_EPOCH + Duration::from_secs(784_111_770))
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        assert_eq!(wait_for("2"), Some(Duration::from_secs(2)));
        assert_eq!(wait_for("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(wait_for("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(wait_for("Sun, 06 Nov 1994 08:49:00 GMT"), Some(Duration::ZERO));
        assert_eq!(wait_for("-1"), None);
        assert_eq!(wait_for("soon"), None);
        assert_eq!(wait_for("31,120"), Some(Duration::from_secs(120)));
    }

    #[test]
    fn ids_are_written_as_one_segment_each() {
        let address = json!({"kind": "drives", "driveId": "b!a/b", "itemId": "01 +%#?é"});
        let address = Address::read(address.as_object().unwrap()).ok().unwrap();
        assert_eq!(address.0, "drives/b!a%2Fb/items/01%20%2B%25%23%3F%C3%A9");
        let address = json!({"kind": "me", "itemId": ".."});
        assert!(Address::read(address.as_object().unwrap()).is_err());
    }

    #[test]
    fn an_expiration_keeps_its_instant() {
        assert_eq!(documented_form("2030-01-31T01:00:00.000+01:00"), "2030-01-31T00:00:00Z");
        assert_eq!(documented_form("2030-01-31T00:00:00.5Z"), "2030-01-31T00:00:00.5Z");
        assert_eq!(documented_form("tomorrow"), "tomorrow");
    }
}
