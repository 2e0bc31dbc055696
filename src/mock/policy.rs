//! What a tenant or an account allows.

use std::fmt;
use std::str::FromStr;

use crate::graph::Product;

/// What the tenant (business, SharePoint) or the account (personal) allows.
///
/// `Policy::default()` is the policy of a business drive; [`Policy::for_product`] knows the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whether links that need no sign-in may be made. Page, Scope types: "Anonymous link support may
    /// be disabled by an administrator."
    pub anonymous_links: bool,
    /// Whether links for everybody in the organization may be made.
    pub organization_links: bool,
    /// The scope of a link asked for without one. Page, Request body: "If the scope parameter is not
    /// specified, the default link type for the organization is created."
    pub default_scope: DefaultScope,
    /// The most days an anonymous link may live; 0 means no policy. Page, Remarks: "unless a default
    /// expiration policy is enforced for the organization".
    pub expiration_policy_days: u32,
    /// Whether a personal account is a paid one: passwords and expiry need that.
    pub premium: bool,
    /// Whether files can be checked out. Page, Remarks: "unless the item is checked out (SharePoint
    /// only)".
    pub checkout_library: bool,
}

impl Policy {
    /// The most permissive policy of a product, so that every rule can be told.
    pub fn for_product(product: Product) -> Self {
        Self {
            anonymous_links: true,
            organization_links: product != Product::Personal,
            default_scope: match product {
                Product::Personal => DefaultScope::Anonymous,
                Product::Business | Product::SharePoint => DefaultScope::Organization,
            },
            expiration_policy_days: 0,
            premium: true,
            checkout_library: product == Product::SharePoint,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::for_product(Product::Business)
    }
}

/// The scope of a link that was asked for without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefaultScope {
    /// Anyone with the link.
    Anonymous,
    /// Anyone signed in to the organization.
    Organization,
    /// People who are chosen.
    Users,
    /// People who have access already.
    ExistingAccess,
}

impl DefaultScope {
    /// Every default scope.
    pub const ALL: [Self; 4] =
        [Self::Anonymous, Self::Organization, Self::Users, Self::ExistingAccess];

    /// The value of `link.scope` that means it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Organization => "organization",
            Self::Users => "users",
            Self::ExistingAccess => "existingAccess",
        }
    }
}

impl fmt::Display for DefaultScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for DefaultScope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or_else(|| {
            format!(
                "unknown scope '{text}': expected anonymous, organization, users or existingAccess"
            )
        })
    }
}
