//! Says whose objects a command touches.

use clap::Args;

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use crate::http::THE_ONLY_ONE;

/// Whose datasets, connections, syncs and runs are meant.
#[derive(Args)]
pub(super) struct Owner {
    /// The user whose objects are meant, by e-mail address, and who must be allowed what the
    /// command does; can be left out while there is only one user.
    #[arg(long = "as", global = true, value_name = "EMAIL")]
    email: Option<String>,
}

impl Owner {
    /// Opens a way to the API for the owner, does `work` on it and closes it.
    pub(super) fn with<T>(
        &self,
        context: &Context,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        Client::with(context, async |client| {
            let email = self.email.as_deref().unwrap_or(THE_ONLY_ONE);
            client.act_for(email.to_owned());
            work(client).await
        })
    }
}
