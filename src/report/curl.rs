//! What went over the wire, as a line for a shell.

use std::fmt::Write as _;

use url::Url;

use super::wording::is_unprintable;
use crate::graph::{Exchange, Identity};

/// What went over the wire, as a line for a POSIX shell.
///
/// The token is taken from the variable linkspec itself reads, and only where the request went to `home`, the
/// service that was judged: a line that is pasted must not carry a tenant's token to anybody else. Every other
/// placeholder stays as it is; the item is one the run made, and has removed since.
pub fn curl(exchange: &Exchange, home: Option<&str>) -> String {
    let is_home = home.is_some_and(|home| same_origin(home, &exchange.request.url));
    let request = &exchange.request;
    let mut line = String::from("curl -sS -i");
    if request.url.contains(['[', ']', '{', '}']) {
        // Placeholders have brackets, which curl would read as a pattern.
        line.push_str(" --globoff");
    }
    match request.method.as_str() {
        "GET" if request.body.is_none() => {}
        "HEAD" => line.push_str(" --head"),
        method => {
            line.push_str(" --request ");
            line.push_str(&quote(method));
        }
    }
    line.push(' ');
    if request.url.starts_with('-') {
        // It would be taken for an option.
        line.push_str("--url ");
    }
    line.push_str(&quote(&request.url));
    let mut names_content_type = false;
    for (name, value) in &request.headers {
        names_content_type |= name.eq_ignore_ascii_case("content-type");
        if let Some(argument) = header(exchange.identity, is_home, name, value) {
            line.push_str(" --header ");
            line.push_str(&argument);
        }
    }
    if let Some(body) = &request.body {
        if !names_content_type {
            // Left alone, curl would call the body a form.
            line.push_str(" --header 'content-type:'");
        }
        // Not --data: a body that begins with @ is no file name.
        line.push_str(" --data-raw ");
        line.push_str(&quote(body));
    }
    line
}

/// Whether two addresses are of one scheme, host and port.
fn same_origin(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => {
            one.scheme() == other.scheme()
                && one.host_str() == other.host_str()
                && one.port_or_known_default() == other.port_or_known_default()
        }
        _ => false,
    }
}

fn header(identity: Identity, is_home: bool, name: &str, value: &str) -> Option<String> {
    // curl sets these itself, from what it really sends.
    const OWN: [&str; 6] =
        ["accept-encoding", "connection", "host", "transfer-encoding", "user-agent", "accept"];
    if OWN.iter().any(|own| name.eq_ignore_ascii_case(own))
        || (name.eq_ignore_ascii_case("content-length") && value != "0")
    {
        return None;
    }
    if name.eq_ignore_ascii_case("authorization") {
        return Some(match identity.token_variable() {
            Some(variable) if is_home => format!("\"authorization: Bearer ${variable}\""),
            Some(_) => "'authorization: Bearer TOKEN'".to_owned(),
            None => "'authorization: Bearer invalid'".to_owned(),
        });
    }
    Some(if value.is_empty() {
        quote(&format!("{name};"))
    } else {
        quote(&format!("{name}: {value}"))
    })
}

/// One word for a POSIX shell.
///
/// Control characters are written as octal escapes that `printf` turns back: pasted raw they would act on the
/// terminal. NUL cannot be an argument of any program and is left out.
pub fn quote(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:=,@%+".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    if !text.chars().any(is_unprintable) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    // A command substitution loses its last line ends, so they follow it.
    let body = text.trim_end_matches('\n');
    let mut format = String::new();
    for character in body.chars() {
        match character {
            '\0' => {}
            '\\' => format.push_str(r"\\"),
            '%' => format.push_str("%%"),
            '\'' => format.push_str(r"'\''"),
            other if is_unprintable(other) => {
                let mut bytes = [0; 4];
                for byte in other.encode_utf8(&mut bytes).bytes() {
                    // Writing to a String cannot fail.
                    let _ = write!(format, "\\{byte:03o}");
                }
            }
            other => format.push(other),
        }
    }
    let ends = &text[body.len()..];
    let ends = if ends.is_empty() { String::new() } else { format!("'{ends}'") };
    // A format that begins with "-" would be read as an option.
    format!("\"$(printf -- '{format}')\"{ends}")
}
