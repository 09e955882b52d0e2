//! Says whose objects a command touches.

use clap::Args;
use serde_json::Value;

use super::client::Client;
use super::context::Context;
use super::failure::Failure;

/// Whose datasets, connections, syncs and runs are meant.
#[derive(Args)]
pub(super) struct Owner {
    /// The user whose objects are meant, by e-mail address; can be left out while there is only one
    /// user.
    #[arg(long = "as", global = true, value_name = "EMAIL")]
    email: Option<String>,
}

/// Nobody can be chosen.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Unclear {
    #[error("there is no user yet; make one with `weighbridge user add`")]
    Nobody,
    #[error("there are several users; say whose objects are meant with --as: {0}")]
    Several(String),
}

impl Owner {
    /// Opens a way to the API for the owner, does `work` on it and closes it.
    pub(super) fn with<T>(
        &self,
        context: &Context,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        Client::with(context, async |client| {
            let email = match &self.email {
                Some(email) => email.clone(),
                None => only(&client.list("/users").await?).map_err(Failure::of)?,
            };
            client.act_for(email);
            work(client).await
        })
    }
}

/// The one user that there is.
fn only(users: &[Value]) -> Result<String, Unclear> {
    let emails: Vec<_> = users
        .iter()
        .filter_map(|user| user["email"].as_str())
        .collect();
    match emails.as_slice() {
        [] => Err(Unclear::Nobody),
        [email] => Ok((*email).to_owned()),
        several => Err(Unclear::Several(several.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_only_user_need_not_be_named_and_among_several_nobody_is_guessed() {
        let (ada, bob) = (json!({"email": "ada@a"}), json!({"email": "bob@a"}));
        assert_eq!(only(std::slice::from_ref(&ada)), Ok("ada@a".to_owned()));
        let several = Unclear::Several("ada@a, bob@a".to_owned());
        assert_eq!(only(&[ada, bob]), Err(several));
        assert_eq!(only(&[]), Err(Unclear::Nobody));
    }
}
