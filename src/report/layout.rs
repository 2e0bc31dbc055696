//! Breaking text into lines of a width.

/// Breaks JSON into lines for reading, token by token as it came.
///
/// The text is not parsed and written again: a member written twice, a comma too many or an odd escape may be
/// the very thing a rule is broken by, so only the white space between tokens changes. Text that is no JSON
/// is given back as it is.
pub(super) fn layout(text: &str) -> String {
    let trimmed = text.trim();
    if !(trimmed.starts_with('{') || trimmed.starts_with('[')) || trimmed.contains('\n') {
        return text.to_owned();
    }
    let mut lines = String::with_capacity(trimmed.len() * 2);
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut characters = trimmed.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            lines.push(character);
            in_string = escaped || character != '"';
            escaped = character == '\\' && !escaped;
            continue;
        }
        match character {
            '"' => {
                in_string = true;
                lines.push(character);
            }
            '{' | '[' => {
                lines.push(character);
                while characters.next_if(|it| it.is_whitespace()).is_some() {}
                if let Some(close) = characters.next_if(|it| matches!(it, '}' | ']')) {
                    lines.push(close);
                } else {
                    depth += 1;
                    new_line(&mut lines, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut lines, depth);
                lines.push(character);
            }
            ',' => {
                lines.push(character);
                while characters.next_if(|it| it.is_whitespace()).is_some() {}
                // A closing bracket starts its own line; a comma too many stays visible before it.
                if !matches!(characters.peek(), Some('}' | ']') | None) {
                    new_line(&mut lines, depth);
                }
            }
            ':' => {
                lines.push_str(": ");
                while characters.next_if(|it| it.is_whitespace()).is_some() {}
            }
            other if other.is_whitespace() => {}
            other => lines.push(other),
        }
    }
    lines
}

/// Nested brackets beyond this are not indented further: a body may be nothing but brackets.
const DEEPEST: usize = 16;

fn new_line(lines: &mut String, depth: usize) {
    lines.push('\n');
    lines.extend(std::iter::repeat_n("  ", depth.min(DEEPEST)));
}

/// The first `limit` lines, each cut at `width` characters, with a last line that says what is left out.
pub(super) fn cut(text: &str, limit: usize, width: usize) -> String {
    let mut shown = String::new();
    let total = text.lines().count();
    for (index, line) in text.lines().take(limit).enumerate() {
        if index > 0 {
            shown.push('\n');
        }
        match line.char_indices().nth(width) {
            Some((at, _)) => {
                let left_out = line[at..].chars().count();
                shown.push_str(&line[..at]);
                shown.push_str(&format!(" ... ({left_out} more characters)"));
            }
            None => shown.push_str(line),
        }
    }
    if total > limit {
        shown.push_str(&format!("\n... ({} more lines)", total - limit));
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{cut, layout};

    #[test]
    fn what_is_wrong_stays_visible() {
        assert_eq!(
            layout(r#"{"a":[1, {}],"a":"x\",{",}"#),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"a\": \"x\\\",{\",\n}"
        );
        assert_eq!(layout("<html>, {}"), "<html>, {}");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(cut("abc\nd\ne", 2, 2), "ab ... (1 more characters)\nd\n... (1 more lines)");
        assert_eq!(cut("abc", 2, 3), "abc");
    }

    proptest! {
        #[test]
        fn valid_json_keeps_its_value(text in r#"\{"k[a-z\\\\"]{0,3}":(\[[0-9](, ?[0-9]){0,3}\]|"[ ,:{}a]{0,5}"|true)\}"#) {
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                let again: serde_json::Value = serde_json::from_str(&layout(&text)).unwrap();
                prop_assert_eq!(value, again);
            }
        }

        #[test]
        fn nothing_but_white_space_changes(text in r#"[\[{][\[\]{},: "\\a1é]{0,40}"#) {
            let bare = |text: &str| text.chars().filter(|it| !it.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&text), bare(&layout(&text)));
        }
    }
}
