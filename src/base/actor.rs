//! Says who does something, for the audit event and for nothing else.

use std::net::IpAddr;
use std::sync::Arc;

use super::{Receipt, RequestId, RunId, UserId};

/// Who acts, from where and in which request. Whoever changes something takes one.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who it is.
    pub party: Party,
    /// Where the request came from; `None` for what the appliance does by itself.
    pub origin: Option<Origin>,
}

/// The one who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// A signed-in person.
    User {
        /// The person.
        id: UserId,
        /// Their e-mail address at the time of the act.
        email: String,
        /// A keyed fingerprint of the session, never its secret.
        session: Option<String>,
        /// The id of the token that a program showed instead of a session.
        token: Option<String>,
    },
    /// Root or the service's own user at the machine, through the local socket; perhaps for a user.
    Operator {
        /// The user id at the operating system.
        uid: u32,
        /// Whose objects are touched.
        on_behalf_of: Option<(UserId, String)>,
    },
    /// A run of a sync, started by (and with the leave of) a user.
    Run {
        /// The run.
        id: RunId,
        /// Who owns it.
        owner: UserId,
    },
    /// Nobody has signed in yet.
    Anonymous,
    /// The appliance itself.
    System,
}

/// Where a request came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The request's id.
    pub request: RequestId,
    /// The client's address; `None` at the local socket, and for a site's visitor.
    pub ip: Option<IpAddr>,
    /// The client's port.
    pub port: Option<u16>,
    /// The request's method, such as `POST`.
    pub method: String,
    /// The request's path, without its query.
    pub path: String,
    /// What the client calls itself, cut at 256 characters.
    pub user_agent: Option<String>,
    /// What the batch of a change is to keep of the request, so that it is carried out once.
    pub receipt: Option<Arc<Receipt>>,
}

impl Actor {
    /// The appliance itself.
    pub const fn system() -> Self {
        Self {
            party: Party::System,
            origin: None,
        }
    }

    /// The same without their address and what they call themselves: of a site's visitor nobody can
    /// tell afterwards who it was.
    #[must_use]
    pub fn unseen(&self) -> Self {
        let origin = self.origin.clone().map(|origin| Origin {
            ip: None,
            port: None,
            user_agent: None,
            ..origin
        });
        Self {
            party: self.party.clone(),
            origin,
        }
    }

    /// Whether a program acts, by a token.
    pub fn is_program(&self) -> bool {
        matches!(&self.party, Party::User { token: Some(_), .. })
    }

    /// The person who acts, or is acted for, and their address.
    pub fn person(&self) -> Option<(UserId, &str)> {
        match &self.party {
            Party::User { id, email, .. } => Some((*id, email)),
            Party::Operator { on_behalf_of, .. } => {
                let person = on_behalf_of.as_ref();
                person.map(|(id, email)| (*id, email.as_str()))
            }
            Party::Run { .. } | Party::Anonymous | Party::System => None,
        }
    }

    /// The user whose objects are touched: the one signed in, the one acted for, a run's owner.
    pub fn user(&self) -> Option<UserId> {
        match &self.party {
            Party::User { id, .. } => Some(*id),
            Party::Operator { on_behalf_of, .. } => on_behalf_of.as_ref().map(|(id, _)| *id),
            Party::Run { owner, .. } => Some(*owner),
            Party::Anonymous | Party::System => None,
        }
    }
}
