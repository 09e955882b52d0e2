//! Says which address a request comes from, when a proxy may stand between.

use std::net::IpAddr;

use crate::config::Network;

/// The client's address: the last one in `X-Forwarded-For` that is no proxy of ours, if the
/// connection came from one; else the connection's own. What a client claims is never believed.
pub(crate) fn client<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    proxies: &[Network],
) -> IpAddr {
    let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if !is_proxy(peer) {
        return peer;
    }
    let mut nearest = peer;
    for hop in forwarded.flat_map(|value| value.split(',')).rev() {
        // What stands before something unreadable was not written by our proxies.
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = address.to_canonical();
        if !is_proxy(nearest) {
            break;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let proxies = [Network::parse("10.0.0.0/8").unwrap()];
        for (peer, forwarded, expected) in [
            ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
            ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("10.0.0.1", "1.2.3.4, nonsense", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ] {
            let found = client(peer.parse().unwrap(), [forwarded].into_iter(), &proxies);
            assert_eq!(found.to_string(), expected, "{peer} {forwarded}");
        }
    }
}
