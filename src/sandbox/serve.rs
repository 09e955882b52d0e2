//! Serves a sandbox on a socket of its own.
use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use http::uri::Scheme;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use poem::{
    Endpoint, Request,
    web::{LocalAddr, RemoteAddr},
};
use tokio::net::TcpStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Sandbox, answer::Unanswered, gate::Gate, pings};

/// How long calls that are under way may take once the sandbox is told to stop.
const GRACE: Duration = Duration::from_secs(1);
/// How long to wait when no connection can be taken, as when all file handles are in use.
const BREATH: Duration = Duration::from_millis(50);

/// Answers calls until `stop`.
///
/// Takes the connections itself rather than through poem's server, which cannot close one without
/// answering on it: that is how an answer gets lost.
pub async fn serve(
    listener: TcpListener,
    sandbox: Sandbox,
    stop: CancellationToken,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let local = listener.local_addr()?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let gate = Arc::new(sandbox.endpoint());
    let connections = TaskTracker::new();
    connections.spawn(pings::carry(sandbox, connections.clone(), stop.clone()));
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((socket, remote)) => {
                let gate = Arc::clone(&gate);
                connections.spawn(converse(socket, (local, remote), gate, stop.clone()));
            }
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
    connections.close();
    connections.wait().await;
    Ok(())
}

/// Answers the calls of one connection until either side closes it.
async fn converse(
    socket: TcpStream,
    (local, remote): (SocketAddr, SocketAddr),
    gate: Arc<Gate>,
    stop: CancellationToken,
) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let gate = Arc::clone(&gate);
        let addresses = (LocalAddr(local.into()), RemoteAddr(remote.into()));
        let request = Request::from((request, addresses.0, addresses.1, Scheme::HTTP));
        async move {
            let response = gate.get_response(request).await;
            match response.data::<Unanswered>() {
                Some(Unanswered) => Err(io::Error::other("closed without an answer, as told")),
                None => Ok(hyper::Response::from(response)),
            }
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    tokio::pin!(connection);
    // How the client leaves is its own business: broken connections are what a sandbox is for.
    let ended = stop.run_until_cancelled(connection.as_mut()).await;
    if ended.is_none() {
        connection.as_mut().graceful_shutdown();
        drop(tokio::time::timeout(GRACE, connection).await);
    }
}
