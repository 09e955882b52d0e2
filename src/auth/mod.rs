//! Knows who is calling: users, passwords, sessions, roles.

mod email;
mod error;
mod history;
mod password;
mod role;
mod session;
mod sessions;
mod setup;
mod sign_in;
mod strength;
mod token;
mod user;
mod users;

pub use email::{BadEmail, Email};
pub use error::Error;
pub use password::Hasher;
pub use role::{Permission, Role, permissions};
pub use session::{Listed, Opened, Session, Sessions};
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
    /// Everything about who is calling, over what `store` keeps.
    ///
    /// Errs on parameters that Argon2 does not take.
    pub fn new(
        settings: &config::Auth,
        store: &Store,
        audit: &Log,
        clock: &Clock,
        blocking: Blocking,
    ) -> Result<Self, Error> {
        let ledger = Ledger {
            store: store.clone(),
            audit: audit.clone(),
            clock: clock.clone(),
        };
        let hasher = Hasher::new(settings, blocking)?;
        let sessions = Sessions::new(settings, ledger.clone());
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
pub fn tables() -> [Table; 5] {
    [
        Table::of::<user::Accounts>(),
        Table::of::<session::Tokens>(),
        Table::of::<token::Kept>(),
        Table::of::<history::Histories>(),
        Table::of::<setup::Links>(),
    ]
}
