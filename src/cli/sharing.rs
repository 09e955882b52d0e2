//! Shares what people have with others, and takes it away again.

use std::fmt::{Display, Formatter, Result as Written};

use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::failure::Failure;
use super::named::text;

/// It is not shared with that address.
#[derive(Debug, thiserror::Error)]
#[error("it is not shared with {0}; the command shares lists with whom it is")]
struct NotShared(String);

/// With whom something is shared, a line each.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Shares(pub(super) Vec<Value>);

impl Display for Shares {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for one in &self.0 {
            let (level, email) = (text(one, "level"), text(one, "email"));
            write!(f, "{level:<4}  {email}")?;
            match one["syncs"].as_u64() {
                Some(syncs) => writeln!(f, "  ({syncs} syncs)")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

/// Those whom the thing at `path` is shared with.
pub(super) async fn shares(client: &mut Client, path: &str) -> Result<Shares, Failure> {
    Ok(Shares(client.list(&format!("{path}/shares")).await?))
}

/// Shares the thing at `path`, or changes the share that there is.
pub(super) async fn share(
    client: &mut Client,
    path: &str,
    with: &str,
    level: &str,
) -> Result<Shares, Failure> {
    let shares = format!("{path}/shares");
    let shown = if let Some(share) = find(client, path, with).await? {
        let body = json!({"level": level});
        let path = format!("{shares}/{}", text(&share, "user_id"));
        client.call(Method::PATCH, &path, Some(&body)).await?
    } else {
        let body = json!({"email": with, "level": level});
        client.call(Method::POST, &shares, Some(&body)).await?
    };
    Ok(Shares(vec![shown]))
}

/// Takes the thing at `path` away from the one with this address.
pub(super) async fn unshare(client: &mut Client, path: &str, with: &str) -> Result<(), Failure> {
    let share = find(client, path, with).await?;
    let share = share.ok_or_else(|| Failure::of(NotShared(with.to_owned())))?;
    let path = format!("{path}/shares/{}", text(&share, "user_id"));
    client.call(Method::DELETE, &path, None).await.map(drop)
}

/// Gives up the thing at `path`, which somebody else shares.
pub(super) async fn leave(client: &mut Client, path: &str) -> Result<(), Failure> {
    let path = format!("{path}/access");
    client.call(Method::DELETE, &path, None).await.map(drop)
}

async fn find(client: &mut Client, path: &str, with: &str) -> Result<Option<Value>, Failure> {
    let shares = client.list(&format!("{path}/shares")).await?;
    let wanted = with.trim().to_lowercase();
    let mut shares = shares.into_iter();
    Ok(shares.find(|share| text(share, "email").to_lowercase() == wanted))
}

/// Whose something is and how far one may go with it, unless it is one's own.
pub(super) fn shared(thing: &Value) -> String {
    match thing["shared_by"].as_str() {
        Some(owner) => format!("  ({}, shared by {owner})", text(thing, "access")),
        None => String::new(),
    }
}
