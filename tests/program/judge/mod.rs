//! `linkspec judge`, end to end: files in, report and exit code out.

mod canaries;
mod own;
mod repeats;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use serde_json::{Value, json};

const ROOT: &str = "https://graph.microsoft.com/v1.0";
const TOKEN: &str = "Bearer canary-token-4711";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Judges the file and gives the report with everything that was printed.
    fn judge(&self, path: &Path, options: &[&str]) -> (Output, Value) {
        let report = self.0.path().join("report.json");
        let _ = std::fs::remove_file(&report);
        let output = Command::new(env!("CARGO_BIN_EXE_linkspec"))
            .arg("judge")
            .arg(path)
            .args(options)
            .arg(format!("--report=json={}", report.display()))
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let report = std::fs::read_to_string(&report)
            .map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        (output, report)
    }
}

fn har(entries: &[Value]) -> String {
    json!({"log": {
        "version": "1.2",
        "creator": {"name": "WebInspector", "version": "537.36"},
        "pages": [{"entries": "not these"}],
        "entries": entries,
    }})
    .to_string()
}

fn entry(second: usize, method: &str, url: &str, status: u16, answer: &str) -> Value {
    json!({
        "startedDateTime": format!("2026-01-01T10:{:02}:{:02}.000Z", second / 60, second % 60),
        "time": 12.5,
        "request": {
            "method": method,
            "url": url,
            "headers": [
                {"name": ":authority", "value": "graph.microsoft.com"},
                {"name": "Authorization", "value": TOKEN},
                {"name": "Content-Type", "value": "application/json"},
            ],
        },
        "response": {
            "status": status,
            "headers": [
                {"name": "Content-Type", "value": "application/json"},
                {"name": "request-id", "value": "0b9e1a5e-2c59-4f07-9e1c-2d1b7c0f4e11"},
            ],
            "content": {"size": answer.len(), "mimeType": "application/json", "text": answer},
        },
    })
}

fn create_link(second: usize, item: &str, status: u16, answer: &str) -> Value {
    let url = format!("{ROOT}/drives/b!canary-drive-0815/items/{item}/createLink");
    let mut entry = entry(second, "POST", &url, status, answer);
    entry["request"]["postData"] = json!({
        "mimeType": "application/json",
        "text": r#"{"type":"view","scope":"organization"}"#,
    });
    entry
}

fn permission(id: &str) -> String {
    permission_at("canary-tenant-my.sharepoint.com", id)
}

fn permission_at(host: &str, id: &str) -> String {
    json!({
        "id": id,
        "roles": ["read"],
        "link": {"type": "view", "scope": "organization", "webUrl": format!("https://{host}/:t:/g/{id}")},
    })
    .to_string()
}

fn verdict<'r>(report: &'r Value, id: &str) -> &'r str {
    let rules = report["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == id);
    rule.map_or("absent", |rule| rule["verdict"].as_str().unwrap())
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn nothing_secret_leaves() {
    let folder = Folder::new();
    let mut with_password = create_link(5, "01C", 201, &permission("p4"));
    with_password["request"]["postData"]["text"] =
        r#"{"type":"view","password":"canary-Password-1"}"#.into();
    let by_path =
        format!("{ROOT}/users/canary%40contoso.com/drive/root:/canary%20plan.docx:/createLink");
    let path = folder.write(
        "secret.har",
        &har(&[
            create_link(1, "01A", 201, &permission("p1")),
            create_link(2, "01A", 201, &permission("p2")),
            entry(3, "POST", &by_path, 201, &permission("p3")),
            with_password,
        ]),
    );
    let har_again = folder.0.path().join("again.har");
    let option = format!("--report=har={}", har_again.display());
    let (output, report) = folder.judge(&path, &["--verbose", &option]);
    let written = std::fs::read_to_string(&har_again).unwrap();
    for text in [
        report.to_string(),
        written,
        String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr(&output),
    ] {
        assert!(!text.to_lowercase().contains("canary"), "{text}");
    }
    let (output, again) = folder.judge(&har_again, &[]);
    assert_eq!(output.status.code(), Some(1), "what was written is judged the same");
    assert_eq!(verdict(&again, "IDEM-03"), "fail");
}

#[test]
fn damaged_entries_are_named_and_the_others_judged() {
    let folder = Folder::new();
    let mut missing = create_link(2, "01B", 201, "x");
    missing["response"]["content"].as_object_mut().unwrap().remove("text");
    let mut packed = create_link(3, "01A", 200, "");
    let encoded = base64::engine::general_purpose::STANDARD.encode(permission("p1"));
    packed["response"]["content"] = json!({"size": 9, "text": encoded, "encoding": "base64"});
    let mut broken = create_link(4, "01C", 201, "");
    broken["response"]["content"] = json!({"size": 9, "text": "%%%", "encoding": "base64"});
    let odd = json!({"request": {"method": "POST", "url": 7, "comment": "createLink"}});
    let batch = entry(6, "POST", &format!("{ROOT}/$batch"), 200, "items/1/createLink");
    let entries =
        [create_link(1, "01A", 201, &permission("p1")), missing, packed, broken, odd, batch];
    let whole = har(&entries);
    let end = whole.rfind("$batch").unwrap();
    let path = folder.write("damaged.har", &whole[..end]);
    let (output, report) = folder.judge(&path, &[]);
    assert_eq!(verdict(&report, "IDEM-02"), "pass", "base64 is read: {}", stderr(&output));
    let remarks = report["remarks"].to_string();
    for wanted in [
        "entry 2: the answer's body was not recorded",
        "entry 4: the answer's body is no valid base64",
        "entry 5: no valid HAR entry",
        "entry 6: the file breaks off in the middle of it",
    ] {
        assert!(remarks.contains(wanted), "{wanted}: {remarks}");
    }
    let path = folder.write("batch.har", &whole);
    let (_, report) = folder.judge(&path, &[]);
    assert!(
        report["remarks"].to_string().contains("entry 6 was not looked at: a $batch request"),
        "{report:#}"
    );
}

#[test]
fn the_product_is_read_or_asked_for() {
    let folder = Folder::new();
    let unknown = permission_at("links.example.com", "p1");
    let entries = [create_link(1, "01A", 201, &unknown)];
    let path = folder.write("unknown.har", &har(&entries));
    let (_, report) = folder.judge(&path, &[]);
    assert!(report["remarks"].to_string().contains("--product"), "{report:#}");
    let (_, report) = folder.judge(&path, &["--product", "personal"]);
    assert_eq!(report["target"]["product"], "personal");
    let drive =
        entry(0, "GET", &format!("{ROOT}/me/drive"), 200, r#"{"driveType":"documentLibrary"}"#);
    let path = folder.write("library.har", &har(&[drive, entries[0].clone()]));
    let (_, report) = folder.judge(&path, &[]);
    assert_eq!(report["target"]["product"], "sharepoint");
}

#[test]
fn a_rare_one_among_many_alike_is_found() {
    let folder = Folder::new();
    let mut entries: Vec<Value> = (0..1500)
        .map(|index| {
            create_link(index, &format!("01A{index}"), 201, &permission(&format!("p{index}")))
        })
        .collect();
    entries.push(create_link(1501, "01A1499", 200, &permission("another")));
    let path = folder.write("many.har", &har(&entries));
    let (output, report) = folder.judge(&path, &[]);
    assert_eq!(report["requests"]["create_link"], 1501);
    assert_eq!(verdict(&report, "IDEM-03"), "fail", "{}", stderr(&output));
}

#[test]
fn the_bound_of_what_is_kept_is_said() {
    let folder = Folder::new();
    let long = "x".repeat(40_000);
    let answer = permission("p1").replace("view", &format!("view\",\"more\":\"{long}"));
    let entries: Vec<Value> =
        (0..900).map(|index| create_link(index, &format!("01A{index}"), 201, &answer)).collect();
    let path = folder.write("long.har", &har(&entries));
    let (output, report) = folder.judge(&path, &[]);
    assert_eq!(report["requests"]["create_link"], 900, "{}", stderr(&output));
    let remarks = report["remarks"].to_string();
    assert!(remarks.contains("of 900 createLink exchanges are judged"), "{remarks}");
}

#[test]
fn a_report_grows_with_what_was_exchanged_and_not_with_its_square() {
    let folder = Folder::new();
    let formats = ["json", "har", "html"];
    let lengths = |count: usize| -> Vec<u64> {
        let entries: Vec<Value> = (0..count)
            .map(|index| create_link(index, "01A", 201, &permission(&format!("p{index}"))))
            .collect();
        let path = folder.write("one-item.har", &har(&entries));
        let reports = formats.map(|it| format!("--report={it}={}.{it}", path.display()));
        let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
        folder.judge(&path, &reports);
        let file = |format: &str| format!("{}.{format}", path.display());
        formats.iter().map(|it| std::fs::metadata(file(it)).unwrap().len()).collect()
    };
    let (few, many) = (lengths(60), lengths(240));
    for ((format, few), many) in formats.iter().zip(few).zip(many) {
        assert!(many < few * 5, "{format}: {few} bytes, then {many}");
    }
}

#[test]
fn a_client_whose_every_call_is_refused_does_not_end_green() {
    let folder = Folder::new();
    let refused = r#"{"error":{"code":"accessDenied","message":"no"}}"#;
    let entries: Vec<Value> =
        (0..12).map(|index| create_link(index, "01A", 403, refused)).collect();
    let path = folder.write("refused.har", &har(&entries));
    let (output, report) = folder.judge(&path, &["--product", "business"]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
    assert_eq!(output.status.code(), Some(4), "{printed}");
    assert!(printed.contains("0 of 12 createLink calls were granted"), "{printed}");
    assert_eq!(verdict(&report, "ERR-01"), "pass", "what the refusals say is judged");
    let colon = format!("{ROOT}/me/drive/items/01A:/createLink");
    let path = folder.write("colon.har", &har(&[entry(0, "POST", &colon, 400, refused)]));
    let (output, report) = folder.judge(&path, &["--product", "business"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(verdict(&report, "SDK-01"), "fail");
}

#[test]
fn what_is_not_looked_at_is_named_and_nothing_untrue_is_said() {
    let folder = Folder::new();
    let url = "https://api.onedrive.com/v1.0/drive/items/1/action.createLink";
    let path = folder.write("old.har", &har(&[entry(0, "POST", url, 200, &permission("p1"))]));
    let (output, _) = folder.judge(&path, &[]);
    let printed = stderr(&output);
    assert_eq!(output.status.code(), Some(4), "{printed}");
    assert!(printed.contains("entry 1 was not looked at: the OneDrive API's"), "{printed}");
    assert!(printed.contains("no createLink request that can be judged"), "{printed}");
}

#[test]
fn what_is_no_recording_is_refused_with_what_to_do() {
    let folder = Folder::new();
    let other = har(&[entry(0, "GET", "https://example.com/", 200, "")]);
    let cases = [
        ("plain.txt", "hello", 2, "is not JSON"),
        ("list.json", "[]", 2, "is no JSON object"),
        ("empty.har", "", 2, "is empty"),
        ("other.json", r#"{"a":[1]}"#, 2, "no HAR"),
        ("cut.json", r#"{"a":[1"#, 2, "not JSON"),
        ("packed.har", "\u{1f}\u{8b}x", 2, "JSON"),
        ("without.har", other.as_str(), 4, "no createLink"),
        ("bad.ndjson", r#"{"run":{}}"#, 2, "line 1"),
    ];
    for (name, text, code, message) in cases {
        let path = folder.write(name, text);
        let (output, _) = folder.judge(&path, &[]);
        let printed = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
        assert!(printed.contains(message) && printed.contains("hint:"), "{name}: {printed}");
    }
    let (output, _) = folder.judge(Path::new("missing.har"), &[]);
    assert_eq!(output.status.code(), Some(2));
    let path = folder.write("ok.har", &other);
    let (output, _) = folder.judge(&path, &["--product", "busines"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("business"));
}

#[test]
fn a_known_failure_does_not_turn_the_exit_code_and_an_old_entry_does() {
    let folder = Folder::new();
    let path = folder.write(
        "deviating.har",
        &har(&[
            create_link(1, "01A", 201, &permission("p1")),
            create_link(2, "01A", 201, &permission("p2")),
        ]),
    );
    let entry = |rule: &str| {
        format!(
            "[[known]]\nrule = \"{rule}\"\nproduct = \"business\"\nverdict = \"fail\"\n\
             reason = \"being fixed\"\nurl = \"https://example.com/1\"\nexpires = 2999-01-01\n"
        )
    };
    let judged = |rules: &[&str]| {
        let text: String = rules.iter().map(|rule| entry(rule)).collect();
        let known = folder.write("known.toml", &text);
        folder.judge(&path, &["--known", &known.display().to_string()])
    };
    let (output, report) = judged(&["IDEM-02", "IDEM-03", "IDEM-04"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(verdict(&report, "IDEM-03"), "fail", "it is still told");
    let (output, _) = judged(&["IDEM-02", "IDEM-03"]);
    assert_eq!(output.status.code(), Some(1), "IDEM-04 is not listed");
    let (output, report) = judged(&["IDEM-02", "IDEM-03", "IDEM-04", "PERM-01"]);
    assert_eq!(output.status.code(), Some(1), "PERM-01 holds: its entry is out of date");
    assert_eq!(report["stale"][0]["id"], "PERM-01");
    let (output, _) = judged(&["IDEM-99"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("known.toml:2:8"), "{}", stderr(&output));
}

#[test]
fn a_rule_that_exchanges_do_not_tell_is_refused() {
    let folder = Folder::new();
    let path = folder.write("one.har", &har(&[create_link(0, "01A", 201, &permission("p1"))]));
    for (options, code, said) in [
        (&["--rule", "SDK-18"][..], 2, "linkspec run --sdk"),
        (&["--rule", "TYPE-01,PERM-01"], 2, "TYPE-01 needs a story"),
        (&["--tags", "@TYPE-01"], 4, "no selected rule"),
    ] {
        let (output, _) = folder.judge(&path, options);
        assert_eq!(output.status.code(), Some(code), "{options:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(said), "{options:?}: {}", stderr(&output));
    }
}

#[test]
fn odd_values_where_no_rule_looks_cost_no_exchange() {
    let folder = Folder::new();
    let mut odd = create_link(0, "01A", 201, &permission("p1"));
    odd["time"] = json!("12 ms");
    odd["request"]["bodySize"] = json!(1e22);
    odd["response"]["status"] = json!(201.0);
    odd["response"]["content"]["size"] = Value::Null;
    odd["request"]["headers"].as_array_mut().unwrap().push(json!({"name": "x", "value": null}));
    let mut bare = create_link(1, "01B", 201, &permission("p2"));
    bare["response"]["headers"] = json!([]);
    bare["response"]["content"]["mimeType"] = json!("application/json");
    let path = folder.write("odd.har", &har(&[odd, bare]));
    let (output, report) = folder.judge(&path, &["--product", "business"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(report["requests"]["create_link"], 2, "{report}");
    assert_eq!((verdict(&report, "PERM-01"), verdict(&report, "RESP-02")), ("pass", "pass"));
}

#[test]
fn bodies_that_are_missing_are_named_and_not_taken_for_empty_ones() {
    let folder = Folder::new();
    let no_question = |second: usize, size: Option<i64>| {
        let mut entry = create_link(second, "01A", 201, &permission("p1"));
        entry["request"].as_object_mut().unwrap().remove("postData");
        entry["request"]["bodySize"] = size.map_or(Value::Null, Value::from);
        entry
    };
    let mut beside = create_link(3, "01B", 201, "");
    beside["response"]["content"] = json!({"size": 300, "_file": "answer.json"});
    let mut nothing = create_link(4, "01C", 0, "");
    nothing["response"]["status"] = 0.into();
    nothing["response"]["_error"] = "net::ERR_CONNECTION_RESET".into();
    let mut unanswered = create_link(5, "01D", 201, "");
    unanswered.as_object_mut().unwrap().remove("response");
    let whole = create_link(6, "01E", 201, &permission("p2"));
    let entries =
        [no_question(1, Some(38)), no_question(2, None), beside, nothing, unanswered, whole];
    let path = folder.write("missing.har", &har(&entries));
    let (output, report) = folder.judge(&path, &[]);
    assert_eq!(report["requests"]["create_link"], 6, "{}", stderr(&output));
    let remarks = report["remarks"].to_string();
    for wanted in [
        "entry 1: the request's body was not recorded",
        "entry 3: the answer's body stands in a file beside the HAR",
        "entry 5: the answer was not recorded",
    ] {
        assert!(remarks.contains(wanted), "{wanted}: {remarks}");
    }
    assert_eq!(verdict(&report, "PERM-01"), "pass", "what is whole is judged");
}

#[test]
fn what_leads_to_a_container_is_named_and_not_judged() {
    let folder = Folder::new();
    let create = |url: &str, web_url: &str| {
        let answer = format!(
            r#"{{"id":"p","roles":["write"],"link":{{"type":"view","scope":"users","webUrl":"{web_url}"}}}}"#
        );
        let mut made = entry(1, "POST", url, 201, &answer);
        made["request"]["postData"] =
            json!({"mimeType": "application/json", "text": r#"{"type":"view","scope":"users"}"#});
        made
    };
    let library = "https://contoso.sharepoint.com/:w:/s/team/Eab";
    let drive =
        entry(0, "GET", &format!("{ROOT}/drives/b!x"), 200, r#"{"id":"b!x","driveType":"other"}"#);
    let item = entry(
        2,
        "GET",
        &format!("{ROOT}/drives/b!X/items/1"),
        200,
        r#"{"id":"1","parentReference":{"driveId":"b!x"},"webUrl":"https://contoso.sharepoint.com/contentstorage/CSP_1/a.txt"}"#,
    );
    let by_id = format!("{ROOT}/drives/b%21x/items/1/createLink");
    for entries in [
        vec![create(
            &format!("{ROOT}/storage/fileStorage/containers/b!x/drive/items/1/createLink"),
            library,
        )],
        vec![create(&by_id, "https://contoso.sharepoint.com/:w:/g/contentstorage/CSP_1/Eab")],
        vec![drive, create(&by_id, library)],
        vec![create(&by_id, library), item],
    ] {
        let alone = folder.write("alone.har", &har(&entries));
        let (output, _) = folder.judge(&alone, &[]);
        let shown = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{shown}");
        assert!(shown.contains("SharePoint Embedded is out of scope"), "{shown}");
        // Beside a link that is judged: the view link that writes is told of the library alone.
        let mut both = entries.clone();
        both.push(create(&format!("{ROOT}/drives/b!y/items/2/createLink"), library));
        let (output, report) = folder.judge(&folder.write("both.har", &har(&both)), &[]);
        assert_eq!(output.status.code(), Some(1), "{report:#}");
        assert_eq!(report["requests"]["create_link"], 1, "{report:#}");
        let remarks = report["remarks"].to_string();
        assert!(
            remarks.contains("was not looked at: SharePoint Embedded is out of scope"),
            "{remarks}"
        );
    }
}
