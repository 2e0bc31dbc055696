//! Secrets that went over the wire, and the search for them in everything that was written.

use std::collections::{BTreeSet, HashMap};
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Everything secret that went over the wire.
#[derive(Clone, Default)]
pub struct Secrets(Arc<Mutex<BTreeSet<String>>>);

impl Secrets {
    pub fn add(&self, secret: &str) {
        if secret.len() >= 6 {
            self.0.lock().unwrap().insert(secret.to_owned());
        }
    }

    pub fn of_body(&self, body: &[u8]) {
        if let Ok(value) = serde_json::from_slice(body) {
            self.of_value(&value);
        }
    }

    fn of_value(&self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let secret = matches!(
                        name.as_str(),
                        "password" | "shareId" | "email" | "userPrincipalName" | "loginName"
                    );
                    if let (true, Some(text)) = (secret, value.as_str()) {
                        self.add(text);
                    }
                    if let ("webUrl", Some(text)) = (name.as_str(), value.as_str()) {
                        self.add(text);
                        // What makes the address unguessable.
                        let path = text.split(['?', '#']).next().unwrap_or(text);
                        self.add(path.rsplit('/').next().unwrap_or_default());
                    }
                    self.of_value(value);
                }
            }
            Value::Array(values) => values.iter().for_each(|it| self.of_value(it)),
            _ => {}
        }
    }

    /// The forms in which they might come out.
    pub fn forms(&self) -> Vec<(String, Vec<String>)> {
        let secrets = self.0.lock().unwrap();
        secrets.iter().map(|secret| (secret.clone(), forms(secret))).collect()
    }
}

fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        secret.to_uppercase(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        Value::from(secret).to_string().trim_matches('"').to_owned(),
        secret.replace('/', "\\/"),
        secret.replace('&', "&amp;"),
    ];
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        for lead in 0..3 {
            // The characters that neighbours have no part in.
            let bytes = [&b"\0\0"[..lead], secret.as_bytes()].concat();
            let encoded = engine.encode(&bytes);
            let end = encoded.len() - usize::from(bytes.len() % 3 != 0);
            forms.push(encoded[[0, 2, 3][lead]..end].to_owned());
        }
    }
    forms.retain(|it| it.len() >= 6);
    forms.sort();
    forms.dedup();
    forms
}

/// Every file below a folder, and what is compressed in it.
pub fn written(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            written(&path, found);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let mut plain = String::new();
        if flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut plain).is_ok() {
            found.push((format!("{}, decompressed", path.display()), plain));
        }
        found.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
    }
}

/// Finds any of many texts in long ones: where a text might begin is told by its first four bytes.
struct Search {
    forms: HashMap<[u8; 4], Vec<(String, String)>>,
    beginnings: Vec<bool>,
}

impl Search {
    fn new(secrets: &Secrets) -> Self {
        let mut search = Self { forms: HashMap::new(), beginnings: vec![false; 1 << 20] };
        for (secret, forms) in secrets.forms() {
            for form in forms {
                let start: [u8; 4] = form.as_bytes()[..4].try_into().unwrap();
                search.beginnings[place(&start)] = true;
                search.forms.entry(start).or_default().push((secret.clone(), form));
            }
        }
        search
    }

    /// Each secret found, the form it has, and where.
    fn found<'s>(&'s self, output: &str) -> Vec<(&'s str, &'s str, usize)> {
        let bytes = output.as_bytes();
        let mut found = Vec::new();
        for (at, start) in bytes.windows(4).enumerate() {
            if !self.beginnings[place(start)] {
                continue;
            }
            for (secret, form) in self.forms.get(start).into_iter().flatten() {
                if bytes[at..].starts_with(form.as_bytes()) {
                    found.push((secret.as_str(), form.as_str(), at));
                }
            }
        }
        found
    }
}

fn place(start: &[u8]) -> usize {
    let number = u32::from_be_bytes([start[0], start[1], start[2], start[3]]);
    (number.wrapping_mul(2_654_435_761) >> 12) as usize
}

/// Looks for every secret in everything written. `may_hold` are those that a file has to hold.
pub fn assert_none_in(
    outputs: &[(String, String)],
    secrets: &Secrets,
    may_hold: impl Fn(&str, &str) -> bool,
) {
    let search = Search::new(secrets);
    // The search itself finds what is there.
    for (secret, forms) in secrets.forms().iter().take(20) {
        for form in forms {
            let hidden = format!("x{form}y");
            assert!(search.found(&hidden).iter().any(|(it, _, _)| it == secret), "{form}");
        }
    }
    for (name, output) in outputs {
        for (secret, form, at) in search.found(output) {
            if may_hold(name, secret) {
                continue;
            }
            let around = &output.as_bytes()[at.saturating_sub(120)..(at + 200).min(output.len())];
            let around = String::from_utf8_lossy(around);
            panic!("{secret} (as {form}) is in {name}: ...{around}...");
        }
    }
}
