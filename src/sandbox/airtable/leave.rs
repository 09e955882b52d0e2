//! What a token allows.
use super::{call::Call, refusal::Refusal};

/// What whoever shows a token may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Everything that its owner may.
    All,
    /// What was allowed to the integration of this client id.
    Integration { client: String, scopes: Vec<String> },
}

impl Leave {
    /// The scopes of an integration; none for a token that has none of its own.
    pub(super) fn scopes(&self) -> Option<&[String]> {
        match self {
            Self::All => None,
            Self::Integration { scopes, .. } => Some(scopes),
        }
    }

    /// The client id of the integration that calls; none for a personal token.
    pub(super) fn client(&self) -> Option<&str> {
        match self {
            Self::All => None,
            Self::Integration { client, .. } => Some(client),
        }
    }

    /// Refuses what needs a scope that is not there.
    pub(super) fn demand(&self, needed: &str) -> Result<(), Refusal> {
        match self.scopes() {
            Some(scopes) if !scopes.iter().any(|scope| scope == needed) => Err(Refusal::no_scope()),
            Some(_) | None => Ok(()),
        }
    }

    /// Refuses a call that needs a scope which is not there.
    pub(super) fn covers(&self, call: &Call) -> Result<(), Refusal> {
        let needed = match call.kind() {
            "whoami" => return Ok(()),
            "bases" | "schema" => "schema.bases:read",
            "schema_change" => "schema.bases:write",
            "webhooks" | "webhook_change" | "payloads" => "webhook:manage",
            _ if call.writes() => "data.records:write",
            _ => "data.records:read",
        };
        self.demand(needed)
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[test]
    fn each_call_needs_its_scope() {
        let reader = Leave::Integration {
            client: "one".to_owned(),
            scopes: vec!["data.records:read".to_owned()],
        };
        for (method, path, may) in [
            (Method::GET, "/v0/meta/whoami", true),
            (Method::GET, "/v0/app1/T", true),
            (Method::POST, "/v0/app1/T/listRecords", true),
            (Method::POST, "/v0/app1/T", false),
            (Method::DELETE, "/v0/app1/T/rec1", false),
            (Method::GET, "/v0/meta/bases", false),
            (Method::POST, "/v0/meta/bases/app1/tables", false),
            (Method::GET, "/v0/bases/app1/webhooks", false),
            (Method::GET, "/v0/bases/app1/webhooks/ach1/payloads", false),
        ] {
            let call = Call::parse(&method, path).unwrap();
            assert_eq!(reader.covers(&call).is_ok(), may, "{method} {path}");
            assert!(Leave::All.covers(&call).is_ok());
        }
    }
}
