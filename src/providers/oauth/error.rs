//! Why a desk gives no tokens, by what the caller can do.

use crate::net;

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The code or the refresh token is no good, now and for ever: ask the person anew.
    #[error("the provider takes the grant no more: {0}")]
    Ended(String),
    /// The refresh token was used a moment ago, by somebody else.
    #[error("the provider says that the token was refreshed a moment ago")]
    JustRefreshed,
    /// The vendor does not know this appliance, or finds its request wrong: the settings are.
    #[error("the provider does not take this appliance's registration: {0}")]
    Misregistered(String),
    /// The request did not reach the vendor, or it answered that it did nothing.
    #[error("the provider gives no tokens now: {0}")]
    Later(String),
    /// The request went out and no answer came that makes sense: what was shown may be used up.
    #[error("the provider's answer was lost: {0}")]
    Lost(String),
}

impl Error {
    /// Whether what was shown is as good as it was before.
    pub fn left_it_alone(&self) -> bool {
        match self {
            Self::Misregistered(_) | Self::Later(_) => true,
            Self::Ended(_) | Self::JustRefreshed | Self::Lost(_) => false,
        }
    }
}

impl From<net::Error> for Error {
    fn from(error: net::Error) -> Self {
        let told = crate::base::chain(&error).to_string();
        if error.may_have_acted() {
            Self::Lost(told)
        } else {
            Self::Later(told)
        }
    }
}
