//! A user's account, as it is kept and as it is shown.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Email, Permission, Role, permissions};
use crate::base::{Precondition, Secret, UserId};
use crate::store::{Collection, Entry, Index, Json};

/// The accounts, by id.
pub(super) struct Accounts;

/// One user for each address, whatever its case.
pub(super) static BY_EMAIL: Index = Index {
    name: "user.email",
    unique: true,
};

impl Collection for Accounts {
    const NAME: &'static str = "user";
    const INDEXES: &'static [&'static Index] = &[&BY_EMAIL];
    type Key = UserId;
    type Value = Account;

    fn entries(_key: &UserId, value: &Account) -> Vec<Entry> {
        vec![Entry::new(&BY_EMAIL, &value.email.folded())]
    }

    fn label(_key: &UserId, value: &Account) -> String {
        value.name.clone()
    }
}

/// A user's account. It is shown as a [`User`], without the password's hash.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// Where the user is written to, and what they sign in with.
    pub email: Email,
    /// What people call them.
    pub name: String,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// Whether they are kept out.
    pub disabled: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// The password's hash, in the PHC string format.
    pub(super) password: String,
    /// Rises when all sessions and tokens end; each knows the number under which it began.
    pub(super) era: u64,
}

impl Json for Account {}

impl Account {
    /// Everything that their roles allow.
    pub fn permissions(&self) -> BTreeSet<Permission> {
        permissions(&self.roles)
    }

    /// Whether they can manage users now.
    pub(super) fn manages_users(&self) -> bool {
        !self.disabled && self.permissions().contains(&Permission::UserManage)
    }
}

/// A user as others see them.
#[derive(Clone, Debug)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// Where the user is written to, and what they sign in with.
    pub email: Email,
    /// What people call them.
    pub name: String,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// Whether they are kept out.
    pub disabled: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub last_sign_in_at: Option<Timestamp>,
    /// Rises with every change of the account.
    pub version: u64,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// The address, not yet checked.
    pub email: String,
    /// What people call them.
    pub name: String,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// The first password.
    pub password: Secret,
}

/// What is to be changed of an account; `None` leaves a part as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What people call them.
    pub name: Option<String>,
    /// What they may do.
    pub roles: Option<BTreeSet<Role>>,
    /// Whether they are kept out.
    pub disabled: Option<bool>,
    /// A new password.
    pub password: Option<Secret>,
    /// The state in which the account must be.
    pub only_if: Precondition,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Key as _;

    #[test]
    fn the_index_of_addresses_knows_no_case() {
        let account = |email: &str| Account {
            email: email.parse().unwrap(),
            name: "Ada".into(),
            roles: BTreeSet::new(),
            disabled: false,
            created_at: Timestamp::UNIX_EPOCH,
            password: String::new(),
            era: 0,
        };
        let id = UserId::from_bytes([1; 16]);
        let entries = Accounts::entries(&id, &account("ADA@example.org"));
        assert_eq!(entries[0].key, "ada@example.org".to_owned().bytes());
    }
}
