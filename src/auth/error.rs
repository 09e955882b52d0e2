//! What can go wrong about who is calling.

use std::time::Duration;

use super::{BadEmail, Weakness};
use crate::store;
use crate::vault;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown, wrong, held back or disabled: the caller must not learn which.
    #[error("the e-mail address and the password do not belong together")]
    Refused,
    /// The password given as the present one is not it.
    #[error("is not your present password")]
    WrongPassword,
    /// The present password was guessed wrong too often; nobody can try it for so long.
    #[error("the present password was wrong too often")]
    HeldBack(Duration),
    /// The new password is too easy to guess.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// The address is none.
    #[error(transparent)]
    BadEmail(#[from] BadEmail),
    /// A name is empty, too long or not printable.
    #[error("must have 1 to 120 printable characters")]
    BadName,
    /// A user without a role could do nothing.
    #[error("must name at least one role")]
    NoRole,
    /// Somebody has the address already.
    #[error("another user has the address {0}")]
    EmailTaken(String),
    /// There is no such user.
    #[error("there is no such user")]
    UnknownUser,
    /// The change would leave nobody who manages users.
    #[error("nobody would be left who can manage users")]
    LastAdmin,
    /// The first user exists already.
    #[error("the appliance is set up already")]
    SetupDone,
    /// The set-up link is wrong, used or too old.
    #[error("the set-up link is wrong, used or too old")]
    SetupLink,
    /// It is not in the state that the change was meant for.
    #[error("it is not in the state that the change was meant for")]
    Precondition,
    /// There is no such token of the user.
    #[error("there is no such token")]
    UnknownToken,
    /// There is no such session of the user.
    #[error("there is no such session")]
    UnknownSession,
    /// A token would allow what its owner may not do, or nothing at all.
    #[error("{0}")]
    BadScopes(String),
    /// A token would last too long, or has ended before it began.
    #[error("must lie ahead, and no more than {0} days")]
    BadExpiry(i64),
    /// The user has as many tokens as anybody may have.
    #[error("a user may have {0} tokens; revoke one that is not needed any more")]
    TooManyTokens(usize),
    /// The store did not do it.
    #[error("could not read or write accounts")]
    Store(#[from] store::Error),
    /// The key that signs access tokens could not be opened.
    #[error("the key that signs access tokens cannot be opened")]
    Key(#[from] vault::Error),
    /// A password could not be hashed: the parameters or a stored hash are not usable.
    #[error("could not hash a password: {0}")]
    Hash(argon2::password_hash::Error),
}
