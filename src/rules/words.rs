//! The words of a text, without what changes no meaning: markup, letter case, apostrophes, contractions, and the
//! punctuation around a word. Quotations are compared by these words, and a page is known by their hashes alone.

use std::fmt::Write as _;

use ring::digest;

/// Contractions of "not" that are more than a word and "n't".
const IRREGULAR: [(&str, &str); 3] = [("can't", "can"), ("won't", "will"), ("shan't", "shall")];

/// Endings that stand for a word of their own.
const ENDINGS: [(&str, &str); 3] = [("'re", "are"), ("'ll", "will"), ("'ve", "have")];

/// Words with an apostrophe that never mean a possession.
const IS: [&str; 6] = ["it's", "that's", "there's", "here's", "what's", "who's"];

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<String> {
    let text = without_marks(text);
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        expand(&part.to_lowercase(), &mut words);
    }
    words
}

/// The text as it is printed, its spacing and its markup apart: what a change of letter case or a contraction
/// changes, and nothing else.
pub fn printed(text: &str) -> String {
    without_marks(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The hash of a word: 32 bits, in hexadecimal digits.
pub fn hash(word: &str) -> String {
    first_bytes(word, 4)
}

/// The hash of a whole page: 64 bits.
pub fn long_hash(text: &str) -> String {
    first_bytes(text, 8)
}

fn first_bytes(text: &str, bytes: usize) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().take(bytes).fold(String::with_capacity(2 * bytes), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The hashes of the words of a text, in order.
pub fn hashes(text: &str) -> Vec<String> {
    words(text).iter().map(|word| hash(word)).collect()
}

/// Whether a text is the passage, word for word; an ellipsis stands for words left out.
///
/// The passage may be longer than the text on both sides, never in between.
pub fn stands_in(text: &str, passage: &[String]) -> bool {
    let mut from = 0;
    let mut pieces = 0;
    for piece in text.replace("...", "\u{2026}").split('\u{2026}') {
        let wanted = hashes(piece);
        if wanted.is_empty() {
            continue;
        }
        pieces += 1;
        let rest = passage.get(from..).unwrap_or_default();
        match rest.windows(wanted.len()).position(|window| window == wanted) {
            Some(position) => from += position + wanted.len(),
            None => return false,
        }
    }
    pieces > 0
}

/// One form of apostrophe, space and hyphen; no mark of emphasis, code or escape.
fn without_marks(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{ff07}' => clean.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{ff02}' => clean.push('"'),
            '\u{2010}'..='\u{2012}' => clean.push('-'),
            '\u{00a0}' | '\u{202f}' => clean.push(' '),
            '`' | '*' | '\\' | '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            other => clean.push(other),
        }
    }
    clean
}

/// A word without the punctuation around it. A brace belongs to a placeholder and stays.
fn bare(part: &str) -> &str {
    let is_mark = |it: char| !it.is_alphanumeric() && !matches!(it, '{' | '}' | '$' | '@');
    part.trim_end_matches(is_mark).trim_start_matches(|it| it != '/' && is_mark(it))
}

/// "{item-id}" and "{itemId}" are one placeholder.
fn placeholder(word: &str) -> String {
    let mut inside = false;
    word.chars()
        .filter(|character| {
            match character {
                '{' => inside = true,
                '}' => inside = false,
                _ => {}
            }
            !(inside && matches!(character, '-' | '_'))
        })
        .collect()
}

/// Adds a word; a contraction is the words it stands for.
fn expand(part: &str, words: &mut Vec<String>) {
    let word = placeholder(bare(part));
    if word.is_empty() {
        return;
    }
    let (stem, whole) = if let Some((_, verb)) = IRREGULAR.iter().find(|(short, _)| *short == word)
    {
        (*verb, "not")
    } else if word == "cannot" {
        ("can", "not")
    } else if let Some(verb) = word.strip_suffix("n't") {
        (verb, "not")
    } else if IS.contains(&word.as_str()) {
        (word.trim_end_matches("'s"), "is")
    } else {
        let ended =
            ENDINGS.iter().find_map(|(end, whole)| word.strip_suffix(end).map(|it| (it, *whole)));
        ended.unwrap_or(("", ""))
    };
    if stem.is_empty() {
        words.push(word);
    } else {
        expand(stem, words);
        words.push(whole.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(left: &str, right: &str) {
        assert_eq!(words(left), words(right), "{left} | {right}");
    }

    #[test]
    fn what_changes_no_meaning_changes_no_word() {
        same(
            "If the **scope** parameter isn't specified",
            "if the scope parameter is not specified",
        );
        same(
            "the requested resource doesn\u{2019}t exist",
            "The requested resource does not exist.",
        );
        same(
            "Creates a read-only link to the `DriveItem`.",
            "Creates a read-only link to the driveItem",
        );
        same("organization \\(tenant\\)", "organization (tenant)");
        same("by {item-id}", "by {itemId}");
        same("They can't", "they cannot");
        same("It's only\u{00a0}showing in response", "It is only showing in response");
    }

    #[test]
    fn what_changes_the_meaning_changes_the_words() {
        for (left, right) in [
            ("Creates a read-only link", "Creates a read-write link"),
            ("can be removed by an owner", "can be removed by the owner"),
            ("the owner's item", "the owner is item"),
            ("files in OneDrive personal", "files in OneDrive for Business"),
            ("201 Created", "200 Created"),
            ("it is removed", "it is not removed"),
        ] {
            assert_ne!(words(left), words(right));
        }
    }

    #[test]
    fn a_quotation_may_leave_words_out_where_it_says_so_only() {
        let passage = hashes(
            "The response will be 201 Created if a new sharing link is created for the item",
        );
        assert!(stands_in("201 Created if a new sharing link is created", &passage));
        assert!(stands_in("The response ... 201 Created \u{2026} for the item", &passage));
        assert!(!stands_in("The response 201 Created", &passage));
        assert!(!stands_in("for the item ... The response", &passage));
        assert!(!stands_in("201 Created if a sharing link", &passage));
        assert!(!stands_in("...", &passage) && !stands_in("", &passage));
    }

    proptest! {
        #[test]
        fn words_are_words_again(text in any::<String>()) {
            let once = words(&text);
            prop_assert_eq!(words(&once.join(" ")), once);
        }

        #[test]
        fn letter_case_markup_and_spacing_do_not_matter(text in "[a-zA-Z0-9' .,()-]{0,60}") {
            let marked = text.replace(' ', "**  `");
            prop_assert_eq!(words(&marked), words(&text));
            prop_assert_eq!(words(&text.to_uppercase()), words(&text));
            prop_assert_eq!(words(&text.replace('\'', "\u{2019}")), words(&text));
        }

        #[test]
        fn a_passage_stands_in_itself_and_a_changed_word_does_not(
            before in prop::collection::vec("[a-z]{3,8}", 1..6),
            word in "[a-z]{3,8}",
            after in prop::collection::vec("[a-z]{3,8}", 1..6),
        ) {
            let whole = [before.clone(), vec![word.clone()], after.clone()].concat().join(" ");
            let passage = hashes(&whole);
            prop_assert!(stands_in(&whole, &passage));
            let changed = [before, vec![format!("{word}0")], after].concat().join(" ");
            prop_assert!(!stands_in(&changed, &passage));
        }
    }
}
