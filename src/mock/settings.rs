//! What one mock is told to be.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::conditions::{Condition, Request};
use super::departures::Departure;
use super::deviations::Deviation;
use super::form::Form;
use super::nulls::Null;
use super::policy::Policy;
use super::variants::{Shape, Variant};
use crate::graph::{Clock, Product};

/// What a mock is told to be when it starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// The kind of drive it serves.
    pub product: Product,
    /// The form of its answers.
    pub form: Form,
    /// What its tenant or account allows.
    pub policy: Policy,
    /// The one departure from the documentation it makes, if any.
    pub deviation: Option<&'static Deviation>,
    /// The requests on which the departure shows; all, without.
    #[doc(hidden)]
    pub condition: Option<Condition>,
    /// The one conforming form it takes instead of its usual one, if any.
    pub variant: Option<&'static Variant>,
    /// The empty implementation it is instead of a drive, if any.
    pub null: Option<Null>,
    /// Where it reads the time and waits. Shared with the caller, a virtual clock skips the waiting.
    pub clock: Clock,
    /// How long every answer takes, on `clock`.
    pub latency: Duration,
    /// Where it listens; port 0 means any free port.
    pub bind: SocketAddr,
}

impl Options {
    /// A mock that does what the documentation says, on any free port of 127.0.0.1.
    pub fn new(product: Product) -> Self {
        Self {
            product,
            form: Form::Documented,
            policy: Policy::for_product(product),
            deviation: None,
            condition: None,
            variant: None,
            null: None,
            clock: Clock::real(),
            latency: Duration::ZERO,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }
    }
}

/// What does not change while a mock runs; every room of the mock reads it.
#[derive(Debug)]
pub(super) struct Settings {
    pub product: Product,
    pub form: Form,
    pub policy: Policy,
    pub clock: Clock,
    departure: Option<Departure>,
    shape: Option<Shape>,
}

impl Settings {
    pub(super) fn new(options: &Options) -> Self {
        let shape = options.variant.map(Variant::shape);
        let mut policy = options.policy.clone();
        let mut form = options.form;
        if let Some(shape) = shape {
            shape.adjust(&mut policy, &mut form);
        }
        if let Some(deviation) = options.deviation {
            policy = deviation.policy(policy);
        }
        Self {
            product: options.product,
            form,
            policy,
            clock: options.clock.clone(),
            departure: options.deviation.map(Deviation::departure),
            shape,
        }
    }

    /// The same mock without its departure.
    fn as_documented(options: &Options) -> Self {
        Self { departure: None, ..Self::new(options) }
    }

    /// Whether the mock departs from the documentation in this way.
    pub(super) fn departs(&self, departure: Departure) -> bool {
        self.departure == Some(departure)
    }

    /// Whether the mock takes this conforming form.
    pub(super) fn takes(&self, shape: Shape) -> bool {
        self.shape == Some(shape)
    }

    pub(super) fn is_personal(&self) -> bool {
        self.product == Product::Personal
    }

    pub(super) fn is_observed(&self) -> bool {
        self.form == Form::Observed
    }
}

/// How one mock conducts itself: by one kind of settings, or by two where its departure has a condition.
/// A departure then shows in the answer to a request that meets it, in what that request does, and in all that
/// is shown or done later about a link that such a request was answered with; in nothing else.
#[derive(Debug)]
pub(super) struct Conduct {
    /// As documented.
    pub documented: Arc<Settings>,
    /// With the departure. The same as `documented` where there is no condition.
    pub departing: Arc<Settings>,
    /// When the departure shows.
    pub condition: Option<Condition>,
}

impl Conduct {
    pub(super) fn new(options: &Options) -> Self {
        let departing = Arc::new(Settings::new(options));
        let documented = match options.condition {
            Some(_) => Arc::new(Settings::as_documented(options)),
            None => Arc::clone(&departing),
        };
        Self { documented, departing, condition: options.condition }
    }

    /// How a request is dealt with.
    pub(super) fn towards(&self, request: &Request) -> &Arc<Settings> {
        match &self.condition {
            Some(condition) if !condition.is_met_by(request) => &self.documented,
            _ => &self.departing,
        }
    }
}
