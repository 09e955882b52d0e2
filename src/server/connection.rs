//! Serves one connection from its first byte to its last.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper::rt::Executor;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use poem::web::LocalAddr;
use poem::{Addr, Endpoint};
use rustix::net::sockopt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::select;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::activity::Activity;
use super::request::Answering;
use super::stall::Stalling;
use crate::base::{Peer, Tasks};
use crate::config::{Deadlines, Server};

/// A request's header may take so much; browsers' and SDKs' take a fraction.
const HEADER_BYTES: u32 = 32 * 1024;

/// So many requests of one HTTP/2 connection may be open.
const STREAMS: u32 = 128;

/// What all connections have in common.
pub(super) struct Host<E> {
    pub(super) endpoint: Arc<E>,
    pub(super) deadlines: Deadlines,
    pub(super) address: LocalAddr,
    pub(super) tasks: Tasks,
}

/// The protocol, settled before the first request: by TLS, or HTTP/1.1 where there is none.
#[derive(Clone, Copy)]
enum Protocol {
    Http1,
    Http2,
}

/// HTTP/2 starts a task for each request, on the tracker like all others.
#[derive(Clone)]
struct OnTracker(Tasks);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for OnTracker {
    fn execute(&self, task: F) {
        self.0.start(task);
    }
}

impl<E: Endpoint + 'static> Host<E> {
    pub(super) fn new(endpoint: E, settings: &Server, address: SocketAddr, tasks: &Tasks) -> Self {
        Self {
            endpoint: Arc::new(endpoint),
            deadlines: settings.deadlines,
            address: LocalAddr(Addr::SocketAddr(address)),
            tasks: tasks.clone(),
        }
    }

    /// Serves a connection from the network; returns when it is closed.
    pub(super) async fn network(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        tls: Option<TlsAcceptor>,
    ) {
        // What a client does not take stays with the system after the connection was cut, for as
        // long as the client likes unless the system is told how long.
        let patience = u32::try_from(self.deadlines.body.as_millis()).unwrap_or(u32::MAX);
        let set = sockopt::set_tcp_user_timeout(&stream, patience).map_err(io::Error::from);
        if let Err(error) = set.and_then(|()| stream.set_nodelay(true)) {
            // Only a connection that is gone already refuses it.
            tracing::debug!(%error, peer = %address, "a connection was gone at once");
            return;
        }
        let stream = Stalling::new(stream, self.deadlines.body);
        let Some(acceptor) = tls else {
            let peer = Peer::Network {
                address,
                tls: false,
            };
            return self.http(stream, peer, Protocol::Http1).await;
        };
        let shaken = timeout(self.deadlines.handshake, Box::pin(acceptor.accept(stream))).await;
        let Ok(Ok(stream)) = shaken else {
            tracing::debug!(peer = %address, "a TLS handshake failed or took too long");
            return;
        };
        let protocol = match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Protocol::Http2,
            _ => Protocol::Http1,
        };
        let peer = Peer::Network { address, tls: true };
        self.http(stream, peer, protocol).await;
    }

    /// Serves a command on this machine; returns when it is done.
    pub(super) async fn local(&self, stream: UnixStream, uid: u32) {
        let stream = Stalling::new(stream, self.deadlines.body);
        self.http(stream, Peer::Local { uid }, Protocol::Http1)
            .await;
    }

    async fn http<S>(&self, stream: S, peer: Peer, protocol: Protocol)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Activity::new();
        let answering = Arc::new(Answering {
            endpoint: Arc::clone(&self.endpoint),
            peer,
            local: self.address.clone(),
            patience: self.deadlines.body,
            activity: activity.clone(),
            tasks: self.tasks.clone(),
        });
        let service = service_fn(move |request| Arc::clone(&answering).answer(request));
        let builder = self.builder(protocol);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let stop = self.tasks.stopping();
        select! {
            closed = connection.as_mut() => return note(peer, closed),
            () = stop.cancelled() => {}
            () = activity.idle_for(self.deadlines.idle) => {}
            () = activity.stuck_for(self.deadlines.body) => {
                // No farewell would reach a client that takes nothing.
                tracing::debug!(?peer, "cut a connection whose client takes nothing of an answer");
                return;
            }
        }
        connection.as_mut().graceful_shutdown();
        if let Ok(closed) = timeout(self.deadlines.stop, connection).await {
            note(peer, closed);
        }
    }

    fn builder(&self, protocol: Protocol) -> Builder<OnTracker> {
        let mut builder = Builder::new(OnTracker(self.tasks.clone()));
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.deadlines.header)
            .max_buf_size(HEADER_BYTES as usize)
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(self.deadlines.idle)
            .keep_alive_timeout(self.deadlines.header)
            .max_header_list_size(HEADER_BYTES)
            .max_concurrent_streams(STREAMS);
        // Told what to expect, hyper does not wait for the first bytes without a deadline.
        match protocol {
            Protocol::Http1 => builder.http1_only(),
            Protocol::Http2 => builder.http2_only(),
        }
    }
}

/// Clients break connections off all the time: worth a line only when somebody looks for it.
fn note(peer: Peer, closed: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = closed {
        tracing::debug!(%error, ?peer, "a connection broke off");
    }
}
