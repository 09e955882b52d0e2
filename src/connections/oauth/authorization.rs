//! Sends a person to a provider, and takes in what they come back with.

use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use reqwest::Url;

use super::grant::Grant;
use super::waiting::{LASTS, Wait};
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, ConnectionId, Party, Scope, Secret, SecretBytes, chain};
use crate::connections::row::{Rows, Stored, place};
use crate::connections::service::checked_name;
use crate::connections::{Connection, Connections, Credential, Error, Health, token};
use crate::providers::oauth::{Pair, Verifier};
use crate::providers::{Endpoint, Kind};
use crate::store::{Batch, Scan, prefix};

/// What an authorization is for.
#[derive(Clone, Debug)]
pub enum Aim {
    /// A connection of this name.
    Create(String),
    /// Another credential for a connection that is there.
    Reconnect(ConnectionId),
}

/// An authorization to begin.
#[derive(Debug)]
pub enum Begin {
    /// For a new connection.
    Create {
        /// The provider.
        provider: Kind,
        /// The vendor itself or the sandbox.
        endpoint: Endpoint,
        /// What people will call the connection.
        name: String,
    },
    /// For one that is there.
    Reconnect(ConnectionId),
}

/// An authorization that was begun.
pub struct Begun {
    /// Where to send the person. It holds the state, and belongs into no log.
    pub address: Url,
    /// Until when they have to be back.
    pub ends_at: Timestamp,
}

/// What a person came back with.
#[derive(Debug)]
pub struct Finish {
    /// The provider whose address they came back to.
    pub provider: Kind,
    /// The state that they were sent off with.
    pub state: Secret,
    /// What the provider gave them.
    pub returned: Returned,
}

/// What a provider sends a person back with.
#[derive(Debug)]
pub enum Returned {
    /// A code that stands for their leave.
    Code(Secret),
    /// The provider's word for why there is none.
    Error(String),
}

/// A place where a connection can be made by OAuth.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The provider.
    pub provider: Kind,
    /// The vendor itself or the sandbox.
    pub endpoint: Endpoint,
    /// Whether this appliance is registered there.
    pub ready: bool,
    /// The address to register there: people are sent back to it.
    pub redirect_uri: String,
}

impl Connections {
    /// Where connections can be made by OAuth.
    pub fn offers(&self) -> Vec<Offer> {
        let service = &self.0;
        let mut offers = Vec::new();
        for provider in Kind::ALL
            .into_iter()
            .filter(|kind| kind.dialect().is_some())
        {
            for endpoint in [Endpoint::Vendor, Endpoint::Sandbox] {
                if service.has_home(provider, endpoint) {
                    offers.push(Offer {
                        provider,
                        endpoint,
                        ready: service.desk(provider, endpoint).is_ok(),
                        redirect_uri: service.registration.back(provider),
                    });
                }
            }
        }
        offers
    }

    /// Begins an authorization: the person is to be sent to the address that this gives.
    pub fn begin(&self, scope: &Scope, wish: Begin, by: &Actor) -> Result<Begun, Error> {
        let service = &self.0;
        let event = Event::new(Code::AuthorizationBegun, by);
        let (provider, endpoint, aim, event) = match wish {
            Begin::Create {
                provider,
                endpoint,
                name,
            } => {
                let name = checked_name(&name)?;
                self.check_free(scope, &name)?;
                let event = event.detail("name", name.as_str());
                (provider, endpoint, Aim::Create(name), event)
            }
            Begin::Reconnect(id) => {
                let connection = self.open(scope, id)?;
                let event = event.entity("connection", id, connection.name());
                let aim = Aim::Reconnect(id);
                (connection.provider(), connection.endpoint(), aim, event)
            }
        };
        let desk = service.desk(provider, endpoint)?;
        let bytes = SecretBytes::<32>::random();
        let wait = Wait {
            state: Secret::new(URL_SAFE_NO_PAD.encode(bytes.expose())),
            verifier: Verifier::random(),
            provider,
            endpoint,
            aim,
            back: service.registration.back(provider),
            holder: holder(by),
            ends_at: service.clock.after(LASTS),
        };
        let begun = Begun {
            address: desk.address(&wait.back, &wait.state, &wait.verifier),
            ends_at: wait.ends_at,
        };
        let event = event
            .detail("provider", provider.name())
            .detail("endpoint", endpoint.name());
        service.record(event);
        service.waiting.put(scope.owner(), wait, service.now());
        Ok(begun)
    }

    /// Takes in what a person came back with, and makes or renews the connection.
    ///
    /// Errs with `UnknownAuthorization` for a state that was never given out, was used, is too old,
    /// or was given to another user or session, all alike.
    pub async fn complete(
        &self,
        scope: &Scope,
        finish: Finish,
        by: &Actor,
    ) -> Result<Connection, Error> {
        let service = &self.0;
        let state = finish.state.expose();
        let wait = service.waiting.take(scope.owner(), state, service.now());
        let Some(wait) = wait.filter(|wait| wait.holder == holder(by)) else {
            let failed = Outcome::failed("UNKNOWN_STATE");
            service.record(Event::new(Code::AuthorizationFailed, by).status(failed));
            return Err(Error::UnknownAuthorization);
        };
        // A code is good once: what it gives is kept even when the browser does not wait for it.
        let (all, scope, actor) = (self.clone(), *scope, by.clone());
        let taken = async move { all.take_in(&scope, wait, finish, &actor).await };
        let broke = || Error::NotAuthorized("it broke off here".into());
        let connection = service.renewals.carry(taken).await.ok_or_else(broke)??;
        // Whose account it is, and whether it works; a failure is kept in its status.
        connection.test(by).await?;
        self.open(&scope, connection.id())
    }

    /// Makes or renews the connection that this was begun for, or says in the book why not.
    async fn take_in(
        &self,
        scope: &Scope,
        wait: Wait,
        finish: Finish,
        by: &Actor,
    ) -> Result<Connection, Error> {
        let taken = match self.given(&wait, finish).await {
            Ok(pair) => match &wait.aim {
                Aim::Create(name) => self.create_granted(scope, (name, &wait), &pair, by).await,
                Aim::Reconnect(id) => match self.open(scope, *id) {
                    Ok(connection) => connection.take_grant(&pair, by).await,
                    Err(error) => Err(error),
                },
            },
            Err(error) => Err(error),
        };
        if let Err(error) = &taken {
            self.0.record(refused(&wait, error, by));
        }
        taken
    }

    /// Errs with `NameTaken` before the person goes to the provider rather than after.
    fn check_free(&self, scope: &Scope, name: &str) -> Result<(), Error> {
        let mut taken = false;
        let own = Scan::prefix(prefix(&(scope.owner(),)), usize::MAX);
        self.0.store.snapshot()?.walk::<Rows>(&own, |_, row| {
            taken |= row.value.name.to_lowercase() == name.to_lowercase();
            Ok(ControlFlow::Continue(()))
        })?;
        if taken {
            return Err(Error::NameTaken(name.to_owned()));
        }
        Ok(())
    }

    /// The tokens for what the provider sent the person back with.
    async fn given(&self, wait: &Wait, finish: Finish) -> Result<Pair, Error> {
        if finish.provider != wait.provider {
            return Err(Error::NotAuthorized(
                "it came back from another provider".into(),
            ));
        }
        let desk = self.0.desk(wait.provider, wait.endpoint)?;
        let code = match finish.returned {
            Returned::Code(code) => code,
            Returned::Error(word) if word == "access_denied" => return Err(Error::Denied),
            Returned::Error(word) if word == "invalid_scope" => {
                let told = unregistered(wait.provider, &desk.scopes());
                return Err(Error::NotAuthorized(told));
            }
            Returned::Error(word) => return Err(Error::NotAuthorized(plain(&word))),
        };
        let pair = desk.exchange(&code, &wait.back, &wait.verifier).await;
        pair.map_err(|error| Error::NotAuthorized(error.to_string()))
    }

    async fn create_granted(
        &self,
        scope: &Scope,
        (name, wait): (&str, &Wait),
        pair: &Pair,
        by: &Actor,
    ) -> Result<Connection, Error> {
        let service = &self.0;
        let id = ConnectionId::new(&service.clock);
        let key = (scope.owner(), id);
        let stored = Stored {
            provider: wait.provider,
            endpoint: wait.endpoint,
            token: service.vault.seal(&place(&key), &pair.access),
            token_hint: token::hint(pair.access.expose()),
            credential: Credential::default(),
            account: None,
            grant: Some(Grant::of(pair, &service.vault, &key, service.now())),
            health: Health::default(),
            created_at: service.now(),
            name: name.to_owned(),
        };
        let act = Event::new(Code::ConnectionCreated, by)
            .entity("connection", id, &stored.name)
            .detail("provider", stored.provider.name())
            .detail("endpoint", stored.endpoint.name())
            .detail("credential", "oauth")
            .detail("scopes", pair.scopes.join(" "))
            .detail("token_hint", stored.token_hint.as_str());
        let mut batch = Batch::new(act.build(&service.clock));
        batch.insert::<Rows>(&key, &stored);
        service.commit(batch, &stored.name).await?;
        self.open(scope, id)
    }
}

impl Connection {
    /// Puts what a person has just allowed in the place of the credential before.
    async fn take_grant(&self, pair: &Pair, by: &Actor) -> Result<Self, Error> {
        let service = &self.all.0;
        let sealed = service.vault.seal(&place(&self.key), &pair.access);
        let hint = token::hint(pair.access.expose());
        let grant = Grant::of(pair, &service.vault, &self.key, service.now());
        let event = self
            .event(Code::CredentialReplaced, by)
            .detail("credential", "oauth")
            .detail("scopes", pair.scopes.join(" "))
            .detail("token_hint", hint.as_str());
        self.wake();
        let change = |stored: &mut Stored| {
            stored.token = sealed.clone();
            stored.token_hint.clone_from(&hint);
            stored.credential = stored.credential.next();
            stored.account = None;
            stored.grant = Some(grant.clone());
            stored.health = Health::default();
        };
        self.change(Some(&event), change).await
    }
}

/// What an authorization is bound to beside its user: the session or the token that began it.
fn holder(by: &Actor) -> String {
    match &by.party {
        Party::User { session, token, .. } => {
            let id = session.as_ref().or(token.as_ref());
            id.cloned().unwrap_or_default()
        }
        Party::Operator { uid, .. } => format!("uid {uid}"),
        Party::Run { .. } | Party::Anonymous | Party::System => String::new(),
    }
}

fn refused(wait: &Wait, error: &Error, by: &Actor) -> Event {
    let (code, word) = match error {
        Error::Denied => (Code::AuthorizationDenied, "DENIED"),
        Error::NotAuthorized(_) => (Code::AuthorizationFailed, "NOT_AUTHORIZED"),
        // The provider gave tokens, and they came to nothing here.
        _ => (Code::AuthorizationFailed, "NOT_KEPT"),
    };
    let event = Event::new(code, by)
        .detail("provider", wait.provider.name())
        .detail("endpoint", wait.endpoint.name())
        .status(Outcome::Failure {
            code: word,
            detail: chain(error).to_string(),
        });
    match &wait.aim {
        Aim::Create(name) => event.detail("name", name.as_str()),
        Aim::Reconnect(id) => event.entity("connection", id, ""),
    }
}

/// What to do when the provider knows the integration without one of the scopes that are asked for.
fn unregistered(provider: Kind, asked: &[&str]) -> String {
    let needs = format!(
        "the integration there is registered without a scope that is asked for; it needs {}",
        asked.join(", ")
    );
    let extras = provider.dialect().map_or(&[][..], |dialect| dialect.extras);
    match extras.iter().find(|extra| asked.contains(extra)) {
        Some(extra) => format!(
            "{needs}; or set {}.webhooks = false in the configuration, and {extra} is not asked for",
            provider.name()
        ),
        None => needs,
    }
}

/// A word that came by way of a browser, without what could garble a line.
fn plain(word: &str) -> String {
    let plain = word
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_');
    let word: String = plain.take(64).collect();
    format!("the provider answered {word:?}")
}
