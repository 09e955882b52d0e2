//! Whether the appliance can listen where it is to.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};

use super::Check;
use super::server::Presence;
use crate::config::Config;

pub(super) fn check(config: &Config, presence: &Presence) -> Check {
    let server = &config.server;
    let addresses = [
        ("listen", Some(server.listen)),
        ("http_listen", server.http_listen),
    ];
    let addresses = addresses
        .into_iter()
        .filter_map(|(name, address)| Some((name, address?)));
    let checks =
        addresses.map(|(name, address)| judge(name, address, &bind(address), presence.runs()));
    Check::group("Ports", checks.collect())
}

/// Listens and stops at once; nobody is answered.
fn bind(address: SocketAddr) -> io::Result<()> {
    TcpListener::bind(address).map(drop)
}

/// `runs` says whether a server runs, where that is known.
fn judge(name: &str, address: SocketAddr, bound: &io::Result<()>, runs: Option<bool>) -> Check {
    match bound {
        // Port 0 is any that is free: another one each time.
        Ok(()) if runs == Some(true) && address.port() != 0 => Check::failed(
            name,
            format!("nobody listens at {address}, though a server runs"),
        )
        .remedy("The server runs with another configuration: start it anew."),
        Ok(()) => Check::ok(name, format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse && runs == Some(true) => {
            Check::ok(name, format!("{address} is in use, as a server runs"))
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse && runs.is_none() => {
            let detail = format!("{address} is in use, perhaps by a server that cannot be asked");
            Check::not_checked(name, detail)
        }
        Err(error) => {
            let remedy = match error.kind() {
                ErrorKind::AddrInUse => "Stop what listens there, or choose another port.",
                ErrorKind::PermissionDenied => {
                    "Give the service CAP_NET_BIND_SERVICE, or choose a port from 1024 on."
                }
                _ => "Correct the address: it must be one of this machine's.",
            };
            Check::failed(name, format!("{address}: {error}")).remedy(remedy)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn a_port_is_to_be_free_without_a_server_and_in_use_with_one() {
        let address = "127.0.0.1:8443".parse().unwrap();
        let in_use = || Err(ErrorKind::AddrInUse.into());
        for (bound, running, expected) in [
            (Ok(()), Some(false), Verdict::Ok),
            (Ok(()), Some(true), Verdict::Failed),
            (Ok(()), None, Verdict::Ok),
            (in_use(), Some(true), Verdict::Ok),
            (in_use(), Some(false), Verdict::Failed),
            (in_use(), None, Verdict::NotChecked),
            (
                Err(ErrorKind::PermissionDenied.into()),
                Some(false),
                Verdict::Failed,
            ),
        ] {
            let judged = judge("listen", address, &bound, running);
            assert_eq!(judged.verdict, expected, "{bound:?} {running:?}");
        }
    }
}
