//! One vendor's desk, and what can be had there.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method};
use reqwest::Url;
use serde_json::{Map, Value};

use super::{Body, Dialect, Error, Pair, Showing, Verifier, wire};
use crate::base::Secret;
use crate::net::{Answer, Call, Network, Target};
use crate::providers::Kind;

/// The parts of a request that are secrets.
const SECRETS: [&str; 4] = ["code", "code_verifier", "refresh_token", "token"];

/// The name under which this appliance is registered at a vendor.
#[derive(Clone, Debug)]
pub struct Client {
    /// The public name.
    pub id: String,
    /// The secret that proves it; a public client has none.
    pub secret: Option<Secret>,
    /// Whether it is registered for what not everything needs.
    pub extras: bool,
}

/// Where a vendor, or the sandbox, gives tokens.
#[derive(Clone)]
pub struct Desk {
    kind: Kind,
    dialect: &'static Dialect,
    client: Client,
    /// The page where a person allows or denies.
    page: Url,
    target: Target,
    network: Arc<dyn Network>,
}

impl Desk {
    /// The vendor's desk, or the one of the sandbox at this address.
    ///
    /// None where the vendor does not do OAuth, or where the sandbox's address does not lie on
    /// this machine.
    pub fn open(
        kind: Kind,
        sandbox: Option<&Url>,
        client: Client,
        network: Arc<dyn Network>,
    ) -> Option<Self> {
        let dialect = kind.dialect()?;
        let (mut page, target) = if let Some(url) = sandbox {
            (url.clone(), Target::sandbox(url).ok()?)
        } else {
            let page = format!("https://{}/", dialect.authorize_host).parse();
            (page.ok()?, Target::vendor(dialect.token_host))
        };
        page.path_segments_mut()
            .ok()?
            .clear()
            .extend(dialect.authorize_path);
        Some(Self {
            kind,
            dialect,
            client,
            page,
            target,
            network,
        })
    }

    /// Whether an access token that still works proves that no refresh took place.
    pub fn ends_access(&self) -> bool {
        self.dialect.ends_access
    }

    /// What a person is asked for.
    pub fn scopes(&self) -> Vec<&'static str> {
        let extras = if self.client.extras {
            self.dialect.extras
        } else {
            &[]
        };
        [self.dialect.scopes, extras].concat()
    }

    /// The address to send a person to.
    pub fn address(&self, back: &str, state: &Secret, verifier: &Verifier) -> Url {
        let mut url = self.page.clone();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", &self.client.id)
            .append_pair("redirect_uri", back)
            .append_pair("response_type", "code")
            .append_pair("state", state.expose());
        let scopes = self.scopes();
        if !scopes.is_empty() {
            query.append_pair("scope", &scopes.join(" "));
        }
        if self.dialect.pkce {
            query
                .append_pair("code_challenge", &verifier.challenge())
                .append_pair("code_challenge_method", "S256");
        }
        query.extend_pairs(self.dialect.parameters);
        drop(query);
        url
    }

    /// The tokens for a code, which is used up by being shown.
    pub async fn exchange(
        &self,
        code: &Secret,
        back: &str,
        verifier: &Verifier,
    ) -> Result<Pair, Error> {
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", back),
        ];
        if self.dialect.pkce {
            pairs.push(("code_verifier", verifier.expose()));
        }
        self.ask("exchange_code", pairs).await
    }

    /// The tokens for a refresh token.
    pub async fn refresh(&self, token: &Secret) -> Result<Pair, Error> {
        let pairs = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", token.expose()),
        ];
        self.ask("refresh_token", pairs).await
    }

    /// Has the vendor take an access token no more. `None` where it has no call for that.
    pub async fn revoke(&self, token: &Secret) -> Option<Result<(), Error>> {
        let call = self.target.call(Method::POST, self.dialect.revoke_path?);
        let mut pairs = vec![("token", token.expose())];
        let call = match self.dialect.secret {
            Showing::Header => self.introduced(call, &mut pairs),
            Showing::Form => call,
        };
        let sent = self.send(call, "revoke_token", pairs).await;
        Some(sent.and_then(|(answer, shown)| wire::taken(answer.status, &answer.body, &shown)))
    }

    async fn ask<'a>(
        &'a self,
        operation: &'static str,
        mut pairs: Vec<(&'a str, &'a str)>,
    ) -> Result<Pair, Error> {
        let call = self.target.call(Method::POST, self.dialect.token_path);
        let call = self.introduced(call, &mut pairs);
        let (answer, shown) = self.send(call, operation, pairs).await?;
        wire::read(answer.status, &answer.body, &shown)
    }

    /// A request that tells whose it is, with that beside its pairs where it stands there.
    fn introduced<'a>(&'a self, call: Call, pairs: &mut Vec<(&'a str, &'a str)>) -> Call {
        match (&self.client.secret, self.dialect.secret) {
            (Some(secret), Showing::Header) => return call.basic(&self.client.id, secret),
            (Some(secret), Showing::Form) => pairs.push(("client_secret", secret.expose())),
            (None, _) => {}
        }
        pairs.push(("client_id", &self.client.id));
        call
    }

    /// The answer to a request, and what secrets it showed.
    async fn send<'a>(
        &'a self,
        call: Call,
        operation: &'static str,
        pairs: Vec<(&'a str, &'a str)>,
    ) -> Result<(Answer, Vec<&'a str>), Error> {
        let headers = self.dialect.headers.iter();
        let call = headers.fold(call, |call, (name, value)| {
            let value = HeaderValue::from_static(value);
            call.header(HeaderName::from_static(name), value)
        });
        let shown: Vec<&str> = self.secrets(&pairs).collect();
        let call = written(call, self.dialect.body, &pairs);
        let call = call.purpose(self.kind.name(), operation, std::time::Duration::ZERO);
        Ok((self.network.send(call).await?, shown))
    }

    /// What of a request is nobody else's business.
    fn secrets<'a>(&'a self, pairs: &[(&'a str, &'a str)]) -> impl Iterator<Item = &'a str> {
        let shown = pairs.iter().filter(|(name, _)| SECRETS.contains(name));
        let shown: Vec<&str> = shown.map(|(_, value)| *value).collect();
        let own = self.client.secret.as_ref().map(Secret::expose);
        shown.into_iter().chain(own)
    }
}

fn written(call: Call, body: Body, pairs: &[(&str, &str)]) -> Call {
    match body {
        Body::Form => call.form(pairs),
        Body::Json => {
            let members = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
            let members: Map<String, Value> = members.collect();
            call.json(Value::Object(members).to_string())
        }
    }
}
