//! Counts the connections of each address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many connections each address has open. Clones share the count.
#[derive(Clone)]
pub(super) struct Ceiling {
    most: u32,
    open: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

/// A connection's place under the ceiling, given back when it is dropped.
pub(super) struct Place {
    ceiling: Ceiling,
    neighbourhood: IpAddr,
}

impl Ceiling {
    /// At most `most` connections for one address.
    pub(super) fn new(most: u32) -> Self {
        Self {
            most,
            open: Arc::default(),
        }
    }

    /// Takes a place for a connection from `address`; `None` when it has all it may have.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let neighbourhood = neighbourhood(address);
        let mut open = self.lock();
        let count = open.entry(neighbourhood).or_default();
        (*count < self.most).then(|| {
            *count += 1;
            Place {
                ceiling: self.clone(),
                neighbourhood,
            }
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.ceiling.lock().entry(self.neighbourhood) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// The addresses that one client commands: itself, or with IPv6 the /64 that it was given.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_no_more_places_than_it_may_and_gets_them_back() {
        let ceiling = Ceiling::new(2);
        let enter = |address: &str| ceiling.enter(address.parse().unwrap());
        let (first, _second) = (enter("192.0.2.1").unwrap(), enter("192.0.2.1").unwrap());
        assert!(enter("192.0.2.1").is_none());
        assert!(enter("192.0.2.2").is_some());
        drop(first);
        assert!(enter("192.0.2.1").is_some());
    }

    #[test]
    fn one_ipv6_network_counts_as_one_client() {
        let ceiling = Ceiling::new(1);
        let enter = |address: &str| ceiling.enter(address.parse().unwrap());
        let _place = enter("2001:db8::1").unwrap();
        assert!(enter("2001:db8::ffff:1").is_none());
        assert!(enter("2001:db8:0:1::1").is_some());
    }

    #[test]
    fn an_address_without_connections_is_forgotten() {
        let ceiling = Ceiling::new(1);
        drop(ceiling.enter("192.0.2.1".parse().unwrap()));
        assert!(ceiling.lock().is_empty());
    }
}
