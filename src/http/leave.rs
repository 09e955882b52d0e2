//! What leave an operation needs: its handler declares it, the chain asks for it before anything
//! of the request is read, and the API document tells it.

use std::collections::BTreeSet;

use poem_openapi::OAuthScopes;
use poem_openapi::registry::{MetaOAuthScope, MetaOperation};
use serde_json::{Value, json};

use super::caller::{SCHEME, Visitor};
use super::error::ApiError;
use crate::auth::Permission;

/// The member of an operation in the API document that names its leave.
const MEMBER: &str = "x-permission";

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Everybody: its handler takes no caller.
    Everybody,
    /// Whoever has signed in, for themselves, and no token: its handler takes a `Person`.
    Person,
    /// Whoever sits at the machine.
    Machine,
    /// Whoever has the permission, by a role and, with a token, by its scopes too.
    Needs(Permission),
    /// Its handler takes a `Caller` and declares nothing: nobody may.
    Nobody,
}

/// Where somebody must be, for a handler that declares no permission.
pub(crate) enum Desk {
    /// At the machine, by its local socket.
    Machine,
}

impl Leave {
    /// As an operation's handler declares it.
    pub(crate) fn of(operation: &MetaOperation) -> Self {
        let ways = operation.security.iter().flatten();
        let scopes = ways.clone().flat_map(|(_, scopes)| scopes.iter().copied());
        Self::read(
            &ways.map(|(scheme, _)| *scheme).collect(),
            &scopes.collect(),
        )
    }

    fn read(schemes: &BTreeSet<&str>, scopes: &BTreeSet<&str>) -> Self {
        let mut scopes = scopes.iter().copied();
        match (schemes.len(), scopes.next(), scopes.next()) {
            (0, None, _) => Self::Everybody,
            (1, None, _) if schemes.contains(SCHEME) => Self::Person,
            (_, Some("machine"), None) => Self::Machine,
            (_, Some(name), None) => Permission::named(name).map_or(Self::Nobody, Self::Needs),
            _ => Self::Nobody,
        }
    }

    /// Errs with `not_signed_in` or `forbidden` unless the visitor has it.
    pub(crate) fn ask(self, visitor: &Visitor) -> Result<(), ApiError> {
        if self == Self::Everybody {
            return Ok(());
        }
        visitor.signed_in()?;
        match self {
            Self::Everybody => Ok(()),
            Self::Person => visitor.is_person(),
            Self::Machine => visitor.is_operator(),
            Self::Needs(permission) => visitor.may(permission),
            Self::Nobody => Err(ApiError::internal("an operation declares no leave")),
        }
    }

    /// Tells it in the document. poem-openapi has written it as the scopes of schemes that take
    /// none (OpenAPI 3.0.3, "Security Requirement Object").
    pub(crate) fn tell(operation: &mut Value) {
        let mut schemes = BTreeSet::new();
        let mut scopes = BTreeSet::new();
        let ways = operation["security"].as_array_mut().into_iter().flatten();
        for (scheme, named) in ways.filter_map(Value::as_object_mut).flatten() {
            schemes.insert(scheme.clone());
            let named = std::mem::replace(named, json!([]));
            let named = named.as_array().cloned().unwrap_or_default();
            scopes.extend(named.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        let leave = Self::read(
            &schemes.iter().map(String::as_str).collect(),
            &scopes.iter().map(String::as_str).collect(),
        );
        if let Some((name, words)) = leave.words() {
            operation[MEMBER] = name.into();
            let about = operation["description"].as_str().unwrap_or_default();
            operation["description"] = format!("{about}\n\n{words}").into();
        }
    }

    /// Its name in the document, and a sentence about it; none where everybody may.
    fn words(self) -> Option<(&'static str, String)> {
        match self {
            Self::Everybody | Self::Nobody => None,
            Self::Person => Some(("person", "Needs a session; no token does.".into())),
            Self::Machine => Some(("machine", "Needs the local socket of the machine.".into())),
            Self::Needs(permission) => {
                let words = format!("Needs the permission `{permission}`.");
                Some((permission.name(), words))
            }
        }
    }
}

impl OAuthScopes for Permission {
    fn meta() -> Vec<MetaOAuthScope> {
        Vec::new()
    }

    fn name(&self) -> &'static str {
        Self::name(*self)
    }
}

impl OAuthScopes for Desk {
    fn meta() -> Vec<MetaOAuthScope> {
        Vec::new()
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Machine => "machine",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Actor;

    #[test]
    fn what_is_not_declared_is_nobodys() {
        let both = || BTreeSet::from([SCHEME, "bearer"]);
        let read =
            |scopes: &[&'static str]| Leave::read(&both(), &scopes.iter().copied().collect());
        assert_eq!(read(&["sync:run"]), Leave::Needs(Permission::SyncRun));
        assert_eq!(read(&["machine"]), Leave::Machine);
        for undeclared in [&[][..], &["sync:walk"], &["sync:run", "sync:read"]] {
            assert_eq!(read(undeclared), Leave::Nobody, "{undeclared:?}");
        }
        let visitor = Visitor::new(Actor::system(), None, Permission::ALL.into());
        assert!(Leave::Nobody.ask(&visitor).is_err());
    }

    #[test]
    fn the_document_names_the_permission_and_gives_its_schemes_no_scopes() {
        let mut operation = json!({
            "description": "Does it.",
            "security": [{"session": ["sync:run"]}, {"bearer": ["sync:run"]}],
        });
        Leave::tell(&mut operation);
        assert_eq!(operation["x-permission"], "sync:run");
        assert_eq!(
            operation["security"],
            json!([{"session": []}, {"bearer": []}])
        );
        assert_eq!(
            operation["description"],
            "Does it.\n\nNeeds the permission `sync:run`."
        );
    }
}
