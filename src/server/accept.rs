//! Lets connections in, as many as may be.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use poem::Endpoint;
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::ceiling::Ceiling;
use super::connection::Host;
use super::descriptors;
use super::listeners::Listeners;
use crate::base::Tasks;
use crate::config::Server;
use crate::tls::Certificates;

/// The pause after the system refused to hand over a connection, mostly for want of file
/// descriptors: trying on at once would take a whole core until one is free.
const BREATH: Duration = Duration::from_millis(200);

/// Answers with `endpoint` at the network's and the local door, and with `plain` where plain HTTP is
/// sent on, until `tasks` are told to stop.
///
/// Returns when no connection is let in any more; those that stand have `deadlines.stop` left to
/// end, and [`Tasks::stop`] waits for them.
pub async fn serve<E, P>(
    listeners: Listeners,
    endpoint: E,
    plain: P,
    settings: &Server,
    tasks: &Tasks,
) where
    E: Endpoint + 'static,
    P: Endpoint + 'static,
{
    descriptors::raise();
    let Listeners {
        network,
        address,
        plain: plain_door,
        certificates,
        local,
        socket,
    } = listeners;
    let host = Arc::new(Host::new(endpoint, settings, address, tasks));
    let gate = Gate::new(Arc::clone(&host), settings, certificates);
    let sent_on = async {
        if let Some(door) = plain_door {
            let host = Arc::new(Host::new(plain, settings, address, tasks));
            Gate::new(host, settings, None).network(&door).await;
        }
    };
    let stop = tasks.stopping();
    let all = async {
        tokio::join!(gate.network(&network), commands(&host, &local), sent_on);
    };
    let _stopped = stop.run_until_cancelled(all).await;
    remove(&socket);
}

/// A door to the network, with ceilings of its own.
struct Gate<E> {
    host: Arc<Host<E>>,
    settings: Server,
    certificates: Option<Certificates>,
    places: Ceiling,
    all: Arc<Semaphore>,
}

impl<E: Endpoint + 'static> Gate<E> {
    fn new(host: Arc<Host<E>>, settings: &Server, certificates: Option<Certificates>) -> Self {
        Self {
            host,
            settings: settings.clone(),
            certificates,
            places: Ceiling::new(settings.max_connections_per_address),
            all: Arc::new(Semaphore::new(settings.max_connections as usize)),
        }
    }

    async fn network(&self, listener: &tokio::net::TcpListener) {
        loop {
            // The semaphore is never closed; while all places are taken, arrivals queue up in the
            // system.
            let Ok(place) = Arc::clone(&self.all).acquire_owned().await else {
                return;
            };
            let (stream, address) = accepted(|| listener.accept()).await;
            self.enter(stream, address, place);
        }
    }

    fn enter(&self, stream: TcpStream, address: SocketAddr, place: impl Send + 'static) {
        let own = self.places.enter(address.ip());
        let proxy = self
            .settings
            .trusted_proxies
            .iter()
            .any(|network| network.contains(address.ip()));
        if own.is_none() && !proxy {
            tracing::debug!(peer = %address, "an address has all the connections it may have");
            return;
        }
        let host = Arc::clone(&self.host);
        let acceptor = self.certificates.as_ref().map(Certificates::acceptor);
        self.host.tasks.start(async move {
            host.network(stream, address, acceptor).await;
            drop((place, own));
        });
    }
}

/// The door for commands: root's and the service's own user's.
async fn commands<E: Endpoint + 'static>(host: &Arc<Host<E>>, listener: &UnixListener) {
    loop {
        let (stream, _) = accepted(|| listener.accept()).await;
        if let Some(uid) = entitled(&stream) {
            let serving = Arc::clone(host);
            host.tasks.start(async move {
                serving.local(stream, uid).await;
            });
        }
    }
}

/// Who is at the other end, if it is somebody who may be.
fn entitled(stream: &UnixStream) -> Option<u32> {
    let uid = stream.peer_cred().ok()?.uid();
    let own = rustix::process::geteuid().as_raw();
    if uid == 0 || uid == own {
        return Some(uid);
    }
    tracing::warn!(uid, "refused a command of another user");
    None
}

/// The next connection, however often the system fails to hand one over.
async fn accepted<T, F>(mut accept: impl FnMut() -> F) -> T
where
    F: Future<Output = io::Result<T>>,
{
    loop {
        match accept().await {
            Ok(arrival) => return arrival,
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                sleep(BREATH).await;
            }
        }
    }
}

fn remove(socket: &Path) {
    if let Err(error) = std::fs::remove_file(socket) {
        tracing::debug!(%error, "could not remove the local socket");
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn an_accept_that_fails_is_tried_again_after_a_breath() {
        let count = Cell::new(0);
        let began = std::time::Instant::now();
        let arrival = accepted(|| {
            count.set(count.get() + 1);
            let tried = count.get();
            async move {
                if tried < 2 {
                    return Err(io::Error::other("no file descriptor is left"));
                }
                Ok(tried)
            }
        });
        assert_eq!(arrival.await, 2);
        assert!(began.elapsed() >= BREATH);
    }
}
