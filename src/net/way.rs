//! Finds out how far the way to a target goes before anything is said: its name, and a connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, TryFutureExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::guard::Guard;
use super::target::{Reach, Target};

/// One step of the way: what was found, or what stood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was found.
    pub found: Result<String, String>,
    /// How long that took.
    pub took: Duration,
}

/// The way to a target, as far as it goes. A step that is none was not taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Whether the way is to be encrypted.
    pub is_encrypted: bool,
    /// The addresses that its name stands for; none for a target that is an address.
    pub name: Option<Step>,
    /// A connection to one of them.
    pub connection: Option<Step>,
}

/// Goes the way to `target`, and says nothing at its end.
pub(super) fn go<'a>(
    target: &'a Target,
    guard: &'a Guard,
    deadline: Duration,
) -> BoxFuture<'a, Way> {
    async move {
        let is_encrypted = target.reach != Reach::Sandbox;
        let mut way = Way {
            is_encrypted,
            ..Way::default()
        };
        let root = &target.root;
        let host = root.host_str().unwrap_or_default().to_owned();
        let port = root.port_or_known_default().unwrap_or(guard.port);
        let addresses = if is_encrypted {
            let (addresses, step) = name(&host, port, guard, deadline).await;
            way.name = Some(step);
            addresses
        } else {
            let address = host.trim_matches(['[', ']']).parse();
            let address = address.map(|address| SocketAddr::new(address, port));
            address.into_iter().collect()
        };
        if !addresses.is_empty() {
            way.connection = Some(connection(&addresses, deadline).await);
        }
        way
    }
    .boxed()
}

async fn name(host: &str, port: u16, guard: &Guard, deadline: Duration) -> (Vec<SocketAddr>, Step) {
    let started = Instant::now();
    let looked_up = timeout(deadline, lookup_host((host, port)));
    let found = match looked_up.await {
        Err(_late) => Err(format!("nobody knew {host} within {deadline:?}")),
        Ok(Err(error)) => Err(format!("{host} cannot be resolved: {error}")),
        Ok(Ok(found)) => Ok(found.collect::<Vec<_>>()),
    };
    let found = found.and_then(|addresses| {
        let inner = addresses
            .iter()
            .find_map(|one| guard.check_address(host, one.ip()).err());
        match inner {
            Some(refusal) => Err(refusal.to_string()),
            None if addresses.is_empty() => Err(format!("{host} has no address")),
            None => Ok(addresses),
        }
    });
    let shown = found.clone().map(|addresses| {
        let shown: Vec<String> = addresses.iter().map(|one| one.ip().to_string()).collect();
        format!("{host} is {}", shown.join(", "))
    });
    let step = Step {
        found: shown,
        took: started.elapsed(),
    };
    (found.unwrap_or_default(), step)
}

/// Connects to the first address that takes a connection, as the client does.
async fn connection(addresses: &[SocketAddr], deadline: Duration) -> Step {
    let started = Instant::now();
    let mut trouble = String::new();
    for address in addresses {
        let connected = timeout(deadline, TcpStream::connect(address));
        let connected =
            connected.map_err(|_late| format!("{address} did not answer within {deadline:?}"));
        match connected.await {
            Ok(Ok(_stream)) => {
                return Step {
                    found: Ok(format!("{address} takes connections")),
                    took: started.elapsed(),
                };
            }
            Ok(Err(error)) => trouble = format!("{address}: {error}"),
            Err(late) => trouble = late,
        }
    }
    Step {
        found: Err(trouble),
        took: started.elapsed(),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn guard() -> Guard {
        Guard {
            port: 443,
            allow: Vec::new(),
            reserved: Vec::new(),
        }
    }

    const DEADLINE: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn an_address_has_no_name_to_look_up_and_is_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let root = format!("http://127.0.0.1:{port}").parse().unwrap();
        let target = Target::sandbox(&root).unwrap();
        let way = go(&target, &guard(), DEADLINE).await;
        assert_eq!(way.name, None);
        assert!(way.connection.unwrap().found.is_ok());
        drop(listener);
        let way = go(&target, &guard(), DEADLINE).await;
        let told = way.connection.unwrap().found.unwrap_err();
        assert!(told.contains(&port.to_string()), "{told}");
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let target = Target::vendor("localhost");
        let way = go(&target, &guard(), DEADLINE).await;
        let told = way.name.unwrap().found.unwrap_err();
        assert!(told.contains("not a public address"), "{told}");
        assert_eq!(way.connection, None);
    }
}
