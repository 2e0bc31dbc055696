//! The built-in mock as a drive.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::{Addresses, BaseUrlError, Journal, LiveOptions, Patience, TargetError, base_url};
use crate::caller::{HttpOptions, InProcessService};
use crate::graph::{Address, Clock, Identity, Product, Redactor, Secret, Tenant};
use crate::mock::{self, DefaultScope, Mock, Options, Policy};
use crate::sign_in::TokenSources;

/// A mock and how to reach it: over HTTP on loopback like any other service, or inside the process.
pub struct MockTarget {
    /// The mock; dropping it stops it.
    pub mock: Mock,
    /// How to reach it.
    pub options: LiveOptions,
}

impl MockTarget {
    /// Starts a mock.
    ///
    /// # Errors
    /// When no loopback port can be had.
    pub async fn start(options: Options) -> Result<Self, TargetError> {
        let tenant = tenant_of(options.product, &options.policy);
        let (product, clock) = (options.product, options.clock.clone());
        Self::reached(Mock::start(options).await?, product, tenant, clock)
    }

    /// A mock that takes requests without a socket, for many runs in little time.
    ///
    /// # Errors
    /// When the address it is told to have is none.
    pub fn in_process(options: Options) -> Result<Self, TargetError> {
        let tenant = tenant_of(options.product, &options.policy);
        let (product, clock) = (options.product, options.clock.clone());
        let mut target = Self::reached(Mock::in_process(options), product, tenant, clock)?;
        let service = InProcessService::new(target.options.base.origin(), target.mock.handler());
        target.options.service = Some(service);
        Ok(target)
    }

    fn reached(
        mock: Mock,
        product: Product,
        tenant: Tenant,
        clock: Clock,
    ) -> Result<Self, TargetError> {
        let tokens = Identity::SIGNED_IN
            .into_iter()
            .map(|identity| (identity, Secret::new(mock.token(of_the_mock(identity)))))
            .collect();
        let sources = TokenSources::given(tokens);
        let drive = match (product, mock.site_id()) {
            (Product::Personal | Product::Business, _) => Address::Me,
            (Product::SharePoint, Some(site)) => Address::Site(site.to_owned()),
            (Product::SharePoint, None) => Address::Drive(mock.drive_id().to_owned()),
        };
        let addresses = Addresses {
            user: (product == Product::Business).then(|| mock.user_principal_name().to_owned()),
            group: mock.group_id().map(str::to_owned),
            site: mock.site_id().map(str::to_owned),
        };
        let options = LiveOptions {
            kind: "mock",
            base: loopback(&mock.base_url())?,
            drive,
            product: Some(product),
            sources,
            addresses,
            tenant,
            http: HttpOptions { timeout: Duration::from_secs(10), ..HttpOptions::default() },
            service: None,
            patience: Patience { longest_wait: Duration::from_secs(3600), attempts: 5 },
            clock,
            redactor: Arc::new(Redactor::reproducible()),
            web_root: Some(loopback_page(&mock.web_root())?),
            journal: Journal::in_memory(),
            ..LiveOptions::default()
        };
        Ok(Self { mock, options })
    }
}

fn loopback(text: &str) -> Result<Url, TargetError> {
    base_url(text).map_err(|error: BaseUrlError| TargetError::Unreachable {
        url: text.to_owned(),
        detail: error.to_string(),
    })
}

fn loopback_page(text: &str) -> Result<Url, TargetError> {
    Url::parse(text).map_err(|error| TargetError::Unreachable {
        url: text.to_owned(),
        detail: error.to_string(),
    })
}

/// What a tenant profile says of a mock with that policy.
pub fn tenant_of(product: Product, policy: &Policy) -> Tenant {
    let organization = product != Product::Personal;
    Tenant {
        anonymous_links: Some(policy.anonymous_links),
        organization_links: organization.then_some(true),
        default_scope: organization.then(|| {
            match policy.default_scope {
                DefaultScope::Anonymous => "anonymous",
                DefaultScope::Organization => "organization",
                DefaultScope::Users => "users",
                DefaultScope::ExistingAccess => "existingAccess",
            }
            .to_owned()
        }),
        expiration_policy_days: Some(policy.expiration_policy_days),
        premium: (product == Product::Personal).then_some(policy.premium),
        checkout_library: (product == Product::SharePoint).then_some(policy.checkout_library),
        ..Tenant::default()
    }
}

/// The mock's word for an identity.
pub(crate) fn of_the_mock(identity: Identity) -> mock::Identity {
    match identity {
        Identity::SecondApp => mock::Identity::SecondApp,
        Identity::SecondUser => mock::Identity::SecondUser,
        Identity::ReadOnly => mock::Identity::ReadOnly,
        Identity::AppOnly => mock::Identity::AppOnly,
        Identity::FilesReadWrite => mock::Identity::FilesReadWrite,
        Identity::FilesReadWriteAll => mock::Identity::FilesReadWriteAll,
        Identity::SitesReadWriteAll => mock::Identity::SitesReadWriteAll,
        Identity::AppOnlySites => mock::Identity::AppOnlySites,
        Identity::Owner | Identity::NoToken | Identity::InvalidToken => mock::Identity::Owner,
    }
}
