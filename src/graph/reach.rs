//! Where a host is: on this machine, in its network, or out in the world.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// How far away an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Loopback.
    ThisMachine,
    /// Link-local, private, or otherwise nothing that the internet leads to.
    Network,
    /// Anywhere else.
    World,
}

impl Reach {
    /// Of an address. One of version 6 that stands for one of version 4 is as near as that.
    pub fn of_address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }

    /// Of the host of a URL, as far as it tells: a name other than `localhost` has to be resolved first.
    pub fn of_url(url: &Url) -> Option<Self> {
        match url.host()? {
            Host::Ipv4(address) => Some(of_v4(address)),
            Host::Ipv6(address) => Some(of_v6(address)),
            Host::Domain(name) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                (name == "localhost" || name.ends_with(".localhost")).then_some(Self::ThisMachine)
            }
        }
    }

    /// Whether a URL leads to this machine without leaving it.
    pub fn is_this_machine(url: &Url) -> bool {
        Self::of_url(url) == Some(Self::ThisMachine)
    }
}

fn of_v4(address: Ipv4Addr) -> Reach {
    let [first, second, third, _] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_for_protocols = (first, second, third) == (192, 0, 0);
    let is_for_benchmarks = first == 198 && (18..20).contains(&second);
    if address.is_loopback() || address.is_unspecified() {
        Reach::ThisMachine
    } else if address.is_private()
        || address.is_link_local()
        || is_shared
        || is_for_protocols
        || is_for_benchmarks
        || first == 0
        || first >= 224
    {
        Reach::Network
    } else {
        Reach::World
    }
}

fn of_v6(address: Ipv6Addr) -> Reach {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        of_v4(Ipv4Addr::new(a, b, c, d))
    };
    if address.is_loopback() || address.is_unspecified() {
        return Reach::ThisMachine;
    }
    match segments {
        // Mapped, and the older form without ffff.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => v4(high, low),
        // What a translator turns into version 4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => v4(high, low),
        [0x64, 0xff9b, 1, ..] => Reach::Network,
        // Link-local, site-local, unique local, multicast.
        [0xfe80..=0xfeff | 0xfc00..=0xfdff | 0xff00..=0xffff, ..] => Reach::Network,
        _ => Reach::World,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_by_how_far_away_they_are() {
        for (reach, hosts) in [
            (
                Some(Reach::ThisMachine),
                &[
                    "127.0.0.1",
                    "127.255.0.9",
                    "2130706433",
                    "0x7f.1",
                    "0.0.0.0",
                    "[::1]",
                    "[::]",
                    "[::ffff:127.0.0.1]",
                    "[::127.0.0.1]",
                    "localhost",
                    "LOCALHOST",
                    "localhost.",
                    "a.localhost",
                    "[64:ff9b::7f00:1]",
                ][..],
            ),
            (
                Some(Reach::Network),
                &[
                    "10.0.0.1",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.1.1",
                    "169.254.169.254",
                    "100.64.0.1",
                    "198.18.0.1",
                    "224.0.0.1",
                    "255.255.255.255",
                    "0.1.2.3",
                    "[fe80::1]",
                    "[fec0::1]",
                    "[fd00:ec2::254]",
                    "[ff02::1]",
                    "[::ffff:169.254.169.254]",
                    "[2002:a9fe:a9fe::]",
                    "[64:ff9b::a00:1]",
                    "[64:ff9b:1::1]",
                ],
            ),
            (
                Some(Reach::World),
                &["8.8.8.8", "172.32.0.1", "100.128.0.1", "[2606:4700::1111]", "[::ffff:8.8.8.8]"],
            ),
            (None, &["graph.microsoft.com", "localhost.example", "notlocalhost"]),
        ] {
            for host in hosts {
                let url = Url::parse(&format!("https://{host}/x")).unwrap();
                assert_eq!(Reach::of_url(&url), reach, "{host}");
            }
        }
    }
}
