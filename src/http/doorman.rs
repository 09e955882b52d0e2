//! Finds out who sent a request: by a token, by the session's cookie, or because they sit at the
//! machine.

use poem::Request;
use poem::http::header::USER_AGENT;

use crate::audit::Code as Event;
use crate::auth::{self, Auth, Permission, User, permissions};
use crate::base::{Actor, Origin, Party, Peer, RequestId};
use crate::config::{Config, Network};

use super::address;
use super::bearer;
use super::caller::Visitor;
use super::cookie::SessionCookie;
use super::cors;
use super::error::{ApiError, Code};
use super::inbound;

/// The header by which somebody at the machine says for whom they act, by e-mail address.
pub const ACT_FOR: &str = "x-weighbridge-as";

/// Its value for the one user that there is; among several, nobody is guessed.
pub const THE_ONLY_ONE: &str = "*";

/// Among so many users, the address that was meant is not found by reading them all.
const MOST_NAMED: usize = 21;

#[derive(Clone)]
pub(crate) struct Doorman {
    auth: Auth,
    cookie: SessionCookie,
    proxies: Vec<Network>,
}

impl Doorman {
    pub(crate) fn new(config: &Config, auth: Auth) -> Self {
        Self {
            auth,
            cookie: SessionCookie::new(config),
            proxies: config.server.trusted_proxies.clone(),
        }
    }

    /// Where a request came from.
    pub(crate) fn origin(&self, request: &Request, id: RequestId) -> Origin {
        let peer = request.extensions().get::<Peer>();
        let direct = match peer {
            Some(Peer::Network { address, .. }) => Some(*address),
            Some(Peer::Local { .. }) | None => None,
        };
        let forwarded = request.headers().get_all("x-forwarded-for");
        let hops = forwarded.iter().filter_map(|value| value.to_str().ok());
        let ip = direct.map(|direct| address::client(direct.ip(), hops, &self.proxies));
        let agent = request.header(USER_AGENT);
        Origin {
            request: id,
            ip,
            port: direct
                .filter(|direct| Some(direct.ip().to_canonical()) == ip)
                .map(|direct| direct.port()),
            method: request.method().to_string(),
            path: inbound::shown(request.uri().path()).into_owned(),
            user_agent: agent.map(|agent| agent.chars().take(256).collect()),
            receipt: None,
        }
    }

    /// Who sent it. A request whose session has ended is nobody's.
    pub(crate) async fn identify(
        &self,
        request: &Request,
        origin: Origin,
    ) -> Result<Visitor, ApiError> {
        if let Some(Peer::Local { uid }) = request.extensions().get::<Peer>() {
            return self.operator(*uid, request.header(ACT_FOR), origin);
        }
        // Whoever sends events shows a write key: neither their session nor a token counts.
        if cors::brings_events(request.method(), request.uri().path()) {
            return Ok(nobody(origin));
        }
        // A token that is no good is never made up for by a cookie that came along.
        if let Some(token) = bearer::read(request.headers()) {
            return self.program(token, origin).await;
        }
        let Some(token) = self.cookie.read(request.headers()) else {
            return Ok(nobody(origin));
        };
        let Some((session, account)) = self.auth.sessions.identify(token).await? else {
            return Ok(refused(Event::SessionRefused, origin));
        };
        let actor = Actor {
            party: Party::User {
                id: session.user,
                email: account.email.to_string(),
                session: Some(session.id.to_string()),
                token: None,
            },
            origin: Some(origin),
        };
        Ok(Visitor::new(actor, Some(session), account.permissions()))
    }

    /// A user's program, by the personal token or the access token that it shows.
    async fn program(&self, shown: &str, origin: Origin) -> Result<Visitor, ApiError> {
        let found = if shown.starts_with("wb_") {
            let presented = self.auth.tokens.identify(shown).await?;
            presented.map(|one| {
                let party = Party::User {
                    id: one.user,
                    email: one.account.email.to_string(),
                    session: None,
                    token: Some(one.id.to_string()),
                };
                (party, one.permissions)
            })
        } else {
            let program = self.auth.sessions.identify_program(shown).await?;
            program.map(|one| {
                let party = Party::User {
                    id: one.user,
                    email: one.account.email.to_string(),
                    session: Some(one.session.to_string()),
                    token: Some(one.token),
                };
                (party, one.account.permissions())
            })
        };
        let Some((party, permissions)) = found else {
            return Ok(refused(Event::TokenRefused, origin));
        };
        let origin = Some(origin);
        Ok(Visitor::new(Actor { party, origin }, None, permissions))
    }

    /// Somebody who may open the local socket may do everything; for whomever they name, what that
    /// user may do. They choose whose objects are meant, and not what may be done with them.
    fn operator(
        &self,
        uid: u32,
        act_for: Option<&str>,
        origin: Origin,
    ) -> Result<Visitor, ApiError> {
        let user = act_for.map(|email| self.user(email)).transpose()?;
        let allowed = user.as_ref().map(|user| permissions(&user.roles));
        let on_behalf_of = user.map(|user| (user.id, user.email.to_string()));
        let actor = Actor {
            party: Party::Operator { uid, on_behalf_of },
            origin: Some(origin),
        };
        let allowed = allowed.unwrap_or_else(|| Permission::ALL.into());
        Ok(Visitor::new(actor, None, allowed))
    }

    /// The user of an address, or the one that there is.
    fn user(&self, named: &str) -> Result<User, ApiError> {
        if named != THE_ONLY_ONE {
            return self.auth.users.named(named).map_err(|error| match error {
                auth::Error::UnknownUser => {
                    ApiError::new(Code::NotFound, format!("Nobody has the address {named}."))
                }
                error => error.into(),
            });
        }
        let mut few = self.auth.users.first(MOST_NAMED)?;
        match few.len() {
            1 => Ok(few.remove(0)),
            0 => {
                let detail = "There is no user yet; make one with `weighbridge user add`.";
                Err(ApiError::new(Code::NotFound, detail))
            }
            several => {
                let mut addresses: Vec<_> = few.iter().map(|user| user.email.as_str()).collect();
                if several == MOST_NAMED {
                    addresses.pop();
                    addresses.push("…");
                }
                let detail = format!(
                    "There are several users; say whose objects are meant with --as: {}.",
                    addresses.join(", ")
                );
                Err(ApiError::new(Code::Forbidden, detail))
            }
        }
    }
}

/// Somebody whose session or token is no good.
fn refused(event: Event, origin: Origin) -> Visitor {
    let mut visitor = nobody(origin);
    visitor.refused = Some(event);
    visitor
}

fn nobody(origin: Origin) -> Visitor {
    let actor = Actor {
        party: Party::Anonymous,
        origin: Some(origin),
    };
    Visitor::new(actor, None, [].into())
}
