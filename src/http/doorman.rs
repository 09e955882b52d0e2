//! Finds out who sent a request: by a token, by the session's cookie, or because they sit at the
//! machine.

use poem::Request;
use poem::http::header::USER_AGENT;

use crate::audit::Code as Event;
use crate::auth::{Auth, Permission};
use crate::base::{Actor, Origin, Party, Peer, RequestId};
use crate::config::{Config, Network};

use super::address;
use super::bearer;
use super::caller::Visitor;
use super::cookie::SessionCookie;
use super::error::{ApiError, Code};

/// The header by which somebody at the machine says for whom they act, by e-mail address.
pub const ACT_FOR: &str = "x-weighbridge-as";

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
            path: request.uri().path().to_owned(),
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

    /// Somebody who may open the local socket may do everything, for whomever they name.
    fn operator(
        &self,
        uid: u32,
        act_for: Option<&str>,
        origin: Origin,
    ) -> Result<Visitor, ApiError> {
        let on_behalf_of = match act_for {
            None => None,
            Some(email) => match self.auth.users.named(email) {
                Ok(user) => Some((user.id, user.email.to_string())),
                Err(crate::auth::Error::UnknownUser) => {
                    let detail = format!("{ACT_FOR}: nobody has the address {email}.");
                    return Err(ApiError::new(Code::NotFound, detail));
                }
                Err(error) => return Err(error.into()),
            },
        };
        let actor = Actor {
            party: Party::Operator { uid, on_behalf_of },
            origin: Some(origin),
        };
        Ok(Visitor::new(actor, None, Permission::ALL.into()))
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
