//! Counts the starts of syncs against the limit of their provider.

use crate::app::App;
use crate::base::{Actor, Scope};
use crate::connections::Connections;
use crate::http::{ApiError, meter};
use crate::limits::{Key, Limits};
use crate::sync::Sync;

/// What it takes to queue a job of a sync.
pub(crate) struct Starts {
    connections: Connections,
    limits: Limits,
}

impl Starts {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            connections: app.connections.clone(),
            limits: app.limits.clone(),
        }
    }

    /// Takes one start of `sync` from what its owner has with the provider.
    pub(crate) fn take(&self, sync: &Sync, scope: &Scope, by: &Actor) -> Result<(), ApiError> {
        let connection = self.connections.open(scope, sync.definition().connection)?;
        let policy = meter::sync_starts(connection.provider());
        self.limits.take(policy, Key::User(scope.owner()), by)?;
        Ok(())
    }
}
