//! Makes a number of whoever it was, of which nobody can make them again.

use std::net::IpAddr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::civil::Date;
use sha2::Sha256;

use crate::base::Secret;

/// Whoever comes from an address with an agent, on the day of the key. Of an IPv6 address the
/// network alone counts: a device changes the rest by itself.
pub(super) fn of_address(day: &Secret, address: IpAddr, agent: &str) -> u64 {
    let address = match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => (v6.to_bits() >> 64 << 64).to_be_bytes(),
    };
    hash(day, &[b"address", &address, agent.as_bytes()])
}

/// Whoever has this id.
pub(in crate::analytics) fn lasting(site: &Secret, id: &str) -> u64 {
    hash(site, &[b"lasting", id.as_bytes()])
}

/// Whoever has this id on one day, with a key that does not outlive it.
pub(super) fn daily(key: &Secret, day: Date, id: &str) -> u64 {
    hash(key, &[b"daily", day.to_string().as_bytes(), id.as_bytes()])
}

/// Each part is hashed after its length, so that no two look the same together.
fn hash(key: &Secret, parts: &[&[u8]]) -> u64 {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).expect("a key may have any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    let (first, _) = bytes.split_first_chunk().expect("32 bytes are more than 8");
    u64::from_be_bytes(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_again_on_the_day_is_the_same_and_on_another_is_not() {
        let (one, other) = (Secret::new("one"), Secret::new("other"));
        let of = |key: &Secret, ip: &str, agent| of_address(key, ip.parse().unwrap(), agent);
        let ada = of(&one, "192.0.2.1", "Firefox");
        assert_eq!(ada, of(&one, "::ffff:192.0.2.1", "Firefox"));
        assert_ne!(ada, of(&other, "192.0.2.1", "Firefox"));
        assert_ne!(ada, of(&one, "192.0.2.2", "Firefox"));
        assert_ne!(ada, of(&one, "192.0.2.1", "Chrome"));
        assert_eq!(of(&one, "2001:db8::1", ""), of(&one, "2001:db8::2", ""));
        assert_ne!(of(&one, "2001:db8::1", ""), of(&one, "2001:db8:0:1::1", ""));
    }

    #[test]
    fn an_id_is_one_visitor_or_one_of_each_day() {
        let site = Secret::new("site");
        let (one, other) = (Date::constant(2026, 11, 27), Date::constant(2026, 11, 28));
        assert_eq!(lasting(&site, "ada"), lasting(&site, "ada"));
        assert_ne!(daily(&site, one, "ada"), daily(&site, other, "ada"));
        assert_ne!(daily(&site, one, "ada"), lasting(&site, "ada"));
    }
}
