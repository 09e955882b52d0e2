//! Says whose calls are counted together.

use std::fmt::{Display, Formatter, Result as Shown};
use std::net::{IpAddr, Ipv6Addr};

use crate::base::{InletId, LinkId, UserId, WatchId, WriteKeyId};

/// Whose calls are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// One user, from wherever they call.
    User(UserId),
    /// One address, or one IPv6 network of 64 bits: a household has as many addresses as it likes.
    Address(IpAddr),
    /// One secret address, whoever calls it.
    Inlet(InletId),
    /// One write key, whoever sends with it.
    WriteKey(WriteKeyId),
    /// One link, whoever opens it.
    Link(LinkId),
    /// What comes to the address of one watch, from wherever.
    Watch(WatchId),
}

impl Key {
    /// The key for calls from `address`.
    pub fn of(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

impl Display for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        match self {
            Self::User(id) => write!(f, "user {id}"),
            Self::Inlet(id) => write!(f, "inlet {id}"),
            Self::WriteKey(id) => write!(f, "write key {id}"),
            Self::Link(id) => write!(f, "link {id}"),
            Self::Watch(id) => write!(f, "watch {id}"),
            Self::Address(address @ IpAddr::V4(_)) => write!(f, "address {address}"),
            Self::Address(network @ IpAddr::V6(_)) => write!(f, "network {network}/64"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_household_count_together() {
        for (one, other, together) in [
            ("2001:db8::1", "2001:db8::ffff:2", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
        ] {
            let key = |text: &str| Key::of(text.parse().unwrap());
            assert_eq!(key(one) == key(other), together, "{one} {other}");
        }
    }
}
