//! What is known of an item: who looked and with which query, what may have ended or changed a link, what is open.
//!
//! Of a story everything is known: nothing happens to its items but what it tells. Of exchanges that nobody told
//! only they are known; before them, between them, by others, at other addresses and by other APIs anything may have
//! happened. So a question has three answers, and only what is known can break a rule.

use jiff::Timestamp;
use serde_json::Value;

use crate::graph::{Exchange, Observed, Purpose, Recording};
use crate::judge::evidence::expiration::expiration;
use crate::judge::evidence::listing::Listing;

/// The answer to a question about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nothing tells.
    Unknown,
}

/// One presumption is made about what nobody saw: that no link is ended by somebody else within so long, in
/// milliseconds. A program that asks again does so within minutes; later somebody may have removed the link in a
/// browser, or a policy may have ended it. A finding that rests on it says so.
const QUIET: i64 = 5 * 60 * 1000;

/// A list may need so long until it shows what was just made, in milliseconds.
const SETTLING: i64 = 30 * 1000;

/// Query options that leave something out of an answer.
const LEAVING_OUT: [&str; 6] = ["select", "filter", "top", "skip", "skiptoken", "search"];

/// What is known of the items of a recording.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'r> {
    recording: &'r Recording,
}

impl<'r> Knowledge<'r> {
    /// What this recording tells.
    pub fn of(recording: &'r Recording) -> Self {
        Self { recording }
    }

    fn observed(&self) -> Option<&'r Observed> {
        self.recording.observed.as_ref()
    }

    /// Whether everything is known: somebody told this as a story.
    pub fn is_told(&self) -> bool {
        self.recording.observed.is_none()
    }

    /// Whether two exchanges were sent by one person through one application.
    pub fn same_caller(&self, one: &Exchange, other: &Exchange) -> Known {
        let Some(observed) = self.observed() else {
            return if one.identity == other.identity { Known::Yes } else { Known::No };
        };
        match (observed.callers.get(&one.act), observed.callers.get(&other.act)) {
            (Some(one), Some(other)) if one == other => Known::Yes,
            (Some(_), Some(_)) => Known::No,
            _ => Known::Unknown,
        }
    }

    /// Whether two exchanges say the same words at the same address.
    pub fn same_question(&self, one: &Exchange, other: &Exchange) -> bool {
        match self.observed() {
            None => {
                one.request.url == other.request.url
                    && one.request.members() == other.request.members()
            }
            Some(observed) => {
                observed.questions.get(&one.act) == observed.questions.get(&other.act)
            }
        }
    }

    /// Whether the link that was granted may have ended, or become another, before the later exchange was answered.
    pub fn ended_between(
        &self,
        permission: Option<&str>,
        earlier: &Exchange,
        later: &Exchange,
    ) -> Known {
        let Some(observed) = self.observed() else {
            let removed = self.recording.exchanges.iter().any(|it| {
                matches!(it.purpose, Purpose::DeletePermission | Purpose::DeleteItem)
                    && (earlier.act..=later.act).contains(&it.act)
            });
            return if removed { Known::Yes } else { Known::No };
        };
        let (Some(from), Some(until)) = (self.time(earlier), self.time(later)) else {
            return Known::Unknown;
        };
        let until = end_of(later, until);
        let meanwhile = observed.changes.iter().any(|change| {
            let concerns = match (&change.permission, permission) {
                (Some(one), Some(other)) => one == other,
                _ => true,
            };
            concerns
                && change.sent.is_none_or(|it| it <= until)
                && change.ended.is_none_or(|it| it >= from)
        });
        let ended =
            meanwhile || permission.is_some_and(|id| self.is_expired(id, earlier, later, until));
        // What came at the same time, or long after, may have met anything.
        let in_order = end_of(earlier, from) <= until && from < until;
        let is_soon = until.as_millisecond().saturating_sub(from.as_millisecond()) <= QUIET;
        match (ended, in_order && is_soon) {
            (true, _) => Known::Yes,
            (false, true) => Known::No,
            (false, false) => Known::Unknown,
        }
    }

    /// Whether what was seen of a permission meanwhile says that it ends by then.
    fn is_expired(&self, id: &str, earlier: &Exchange, later: &Exchange, by: Timestamp) -> bool {
        let meanwhile = self.recording.exchanges.iter();
        meanwhile
            .filter(|it| (earlier.act..=later.act).contains(&it.act))
            .filter_map(|it| shown(it, id))
            .any(|permission| expiration(permission).instant().is_some_and(|it| it <= by))
    }

    /// What a finding that rests on two exchanges says of the presumption about what nobody saw between them.
    pub fn presumed(&self, earlier: &Exchange, later: &Exchange) -> Option<String> {
        if self.is_told() {
            return None;
        }
        let (from, until) = (self.time(earlier)?, self.time(later)?);
        let seconds = until.duration_since(from).as_secs();
        Some(format!("unless somebody ended the link unseen in the {seconds} s between"))
    }

    /// Whether one exchange was answered before the other was sent.
    pub fn is_before(&self, one: &Exchange, other: &Exchange) -> Known {
        if self.is_told() {
            return if (one.act, one.number) < (other.act, other.number) {
                Known::Yes
            } else {
                Known::No
            };
        }
        match (self.time(one), self.time(other)) {
            (Some(first), Some(second)) if first < second && end_of(one, first) <= second => {
                Known::Yes
            }
            (Some(_), Some(_)) => Known::No,
            _ => Known::Unknown,
        }
    }

    /// Whether a listing shows every link its item had when it was asked for, among them one that `grant` answered.
    ///
    /// List permissions: a caller that is no owner is given "the sharing permissions that apply to the caller".
    pub fn lists(&self, listing: &Listing<'_>, grant: &Exchange) -> Known {
        if self.is_told() {
            return Known::Yes;
        }
        let pages = self.pages(listing);
        let Some(first) = pages.first() else { return Known::Unknown };
        let is_whole = is_whole(&pages)
            && self.same_caller(first, grant) == Known::Yes
            && self.is_before(grant, first) == Known::Yes;
        let settled = match (self.time(grant), self.time(first)) {
            (Some(granted), Some(listed)) => {
                let granted = end_of(grant, granted).as_millisecond();
                listed.as_millisecond().saturating_sub(granted) >= SETTLING
            }
            _ => false,
        };
        if is_whole && settled { Known::Yes } else { Known::Unknown }
    }

    /// Whether a listing was asked for by the one who sent `later`, before that, and shows every link there was.
    pub fn is_whole_before(&self, listing: &Listing<'_>, later: &Exchange) -> bool {
        let pages = self.pages(listing);
        let soon = |last: &Exchange| self.ended_between(None, last, later) == Known::No;
        is_whole(&pages)
            && pages.first().is_some_and(|it| self.same_caller(it, later) == Known::Yes)
            && pages.last().is_some_and(|it| self.is_before(it, later) == Known::Yes && soon(it))
    }

    /// Whether the recording shows by itself that the link of a grant was there while a listing was answered: the
    /// same permission came again later, and nothing can have ended and made it anew meanwhile.
    pub fn was_there(&self, grant: &Exchange, id: &str, listing: &Listing<'_>) -> Known {
        let pages = self.pages(listing);
        let Some(last) = pages.last() else { return Known::Unknown };
        if self.is_told() {
            return Known::Yes;
        }
        let shown = self.recording.exchanges.iter().any(|later| {
            shows(later, id)
                && self.is_before(last, later) == Known::Yes
                && self.ended_between(Some(id), grant, later) == Known::No
        });
        match (shown, self.ended_between(Some(id), grant, last)) {
            (_, Known::Yes) => Known::No,
            (true, _) => Known::Yes,
            (false, _) => Known::Unknown,
        }
    }

    /// Whether a listing may leave members of its permissions out: some were not asked for, or its caller is not the
    /// one who made the link, from whom secrets are withheld.
    pub fn withholds_members(&self, listing: &Listing<'_>, grant: &Exchange) -> bool {
        if self.is_told() {
            return false;
        }
        let pages = self.pages(listing);
        pages.iter().any(|it| leaves_out(&it.request.url))
            || pages.first().is_none_or(|it| self.same_caller(it, grant) != Known::Yes)
    }

    /// Whether nothing that came by can have changed anything between an exchange and the end of a listing.
    pub fn is_quiet_until(&self, earlier: &Exchange, listing: &Listing<'_>) -> bool {
        let pages = self.pages(listing);
        pages.last().is_some_and(|last| self.ended_between(None, earlier, last) == Known::No)
    }

    /// Whether the link of a grant may have ended or been changed before a listing was answered.
    pub fn may_have_changed(&self, grant: &Exchange, id: &str, listing: &Listing<'_>) -> bool {
        !self.is_told()
            && self.pages(listing).last().is_none_or(|last| {
                self.ended_between(Some(id), grant, last) != Known::No
                    || self.is_before(grant, last) != Known::Yes
            })
    }

    /// Whether a listing was asked for with a query that leaves members out.
    pub fn leaves_members_out(&self, listing: &Listing<'_>) -> bool {
        self.pages(listing).iter().any(|it| leaves_out(&it.request.url))
    }

    fn pages(&self, listing: &Listing<'_>) -> Vec<&'r Exchange> {
        self.recording
            .exchanges
            .iter()
            .filter(|it| {
                it.purpose == Purpose::ListPermissions && listing.exchanges.contains(&it.number)
            })
            .collect()
    }

    fn time(&self, exchange: &Exchange) -> Option<Timestamp> {
        let is_known = self.observed().is_none_or(|it| !it.untimed.contains(&exchange.act));
        is_known.then_some(exchange.sent)
    }
}

/// Whether the query of a request leaves something out of its answer.
pub fn leaves_out(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(|option| {
        let name = option.split('=').next().unwrap_or_default().to_ascii_lowercase();
        let name = name.strip_prefix("%24").or_else(|| name.strip_prefix('$')).unwrap_or(&name);
        LEAVING_OUT.contains(&name)
    })
}

/// One page that goes on nowhere, or pages of which each leads to the next.
fn is_whole(pages: &[&Exchange]) -> bool {
    let Some(first) = pages.first() else { return false };
    let next_of = |page: &Exchange| -> Option<String> {
        let body = page.answer()?.json().ok()?;
        Some(body["@odata.nextLink"].as_str()?.to_owned())
    };
    let linked =
        pages.windows(2).all(|pair| next_of(pair[0]).as_deref() == Some(&*pair[1].request.url));
    let ends = pages.last().is_some_and(|it| next_of(it).is_none());
    !leaves_out(&first.request.url) && linked && ends
}

fn end_of(exchange: &Exchange, sent: Timestamp) -> Timestamp {
    let duration = std::time::Duration::from_millis(exchange.milliseconds);
    sent.checked_add(duration).unwrap_or(sent)
}

/// Whether an answer shows that a link with that id was there before.
fn shows(exchange: &Exchange, id: &str) -> bool {
    exchange.status() == Some(200) && shown(exchange, id).is_some()
}

/// The permission with that id, where an answer shows it.
fn shown<'e>(exchange: &'e Exchange, id: &str) -> Option<&'e Value> {
    let body = exchange.answer().filter(|it| it.is_success())?.json().ok()?;
    let is_it = |permission: &&Value| permission["id"] == id;
    match exchange.purpose {
        Purpose::CreateLink | Purpose::ReadPermission => Some(body).filter(is_it),
        Purpose::ListPermissions => body["value"].as_array()?.iter().find(is_it),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::Change;
    use crate::judge::testing::{Telling, view};

    fn observed(mut recording: Recording, seconds: &[i64]) -> Recording {
        let mut observed = Observed::default();
        for (index, exchange) in recording.exchanges.iter_mut().enumerate() {
            exchange.act = index + 1;
            exchange.sent = Timestamp::from_second(1_800_000_000 + seconds[index]).unwrap();
            exchange.milliseconds = 100;
            observed.callers.insert(exchange.act, 1);
            observed.questions.insert(exchange.act, 7);
        }
        recording.observed = Some(observed);
        recording
    }

    fn two_requests() -> Recording {
        let asked = json!({"type": "view", "scope": "anonymous"});
        Telling::new()
            .file()
            .asks(asked.clone(), 201, view("p1"))
            .asks(asked, 201, view("p2"))
            .done()
    }

    fn between(recording: &Recording) -> Known {
        let asked: Vec<_> =
            recording.exchanges.iter().filter(|it| it.purpose == Purpose::CreateLink).collect();
        Knowledge::of(recording).ended_between(Some("p1"), asked[0], asked[1])
    }

    #[test]
    fn of_a_story_all_is_known_and_of_other_exchanges_what_is_near() {
        assert_eq!(between(&two_requests()), Known::No);
        let count = two_requests().exchanges.len();
        let at = |second: i64| {
            let mut seconds = vec![0; count];
            seconds[count - 1] = second;
            observed(two_requests(), &seconds)
        };
        assert_eq!(between(&at(60)), Known::No);
        assert_eq!(between(&at(20 * 60)), Known::Unknown, "somebody may have been there meanwhile");
        let mut expiring = at(120);
        let asked = &mut expiring.exchanges[count - 2].answer;
        let crate::graph::Reply::Answer(answer) = asked else { panic!() };
        let mut permission = view("p1");
        let until =
            |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap().to_string();
        permission["expirationDateTime"] = json!(until(60));
        answer.body = permission.to_string().into();
        assert_eq!(between(&expiring), Known::Yes, "it has expired");
        let mut untimed = at(60);
        untimed.observed.as_mut().unwrap().untimed.insert(count);
        assert_eq!(between(&untimed), Known::Unknown);
    }

    #[test]
    fn what_may_have_ended_the_link_counts_when_it_came_in_between_and_may_mean_it() {
        let count = two_requests().exchanges.len();
        let mut seconds = vec![0; count];
        seconds[count - 1] = 60;
        let with = |second: Option<i64>, permission: Option<&str>| {
            let mut recording = observed(two_requests(), &seconds);
            let at = second.map(|it| Timestamp::from_second(1_800_000_000 + it).unwrap());
            let permission = permission.map(str::to_owned);
            recording.observed.as_mut().unwrap().changes.push(Change {
                sent: at,
                ended: at,
                permission,
            });
            between(&recording)
        };
        assert_eq!(with(Some(30), None), Known::Yes);
        assert_eq!(with(Some(30), Some("p1")), Known::Yes);
        assert_eq!(with(Some(30), Some("other")), Known::No);
        assert_eq!(with(Some(-30), None), Known::No);
        assert_eq!(with(Some(90), None), Known::No);
        assert_eq!(with(None, None), Known::Yes, "its time is not known");
    }

    #[test]
    fn a_query_may_leave_something_out() {
        for (url, expected) in [
            ("https://g/permissions", false),
            ("https://g/permissions?$expand=x", false),
            ("https://g/permissions?%24select=id", true),
            ("https://g/permissions?$Top=1", true),
            ("https://g/permissions?a=b&$skiptoken=c", true),
        ] {
            assert_eq!(leaves_out(url), expected, "{url}");
        }
    }
}
