//! Text written by others (a command's stderr, an authority's error description) made fit for a message.

use crate::graph::{Redactor, Secret};

/// A run of this many letters and digits is taken for a secret or an id.
const SECRET_LENGTH: usize = 20;
/// Characters of a foreign text that are shown.
const SHOWN: usize = 300;

/// Takes out everything that is known to be secret, everything that looks secret, and all control
/// characters; what is left is cut to a length that fits a message.
pub(super) fn clean(text: &str, known: &[&Secret]) -> String {
    let redactor = Redactor::new();
    for secret in known {
        redactor.learn("secret", secret);
    }
    let text: String = text
        .chars()
        .map(|it| if it.is_control() || it.is_whitespace() { ' ' } else { it })
        .filter(|it| !is_invisible(*it))
        .collect();
    let text = mask(&redactor.text(&text));
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().count() <= SHOWN {
        return text;
    }
    let mut cut: String = text.chars().take(SHOWN).collect();
    cut.push_str(" ...");
    cut
}

/// The end of a text, which is where programs say what went wrong.
pub(super) fn clean_tail(text: &str, known: &[&Secret]) -> String {
    let lines: Vec<&str> = text.lines().filter(|it| !it.trim().is_empty()).collect();
    clean(&lines[lines.len().saturating_sub(3)..].join(" "), known)
}

/// Characters that turn the direction of a text or cannot be seen.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Long runs that mix letters and digits are secrets or ids more often than words.
fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_secret_character) {
        let (before, from) = rest.split_at(start);
        let (run, after) =
            from.split_at(from.find(|it| !is_secret_character(it)).unwrap_or(from.len()));
        masked.push_str(before);
        let has = |test: fn(&char) -> bool| run.chars().any(|it| test(&it));
        // A JSON Web Token, or the beginning of one, is known by its first letters.
        let secret = run.starts_with("eyJ")
            || (run.len() >= SECRET_LENGTH
                && has(char::is_ascii_digit)
                && has(char::is_ascii_alphabetic));
        masked.push_str(if secret { "[redacted]" } else { run });
        rest = after;
    }
    masked.push_str(rest);
    masked
}

fn is_secret_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_.~+=".contains(character)
}

/// The program or file, quoted and free of control characters.
pub(super) fn quoted(name: &str) -> String {
    let name: String = name.chars().filter(|it| !it.is_control() && !is_invisible(*it)).collect();
    format!("\"{name}\"")
}

/// A code from a protocol: lower-case letters and underscores, nothing else.
pub(super) fn code(text: &str) -> String {
    let plain = !text.is_empty()
        && text.len() <= 40
        && text.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    if plain { text.to_owned() } else { "an unknown error".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_known_and_unknown_are_taken_out() {
        let known = Secret::new("hunter-two");
        let cleaned = clean(
            "AADSTS7000215: wrong secret hunter-two for app 5f3c0c11-7d0b-4b1e-9a51-2f6d8a3e1c01\n\
             of ellen@contoso.com \u{1b}[31m Xyz8Q~0123456789abcdefghijklmnop \u{202e}eyJhbGciOi.eyJz.x",
            &[&known],
        );
        for secret in
            ["hunter-two", "5f3c0c11", "contoso", "0123456789", "eyJ", "\u{1b}", "\u{202e}"]
        {
            assert!(!cleaned.contains(secret), "{secret} in {cleaned}");
        }
        assert!(cleaned.starts_with("AADSTS7000215: wrong secret [secret] for app"), "{cleaned}");
        assert_eq!(clean("No such file or directory (os error 2)", &[]).len(), 38);
    }

    #[test]
    fn long_texts_are_cut_and_tails_kept() {
        assert!(clean(&"word ".repeat(1000), &[]).len() < 310);
        assert_eq!(clean_tail("a\nb\n\nc\nd\n", &[]), "b c d");
        assert_eq!(clean_tail("", &[]), "");
    }

    #[test]
    fn codes_are_words() {
        assert_eq!(code("invalid_client"), "invalid_client");
        assert_eq!(code("eyJ secret"), "an unknown error");
    }
}
