//! Ends at the provider what a deleted connection would leave there: the webhooks of its bases, and
//! the token that a person's leave has given.
//!
//! Nobody waits for it and nothing hangs on it: what cannot be ended is told in the log and in the
//! book. A webhook that stays calls an address that leads nowhere, and ends after seven days (Airtable
//! Web API, "Webhooks overview").

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::row::Rows;
use super::service::fingerprint;
use super::watch::{Watches, told};
use super::{Connection, Error};
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, Secret};
use crate::providers::{self, Alone, Fixed, Records, Tokens};
use crate::store::{Batch, Row, Scan};

/// How long it goes on when the appliance stops: a command that deletes stops right behind it.
const LAST_MOMENT: Duration = Duration::from_secs(5);

/// What is to be ended.
pub(super) struct Farewell {
    /// The connection as it was.
    connection: Connection,
    token: Secret,
    watches: Vec<Row<Watches>>,
    by: Actor,
}

impl Connection {
    /// What is to be ended once this is deleted; none when there is nothing, or its token cannot be
    /// opened. With the batch the watches of its bases are forgotten.
    pub(super) fn farewell(
        &self,
        batch: &mut Batch,
        by: &Actor,
    ) -> Result<Option<Farewell>, Error> {
        let watches = self.all.watches_of(&self.key)?;
        for row in &watches {
            batch.discard::<Watches>(&row.key);
        }
        if watches.is_empty() && self.stored.grant.is_none() {
            return Ok(None);
        }
        // That it cannot be opened is in the book by then.
        let Ok(token) = self.opened(by) else {
            return Ok(None);
        };
        Ok(Some(Farewell {
            connection: self.clone(),
            token,
            watches,
            by: by.clone(),
        }))
    }

    /// Whether another connection has, or may have, what a person has allowed of the same account:
    /// nobody knows whether its tokens would end with this one's.
    fn shares_its_account(&self) -> Result<bool, Error> {
        let stored = &self.stored;
        let own = stored.health.account.as_ref().map(|account| &account.id);
        let mut shares = false;
        let moment = self.all.0.store.snapshot()?;
        moment.walk::<Rows>(&Scan::all(usize::MAX), |_, row| {
            let other = &row.value;
            let its = other.health.account.as_ref().map(|account| &account.id);
            // Whose a grant is nobody knows until it was tested.
            let may_be_same = own.is_none() || its.is_none() || own == its;
            shares |= row.key != self.key
                && (other.provider, other.endpoint) == (stored.provider, stored.endpoint)
                && other.grant.is_some()
                && may_be_same;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(shares)
    }
}

impl Farewell {
    /// Begins to end it; nobody hears of it again but by the log and the book.
    pub(super) fn begin(self) {
        let renewals = &self.connection.all.0.renewals;
        let Some(tasks) = renewals.tasks().cloned() else {
            return self.give_up("NO_SERVER", "nothing is carried on behind this command");
        };
        let (stop, clock) = (tasks.stopping(), self.connection.all.0.clock.clone());
        tasks.start(async move {
            let late = async {
                stop.cancelled().await;
                clock.sleep(LAST_MOMENT).await;
            };
            let is_said = tokio::select! {
                biased;
                () = self.say() => true,
                () = late => false,
            };
            if !is_said {
                self.give_up(
                    "STOPPED",
                    "the appliance was stopped while the provider was told",
                );
            }
        });
    }

    async fn say(&self) {
        let Connection { all, stored, .. } = &self.connection;
        let token = self.living_token().await;
        let account = match stored.grant {
            None => fingerprint(&token),
            Some(_) => self.connection.id().to_string(),
        };
        let tokens: Arc<dyn Tokens> = Arc::new(Fixed(token.clone()));
        let place = (stored.provider, stored.endpoint);
        let used = self.event(Code::CredentialUsed);
        let used = used.detail("purpose", "farewell");
        all.0
            .record(used.detail("token_hint", stored.token_hint.as_str()));
        let access = all.0.access(place, (account, tokens), Arc::new(Alone));
        let records = access.map(|access| providers::open(stored.provider, access));
        for row in &self.watches {
            let ended = match &records {
                Ok(records) => self.end(&**records, row).await,
                Err(error) => Err(failed("NO_WAY", error.to_string())),
            };
            self.tell_of_watch(row, ended);
        }
        if stored.grant.is_some() {
            self.tell_of_token(self.revoke(&token).await);
        }
    }

    /// The access token, or another one in its place when it has come to its end.
    async fn living_token(&self) -> Secret {
        let Connection {
            all, stored, key, ..
        } = &self.connection;
        let service = &all.0;
        let dead = stored.grant.as_ref();
        let dead = dead.filter(|grant| !grant.lives(service.now()));
        let refresh = dead.and_then(|grant| grant.refresh(&service.vault, key));
        let desk = service.desk(stored.provider, stored.endpoint);
        if let (Some(Ok(refresh)), Ok(desk)) = (refresh, desk)
            && let Ok(pair) = desk.refresh(&refresh).await
        {
            return pair.access;
        }
        self.token.clone()
    }

    async fn end(&self, records: &dyn Records, row: &Row<Watches>) -> Result<(), Outcome> {
        let ended = self.connection.all.end_webhooks(records, row).await;
        ended.map_err(|error| failed("LEFT_TO_ITS_END", told(&error)))
    }

    async fn revoke(&self, token: &Secret) -> Result<(), Outcome> {
        let Connection { all, stored, .. } = &self.connection;
        let no_way = |error: Error| failed("NO_WAY", error.to_string());
        if self.connection.shares_its_account().map_err(no_way)? {
            let why = "another connection was allowed the same account, and goes on with it";
            return Err(failed("STILL_USED", why.to_owned()));
        }
        let desk = all.0.desk(stored.provider, stored.endpoint);
        match desk.map_err(no_way)?.revoke(token).await {
            Some(revoked) => revoked.map_err(|error| failed("NOT_REVOKED", error.to_string())),
            None => Err(failed(
                "NOT_OFFERED",
                "this provider ends no token when told so; whoever has allowed it takes that back \
                 in their account there"
                    .to_owned(),
            )),
        }
    }

    /// Tells that nothing was ended.
    fn give_up(&self, code: &'static str, why: &str) {
        for row in &self.watches {
            self.tell_of_watch(row, Err(failed(code, why.to_owned())));
        }
        if self.connection.stored.grant.is_some() {
            self.tell_of_token(Err(failed(code, why.to_owned())));
        }
    }

    fn tell_of_watch(&self, row: &Row<Watches>, ended: Result<(), Outcome>) {
        let base = row.key.2.as_str();
        let event = self.event(Code::WatchEnded).detail("base", base);
        self.tell(event, ended, &format!("the webhook of base {base}"));
    }

    fn tell_of_token(&self, revoked: Result<(), Outcome>) {
        let hint = self.connection.stored.token_hint.as_str();
        let event = self.event(Code::CredentialRevoked);
        self.tell(event.detail("token_hint", hint), revoked, "its token");
    }

    fn tell(&self, event: Event, ended: Result<(), Outcome>, what: &str) {
        let outcome = match ended {
            Ok(()) => Outcome::Success,
            Err(outcome) => outcome,
        };
        if let Outcome::Failure { code, detail } = &outcome {
            let id = self.connection.id();
            warn!(connection.id = %id, code, "connection {id} is deleted, and {what} was not ended at the provider: {detail}");
        }
        self.connection.all.0.record(event.status(outcome));
    }

    fn event(&self, code: Code) -> Event {
        self.connection.event(code, &self.by)
    }
}

fn failed(code: &'static str, detail: String) -> Outcome {
    Outcome::Failure { code, detail }
}
