//! `[server]`: where the appliance listens and keeps its files.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use super::Network;
use super::reader::Section;

/// Where the appliance listens, whom it believes, and how long it waits.
#[derive(Clone, Debug)]
pub struct Server {
    /// The address and port for browsers and API clients.
    pub listen: SocketAddr,
    /// The address and port where plain HTTP is told to come encrypted.
    pub http_listen: Option<SocketAddr>,
    /// What people type to get here, for links that leave the appliance.
    pub public_url: Option<Url>,
    /// The names a request may call the appliance by; empty allows every name.
    pub hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// The folder that holds everything.
    pub data: PathBuf,
    /// The socket for commands on this machine.
    pub socket: PathBuf,
    /// How many connections may be open.
    pub max_connections: u32,
    /// How many of them may come from one address.
    pub max_connections_per_address: u32,
    /// How long it waits.
    pub deadlines: Deadlines,
}

/// How long the appliance waits for the other side.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// The time for a TLS handshake.
    pub handshake: Duration,
    /// The time for a request's header.
    pub header: Duration,
    /// The time for which a connection may stand without an open request.
    pub idle: Duration,
    /// The time in which the next bytes of a body must come or be taken.
    pub body: Duration,
    /// The time that open requests have to end when the appliance stops.
    pub stop: Duration,
}

impl Server {
    /// Where the store lies.
    pub fn store_file(&self) -> PathBuf {
        self.data.join("store.redb")
    }

    /// Where the audit log's own keys lie; they are there once it has begun.
    pub fn audit_key(&self) -> PathBuf {
        self.data.join("audit.key")
    }

    /// Where the keys lie with which the visitors of sites are hashed for a day.
    pub fn day_keys(&self) -> PathBuf {
        self.data.join("day.keys")
    }

    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        let data: PathBuf = from.key(
            "data",
            "/var/lib/weighbridge".into(),
            "The folder that holds everything the appliance keeps.",
        );
        Self {
            listen: from.key(
                "listen",
                (Ipv4Addr::UNSPECIFIED, 8443).into(),
                "Address and port for browsers and API clients.",
            ),
            http_listen: from.key(
                "http_listen",
                None,
                "Address and port, such as `0.0.0.0:80`, where pages asked for over plain HTTP are \
                 redirected to `public_url`, or to the host that was asked, over TLS. The API is \
                 refused there, and nothing else is served. The deadlines and ceilings below hold \
                 there too, counted apart.",
            ),
            public_url: from.key(
                "public_url",
                None,
                "What people type to get here; needed when a proxy stands in front.",
            ),
            hosts: from.key(
                "hosts",
                Vec::new(),
                "Names by which requests may call the appliance. Others get `421`. When empty, \
                 every name is answered.",
            ),
            trusted_proxies: from.key(
                "trusted_proxies",
                Vec::new(),
                "Proxies whose `X-Forwarded-For` is believed. Nobody else's is.",
            ),
            socket: from.key(
                "socket",
                data.join("admin.sock"),
                "The socket for commands on this machine; by default `admin.sock` in the data \
                 folder. Only root and the service's own user may connect.",
            ),
            max_connections: from.within(
                "max_connections",
                16_384,
                1..=1_000_000,
                "How many connections may be open; more of them wait. Each is a file descriptor, \
                 and takes some 30 KiB of memory while nothing is asked over it.",
            ),
            max_connections_per_address: from.within(
                "max_connections_per_address",
                1024,
                1..=1_000_000,
                "How many of them may come from one address (IPv6: one /64); more are closed. \
                 Trusted proxies are exempt.",
            ),
            deadlines: Deadlines::read(&mut from),
            data,
        }
    }
}

impl Deadlines {
    fn read(from: &mut Section<'_, '_>) -> Self {
        Self {
            handshake: from.key(
                "handshake_deadline",
                Duration::from_secs(10),
                "A TLS handshake that takes longer is cut.",
            ),
            header: from.key(
                "header_deadline",
                Duration::from_secs(10),
                "A request whose header takes longer is cut; so is an HTTP/1.1 connection on \
                 which no request begins for that long.",
            ),
            idle: from.key(
                "idle_deadline",
                Duration::from_mins(1),
                "A connection on which no request is open for that long is closed.",
            ),
            body: from.key(
                "body_deadline",
                Duration::from_secs(30),
                "A request of whose body less than 1 KiB comes in that time is cut; so is a \
                 connection that takes less than 16 KiB of an answer in it.",
            ),
            stop: from.key(
                "stop_deadline",
                Duration::from_secs(10),
                "How long open requests have to end when the appliance stops.",
            ),
        }
    }
}
