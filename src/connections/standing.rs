//! How a connection stands, as far as that is known without asking the provider.

use std::ops::ControlFlow;

use super::{Connection, Connections, Error, Standing, Status};
use crate::audit::{Code, Event};
use crate::base::{Actor, Cursor, Scope};
use crate::store::{self, Scan, prefix};

use super::row::Rows;

impl Connection {
    /// How calls to one of its bases go out; `""` for those that concern none.
    pub fn quota(&self, base: &str) -> Standing {
        let stored = &self.stored;
        let by_base = stored.provider.counts_by_base();
        let account = || match stored.grant {
            Some(_) => self.id().to_string(),
            // One that was made by an older version has not told whose calls it shares.
            None => stored.account.clone().unwrap_or_default(),
        };
        let lane = if by_base { base.to_owned() } else { account() };
        let home = self.all.0.homes.get(&(stored.provider, stored.endpoint));
        home.map(|home| home.gate.standing(&lane))
            .unwrap_or_default()
    }

    /// What is asked for at the provider and was not allowed; none where the provider does not say
    /// what was, and for a token that somebody has pasted.
    pub fn missing_scopes(&self) -> Vec<String> {
        self.scopes_missing(None).unwrap_or_default()
    }

    /// The same by what the account tells of its credential, or else by what came with the grant.
    /// None where neither says what is allowed.
    pub(super) fn scopes_missing(&self, told: Option<Vec<String>>) -> Option<Vec<String>> {
        let granted = self.grant().map(|grant| grant.scopes);
        let allowed = told.or(granted).filter(|scopes| !scopes.is_empty())?;
        let asked = self.stored.provider.scopes();
        let missing = asked
            .iter()
            .filter(|scope| !allowed.iter().any(|own| own == *scope));
        Some(missing.map(|scope| (*scope).to_owned()).collect())
    }
}

impl Connections {
    /// One page of the owner's connections, in the order of their creation, and where the next
    /// begins. Whoever shows them writes that into the book.
    pub fn page(
        &self,
        scope: &Scope,
        limit: usize,
        after: Option<&Cursor>,
    ) -> Result<(Vec<Connection>, Option<Cursor>), Error> {
        let scan = Scan::prefix(prefix(&(scope.owner(),)), limit).after(after);
        let page = self.0.store.scan::<Rows>(&scan)?;
        let connections = page.rows.into_iter().map(|row| Connection::of(self, row));
        Ok((connections.collect(), page.next))
    }

    /// How many connections there are of each status, whoever has them.
    pub fn census(&self) -> Result<[(Status, u64); 4], store::Error> {
        let all = [
            Status::Untested,
            Status::Active,
            Status::Failing,
            Status::Reconnect,
        ];
        let mut counts = all.map(|status| (status, 0));
        let everybodys = Scan::all(usize::MAX);
        self.0
            .store
            .snapshot()?
            .walk::<Rows>(&everybodys, |_, row| {
                let status = row.value.health.status;
                if let Some((_, count)) = counts.iter_mut().find(|(own, _)| *own == status) {
                    *count += 1;
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(counts)
    }

    /// Writes into the book that somebody saw how so many connections do, and so many syncs.
    pub fn note_seen(&self, (connections, syncs): (u64, u64), by: &Actor) {
        let event = Event::new(Code::ConnectionsRead, by);
        let event = event.count("connections", connections);
        self.0.record(event.count("syncs", syncs));
    }
}
