//! A client library that asks a real service: its process, and what was heard of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::mpsc;
use url::Url;

use super::adapter::{Adapter, AdapterStartError, CallTrouble};
use super::command::AdapterCommand;
use super::fault::AdapterFault;
use super::protocol::Hello;
use super::relay::Relay;
use super::tell::AFTERMATH;
use crate::drive::{Arrived, ClientLibrary};
use crate::graph::{Asking, Call, Conversation, Recording, Surfaced};

/// A running adapter whose requests go to a real service, by way of linkspec.
pub struct LiveLibrary {
    command: AdapterCommand,
    patience: Duration,
    hello: Hello,
    adapter: tokio::sync::Mutex<Option<Arc<Adapter>>>,
    was_restarted: AtomicBool,
    faults: Mutex<Vec<AdapterFault>>,
    heard: Mutex<Vec<Conversation>>,
}

impl LiveLibrary {
    /// Starts the adapter.
    ///
    /// # Errors
    /// When it cannot be started, or says no proper hello.
    pub async fn start(
        command: AdapterCommand,
        patience: Duration,
    ) -> Result<Self, AdapterStartError> {
        let adapter = Adapter::start(&command).await?;
        Ok(Self {
            command,
            patience,
            hello: adapter.hello().clone(),
            adapter: tokio::sync::Mutex::new(Some(Arc::new(adapter))),
            was_restarted: AtomicBool::new(false),
            faults: Mutex::default(),
            heard: Mutex::default(),
        })
    }

    /// What the adapter says about its library.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Says bye to the adapter, and gives where it broke the protocol.
    pub async fn stop(&self) -> Vec<AdapterFault> {
        let adapter = self.adapter.lock().await.take().and_then(Arc::into_inner);
        if let Some(adapter) = adapter
            && let Some(fault) = adapter.stop().await
        {
            self.note(fault);
        }
        std::mem::take(&mut *self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was asked, sent and surfaced, in the order of the recordings and with their numbers.
    pub fn conversations(&self, recordings: &[Recording]) -> Vec<Conversation> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let numbered = |recording: &Recording| {
            let mut conversation = heard.iter().find(|it| it.lines == recording.lines)?.clone();
            for request in conversation.calls.iter_mut().flat_map(|it| &mut it.wire) {
                let place = (request.number as usize).checked_sub(1)?;
                request.number = recording.exchanges.get(place)?.number;
            }
            Some(conversation)
        };
        recordings.iter().filter_map(numbered).collect()
    }

    fn note(&self, fault: AdapterFault) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    /// An adapter that came to its end is started once more.
    async fn replace(&self, ended: &Arc<Adapter>, fault: AdapterFault) {
        let mut adapter = self.adapter.lock().await;
        if !adapter.as_ref().is_some_and(|it| Arc::ptr_eq(it, ended)) {
            return;
        }
        self.note(fault);
        *adapter = None;
        if !self.was_restarted.swap(true, Ordering::Relaxed) {
            match Adapter::start(&self.command).await {
                Ok(started) => *adapter = Some(Arc::new(started)),
                Err(AdapterStartError::Fault(fault)) => self.note(fault),
                Err(_) => {}
            }
        }
    }

    async fn ask_once(&self, asking: &Asking, arrivals: mpsc::Sender<Arrived>) -> Surfaced {
        let Some(adapter) = self.adapter.lock().await.clone() else {
            return Surfaced::Lost("the adapter came to its end twice".to_owned());
        };
        let relay = match Relay::start(arrivals).await {
            Ok(relay) => relay,
            Err(error) => {
                return Surfaced::Lost(format!("linkspec cannot listen on this machine: {error}"));
            }
        };
        let path =
            Url::parse(&asking.base_url).map_or("/v1.0".to_owned(), |it| it.path().to_owned());
        let here = Asking { base_url: relay.base_url(&path), ..asking.clone() };
        let surfaced = adapter.create_link(&here, self.patience, || None).await;
        // A library that goes on sending after it has answered is given a moment to show it.
        tokio::time::sleep(AFTERMATH).await;
        match surfaced {
            Ok(surfaced) => surfaced,
            Err(CallTrouble::Hung) => {
                let seconds = self.patience.as_secs();
                Surfaced::Hung(format!("the call did not end within {seconds} s"))
            }
            Err(CallTrouble::Ended(fault)) => {
                let headline = fault.headline();
                self.replace(&adapter, fault).await;
                Surfaced::Lost(headline)
            }
        }
    }
}

impl ClientLibrary for LiveLibrary {
    fn knows(&self, kind: &str) -> bool {
        self.hello.addresses.iter().any(|it| it == kind)
    }

    fn ask<'l>(
        &'l self,
        asking: &'l Asking,
        arrivals: mpsc::Sender<Arrived>,
    ) -> BoxFuture<'l, Surfaced> {
        self.ask_once(asking, arrivals).boxed()
    }

    fn heard(&self, lines: &[String], call: Call) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        match heard.iter_mut().find(|it| it.lines == lines) {
            Some(conversation) => conversation.calls.push(call),
            None => heard.push(Conversation {
                lines: lines.to_vec(),
                calls: vec![call],
                by_application: self.hello.by_application.clone(),
            }),
        }
    }
}
