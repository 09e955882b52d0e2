//! What can go wrong with a provider, by what the caller can do.

use jiff::Timestamp;

use crate::net;

/// Why a provider did not do what it was asked, or why nobody knows whether it did.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many calls; nothing was done. All calls to the base wait until then.
    #[error("the provider asks to be left alone until {until}")]
    RateLimited {
        /// When it takes calls again.
        until: Timestamp,
    },
    /// The call did not reach the provider; it can be made again.
    #[error("the provider could not be reached")]
    NotSent(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The provider has trouble of its own (5xx): whether a write took place is not known.
    #[error("the provider has trouble of its own: {0}")]
    TryLater(String),
    /// The answer did not come, or not whole: whether a write took place is not known.
    #[error("the provider's answer was lost")]
    Lost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row is not acceptable (which one, the provider does not say); nothing was written.
    #[error("{0}")]
    Refused(String),
    /// The request is too large; nothing was written.
    #[error("the provider finds the request too large")]
    TooLarge,
    /// A remote record that was written to by its id is no longer there; nothing was written.
    #[error("the remote record is gone")]
    RecordGone,
    /// The credential is not valid any more.
    #[error("the provider does not accept the credential: {0}")]
    Unauthorised(String),
    /// The credential does not allow this.
    #[error("the credential does not allow this: {0}")]
    Forbidden(String),
    /// The base or table is gone, or no longer shared with the account.
    #[error("the base or table is gone, or no longer shared with the account: {0}")]
    Gone(String),
    /// What takes deliveries is gone, and will take none any more.
    #[error("the hook is gone ({0}): nothing that is delivered there arrives")]
    HookGone(String),
    /// A field is gone or is now of another type.
    #[error("the remote table's fields have changed: {0}")]
    SchemaMoved(String),
    /// Something else was written at the same moment; nothing was written, and it can be tried again.
    #[error("the provider was busy with another change: {0}")]
    Busy(String),
    /// The account holds as much as it may: what is there can be changed, and nothing is added.
    #[error("the account at the provider is full: {0}")]
    Full(String),
    /// The account's calls for this month are used up.
    #[error("the account's calls at the provider are used up for this month")]
    BillingLimit,
    /// No call was made: nobody wants it any more.
    #[error("the call is not wanted any more")]
    CalledOff,
    /// The provider answered what nobody can make sense of.
    #[error("the provider's answer makes no sense: {0}")]
    Broken(String),
}

impl Error {
    /// What happened, in one sentence for people: what our own client says of it, without what the
    /// libraries below report, which is in the log.
    pub fn sentence(&self) -> String {
        let Some(cause) = std::error::Error::source(self) else {
            return self.to_string();
        };
        match cause.downcast_ref() {
            // The guard's reason is one of our own, and the only one that says what to do.
            Some(net::Error::Refused(refusal)) => format!("{self}: {refusal}"),
            _ => format!("{self}: {cause}"),
        }
    }

    /// The word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::NotSent(_) => "not_reached",
            Self::TryLater(_) => "try_later",
            Self::Lost(_) => "answer_lost",
            Self::Refused(_) => "refused",
            Self::TooLarge => "too_large",
            Self::RecordGone => "record_gone",
            Self::Unauthorised(_) => "unauthorised",
            Self::Forbidden(_) => "forbidden",
            Self::Gone(_) => "gone",
            Self::HookGone(_) => "hook_gone",
            Self::SchemaMoved(_) => "schema_moved",
            Self::Busy(_) => "busy",
            Self::Full(_) => "full",
            Self::BillingLimit => "billing_limit",
            Self::CalledOff => "called_off",
            Self::Broken(_) => "broken",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// People were shown "error sending request: tcp connect error: os error 111".
    #[test]
    fn people_are_told_one_sentence_and_no_chain_of_libraries() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = Error::NotSent(net::Error::NotSent(refused.into()).into());
        let told = "the provider could not be reached: no connection could be made";
        assert_eq!(error.sentence(), told);
        assert_eq!(Error::RecordGone.sentence(), "the remote record is gone");
    }
}
