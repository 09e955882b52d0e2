//! Says who calls, and asks their leave.

use std::collections::BTreeSet;
use std::sync::Arc;

use poem::{FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::auth::{Permission, Session};
use crate::base::{Actor, Party, Scope};

use super::error::{ApiError, Code};

/// The name of the session cookie's scheme in the API document.
pub(crate) const SCHEME: &str = "session";

/// Who sent the request, whoever that is; every request has one.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) actor: Arc<Actor>,
    /// `None` at the local socket and for those who have not signed in.
    pub(crate) session: Option<Arc<Session>>,
    permissions: Arc<BTreeSet<Permission>>,
}

impl Visitor {
    pub(crate) fn new(
        actor: Actor,
        session: Option<Session>,
        permissions: BTreeSet<Permission>,
    ) -> Self {
        Self {
            actor: Arc::new(actor),
            session: session.map(Arc::new),
            permissions: Arc::new(permissions),
        }
    }
}

/// Somebody who has signed in, or sits at the machine. A handler that takes one cannot be reached
/// by anybody else.
#[derive(Clone)]
pub struct Caller(Visitor);

impl Caller {
    /// Who it is, and whose objects they may open, if they may do this at all.
    ///
    /// Errs with `forbidden` when their roles do not allow it, and when somebody at the machine
    /// has not said for whom they act.
    pub fn require(&self, permission: Permission) -> Result<(Actor, Scope), ApiError> {
        let actor = self.permit(permission)?;
        match Scope::of(&actor) {
            Some(scope) => Ok((actor, scope)),
            None => Err(ApiError::new(
                Code::Forbidden,
                "Say whose objects are meant: the header x-weighbridge-as takes an e-mail address.",
            )),
        }
    }

    /// Who it is, if they may do this; for what belongs to no single user.
    pub fn permit(&self, permission: Permission) -> Result<Actor, ApiError> {
        if self.0.permissions.contains(&permission) {
            return Ok(Actor::clone(&self.0.actor));
        }
        Err(ApiError::new(
            Code::Forbidden,
            format!("This needs the permission {permission}."),
        ))
    }

    /// Who it is, for what only somebody at the machine may do.
    pub(crate) fn operator(&self) -> Result<Actor, ApiError> {
        if matches!(self.0.actor.party, Party::Operator { .. }) {
            return Ok(Actor::clone(&self.0.actor));
        }
        Err(ApiError::new(
            Code::Forbidden,
            "This can be done only at the machine, through the local socket.",
        ))
    }

    /// Who it is, for what everybody may do for themselves.
    pub fn actor(&self) -> &Actor {
        &self.0.actor
    }

    /// The session; `None` at the local socket.
    pub(crate) fn session(&self) -> Option<&Session> {
        self.0.session.as_deref()
    }

    /// Everything they may do.
    pub(crate) fn permissions(&self) -> &BTreeSet<Permission> {
        &self.0.permissions
    }
}

impl<'a> FromRequest<'a> for Visitor {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        // The chain identifies every request before it is routed.
        let visitor = request.extensions().get::<Self>().cloned();
        Ok(
            visitor
                .ok_or_else(|| ApiError::internal("a request was routed without its visitor"))?,
        )
    }
}

impl<'a> ApiExtractor<'a> for Caller {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(
            SCHEME,
            MetaSecurityScheme {
                ty: "apiKey",
                description: Some(
                    "The cookie that signing in sets. Methods other than GET and HEAD also need the \
                     session's csrf_token in the header x-csrf-token.",
                ),
                name: Some("__Host-weighbridge"),
                key_in: Some("cookie"),
                scheme: None,
                bearer_format: None,
                flows: None,
                openid_connect_url: None,
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let visitor = <Visitor as FromRequest>::from_request(request, body).await?;
        if visitor.actor.party == Party::Anonymous {
            return Err(ApiError::not_signed_in().into());
        }
        Ok(Self(visitor))
    }
}
