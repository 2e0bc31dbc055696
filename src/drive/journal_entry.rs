//! What a journal says: what is about to be made, what was made, what is gone again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One line of a journal. It holds ids, since clean-up needs them; no token, password or sharing URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// The run: where it works.
    Run {
        /// The service root.
        base_url: String,
        /// The drive, as the option words it.
        drive: String,
        /// When it began, by the clock of this machine.
        started: Timestamp,
        /// How far the service's clock was ahead of that, in seconds, where it told its time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock_ahead: Option<i64>,
    },
    /// An item is about to be made.
    WillMakeItem {
        /// Its name.
        name: String,
        /// The names of the folders it is in, from the root of the drive, joined by slashes.
        folder: String,
    },
    /// The permissions that held for the run's folder when nothing of the run was shared yet: they come
    /// from above, and are other people's.
    FromAbove {
        /// Their ids.
        permission_ids: Vec<String>,
    },
    /// The permissions of a new item before a link to it was asked for: none of them is the run's.
    Before {
        /// The item.
        item_id: String,
        /// Their ids.
        permission_ids: Vec<String>,
    },
    /// A link is about to be asked for.
    WillAskForLink {
        /// The item it will be on.
        item_id: String,
    },
    /// Something was made.
    Made(Made),
    /// Something is gone again.
    Removed(Made),
    /// Everything is gone.
    Clean,
}

impl Entry {
    /// Whether it says what is about to happen, and not what has happened.
    pub(super) fn announces(&self) -> bool {
        matches!(self, Self::Run { .. } | Self::WillMakeItem { .. } | Self::WillAskForLink { .. })
    }
}

/// Something a run made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Made {
    /// A file or folder.
    Item {
        /// Its id.
        id: String,
        /// Its name, for messages.
        name: String,
    },
    /// A sharing link.
    Link {
        /// The item it is on.
        item_id: String,
        /// The id of the permission.
        permission_id: String,
    },
}
