//! Lets people in: whoever is unknown, wrong, held back or disabled is refused alike.

use sha2::{Digest as _, Sha256};
use tracing::{info, warn};

use super::history::{self, Histories, History};
use super::session::{Opened, Sessions, Through};
use super::user::Accounts;
use super::{Error, Hasher, Ledger, users};
use crate::audit::{Code, Event, Outcome};
use crate::base::metrics::SIGN_INS;
use crate::base::{Actor, Secret, UserId, chain};
use crate::store::{Batch, Bytes, Row};

/// The way in. Clones share the store.
#[derive(Clone)]
pub struct SignIn {
    pub(super) ledger: Ledger,
    hasher: Hasher,
    sessions: Sessions,
}

/// Why somebody is not let in. Only the book is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    HeldBack,
    Unknown,
    Disabled,
    WrongPassword,
}

impl SignIn {
    pub(super) fn new(ledger: Ledger, hasher: Hasher, sessions: Sessions) -> Self {
        Self {
            ledger,
            hasher,
            sessions,
        }
    }

    /// Begins a session for the user of `email`.
    ///
    /// Errs with [`Error::Refused`], in the same time and with the same writes, whatever the
    /// reason.
    pub async fn attempt(
        &self,
        email: &str,
        password: &Secret,
        through: Through,
        by: &Actor,
    ) -> Result<Opened, Error> {
        let held_back = history::count(&self.ledger, email).await?.is_some();
        let found = users::find(&self.ledger.store.snapshot()?, email)?;
        let stored = found.as_ref().map(|row| row.value.password.as_str());
        let right = self.hasher.verify(password, stored).await?;
        match decide(held_back, found, right) {
            Ok(row) => {
                let whose = (row.key, row.value.era);
                let opened = self.open(whose, through, email, by).await?;
                self.renew_hash(&row, password).await;
                Ok(opened)
            }
            Err(refusal) => {
                self.tell(refusal, email, by);
                Err(Error::Refused)
            }
        }
    }

    /// Begins a session for a user whose password is known to be right.
    pub(super) async fn open(
        &self,
        (user, era): (UserId, u64),
        through: Through,
        email: &str,
        by: &Actor,
    ) -> Result<Opened, Error> {
        let mut event = Event::new(Code::SignedIn, by).user(user, email);
        if through == Through::Program {
            event = event.detail("through", "program");
        }
        let mut batch = Batch::new(event.build(&self.ledger.clock));
        let history = History::succeeded(self.ledger.clock.now());
        batch.put::<Histories>(&fingerprint(email), &history);
        let whose = (user, era);
        let opened = self.sessions.open(whose, through, by, &mut batch);
        self.ledger.store.commit(batch).await?;
        SIGN_INS.add(["signed_in".into()], 1);
        info!(user.id = %user, "user {user} signed in");
        Ok(opened)
    }

    /// Hashes the password anew when the parameters have risen since.
    async fn renew_hash(&self, row: &Row<Accounts>, password: &Secret) {
        if !self.hasher.is_outdated(&row.value.password) {
            return;
        }
        let renewed = async {
            let mut account = row.value.clone();
            account.password = self.hasher.hash(password).await?;
            let mut batch = Batch::bookkeeping();
            batch.replace::<Accounts>(&row.key, &account, row.version);
            self.ledger.store.commit(batch).await?;
            Ok::<_, Error>(())
        };
        // The old hash holds; the next sign-in tries again.
        if let Err(error) = renewed.await {
            warn!(error = %chain(&error), "a password's hash was not renewed");
        }
    }

    fn tell(&self, refusal: Refusal, email: &str, by: &Actor) {
        let (code, word, counted) = match refusal {
            Refusal::HeldBack => (Code::SignInHeldBack, "ACCOUNT_LOCKED_OUT", "held_back"),
            Refusal::Disabled => (Code::SignInFailed, "ACCOUNT_DISABLED", "disabled"),
            Refusal::Unknown | Refusal::WrongPassword => {
                (Code::SignInFailed, "INVALID_CREDENTIALS", "wrong")
            }
        };
        SIGN_INS.add([counted.into()], 1);
        let from = by.origin.as_ref().map(|origin| origin.request);
        let from = from.map_or_else(String::new, |request| request.to_string());
        // The address may belong to nobody, and be a password in the wrong place: the book has it.
        info!(
            request.id = from,
            outcome = counted,
            "a sign-in was refused"
        );
        let event = Event::new(code, by)
            .user(None, email)
            .status(Outcome::failed(word));
        self.ledger.record(event);
    }
}

/// Who is let in. `right` says whether the password belongs to the account that was found.
fn decide(
    held_back: bool,
    found: Option<Row<Accounts>>,
    right: bool,
) -> Result<Row<Accounts>, Refusal> {
    match found {
        _ if held_back => Err(Refusal::HeldBack),
        None => Err(Refusal::Unknown),
        Some(_) if !right => Err(Refusal::WrongPassword),
        Some(row) if row.value.disabled => Err(Refusal::Disabled),
        Some(row) => Ok(row),
    }
}

/// Under what an address's history is kept; as long for any text somebody sends.
pub(super) fn fingerprint(email: &str) -> Bytes {
    Bytes(Sha256::digest(email.trim().to_lowercase()).to_vec())
}
