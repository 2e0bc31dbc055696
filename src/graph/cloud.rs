//! Microsoft's clouds and their hosts.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::Product;

/// A Microsoft cloud that has `createLink` (CLD-01), with its service root and its authorities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cloud {
    /// The worldwide service, also for GCC, and the only one with personal accounts.
    Global,
    /// US Government L4 (GCC High).
    UsGovL4,
    /// US Government L5 (DoD).
    UsGovL5,
    /// China, operated by 21Vianet.
    China,
}

/// A cloud that is not known, or does not go with something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// No cloud has this name.
    #[error("unknown cloud \"{0}\"; the clouds are global, us-gov-l4, us-gov-l5 and china")]
    Unknown(String),
    /// National clouds hold organizational data only (CLD-03).
    #[error(
        "personal drives are in the cloud \"global\" only, not in \"{0}\"; \
         use --cloud global, or a drive of a work or school account"
    )]
    PersonalOutsideGlobal(Cloud),
}

/// The tenant that all personal accounts share.
pub const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

impl Cloud {
    /// Every cloud.
    pub const ALL: [Self; 4] = [Self::Global, Self::UsGovL4, Self::UsGovL5, Self::China];

    /// The names of all clouds, as `--cloud` takes them.
    pub const NAMES: [&str; 4] = ["global", "us-gov-l4", "us-gov-l5", "china"];

    /// The name `--cloud` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGovL4 => "us-gov-l4",
            Self::UsGovL5 => "us-gov-l5",
            Self::China => "china",
        }
    }

    /// The cloud of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cloud| cloud.name() == name)
    }

    /// Where Microsoft Graph is, without a version (CLD-02). It is also what a token is asked for.
    pub fn service_root(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsGovL4 => "https://graph.microsoft.us",
            Self::UsGovL5 => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    /// Who issues its tokens, unless another of [`Self::authorities`] is chosen.
    pub fn authority(self) -> &'static str {
        self.authorities()[0]
    }

    /// The documented authorities, the default first. China has two (AMB-33).
    pub fn authorities(self) -> &'static [&'static str] {
        match self {
            Self::Global => &["https://login.microsoftonline.com"],
            Self::UsGovL4 | Self::UsGovL5 => &["https://login.microsoftonline.us"],
            Self::China => {
                &["https://login.partner.microsoftonline.cn", "https://login.chinacloudapi.cn"]
            }
        }
    }

    /// The cloud whose service root has this host.
    pub fn of_host(host: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cloud| is_host_of(cloud.service_root(), host))
    }

    /// The cloud whose service root has this origin: its host, over https, at the usual port.
    pub fn of_origin(root: &Url) -> Option<Self> {
        let is_usual = root.scheme() == "https" && root.port().is_none();
        root.host_str().filter(|_| is_usual).and_then(Self::of_host)
    }

    /// The clouds whose tokens are issued at this host; none when the host tells nothing.
    ///
    /// A token's issuer is not always the authority it was asked from: tokens of the first version name
    /// `sts.windows.net`, which the global and the US clouds share.
    pub fn of_issuer(host: &str) -> &'static [Self] {
        const UNITED_STATES: &[Cloud] = &[Cloud::UsGovL4, Cloud::UsGovL5];
        match host.trim_end_matches('.').to_ascii_lowercase().as_str() {
            "login.microsoftonline.com" | "login.windows.net" | "login.live.com" => &[Self::Global],
            "sts.windows.net" => &[Self::Global, Self::UsGovL4, Self::UsGovL5],
            "login.microsoftonline.us" | "sts.microsoftonline.us" => UNITED_STATES,
            "login.partner.microsoftonline.cn"
            | "login.chinacloudapi.cn"
            | "sts.chinacloudapi.cn" => &[Self::China],
            _ => &[],
        }
    }

    /// Whether two clouds have their tokens from the same authority.
    pub fn shares_authority(self, other: Self) -> bool {
        self.authority() == other.authority()
    }

    /// Whether drives of this product can be in this cloud (CLD-03).
    ///
    /// # Errors
    /// For a personal drive outside the global cloud.
    pub fn check_product(self, product: Product) -> Result<(), CloudError> {
        if product == Product::Personal && self != Self::Global {
            return Err(CloudError::PersonalOutsideGlobal(self));
        }
        Ok(())
    }
}

/// Host names are compared without regard to case, and the dot that may end one means nothing.
fn is_host_of(root: &str, host: &str) -> bool {
    root.strip_prefix("https://")
        .is_some_and(|it| it.eq_ignore_ascii_case(host.trim_end_matches('.')))
}

impl fmt::Display for Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Cloud {
    type Err = CloudError;

    fn from_str(text: &str) -> Result<Self, CloudError> {
        Self::named(text).ok_or_else(|| CloudError::Unknown(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_roots_lead_back_to_their_cloud() {
        for (cloud, name) in Cloud::ALL.into_iter().zip(Cloud::NAMES) {
            assert_eq!(name.parse(), Ok(cloud));
            assert_eq!(cloud.to_string(), name);
            let host = cloud.service_root().strip_prefix("https://").unwrap();
            assert_eq!(Cloud::of_host(host), Some(cloud));
            assert_eq!(Cloud::of_host(&format!("{}.", host.to_uppercase())), Some(cloud));
            for authority in cloud.authorities() {
                let host = authority.strip_prefix("https://").unwrap();
                assert!(Cloud::of_issuer(host).contains(&cloud), "{host}");
            }
        }
        assert_eq!(Cloud::of_host("graph.microsoft.com.example"), None);
        assert_eq!(Cloud::of_host("127.0.0.1"), None);
        for (root, cloud) in [
            ("https://graph.microsoft.com/v1.0", Some(Cloud::Global)),
            ("https://graph.microsoft.com:443", Some(Cloud::Global)),
            ("https://graph.microsoft.com:444", None),
            ("http://graph.microsoft.com", None),
            ("https://graph.microsoft.com.evil.example", None),
        ] {
            assert_eq!(Cloud::of_origin(&Url::parse(root).unwrap()), cloud, "{root}");
        }
        assert_eq!("Global".parse::<Cloud>(), Err(CloudError::Unknown("Global".to_owned())));
    }

    #[test]
    fn china_has_two_authorities_and_the_partner_one_is_the_default() {
        assert_eq!(Cloud::China.authority(), "https://login.partner.microsoftonline.cn");
        assert_eq!(Cloud::China.authorities().len(), 2);
        assert!(!Cloud::China.shares_authority(Cloud::Global));
        assert!(Cloud::UsGovL4.shares_authority(Cloud::UsGovL5));
    }

    #[test]
    fn personal_drives_are_global() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.check_product(Product::Personal).is_ok(), cloud == Cloud::Global);
            assert_eq!(cloud.check_product(Product::Business), Ok(()));
            assert_eq!(cloud.check_product(Product::SharePoint), Ok(()));
        }
    }
}
