//! Lets programs sign in with a password: access tokens that live minutes, and refresh tokens that
//! are used once.
//!
//! Such a program has a session like a browser's, which whoever owns it sees and ends like any
//! other; its refresh token takes the place of the cookie and changes with every use. `jwt` is how
//! an access token looks, `signer` the key that signs it, `exchange` what can be done with them.

mod exchange;
mod jwt;
mod signer;
mod spent;

pub use exchange::{Granted, Program};
pub(super) use signer::{Signer, SigningKeys};
pub(super) use spent::Spent;
