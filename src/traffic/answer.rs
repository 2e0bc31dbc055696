use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;

use super::repeats::Summary;
use super::shape::{HostKind, host_kind};
use super::sighting::{Sighting, Text};
use crate::graph::Product;

/// The members of an answer that are compared or tell the product.
#[derive(Deserialize)]
pub(super) struct Permission<'p> {
    #[serde(borrow, default)]
    id: Option<Text<'p>>,
    #[serde(borrow, default)]
    link: Option<Link<'p>>,
    #[serde(borrow, default)]
    roles: Option<Vec<Text<'p>>>,
    #[serde(borrow, default, rename = "shareId")]
    share_id: Option<Text<'p>>,
    #[serde(borrow, default, rename = "expirationDateTime")]
    expiration: Option<Text<'p>>,
}

#[derive(Deserialize)]
struct Link<'p> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'p>>,
    #[serde(borrow, default)]
    scope: Option<Text<'p>>,
    #[serde(borrow, default, rename = "webUrl")]
    web_url: Option<Text<'p>>,
    #[serde(borrow, default, rename = "webHtml")]
    web_html: Option<Text<'p>>,
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
        let url = self.link.as_ref()?.web_url.as_ref()?;
        match host_kind(url.0.split_once("://")?.1) {
            HostKind::Personal => Some(Product::Personal),
            HostKind::Business => Some(Product::Business),
            HostKind::SharePoint => Some(Product::SharePoint),
            HostKind::Other => None,
        }
    }

    /// What a repeat has to give again, as keyed hashes.
    pub(super) fn summary(&self, state: &RandomState) -> Summary {
        let mut hasher = state.build_hasher();
        if let Some(link) = &self.link {
            let url = link.web_url.as_ref().and_then(|url| url.0.split(['?', '#']).next());
            url.hash(&mut hasher);
            link.kind.as_ref().map(|it| &it.0).hash(&mut hasher);
            link.scope.as_ref().map(|it| &it.0).hash(&mut hasher);
        }
        for role in self.roles.iter().flatten() {
            role.0.hash(&mut hasher);
        }
        Summary {
            id: self.id.as_ref().map(|id| state.hash_one(&id.0)),
            link: Some(hasher.finish()),
        }
    }

    pub(super) fn relations(&self, sighting: &Sighting<'_>) -> Relations {
        let url = self.link.as_ref().and_then(|it| it.web_url.as_ref()).map(|it| &it.0);
        let share = match (&self.share_id, url) {
            (Some(share), Some(url)) => {
                let encoded = share.0.strip_prefix("u!").unwrap_or_default();
                Some(URL_SAFE_NO_PAD.encode(url.as_bytes()) == encoded.trim_end_matches('='))
            }
            _ => None,
        };
        let html = self.link.as_ref().and_then(|it| it.web_html.as_ref());
        let embeds = html.and_then(|html| Some(html.0.contains(url?.as_ref())));
        let asked: Option<Cow<'_, str>> = sighting
            .body
            .as_deref()
            .filter(|body| body.contains("expirationDateTime"))
            .and_then(|body| serde_json::from_str::<Asked<'_>>(body).ok()?.expiration)
            .map(|it| it.0);
        let instant = |text: &str| text.parse::<Timestamp>().ok();
        let expires = match (asked, &self.expiration) {
            (None, None) => 0,
            (None, Some(_)) => 1,
            (Some(_), None) => 2,
            (Some(asked), Some(got)) => match (instant(&asked), instant(&got.0)) {
                (Some(asked), Some(got)) if got == asked => 3,
                (Some(asked), Some(got)) if got < asked => 4,
                (Some(_), Some(_)) => 5,
                _ => 6,
            },
        };
        (share, embeds, expires)
    }
}
