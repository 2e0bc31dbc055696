//! Secrets that went over the wire, and the search for them in everything that was written.

use std::collections::{BTreeSet, HashMap};
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
        if let Some(plain) = decompressed(&bytes) {
            found.push((format!("{}, decompressed", path.display()), plain));
        }
        found.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
    }
}

/// What is in these bytes, when they are compressed: gzip, zlib, or deflate without either's frame.
fn decompressed(bytes: &[u8]) -> Option<String> {
    let read = |mut from: Box<dyn std::io::Read + '_>| {
        let mut plain = Vec::new();
        // What can be read of a stream that breaks off counts as well.
        let _ = from.read_to_end(&mut plain);
        (plain.len() > 16).then(|| String::from_utf8_lossy(&plain).into_owned())
    };
    read(Box::new(flate2::read::MultiGzDecoder::new(bytes)))
        .or_else(|| read(Box::new(flate2::read::ZlibDecoder::new(bytes))))
        .or_else(|| read(Box::new(flate2::read::DeflateDecoder::new(bytes))))
}

/// A text with everything decoded that it holds: percent signs, and base64 in whatever place, also where
/// that is of something compressed.
fn decoded(text: &str) -> String {
    const LEAST: usize = 24;
    let mut all = String::new();
    if text.contains('%') {
        all.push_str(&percent_encoding::percent_decode_str(text).decode_utf8_lossy());
    }
    let is_base64 = |it: &u8| it.is_ascii_alphanumeric() || b"+/-_".contains(it);
    for run in text.as_bytes().split(|it| !is_base64(it)).filter(|run| run.len() >= LEAST) {
        let run: String = run.iter().map(|it| char::from(*it).to_string()).collect::<String>();
        let run = run.replace('-', "+").replace('_', "/");
        // Where it begins is not known: a path's last slash looks like a part of it.
        for lead in 0..4 {
            let whole = &run[lead..run.len() - (run.len() - lead) % 4];
            let Ok(bytes) = STANDARD_NO_PAD.decode(whole) else { continue };
            if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x78]) {
                all.push_str(&decompressed(&bytes).unwrap_or_default());
            }
            all.push_str(&String::from_utf8_lossy(&bytes));
            all.push('\n');
        }
    }
    all
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
    assert_search_unpacks();
    for (name, output) in outputs {
        for (how, output) in [("", output), (", decoded", &decoded(output))] {
            for (secret, form, at) in search.found(output) {
                if may_hold(name, secret) {
                    continue;
                }
                let around =
                    &output.as_bytes()[at.saturating_sub(120)..(at + 200).min(output.len())];
                let around = String::from_utf8_lossy(around);
                panic!("{secret} (as {form}) is in {name}{how}: ...{around}...");
            }
        }
    }
}

/// The unpacking finds what is packed, in every way a secret might be.
fn assert_search_unpacks() {
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write as _;

    const HIDDEN: &str = "a secret that was written down as something else";
    let (mut gzip, mut zlib, mut deflate) = (
        GzEncoder::new(Vec::new(), Compression::default()),
        ZlibEncoder::new(Vec::new(), Compression::default()),
        DeflateEncoder::new(Vec::new(), Compression::default()),
    );
    gzip.write_all(HIDDEN.as_bytes()).unwrap();
    zlib.write_all(HIDDEN.as_bytes()).unwrap();
    deflate.write_all(HIDDEN.as_bytes()).unwrap();
    let (gzip, zlib) = (gzip.finish().unwrap(), zlib.finish().unwrap());
    for packed in [&gzip, &zlib, &deflate.finish().unwrap()] {
        assert!(decompressed(packed).is_some_and(|it| it.contains(HIDDEN)), "{packed:?}");
    }
    let partly = HIDDEN.replace('t', "%74");
    for packed in [
        STANDARD_NO_PAD.encode(HIDDEN),
        format!("/path/{}", URL_SAFE_NO_PAD.encode(HIDDEN)),
        format!("/{}=", STANDARD_NO_PAD.encode(&gzip)),
        URL_SAFE_NO_PAD.encode(&zlib),
        partly,
    ] {
        assert!(decoded(&format!("x=\"{packed}\"")).contains(HIDDEN), "{packed}");
    }
}
