//! The shape of recorded answers, by which equal ones are known.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use memchr::memmem;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::address::{Call, ItemName};
use super::answer::{Permission, Place};
use super::sighting::{Field, Seen, Sighting, field};

/// Members whose value, and not only its kind, is part of a shape: closed lists of words.
const WORDS: [&str; 8] =
    ["type", "scope", "roles", "code", "@odata.type", "linkType", "message", "error"];

/// A word longer than this is prose and not a value of a closed list.
const LONGEST_WORD: usize = 40;

/// Header fields whose presence rules look at.
const TELLING: [&str; 7] = [
    "request-id",
    "client-request-id",
    "location",
    "retry-after",
    "odata-version",
    "deprecation",
    "www-authenticate",
];

/// What two exchanges have in common that no rule tells apart: a hash of everything but ids, secrets and
/// instants.
///
/// `relations` carries what rules compare within one exchange; `answered` the shape of the answer's body, where
/// it is known already.
pub(super) fn shape(
    call: &Call<'_>,
    sighting: &Sighting<'_>,
    relations: impl Hash,
    answered: Option<BodyShape>,
) -> u64 {
    let mut hasher = Folding::default();
    call.purpose.hash(&mut hasher);
    matches!(call.item, ItemName::Path(_)).hash(&mut hasher);
    for (kind, _) in &call.owners {
        kind.hash(&mut hasher);
    }
    sighting.identity.hash(&mut hasher);
    sighting.method.hash(&mut hasher);
    let path = sighting.url.split(['?', '#']).next().unwrap_or_default();
    memmem::find(path.as_bytes(), b"//v").is_some().hash(&mut hasher);
    path.ends_with('/').hash(&mut hasher);
    path.rsplit('/').next().unwrap_or_default().len().hash(&mut hasher);
    media_type(sighting.headers).hash(&mut hasher);
    field(sighting.headers, "authorization").is_some().hash(&mut hasher);
    sighting.body.as_deref().map(body_shape).hash(&mut hasher);
    match &sighting.seen {
        Seen::Nothing(failure) => {
            (failure.failure as u8).hash(&mut hasher);
        }
        Seen::Answer { status, headers, body: text, not_utf8 } => {
            status.hash(&mut hasher);
            not_utf8.hash(&mut hasher);
            media_type(headers).hash(&mut hasher);
            for name in TELLING {
                field(headers, name).map(str::is_empty).hash(&mut hasher);
            }
            answered.unwrap_or_else(|| body_shape(text)).hash(&mut hasher);
        }
    }
    relations.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn media_type<'f>(headers: &'f [Field<'_>]) -> Option<&'f str> {
    field(headers, "content-type").map(|value| value.split(';').next().unwrap_or(value).trim())
}

/// What a body has in common with others of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum BodyShape {
    /// JSON.
    Json(u64),
    /// What is no JSON is told apart by how it begins and where it stops being JSON.
    Other { empty: bool, category: u8 },
}

/// The shape of a body.
fn body_shape(text: &str) -> BodyShape {
    read(text, None)
}

/// The shape of the body of an answer, and the permission in it: one pass finds both.
pub(super) fn permission_shape(text: &str) -> (BodyShape, Option<Permission<'_>>) {
    let found = RefCell::default();
    let shape = read(text, Some(&found));
    let is_object = matches!(shape, BodyShape::Json(_)) && text.trim_start().starts_with('{');
    (shape, is_object.then(|| found.into_inner()))
}

fn read<'t>(text: &'t str, found: Option<&RefCell<Permission<'t>>>) -> BodyShape {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let place = found.is_some().then_some(Place::Answer);
    let seed = Node { is_word: false, depth: 0, place, found };
    match seed.deserialize(&mut deserializer).and_then(|hash| deserializer.end().map(|()| hash)) {
        Ok(hash) => BodyShape::Json(hash),
        Err(error) => BodyShape::Other { empty: text.is_empty(), category: error.classify() as u8 },
    }
}

/// A JSON value on its way to a hash; nothing is built.
#[derive(Clone, Copy)]
struct Node<'f, 't> {
    is_word: bool,
    depth: u8,
    place: Option<Place>,
    found: Option<&'f RefCell<Permission<'t>>>,
}

impl<'t> Node<'_, 't> {
    fn note(&self, text: impl FnOnce() -> Cow<'t, str>) {
        if let (Some(place @ Place::Text(_)), Some(found)) = (self.place, self.found) {
            found.borrow_mut().take(place, text());
        }
    }

    fn of_text(&self, value: &str) -> u64 {
        if self.is_word && value.len() <= LONGEST_WORD {
            hash_of(value)
        } else {
            hash_of(kind_of_text(value))
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, 'de> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, 'de> {
    type Value = u64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<u64, E> {
        Ok(10 + u64::from(value))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<u64, E> {
        Ok(20)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<u64, E> {
        Ok(20)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<u64, E> {
        Ok(21)
    }

    fn visit_unit<E: Error>(self) -> Result<u64, E> {
        Ok(30)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<u64, E> {
        self.note(|| Cow::Borrowed(value));
        Ok(self.of_text(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<u64, E> {
        self.note(|| Cow::Owned(value.to_owned()));
        Ok(self.of_text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<u64, A::Error> {
        // Listings differ in length all the time; what matters is which kinds of entries there are.
        let mut kinds: Vec<u64> = Vec::new();
        // The elements of roles are texts; no other list holds what is looked for.
        let place = self.place.filter(|it| *it == Place::Text("roles"));
        let inner = Node { depth: self.depth.saturating_add(1), place, ..self };
        while let Some(kind) = elements.next_element_seed(inner)? {
            if kinds.len() < 16
                && let Err(place) = kinds.binary_search(&kind)
            {
                kinds.insert(place, kind);
            }
        }
        Ok(hash_of(("array", kinds)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<u64, A::Error> {
        let mut hasher = Folding::default();
        "object".hash(&mut hasher);
        if let (Some(Place::Link), Some(found)) = (self.place, self.found) {
            found.borrow_mut().found_link();
        }
        let mut count = 0_u16;
        while let Some(name) = members.next_key::<super::Text<'_>>()? {
            count = count.saturating_add(1);
            if count > 200 || self.depth > 30 {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            name.0.hash(&mut hasher);
            let is_word = WORDS.contains(&&*name.0);
            let place = self.place.and_then(|it| it.member(&name.0));
            let inner = Node { is_word, depth: self.depth.saturating_add(1), place, ..self };
            members.next_value_seed(inner)?.hash(&mut hasher);
        }
        Ok(hasher.finish())
    }
}

/// A map by what is a keyed hash already.
pub(super) type Hashed<V> = std::collections::HashMap<u64, V, BuildHasherDefault<Folding>>;

/// Shapes are told apart by the million and hold nothing secret: a quick hash will do.
#[derive(Default)]
pub(super) struct Folding(u64);

impl Folding {
    fn fold(&mut self, value: u64) {
        let product = u128::from(self.0 ^ value) * 0x9e37_79b9_7f4a_7c15_u128;
        #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
        let [low, high] = [product as u64, (product >> 64) as u64];
        self.0 = low ^ high.rotate_left(23);
    }
}

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.fold(u64::from_le_bytes(word).wrapping_add(chunk.len() as u64));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.fold(u64::from(value) + 1);
    }

    fn write_u64(&mut self, value: u64) {
        self.fold(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.fold(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = Folding(0x5bd1_e995);
    value.hash(&mut hasher);
    hasher.finish()
}

#[derive(Hash)]
enum KindOfText {
    Empty,
    Blank,
    Url(HostKind, bool),
    Share,
    Instant { length: usize, utc: bool, least: bool },
    Markup,
    Other,
}

/// What the host of a URL tells of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum HostKind {
    Personal,
    Business,
    SharePoint,
    Other,
}

fn kind_of_text(text: &str) -> KindOfText {
    if text.is_empty() {
        KindOfText::Empty
    } else if text.trim().is_empty() {
        KindOfText::Blank
    } else if let Some(rest) = after_scheme(text) {
        KindOfText::Url(host_kind(rest), text.starts_with("https:"))
    } else if text.starts_with("u!") || text.starts_with("s!") {
        KindOfText::Share
    } else if text.len() >= 10
        && text.as_bytes()[4] == b'-'
        && text.as_bytes()[..4].iter().all(u8::is_ascii_digit)
    {
        KindOfText::Instant {
            length: text.len(),
            utc: text.ends_with('Z'),
            least: text.starts_with("0001-01-01"),
        }
    } else if text.contains('<') {
        KindOfText::Markup
    } else {
        KindOfText::Other
    }
}

/// What follows the scheme of a URL.
pub(super) fn after_scheme(text: &str) -> Option<&str> {
    const LONGEST_SCHEME: usize = 8;
    let colon = text.bytes().take(LONGEST_SCHEME + 1).position(|it| it == b':')?;
    text[colon..].strip_prefix("://")
}

/// The kind of host, from the URL without its scheme.
pub(super) fn host_kind(rest: &str) -> HostKind {
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    if host.eq_ignore_ascii_case("1drv.ms") || host.eq_ignore_ascii_case("onedrive.live.com") {
        return HostKind::Personal;
    }
    match host.split_once('.') {
        Some((tenant, domain)) if domain.starts_with("sharepoint") => {
            if tenant.ends_with("-my") {
                HostKind::Business
            } else {
                HostKind::SharePoint
            }
        }
        _ => HostKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashed(text: &str) -> BodyShape {
        body_shape(text)
    }

    #[test]
    fn one_pass_finds_shape_and_permission() {
        let text = r#"{"id":"1","roles":["read"],"link":{"id":"no","webUrl":"https://a-my.sharepoint.com/\u0041"},
            "grantedToIdentitiesV2":[{"user":{"id":"no"}}]}"#;
        let (shape, permission) = permission_shape(text);
        assert_eq!(shape, hashed(text));
        assert_eq!(permission.unwrap().product(), Some(crate::graph::Product::Business));
        assert!(permission_shape("[]").1.is_none());
        assert!(permission_shape("{").1.is_none());
    }

    #[test]
    fn ids_and_links_do_not_matter_but_words_and_kinds_do() {
        let answer = |id: &str, host: &str, role: &str| {
            format!(r#"{{"id":"{id}","roles":["{role}"],"link":{{"webUrl":"https://{host}/x"}}}}"#)
        };
        let usual = hashed(&answer("1", "a-my.sharepoint.com", "read"));
        assert_eq!(usual, hashed(&answer("2", "b-my.sharepoint.com", "read")));
        assert_ne!(usual, hashed(&answer("2", "b-my.sharepoint.com", "write")));
        assert_ne!(usual, hashed(&answer("2", "b.sharepoint.com", "read")));
        assert_ne!(usual, hashed(&answer("", "b-my.sharepoint.com", "read")));
        assert_ne!(usual, hashed(&answer("2", "b-my.sharepoint.com", "read").replace('}', ",}")));
        assert_eq!(hashed(r#"{"value":[{"a":1},{"a":2}]}"#), hashed(r#"{"value":[{"a":3}]}"#));
        assert_ne!(hashed("{"), hashed(""));
    }
}
