//! What a check may look at: the recordings of a run, and what they show of the service.

use std::borrow::Cow;

use serde_json::{Map, Value};

pub mod baseline;
pub mod documented;
pub mod expiration;
pub mod first_at;
pub mod knowledge;
pub mod listing;
pub mod overview;
pub mod schema;
pub mod sharing_url;
pub mod strict_json;
pub mod untold;
pub mod web_page;
pub mod wording;

use crate::graph::{Answer, Exchange, Gap, Identity, Product, Purpose, Recording, Tenant};
use crate::judge::evidence::baseline::Baseline;
use crate::judge::evidence::knowledge::Knowledge;
use crate::judge::evidence::listing::{Listing, listings, why_unread};
use crate::judge::evidence::overview::Overview;
use crate::judge::evidence::sharing_url::UrlIdentity;
use crate::judge::evidence::wording::origin;
pub use crate::judge::evidence::wording::{
    describe, environment, ordinal, status_text, without_query,
};
use crate::judge::finding::grounds::{self, Case};
use crate::judge::finding::outcome::Outcome;

/// Everything a check may look at. No clock, no network, no files.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'e> {
    /// The story of the scenario; empty for rules about all answers.
    pub story: &'e Recording,
    /// Every story of the run, in the order of the plan.
    pub run: &'e [Recording],
    /// The product judged.
    pub product: Product,
    /// What the tenant is declared to allow.
    pub tenant: &'e Tenant,
    /// What was found out about the run already; none where the run is a part of one.
    pub overview: Option<&'e Overview>,
}

/// A request to createLink with a usable HTTP answer.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'e> {
    /// The exchange.
    pub exchange: &'e Exchange,
    /// Its answer.
    pub answer: &'e Answer,
    /// An earlier attempt of the same request was throttled or failed and may have taken effect.
    pub after_failed_attempt: bool,
}

/// A request to createLink that was answered with success and a JSON object.
#[derive(Debug, Clone)]
pub struct Granted<'e> {
    /// The exchange.
    pub exchange: &'e Exchange,
    /// Its answer.
    pub answer: &'e Answer,
    /// The members of the request body, when it is a JSON object.
    pub asked: Option<&'e Map<String, Value>>,
    /// The permission, as an open-world JSON object.
    pub permission: &'e Value,
    /// An earlier attempt of the same request was throttled or failed and may have taken effect.
    pub after_failed_attempt: bool,
}

impl Case for Asked<'_> {
    fn numbers(&self) -> Vec<u32> {
        vec![self.number()]
    }
}

impl Case for Granted<'_> {
    fn numbers(&self) -> Vec<u32> {
        vec![self.number()]
    }
}

impl Asked<'_> {
    /// The exchange's number.
    pub fn number(&self) -> u32 {
        self.exchange.number
    }
}

impl<'e> Granted<'e> {
    /// The type of link that was asked for.
    pub fn asked_type(&self) -> Option<&'e str> {
        self.asked?.get("type")?.as_str()
    }
}

impl Granted<'_> {
    /// The exchange's number.
    pub fn number(&self) -> u32 {
        self.exchange.number
    }

    /// The address it was asked for at.
    pub fn request_url(&self) -> &str {
        &self.exchange.request.url
    }

    /// `permission.id`, when it is a string.
    pub fn id(&self) -> Option<&str> {
        self.permission["id"].as_str()
    }

    /// `permission.link`.
    pub fn link(&self) -> &Value {
        &self.permission["link"]
    }

    /// A string member of `permission.link`.
    pub fn link_text(&self, member: &str) -> Option<&str> {
        self.link()[member].as_str()
    }

    /// A member of the request.
    pub fn asked_member(&self, member: &str) -> Option<&Value> {
        self.asked?.get(member)
    }

    /// A string member of the request.
    pub fn asked_text(&self, member: &str) -> Option<&str> {
        self.asked_member(member)?.as_str()
    }
}

impl<'e> Evidence<'e> {
    /// The same for a run of which this recording is all.
    pub fn alone(&self, recording: &'e Recording) -> Self {
        Self { run: std::slice::from_ref(recording), overview: None, ..*self }
    }

    /// Whether all of this was told as stories, so that nothing happened but what they tell.
    pub fn is_told(&self) -> bool {
        self.run.iter().all(|it| Knowledge::of(it).is_told())
    }

    /// Whether the link of an answer is known to be the one this very request made: in exchanges that nobody told, an
    /// existing one may have been asked for in other words before.
    pub fn may_be_an_older_link(&self, granted: &Granted<'_>) -> bool {
        granted.answer.status != 201 && !self.is_told()
    }

    /// Which part of its sharing URLs the service tells links apart by, as the run shows.
    pub fn urls(&self) -> UrlIdentity {
        let look = || UrlIdentity::seen_in(self.run);
        self.overview.map_or_else(look, |it| *it.urls.get_or_init(look))
    }

    /// The permissions its items have whatever is asked for, as the run shows.
    pub fn baseline(&self) -> Cow<'e, Baseline> {
        let look = || Baseline::seen_in(self.run, self.urls());
        match self.overview {
            Some(overview) => Cow::Borrowed(overview.baseline.get_or_init(look)),
            None => Cow::Owned(look()),
        }
    }

    /// Reports the first line of the story that could not be told.
    ///
    /// # Errors
    /// That gap, as an outcome.
    pub fn complete(&self) -> Result<(), Outcome> {
        match self.story.gaps.values().next() {
            None => Ok(()),
            Some(gap) => Err(gap_outcome(gap)),
        }
    }

    /// The story's requests to createLink, last attempts only, in order, answered or not.
    fn asked_exchanges(&self) -> impl Iterator<Item = &'e Exchange> {
        self.story.exchanges.iter().filter(|it| it.purpose == Purpose::CreateLink && !it.retried)
    }

    /// The story's request to createLink at that position, from 0.
    ///
    /// # Errors
    /// Not run or inconclusive when it was not sent or the environment was in the way.
    pub fn asked(&self, index: usize) -> Result<Asked<'e>, Outcome> {
        let Some(exchange) = self.asked_exchanges().find(|it| it.link == Some(index)) else {
            self.complete()?;
            return Err(Outcome::not_run(format!(
                "the {} request of the story was not sent",
                ordinal(index)
            )));
        };
        if let Some(reason) = environment(exchange) {
            return Err(Outcome::inconclusive(reason, [exchange.number]));
        }
        let Some(answer) = exchange.answer() else {
            return Err(Outcome::inconclusive("no answer", [exchange.number]));
        };
        grounds::note([exchange.number]);
        Ok(Asked { exchange, answer, after_failed_attempt: self.story.retried_before(exchange) })
    }

    /// The story's request at that position, as a success with a permission.
    ///
    /// # Errors
    /// Not run when it was refused: whoever judges acceptance says so, everybody else has no case.
    pub fn granted(&self, index: usize) -> Result<Granted<'e>, Outcome> {
        let asked = self.asked(index)?;
        if !asked.answer.is_success() {
            return Err(Outcome::not_run(format!(
                "the {} request was not granted: {}",
                ordinal(index),
                status_text(asked.answer)
            )));
        }
        granted(asked).ok_or_else(|| {
            Outcome::not_run(format!(
                "the {} answer holds no JSON object (RESP-01, RESP-03)",
                ordinal(index)
            ))
        })
    }

    /// Every createLink request of the run that was answered, last attempts only.
    ///
    /// Requests the environment kept from being judged are left out.
    pub fn run_asked(&self) -> impl Iterator<Item = Asked<'e>> + use<'e> {
        self.run.iter().flat_map(|recording| {
            recording
                .exchanges
                .iter()
                .filter(|it| it.purpose == Purpose::CreateLink && !it.retried)
                .filter(|it| environment(it).is_none())
                .filter_map(|exchange| {
                    Some(Asked {
                        exchange,
                        answer: exchange.answer()?,
                        after_failed_attempt: recording.retried_before(exchange),
                    })
                })
        })
    }

    /// Every createLink request of the run that was granted with a JSON object.
    pub fn run_granted(&self) -> impl Iterator<Item = Granted<'e>> + use<'e> {
        self.run_asked().filter(|asked| asked.answer.is_success()).filter_map(granted)
    }

    /// Whether the run shows that the service grants links at all.
    ///
    /// A refusal proves nothing about a service that refuses everything.
    ///
    /// # Errors
    /// Not run when no request of the run was granted.
    pub fn grants_something(&self) -> Result<(), Outcome> {
        if self.run_asked().any(|asked| asked.answer.is_success()) {
            return Ok(());
        }
        Err(Outcome::not_run(
            "no createLink call of this run was granted, so a refusal proves nothing",
        ))
    }

    /// Whether the refusal of a request tells anything about what it is to show: a request that differs
    /// from it in one member was granted in this run, be it by one member of the plainest.
    ///
    /// A service that refuses every scope has not refused this one. Requests that were granted tell of
    /// themselves.
    ///
    /// # Errors
    /// Not run when no such request was granted.
    pub fn refusal_tells(&self, asked: &Asked<'_>) -> Result<(), Outcome> {
        self.grants_something()?;
        let refused = (400..500).contains(&asked.answer.status);
        let Some(members) = asked.exchange.request.members().filter(|_| refused) else {
            return Ok(());
        };
        let has_scope = |it: &Map<String, Value>| it.get("scope").is_some_and(|it| !it.is_null());
        let granted: Vec<&Map<String, Value>> = self
            .run_asked()
            .filter(|it| it.answer.is_success())
            .filter_map(|it| it.exchange.request.members())
            .collect();
        if has_scope(members) && !granted.iter().copied().any(has_scope) {
            return Err(Outcome::not_run(
                "no request with a scope was granted in this run, so a refusal may be the scope's",
            ));
        }
        let like_it = |granted: &Map<String, Value>| {
            let unlike =
                members.iter().filter(|(name, value)| granted.get(*name) != Some(*value)).count();
            let missing = granted.keys().filter(|name| !members.contains_key(*name)).count();
            let is_plain = granted.keys().all(|name| name == "type" || name == "scope");
            let declared = match members.get("scope").and_then(Value::as_str) {
                Some("anonymous") => self.tenant.anonymous_links == Some(true),
                Some("organization") => self.tenant.organization_links == Some(true),
                _ => false,
            };
            // A scope the tenant is declared to permit is no reason for a refusal.
            let excused = usize::from(declared && members.get("scope") != granted.get("scope"));
            let differing = unlike - excused;
            differing + missing <= 1 || (is_plain && differing <= 1)
        };
        if granted.into_iter().any(like_it) {
            return Ok(());
        }
        Err(Outcome::not_run(
            "no request like it was granted in this run, so its refusal may have another reason",
        ))
    }

    /// Whether a `400 Bad Request` tells anything about who asked, for what, or how: a body that is refused
    /// like this wherever the owner sends it does not come so far.
    ///
    /// # Errors
    /// Not run when this body was never granted, and was refused with 400 elsewhere too.
    pub fn refusal_is_not_the_bodys(&self, asked: &Asked<'_>) -> Result<(), Outcome> {
        let Some(members) = asked.exchange.request.members().filter(|_| asked.answer.status == 400)
        else {
            return Ok(());
        };
        let mut refused = false;
        for other in self.run_asked() {
            if other.exchange.request.members() != Some(members) {
                continue;
            }
            if other.answer.is_success() {
                return Ok(());
            }
            refused |= other.number() != asked.number()
                && other.exchange.identity == Identity::Owner
                && other.answer.status == 400;
        }
        match refused {
            true => Err(Outcome::not_run(
                "its body is refused with 400 wherever it is sent, so this 400 tells nothing more",
            )),
            false => Ok(()),
        }
    }

    /// Whether the listings of this run show links at all.
    ///
    /// # Errors
    /// Not run when none shows one that was granted, so that one without any proves nothing.
    pub fn listings_show_links(&self) -> Result<(), Outcome> {
        let shows = |recording| listings(recording).iter().any(|it| it.links().next().is_some());
        if self.run.iter().any(shows) {
            return Ok(());
        }
        Err(Outcome::not_run(
            "no listing of this run shows a sharing link, so one without proves nothing (SIDE-01)",
        ))
    }

    /// Every complete reading of an item's permissions in this story, in order.
    ///
    /// Readings that the environment broke off are left out.
    pub fn listings(&self) -> Vec<Listing<'e>> {
        listings(self.story)
    }

    /// The last complete reading of an item's permissions at or after line `act`.
    ///
    /// # Errors
    /// Inconclusive when there is none.
    pub fn listing(&self, item: &str, act: usize) -> Result<Listing<'e>, Outcome> {
        let found = self.listings().into_iter().rfind(|it| it.item == item && it.act >= act);
        if let Some(listing) = found {
            grounds::note(listing.exchanges.iter().copied());
            return Ok(listing);
        }
        self.complete()?;
        let tried =
            self.story.exchanges.iter().rfind(|it| {
                it.purpose == Purpose::ListPermissions && it.item.as_deref() == Some(item)
            });
        let why = tried.map(|it| format!(": {}", why_unread(it))).unwrap_or_default();
        Err(Outcome::inconclusive(
            format!("the permissions of the {item} could not be read{why}"),
            tried.map(|it| it.number),
        ))
    }

    /// The last reading of an item's permissions in this story.
    ///
    /// # Errors
    /// Inconclusive when there is none.
    pub fn last_listing(&self, item: &str) -> Result<Listing<'e>, Outcome> {
        self.listing(item, 0)
    }

    /// The last reading of an item's permissions that was made at line `act` or before.
    ///
    /// # Errors
    /// Inconclusive when there is none.
    pub fn listing_until(&self, item: &str, act: usize) -> Result<Listing<'e>, Outcome> {
        let found = self.listings().into_iter().rfind(|it| it.item == item && it.act <= act);
        let listing = found.ok_or_else(|| {
            Outcome::inconclusive(format!("the permissions of the {item} could not be read"), [])
        })?;
        grounds::note(listing.exchanges.iter().copied());
        Ok(listing)
    }

    /// The last exchange of that purpose about the link of request `link`, once the environment let it through.
    ///
    /// # Errors
    /// Not run when it was not made, inconclusive when the environment was in the way.
    pub fn about_link(
        &self,
        purpose: Purpose,
        link: usize,
    ) -> Result<(&'e Exchange, &'e Answer), Outcome> {
        self.last(|it| it.purpose == purpose && it.link == Some(link))
    }

    /// The last exchange that `matches`, once the environment let it through.
    ///
    /// # Errors
    /// Not run when it was not made, inconclusive when the environment was in the way.
    pub fn last(
        &self,
        matches: impl Fn(&Exchange) -> bool,
    ) -> Result<(&'e Exchange, &'e Answer), Outcome> {
        let Some(exchange) = self.story.exchanges.iter().rfind(|it| !it.retried && matches(it))
        else {
            self.complete()?;
            return Err(Outcome::not_run(
                "an earlier step of the story did not succeed, so this was not tried",
            ));
        };
        if let Some(reason) = environment(exchange) {
            return Err(Outcome::inconclusive(reason, [exchange.number]));
        }
        match exchange.answer() {
            Some(answer) => {
                grounds::note([exchange.number]);
                Ok((exchange, answer))
            }
            None => Err(Outcome::inconclusive("no answer", [exchange.number])),
        }
    }

    /// The id the service gave an item of the story when it was made.
    pub fn item_id(&self, item: &str) -> Option<String> {
        self.story
            .exchanges
            .iter()
            .filter(|it| it.purpose == Purpose::SetUp && it.item.as_deref() == Some(item))
            .filter_map(|it| it.answer()?.json().ok())
            .find_map(|made| made["id"].as_str().map(str::to_owned))
    }

    /// Every answer of the run that came from Graph itself, later and earlier attempts alike.
    ///
    /// Pages for browsers and storage behind a redirect speak another language.
    pub fn graph_answers(&self) -> impl Iterator<Item = (&'e Exchange, &'e Answer)> + use<'e> {
        let exchanges = || self.run.iter().flat_map(|recording| &recording.exchanges);
        let home = exchanges()
            .find(|it| it.purpose == Purpose::CreateLink)
            .or_else(|| exchanges().next())
            .map(|it| origin(&it.request.url));
        exchanges()
            .filter(|it| it.purpose != Purpose::OpenPage)
            .filter(move |it| Some(origin(&it.request.url)) == home)
            .filter_map(|it| Some((it, it.answer()?)))
    }

    /// Whether an earlier attempt of this call of the story failed, and may have taken effect.
    pub fn was_tried_before(&self, exchange: &Exchange) -> bool {
        self.story.retried_before(exchange)
    }
}

impl Recording {
    /// Whether an earlier attempt of this request was made and failed.
    fn retried_before(&self, exchange: &Exchange) -> bool {
        self.exchanges.iter().any(|it| {
            it.retried
                && it.purpose == exchange.purpose
                && it.link == exchange.link
                && it.act == exchange.act
        })
    }
}

fn granted(asked: Asked<'_>) -> Option<Granted<'_>> {
    let permission = asked.answer.json().ok().filter(|it| it.is_object())?;
    Some(Granted {
        exchange: asked.exchange,
        answer: asked.answer,
        asked: asked.exchange.request.members(),
        permission,
        after_failed_attempt: asked.after_failed_attempt,
    })
}

fn gap_outcome(gap: &Gap) -> Outcome {
    match gap {
        Gap::NotRun(reason) => Outcome::not_run(reason),
        Gap::Inconclusive(reason) => Outcome::inconclusive(reason, []),
    }
}
