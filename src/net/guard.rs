//! Decides which addresses may be called: those of the public internet, and nothing inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// The only port that providers are called at.
pub(super) const HTTPS: u16 = 443;

/// Why a call was not let out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not https.
    #[error("only https is allowed, not {0}")]
    Scheme(String),
    /// A name or password in the URL.
    #[error("the URL must not hold a user name or password")]
    UserInfo,
    /// Another port than 443.
    #[error("port {0} is not allowed")]
    Port(u16),
    /// No host at all.
    #[error("the URL names no host")]
    NoHost,
    /// An address that is not one of the public internet.
    #[error("{host} lies at {address}, which is not a public address")]
    Inner {
        /// The host as it was called.
        host: String,
        /// The address that would have been connected.
        address: IpAddr,
    },
    /// A host that the operator allows for providers, named by somebody else.
    #[error("{0} is a host for providers alone")]
    Reserved(String),
}

/// What the guard lets pass beyond the public internet.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// The port that may be called.
    pub(super) port: u16,
    /// Host names that may lie at any address.
    pub(super) allow: Vec<String>,
    /// Those of them that only calls to providers may reach. An operator lists a host inside for
    /// the calls that the code makes there; an address that a member names is the member's choice
    /// of path and body, sent from inside the network, which nobody has allowed by that.
    pub(super) reserved: Vec<String>,
}

impl Guard {
    /// Checks what a URL shows before any name is resolved.
    ///
    /// An address in the URL is checked here, in whatever spelling: the URL parser has made a
    /// plain address of octal, hexadecimal and shortened ones, and the resolver never sees them.
    pub(super) fn check(&self, url: &Url) -> Result<(), Refusal> {
        if url.scheme() != "https" {
            return Err(Refusal::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if port != self.port {
            return Err(Refusal::Port(port));
        }
        let host = url.host_str().ok_or(Refusal::NoHost)?;
        match host.trim_matches(['[', ']']).parse() {
            Ok(address) => self.check_address(host, address),
            Err(_a_name) => Ok(()),
        }
    }

    /// Checks a URL that somebody has named who is no operator.
    pub(super) fn check_named(&self, url: &Url) -> Result<(), Refusal> {
        self.check(url)?;
        let host = url.host_str().ok_or(Refusal::NoHost)?;
        // The root's dot changes nothing about where a name leads.
        let name = host.trim_end_matches('.');
        let mut reserved = self.reserved.iter();
        if reserved.any(|other| other.trim_end_matches('.').eq_ignore_ascii_case(name)) {
            return Err(Refusal::Reserved(host.to_owned()));
        }
        Ok(())
    }

    /// Checks an address that a name was resolved to.
    pub(super) fn check_address(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        let allowed = || {
            self.allow
                .iter()
                .any(|name| name.eq_ignore_ascii_case(host))
        };
        if is_public(address) || allowed() {
            return Ok(());
        }
        Err(Refusal::Inner {
            host: host.to_owned(),
            address,
        })
    }
}

/// Checks what can be seen of a URL that somebody has named, before any call: an operator's own
/// names are names, and seen as such.
pub fn look(url: &Url) -> Result<(), Refusal> {
    let guard = Guard {
        port: HTTPS,
        allow: Vec::new(),
        reserved: Vec::new(),
    };
    guard.check(url)
}

/// Whether an address belongs to the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// What is not globally reachable, by its first bits (IANA IPv4 Special-Purpose Address Registry),
/// with what lies beyond unicast.
const INNER_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),  // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),    // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16), // link-local, and the clouds' metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24), // relays to 6to4
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15), // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4), // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4), // reserved, broadcast
];

/// The part of IPv6 that is given out at all; loopback, mapped, unique local, link-local and
/// multicast addresses lie outside it.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What is not globally reachable within it (IANA IPv6 Special-Purpose Address Registry).
const INNER_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocols, among them Teredo
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |(network, bits): &(Ipv4Addr, u32)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *bits
    };
    !INNER_V4.iter().any(within)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // NAT64 (RFC 6052): the address behind it is what is reached.
    if let [0x64, 0xff9b, 0, 0, 0, 0, ..] = address.segments() {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    let within = |(network, bits): &(Ipv6Addr, u32)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *bits
    };
    within(&GLOBAL_V6) && !INNER_V6.iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard {
            port: HTTPS,
            allow: vec!["airtable.internal".to_owned(), "till.internal".to_owned()],
            reserved: vec!["airtable.internal".to_owned()],
        }
    }

    fn check(url: &str) -> Result<(), Refusal> {
        guard().check(&url.parse().unwrap())
    }

    const INNER: &str = "
        127.0.0.1 127.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 127.0.0.1.
        127.255.255.254 0.0.0.0 0 10.0.0.1 10.255.255.255 0xa.1 100.64.0.1 100.127.255.255
        169.254.169.254 0xa9fea9fe 2852039166 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1
        192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
        239.255.255.255 240.0.0.1 255.255.255.255 １２７.0.0.1 127。0。0。1
        [::] [::1] [0:0:0:0:0:0:0:1] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1]
        [::ffff:8.8.8.8] [64:ff9b::10.0.0.1] [64:ff9b:1::1] [100::1] [2001::1] [2001:1ff::1]
        [2001:db8::1] [2002:7f00:1::] [3fff::1] [3fff:fff::1] [fc00::1] [fd00:ec2::254] [fe80::1]
        [fec0::1] [ff02::1] [5f00::1]";

    const PUBLIC: &str = "
        8.8.8.8 1.0.0.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.17.0.1
        198.20.0.1 223.255.255.255 [2606:4700::1] [2001:4860::8888] [2001:200::1] [3ffe::1]
        [64:ff9b::8.8.8.8] api.airtable.com";

    #[test]
    fn inner_addresses_are_refused_in_every_spelling() {
        for host in INNER.split_whitespace() {
            let refused = check(&format!("https://{host}/"));
            let inner = matches!(refused, Err(Refusal::Inner { .. }));
            assert!(inner, "{host}: {refused:?}");
        }
    }

    #[test]
    fn public_addresses_and_names_pass() {
        for host in PUBLIC.split_whitespace() {
            assert_eq!(check(&format!("https://{host}/v0")), Ok(()), "{host}");
        }
    }

    #[test]
    fn only_plain_https_at_its_own_port_goes_out() {
        assert_eq!(
            check("http://api.airtable.com/"),
            Err(Refusal::Scheme("http".to_owned()))
        );
        assert_eq!(
            check("file:///etc/passwd"),
            Err(Refusal::Scheme("file".to_owned()))
        );
        assert_eq!(check("https://a@api.airtable.com/"), Err(Refusal::UserInfo));
        assert_eq!(
            check("https://:b@api.airtable.com/"),
            Err(Refusal::UserInfo)
        );
        assert_eq!(
            check("https://api.airtable.com:8443/"),
            Err(Refusal::Port(8443))
        );
        assert_eq!(
            check("https://api.airtable.com:22/"),
            Err(Refusal::Port(22))
        );
        assert_eq!(check("https://api.airtable.com:443/"), Ok(()));
    }

    #[test]
    fn a_name_that_the_operator_allows_may_lie_inside() {
        let inside = "10.1.2.3".parse().unwrap();
        assert_eq!(guard().check_address("Airtable.internal", inside), Ok(()));
        assert!(guard().check_address("api.airtable.com", inside).is_err());
        assert!(
            guard()
                .check_address("x.airtable.internal", inside)
                .is_err()
        );
    }

    #[test]
    fn what_is_allowed_for_providers_is_reached_by_no_address_that_a_member_names() {
        let named = |url: &str| guard().check_named(&url.parse().unwrap());
        for host in [
            "airtable.internal",
            "AIRTABLE.internal",
            "airtable.internal.",
            "airtable%2einternal",
            "ａirtable。internal",
        ] {
            let refused = named(&format!("https://{host}/admin"));
            assert!(matches!(refused, Err(Refusal::Reserved(_))), "{host}");
        }
        assert_eq!(named("https://till.internal/told"), Ok(()));
        assert_eq!(named("https://hooks.zapier.com/hooks/1"), Ok(()));
        assert!(named("https://10.0.0.1/").is_err());
    }
}
