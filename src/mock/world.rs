//! Everything one mock holds.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::drive::Drive;
use super::identities::Directory;
use super::items::{GROUP_ID, SITE_ID};
use super::nulls::Null;
use super::settings::{Conduct, Options, Settings};
use crate::graph::Product;

/// Everything one mock holds; nothing is shared between mocks.
#[derive(Debug)]
pub(super) struct World {
    /// What holds whatever is asked: product, policy, clock, form.
    pub settings: Arc<Settings>,
    pub conduct: Arc<Conduct>,
    pub directory: Directory,
    pub origin: String,
    pub drive: Mutex<Drive>,
    pub null: Option<Null>,
    pub latency: Duration,
    pub create_link_calls: AtomicU64,
    pub requests: AtomicU64,
    pub stopping: watch::Receiver<()>,
}

impl World {
    pub(super) fn new(options: &Options, origin: String, stopping: watch::Receiver<()>) -> Self {
        let conduct = Arc::new(Conduct::new(options));
        Self {
            directory: Directory::new(options.product),
            origin,
            drive: Mutex::new(Drive::new(Arc::clone(&conduct))),
            settings: Arc::clone(&conduct.documented),
            conduct,
            null: options.null,
            latency: options.latency,
            create_link_calls: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            stopping,
        }
    }

    pub(super) fn drive(&self) -> MutexGuard<'_, Drive> {
        // A panic in one request leaves the drive as it was at that moment, good enough for the next.
        self.drive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn group_id(&self) -> Option<&'static str> {
        (!self.settings.is_personal()).then_some(GROUP_ID)
    }

    pub(super) fn site_id(&self) -> Option<&'static str> {
        (self.settings.product == Product::SharePoint).then_some(SITE_ID)
    }
}
