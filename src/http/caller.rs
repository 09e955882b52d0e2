//! Says who calls, and what they may do.

use std::collections::BTreeSet;
use std::sync::Arc;

use poem::{FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::audit;
use crate::auth::{Permission, Session};
use crate::base::{Actor, Party, Scope, UserId};

use super::error::{ApiError, Code};

/// The name of the session cookie's scheme in the API document.
pub(crate) const SCHEME: &str = "session";

/// The name of the tokens' scheme in the API document.
pub(crate) const BEARER: &str = "bearer";

/// Who sent the request, whoever that is; every request has one.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) actor: Arc<Actor>,
    /// `None` at the local socket and for those who have not signed in.
    pub(crate) session: Option<Arc<Session>>,
    /// What the book is to be told of a credential that was no good, once the call has counted.
    pub(crate) refused: Option<audit::Code>,
    permissions: Arc<BTreeSet<Permission>>,
}

impl Visitor {
    /// Everything they may do.
    pub(crate) fn permissions(&self) -> &BTreeSet<Permission> {
        &self.permissions
    }

    /// Errs with `not_signed_in` for a stranger.
    pub(crate) fn signed_in(&self) -> Result<(), ApiError> {
        match self.actor.party {
            Party::Anonymous => Err(match self.refused {
                Some(audit::Code::TokenRefused) => ApiError::token_refused(),
                _ => ApiError::not_signed_in(),
            }),
            _ => Ok(()),
        }
    }

    /// Errs with `forbidden` without the permission.
    pub(crate) fn may(&self, permission: Permission) -> Result<(), ApiError> {
        if self.permissions.contains(&permission) {
            return Ok(());
        }
        let detail = match &self.actor.party {
            // A personal token: what it may do is what its scopes and its owner's roles share.
            Party::User {
                token: Some(_),
                session: None,
                ..
            } => format!(
                "This token's scopes do not allow this: it needs {permission} among them, and an \
                 owner who has that permission."
            ),
            Party::Operator {
                on_behalf_of: Some((_, email)),
                ..
            } => format!("{email} may not do this: it needs the permission {permission}."),
            _ => format!("This needs the permission {permission}."),
        };
        Err(ApiError::new(Code::Forbidden, detail))
    }

    /// Errs with `forbidden` for a program: sessions, passwords and tokens are none's business.
    pub(crate) fn is_person(&self) -> Result<(), ApiError> {
        if self.actor.is_program() {
            return Err(for_people());
        }
        Ok(())
    }

    /// Errs with `forbidden` for whoever is not at the machine.
    pub(crate) fn is_operator(&self) -> Result<(), ApiError> {
        if matches!(self.actor.party, Party::Operator { .. }) {
            return Ok(());
        }
        let detail = "This can be done only at the machine, through the local socket.";
        Err(ApiError::new(Code::Forbidden, detail))
    }

    pub(crate) fn new(
        actor: Actor,
        session: Option<Session>,
        permissions: BTreeSet<Permission>,
    ) -> Self {
        Self {
            actor: Arc::new(actor),
            session: session.map(Arc::new),
            refused: None,
            permissions: Arc::new(permissions),
        }
    }
}

/// Somebody who has signed in, or sits at the machine, or a program with a token. A handler that
/// takes one cannot be reached by anybody else, and says beside it which permission they need:
/// `#[oai(scope = "Permission::SyncRun")] caller: Caller`.
#[derive(Clone)]
pub struct Caller(Visitor);

impl Caller {
    /// Who it is, and whose objects they may open; for what belongs to one user.
    ///
    /// Errs with `forbidden` when somebody at the machine has not said for whom they act.
    pub fn owner(&self) -> Result<(Actor, Scope), ApiError> {
        let actor = self.by();
        let scope = Scope::of(&actor).ok_or_else(for_whom)?;
        Ok((actor, scope))
    }

    /// Whether they may do something beside what the operation needs.
    pub(crate) fn holds(&self, permission: Permission) -> bool {
        self.0.permissions().contains(&permission)
    }

    /// Who it is; for what belongs to no single user.
    pub fn by(&self) -> Actor {
        Actor::clone(&self.0.actor)
    }

    /// Errs with `forbidden` for a program that would change the account which its token is of:
    /// a token that leaked must not become a sign-in.
    pub(crate) fn spares_itself(&self, id: UserId) -> Result<(), ApiError> {
        if self.0.actor.is_program() && self.0.actor.user() == Some(id) {
            return Err(for_people());
        }
        Ok(())
    }
}

/// A person who has signed in or sits at the machine. A handler that takes one cannot be reached
/// with a token: sessions, passwords and tokens are no program's business.
#[derive(Clone)]
pub(crate) struct Person(Visitor);

impl Person {
    /// Who it is.
    pub(crate) fn actor(&self) -> &Actor {
        &self.0.actor
    }

    /// Who it is, and whose sessions and tokens they manage.
    pub(crate) fn owner(&self) -> Result<(Actor, Scope), ApiError> {
        let actor = Actor::clone(&self.0.actor);
        let scope = Scope::of(&actor).ok_or_else(for_whom)?;
        Ok((actor, scope))
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

fn for_whom() -> ApiError {
    ApiError::new(
        Code::Forbidden,
        "Say whose objects are meant: the header x-weighbridge-as takes an e-mail address.",
    )
}

fn for_people() -> ApiError {
    ApiError::new(
        Code::Forbidden,
        "A token cannot do this: it needs somebody who has signed in.",
    )
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
        registry.create_security_scheme(SCHEME, cookie());
        registry.create_security_scheme(BEARER, bearer());
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME, BEARER]
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let visitor = <Visitor as FromRequest>::from_request(request, body).await?;
        visitor.signed_in()?;
        Ok(Self(visitor))
    }
}

impl<'a> ApiExtractor<'a> for Person {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(SCHEME, cookie());
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let caller = <Caller as ApiExtractor>::from_request(request, body, options).await?;
        caller.0.is_person()?;
        Ok(Self(caller.0))
    }
}

fn cookie() -> MetaSecurityScheme {
    MetaSecurityScheme {
        name: Some("__Host-weighbridge"),
        key_in: Some("cookie"),
        ..scheme(
            "apiKey",
            "The cookie that signing in sets. Methods other than GET and HEAD also need the \
             session's csrf_token in the header x-csrf-token.",
        )
    }
}

fn bearer() -> MetaSecurityScheme {
    MetaSecurityScheme {
        scheme: Some("bearer"),
        ..scheme(
            "http",
            "A token, in the header Authorization: a personal one (wb_…), which allows what its scopes \
             name as far as its owner may do it, or an access token, which allows all that its owner \
             may do and lives 15 minutes. A request with a token needs no x-csrf-token, and its \
             cookies count for nothing.",
        )
    }
}

fn scheme(ty: &'static str, description: &'static str) -> MetaSecurityScheme {
    MetaSecurityScheme {
        ty,
        description: Some(description),
        name: None,
        key_in: None,
        scheme: None,
        bearer_format: None,
        flows: None,
        openid_connect_url: None,
    }
}
