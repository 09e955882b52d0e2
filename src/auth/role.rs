//! Says which role may do what.

use std::collections::BTreeSet;
use std::fmt::{Display, Formatter, Result as Shown};

use serde::{Deserialize, Serialize};

/// One thing that somebody may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Reading one's own datasets, those that others share, and their records.
    DatasetRead,
    /// Making, importing into, changing and deleting one's own datasets; writing to others' as far
    /// as they share them for it.
    DatasetWrite,
    /// Picking records of datasets that one may read: one's selection, by which a sync may go.
    DatasetSelect,
    /// Sharing one's own datasets with others.
    DatasetShare,
    /// Seeing one's own connections and what their accounts hold.
    ConnectionRead,
    /// Making, testing, changing and deleting one's own connections.
    ConnectionWrite,
    /// Seeing one's own syncs and runs.
    SyncRead,
    /// Making, changing and deleting one's own syncs.
    SyncWrite,
    /// Starting a run of one's own syncs.
    SyncRun,
    /// Seeing one's own sites, those that others share, and their write keys.
    SiteRead,
    /// Making, changing and deleting one's own sites and their write keys; changing others' as far
    /// as they share them for it.
    SiteWrite,
    /// Sharing one's own sites with others.
    SiteShare,
    /// Seeing how one's own sites fare, and those that others share.
    AnalyticsRead,
    /// Managing everybody's account.
    UserManage,
    /// Reading the book.
    AuditRead,
    /// Seeing what the appliance is and how it fares.
    SystemRead,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::DatasetRead,
        Self::DatasetWrite,
        Self::DatasetSelect,
        Self::DatasetShare,
        Self::ConnectionRead,
        Self::ConnectionWrite,
        Self::SyncRead,
        Self::SyncWrite,
        Self::SyncRun,
        Self::SiteRead,
        Self::SiteWrite,
        Self::SiteShare,
        Self::AnalyticsRead,
        Self::UserManage,
        Self::AuditRead,
        Self::SystemRead,
    ];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its name in the API and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DatasetRead => "dataset:read",
            Self::DatasetWrite => "dataset:write",
            Self::DatasetSelect => "dataset:select",
            Self::DatasetShare => "dataset:share",
            Self::ConnectionRead => "connection:read",
            Self::ConnectionWrite => "connection:write",
            Self::SyncRead => "sync:read",
            Self::SyncWrite => "sync:write",
            Self::SyncRun => "sync:run",
            Self::SiteRead => "site:read",
            Self::SiteWrite => "site:write",
            Self::SiteShare => "site:share",
            Self::AnalyticsRead => "analytics:read",
            Self::UserManage => "user:manage",
            Self::AuditRead => "audit:read",
            Self::SystemRead => "system:read",
        }
    }
}

impl Display for Permission {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        f.write_str(self.name())
    }
}

/// A named set of permissions. A user may have several.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    clap::ValueEnum,
    poem_openapi::Enum,
)]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum Role {
    /// Manages users and settings, reads the book, and sees no records.
    Admin,
    /// Works with datasets, connections, syncs and sites of their own, and shares datasets and
    /// sites.
    Member,
    /// Looks at datasets and sites that are shared with them, and at syncs of their own.
    Analyst,
    /// Reads the book.
    Auditor,
}

impl Role {
    /// Its name in the API and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Analyst => "analyst",
            Self::Auditor => "auditor",
        }
    }

    /// What it allows.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Admin => &[P::UserManage, P::AuditRead, P::SystemRead],
            Self::Member => &[
                P::DatasetRead,
                P::DatasetWrite,
                P::DatasetSelect,
                P::DatasetShare,
                P::ConnectionRead,
                P::ConnectionWrite,
                P::SyncRead,
                P::SyncWrite,
                P::SyncRun,
                P::SiteRead,
                P::SiteWrite,
                P::SiteShare,
                P::AnalyticsRead,
                P::SystemRead,
            ],
            Self::Analyst => &[
                P::DatasetRead,
                P::DatasetSelect,
                P::SyncRead,
                P::SiteRead,
                P::AnalyticsRead,
                P::SystemRead,
            ],
            Self::Auditor => &[P::AuditRead, P::SystemRead],
        }
    }
}

impl Display for Role {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        f.write_str(self.name())
    }
}

/// Everything that several roles allow together.
pub fn permissions(roles: &BTreeSet<Role>) -> BTreeSet<Permission> {
    roles
        .iter()
        .flat_map(|role| role.permissions())
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_sees_no_records() {
        let allowed = permissions(&BTreeSet::from([Role::Admin, Role::Auditor]));
        assert!(allowed.contains(&Permission::UserManage));
        assert!(!allowed.contains(&Permission::DatasetRead));
    }

    #[test]
    fn only_administrators_manage_users() {
        for role in [Role::Member, Role::Analyst, Role::Auditor] {
            assert!(!role.permissions().contains(&Permission::UserManage));
        }
    }

    #[test]
    fn several_roles_add_up() {
        let allowed = permissions(&BTreeSet::from([Role::Analyst, Role::Auditor]));
        assert!(allowed.contains(&Permission::AuditRead));
        assert!(allowed.contains(&Permission::SyncRead));
    }
}
