//! Knows who is calling: users, passwords, sessions, roles.

mod access;
mod email;
mod error;
mod history;
mod password;
mod role;
mod session;
mod sessions;
mod setup;
mod sign_in;
mod strangers;
mod strength;
mod token;
mod user;
mod users;

pub use access::{Granted, Program};
pub use email::{BadEmail, Email};
pub use error::Error;
pub use password::Hasher;
pub use role::{Permission, Role, permissions};
pub use session::{Listed, Opened, Session, Sessions, Through};
pub use setup::Setup;
pub use sign_in::SignIn;
pub use strength::Weakness;
pub use token::{NewToken, Presented, Token, TokenState, Tokens};
pub use user::{Account, Change, New, User};
pub use users::Users;

use crate::audit::{Event, Log};
use crate::base::{Blocking, Clock};
use crate::config;
use crate::store::{Store, Table};
use crate::vault::Vault;

/// What it is built upon.
pub struct Parts {
    /// Where accounts are kept.
    pub store: Store,
    /// What seals the key that signs access tokens.
    pub vault: Vault,
    /// The book.
    pub audit: Log,
    /// The one source of time.
    pub clock: Clock,
    /// Where passwords are hashed.
    pub blocking: Blocking,
}

/// Everything about who is calling.
#[derive(Clone)]
pub struct Auth {
    /// The accounts.
    pub users: Users,
    /// Who is signed in.
    pub sessions: Sessions,
    /// What programs sign in with.
    pub tokens: Tokens,
    /// The way in.
    pub sign_in: SignIn,
    /// The first account's way in.
    pub setup: Setup,
}

impl Auth {
    /// Everything about who is calling, over what the store keeps.
    ///
    /// Errs on parameters that Argon2 does not take, and when the key that signs access tokens was
    /// sealed by another vault.
    pub async fn open(settings: &config::Auth, parts: Parts) -> Result<Self, Error> {
        let ledger = Ledger {
            store: parts.store,
            audit: parts.audit,
            clock: parts.clock,
        };
        let hasher = Hasher::new(settings, parts.blocking)?;
        let set = settings.jwt_secret_key.as_ref();
        let signer = access::Signer::open(set, &ledger, &parts.vault).await?;
        let sessions = Sessions::new(settings, ledger.clone(), signer);
        let users = Users::new(ledger.clone(), hasher.clone(), sessions.clone());
        let sign_in = SignIn::new(ledger.clone(), hasher, sessions.clone());
        let tokens = Tokens::new(ledger.clone());
        let setup = Setup::new(ledger, users.clone(), sign_in.clone());
        Ok(Self {
            users,
            sessions,
            tokens,
            sign_in,
            setup,
        })
    }
}

/// Where accounts are kept, written about and dated.
#[derive(Clone)]
struct Ledger {
    store: Store,
    audit: Log,
    clock: Clock,
}

impl Ledger {
    /// Writes an act that changes nothing, such as a refusal.
    fn record(&self, event: Event) {
        self.audit.record(event.build(&self.clock));
    }
}

/// What this module keeps in the store.
pub fn tables() -> [Table; 7] {
    [
        Table::of::<user::Accounts>(),
        Table::of::<session::Tokens>(),
        Table::of::<token::Kept>(),
        Table::of::<access::SigningKeys>(),
        Table::of::<access::Spent>(),
        Table::of::<history::Histories>(),
        Table::of::<setup::Links>(),
    ]
}
