//! `judge` of other people's files: what they hold of secrets is in no output, however it is written.

use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

const FORMATS: [&str; 6] = ["json", "junit", "html", "sarif", "markdown", "har"];

/// Header fields that products invented for their keys, and some that nobody has invented yet.
const FIELDS: [&str; 28] = [
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "X-Auth-Token",
    "Ocp-Apim-Subscription-Key",
    "X-MS-TOKEN-AAD-ACCESS-TOKEN",
    "X-MS-TOKEN-AAD-REFRESH-TOKEN",
    "X-MS-CLIENT-PRINCIPAL",
    "X-Api-Key",
    "Api-Key",
    "ApiKey",
    "X-Functions-Key",
    "X-Amz-Security-Token",
    "X-Goog-Api-Key",
    "X-CSRF-Token",
    "X-XSRF-TOKEN",
    "Private-Token",
    "X-Vault-Token",
    "X-Session",
    "X-Session-Id",
    "X-Client-Secret",
    "X-Forwarded-Access-Token",
    "Authentication",
    "X-Custom",
    "Referer",
    "Origin",
    "X-Real-IP",
    "From",
];

const PARAMETERS: [&str; 16] = [
    "access_token",
    "sig",
    "code",
    "token",
    "tempauth",
    "key",
    "api_key",
    "client_secret",
    "password",
    "state",
    "$skiptoken",
    "id_token",
    "assertion",
    "X-Amz-Signature",
    "anything",
    "ACCESS_TOKEN",
];

/// Ways of writing a password down; `%` stands for it.
const WRITTEN: [&str; 34] = [
    r#"{"type":"view","password":"%"}"#,
    r#"{"type":"view","Password":"%"}"#,
    r#"{"type":"view","PASSWORD" : "%"}"#,
    r#"{"type":"view","pass_word":"%"}"#,
    r#"{"type":"view","linkPassword":"%"}"#,
    r#"{"type":"view","p\u0061ssword":"%"}"#,
    r#"{"type":"view","password":["%"]}"#,
    r#"{"type":"view","password":["x","%",{"a":"%"}]}"#,
    r#"{"type":"view","password":{"value":"%"}}"#,
    r#"{"type":"view","password":{"a":{"b":["%"]}},"scope":"anonymous"}"#,
    r#"{"type":"view","link":{"password":"%"}}"#,
    r#"{"type":"view","password":"%"#,
    r#"{"type":"view","password":"%,"scope":"anonymous"}"#,
    r#"{"type":"view","password":'%'}"#,
    r#"{'type':'view','password':'%'}"#,
    r#"{type:"view",password:"%"}"#,
    r#"{type:view,password:%}"#,
    r#"{type=view, password=%}"#,
    r#"{"type":"view","password":%}"#,
    r#"{"type":"view","password"="%"}"#,
    r#"{"type":"view","password"=>"%"}"#,
    r#"{"type":"view","password":"a"%"}"#,
    r#"{"type":"view","password":"%",}"#,
    r#"{"type":"view","password" /* so */ : "%"}"#,
    "type=view&password=%",
    "type=view&Password=%&scope=anonymous",
    "password=%\r\ntype=view",
    "type: view\npassword: %\n",
    "<link><type>view</type><password>%</password></link>",
    "<link type=\"view\" password=\"%\"/>",
    "--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n%\r\n--x--",
    r#""{\"type\":\"view\",\"password\":\"%\"}""#,
    r#"{"body":"{\"type\":\"view\",\"password\":\"%\"}"}"#,
    r#"[{"type":"view","password":"%"}"#,
];

/// No word, and no part of one.
fn canary(number: usize) -> String {
    format!("Kana{number:03}Vogel{number:03}q")
}

fn entry(url: &str, headers: &[(&str, String)], body: &str) -> Value {
    let headers: Vec<Value> =
        headers.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({
        "startedDateTime": "2026-01-01T00:00:00Z", "time": 1,
        "request": {
            "method": "POST", "url": url, "headers": headers,
            "postData": {"mimeType": "application/json", "text": body},
        },
        "response": {
            "status": 400, "headers": [{"name": "content-type", "value": "application/json"}],
            "content": {"text": "{\"error\":{\"code\":\"invalidRequest\",\"message\":\"no\"}}"},
        },
    })
}

/// Everything `judge` writes and says about these entries.
fn told(entries: &[Value]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let har = json!({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries}});
    std::fs::write(folder.path().join("x.har"), har.to_string()).unwrap();
    judged(&folder, "x.har")
}

fn judged(folder: &TempDir, file: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linkspec"));
    command.current_dir(folder.path()).env_clear().args([
        "judge",
        file,
        "-v",
        "--product",
        "business",
    ]);
    for format in FORMATS {
        command.args(["--report", &format!("{format}=out.{format}")]);
    }
    let output = command.output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1 | 4)), "{}", crate::service::text(&output));
    let mut told = crate::service::text(&output);
    for format in FORMATS {
        told.push_str(
            &std::fs::read_to_string(folder.path().join(format!("out.{format}"))).unwrap(),
        );
    }
    told
}

const URL: &str = "https://graph.microsoft.com/v1.0/me/drive/items/1/createLink";

#[test]
fn header_fields_that_are_not_known_to_be_harmless_are_not_shown() {
    let headers: Vec<(&str, String)> =
        FIELDS.iter().enumerate().map(|(number, name)| (*name, canary(number))).collect();
    let mut entries = vec![entry(URL, &headers, r#"{"type":"view"}"#)];
    // The same in an answer.
    let fields: Vec<Value> = FIELDS
        .iter()
        .enumerate()
        .map(|(number, name)| json!({"name": name, "value": canary(number + 100)}))
        .collect();
    entries[0]["response"]["headers"].as_array_mut().unwrap().extend(fields);
    let told = told(&entries);
    for (number, name) in FIELDS.iter().enumerate() {
        assert!(!told.contains(&canary(number)), "{name} of a request");
        assert!(!told.contains(&canary(number + 100)), "{name} of an answer");
    }
    assert!(told.to_lowercase().contains("ocp-apim-subscription-key"), "the names stay");
}

#[test]
fn queries_fragments_and_user_names_of_urls_are_not_shown() {
    let mut urls: Vec<String> = PARAMETERS
        .iter()
        .enumerate()
        .map(|(number, name)| format!("{URL}?$select=id&{name}={}", canary(number)))
        .collect();
    let more = PARAMETERS.len();
    urls.push(format!("{URL}#access_token={}", canary(more)));
    urls.push(format!("{URL}?{}", canary(more + 1)));
    urls.push(URL.replace("://", &format!("://user:{}@", canary(more + 2))));
    urls.push(URL.replace("graph.microsoft.com", &format!("{}@127.0.0.1:8080", canary(more + 3))));
    urls.push(URL.replace("graph.microsoft.com", &format!("a:b@{}@127.0.0.1", canary(more + 4))));
    let entries: Vec<Value> =
        urls.iter().map(|url| entry(url, &[], r#"{"type":"nothing"}"#)).collect();
    let told = told(&entries);
    for (number, url) in urls.iter().enumerate() {
        assert!(!told.contains(&canary(number)), "{url}");
    }
    assert!(told.contains("$select=id"), "what OData knows stays");
}

#[test]
fn a_password_is_not_shown_however_it_is_written() {
    let entries: Vec<Value> = WRITTEN
        .iter()
        .enumerate()
        .map(|(number, written)| {
            let body = written.replace('%', &canary(number));
            let mut entry = entry(&URL.replace("/1/", &format!("/{number}/")), &[], &body);
            // The service repeats what it was sent.
            let echo = json!({"error": {"code": "invalidRequest", "message": format!("not {}", canary(number))}});
            entry["response"]["content"]["text"] = echo.to_string().into();
            entry
        })
        .collect();
    let told = told(&entries);
    let shown: Vec<&str> = WRITTEN
        .iter()
        .enumerate()
        .filter(|(number, _)| told.contains(&canary(*number)))
        .map(|(_, written)| *written)
        .collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

#[test]
fn a_password_that_is_a_number_stays_one_and_is_not_shown() {
    for written in [
        r#"{"password":8675309}"#,
        r#"{"password":[8675309,"x"]}"#,
        r#"{"password": -8675309.5e3}"#,
        "password=8675309",
    ] {
        let told = told(&[entry(URL, &[], written)]);
        assert!(!told.contains("8675309"), "{written}");
    }
}

#[test]
fn no_command_that_is_shown_sends_a_real_token_to_the_host_of_a_file() {
    let entries = [
        entry(
            "https://evil.example/v1.0/me/drive/items/1/createLink",
            &[("Authorization", "Bearer x".into())],
            "{}",
        ),
        entry(
            "-o://evil.example/v1.0/me/drive/items/2/createLink",
            &[("Authorization", "Bearer x".into())],
            "{}",
        ),
    ];
    let told = told(&entries);
    assert!(told.contains("curl "), "{told}");
    assert!(!told.contains("$LINKSPEC_TOKEN"), "{told}");
    for command in told.split("curl ").skip(1) {
        let command = command.split(['<', '\n', '"']).next().unwrap_or_default();
        let is_option = command.contains(" -o://") && !command.contains("--url -o://");
        assert!(!is_option, "{command}");
    }
}
