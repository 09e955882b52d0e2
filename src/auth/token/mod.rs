//! Personal tokens, with which a user's programs sign in.
//!
//! `text` is how a token looks, `kept` what is stored of it, `service` what can be done with it.

mod kept;
mod service;
mod text;

pub(super) use kept::Kept;
pub use kept::{NewToken, Presented, Token, TokenState};
pub use service::Tokens;
pub(super) use text::{REFRESH, draw, is_whole};
