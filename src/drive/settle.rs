//! Lists and links take some seconds to show what was just done (HAR-07). A read is repeated until it
//! shows what the story expects or the time is up; the last read is the one that is judged.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;

use super::Wire;

/// The pauses between reads: some four seconds in all.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(300),
    Duration::from_millis(500),
    Duration::from_millis(1000),
    Duration::from_millis(2000),
];

/// How long an item that was just made may be unknown.
const LATE_ITEM: Duration = Duration::from_secs(1);

/// Where so many waits were in vain and none ever helped, the service is taken at its word.
const VAIN_WAITS: u32 = 3;

/// How a link is recognised in a list: by the id or by the URL of its permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinkMark {
    pub(super) id: Option<String>,
    pub(super) web_url: Option<String>,
}

impl LinkMark {
    /// The marks of a permission.
    pub(super) fn of(permission: &Value) -> Self {
        Self {
            id: permission["id"].as_str().map(str::to_owned),
            web_url: permission["link"]["webUrl"].as_str().map(str::to_owned),
        }
    }

    /// Whether an entry of a list is this link.
    pub(super) fn is(&self, entry: &Value) -> bool {
        let other = Self::of(entry);
        (self.id.is_some() && self.id == other.id)
            || (self.web_url.is_some() && self.web_url == other.web_url)
    }
}

/// What a list is expected to show.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    pub(super) present: Vec<LinkMark>,
    pub(super) absent: Vec<LinkMark>,
}

impl Expected {
    /// Whether a complete list shows it.
    pub(super) fn shown_by(&self, entries: &[Value]) -> bool {
        self.present.iter().all(|mark| entries.iter().any(|entry| mark.is(entry)))
            && !self.absent.iter().any(|mark| entries.iter().any(|entry| mark.is(entry)))
    }
}

impl Wire {
    /// The pauses one read may take.
    pub(super) fn settling(&self) -> &'static [Duration] {
        let (vain, useful) = (
            self.state.vain_waits.load(Ordering::Relaxed),
            self.state.useful_waits.load(Ordering::Relaxed),
        );
        if vain >= VAIN_WAITS && useful == 0 { &PAUSES[..1] } else { &PAUSES }
    }

    /// Waits for an item that was just made to be known, unless that was in vain before.
    pub(super) async fn wait_for_late_item(&self) -> bool {
        !self.state.items_stay_unknown.load(Ordering::Relaxed) && self.rest(LATE_ITEM).await
    }

    /// Notes whether the item was known then.
    pub(super) fn waited_for_item(&self, helped: bool) {
        self.state.items_stay_unknown.store(!helped, Ordering::Relaxed);
    }

    /// Notes whether waiting brought what was expected.
    pub(super) fn waited(&self, helped: bool) {
        let counter = if helped { &self.state.useful_waits } else { &self.state.vain_waits };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
