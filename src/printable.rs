//! Text of others, made fit to be read: on a terminal, and in the log of a CI system. What a service, a library or a
//! file says goes through here before anybody prints it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text without anything that acts on a terminal, and without a line that a CI system would take for a command.
///
/// Line ends and tabs stay. What is replaced is written as its code, so that a reader sees what was there.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    match for_terminal(text) {
        Cow::Borrowed(text) => for_log(text),
        Cow::Owned(text) => Cow::Owned(for_log(&text).into_owned()),
    }
}

/// Control characters, and those that turn the direction of a text or cannot be seen.
pub(crate) fn is_unprintable(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || matches!(character, '\u{61c}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn for_terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unprintable(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The same for JSON, in whose strings `\u0023` is `#`: nothing of what it says changes.
pub(crate) fn json_for_log(text: &str) -> Cow<'_, str> {
    for_log(text)
}

/// The same for HTML, XML and Markdown.
pub(crate) fn markup_for_log(text: &str) -> Cow<'_, str> {
    defused(text, "&#35;", "&#58;")
}

fn for_log(text: &str) -> Cow<'_, str> {
    defused(text, "\\u0023", "\\u003a")
}

/// Takes the beginning from what GitHub (`::name::` at the start of a line, `##[name]`), Azure (`##vso[name]`, also in
/// the middle of one) and TeamCity (`##teamcity[name]`) take for a command.
fn defused<'t>(text: &'t str, number_sign: &str, colon: &str) -> Cow<'t, str> {
    if !text.contains("::") && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut starts_line = true;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = character.len_utf8();
        if starts_line && rest.starts_with("::") {
            shown.push_str(colon);
        } else if rest.starts_with("##") && is_command(&rest[2..]) {
            shown.push_str(number_sign);
        } else {
            shown.push(character);
        }
        starts_line =
            character == '\n' || character == '\r' || (starts_line && character.is_whitespace());
        rest = &rest[length..];
    }
    Cow::Owned(shown)
}

fn is_command(after: &str) -> bool {
    after
        .trim_start_matches('#')
        .trim_start_matches(|it: char| it.is_ascii_alphanumeric())
        .starts_with('[')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_on_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{9b}\u{202e}\r"), r"a\u{1b}[2Jb\u{9b}\u{202e}\u{d}");
        assert_eq!(printable("a\u{2028}\u{e0041}\u{61c}"), r"a\u{2028}\u{e0041}\u{61c}");
        assert_eq!(printable("t\u{e4}glich\n\t\u{2713}"), "t\u{e4}glich\n\t\u{2713}");
    }

    #[test]
    fn nothing_is_a_command_of_a_ci_system() {
        for command in [
            "::set-output name=x::y",
            "::stop-commands::abc",
            "  ::error::x",
            "\t::add-mask::x",
            "ok\n::warning::x",
            "ok\r\n ::debug::x",
            "##[set-output name=x]y",
            "text ##[error]x",
            "##vso[task.setvariable variable=x]y",
            "in the middle ##vso[task.complete]",
            "###vso[task.complete]",
            "##VSO[task.complete]",
            "##teamcity[buildStop]",
        ] {
            for shown in [printable(command), json_for_log(command), markup_for_log(command)] {
                let starts = shown.lines().any(|line| line.trim_start().starts_with("::"));
                let lower = shown.to_lowercase();
                let holds = ["##[", "##vso[", "##teamcity["].iter().any(|it| lower.contains(it));
                assert!(!starts && !holds, "{command} becomes {shown}");
            }
        }
        for harmless in ["a::b", "std::fmt", "## Heading", "#1 ##", "x: [y]", "::"] {
            let shown = printable(harmless);
            assert!(shown == harmless || harmless == "::", "{harmless} becomes {shown}");
        }
        assert_eq!(printable("::x"), "\\u003a:x");
    }
}
