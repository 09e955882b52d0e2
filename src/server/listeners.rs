//! The sockets on which the appliance waits for connections.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener, UnixStream};

use crate::config::Server;
use crate::tls::Certificates;

/// Why the appliance cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error("could not listen on {0}")]
    Address(SocketAddr, #[source] io::Error),
    /// The local socket cannot be made.
    #[error("could not make the socket {0}")]
    Socket(PathBuf, #[source] io::Error),
    /// Another process answers on the local socket.
    #[error("a server is running already: it answers on {0}")]
    Running(PathBuf),
}

/// Both doors: the network's, and the one for commands on this machine.
pub struct Listeners {
    pub(super) network: TcpListener,
    pub(super) address: SocketAddr,
    /// What encrypts the network's door; nothing when TLS is off.
    pub(super) certificates: Option<Certificates>,
    pub(super) local: UnixListener,
    pub(super) socket: PathBuf,
}

impl Listeners {
    /// Opens both doors; the local one can be entered by the service's own user and root alone.
    pub async fn open(
        settings: &Server,
        certificates: Option<Certificates>,
    ) -> Result<Self, Error> {
        let socket = settings.socket.clone();
        let local = local(&socket).await?;
        let network = TcpListener::bind(settings.listen).await;
        let network = network.map_err(|error| Error::Address(settings.listen, error))?;
        let address = network
            .local_addr()
            .map_err(|error| Error::Address(settings.listen, error))?;
        Ok(Self {
            network,
            address,
            certificates,
            local,
            socket,
        })
    }

    /// The address in use, with the port that was found when none was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn local(socket: &Path) -> Result<UnixListener, Error> {
    if UnixStream::connect(socket).await.is_ok() {
        return Err(Error::Running(socket.to_owned()));
    }
    let open = || -> io::Result<UnixListener> {
        // A server that was killed leaves its socket behind.
        match fs::remove_file(socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(socket)?;
        fs::set_permissions(socket, fs::Permissions::from_mode(0o600))?;
        Ok(listener)
    };
    open().map_err(|error| Error::Socket(socket.to_owned(), error))
}
