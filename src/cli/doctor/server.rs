//! Whether a server runs, and what it says of itself.

use std::time::Duration;

use tokio::time::timeout;

use super::super::client::Client;
use super::super::failure::Failure;
use super::Check;
use crate::base::chain;
use crate::config::Config;

const NAME: &str = "Server";
/// A server that is in order answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a server runs on the data folder.
pub(super) enum Presence {
    /// None does.
    Absent,
    /// One does, and can be asked.
    Running(Box<Client>),
    /// One may, and cannot be asked.
    Silent(String),
}

impl Presence {
    /// Whether a server runs, where that is known.
    pub(super) fn runs(&self) -> Option<bool> {
        match self {
            Self::Absent => Some(false),
            Self::Running(_) => Some(true),
            Self::Silent(_) => None,
        }
    }
}

/// Looks for the server's local socket.
pub(super) async fn find(config: &Config) -> Presence {
    match timeout(PATIENCE, Client::running(&config.server.socket)).await {
        Ok(Ok(None)) => Presence::Absent,
        Ok(Ok(Some(client))) => Presence::Running(Box::new(client)),
        Ok(Err(failure)) => Presence::Silent(chain(&failure).to_string()),
        Err(_elapsed) => Presence::Silent("it does not answer".to_owned()),
    }
}

pub(super) async fn check(presence: &mut Presence) -> Check {
    match presence {
        Presence::Absent => Check::not_checked(NAME, "none runs on this data folder"),
        Presence::Silent(why) => Check::failed(NAME, why.clone())
            .remedy("Run the doctor as root or as the service's user; else restart the server."),
        Presence::Running(client) => match timeout(PATIENCE, ask(client)).await {
            Ok(Ok((version, ready))) => judge(&version, env!("CARGO_PKG_VERSION"), &ready),
            Ok(Err(failure)) => Check::failed(NAME, chain(&failure).to_string()),
            Err(_elapsed) => {
                Check::failed(NAME, "it does not answer").remedy("Restart it, and keep its log.")
            }
        },
    }
}

/// The server's version, and what it says of its readiness.
async fn ask(client: &mut Client) -> Result<(String, String), Failure> {
    let system = client.get("/system").await?;
    let version = system["version"].as_str().unwrap_or_default().to_owned();
    Ok((version, client.readiness().await?))
}

fn judge(version: &str, own: &str, ready: &str) -> Check {
    let ready = ready.trim();
    if ready != "ok" {
        return Check::failed(NAME, format!("it is {ready}"))
            .remedy("Read the error of that name at /errors, and the server's log.");
    }
    if version != own {
        return Check::warning(
            NAME,
            format!("it runs version {version}, and this is {own}"),
        )
        .remedy("Restart it to take up what was installed.");
    }
    Check::ok(NAME, format!("version {version} runs, and is ready"))
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn a_server_is_to_be_ready_and_of_this_version() {
        for (version, ready, expected) in [
            ("1.0.0", "ok\n", Verdict::Ok),
            ("0.9.0", "ok\n", Verdict::Warning),
            ("1.0.0", "degraded: audit_unavailable\n", Verdict::Failed),
        ] {
            assert_eq!(judge(version, "1.0.0", ready).verdict, expected, "{ready}");
        }
    }
}
