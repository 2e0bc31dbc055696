//! What the scripted service answers.

use std::time::{Duration, SystemTime};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::graph::Product;
use crate::story::{ErrorBody, Flaw, PermissionForm, ServiceReply, Wait};

/// An answer before it is sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scripted {
    /// The status; none closes the connection.
    pub status: Option<u16>,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// How long the answer is held back.
    pub delay: Duration,
    /// What `Retry-After` asks for, from now.
    pub wait: Option<Duration>,
}

const JSON: &str = "application/json; odata.metadata=minimal; charset=utf-8";
const HTML: &str = "<!DOCTYPE html>\n<html><head><title>Service Unavailable</title></head><body><h1>Something went wrong</h1></body></html>\n";

/// The answer to a request for the link that `asked` describes.
///
/// The answer follows from what the application asked for, not from what arrived: a service that repeated
/// the library's mistakes would hide them.
pub(super) fn scripted(
    reply: &ServiceReply,
    asked: &Map<String, Value>,
    [here, elsewhere]: [&str; 2],
    now: SystemTime,
) -> Scripted {
    let json = |status, body: String| answer(Some(status), JSON, body);
    match reply {
        ServiceReply::Granted { status, form } => {
            let mut answer = json(*status, permission(asked, *form).to_string());
            if *form == PermissionForm::LocationElsewhere {
                answer.headers.push(("Location", format!("{elsewhere}/permissions/1")));
            }
            answer
        }
        ServiceReply::Late(seconds) => Scripted {
            delay: Duration::from_secs(u64::from(*seconds)),
            ..json(201, permission(asked, PermissionForm::Documented).to_string())
        },
        ServiceReply::Refused { status, body } => {
            let mut answer = match body {
                ErrorBody::Graph => json(*status, graph_error(*status).to_string()),
                ErrorBody::Html => answer(Some(*status), "text/html; charset=utf-8", HTML.into()),
                ErrorBody::Empty => {
                    Scripted { headers: Vec::new(), ..json(*status, String::new()) }
                }
                ErrorBody::EmptyJson => json(*status, String::new()),
                ErrorBody::NoMessage => {
                    let mut body = graph_error(*status);
                    if let Some(error) = body["error"].as_object_mut() {
                        error.shift_remove("message");
                    }
                    json(*status, body.to_string())
                }
                ErrorBody::EmptyObject => json(*status, "{}".to_owned()),
                ErrorBody::StringError => {
                    json(*status, json!({"error": "access denied"}).to_string())
                }
                ErrorBody::List => json(*status, "[]".to_owned()),
            };
            if *status == 401 {
                // RFC 9110, 15.5.2: a 401 has a challenge; this one has nothing in it to act on.
                answer.headers.push(("WWW-Authenticate", "Bearer realm=\"\"".to_owned()));
            }
            answer
        }
        ServiceReply::Throttled { status, wait } => {
            let mut answer = json(*status, graph_error(*status).to_string());
            match wait {
                Wait::Unsaid => {}
                Wait::Seconds(seconds) => {
                    answer.headers.push(("Retry-After", seconds.to_string()));
                    answer.wait = Some(Duration::from_secs_f32(*seconds));
                }
                Wait::Text(text) => {
                    answer.headers.push(("Retry-After", text.clone()));
                    answer.wait = least_number(text).map(Duration::from_secs);
                }
                Wait::Date(seconds) => {
                    // An HTTP date has whole seconds. Answered 0.4 s before one, every library is asked to wait
                    // as long.
                    answer.delay = until_fraction(now, Duration::from_millis(600));
                    let answered = now + answer.delay;
                    let date = whole_second(answered + Duration::from_secs(u64::from(*seconds)));
                    answer.headers.push(("Retry-After", httpdate::fmt_http_date(date)));
                    answer.wait = Some(date.duration_since(answered).unwrap_or_default());
                }
            }
            answer
        }
        ServiceReply::Malformed { status, flaw } => {
            let permission = permission(asked, PermissionForm::Documented);
            match flaw {
                Flaw::Empty => Scripted { headers: Vec::new(), ..json(*status, String::new()) },
                Flaw::EmptyJson => json(*status, String::new()),
                Flaw::EmptyObject => json(*status, "{}".to_owned()),
                Flaw::ErrorObject => json(*status, graph_error(403).to_string()),
                Flaw::TrailingComma => {
                    let text = permission.to_string();
                    json(*status, format!("{},}}", text.strip_suffix('}').unwrap_or(&text)))
                }
                Flaw::LinkIsString => {
                    let mut permission = permission;
                    permission["link"] = permission["link"]["webUrl"].take();
                    json(*status, permission.to_string())
                }
                Flaw::Html => answer(Some(*status), "text/html; charset=utf-8", HTML.into()),
            }
        }
        ServiceReply::Cut => answer(None, JSON, String::new()),
        ServiceReply::Redirected(status) => Scripted {
            headers: vec![("Location", format!("{elsewhere}{MOVED}"))],
            ..json(*status, String::new())
        },
        ServiceReply::Moved(status) => Scripted {
            headers: vec![("Location", format!("{here}{MOVED}"))],
            ..json(*status, String::new())
        },
    }
}

/// Where redirects lead.
const MOVED: &str = "/v1.0/moved/createLink";

/// Whether a redirect of the service led here.
pub(super) fn is_moved(target: &str) -> bool {
    target == MOVED
}

/// The smallest number in a text: the shortest wait it can be read as.
pub(crate) fn least_number(text: &str) -> Option<u64> {
    text.split(|it: char| !it.is_ascii_digit()).filter_map(|it| it.parse().ok()).min()
}

/// The answer to a request that only reads: the script is about what is asked to be done.
///
/// A library may look at a drive, an item or a user before it asks for a link, to see what it has to ask for.
pub(super) fn read(method: &str, target: &str, product: Product) -> Scripted {
    let path = target.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).skip(1).collect();
    let found = |body: Value| answer(Some(200), JSON, body.to_string());
    let item = |id: &str| json!({"id": id, "name": "linkspec.txt", "file": {}, "webUrl": "https://contoso-my.sharepoint.com/linkspec.txt"});
    let drive = |id: &str| {
        let kind = match product {
            Product::Personal => "personal",
            Product::Business => "business",
            Product::SharePoint => "documentLibrary",
        };
        json!({"id": id, "name": "linkspec", "driveType": kind})
    };
    match (method, segments.as_slice()) {
        ("GET", ["moved", ..]) => found(item("01LINKSPEC4MOVED")),
        ("GET", [.., "createLink"]) => answer(Some(405), JSON, graph_error(405).to_string()),
        ("GET", [.., "items", id]) => found(item(id)),
        ("GET", [.., "root"]) => found(item("01LINKSPEC4ROOT")),
        ("GET", ["drives", id]) => found(drive(&decoded(id))),
        ("GET", [.., "drive"]) => found(drive(DRIVE)),
        ("GET", [.., "drives"]) => found(json!({"value": [drive(DRIVE)]})),
        ("GET", ["me"] | ["users", _]) => found(
            json!({"id": USER, "displayName": "Megan Bowen", "userPrincipalName": "megan@contoso.example"}),
        ),
        ("GET", ["groups" | "sites", id]) => {
            found(json!({"id": decoded(id), "displayName": "linkspec"}))
        }
        ("GET", _) => found(json!({"value": []})),
        _ => Scripted { headers: Vec::new(), ..answer(Some(204), JSON, String::new()) },
    }
}

/// The drive that stories are about where they name no other.
pub(super) const DRIVE: &str = "b!linkspec-drive_1";
/// The user that stories are about where they name no other.
pub(super) const USER: &str = "6f1c0d2e-0000-4000-8000-00000000000a";

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// The answer to a browser that asks whether a page may send its request (the Fetch standard, CORS-preflight).
pub(super) fn preflight() -> Scripted {
    let headers = vec![
        ("Access-Control-Allow-Methods", "POST".to_owned()),
        ("Access-Control-Allow-Headers", "*, Authorization".to_owned()),
    ];
    Scripted { headers, ..answer(Some(204), JSON, String::new()) }
}

/// What a page of another origin is allowed to see of an answer.
pub(super) const FOR_PAGES: [(&str, &str); 2] = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Location, Retry-After, request-id"),
];

/// What a host that should not be asked answers.
pub(super) fn not_here() -> Scripted {
    answer(Some(404), JSON, graph_error(404).to_string())
}

fn answer(status: Option<u16>, media_type: &str, body: String) -> Scripted {
    Scripted {
        status,
        headers: vec![("Content-Type", media_type.to_owned())],
        body,
        delay: Duration::ZERO,
        wait: None,
    }
}

/// How long it is until the clock's fraction of a second is this one.
fn until_fraction(time: SystemTime, fraction: Duration) -> Duration {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let passed = Duration::from_nanos(u64::from(since.subsec_nanos()));
    fraction.checked_sub(passed).unwrap_or(fraction + Duration::from_secs(1) - passed)
}

/// The next whole second: an HTTP date knows no others.
fn whole_second(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs() + 1)
}

fn graph_error(status: u16) -> Value {
    let (code, message) = match status {
        400 => ("invalidRequest", "Invalid request"),
        401 => ("InvalidAuthenticationToken", "Access token validation failure."),
        403 => ("accessDenied", "The caller does not have permission to perform the action."),
        404 => ("itemNotFound", "The resource could not be found."),
        405 => ("notAllowed", "The method is not allowed for the resource."),
        409 => ("nameAlreadyExists", "The current state conflicts with the request."),
        410 => ("resyncRequired", "The resource is no longer available."),
        412 => ("resourceModified", "The resource does not match the precondition."),
        415 => ("notSupported", "The content type is not supported."),
        422 => ("invalidRequest", "The request cannot be processed."),
        423 => ("accessDenied", "The resource is locked."),
        429 => ("activityLimitReached", "The request has been throttled."),
        501 => ("notSupported", "The feature is not implemented."),
        503 | 504 => ("serviceNotAvailable", "The service is not available."),
        507 => ("quotaLimitReached", "The maximum storage quota limit has been reached."),
        _ => ("generalException", "An unspecified error has occurred."),
    };
    json!({"error": {"code": code, "message": message, "innerError": {
        "date": "2030-01-31T00:00:00", "request-id": "7d3f2c5e-0000-4000-8000-000000000001",
        "client-request-id": "7d3f2c5e-0000-4000-8000-000000000002",
    }}})
}

/// The permission for a link, as the page's examples show it and in the form the story asks for.
fn permission(asked: &Map<String, Value>, form: PermissionForm) -> Value {
    let text = |member: &str| asked.get(member).and_then(Value::as_str);
    let link_type = text("type").unwrap_or("view");
    let scope =
        text("scope").unwrap_or(if link_type == "embed" { "anonymous" } else { "organization" });
    let role = if link_type == "edit" { "write" } else { "read" };
    let web_url = format!(
        "https://contoso-my.sharepoint.com/:t:/g/personal/linkspec/{link_type}-{scope}?e=ÄÖ1"
    );
    let mut permission = json!({
        "id": "aTowIy5mfG1lbWJlcnNoaXB8bGlua3NwZWM",
        "roles": [role],
        "link": {
            "type": link_type, "scope": scope, "webUrl": web_url,
            "application": {"id": "1234", "displayName": "Sample Application"},
        },
    });
    if link_type == "embed" {
        let frame = format!("<IFRAME src=\"{web_url}\" width=\"98\"></IFRAME>");
        permission["link"]["webHtml"] = frame.into();
    }
    if text("password").is_some() {
        permission["hasPassword"] = true.into();
    }
    if let Some(expiration) = asked.get("expirationDateTime") {
        permission["expirationDateTime"] = expiration.clone();
    }
    let share_id = "u!aHR0cHM6Ly9jb250b3NvLW15LnNoYXJlcG9pbnQuY29tLw";
    let context = "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.permission";
    match form {
        PermissionForm::Documented | PermissionForm::LocationElsewhere => {}
        PermissionForm::Observed => {
            permission["@odata.context"] = context.into();
            permission["@odata.type"] = "#microsoft.graph.permission".into();
            permission["shareId"] = share_id.into();
            permission["hasPassword"] = false.into();
            permission["link"]["preventsDownload"] = false.into();
            // No real answer was seen to have it (AMB-22).
            if let Some(link) = permission["link"].as_object_mut() {
                link.remove("application");
            }
        }
        PermissionForm::EveryMember => {
            permission["shareId"] = share_id.into();
            permission["hasPassword"] = true.into();
            permission["expirationDateTime"] = "2030-01-31T08:30:00Z".into();
            permission["link"]["preventsDownload"] = true.into();
            permission["grantedToIdentitiesV2"] = json!([{"user": {"id": "1", "displayName": "Ellen"}, "siteUser": {"id": "9", "loginName": "ellen"}}]);
            permission["inheritedFrom"] =
                json!({"driveId": "b!1", "id": "01", "path": "/drive/root:/a"});
        }
        PermissionForm::UnknownMembers => {
            permission["linkspecUnknown"] = json!({"a": [1, {"b": null}], "type": "view"});
            permission["@linkspec.annotation"] = "unknown".into();
            permission["link"]["linkspecUnknown"] = json!([true, 2.5]);
            permission["link"]["application"]["linkspecUnknown"] = "unknown".into();
        }
        PermissionForm::UnknownValues => {
            permission["roles"] = json!(["linkspecUnknownRole"]);
            permission["link"]["type"] = "linkspecUnknownType".into();
            permission["link"]["scope"] = "linkspecUnknownScope".into();
        }
        PermissionForm::Without(member) => {
            for object in ["", "/link"] {
                if let Some(Value::Object(members)) = permission.pointer_mut(object) {
                    members.shift_remove(member);
                }
            }
        }
    }
    permission
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(reply: &ServiceReply) -> String {
        let asked = Map::from_iter([("type".to_owned(), json!("edit"))]);
        scripted(reply, &asked, ["http://127.0.0.1:1", "http://localhost:1"], SystemTime::now())
            .body
    }

    #[test]
    fn malformed_answers_are_malformed_in_one_way_each() {
        let malformed = |flaw| body(&ServiceReply::Malformed { status: 201, flaw });
        let comma = malformed(Flaw::TrailingComma);
        assert!(comma.ends_with(",}") && serde_json::from_str::<Value>(&comma).is_err(), "{comma}");
        let mended = comma.replace(",}", "}");
        assert!(serde_json::from_str::<Value>(&mended).is_ok(), "{mended}");
        let link: Value = serde_json::from_str(&malformed(Flaw::LinkIsString)).unwrap();
        assert!(link["link"].is_string());
        assert_eq!(malformed(Flaw::Empty), "");
        assert_eq!(malformed(Flaw::EmptyObject), "{}");
        assert!(malformed(Flaw::ErrorObject).contains("accessDenied"));
    }

    #[test]
    fn refusals_lack_one_thing_each() {
        let refused = |body| {
            let reply = ServiceReply::Refused { status: 403, body };
            scripted(&reply, &Map::new(), ["", ""], SystemTime::now())
        };
        let no_message = refused(ErrorBody::NoMessage).body;
        assert!(no_message.contains("accessDenied") && !no_message.contains("message"));
        let labelled = refused(ErrorBody::EmptyJson);
        assert!(labelled.body.is_empty() && labelled.headers[0].1.starts_with("application/json"));
        assert!(refused(ErrorBody::Empty).headers.is_empty());
        for (body, text) in [(ErrorBody::EmptyObject, "{}"), (ErrorBody::List, "[]")] {
            assert_eq!(refused(body).body, text);
        }
    }

    #[test]
    fn a_wait_that_can_be_read_in_two_ways_is_the_shorter_one_at_least() {
        let reply = ServiceReply::Throttled { status: 429, wait: Wait::Text("31,120".to_owned()) };
        let answer = scripted(&reply, &Map::new(), ["", ""], SystemTime::now());
        assert_eq!(answer.wait, Some(Duration::from_secs(31)));
        assert!(answer.headers.contains(&("Retry-After", "31,120".to_owned())));
    }

    #[test]
    fn what_is_read_before_a_link_is_asked_for_is_there() {
        let read = |target: &str, product| -> Value {
            let answer = read("GET", target, product);
            assert_eq!(answer.status, Some(200), "{target}");
            serde_json::from_str(&answer.body).unwrap()
        };
        for (product, kind) in [
            (Product::Personal, "personal"),
            (Product::Business, "business"),
            (Product::SharePoint, "documentLibrary"),
        ] {
            for target in ["/v1.0/me/drive/", "/v1.0//me/drive", "/v1.0/sites/s/drive?$select=id"] {
                let drive = read(target, product);
                assert_eq!((&drive["driveType"], &drive["id"]), (&json!(kind), &json!(DRIVE)));
            }
            assert_eq!(read("/v1.0/drives/b%21x", product)["id"], "b!x");
        }
        let read = |target| read(target, Product::Business);
        assert_eq!(read("/v1.0/drives/d/items/i")["id"], "i");
        assert_eq!(read("/v1.0/me")["id"], USER);
        assert_eq!(read("/v1.0/drives/d/items/i/permissions")["value"], json!([]));
        assert!(read("/v1.0/moved/createLink").get("roles").is_none());
    }

    #[test]
    fn a_date_is_never_earlier_than_asked() {
        let now = SystemTime::now();
        let reply = ServiceReply::Throttled { status: 429, wait: Wait::Date(2) };
        let wait = scripted(&reply, &Map::new(), ["", ""], now).wait.unwrap();
        assert_eq!(
            wait.as_millis(),
            2400,
            "0.6 s into a second, two seconds and a bit are asked for"
        );
    }

    #[test]
    fn a_member_left_out_is_left_out() {
        let without = |member| {
            let form = PermissionForm::Without(member);
            serde_json::from_str::<Value>(&body(&ServiceReply::Granted { status: 201, form }))
                .unwrap()
        };
        assert!(without("link").get("link").is_none());
        assert!(without("type")["link"].get("type").is_none());
        assert!(without("roles").get("roles").is_none() && without("roles")["link"].is_object());
    }
}
