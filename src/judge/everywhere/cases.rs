//! The granted requests of a run, each with what was told before and after it.

use serde_json::Value;

use super::granted::is_file;
use crate::graph::{Exchange, Purpose, Recording};
use crate::judge::evidence::Evidence;
use crate::judge::evidence::documented::made;
use crate::judge::evidence::listing::{Listing, listings};

/// A request that was granted a link on an item whose whole history the recording holds.
#[derive(Clone, Copy)]
pub(super) struct Case<'e> {
    pub(super) recording: &'e Recording,
    pub(super) exchange: &'e Exchange,
    pub(super) permission: &'e Value,
}

/// Every granted request of the run for an item that its story made.
pub(super) fn cases<'e>(evidence: &Evidence<'e>) -> Vec<Case<'e>> {
    evidence.run.iter().flat_map(cases_of).collect()
}

/// The same of one story.
pub(super) fn cases_of(recording: &Recording) -> Vec<Case<'_>> {
    let granted = recording.exchanges.iter().filter(|it| is_request(it));
    granted
        .filter(|it| made(recording, it.item.as_deref()))
        .filter_map(|exchange| {
            let answer = exchange.answer().filter(|it| it.is_success())?;
            let permission = answer.json().ok().filter(|it| it["link"].is_object())?;
            Some(Case { recording, exchange, permission })
        })
        .collect()
}

/// A request to createLink that was not made again.
pub(super) fn is_request(exchange: &Exchange) -> bool {
    exchange.purpose == Purpose::CreateLink && !exchange.retried
}

impl<'e> Case<'e> {
    pub(super) fn number(&self) -> u32 {
        self.exchange.number
    }

    pub(super) fn item(&self) -> &'e str {
        self.exchange.item.as_deref().unwrap_or_default()
    }

    pub(super) fn id(&self) -> Option<&'e str> {
        self.permission["id"].as_str().filter(|it| !it.is_empty())
    }

    /// A member of the request, null counting as absent.
    pub(super) fn asked(&self, member: &str) -> Option<&'e Value> {
        self.exchange.request.members()?.get(member).filter(|it| !it.is_null())
    }

    /// The type and the scope that were asked for.
    pub(super) fn kind(&self) -> (Option<&'e str>, Option<&'e str>) {
        let text = |member| self.asked(member).and_then(Value::as_str);
        (text("type"), text("scope"))
    }

    /// The granted requests of the story for the same item before this one.
    pub(super) fn earlier(&self) -> Vec<Case<'e>> {
        let mut cases = cases_of(self.recording);
        cases.retain(|it| it.number() < self.number() && it.item() == self.item());
        cases
    }

    /// Whether the link was removed, or its item, before the exchange with that number.
    pub(super) fn is_removed_before(&self, number: u32) -> bool {
        self.recording.exchanges.iter().any(|it| {
            (self.number()..number).contains(&it.number)
                && match it.purpose {
                    Purpose::DeleteItem => it.item == self.exchange.item,
                    Purpose::DeletePermission => removes(self.recording, it, self),
                    _ => false,
                }
        })
    }

    /// What the item's permissions were right before the request, and right after it: nothing that changes
    /// them was done in between.
    pub(super) fn before_and_after(&self) -> Option<(Listing<'e>, Listing<'e>)> {
        let quiet = |from: u32, to: u32| {
            !self
                .recording
                .exchanges
                .iter()
                .any(|it| it.number > from && it.number < to && may_change_permissions(it))
        };
        let number = self.number();
        let of_item = listings(self.recording).into_iter().filter(|it| it.item == self.item());
        let (before, after): (Vec<Listing<'e>>, Vec<Listing<'e>>) =
            of_item.partition(|it| it.exchanges.last().is_some_and(|it| *it < number));
        let before = before.into_iter().next_back()?;
        let after = after.into_iter().next()?;
        let (last, first) = (before.exchanges.last()?, after.exchanges.first()?);
        (quiet(*last, number) && quiet(number, *first)).then_some((before, after))
    }

    /// Whether nobody asked for a link on this item before, or was refused one.
    pub(super) fn is_first_of_item(&self) -> bool {
        !self.recording.exchanges.iter().any(|it| {
            matches!(it.purpose, Purpose::CreateLink | Purpose::WrongMethod)
                && it.number < self.number()
                && it.item == self.exchange.item
        })
    }

    /// The granted requests for the folder around the item: in the stories, a file beside a folder is in it.
    pub(super) fn shares_of_the_folder(&self) -> Vec<Case<'e>> {
        if !is_file(self.item()) {
            return Vec::new();
        }
        let mut cases = cases_of(self.recording);
        cases.retain(|it| it.number() < self.number() && !is_file(it.item()));
        cases
    }
}

/// Whether this deletion is that of the case's link: the permission with its id.
pub(super) fn removes(recording: &Recording, deletion: &Exchange, case: &Case<'_>) -> bool {
    let link = cases_of(recording).into_iter().find(|it| it.exchange.link == deletion.link);
    deletion.status().is_some_and(|it| (200..300).contains(&it))
        && link.is_some_and(|it| it.item() == case.item() && it.id() == case.id())
}

fn may_change_permissions(exchange: &Exchange) -> bool {
    matches!(
        exchange.purpose,
        Purpose::CreateLink
            | Purpose::WrongMethod
            | Purpose::DeletePermission
            | Purpose::DeleteItem
            | Purpose::OpenLink
            | Purpose::OpenPage
            | Purpose::ReadThroughLink
            | Purpose::WriteThroughLink
    )
}

impl crate::judge::finding::grounds::Case for Case<'_> {
    fn numbers(&self) -> Vec<u32> {
        vec![self.exchange.number]
    }
}
