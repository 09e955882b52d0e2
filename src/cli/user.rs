//! `weighbridge user`: manages accounts.

use std::fmt::{Display, Formatter, Result as Written};

use clap::{Args, Subcommand};
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::{Client, Ground};
use super::context::Context;
use super::failure::Failure;
use super::named::text;
use super::secret::{self, Entry};
use crate::auth::Role;
use crate::base::Secret;

/// What to do with accounts.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make an account; its password is asked for at the terminal, or read from standard input.
    Add(Add),
    /// List the accounts.
    List,
    /// Keep a user out; their sessions and tokens end at once.
    Disable(Who),
    /// Let a user in again, and forget their failed attempts.
    Enable(Who),
    /// Set a user's password, asked for at the terminal or read from standard input; their
    /// sessions and tokens end at once.
    Password(Who),
    /// End all sessions and tokens of a user; they can sign in again.
    SignOut(Who),
    /// Set what a user may do; their sessions and tokens end at once.
    Roles(Roles),
}

/// A user.
#[derive(Args)]
pub(super) struct Who {
    /// The user's e-mail address.
    email: String,
}

/// An account to be made.
#[derive(Args)]
pub(super) struct Add {
    /// The e-mail address to sign in with.
    email: String,
    /// What people call the user; the address without it.
    #[arg(long)]
    name: Option<String>,
    /// What the user may do; may be given several times.
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
}

/// New roles.
#[derive(Args)]
pub(super) struct Roles {
    /// The user's e-mail address.
    email: String,
    /// What the user may do; may be given several times.
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
}

/// What cannot be done as asked.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("nobody has the address {0}")]
    Unknown(String),
}

/// What is asked of the API.
enum Request {
    List,
    Add(Value),
    /// A change of the user with this address.
    Change(String, Value),
    /// The end of all sessions of the user with this address.
    SignOut(String),
}

pub(super) fn run(command: Command, context: &Context) -> Result<(), Failure> {
    // Before anything is opened: whoever types keeps nobody out meanwhile.
    let request = request(command)?;
    let ground = match &request {
        // The first account may come before the first start.
        Request::Add(_) => Ground::Bare,
        Request::List | Request::Change(..) | Request::SignOut(_) => Ground::Built,
    };
    let users = Client::with_on(ground, context, async |client| match request {
        Request::List => client.list("/users").await,
        Request::Add(body) => Ok(vec![
            client.call(Method::POST, "/users", Some(&body)).await?,
        ]),
        Request::SignOut(email) => {
            let path = format!("{}/sessions", path_of(client, &email).await?);
            client.call(Method::DELETE, &path, None).await?;
            Ok(Vec::new())
        }
        Request::Change(email, body) => Ok(vec![change(client, &email, &body).await?]),
    })?;
    Ok(context.out.show(&Users(users))?)
}

fn request(command: Command) -> Result<Request, Failure> {
    Ok(match command {
        Command::List => Request::List,
        Command::Add(add) => Request::Add(json!({
            "email": add.email, "name": add.name.unwrap_or_else(|| add.email.clone()),
            "roles": names(&add.roles), "password": password()?.expose(),
        })),
        Command::Disable(who) => Request::Change(who.email, json!({"disabled": true})),
        Command::Enable(who) => Request::Change(who.email, json!({"disabled": false})),
        Command::Password(who) => {
            Request::Change(who.email, json!({"password": password()?.expose()}))
        }
        Command::SignOut(who) => Request::SignOut(who.email),
        Command::Roles(roles) => {
            Request::Change(roles.email, json!({"roles": names(&roles.roles)}))
        }
    })
}

fn password() -> Result<Secret, Failure> {
    secret::read("password", Entry::Twice, None)
}

async fn change(client: &mut Client, email: &str, body: &Value) -> Result<Value, Failure> {
    let path = path_of(client, email).await?;
    client.call(Method::PATCH, &path, Some(body)).await
}

async fn path_of(client: &mut Client, email: &str) -> Result<String, Failure> {
    let has_address = |user: &Value| {
        let address = user["email"].as_str().unwrap_or_default();
        address.to_lowercase() == email.to_lowercase()
    };
    let user = client.list("/users").await?.into_iter().find(has_address);
    let user = user.ok_or_else(|| Failure::of(Error::Unknown(email.to_owned())))?;
    Ok(format!(
        "/users/{}",
        user["id"].as_str().unwrap_or_default()
    ))
}

fn names(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.name()).collect()
}

/// Users as the API shows them.
#[derive(Serialize)]
#[serde(transparent)]
struct Users(Vec<Value>);

impl Display for Users {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for user in &self.0 {
            let roles: Vec<_> = user["roles"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let state = if user["disabled"] == true {
                "disabled"
            } else {
                "enabled"
            };
            writeln!(
                f,
                "{:32} {state:8} {:24} last signed in {}",
                text(user, "email"),
                roles.join(","),
                text(user, "last_sign_in_at")
            )?;
        }
        Ok(())
    }
}
