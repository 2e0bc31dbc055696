//! Exchanges that are in memory already: seen by the mock, or read from a recording.

use std::borrow::Cow;

use jiff::Timestamp;

use super::collector::Collector;
use super::raw_exchange::{Field, RawExchange, Seen, Text};
use crate::graph::{Exchange, Identity, Reply, Request};

/// One exchange, as it is in memory.
#[derive(Clone, Copy)]
pub struct Between<'e> {
    /// Its number, from 1.
    pub number: u32,
    /// When it was sent.
    pub sent: Timestamp,
    /// How long it took.
    pub milliseconds: u64,
    /// Who sent it.
    pub identity: Identity,
    /// What was asked.
    pub request: &'e Request,
    /// What came back.
    pub reply: &'e Reply,
}

impl Collector {
    /// Takes an exchange of a recording.
    pub fn see_exchange(&mut self, exchange: &Exchange) {
        self.see_between(&Between {
            number: exchange.number,
            sent: exchange.sent,
            milliseconds: exchange.milliseconds,
            identity: exchange.identity,
            request: &exchange.request,
            reply: &exchange.answer,
        });
    }

    /// Takes an exchange that is in memory.
    pub fn see_between(&mut self, between: &Between<'_>) {
        let request = between.request;
        let headers = fields(&request.headers);
        let answered;
        let seen = match between.reply {
            Reply::Nothing(failure) => Seen::Nothing(failure.clone()),
            Reply::Answer(answer) => {
                answered = fields(&answer.headers);
                Seen::Answer {
                    status: answer.status,
                    headers: &answered,
                    body: Cow::Borrowed(&answer.body),
                    not_utf8: answer.not_utf8,
                }
            }
        };
        self.see(&RawExchange {
            number: between.number,
            sent: Some(between.sent),
            milliseconds: between.milliseconds,
            identity: Some(between.identity),
            method: &request.method,
            url: &request.url,
            headers: &headers,
            body: request.body.as_deref().map(Cow::Borrowed),
            seen,
        });
    }
}

fn fields(fields: &[(String, String)]) -> Vec<Field<'_>> {
    fields
        .iter()
        .map(|(name, value)| Field {
            name: Text(Cow::Borrowed(name)),
            value: Text(Cow::Borrowed(value)),
        })
        .collect()
}
