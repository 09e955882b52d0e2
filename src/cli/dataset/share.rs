//! Shares datasets, and takes them away again.

use std::fmt::{Display, Formatter, Result as Written};

use clap::Subcommand;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::command::{KIND, LIST};
use crate::cli::client::Client;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::named::{path_of, text};

/// What can be done about sharing.
#[derive(Subcommand)]
pub(super) enum Sharing {
    /// Share a dataset with another user, or change how far they may go.
    Share {
        /// The dataset's name or id.
        dataset: String,
        /// The address with which the other user signs in.
        with: String,
        /// How far they may go: see records, make syncs too, write records too.
        #[arg(long, value_enum, default_value = "view")]
        level: ShareLevel,
    },
    /// Take a shared dataset away from another user.
    Unshare {
        /// The dataset's name or id.
        dataset: String,
        /// The address with which the other user signs in.
        with: String,
    },
    /// List with whom a dataset is shared.
    Shares {
        /// The dataset's name or id.
        dataset: String,
    },
    /// Give up a dataset that somebody else shares.
    Leave {
        /// The dataset's name or id.
        dataset: String,
    },
}

/// How far somebody may go with a shared dataset.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(super) enum ShareLevel {
    /// See the dataset, its records and imports, and export them.
    View,
    /// Make syncs from it too, through connections of their own.
    Use,
    /// Write, delete and import records too.
    Edit,
}

impl Sharing {
    pub(super) async fn run(self, client: &mut Client, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Share {
                dataset,
                with,
                level,
            } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                let shown = share(client, &path, &with, level).await?;
                context.out.show(&Shares(vec![shown]))?;
            }
            Self::Unshare { dataset, with } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                unshare(client, &path, &with).await?;
            }
            Self::Shares { dataset } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                let shares = client.list(&format!("{path}/shares")).await?;
                context.out.show(&Shares(shares))?;
            }
            Self::Leave { dataset } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                let path = format!("{path}/access");
                client.call(Method::DELETE, &path, None).await?;
            }
        }
        Ok(())
    }
}

impl ShareLevel {
    const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Use => "use",
            Self::Edit => "edit",
        }
    }
}

/// It is not shared with that address.
#[derive(Debug, thiserror::Error)]
#[error("it is not shared with {0}; see `weighbridge dataset shares`")]
struct NotShared(String);

/// Shares of a dataset, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct Shares(Vec<Value>);

impl Display for Shares {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for one in &self.0 {
            let (level, email) = (text(one, "level"), text(one, "email"));
            writeln!(f, "{level:<4}  {email}  ({} syncs)", one["syncs"])?;
        }
        Ok(())
    }
}

/// Shares the dataset at `path`, or changes the share that there is.
async fn share(
    client: &mut Client,
    path: &str,
    with: &str,
    level: ShareLevel,
) -> Result<Value, Failure> {
    let shares = format!("{path}/shares");
    if let Some(share) = find(client, path, with).await? {
        let body = json!({"level": level.name()});
        let path = format!("{shares}/{}", text(&share, "user_id"));
        return client.call(Method::PATCH, &path, Some(&body)).await;
    }
    let body = json!({"email": with, "level": level.name()});
    client.call(Method::POST, &shares, Some(&body)).await
}

/// Takes the dataset at `path` away from the one with this address.
async fn unshare(client: &mut Client, path: &str, with: &str) -> Result<(), Failure> {
    let share = find(client, path, with).await?;
    let share = share.ok_or_else(|| Failure::of(NotShared(with.to_owned())))?;
    let path = format!("{path}/shares/{}", text(&share, "user_id"));
    client.call(Method::DELETE, &path, None).await.map(drop)
}

async fn find(client: &mut Client, path: &str, with: &str) -> Result<Option<Value>, Failure> {
    let shares = client.list(&format!("{path}/shares")).await?;
    let wanted = with.trim().to_lowercase();
    let mut shares = shares.into_iter();
    Ok(shares.find(|share| text(share, "email").to_lowercase() == wanted))
}
