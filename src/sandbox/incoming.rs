//! A call as it arrived, read to its end.
use bytes::Bytes;
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use poem::Request;

pub(super) struct Incoming {
    pub(super) method: Method,
    /// Path and query, as they came, without the token that Meta's clients show there.
    pub(super) target: String,
    pub(super) path: String,
    /// The host that the call was made to.
    pub(super) host: Option<String>,
    /// The query's pairs, decoded.
    pub(super) query: Vec<(String, String)>,
    /// The bearer token; `None` when there is none.
    pub(super) token: Option<String>,
    /// The edition of its API that Notion is asked to speak.
    pub(super) notion_version: Option<String>,
    /// The header that it stands in, or whatever else stands there.
    pub(super) authorization: Option<String>,
    /// The token of Google Ads' that names whoever wrote the program.
    pub(super) developer_token: Option<String>,
    /// The manager by whom an account of Google Ads is reached.
    pub(super) login_customer: Option<String>,
    /// What the caller signs its body with.
    pub(super) signature: Option<String>,
    pub(super) is_json: bool,
    pub(super) body: Bytes,
    pub(super) at: Timestamp,
}

impl Incoming {
    /// Reads a request that arrived at `at`; errs when its body is larger than `most` bytes.
    pub(super) async fn read(
        mut request: Request,
        at: Timestamp,
        most: usize,
    ) -> Result<Self, StatusCode> {
        let body = request.take_body().into_bytes_limit(most).await;
        let body = body.map_err(|_too_large| StatusCode::PAYLOAD_TOO_LARGE)?;
        let authorization = request.header(header::AUTHORIZATION).map(str::to_owned);
        let token = authorization.as_deref().and_then(bearer).map(str::to_owned);
        Ok(Self {
            target: request
                .uri()
                .path_and_query()
                .map(|target| without_token(target.as_str()))
                .unwrap_or_default(),
            host: request.header(header::HOST).map(str::to_owned),
            path: request.uri().path().to_owned(),
            query: request.params().unwrap_or_default(),
            notion_version: request.header("notion-version").map(str::to_owned),
            developer_token: request.header("developer-token").map(str::to_owned),
            login_customer: request.header("login-customer-id").map(str::to_owned),
            signature: request.header("webhook-signature").map(str::to_owned),
            token,
            authorization,
            is_json: request
                .content_type()
                .is_some_and(|kind| kind.starts_with("application/json")),
            method: request.method().clone(),
            body,
            at,
        })
    }

    /// A call of a test, with neither query nor token.
    #[cfg(test)]
    pub(super) fn example(method: Method, path: &str, body: String) -> Self {
        Self {
            method,
            target: path.to_owned(),
            path: path.to_owned(),
            host: None,
            query: Vec::new(),
            token: None,
            notion_version: None,
            developer_token: None,
            login_customer: None,
            authorization: None,
            signature: None,
            is_json: true,
            body: body.into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    /// The query's pairs.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value)
    }
}

/// A path and its query with a dot in the place of an `access_token`, and of what proves it.
fn without_token(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else {
        return target.to_owned();
    };
    let hidden = |pair: &str| match pair.split_once('=') {
        Some((name @ ("access_token" | "appsecret_proof" | "input_token" | "token"), _)) => {
            format!("{name}=.")
        }
        _ => pair.to_owned(),
    };
    let pairs: Vec<String> = query.split('&').map(hidden).collect();
    format!("{path}?{}", pairs.join("&"))
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_a_query_is_not_kept() {
        let kept = without_token("/v26.0/me?fields=id&access_token=EAAsecret&limit=2");
        assert_eq!(kept, "/v26.0/me?fields=id&access_token=.&limit=2");
        assert_eq!(without_token("/v0/app1?offset=1"), "/v0/app1?offset=1");
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        assert_eq!(bearer("Bearer patX"), Some("patX"));
        assert_eq!(bearer("bearer patX"), Some("patX"));
        assert_eq!(bearer("Basic patX"), None);
    }
}
