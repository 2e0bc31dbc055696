//! What is done with a link once it is there.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use url::{Host, Url};

use super::owner::Owner;
use super::proof::{Behind, Shown};
use super::telling::{Missing, Teller, describe, is_answered};
use super::throttle;
use super::{Entry, Made, Target};
use crate::caller::Outgoing;
use crate::graph::{Gap, Identity, Purpose, Reply, Unredacted, encode_segment};
use crate::story::UseOfLink;

/// Redirects followed on the way to a page or to content.
const MOST_HOPS: usize = 10;

impl Teller<'_> {
    /// Carries out an act about a link an earlier line asked for.
    pub(super) async fn use_link(
        &mut self,
        by: Identity,
        index: usize,
        use_of_link: &UseOfLink,
    ) -> Result<(), Missing> {
        match use_of_link {
            UseOfLink::ReadPermission => self.read_permission(by, index).await,
            UseOfLink::Delete => self.delete_link(by, index).await,
            UseOfLink::DeleteAt(item) => {
                let path = self.permission_path(item, index)?;
                self.prove_link(index).await?;
                self.about_link(by, Method::DELETE, &path, Purpose::DeletePermission, index, None)
                    .await
                    .map(drop)
            }
            UseOfLink::Open => {
                let share = self.share_of_url(index)?;
                let expected = self.is_expected_to_open(by, index);
                self.open(by, index, &share, expected).await
            }
            UseOfLink::OpenByShareId => {
                let link = self.link(index)?;
                let share = link.permission.0["shareId"].as_str().map(encode_segment);
                let share =
                    share.ok_or_else(|| Gap::NotRun("the answer carries no shareId".to_owned()))?;
                self.open(by, index, &share, true).await
            }
            UseOfLink::ReadContent => self.read_content(by, index).await,
            UseOfLink::WriteContent => self.write_content(by, index).await,
            UseOfLink::OpenPage => self.open_page(index).await,
        }
    }

    async fn read_permission(&mut self, by: Identity, index: usize) -> Result<(), Missing> {
        let link = self.link(index)?;
        let (item, deleted) = (link.item.clone(), link.deleted);
        let path = self.permission_path(&item, index)?;
        let settled = move |reply: &Reply| is_answered(reply, |it| (it.status == 404) == deleted);
        self.until_settled(by, Method::GET, &path, Purpose::ReadPermission, index, settled)
            .await
            .map(drop)
    }

    async fn delete_link(&mut self, by: Identity, index: usize) -> Result<(), Missing> {
        let link = self.link(index)?;
        let item = link.item.clone();
        let path = self.permission_path(&item, index)?;
        self.prove_link(index).await?;
        let reply = self
            .about_link(by, Method::DELETE, &path, Purpose::DeletePermission, index, None)
            .await?;
        if !is_answered(&reply.0, |it| (200..300).contains(&it.status)) {
            // What follows is not what the story tells.
            let why = format!("the link could not be removed: {}", describe(&reply.0));
            return Err(match throttle::is_transient(&reply.0) {
                true => Gap::Inconclusive(why),
                false => Gap::NotRun(why),
            });
        }
        let id = self.link(index)?.permission.0["id"].clone();
        for link in self.links.iter_mut().flatten() {
            if link.item == item && link.permission.0["id"] == id {
                link.deleted = true;
            }
        }
        // What follows is judged as done after the deletion, so the deletion has to have arrived.
        let listed = self.list(&item).await;
        if let (Some(item), Some(id), Some(listed)) = (self.items.get(&item), id.as_str(), listed)
            && !listed.iter().any(|entry| entry["id"].as_str() == Some(id))
        {
            let made = Made::Link { item_id: item.id.clone(), permission_id: id.to_owned() };
            self.note(Entry::Removed(made))?;
        }
        Ok(())
    }

    async fn open(
        &mut self,
        by: Identity,
        index: usize,
        share: &str,
        expected: bool,
    ) -> Result<(), Missing> {
        let path = format!("/shares/{share}/driveItem");
        // Nothing closes a link by and by that nobody deleted, nor one that opens to somebody who has another.
        let may_close = self.links.iter().flatten().any(|it| it.deleted);
        let settled = move |reply: &Reply| {
            is_answered(reply, |it| (it.status < 300) == expected || !(expected || may_close))
        };
        self.until_settled(by, Method::GET, &path, Purpose::OpenLink, index, settled)
            .await
            .map(drop)
    }

    /// Reads the content. The pre-authenticated address a redirect names gets no token (HLP-12).
    async fn read_content(&mut self, by: Identity, index: usize) -> Result<(), Missing> {
        let path = format!("/shares/{}/driveItem/content", self.share_of_url(index)?);
        let expected = self.is_expected_to_open(by, index);
        let settled = move |reply: &Reply| is_answered(reply, |it| (it.status < 400) == expected);
        let mut reply = self
            .until_settled(by, Method::GET, &path, Purpose::ReadThroughLink, index, settled)
            .await?;
        let mut url = self.target.url(&path);
        for _ in 0..MOST_HOPS {
            let Some(next) = redirect(&reply.0, &url) else { break };
            url = next;
            let outgoing = Outgoing {
                method: Method::GET,
                url: url.clone(),
                headers: Vec::new(),
                body: None,
                bare: true,
            };
            let item = self.link(index)?.item.clone();
            let about = self.about(Purpose::ReadThroughLink, by, Some(&item), Some(index));
            reply = self.target.wire.send(&outgoing, &about, &mut self.recording).await;
        }
        Ok(())
    }

    async fn write_content(&mut self, by: Identity, index: usize) -> Result<(), Missing> {
        let share = self.share_of_url(index)?;
        let path = format!("/shares/{share}/driveItem/content");
        // A wrong URL may lead to somebody else's file.
        let item_id = &self.item(&self.link(index)?.item)?.id;
        let owner = Owner { wire: &self.target.wire };
        match owner.is_behind(&share, item_id).await {
            Behind::TheItem => {}
            Behind::Another => {
                let what = "a sharing URL leads to another item than the one it was made for; \
                            nothing was written through it";
                self.target.journal.handed_out(what.to_owned());
                return Err(Gap::NotRun(what.to_owned()));
            }
            Behind::Unread(why) => {
                return Err(Gap::NotRun(format!("nothing was written: {why}")));
            }
        }
        self.target.journal.leads_to_ours(share);
        let content = format!("linkspec story {}, written through the link\n", self.number);
        self.about_link(by, Method::PUT, &path, Purpose::WriteThroughLink, index, Some(content))
            .await
            .map(drop)
    }

    /// Opens the sharing URL as a browser that is not signed in does: no token, cookies kept from hop to
    /// hop, redirects followed. Each hop is an exchange; the last one decides.
    async fn open_page(&mut self, index: usize) -> Result<(), Missing> {
        let link = self.link(index)?;
        let item = link.item.clone();
        let Some(mut url) =
            link.permission.0["link"]["webUrl"].as_str().and_then(|url| Url::parse(url).ok())
        else {
            return Err(Gap::NotRun("the answer carries no usable webUrl".to_owned()));
        };
        let mut cookies: Vec<(String, String)> = Vec::new();
        for _ in 0..MOST_HOPS {
            let address = self.target.page_address(&url)?;
            let mut headers = vec![("accept".to_owned(), "text/html".to_owned())];
            if !cookies.is_empty() {
                let pairs: Vec<String> =
                    cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
                headers.push(("cookie".to_owned(), pairs.join("; ")));
            }
            let outgoing =
                Outgoing { method: Method::GET, url: address, headers, body: None, bare: true };
            let about = self.about(Purpose::OpenPage, Identity::NoToken, Some(&item), Some(index));
            let reply = self.target.wire.send(&outgoing, &about, &mut self.recording).await;
            // The recording tells where a browser would be, not where the mock keeps its pages.
            if self.target.web_root.is_some()
                && let Some(exchange) = self.recording.exchanges.last_mut()
            {
                exchange.request.url = self.target.wire.redactor.text(url.as_str());
            }
            keep_cookies(&reply.0, &mut cookies);
            let Some(next) = redirect(&reply.0, &url) else { break };
            if next.host_str() != url.host_str() {
                cookies.clear();
            }
            url = next;
        }
        Ok(())
    }

    pub(super) async fn about_link(
        &mut self,
        by: Identity,
        method: Method,
        path: &str,
        purpose: Purpose,
        index: usize,
        body: Option<String>,
    ) -> Result<Unredacted<Reply>, Missing> {
        self.sign_in(by).await?;
        let mut outgoing = self.outgoing_for(by, method, path, body)?;
        if outgoing.body.is_some() {
            outgoing.headers.push(("content-type".to_owned(), "text/plain".to_owned()));
        }
        if path.starts_with("/shares/") {
            outgoing.headers.push(("prefer".to_owned(), "redeemSharingLink".to_owned()));
        }
        let item = self.link(index)?.item.clone();
        let about = self.about(purpose, by, Some(&item), Some(index));
        Ok(self.send_or_say_so(&outgoing, &about).await)
    }

    /// Repeats a read for some seconds until it shows what was just done.
    async fn until_settled(
        &mut self,
        by: Identity,
        method: Method,
        path: &str,
        purpose: Purpose,
        index: usize,
        settled: impl Fn(&Reply) -> bool,
    ) -> Result<Unredacted<Reply>, Missing> {
        let mut pauses = self.target.wire.settling().iter();
        let mut waited = false;
        loop {
            let reply = self.about_link(by, method.clone(), path, purpose, index, None).await?;
            if settled(&reply.0) {
                if waited {
                    self.target.wire.waited(true);
                }
                return Ok(reply);
            }
            let pause: &Duration = match pauses.next() {
                // What fails was repeated as often as that helps.
                Some(pause) if !throttle::is_transient(&reply.0) => pause,
                _ => {
                    self.target.wire.waited(false);
                    return Ok(reply);
                }
            };
            if !self.target.wire.rest(*pause).await {
                return Ok(reply);
            }
            self.retry_last();
            waited = true;
        }
    }

    pub(super) fn permission_path(&self, item: &str, index: usize) -> Result<String, Missing> {
        let id = self.link(index)?.permission.0["id"]
            .as_str()
            .filter(|id| !id.is_empty())
            .ok_or_else(|| Gap::NotRun("the answer carries no id".to_owned()))?;
        Ok(format!("{}/permissions/{}", self.item_path(item)?, encode_segment(id)))
    }

    /// A permission is removed only where the list of its item shows it and did not before: whatever the
    /// service hands out, it may be somebody else's.
    pub(super) async fn prove_link(&self, index: usize) -> Result<(), Missing> {
        let link = self.link(index)?;
        let Some(id) = link.permission.0["id"].as_str() else { return Ok(()) };
        let item = self.item(&link.item)?;
        let Target { wire, drive, journal, .. } = self.target;
        if journal.is_foreign(id) || journal.was_there(&item.id, id) {
            return Err(Gap::NotRun(
                "the answer is a permission that was there before; it is not removed".to_owned(),
            ));
        }
        if !journal.can_prove_links(&item.id) {
            return Err(Gap::Inconclusive(
                "the link was not removed: the permissions of its item could not be read before it was \
                 asked for, so it is not known to be the run's"
                    .to_owned(),
            ));
        }
        let owner = Owner { wire };
        let mut pauses = wire.settling().iter();
        loop {
            let shown = owner.proves_link(drive, journal, &item.id, id).await;
            if shown == Ok(Shown::AsOwn) {
                return Ok(());
            }
            match pauses.next() {
                Some(pause) if wire.rest(*pause).await => continue,
                _ => {}
            }
            return Err(match shown {
                Err(leftover) => Gap::Inconclusive(format!(
                    "the link was not removed: that it is the run's {}",
                    leftover.reason
                )),
                Ok(shown) => {
                    if shown == Shown::Not {
                        let path = self.permission_path(&link.item, index)?;
                        journal.handed_out(format!(
                            "createLink was answered with a permission that the list of its item does not \
                             show ({}); it was left alone",
                            wire.redactor.text(&path)
                        ));
                    }
                    Gap::NotRun(
                        "the item does not list the permission as its own; it is not removed"
                            .to_owned(),
                    )
                }
            });
        }
    }

    /// The id under which `/shares` knows a sharing URL: "u!" and unpadded base64url (HLP-11).
    fn share_of_url(&self, index: usize) -> Result<String, Missing> {
        let url = self.link(index)?.permission.0["link"]["webUrl"]
            .as_str()
            .ok_or_else(|| Gap::NotRun("the answer carries no webUrl".to_owned()))?;
        Ok(share_id(url))
    }

    pub(super) fn is_expected_to_open(&self, by: Identity, index: usize) -> bool {
        self.link(index).is_ok_and(|link| !link.deleted && (by == Identity::Owner || link.opens))
    }
}

impl Target {
    /// Where a browser goes for a sharing URL: there, or to the pages of the mock.
    fn page_address(&self, url: &Url) -> Result<Url, Missing> {
        let named_host = matches!(url.host(), Some(Host::Domain(_)));
        if let Some(root) = self.web_root.as_ref().filter(|_| url.scheme() == "https") {
            let mut address = root.clone();
            let host = url.host_str().unwrap_or_default();
            address.set_path(&format!("{}{host}{}", root.path(), url.path()));
            address.set_query(url.query());
            return Ok(address);
        }
        // A link that leads into this machine or its network is not followed.
        if url.scheme() == "https" && named_host && url.host_str() != Some("localhost") {
            return Ok(url.clone());
        }
        Err(Gap::NotRun("the sharing URL does not lead to a public https host".to_owned()))
    }
}

/// The id under which `/shares` knows a sharing URL.
pub(super) fn share_id(url: &str) -> String {
    format!("u!{}", URL_SAFE_NO_PAD.encode(url))
}

fn redirect(reply: &Reply, from: &Url) -> Option<Url> {
    let Reply::Answer(answer) = reply else { return None };
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let next = from.join(answer.header("location")?).ok()?;
    matches!(next.scheme(), "http" | "https").then_some(next)
}

fn keep_cookies(reply: &Reply, cookies: &mut Vec<(String, String)>) {
    let Reply::Answer(answer) = reply else { return };
    for (name, value) in &answer.headers {
        if name.eq_ignore_ascii_case("set-cookie")
            && let Some((cookie, value)) =
                value.split(';').next().and_then(|pair| pair.split_once('='))
        {
            cookies.retain(|(known, _)| known != cookie);
            cookies.push((cookie.trim().to_owned(), value.trim().to_owned()));
        }
    }
}
