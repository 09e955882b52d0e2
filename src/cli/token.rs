//! `weighbridge token`: what a user's programs sign in with.

use std::fmt::{Display, Formatter, Result as Written};
use std::time::Duration;

use clap::{Args, Subcommand};
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::named;
use super::owner::Owner;
use crate::auth::Permission;
use crate::base::Clock;

const LIST: &str = "/tokens";

/// Whose tokens are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a token and print it; it is shown this once.
    Create {
        /// What to call it.
        name: String,
        /// What it may be used for, such as dataset:read; may be given several times.
        #[arg(long = "scope", required = true, value_parser = permission, value_name = "PERMISSION")]
        scopes: Vec<Permission>,
        /// In how many days it ends.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
    },
    /// List the tokens.
    List,
    /// Revoke a token; it ends at once.
    Revoke {
        /// The token's name or id.
        token: String,
    },
}

/// What a command prints.
enum View {
    Made(Value),
    Tokens(Vec<Value>),
    Nothing,
}

pub(super) fn run(line: Line, context: &Context) -> Result<(), Failure> {
    let work = async |client: &mut Client| act(line.command, client).await;
    let view = line.owner.with(context, work)?;
    match view {
        View::Made(made) => context.out.show(&Made(made))?,
        View::Tokens(list) => context.out.show(&Tokens(list))?,
        View::Nothing => {}
    }
    Ok(())
}

async fn act(command: Command, client: &mut Client) -> Result<View, Failure> {
    match command {
        Command::Create { name, scopes, days } => {
            let lasts = Duration::from_hours(24 * u64::from(days));
            let scopes: Vec<_> = scopes.into_iter().map(Permission::name).collect();
            let body = json!({
                "name": name, "scopes": scopes,
                "expires_at": Clock::system().after(lasts).to_string(),
            });
            Ok(View::Made(
                client.call(Method::POST, LIST, Some(&body)).await?,
            ))
        }
        Command::List => Ok(View::Tokens(client.list(LIST).await?)),
        Command::Revoke { token } => {
            let path = named::path_of(client, LIST, "token", &token).await?;
            client.call(Method::DELETE, &path, None).await?;
            Ok(View::Nothing)
        }
    }
}

fn permission(text: &str) -> Result<Permission, String> {
    let known = || Permission::ALL.map(Permission::name).join(", ");
    Permission::named(text).ok_or_else(|| format!("is not one of {}", known()))
}

/// A token just made: its text alone, so that a script can keep it.
#[derive(Serialize)]
#[serde(transparent)]
struct Made(Value);

impl Display for Made {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str(self.0["secret"].as_str().unwrap_or_default())
    }
}

/// Tokens as the API shows them.
#[derive(Serialize)]
#[serde(transparent)]
struct Tokens(Vec<Value>);

impl Display for Tokens {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for token in &self.0 {
            let text = |name: &str| token[name].as_str().unwrap_or("never").to_owned();
            let scopes = token["scopes"].as_array().into_iter().flatten();
            let scopes: Vec<_> = scopes.filter_map(Value::as_str).collect();
            writeln!(
                f,
                "{:24} {:8} ends {} last used {:24} {} {}",
                text("name"),
                text("state"),
                text("expires_at"),
                text("last_used_at"),
                text("id"),
                scopes.join(",")
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_permission_by_its_name() {
        assert_eq!(permission("sync:run"), Ok(Permission::SyncRun));
        let told = permission("sync:runs").unwrap_err();
        assert!(told.contains("dataset:read"), "{told}");
    }
}
