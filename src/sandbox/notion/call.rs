//! Which of the vendor's calls a method and a path mean.
use http::Method;
use percent_encoding::percent_decode_str;

/// Where all of the vendor's calls lie.
const ROOT: &str = "/v1/";

/// One of the vendor's calls; ids are as the caller wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    Me,
    Users,
    User(String),
    Search,
    CreateDatabase,
    GetDatabase(String),
    ChangeDatabase(String),
    QueryDatabase(String),
    CreateSource,
    GetSource(String),
    ChangeSource(String),
    QuerySource(String),
    CreatePage,
    GetPage(String),
    ChangePage(String),
    /// Page and property.
    GetProperty(String, String),
}

/// Whether a path belongs to this vendor.
pub(crate) fn is_ours(path: &str) -> bool {
    path.starts_with(ROOT)
}

impl Call {
    /// Reads method and path; `None` where the vendor has nothing.
    pub(crate) fn parse(method: &Method, path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix(ROOT)?.split('/').collect();
        let id =
            |segment: &&str| Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned());
        let call = match (method, segments.as_slice()) {
            (&Method::GET, ["users", "me"]) => Self::Me,
            (&Method::GET, ["users"]) => Self::Users,
            (&Method::GET, ["users", user]) => Self::User(id(user)?),
            (&Method::POST, ["search"]) => Self::Search,
            (&Method::POST, ["databases"]) => Self::CreateDatabase,
            (&Method::GET, ["databases", one]) => Self::GetDatabase(id(one)?),
            (&Method::PATCH, ["databases", one]) => Self::ChangeDatabase(id(one)?),
            (&Method::POST, ["databases", one, "query"]) => Self::QueryDatabase(id(one)?),
            (&Method::POST, ["data_sources"]) => Self::CreateSource,
            (&Method::GET, ["data_sources", one]) => Self::GetSource(id(one)?),
            (&Method::PATCH, ["data_sources", one]) => Self::ChangeSource(id(one)?),
            (&Method::POST, ["data_sources", one, "query"]) => Self::QuerySource(id(one)?),
            (&Method::POST, ["pages"]) => Self::CreatePage,
            (&Method::GET, ["pages", one]) => Self::GetPage(id(one)?),
            (&Method::PATCH, ["pages", one]) => Self::ChangePage(id(one)?),
            // A property's id is percent-encoded already where it is shown, so it stays as it came.
            (&Method::GET, ["pages", one, "properties", property]) => {
                Self::GetProperty(id(one)?, (*property).to_owned())
            }
            _ => return None,
        };
        Some(call)
    }

    /// The name under which the call is counted.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Me => "notion_me",
            Self::Users | Self::User(_) => "notion_users",
            Self::Search => "notion_search",
            Self::GetDatabase(_) | Self::GetSource(_) => "notion_schema",
            Self::CreateDatabase
            | Self::ChangeDatabase(_)
            | Self::CreateSource
            | Self::ChangeSource(_) => "notion_schema_change",
            Self::QueryDatabase(_) | Self::QuerySource(_) => "notion_query",
            Self::CreatePage => "notion_create",
            Self::GetPage(_) => "notion_get",
            Self::ChangePage(_) => "notion_update",
            Self::GetProperty(..) => "notion_property",
        }
    }

    /// Whether carrying the call out changes something.
    pub(crate) fn writes(&self) -> bool {
        self.creates() || self.changes()
    }

    /// Whether the call makes something that was not there.
    pub(crate) fn creates(&self) -> bool {
        matches!(
            self,
            Self::CreateDatabase | Self::CreateSource | Self::CreatePage
        )
    }

    /// Whether the call changes something that is there.
    pub(crate) fn changes(&self) -> bool {
        matches!(
            self,
            Self::ChangeDatabase(_) | Self::ChangeSource(_) | Self::ChangePage(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_named_by_the_id_as_it_is_shown() {
        assert_eq!(
            Call::parse(&Method::GET, "/v1/pages/1/properties/%3AUPp"),
            Some(Call::GetProperty("1".into(), "%3AUPp".into()))
        );
    }

    #[test]
    fn a_path_that_the_vendor_does_not_have_is_no_call() {
        for (method, path) in [
            (Method::GET, "/v1/"),
            (Method::GET, "/v0/pages/1"),
            (Method::DELETE, "/v1/pages/1"),
            (Method::POST, "/v1/pages/1/query"),
            (Method::GET, "/v1/databases"),
        ] {
            assert_eq!(Call::parse(&method, path), None, "{method} {path}");
        }
    }
}
