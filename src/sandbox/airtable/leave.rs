//! What a token allows.
use super::{call::Call, refusal::Refusal};

/// What whoever shows a token may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Everything that its owner may.
    All,
    /// What was allowed to an integration.
    Scopes(Vec<String>),
}

impl Leave {
    /// The scopes of an integration; none for a token that has none of its own.
    pub(super) fn scopes(&self) -> Option<&[String]> {
        match self {
            Self::All => None,
            Self::Scopes(scopes) => Some(scopes),
        }
    }

    /// Refuses a call that needs a scope which is not there.
    pub(super) fn covers(&self, call: &Call) -> Result<(), Refusal> {
        let needed = match call.kind() {
            "whoami" => return Ok(()),
            "bases" | "schema" => "schema.bases:read",
            "schema_change" => "schema.bases:write",
            _ if call.writes() => "data.records:write",
            _ => "data.records:read",
        };
        match self {
            Self::Scopes(scopes) if !scopes.iter().any(|scope| scope == needed) => {
                Err(Refusal::no_scope())
            }
            Self::All | Self::Scopes(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[test]
    fn each_call_needs_its_scope() {
        let reader = Leave::Scopes(vec!["data.records:read".to_owned()]);
        for (method, path, may) in [
            (Method::GET, "/v0/meta/whoami", true),
            (Method::GET, "/v0/app1/T", true),
            (Method::POST, "/v0/app1/T/listRecords", true),
            (Method::POST, "/v0/app1/T", false),
            (Method::DELETE, "/v0/app1/T/rec1", false),
            (Method::GET, "/v0/meta/bases", false),
            (Method::POST, "/v0/meta/bases/app1/tables", false),
        ] {
            let call = Call::parse(&method, path).unwrap();
            assert_eq!(reader.covers(&call).is_ok(), may, "{method} {path}");
            assert!(Leave::All.covers(&call).is_ok());
        }
    }
}
