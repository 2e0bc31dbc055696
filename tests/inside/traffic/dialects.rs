//! What other programs export: small sessions, written in the dialects of those who record them.

use base64::Engine as _;
use linkspec::graph::Tenant;
use linkspec::report::Verdict;
use linkspec::run::Suite;
use serde_json::{Value, json};

use super::{holds, judged, read_har, suite, with_verdict};

const ROOT: &str = "https://graph.microsoft.com/v1.0";
const ITEM: &str = "/drives/b!abcdefghijklmnopqrstuvwxyz/items/01ITEM";

/// One exchange of a session, in no dialect.
#[derive(Clone)]
struct One {
    /// Seconds after the start.
    second: u32,
    token: &'static str,
    method: &'static str,
    url: String,
    body: Option<String>,
    status: u16,
    answer: String,
}

fn one(
    second: u32,
    method: &'static str,
    url: &str,
    body: Option<Value>,
    status: u16,
    answer: Value,
) -> One {
    let url = if url.contains("://") { url.to_owned() } else { format!("{ROOT}{url}") };
    let answer = if answer.is_null() { String::new() } else { answer.to_string() };
    One {
        second,
        token: "token-a",
        method,
        url,
        body: body.map(|it| it.to_string()),
        status,
        answer,
    }
}

fn ask(second: u32, status: u16, answer: Value) -> One {
    let body = json!({"type": "view", "scope": "organization"});
    one(second, "POST", &format!("{ITEM}/createLink"), Some(body), status, answer)
}

fn view(id: &str) -> Value {
    json!({"id": id, "roles": ["read"], "hasPassword": false, "link": {"type": "view", "scope": "organization",
        "webUrl": format!("https://contoso-my.sharepoint.com/:t:/g/{id}")}})
}

fn refusal(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message, "innerError": {"request-id": "1"}}})
}

fn listing(second: u32, query: &str, entries: &[Value]) -> One {
    let url = format!("{ITEM}/permissions{query}");
    one(second, "GET", &url, None, 200, json!({"value": entries}))
}

/// The sessions, each with the rules it breaks.
fn sessions() -> Vec<(&'static str, Vec<One>, &'static [&'static str])> {
    const REPEATS: &[&str] = &["IDEM-02", "IDEM-03", "IDEM-04"];
    let mut embedded = view("p1");
    embedded["link"]["type"] = json!("embed");
    let mut embed = ask(0, 201, embedded);
    embed.body = Some(json!({"type": "embed"}).to_string());
    let mut writes = view("p1");
    writes["roles"] = json!(["write"]);
    let mut other = ask(60, 201, view("p2"));
    other.token = "token-b";
    let batch = one(
        20,
        "POST",
        "/$batch?x=1",
        Some(json!({"requests": [
            {"id": "a", "method": "DELETE", "url": format!("{ITEM}/permissions/p1")},
        ]})),
        200,
        json!({"responses": [{"id": "a", "status": 204}]}),
    );
    let granted_in_batch = one(
        20,
        "POST",
        "/$batch",
        Some(
            json!({"requests": [{"id": "a", "method": "POST", "url": format!("{ITEM}/createLink"),
            "headers": {"Content-Type": "application/json"}, "body": {"type": "view", "scope": "organization"}}]}),
        ),
        200,
        json!({"responses": [{"id": "a", "status": 201, "headers": {"Content-Type": "application/json"},
            "body": writes}]}),
    );
    let delete =
        |status, answer| one(20, "DELETE", &format!("{ITEM}/permissions/p1"), None, status, answer);
    let sharepoint = one(
        20,
        "POST",
        "https://contoso-my.sharepoint.com/_api/web/GetFileById('1')/ListItemAllFields/UnshareLink",
        Some(json!({})),
        200,
        json!({}),
    );
    let mut ending = view("p1");
    ending["expirationDateTime"] = json!("2026-09-01T08:00:30Z");
    let batch_in_other_letters =
        One { url: batch.url.replace("$batch?x=1", "%24batch"), ..batch.clone() };
    let unlabelled = One {
        answer: granted_in_batch
            .answer
            .replace(r#""headers":{"Content-Type":"application/json"},"#, ""),
        ..granted_in_batch.clone()
    };
    let labelled = one(
        20,
        "POST",
        &format!("{ITEM}/assignSensitivityLabel"),
        Some(json!({})),
        202,
        Value::Null,
    );
    vec![
        ("ended by a policy", vec![ask(0, 201, ending), ask(60, 201, view("p2"))], &[]),
        (
            "a batch in other letters",
            vec![ask(0, 201, view("p1")), batch_in_other_letters, ask(60, 201, view("p2"))],
            &[],
        ),
        (
            "a label that may take links away",
            vec![ask(0, 201, view("p1")), labelled, ask(60, 201, view("p2"))],
            &[],
        ),
        ("one in a batch without labels", vec![unlabelled], &["TYPE-05"]),
        (
            "a quarter of an hour later",
            vec![ask(0, 201, view("p1")), ask(900, 201, view("p2"))],
            &[],
        ),
        ("a link", vec![ask(0, 201, view("p1")), ask(60, 200, view("p1"))], &[]),
        (
            "another link for the same words",
            vec![ask(0, 201, view("p1")), ask(60, 201, view("p2"))],
            REPEATS,
        ),
        ("another application", vec![ask(0, 201, view("p1")), other], &[]),
        ("three hours later", vec![ask(0, 201, view("p1")), ask(10_800, 201, view("p2"))], &[]),
        (
            "removed",
            vec![ask(0, 201, view("p1")), delete(204, Value::Null), ask(60, 201, view("p2"))],
            &[],
        ),
        ("removed in a batch", vec![ask(0, 201, view("p1")), batch, ask(60, 201, view("p2"))], &[]),
        (
            "removed by SharePoint",
            vec![ask(0, 201, view("p1")), sharepoint, ask(60, 201, view("p2"))],
            &[],
        ),
        (
            "removal that failed somehow",
            vec![
                ask(0, 201, view("p1")),
                delete(504, refusal("UnknownError", "")),
                ask(60, 201, view("p2")),
            ],
            &[],
        ),
        (
            "removal that was refused",
            vec![
                ask(0, 201, view("p1")),
                delete(403, refusal("accessDenied", "no")),
                ask(60, 201, view("p2")),
            ],
            REPEATS,
        ),
        (
            "refused meanwhile",
            vec![
                ask(0, 201, view("p1")),
                ask(30, 401, refusal("InvalidAuthenticationToken", "ended")),
                ask(60, 200, view("p1")),
            ],
            &[],
        ),
        ("an embed link", vec![embed], &["TYPE-08"]),
        ("a view link that writes", vec![ask(0, 201, writes)], &["TYPE-05"]),
        ("one in a batch", vec![granted_in_batch], &["TYPE-05"]),
        (
            "a list that leaves it out",
            vec![
                ask(0, 201, view("p1")),
                listing(60, "?$select=id,roles", &[json!({"id": "p1", "roles": ["read"]})]),
            ],
            &[],
        ),
        ("a list that comes at once", vec![ask(0, 201, view("p1")), listing(1, "", &[])], &[]),
        ("a list long after", vec![ask(0, 201, view("p1")), listing(9000, "", &[])], &[]),
        (
            "a list that lacks it though it is there",
            vec![ask(0, 201, view("p1")), listing(60, "", &[]), ask(90, 200, view("p1"))],
            &["SIDE-01"],
        ),
        (
            "a gateway",
            vec![ask(0, 504, json!({"message": "upstream"})), ask(60, 201, view("p1"))],
            &[],
        ),
    ]
}

/// A program that writes HAR files, by what is its own.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Dialect {
    Firefox,
    Chrome,
    Fiddler,
    Charles,
    Mitmproxy,
    Playwright,
    DevProxy,
}

const DIALECTS: [Dialect; 7] = [
    Dialect::Firefox,
    Dialect::Chrome,
    Dialect::Fiddler,
    Dialect::Charles,
    Dialect::Mitmproxy,
    Dialect::Playwright,
    Dialect::DevProxy,
];

impl Dialect {
    fn time(self, second: u32) -> String {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        match self {
            Self::Firefox => {
                format!("2026-09-01T{:02}:{minute:02}:{second:02}.123+02:00", 10 + hour)
            }
            Self::Fiddler => {
                format!("2026-09-01T{:02}:{minute:02}:{second:02}.1234567+02:00", 10 + hour)
            }
            Self::Mitmproxy => {
                format!("2026-09-01T{:02}:{minute:02}:{second:02}.123456+00:00", 8 + hour)
            }
            Self::Charles => format!("2026-09-01T{:02}:{minute:02}:{second:02}.123-0700", 1 + hour),
            _ => format!("2026-09-01T{:02}:{minute:02}:{second:02}.123Z", 8 + hour),
        }
    }

    fn headers(self, fields: &[(&str, &str)]) -> Value {
        let mut list: Vec<Value> = fields
            .iter()
            .map(|(name, value)| {
                let name =
                    if self == Self::Chrome { name.to_lowercase() } else { (*name).to_owned() };
                json!({"name": name, "value": value})
            })
            .collect();
        if self == Self::Chrome {
            list.insert(0, json!({"name": ":authority", "value": "graph.microsoft.com"}));
        }
        list.into()
    }

    fn content(self, text: &str) -> Value {
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        match self {
            Self::Charles | Self::Playwright if !text.is_empty() => {
                json!({"size": text.len(), "mimeType": "application/json", "text": encoded, "encoding": "base64"})
            }
            Self::Firefox if text.is_empty() => json!({"size": 0, "mimeType": ""}),
            Self::Fiddler => {
                json!({"size": text.len(), "compression": 0, "mimeType": "application/json", "text": text})
            }
            _ => json!({"size": text.len(), "mimeType": "application/json", "text": text}),
        }
    }

    fn entry(self, one: &One) -> Value {
        let token = format!("Bearer {}", one.token);
        let mut request = json!({
            "method": one.method, "url": one.url, "httpVersion": "HTTP/2", "cookies": [], "queryString": [],
            "headersSize": -1, "bodySize": one.body.as_ref().map_or(0, String::len),
            "headers": self.headers(&[("Authorization", &token), ("Content-Type", "application/json")]),
        });
        if let Some(body) = &one.body {
            request["postData"] = match self {
                Self::Firefox => {
                    json!({"mimeType": "application/json", "params": [], "text": body})
                }
                Self::Mitmproxy => {
                    json!({"mimeType": "application/json", "text": body, "params": []})
                }
                _ => json!({"mimeType": "application/json", "text": body}),
            };
        }
        let id = ("request-id", "0b9e1a5e-2c59-4f07-9e1c-2d1b7c0f4e11");
        json!({
            "startedDateTime": self.time(one.second),
            "time": if self == Self::DevProxy { json!(120) } else { json!(120.25) },
            "request": request,
            "response": {
                "status": one.status, "statusText": "", "httpVersion": "HTTP/2", "cookies": [], "redirectURL": "",
                "headersSize": -1, "bodySize": one.answer.len(),
                "headers": self.headers(&[("Content-Type", "application/json"), id]),
                "content": self.content(&one.answer),
            },
            "cache": {}, "timings": {"send": 0, "wait": 120, "receive": 0},
        })
    }

    fn write(self, session: &[One]) -> String {
        let mut entries: Vec<Value> = session.iter().map(|it| self.entry(it)).collect();
        if self == Self::Charles {
            entries.reverse();
        }
        let log = json!({"log": {
            "version": "1.2", "creator": {"name": format!("{self:?}"), "version": "1"}, "entries": entries,
        }});
        match self {
            Self::Fiddler => format!("\u{feff}{log}"),
            Self::DevProxy => serde_json::to_string_pretty(&log).unwrap(),
            Self::Charles => log.to_string().replace('/', "\\/"),
            _ => log.to_string(),
        }
    }
}

fn comes_to(suite: &Suite, text: &str) -> Vec<String> {
    let (gathered, told) = read_har(text, None);
    assert_eq!(told.flaws, Vec::<String>::new());
    let rules = judged(suite, &gathered, &Tenant::default());
    with_verdict(&rules, Verdict::Fail).into_keys().collect()
}

#[test]
fn a_session_comes_to_the_same_in_every_dialect() -> Result<(), String> {
    let suite = suite();
    for (name, session, expected) in sessions() {
        for dialect in DIALECTS {
            let failed = comes_to(&suite, &dialect.write(&session));
            holds(failed == expected, || format!("{name}, by {dialect:?}: {failed:?}"))?;
        }
    }
    Ok(())
}

#[test]
fn a_time_that_cannot_be_read_is_said_once_and_costs_the_repeats_alone() {
    let suite = suite();
    let session = [ask(0, 201, view("p1")), ask(60, 201, view("p2"))];
    let text = Dialect::Chrome.write(&session).replace("2026-09-01T", "yesterday ");
    let (gathered, _) = read_har(&text, None);
    assert_eq!(gathered.untimed, 2);
    let rules = judged(&suite, &gathered, &Tenant::default());
    assert!(with_verdict(&rules, Verdict::Fail).is_empty());
    assert!(with_verdict(&rules, Verdict::Pass).contains_key("PERM-01"), "the rest is judged");
}

#[test]
fn what_was_blanked_out_proves_nothing_and_is_named() {
    let suite = suite();
    let mut session = [ask(0, 201, view("p1")), ask(60, 201, view("p2"))];
    for token in ["[REDACTED]", "********"] {
        session.iter_mut().for_each(|it| it.token = token);
        let (gathered, _) = read_har(&Dialect::Chrome.write(&session), None);
        assert_eq!(gathered.without_application, 2, "{token}");
        let rules = judged(&suite, &gathered, &Tenant::default());
        assert!(with_verdict(&rules, Verdict::Fail).is_empty(), "{token}");
    }
    let mut blanked = view("p1");
    blanked["link"]["webUrl"] = json!("[redacted]");
    let (gathered, told) = read_har(&Dialect::Firefox.write(&[ask(0, 201, blanked)]), None);
    assert_eq!(told.flaws, ["entry 1: the answer's body was blanked out by whoever recorded it"]);
    let rules = judged(&suite, &gathered, &Tenant::default());
    assert!(with_verdict(&rules, Verdict::Fail).is_empty());
}

/// Browsers keep no more than so many bytes of a body; its size tells what there was.
#[test]
fn what_was_kept_in_part_blames_neither_side_and_is_named() {
    let suite = suite();
    for dialect in [Dialect::Firefox, Dialect::Charles] {
        for (part, kept, whose) in
            [("/response/content/text", 60, "answer"), ("/request/postData/text", 12, "request")]
        {
            let text = dialect.write(&[ask(0, 201, view("p1"))]);
            let mut log: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
            let body = log["log"]["entries"][0].pointer_mut(part).unwrap();
            *body = body.as_str().unwrap()[..kept].into();
            let (gathered, told) = read_har(&log.to_string(), None);
            let flaw = format!("entry 1: the {whose}'s body was recorded in part");
            assert_eq!(told.flaws, [flaw], "{dialect:?}");
            let rules = judged(&suite, &gathered, &Tenant::default());
            assert!(with_verdict(&rules, Verdict::Fail).is_empty(), "{dialect:?} {whose}");
        }
    }
    // What ends in the middle and is all there was is still no JSON.
    let mut broken = ask(0, 201, view("p1"));
    broken.answer.truncate(60);
    let failed = comes_to(&suite, &Dialect::Firefox.write(&[broken]));
    assert_eq!(failed, ["RESP-03"]);
}

#[test]
fn a_page_that_names_no_request_is_not_the_services() {
    let suite = suite();
    let text = Dialect::Chrome.write(&[ask(0, 200, json!("page")), ask(60, 201, view("p1"))]);
    let mut log: Value = serde_json::from_str(&text).unwrap();
    let page = &mut log["log"]["entries"][0]["response"];
    let id = page["headers"][2].clone();
    page["content"]["text"] = json!("<html>Sign in to the network</html>");
    page["headers"] = json!([{"name": "Content-Type", "value": "text/html"}]);
    let (gathered, told) = read_har(&log.to_string(), None);
    assert!(told.flaws[0].starts_with("entry 1: the answer is a page"), "{:?}", told.flaws);
    let rules = judged(&suite, &gathered, &Tenant::default());
    assert!(with_verdict(&rules, Verdict::Fail).is_empty());
    // The service itself names the request.
    log["log"]["entries"][0]["response"]["headers"].as_array_mut().unwrap().push(id);
    assert!(comes_to(&suite, &log.to_string()).contains(&"RESP-03".to_owned()));
}

#[test]
fn methods_and_times_are_read_however_somebody_writes_them_down() {
    let suite = suite();
    let session = [ask(0, 201, view("p1")), ask(60, 201, view("p2"))];
    let expected = comes_to(&suite, &Dialect::Chrome.write(&session));
    for seconds in [true, false] {
        let text = Dialect::Chrome.write(&session).replace("\"POST\"", "\"post\"");
        let mut log: Value = serde_json::from_str(&text).unwrap();
        for entry in log["log"]["entries"].as_array_mut().unwrap() {
            let written = entry["startedDateTime"].as_str().unwrap();
            let time: jiff::Timestamp = written.parse().unwrap();
            entry["startedDateTime"] =
                if seconds { time.as_second().into() } else { time.as_millisecond().into() };
        }
        assert_eq!(comes_to(&suite, &log.to_string()), expected, "{log}");
    }
}

#[test]
fn what_changes_an_item_is_seen_however_its_method_is_written() {
    let suite = suite();
    let removal = one(20, "DELETE", ITEM, None, 204, Value::Null);
    let session = [ask(0, 201, view("p1")), removal, ask(60, 201, view("p2"))];
    let text = Dialect::Chrome.write(&session);
    let expected = comes_to(&suite, &text);
    let [first, _, last] = session;
    assert_ne!(comes_to(&suite, &Dialect::Chrome.write(&[first, last])), expected);
    assert_eq!(comes_to(&suite, &text.replace("\"DELETE\"", "\"delete\"")), expected);
}

#[test]
fn what_cannot_be_judged_is_named_with_its_entry() {
    let elsewhere = |url: &str| one(0, "POST", url, Some(json!({"type": "view"})), 201, view("p9"));
    let session = [
        elsewhere("https://api.onedrive.com/v1.0/drive/items/1/action.createLink"),
        elsewhere("/sites/s/lists/l/items/7/createLink"),
        ask(5, 201, view("p1")),
    ];
    let (gathered, _) = read_har(&Dialect::Chrome.write(&session), None);
    assert_eq!(gathered.counts.create_link, 1);
    assert_eq!(
        gathered.named,
        [
            "entry 1 was not looked at: the OneDrive API's action.createLink",
            "entry 2 was not looked at: createLink of a list item, which is another resource",
        ]
    );
}

#[test]
fn what_the_application_may_not_have_meant_is_said_with_its_library() {
    let asked = |version: &str, body: Value| {
        let mut session = [ask(0, 201, view("p1"))];
        session[0].body = Some(body.to_string());
        let text = Dialect::Chrome.write(&session).replace(
            r#"{"name":":authority","value":"graph.microsoft.com"},"#,
            &format!(r#"{{"name":"SdkVersion","value":"{version}"}},"#),
        );
        read_har(&text, None).0.unmeant.sentences()
    };
    let all =
        json!({"type": "view", "retainInheritedPermissions": false, "sendNotification": false});
    let said = asked("graph-dotnet/6.10.0, graph-dotnet-core/4.0.1", all.clone()).join(" ");
    for wanted in
        ["entry 1", "retainInheritedPermissions", "sendNotification", "6.10.0", "unasked", "6.2.0"]
    {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let said = asked("graph-dotnet/5.92.0", all).join(" ");
    assert!(said.contains("does not send it unless"), "{said}");
    assert!(asked("graph-dotnet/6.10.0", json!({"type": "view"})).is_empty());
    assert!(asked("x", json!({"type": "view", "retainInheritedPermissions": true})).is_empty());
}
