//! Tests of `redaction`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::*;

fn redactor() -> Redactor {
    Redactor::reproducible()
}

#[test]
fn a_sharing_url_stays_a_url_of_its_kind() {
    let body = r#"{"link": {"webUrl":"https://contoso-my.sharepoint.com/:t:/g/abc?e=1"},}"#;
    let redacted = redactor().body(body);
    assert!(!redacted.contains("contoso") && !redacted.contains("abc"), "{redacted}");
    assert!(redacted.contains("-my.sharepoint.com/redacted-"), "{redacted}");
    assert!(redacted.ends_with("},}"), "syntax stays as it came: {redacted}");
    assert!(redacted.starts_with(r#"{"link": {"webUrl":"https://"#), "{redacted}");
}

#[test]
fn what_is_no_url_does_not_become_one() {
    for wrong in ["/relative/path", "http//x", "ftp:", ""] {
        let redacted = redactor().body(&format!(r#"{{"webUrl":"{wrong}"}}"#));
        let value: serde_json::Value = serde_json::from_str(&redacted).unwrap();
        let url = value["webUrl"].as_str().unwrap();
        assert!(!Url::parse(url).is_ok_and(|it| it.has_host()), "{wrong} became {url}");
        assert_eq!(wrong.is_empty(), url.is_empty());
    }
    let redacted = redactor().body(r#"{"webUrl":"http://1drv.ms/x"}"#);
    assert!(redacted.contains("http://1drv.ms/redacted-"), "{redacted}");
}

#[test]
fn a_share_id_goes_on_encoding_its_url() {
    let url = "https://1drv.ms/t/s!abcdefgh";
    let share = format!("u!{}", URL_SAFE_NO_PAD.encode(url));
    let redacted = redactor().body(&format!(r#"{{"webUrl":"{url}","shareId":"{share}"}}"#));
    let value: serde_json::Value = serde_json::from_str(&redacted).unwrap();
    let encoded = value["shareId"].as_str().unwrap().strip_prefix("u!").unwrap();
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap();
    assert_eq!(decoded, value["webUrl"]);
}

#[test]
fn an_echoed_password_is_seen_as_the_password_sent() {
    let redactor = redactor();
    let request = redactor.request(&Request {
        method: "POST".into(),
        url: "https://graph.microsoft.com/v1.0/me/drive/items/1/createLink".into(),
        headers: vec![("authorization".into(), "Bearer abcdefgh".into())],
        body: Some(r#"{"type":"view","password":"Correct-Horse-1"}"#.into()),
    });
    let members = request.members().unwrap();
    let placeholder = members["password"].as_str().unwrap();
    assert!(placeholder.starts_with("[password "), "{placeholder}");
    assert_eq!(redactor.text("echo: Correct-Horse-1!"), format!("echo: {placeholder}!"));
    let encoded = STANDARD_NO_PAD.encode("xCorrect-Horse-1yy");
    assert!(redactor.text(&encoded).contains(placeholder), "{encoded}");
    assert!(!format!("{request:?}").contains("abcdefgh"));
    assert_eq!(redactor.request(&request), request, "redacting twice is redacting once");
}

#[test]
fn a_password_in_a_url_goes_on_showing_as_the_password_sent() {
    let redactor = redactor();
    redactor.learn("password 1a2b3c4d5e", &Secret::new("Correct-Horse-1"));
    let redacted = redactor.body(r#"{"webUrl":"https://1drv.ms/x?pw=Correct-Horse-1"}"#);
    assert!(redacted.contains("#%5Bpassword%201a2b3c4d5e%5D"), "{redacted}");
    assert!(!redacted.contains("Horse"), "{redacted}");
    assert_eq!(redactor.body(&redacted), redacted, "redacting twice is redacting once");
}

#[test]
fn e_mail_addresses_and_tokens_go() {
    let text =
        redactor().text("ellen@contoso.com and ellen%40contoso.com, eyJhbGciOiJ9x.eyJzdWIi.sig");
    assert!(!text.contains("contoso") && !text.contains("eyJ"), "{text}");
    let marks: Vec<_> = text.matches("[email").collect();
    assert_eq!(marks.len(), 2);
}

/// A redactor of a run against that service root.
fn working_at(root: &str) -> Redactor {
    let redactor = redactor();
    redactor.works_at(&Url::parse(root).unwrap());
    redactor
}

#[test]
fn a_request_that_leaves_the_service_is_recorded_without_its_path_and_query() {
    let redactor = working_at("https://graph.microsoft.com/v1.0");
    for (url, start) in [
        ("https://localhost:8443/dl/SECRET?tempauth=SECRET", "https://localhost:8443/redacted-"),
        ("https://my.files.1drv.com/y4mSECRET/f.txt", "https://redacted-"),
        (
            "https://contoso.sharepoint.com/_layouts/15/download.aspx?tempauth=SECRET",
            "https://redacted-",
        ),
        ("https://login.windows.net/SECRET", "https://login.redacted-"),
        // Another port is another server.
        (
            "https://graph.microsoft.com:444/v1.0/SECRET",
            "https://graph.microsoft.com:444/redacted-",
        ),
    ] {
        let shown = redactor.request_url(url);
        assert!(shown.starts_with(start) && !shown.contains("SECRET"), "{url} is shown as {shown}");
        assert_eq!(redactor.request_url(&shown), shown, "redacting twice is redacting once");
    }
    let own = "https://graph.microsoft.com/v1.0/me/drive/items/1/createLink";
    assert_eq!(redactor.request_url(own), own);
}

#[test]
fn the_service_root_itself_is_no_secret() {
    let root = "http://127.0.0.1:4011/v1.0";
    let redactor = working_at(root);
    assert_eq!(
        redactor.text(&format!("{root} gives no answer")),
        format!("{root} gives no answer")
    );
    assert_eq!(redactor.text(&format!("see {root}/")), format!("see {root}/"));
    assert!(!redactor.text(&format!("{root}/me/x")).contains("/me/x"));
}

#[test]
fn a_relative_location_is_redacted_as_an_absolute_one() {
    let asked = "https://contoso.sharepoint.com/:t:/s/x/SECRET";
    let located = |location: &str| {
        let reply = Reply::Answer(Answer {
            status: 302,
            headers: vec![("location".into(), location.into())],
            body: String::new().into(),
            not_utf8: false,
        });
        let Reply::Answer(answer) = redactor().reply(&reply, asked) else { panic!("an answer") };
        answer.header("location").unwrap().to_owned()
    };
    for relative in
        ["/_layouts/15/guestaccess.aspx/SECRET", "/open/q?share=SECRET", "SECRET", "?SECRET"]
    {
        let shown = located(relative);
        let absolute = Url::parse(asked).unwrap().join(relative).unwrap();
        assert!(!shown.contains("SECRET"), "{relative} is shown as {shown}");
        assert_eq!(shown, located(absolute.as_str()), "{relative}");
    }
    assert_eq!(located(""), "");
    let sign_in = located("/_layouts/15/Authenticate.aspx?Source=SECRET");
    assert!(sign_in.contains("/signin") && !sign_in.contains("SECRET"), "{sign_in}");
    assert_eq!(redactor().text(&sign_in), sign_in, "redacting twice is redacting once");
}

#[test]
fn people_and_tenants_in_addresses_go_however_they_are_written() {
    for text in [
        "HTTPS://contoso.sharepoint.com/:t:/g/abc",
        "contoso.sharepoint.com/:t:/g/abc",
        "see Contoso-My.SharePoint.com/personal/ellen_contoso_com/x",
        "/personal/ellen_contoso_onmicrosoft_com/Documents",
        "ellen_contoso.com#EXT#@other.onmicrosoft.com",
        "onedrive.live.com/?cid=contoso",
    ] {
        let shown = redactor().text(text);
        assert!(
            !shown.to_lowercase().contains("contoso") && !shown.contains("ellen"),
            "{text} is shown as {shown}"
        );
        assert_eq!(redactor().text(&shown), shown, "redacting twice is redacting once");
    }
}

#[test]
fn a_part_of_a_signed_token_is_a_secret_too() {
    let redactor = redactor();
    let signature = "c2lnbmF0dXJlLW9mLWEtdG9rZW4tNDcxMQ";
    redactor.learn(
        "token owner",
        &Secret::new(format!("eyJhbGciOiJub25lIn0.eyJzdWIiOiJlbGxlbiJ9abcdef.{signature}")),
    );
    assert_eq!(redactor.text(&format!("signed {signature}")), "signed [token owner]");
}

#[test]
fn credentials_are_hidden_wherever_they_stand() {
    for text in
        ["Bearer abc1defgh", "he sent bearer\tA.b-c_d1~efgh+/==", "Basic dXNlcjpwYXNzd29yZDE="]
    {
        let shown = redactor().text(text);
        let (_, kept) = text.rsplit_once([' ', '\t']).unwrap();
        assert!(!shown.contains(kept) && shown.contains("[secret "), "{shown}");
    }
    for text in [
        "Bearer realm=\"\", authorization_uri=\"x\"",
        "Bearer authentication is needed",
        "basic authentication",
        "Bearer [token owner]",
    ] {
        assert_eq!(redactor().text(text), text);
    }
}
