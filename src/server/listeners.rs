//! The sockets on which the appliance waits for connections.

use std::fs::{self, DirBuilder};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener, UnixStream};

use crate::base::{Clock, Tasks};
use crate::config::Config;
use crate::tls::{self, Certificates};

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
    /// There is no certificate to show.
    #[error("there is no certificate to show")]
    Certificate(#[from] tls::Error),
    /// The signal that asks for a new certificate cannot be waited for.
    #[error("could not wait for SIGHUP")]
    Watch(#[source] io::Error),
}

/// The doors: the network's, the one where plain HTTP is sent on, and the one for commands on this
/// machine.
pub struct Listeners {
    pub(super) network: TcpListener,
    pub(super) address: SocketAddr,
    /// Where plain HTTP is sent on, if anywhere.
    pub(super) plain: Option<TcpListener>,
    /// What encrypts the network's door; nothing when TLS is off.
    pub(super) certificates: Option<Certificates>,
    pub(super) local: UnixListener,
    pub(super) socket: PathBuf,
}

impl Listeners {
    /// Opens the doors; the local one can be entered by the service's own user and root alone.
    ///
    /// The certificate is loaded, or made, and watched by one of `tasks` from now on. Whoever comes
    /// before [`serve`](super::serve) is called waits.
    pub async fn open(config: &Config, clock: &Clock, tasks: &Tasks) -> Result<Self, Error> {
        let socket = config.server.socket.clone();
        let local = local(&socket).await?;
        let certificates = config.tls.enabled.then(|| Certificates::open(config));
        let certificates = certificates.transpose()?;
        if let Some(certificates) = certificates.clone() {
            let fingerprint = certificates.fingerprint();
            tracing::info!(tls.fingerprint = %fingerprint, "the certificate is loaded");
            certificates
                .watch(clock.clone(), tasks)
                .map_err(Error::Watch)?;
        }
        let (network, address) = bind(config.server.listen).await?;
        let plain = match config.server.http_listen {
            Some(asked) => Some(bind(asked).await?.0),
            None => None,
        };
        Ok(Self {
            network,
            address,
            plain,
            certificates,
            local,
            socket,
        })
    }

    /// The address in use, with the port that was found when none was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address where plain HTTP is sent on, if there is one.
    pub fn plain_address(&self) -> Option<SocketAddr> {
        self.plain.as_ref()?.local_addr().ok()
    }

    /// The certificate that is shown; `None` when TLS is off.
    pub fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }
}

async fn bind(asked: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let failed = |error| Error::Address(asked, error);
    let listener = TcpListener::bind(asked).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

async fn local(socket: &Path) -> Result<UnixListener, Error> {
    if UnixStream::connect(socket).await.is_ok() {
        return Err(Error::Running(socket.to_owned()));
    }
    let open = || -> io::Result<UnixListener> {
        if let Some(folder) = socket.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
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
