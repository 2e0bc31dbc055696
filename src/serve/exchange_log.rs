//! The last events of a served mock, as its page shows them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

use crate::graph::{Body, Reply, Request};

/// So many exchanges are shown; older ones are only counted.
const SHOWN: usize = 500;

/// A body is shown up to so many characters.
const LONGEST_BODY: usize = 16 * 1024;

/// An exchange as the live page shows it, redacted.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Event {
    #[serde(rename = "n")]
    pub number: u32,
    pub sent: jiff::Timestamp,
    pub milliseconds: u64,
    pub identity: &'static str,
    pub judged: bool,
    pub request: Request,
    pub answer: Reply,
}

/// What has come by lately, for whoever looks.
#[derive(Debug)]
pub(super) struct ExchangeLog {
    events: Mutex<VecDeque<Event>>,
    /// Goes up whenever there is something new to see: an exchange or a verdict.
    changes: watch::Sender<u64>,
}

impl ExchangeLog {
    pub(super) fn new() -> Self {
        Self { events: Mutex::default(), changes: watch::Sender::new(0) }
    }

    fn events(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, mut event: Event) {
        if let Some(body) = &mut event.request.body {
            shorten(body);
        }
        if let Reply::Answer(answer) = &mut event.answer {
            shorten(&mut answer.body);
        }
        let mut events = self.events();
        if events.len() >= SHOWN {
            events.pop_front();
        }
        events.push_back(event);
        drop(events);
        self.changed();
    }

    pub(super) fn clear(&self) {
        self.events().clear();
        self.changed();
    }

    pub(super) fn after(&self, number: u32) -> Vec<Event> {
        self.events().iter().filter(|event| event.number > number).cloned().collect()
    }

    pub(super) fn changed(&self) {
        self.changes.send_modify(|version| *version += 1);
    }

    pub(super) fn version(&self) -> u64 {
        *self.changes.borrow()
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

fn shorten(body: &mut Body) {
    if body.len() > LONGEST_BODY {
        let end = (0..=LONGEST_BODY).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0);
        *body = format!("{}\u{2026}", &body[..end]).into();
    }
}
