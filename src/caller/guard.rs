//! What leads into this machine or its network is not followed there: an address that a service names, and that
//! linkspec goes to only because the service says so.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::graph::Reach;

/// Where the target is: what is as near as that may be gone to.
#[derive(Debug, Clone)]
pub struct Home(Option<Host>);

/// Why an address is not gone to.
const TOO_NEAR: &str = "it leads into this machine or its network, where the service itself is not";

impl Home {
    /// The home of a target with this service root.
    pub fn of(root: &Url) -> Self {
        Self(root.host().map(|host| host.to_owned()))
    }

    /// Why a URL that the target named is not gone to, as far as it can be told without resolving its host.
    pub(super) fn refuses(&self, url: &Url) -> Option<&'static str> {
        if self.is_host_of(url) {
            return None;
        }
        match Reach::of_url(url) {
            Some(Reach::ThisMachine) if self.is_this_machine() => None,
            Some(Reach::ThisMachine | Reach::Network) => Some(TOO_NEAR),
            _ if url.scheme() != "https" => Some("it is plain http to another machine"),
            _ => None,
        }
    }

    fn is_host_of(&self, url: &Url) -> bool {
        self.0.is_some() && self.0 == url.host().map(|host| host.to_owned())
    }

    fn is_this_machine(&self) -> bool {
        match &self.0 {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => is_near((*address).into()),
            Some(Host::Ipv6(address)) => is_near((*address).into()),
            None => false,
        }
    }
}

fn is_near(address: std::net::IpAddr) -> bool {
    Reach::of_address(address) == Reach::ThisMachine
}

/// Resolves names as the system does, and gives no address that is too near. So what is connected to is what was
/// looked at, whatever the name resolves to a moment later.
#[derive(Debug, Clone)]
pub(super) struct GuardedResolver(pub(super) Home);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let home = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let is_home = matches!(&home.0, Some(Host::Domain(host)) if host == name.as_str());
            let allowed = |address: &SocketAddr| {
                is_home
                    || match Reach::of_address(address.ip()) {
                        Reach::ThisMachine => home.is_this_machine(),
                        Reach::Network => false,
                        Reach::World => true,
                    }
            };
            let (allowed, refused): (Vec<SocketAddr>, Vec<SocketAddr>) =
                found.into_iter().partition(allowed);
            if allowed.is_empty() && !refused.is_empty() {
                return Err(TOO_NEAR.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn what_is_near_is_gone_to_only_where_the_target_is() {
        let world = Home::of(&url("https://graph.microsoft.com/v1.0"));
        let here = Home::of(&url("http://127.0.0.1:4011/v1.0"));
        let inside = Home::of(&url("https://10.0.0.5/v1.0"));
        for near in [
            "http://127.0.0.1/latest/meta-data",
            "https://127.0.0.1/x",
            "https://localhost:8443/x",
            "https://[::1]/x",
            "https://[::ffff:7f00:1]/x",
            "https://0.0.0.0/x",
        ] {
            assert_eq!(world.refuses(&url(near)), Some(TOO_NEAR), "{near}");
            assert_eq!(inside.refuses(&url(near)), Some(TOO_NEAR), "{near}");
            assert_eq!(here.refuses(&url(near)), None, "{near}");
        }
        for local in ["http://169.254.169.254/", "https://10.0.0.6/", "https://[fd00:ec2::254]/"] {
            for home in [&world, &here, &inside] {
                assert_eq!(home.refuses(&url(local)), Some(TOO_NEAR), "{local}");
            }
        }
        assert_eq!(inside.refuses(&url("https://10.0.0.5:444/x")), None);
        assert_eq!(world.refuses(&url("https://my.files.1drv.com/x")), None);
        assert!(world.refuses(&url("http://my.files.1drv.com/x")).is_some());
    }

    #[tokio::test]
    async fn a_name_is_as_near_as_what_it_resolves_to() {
        let asked = |home: &str| {
            let name = "localhost".parse::<Name>().unwrap();
            GuardedResolver(Home::of(&url(home))).resolve(name)
        };
        let refused = asked("https://graph.microsoft.com").await.err().unwrap();
        assert_eq!(refused.to_string(), TOO_NEAR);
        assert!(asked("http://127.0.0.1:4011").await.unwrap().count() > 0);
    }
}
