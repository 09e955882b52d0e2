//! Which of the vendor's calls a method and a path mean.
use http::Method;
use percent_encoding::percent_decode_str;

/// Whether cells that a write does not name stay as they are (`PATCH`) or are cleared (`PUT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Merge,
    Replace,
}

/// One of the vendor's calls. Tables and fields are named by id or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    WhoAmI,
    Bases,
    Schema(String),
    CreateTable(String),
    ChangeTable(Place),
    CreateField(Place),
    ChangeField(Place, String),
    List(Place),
    ListByPost(Place),
    Get(Place, String),
    Create(Place),
    UpdateMany(Place, Mode),
    UpdateOne(Place, String, Mode),
    DeleteMany(Place),
    DeleteOne(Place, String),
    Webhooks(String),
    CreateWebhook(String),
    /// What is done with the webhook of this id.
    Webhook(String, String, WebhookCall),
}

/// What can be done with a webhook that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebhookCall {
    EnableNotifications,
    Refresh,
    Delete,
    Payloads,
}

/// A table of a base, as the caller named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) base: String,
    pub(crate) table: String,
}

impl Call {
    /// Reads method and path; `None` where the vendor has nothing.
    ///
    /// A trailing slash means nothing: the vendor's own JavaScript client sends one.
    pub(crate) fn parse(method: &Method, path: &str) -> Option<Self> {
        let segments = segments(path)?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.split_first()? {
            (&"v0", ["meta", rest @ ..]) => meta(method, rest),
            (&"v0", ["bases", base, "webhooks", rest @ ..]) => webhooks(method, base, rest),
            (&"v0", rest) => records(method, rest),
            _ => None,
        }
    }

    /// The base whose allowance the call uses up; `None` for calls about the account.
    pub(crate) fn base(&self) -> Option<&str> {
        match self {
            Self::WhoAmI | Self::Bases => None,
            Self::Schema(base)
            | Self::CreateTable(base)
            | Self::Webhooks(base)
            | Self::CreateWebhook(base)
            | Self::Webhook(base, ..) => Some(base),
            Self::ChangeTable(place)
            | Self::CreateField(place)
            | Self::ChangeField(place, _)
            | Self::List(place)
            | Self::ListByPost(place)
            | Self::Get(place, _)
            | Self::Create(place)
            | Self::UpdateMany(place, _)
            | Self::UpdateOne(place, ..)
            | Self::DeleteMany(place)
            | Self::DeleteOne(place, _) => Some(&place.base),
        }
    }

    /// The name under which the call is counted.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::WhoAmI => "whoami",
            Self::Bases => "bases",
            Self::Schema(_) => "schema",
            Self::CreateTable(_)
            | Self::ChangeTable(_)
            | Self::CreateField(_)
            | Self::ChangeField(..) => "schema_change",
            Self::List(_) | Self::ListByPost(_) => "list",
            Self::Get(..) => "get",
            Self::Create(_) => "create",
            Self::UpdateMany(..) | Self::UpdateOne(..) => "update",
            Self::DeleteMany(_) | Self::DeleteOne(..) => "delete",
            Self::Webhooks(_) => "webhooks",
            Self::Webhook(_, _, WebhookCall::Payloads) => "payloads",
            Self::CreateWebhook(_) | Self::Webhook(..) => "webhook_change",
        }
    }

    /// Whether the call is about the account or the schema; those go on answering when the
    /// month's calls are used up.
    pub(crate) fn is_meta(&self) -> bool {
        matches!(self.kind(), "whoami" | "bases" | "schema" | "schema_change")
    }

    /// Whether carrying the call out changes something.
    pub(crate) fn writes(&self) -> bool {
        !matches!(
            self.kind(),
            "whoami" | "bases" | "schema" | "list" | "get" | "webhooks" | "payloads"
        )
    }
}

/// The path's segments, decoded; `None` when they are not UTF-8.
fn segments(path: &str) -> Option<Vec<String>> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned()))
        .collect()
}

fn meta(method: &Method, rest: &[&str]) -> Option<Call> {
    let call = match (method, rest) {
        (&Method::GET, ["whoami"]) => Call::WhoAmI,
        (&Method::GET, ["bases"]) => Call::Bases,
        (&Method::GET, ["bases", base, "tables"]) => Call::Schema((*base).into()),
        (&Method::POST, ["bases", base, "tables"]) => Call::CreateTable((*base).into()),
        (&Method::PATCH, ["bases", base, "tables", table]) => {
            Call::ChangeTable(Place::new(base, table))
        }
        (&Method::POST, ["bases", base, "tables", table, "fields"]) => {
            Call::CreateField(Place::new(base, table))
        }
        (&Method::PATCH, ["bases", base, "tables", table, "fields", field]) => {
            Call::ChangeField(Place::new(base, table), (*field).into())
        }
        _ => return None,
    };
    Some(call)
}

fn records(method: &Method, rest: &[&str]) -> Option<Call> {
    let mode = if method == Method::PUT {
        Mode::Replace
    } else {
        Mode::Merge
    };
    let call = match (method, rest) {
        (&Method::GET, [base, table]) => Call::List(Place::new(base, table)),
        (&Method::POST, [base, table]) => Call::Create(Place::new(base, table)),
        (&Method::PATCH | &Method::PUT, [base, table]) => {
            Call::UpdateMany(Place::new(base, table), mode)
        }
        (&Method::DELETE, [base, table]) => Call::DeleteMany(Place::new(base, table)),
        (&Method::POST, [base, table, "listRecords"]) => Call::ListByPost(Place::new(base, table)),
        (&Method::GET, [base, table, record]) => {
            Call::Get(Place::new(base, table), (*record).into())
        }
        (&Method::PATCH | &Method::PUT, [base, table, record]) => {
            Call::UpdateOne(Place::new(base, table), (*record).into(), mode)
        }
        (&Method::DELETE, [base, table, record]) => {
            Call::DeleteOne(Place::new(base, table), (*record).into())
        }
        _ => return None,
    };
    Some(call)
}

fn webhooks(method: &Method, base: &str, rest: &[&str]) -> Option<Call> {
    let of = |id: &str, what| Call::Webhook(base.into(), id.into(), what);
    let call = match (method, rest) {
        (&Method::GET, []) => Call::Webhooks(base.into()),
        (&Method::POST, []) => Call::CreateWebhook(base.into()),
        (&Method::DELETE, [id]) => of(id, WebhookCall::Delete),
        (&Method::GET, [id, "payloads"]) => of(id, WebhookCall::Payloads),
        (&Method::POST, [id, "refresh"]) => of(id, WebhookCall::Refresh),
        (&Method::POST, [id, "enableNotifications"]) => of(id, WebhookCall::EnableNotifications),
        _ => return None,
    };
    Some(call)
}

impl Place {
    pub(crate) fn new(base: &str, table: &str) -> Self {
        Self {
            base: base.into(),
            table: table.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_means_nothing() {
        assert_eq!(
            Call::parse(&Method::POST, "/v0/app1/T/"),
            Some(Call::Create(Place::new("app1", "T")))
        );
    }

    #[test]
    fn a_table_name_arrives_decoded() {
        assert_eq!(
            Call::parse(&Method::GET, "/v0/app1/My%20table%2F2"),
            Some(Call::List(Place::new("app1", "My table/2")))
        );
    }

    #[test]
    fn a_path_that_the_vendor_does_not_have_is_no_call() {
        for (method, path) in [
            (Method::GET, "/v0"),
            (Method::GET, "/v0/app1"),
            (Method::POST, "/v0/meta/whoami"),
            (Method::GET, "/v1/app1/T"),
            (Method::DELETE, "/v0/meta/bases/app1/tables/T"),
            (Method::GET, "/v0/app1/%FF"),
        ] {
            assert_eq!(Call::parse(&method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn put_clears_what_patch_keeps() {
        let place = || Place::new("a", "t");
        assert_eq!(
            Call::parse(&Method::PUT, "/v0/a/t"),
            Some(Call::UpdateMany(place(), Mode::Replace))
        );
        assert_eq!(
            Call::parse(&Method::PATCH, "/v0/a/t/rec1"),
            Some(Call::UpdateOne(place(), "rec1".into(), Mode::Merge))
        );
    }
}
