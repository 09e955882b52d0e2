//! What is answered over plain HTTP: where to come instead.

use percent_encoding::{CONTROLS, utf8_percent_encode};
use poem::http::header::{HOST, LOCATION};
use poem::http::{HeaderValue, Method, StatusCode};
use poem::{Endpoint, Request, Response};
use tracing::info;

use super::chain::REQUEST_ID;
use super::error::{ApiError, Code};
use super::{headers, host, inbound};
use crate::base::{Clock, RequestId};
use crate::config::Server;

/// Everything that is answered where TLS is not spoken. `port` is where it is.
pub fn plain(server: &Server, port: u16, clock: &Clock) -> impl Endpoint + use<> {
    Plain {
        names: host::names(server),
        public: server.public_url.as_ref().map(|url| {
            let url = url.as_str();
            url.trim_end_matches('/').to_owned()
        }),
        port,
        clock: clock.clone(),
    }
}

struct Plain {
    names: Vec<String>,
    public: Option<String>,
    port: u16,
    clock: Clock,
}

impl Endpoint for Plain {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let id = RequestId::new(&self.clock);
        let method = request.method().clone();
        let path = inbound::shown(request.uri().path());
        let path = utf8_percent_encode(&path, CONTROLS).to_string();
        let mut response = self
            .answer(&request)
            .unwrap_or_else(|error| error.answer(id));
        // A browser heeds what is said of encryption over TLS alone (RFC 6797, 7.2).
        headers::secure(response.headers_mut(), false);
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let status = response.status().as_u16();
        info!(request.id = %id, %method, path, status, "plain {method} {path} was answered {status}");
        Ok(response)
    }
}

impl Plain {
    /// Pages are redirected. What carries a credential or a body is refused: a redirect would only
    /// hide that everybody on the way has read it.
    fn answer(&self, request: &Request) -> Result<Response, ApiError> {
        host::check(request, &self.names)?;
        let path = request.uri().path();
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !reads || path == "/api" || path.starts_with("/api/") {
            let remedy = Code::HttpsRequired.entry().remedy;
            return Err(ApiError::new(Code::HttpsRequired, remedy));
        }
        let base = self.base(request)?;
        let target = request.uri().path_and_query();
        let target = target.map_or("/", |target| target.as_str());
        let location = HeaderValue::from_str(&format!("{base}{target}"));
        let mut response = Response::from(StatusCode::PERMANENT_REDIRECT);
        let location = location.map_err(ApiError::internal)?;
        response.headers_mut().insert(LOCATION, location);
        Ok(response)
    }

    /// The scheme and host to come to.
    fn base(&self, request: &Request) -> Result<String, ApiError> {
        if let Some(public) = &self.public {
            return Ok(public.clone());
        }
        let target = request.uri().authority().map(http::uri::Authority::as_str);
        let called = target.or(request.header(HOST));
        // HTTP/1.0 knows no Host, and so leaves nothing to send it to.
        let called = called.and_then(|called| called.parse::<http::uri::Authority>().ok());
        let called = called.ok_or(host::Fault::Missing)?;
        let name = called.host();
        Ok(match self.port {
            443 => format!("https://{name}"),
            port => format!("https://{name}:{port}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    async fn asked(server: &Server, method: Method, host: &str, target: &str) -> Response {
        let endpoint = plain(server, 8443, &Clock::system());
        let request = Request::builder()
            .method(method)
            .uri(target.parse().unwrap())
            .header(HOST, host);
        poem::IntoResponse::into_response(endpoint.call(request.finish()).await.unwrap())
    }

    #[tokio::test]
    async fn a_page_is_to_be_asked_for_again_over_tls() {
        let mut server = Config::default().server;
        for (public, host, target, expected) in [
            (None, "box.example", "/", "https://box.example:8443/"),
            (
                None,
                "box.example:80",
                "/a?b=c",
                "https://box.example:8443/a?b=c",
            ),
            (None, "[::1]:80", "/", "https://[::1]:8443/"),
            (
                None,
                "a",
                "//evil.example/",
                "https://a:8443//evil.example/",
            ),
            (Some("https://b.example/"), "a", "/x", "https://b.example/x"),
            (
                Some("https://b.example/w"),
                "a",
                "/x",
                "https://b.example/w/x",
            ),
        ] {
            server.public_url = public.map(|url| url.parse().unwrap());
            for method in [Method::GET, Method::HEAD] {
                let answer = asked(&server, method, host, target).await;
                assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT);
                assert_eq!(answer.headers()[LOCATION], expected);
                assert!(!answer.headers().contains_key("strict-transport-security"));
                assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            }
        }
    }

    #[tokio::test]
    async fn the_api_and_everything_that_changes_is_refused() {
        let server = Config::default().server;
        for (method, target) in [
            (Method::GET, "/api"),
            (Method::GET, "/api/v1/system"),
            (Method::POST, "/api/v1/auth/login"),
            (Method::POST, "/"),
            (Method::DELETE, "/handbook/index"),
        ] {
            let answer = asked(&server, method, "a", target).await;
            assert_eq!(answer.status(), 400, "{target}");
            assert!(!answer.headers().contains_key(LOCATION));
            let problem = answer.into_body().into_string().await.unwrap();
            assert!(problem.contains("\"https_required\""), "{problem}");
        }
    }

    #[tokio::test]
    async fn a_host_that_is_not_ours_is_sent_nowhere() {
        let mut server = Config::default().server;
        server.hosts = vec!["box.example".to_owned()];
        let answer = asked(&server, Method::GET, "evil.example", "/").await;
        assert_eq!(answer.status(), 421);
    }
}
