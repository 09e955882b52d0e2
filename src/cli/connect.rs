//! `weighbridge connection connect`: an account by OAuth, which a person allows in their browser.

use std::fmt::{Display, Formatter, Result as Written};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::connection::Provider;
use super::failure::Failure;
use super::named::text;
use super::output::Output;
use crate::base::Clock;

/// How often it is looked whether the person is back.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What is to be connected.
#[derive(Args)]
pub(super) struct Wanted {
    /// What to call it.
    name: String,
    /// The provider.
    #[arg(long, value_enum, default_value = "airtable")]
    provider: Provider,
    /// Ask at the sandbox on this machine instead of the vendor.
    #[arg(long)]
    sandbox: bool,
}

/// Nobody has come back.
#[derive(Debug, thiserror::Error)]
#[error(
    "nobody has allowed it in time: run the command again, and open the address in a browser in \
     which the connection's owner is signed in at this appliance"
)]
struct Late;

/// Where a person is to go.
#[derive(Serialize)]
struct Open {
    address: String,
    expires_at: String,
}

impl Display for Open {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        writeln!(
            f,
            "Open this address in a browser in which the connection's owner is signed in at this \
             appliance, and allow it there until {}:",
            self.expires_at
        )?;
        writeln!(f, "\n  {}\n", self.address)?;
        write!(f, "This waits until that is done.")
    }
}

/// Tells the address to open, and gives the connection once it is made.
pub(super) async fn connect(
    wanted: &Wanted,
    out: &Output,
    client: &mut Client,
) -> Result<Value, Failure> {
    client.needs_server()?;
    let endpoint = if wanted.sandbox { "sandbox" } else { "vendor" };
    let body = json!({
        "name": wanted.name, "provider": wanted.provider.name(), "endpoint": endpoint,
    });
    let path = "/connections/authorizations";
    let begun = client.call(Method::POST, path, Some(&body)).await?;
    let open = Open {
        address: text(&begun, "address").to_owned(),
        expires_at: text(&begun, "expires_at").to_owned(),
    };
    out.note(&open)?;
    made(client, &wanted.name, &open.expires_at).await
}

/// The connection of this name, once it is there and was tested.
async fn made(client: &mut Client, name: &str, until: &str) -> Result<Value, Failure> {
    let clock = Clock::system();
    let until: Timestamp = until.parse().map_err(Failure::of)?;
    let wanted = name.trim().to_lowercase();
    loop {
        let all = client.list("/connections").await?;
        let found = all.into_iter().find(|one| {
            text(one, "name").to_lowercase() == wanted && text(one, "status") != "untested"
        });
        if let Some(found) = found {
            return Ok(found);
        }
        if clock.now() >= until {
            return Err(Failure::of(Late));
        }
        clock.sleep(LOOK_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_stands_on_a_line_of_its_own() {
        let open = Open {
            address: "https://airtable.com/oauth2/v1/authorize?state=x".into(),
            expires_at: "2027-01-15T08:10:00Z".into(),
        };
        let told = open.to_string();
        let mut lines = told.lines().map(str::trim);
        assert!(lines.any(|line| line == open.address), "{told}");
    }
}
