//! The permissions in recorded answers.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use memchr::memmem;
use serde::Deserialize;

use super::repeats::Summary;
use super::shape::{HostKind, after_scheme, host_kind};
use super::sighting::{Sighting, Text};
use crate::graph::Product;

/// The members of an answer that are compared or tell the product, found while its shape is made out.
#[derive(Default)]
pub(super) struct Permission<'p> {
    id: Option<Cow<'p, str>>,
    has_link: bool,
    roles: Vec<Cow<'p, str>>,
    share_id: Option<Cow<'p, str>>,
    expiration: Option<Cow<'p, str>>,
    kind: Option<Cow<'p, str>>,
    scope: Option<Cow<'p, str>>,
    web_url: Option<Cow<'p, str>>,
    web_html: Option<Cow<'p, str>>,
}

/// A place in an answer whose text is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The answer itself.
    Answer,
    /// Its `link`.
    Link,
    /// A text member of either, or an element of `roles`.
    Text(&'static str),
}

impl Place {
    /// The place a member leads to.
    pub(super) fn member(self, name: &str) -> Option<Self> {
        const OF_THE_ANSWER: [&str; 4] = ["id", "roles", "shareId", "expirationDateTime"];
        const OF_THE_LINK: [&str; 4] = ["type", "scope", "webUrl", "webHtml"];
        let among =
            |names: [&'static str; 4]| names.into_iter().find(|it| *it == name).map(Self::Text);
        match self {
            Self::Answer if name == "link" => Some(Self::Link),
            Self::Answer => among(OF_THE_ANSWER),
            Self::Link => among(OF_THE_LINK),
            Self::Text(_) => None,
        }
    }
}

impl<'p> Permission<'p> {
    /// Takes the text found at a place.
    pub(super) fn take(&mut self, place: Place, text: Cow<'p, str>) {
        match place {
            Place::Text("roles") => self.roles.push(text),
            Place::Text("id") => self.id = Some(text),
            Place::Text("shareId") => self.share_id = Some(text),
            Place::Text("expirationDateTime") => self.expiration = Some(text),
            Place::Text("type") => self.kind = Some(text),
            Place::Text("scope") => self.scope = Some(text),
            Place::Text("webUrl") => self.web_url = Some(text),
            Place::Text("webHtml") => self.web_html = Some(text),
            Place::Text(_) | Place::Answer | Place::Link => {}
        }
    }

    /// There is a link facet.
    pub(super) fn found_link(&mut self) {
        self.has_link = true;
    }
}

#[derive(Deserialize)]
struct Asked<'p> {
    #[serde(borrow, default, rename = "expirationDateTime")]
    expiration: Option<Text<'p>>,
}

/// What rules compare within one exchange and a shape by kinds does not show.
pub(super) type Relations = (Option<bool>, Option<bool>, u8);

impl Permission<'_> {
    /// What the host of the link tells.
    pub(super) fn product(&self) -> Option<Product> {
        let url = self.web_url.as_ref()?;
        match host_kind(after_scheme(url)?) {
            HostKind::Personal => Some(Product::Personal),
            HostKind::Business => Some(Product::Business),
            HostKind::SharePoint => Some(Product::SharePoint),
            HostKind::Other => None,
        }
    }

    /// What a repeat has to give again, as keyed hashes.
    pub(super) fn summary(&self, state: &RandomState) -> Summary {
        let mut hasher = state.build_hasher();
        if self.has_link {
            let url = self.web_url.as_ref().and_then(|url| url.split(['?', '#']).next());
            url.hash(&mut hasher);
            self.kind.hash(&mut hasher);
            self.scope.hash(&mut hasher);
        }
        for role in &self.roles {
            role.hash(&mut hasher);
        }
        Summary { id: state.hash_one(&self.id), link: hasher.finish() }
    }

    pub(super) fn relations(&self, sighting: &Sighting<'_>) -> Relations {
        let url = self.web_url.as_ref();
        let share = match (&self.share_id, url) {
            (Some(share), Some(url)) => {
                let encoded = share.strip_prefix("u!").unwrap_or_default();
                Some(URL_SAFE_NO_PAD.encode(url.as_bytes()) == encoded.trim_end_matches('='))
            }
            _ => None,
        };
        let embeds = self.web_html.as_ref().and_then(|html| Some(html.contains(url?.as_ref())));
        let asked: Option<Cow<'_, str>> = sighting
            .body
            .as_deref()
            .filter(|body| memmem::find(body.as_bytes(), b"expirationDateTime").is_some())
            .and_then(|body| serde_json::from_str::<Asked<'_>>(body).ok()?.expiration)
            .map(|it| it.0);
        let instant = |text: &str| text.parse::<Timestamp>().ok();
        let expires = match (asked, &self.expiration) {
            (None, None) => 0,
            (None, Some(_)) => 1,
            (Some(_), None) => 2,
            (Some(asked), Some(got)) => match (instant(&asked), instant(got)) {
                (Some(asked), Some(got)) if got == asked => 3,
                (Some(asked), Some(got)) if got < asked => 4,
                (Some(_), Some(_)) => 5,
                _ => 6,
            },
        };
        (share, embeds, expires)
    }
}
