//! The line that reproduces an exchange, read by a real shell.

use std::process::Command;

use linkspec::report::{curl, quote};
use proptest::prelude::*;

use super::fixture;

/// What a shell makes of a line: the arguments, one a line, each in brackets.
fn arguments(line: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let script = format!("curl() {{ printf '<%s>\\0' \"$@\"; }}; {line}");
    let output =
        Command::new("sh").arg("-c").arg(script).envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0')
        .map(|it| it.strip_prefix('<').unwrap().strip_suffix('>').unwrap().to_owned())
        .collect()
}

#[test]
fn the_line_sends_what_was_sent() {
    let unkind = fixture::unkind();
    let line = curl(&unkind.exchange, Some("https://graph.microsoft.com/v1.0"));
    let arguments = arguments(&line, &[("LINKSPEC_TOKEN_SECOND_APP", "tok en")]);
    assert_eq!(arguments.last().map(String::as_str), unkind.exchange.request.body.as_deref());
    assert!(arguments.contains(&"authorization: Bearer tok en".to_owned()), "{arguments:?}");
    assert!(arguments.contains(&"content-type: application/json".to_owned()), "{arguments:?}");
    assert!(arguments.contains(&unkind.exchange.request.url), "{arguments:?}");
    assert!(arguments.contains(&"--globoff".to_owned()), "placeholders are no pattern: {line}");
    assert!(!line.contains("0a1b2c"), "{line}");
}

#[test]
fn a_body_is_neither_a_file_nor_a_form() {
    let mut exchange = fixture::exchange(1, linkspec::graph::Product::Personal, 201).exchange;
    exchange.request.body = Some("@/etc/passwd".into());
    exchange.request.headers.clear();
    let arguments = arguments(&curl(&exchange, Some("https://graph.microsoft.com/v1.0")), &[]);
    assert!(arguments.ends_with(&[
        "--header".to_owned(),
        "content-type:".to_owned(),
        "--data-raw".to_owned(),
        "@/etc/passwd".to_owned()
    ]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_one_word(text in any::<String>()) {
        let text = text.replace('\0', "");
        prop_assert_eq!(arguments(&format!("curl {}", quote(&text)), &[]), [text]);
    }

    #[test]
    fn unkind_text_is_one_word(text in "[-'\"\\\\$`!%@\n\t\r\u{1b}\u{202e} a\u{e9}]{0,12}") {
        let quoted = quote(&text);
        let raw = quoted.contains(['\u{1b}', '\r', '\u{202e}']);
        prop_assert!(!raw, "pasted raw, it would act on the terminal");
        prop_assert_eq!(arguments(&format!("curl {quoted}"), &[]), [text]);
    }
}
