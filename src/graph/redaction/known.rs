//! The secrets that were learned, and where a text holds one of them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A secret has to be at least this long to be looked for inside other text; a shorter one would tear
/// ordinary words apart.
pub(super) const SHORTEST_SEARCHED: usize = 6;

/// How many bytes of a form are looked at before the form itself is.
const BEGINNING: usize = 4;

/// Secrets in every form in which they may appear, with what is shown in their place.
#[derive(Default)]
pub(super) struct Known {
    /// The longest first, so that a secret inside a secret does not leave the rest behind.
    forms: Vec<(String, String)>,
    /// A bit for every beginning a form has: nearly all texts hold no secret, and this tells so in one pass
    /// over them, however many forms there are.
    beginnings: Vec<u64>,
}

impl Known {
    /// Has `secret` replaced by `placeholder`, also percent-encoded or in base64.
    pub(super) fn learn(&mut self, secret: &str, placeholder: &str) {
        let mut forms = vec![
            secret.to_owned(),
            utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
            // JSON may write the same text with escapes.
            serde_json::Value::from(secret).to_string().trim_matches('"').to_owned(),
        ];
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            // Base64 of a text depends on where it starts in the whole: three alignments, less the
            // characters that its neighbours have a part in.
            for lead in 0..3 {
                let bytes = [&b"\0\0"[..lead], secret.as_bytes()].concat();
                let encoded = engine.encode(&bytes);
                let start = [0, 2, 3][lead];
                let end = encoded.len() - usize::from(bytes.len() % 3 != 0);
                forms.extend(encoded.get(start..end).map(str::to_owned));
            }
        }
        self.beginnings.resize(1 << (16 - 6), 0);
        for form in forms {
            if form.len() >= SHORTEST_SEARCHED && !self.forms.iter().any(|(it, _)| *it == form) {
                let bit = bit_of(form.as_bytes());
                self.beginnings[bit / 64] |= 1 << (bit % 64);
                self.forms.push((form, placeholder.to_owned()));
            }
        }
        self.forms.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
    }

    /// The text with placeholders for what it holds of the secrets.
    pub(super) fn replace<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut replaced = Cow::Borrowed(text);
        for (secret, placeholder) in self.held_by(text) {
            replaced = replaced.replace(secret.as_str(), placeholder).into();
        }
        replaced
    }

    /// The placeholders of the secrets a text holds, in their order, each once.
    pub(super) fn names_in(&self, text: &str) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.held_by(text).map(|(_, placeholder)| placeholder.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The forms a text holds, in their order.
    fn held_by(&self, text: &str) -> impl Iterator<Item = &(String, String)> {
        let mut held = BTreeSet::new();
        let shortest = self.forms.last().map_or(usize::MAX, |(form, _)| form.len());
        if let Some(last) = text.len().checked_sub(shortest) {
            for at in 0..=last {
                let rest = &text.as_bytes()[at..];
                let bit = bit_of(rest);
                if self.beginnings[bit / 64] & (1 << (bit % 64)) != 0 {
                    let starts = |(_, (form, _)): &(usize, &(String, String))| {
                        rest.starts_with(form.as_bytes())
                    };
                    held.extend(self.forms.iter().enumerate().filter(starts).map(|it| it.0));
                }
            }
        }
        held.into_iter().map(|index| &self.forms[index])
    }
}

/// Which bit stands for the beginning of a text that is at least that long.
fn bit_of(text: &[u8]) -> usize {
    let mut beginning = [0; BEGINNING];
    beginning.copy_from_slice(&text[..BEGINNING]);
    // Multiplying spreads the few bits in which letters differ over the upper half of the product.
    let spread = u32::from_le_bytes(beginning).wrapping_mul(0x9E37_79B1);
    (spread >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_wherever_it_stands() {
        let mut known = Known::default();
        assert_eq!(known.replace("nothing is known"), "nothing is known");
        known.learn("Secret-1", "[one]");
        known.learn("Secret-12", "[two]");
        assert_eq!(known.replace("Secret-1"), "[one]");
        assert_eq!(known.replace("xSecret-12"), "x[two]");
        assert_eq!(known.replace("Secret-1 Secret-12 Secret-"), "[one] [two] Secret-");
        assert_eq!(known.names_in("Secret%2D12"), ["[one]", "[two]"]);
        assert_eq!(known.names_in("Secret-"), [""; 0]);
    }
}
