//! Calls an appliance as one caller.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem::{Body, Endpoint as _, Request, RequestBuilder, Response};
use serde_json::Value;
use weighbridge::base::Peer;

use super::Answer;

/// One caller: a browser with its cookie, or a program.
#[derive(Clone)]
pub(crate) struct Client {
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    peer: Peer,
    headers: Vec<(String, String)>,
}

impl Client {
    pub(super) fn new(endpoint: Arc<BoxEndpoint<'static, Response>>) -> Self {
        let address = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 40_000));
        let peer = Peer::Network { address, tls: true };
        Self {
            endpoint,
            peer,
            headers: vec![("host".to_owned(), "box.example".to_owned())],
        }
    }

    /// The same caller from another address.
    #[must_use]
    pub(crate) fn from(mut self, ip: IpAddr) -> Self {
        let address = SocketAddr::new(ip, 40_000);
        self.peer = Peer::Network { address, tls: true };
        self
    }

    pub(super) fn at_the_machine(mut self) -> Self {
        self.peer = Peer::Local { uid: 0 };
        self
    }

    /// The same caller, at the machine, acting for a user.
    #[must_use]
    pub(crate) fn acting_for(self, email: &str) -> Self {
        self.at_the_machine().with("x-weighbridge-as", email)
    }

    /// The same caller with one more header in every request, or another value of it.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same caller with the session that `answer` began.
    #[must_use]
    pub(crate) fn signed_in(self, answer: &Answer) -> Self {
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        let token = answer.json()["csrf_token"].as_str().unwrap().to_owned();
        self.with("cookie", cookie).with("x-csrf-token", &token)
    }

    /// `GET /api/v1{path}`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Vec::new()).await
    }

    /// `POST /api/v1{path}` with a JSON body.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::POST, path, &body).await
    }

    /// `PUT /api/v1{path}` with a JSON body.
    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PUT, path, &body).await
    }

    /// `PATCH /api/v1{path}` with a JSON body.
    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PATCH, path, &body).await
    }

    /// `DELETE /api/v1{path}`.
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, "", Vec::new()).await
    }

    async fn send_json(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(
            method,
            path,
            "application/json",
            body.to_string().into_bytes(),
        )
        .await
    }

    /// Any method under `/api/v1`, with a body of any kind; an empty `kind` sends none.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Answer {
        self.fetch(method, &format!("/api/v1{path}"), kind, Body::from(body))
            .await
    }

    /// Any method and path, with a body that may be a stream.
    pub(crate) async fn fetch(&self, method: Method, path: &str, kind: &str, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri_str(path);
        if !kind.is_empty() {
            request = request.content_type(kind);
        }
        Answer::read(self.respond(request, body).await).await
    }

    /// Any path, for an answer that is read by and by.
    pub(crate) async fn open(&self, method: Method, path: &str) -> Response {
        let request = Request::builder().method(method).uri_str(path);
        self.respond(request, Body::empty()).await
    }

    async fn respond(&self, mut request: RequestBuilder, body: Body) -> Response {
        for (name, value) in &self.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let mut request = request.body(body);
        request.extensions_mut().insert(self.peer);
        self.endpoint.get_response(request).await
    }
}
