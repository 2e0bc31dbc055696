//! Who sends: linkspec's own client, over HTTP or to a service inside the process.

mod guard;
mod http;
mod in_process;
mod proxy;
#[cfg(test)]
mod refused_stream_tests;
#[cfg(test)]
mod tls_tests;

use std::time::Duration;

pub use guard::Home;
pub use http::{CallerError, HttpCaller, HttpOptions, Outgoing};
pub use in_process::{InProcessCaller, InProcessService};
pub use proxy::explain_proxies;

use crate::graph::{Reply, Unredacted};

/// The one seam through which requests leave.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Over HTTP.
    Http(HttpCaller),
    /// To a service inside the process.
    InProcess(InProcessCaller),
}

impl Caller {
    /// Hands requests to `service` where there is one, and sends them over HTTP where there is none.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(
        options: HttpOptions,
        service: Option<InProcessService>,
    ) -> Result<Self, CallerError> {
        Ok(match service {
            Some(service) => Self::InProcess(InProcessCaller::new(service, options)),
            None => Self::Http(HttpCaller::new(options)?),
        })
    }

    /// As [`HttpCaller::at_home`].
    #[must_use]
    pub fn at_home(self, home: Home) -> Self {
        match self {
            Self::Http(caller) => Self::Http(caller.at_home(home)),
            // It reaches one service and nothing else.
            Self::InProcess(caller) => Self::InProcess(caller),
        }
    }

    /// Sends one request and reads its whole answer.
    ///
    /// Whatever goes wrong is an answer too: a failure with its kind.
    pub async fn send(&self, outgoing: &Outgoing) -> (Unredacted<Reply>, Duration) {
        match self {
            Self::Http(caller) => caller.send(outgoing).await,
            Self::InProcess(caller) => caller.send(outgoing).await,
        }
    }
}

impl From<HttpCaller> for Caller {
    fn from(caller: HttpCaller) -> Self {
        Self::Http(caller)
    }
}
