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

/// A secret of at least this length is found in whatever letter case; a shorter one may be an ordinary word then.
const SHORTEST_IN_ANY_CASE: usize = 12;

/// One way in which a secret may be written.
struct Spelling {
    text: String,
    placeholder: String,
    /// Upper and lower case are the same.
    in_any_case: bool,
}

impl Spelling {
    fn starts(&self, text: &[u8]) -> bool {
        let form = self.text.as_bytes();
        match text.get(..form.len()) {
            Some(start) if self.in_any_case => start.eq_ignore_ascii_case(form),
            Some(start) => start == form,
            None => false,
        }
    }

    /// What is shown for it as it is written there: another letter case is another text, and goes on showing as one.
    fn placeholder_of(&self, written: &str) -> Cow<'_, str> {
        if written == self.text {
            Cow::Borrowed(&self.placeholder)
        } else if !written.bytes().any(|it| it.is_ascii_lowercase()) {
            Cow::Owned(self.placeholder.to_ascii_uppercase())
        } else {
            let mut placeholder = self.placeholder.clone();
            if let Some(first) = placeholder.get_mut(1..2) {
                first.make_ascii_uppercase();
            }
            Cow::Owned(placeholder)
        }
    }
}

/// Secrets in every form in which they may appear, with what is shown in their place.
#[derive(Default)]
pub(super) struct Known {
    /// The longest first, so that a secret inside a secret does not leave the rest behind.
    forms: Vec<Spelling>,
    /// A bit for every beginning a form has: nearly all texts hold no secret, and this tells so in one pass
    /// over them, however many forms there are.
    beginnings: Vec<u64>,
}

impl Known {
    /// Has `secret` replaced by `placeholder`, also encoded, and long ones in any letter case.
    pub(super) fn learn(&mut self, secret: &str, placeholder: &str) {
        let each = |write: fn(u8) -> String| secret.bytes().map(write).collect::<String>();
        let mut forms = vec![
            secret.to_owned(),
            utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
            each(|byte| format!("%{byte:02X}")),
            each(|byte| format!("{byte:02x}")),
            each(|byte| format!("&#{byte};")),
            each(|byte| format!("&#x{byte:x};")),
            // JSON may write the same text with escapes.
            serde_json::Value::from(secret).to_string().trim_matches('"').to_owned(),
        ];
        let in_any_case = secret.len() >= SHORTEST_IN_ANY_CASE;
        for form in forms.drain(..) {
            self.add(form, placeholder, in_any_case);
        }
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            // Base64 of a text depends on where it starts in the whole: three alignments, less the
            // characters that its neighbours have a part in.
            for lead in 0..3 {
                let bytes = [&b"\0\0"[..lead], secret.as_bytes()].concat();
                let encoded = engine.encode(&bytes);
                let start = [0, 2, 3][lead];
                let end = encoded.len() - usize::from(bytes.len() % 3 != 0);
                if let Some(form) = encoded.get(start..end) {
                    self.add(form.to_owned(), placeholder, false);
                }
            }
        }
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.text.len()));
    }

    /// Has an id replaced, whatever its letter case, with and without the hyphens it may have.
    pub(super) fn learn_id(&mut self, id: &str, placeholder: &str) {
        self.learn(id, placeholder);
        for form in [id.to_owned(), id.replace('-', "")] {
            self.add(form, placeholder, true);
        }
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.text.len()));
    }

    fn add(&mut self, text: String, placeholder: &str, in_any_case: bool) {
        if text.len() < SHORTEST_SEARCHED {
            return;
        }
        // Only the case of ASCII letters is looked through, and only texts of these have their length in any case.
        let in_any_case = in_any_case && text.is_ascii();
        if let Some(form) = self.forms.iter_mut().find(|it| it.text == text) {
            form.in_any_case |= in_any_case;
            return;
        }
        self.beginnings.resize(1 << (16 - 6), 0);
        let bit = bit_of(text.as_bytes());
        self.beginnings[bit / 64] |= 1 << (bit % 64);
        self.forms.push(Spelling { text, placeholder: placeholder.to_owned(), in_any_case });
    }

    /// The text with placeholders for what it holds of the secrets.
    pub(super) fn replace<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut replaced = Cow::Borrowed(text);
        for form in self.held_by(text) {
            replaced = if form.in_any_case {
                replace_in_any_case(&replaced, form).into()
            } else {
                replaced.replace(form.text.as_str(), &form.placeholder).into()
            };
        }
        replaced
    }

    /// The placeholders of the secrets a text holds, in their order, each once.
    pub(super) fn names_in(&self, text: &str) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.held_by(text).map(|form| form.placeholder.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The forms a text holds, in their order.
    fn held_by(&self, text: &str) -> impl Iterator<Item = &Spelling> {
        let mut held = BTreeSet::new();
        let shortest = self.forms.last().map_or(usize::MAX, |form| form.text.len());
        if let Some(last) = text.len().checked_sub(shortest) {
            for at in 0..=last {
                let rest = &text.as_bytes()[at..];
                let bit = bit_of(rest);
                if self.beginnings[bit / 64] & (1 << (bit % 64)) != 0 {
                    let forms = self.forms.iter().enumerate();
                    held.extend(forms.filter(|(_, form)| form.starts(rest)).map(|it| it.0));
                }
            }
        }
        held.into_iter().map(|index| &self.forms[index])
    }
}

fn replace_in_any_case(text: &str, form: &Spelling) -> String {
    let mut replaced = String::with_capacity(text.len());
    let (mut from, mut at) = (0, 0);
    while at + form.text.len() <= text.len() {
        if form.starts(&text.as_bytes()[at..]) {
            // Invariant: the form is ASCII, so what equals it begins and ends at boundaries.
            let written = &text[at..at + form.text.len()];
            replaced.push_str(&text[from..at]);
            replaced.push_str(&form.placeholder_of(written));
            at += form.text.len();
            from = at;
        } else {
            at += 1;
        }
    }
    replaced.push_str(&text[from..]);
    replaced
}

/// Which bit stands for the beginning of a text that is at least that long, in whatever letter case.
fn bit_of(text: &[u8]) -> usize {
    let mut beginning = [0; BEGINNING];
    beginning.copy_from_slice(&text[..BEGINNING]);
    // Upper and lower case of a letter differ in this bit. Multiplying spreads the few bits in which letters differ
    // over the upper half of the product.
    let spread = (u32::from_le_bytes(beginning) | 0x2020_2020).wrapping_mul(0x9E37_79B1);
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

    #[test]
    fn a_long_secret_is_found_in_any_case_and_any_encoding() {
        let mut known = Known::default();
        let secret = "Kanarienvogel-4711";
        known.learn(secret, "[token]");
        let each = |write: fn(u8) -> String| secret.bytes().map(write).collect::<String>();
        for written in [
            secret.to_uppercase(),
            secret.to_lowercase(),
            each(|byte| format!("%{byte:02x}")),
            each(|byte| format!("%{byte:02X}")),
            each(|byte| format!("{byte:02x}")),
            each(|byte| format!("{byte:02X}")),
            each(|byte| format!("&#{byte};")),
            each(|byte| format!("&#x{byte:X};")),
        ] {
            let shown = known.replace(&written).to_lowercase();
            assert_eq!(shown, "[token]", "{written}");
        }
        // Equal texts stay equal, and different ones different.
        assert_ne!(known.replace(&secret.to_uppercase()), known.replace(secret));
        assert_eq!(known.replace("\u{e9}KANARIENVOGEL-4711\u{e9}"), "\u{e9}[TOKEN]\u{e9}");
        known.learn("Word-1", "[short]");
        assert_eq!(known.replace("word-1"), "word-1");
    }

    #[test]
    fn an_id_is_found_in_any_case_with_and_without_hyphens() {
        let mut known = Known::default();
        known.learn_id("a1b2c3d4e5f60718", "[drive]");
        known.learn_id("7c0de1ab-52b7-4f2f-9a6e-3d41c5b7e9f0", "[tenant]");
        assert_eq!(known.replace("A1B2C3D4E5F60718!101"), "[DRIVE]!101");
        assert_eq!(known.replace("a1b2c3d4e5f60718!101"), "[drive]!101");
        assert_eq!(known.replace("A1b2c3d4e5f60718!101"), "[Drive]!101");
        for tenant in [
            "7C0DE1AB-52B7-4F2F-9A6E-3D41C5B7E9F0",
            "7c0de1ab52b74f2f9a6e3d41c5b7e9f0",
            "7C0DE1AB52B74F2F9A6E3D41C5B7E9F0",
        ] {
            assert!(known.replace(tenant).to_lowercase() == "[tenant]", "{tenant}");
        }
    }
}
