//! `weighbridge sync quarantine`: shows what waits before it is removed.

use std::fmt::{Display, Formatter, Result as Shown};

use serde::Serialize;
use serde_json::Value;

use super::context::Context;
use super::failure::Failure;
use super::named::{path_of, text};
use super::owner::Owner;

/// Shows the records of the sync of this name or id that wait.
pub(super) fn run(name: &str, owner: &Owner, context: &Context) -> Result<(), Failure> {
    let waiting = owner.with(context, async |client| {
        let sync = path_of(client, "/syncs", "sync", name).await?;
        client.list(&format!("{sync}/quarantine")).await
    })?;
    Ok(context.out.show(&Waiting(waiting))?)
}

/// Records that wait, for people.
#[derive(Serialize)]
#[serde(transparent)]
struct Waiting(Vec<Value>);

impl Display for Waiting {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        if self.0.is_empty() {
            return writeln!(f, "nothing waits");
        }
        for one in &self.0 {
            let (key, since) = (text(one, "key"), text(one, "missed_since"));
            let due = text(one, "due_at");
            writeln!(f, "{key}  missed since {since}, removed after {due}")?;
        }
        Ok(())
    }
}
