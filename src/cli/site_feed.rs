//! `weighbridge site feed`: the ad accounts whose figures are fetched.

use std::fmt::{Display, Formatter, Result as Written};

use clap::Subcommand;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::failure::Failure;
use super::named::{path_of, text};

const SITES: &str = "/sites";
const CONNECTIONS: &str = "/connections";

/// What can be done about feeds.
#[derive(Subcommand)]
pub(super) enum Command {
    /// List the feeds of a site, how they stand, and what to do about those that fail.
    List {
        /// The site's name or id.
        site: String,
    },
    /// Link a site to an ad account; its figures are fetched from then on.
    Add {
        /// The site's name or id.
        site: String,
        /// The name or id of one of the owner's connections, to a provider that advertises.
        connection: String,
        /// The provider's id of the ad account, as `connection bases` lists it.
        account: String,
    },
    /// Have a feed fetched at once.
    Fetch {
        /// The site's name or id.
        site: String,
        /// The feed's name or id.
        feed: String,
    },
    /// Fetch a feed no more for the time being.
    Pause {
        /// The site's name or id.
        site: String,
        /// The feed's name or id.
        feed: String,
    },
    /// Have a feed that was paused go on.
    Resume {
        /// The site's name or id.
        site: String,
        /// The feed's name or id.
        feed: String,
    },
    /// Delete a feed with all figures that it has brought.
    Delete {
        /// The site's name or id.
        site: String,
        /// The feed's name or id.
        feed: String,
    },
}

/// Feeds, as they are told; nothing of one that is deleted.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Feeds(Vec<Value>);

pub(super) async fn act(command: Command, client: &mut Client) -> Result<Feeds, Failure> {
    let (method, path, body) = match command {
        Command::List { site } => {
            let path = path_of(client, SITES, "site", &site).await? + "/feeds";
            return Ok(Feeds(client.list(&path).await?));
        }
        Command::Add {
            site,
            connection,
            account,
        } => {
            let path = path_of(client, SITES, "site", &site).await? + "/feeds";
            let connection = path_of(client, CONNECTIONS, "connection", &connection).await?;
            let id = connection.rsplit('/').next().unwrap_or_default();
            let body = json!({"connection_id": id, "account_id": account});
            (Method::POST, path, Some(body))
        }
        Command::Fetch { site, feed } => {
            let path = find(client, &site, &feed).await? + "/fetch";
            (Method::POST, path, None)
        }
        Command::Pause { site, feed } => {
            let path = find(client, &site, &feed).await?;
            (Method::PATCH, path, Some(json!({"paused": true})))
        }
        Command::Resume { site, feed } => {
            let path = find(client, &site, &feed).await?;
            (Method::PATCH, path, Some(json!({"paused": false})))
        }
        Command::Delete { site, feed } => {
            let path = find(client, &site, &feed).await?;
            client.call(Method::DELETE, &path, None).await?;
            return Ok(Feeds(Vec::new()));
        }
    };
    let told = client.call(method, &path, body.as_ref()).await?;
    Ok(Feeds(vec![told]))
}

async fn find(client: &mut Client, site: &str, feed: &str) -> Result<String, Failure> {
    let path = path_of(client, SITES, "site", site).await? + "/feeds";
    path_of(client, &path, "site feed", feed).await
}

impl Display for Feeds {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for feed in &self.0 {
            let (id, state, name) = (text(feed, "id"), text(feed, "state"), text(feed, "name"));
            let (account, currency) = (text(feed, "account_id"), text(feed, "currency"));
            writeln!(f, "{id}  {state:8} {name} ({account}, {currency})")?;
            let (first, last) = (text(feed, "first_day"), text(feed, "last_day"));
            let (told, next) = (text(feed, "fetched_at"), text(feed, "next_fetch_at"));
            writeln!(
                f,
                "  days {first} to {last}, told {told}, asked next {next}"
            )?;
            if let Some(message) = feed["trouble"]["message"].as_str() {
                writeln!(f, "  {message}")?;
                writeln!(f, "  {}", text(&feed["trouble"], "remedy"))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_that_fails_says_why_and_what_to_do() {
        let feed = json!({
            "id": "f1", "state": "failing", "name": "Shop", "account_id": "act_1",
            "currency": "EUR", "first_day": "2026-11-01", "last_day": "2026-11-28",
            "fetched_at": "2026-11-28T08:00:00.000Z", "next_fetch_at": "2026-11-28T09:00:00.000Z",
            "trouble": {"message": "It ended.", "remedy": "Give another."},
        });
        let shown = "\
f1  failing  Shop (act_1, EUR)
  days 2026-11-01 to 2026-11-28, told 2026-11-28T08:00:00.000Z, asked next 2026-11-28T09:00:00.000Z
  It ended.
  Give another.
";
        assert_eq!(Feeds(vec![feed]).to_string(), shown);
    }
}
