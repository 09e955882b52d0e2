//! `weighbridge sync dead-letters`: shows what the provider did not take.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::Args;
use poem::http::Method;
use serde::Serialize;
use serde_json::Value;

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::named::{path_of, segment, text};
use super::owner::Owner;

/// Which dead letters.
#[derive(Args)]
pub(super) struct DeadLetters {
    /// The sync's name or id.
    name: String,
    /// Discard the dead letter of the record with this key; may be given several times.
    #[arg(long, value_name = "KEY")]
    discard: Vec<String>,
    /// Discard all of them.
    #[arg(long)]
    discard_all: bool,
    /// Let the next run send the delivery of the record with this key again, of which nobody can
    /// tell whether it arrived; may be given several times.
    #[arg(long, value_name = "KEY")]
    resend: Vec<String>,
}

pub(super) fn run(wanted: &DeadLetters, owner: &Owner, context: &Context) -> Result<(), Failure> {
    let left = owner.with(context, async |client| {
        let sync = path_of(client, "/syncs", "sync", &wanted.name).await?;
        let letters = format!("{sync}/dead-letters");
        decide(client, &letters, (&wanted.discard, &wanted.resend)).await?;
        if wanted.discard_all {
            client.call(Method::DELETE, &letters, None).await?;
        }
        client.list(&letters).await
    })?;
    Ok(context.out.show(&Letters(left))?)
}

/// Discards and sends again the dead letters of records with these keys, in the list at `letters`;
/// none of them when one is not there.
pub(super) async fn decide(
    client: &mut Client,
    letters: &str,
    (discard, resend): (&[String], &[String]),
) -> Result<(), Failure> {
    let meant: Vec<&String> = discard.iter().chain(resend).collect();
    if !meant.is_empty() {
        let known = client.list(letters).await?;
        let is_known = |key: &&String| known.iter().any(|one| one["key"] == key.as_str());
        let unknown: Vec<_> = meant.into_iter().filter(|key| !is_known(key)).collect();
        if !unknown.is_empty() {
            return Err(Failure::of(Unknown(quoted(&unknown))));
        }
    }
    for key in discard {
        let path = format!("{letters}/{}", segment(key));
        client.call(Method::DELETE, &path, None).await?;
    }
    for key in resend {
        let path = format!("{letters}/{}/resend", segment(key));
        client.call(Method::POST, &path, None).await?;
    }
    Ok(())
}

/// A slip of the hand among several keys: nothing is done rather than a part of it.
#[derive(Debug, thiserror::Error)]
#[error("there is no dead letter of {0}; nothing was changed")]
struct Unknown(String);

fn quoted(keys: &[&String]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| format!("{key:?}")).collect();
    keys.join(", ")
}

/// Dead letters for people.
#[derive(Serialize)]
#[serde(transparent)]
struct Letters(Vec<Value>);

impl Display for Letters {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        for letter in &self.0 {
            let (key, reason) = (text(letter, "key"), text(letter, "reason"));
            let last = text(letter, "last_at");
            writeln!(
                f,
                "{key}  attempts: {}, last {last}: {reason}",
                letter["attempts"]
            )?;
            if letter["delivery"].is_object() {
                let id = text(&letter["delivery"], "id");
                let again = letter["delivery"]["resend"] == true;
                let then = if again { "; is sent again" } else { "" };
                writeln!(f, "  delivery {id}: nobody knows whether it arrived{then}")?;
            }
            for cell in letter["payload"].as_array().into_iter().flatten() {
                let name = text(cell, "remote_field_name");
                writeln!(f, "  {name} = {}", text(cell, "value"))?;
            }
        }
        Ok(())
    }
}
