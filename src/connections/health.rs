//! Decides what a connection's status becomes after a call.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::row::AccountName;
use crate::providers::{Account, Error};

/// Whether a connection can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has tried it with this token.
    #[default]
    Untested,
    /// It worked when it was tried last.
    Active,
    /// It did not work when it was tried last; that may pass.
    Failing,
    /// The provider does not accept the token: only another one will help.
    Reconnect,
}

impl Status {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Active => "active",
            Self::Failing => "failing",
            Self::Reconnect => "reconnect",
        }
    }
}

/// What is known of a connection from the calls that were made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Whether it can be used.
    pub status: Status,
    /// Whose account it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountName>,
    /// When the credential ends, as the provider told at the last test; none when it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_ends_at: Option<Timestamp>,
    /// When it was tested last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_tested_at: Option<Timestamp>,
    /// When a call was accepted last, as far as that is kept: by tests, and at the end of runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_accepted_at: Option<Timestamp>,
    /// What the last trouble was; none when the last call went well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_problem: Option<String>,
}

impl Health {
    /// After a test.
    pub(super) fn tested(&mut self, outcome: &Result<Account, Error>, now: Timestamp) {
        self.last_tested_at = Some(now);
        match outcome {
            Ok(account) => {
                self.accepted(now);
                self.credential_ends_at = account.expires_at;
                self.account = Some(AccountName {
                    id: account.id.clone(),
                    email: account.email.clone(),
                });
            }
            Err(error) => self.met(error),
        }
    }

    /// After calls that were accepted.
    pub(super) fn accepted(&mut self, now: Timestamp) {
        self.status = Status::Active;
        self.last_accepted_at = Some(now);
        self.last_problem = None;
    }

    /// After a call that did not go well.
    ///
    /// What only says that the call itself was wrong, or that the account is busy, says nothing
    /// about the connection.
    pub(super) fn met(&mut self, error: &Error) {
        let status = match error {
            Error::Unauthorised(_) | Error::HookGone(_) => Status::Reconnect,
            // Of a token that is not accepted, nothing else is worth knowing.
            _ if self.status == Status::Reconnect => Status::Reconnect,
            Error::NotSent(_)
            | Error::TryLater(_)
            | Error::Lost(_)
            | Error::Forbidden(_)
            | Error::BillingLimit
            | Error::Broken(_) => Status::Failing,
            Error::RateLimited { .. }
            | Error::Refused(_)
            | Error::TooLarge
            | Error::RecordGone
            | Error::Busy(_)
            | Error::Full(_)
            | Error::Gone(_)
            | Error::SchemaMoved(_)
            | Error::CalledOff => return,
        };
        self.status = status;
        self.last_problem = Some(error.sentence());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            id: "usr1".to_owned(),
            email: Some("a@example.org".to_owned()),
            scopes: None,
            expires_at: None,
        }
    }

    fn after(outcomes: impl IntoIterator<Item = Result<Account, Error>>) -> Health {
        let mut health = Health::default();
        for outcome in outcomes {
            health.tested(&outcome, Timestamp::UNIX_EPOCH);
        }
        health
    }

    #[test]
    fn a_good_test_tells_whose_account_it_is_and_forgets_old_trouble() {
        let health = after([Err(Error::TryLater("503".into())), Ok(account())]);
        assert_eq!(
            (health.status, &health.last_problem),
            (Status::Active, &None)
        );
        assert_eq!(health.account.unwrap().id, "usr1");
    }

    #[test]
    fn a_refused_token_asks_for_another_whatever_happens_then() {
        let refused = || Err(Error::Unauthorised("no".into()));
        assert_eq!(after([Ok(account()), refused()]).status, Status::Reconnect);
        let later = after([refused(), Err(Error::TryLater("503".into()))]);
        assert_eq!(later.status, Status::Reconnect);
    }

    #[test]
    fn trouble_of_the_vendor_may_pass() {
        let health = after([Err(Error::TryLater("503".into()))]);
        assert_eq!(health.status, Status::Failing);
        assert!(health.last_problem.unwrap().contains("503"));
    }

    #[test]
    fn a_busy_account_or_a_wrong_record_says_nothing_of_the_connection() {
        let mut health = after([Ok(account())]);
        health.met(&Error::RecordGone);
        health.met(&Error::RateLimited {
            until: Timestamp::UNIX_EPOCH,
        });
        assert_eq!(health.status, Status::Active);
    }
}
