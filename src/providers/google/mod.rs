//! Reads what Google knows of advertising, through the Google Ads API by REST.
//!
//! One person's leave opens all of Google's products that are read; `oauth` says which scope opens
//! which. `wire` reads the vendor's JSON, `query` writes what it is asked, `map` says what its figures
//! mean, and `refusal` reads its errors.
//!
//! A person is given access to accounts, and to managers above accounts. Figures are had from an
//! account alone, and one that is reached through a manager is asked for in that manager's name.

mod map;
mod oauth;
mod query;
mod refusal;
mod wire;

pub(super) use oauth::{DIALECT, product};

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Access, Account, AdAccount, Answer, CampaignDay, Error, Kind, Reports};
use crate::base::Secret;
use crate::net::{self, Call};
use refusal::Reach;

/// Where Google Ads answers.
pub(super) const HOST: &str = "googleads.googleapis.com";
/// Where it is told whose a token is.
const PEOPLE: &str = "openidconnect.googleapis.com";
/// So long after a day its figures are changed: an account's usual conversion window.
pub(super) const RESTATED_DAYS: i64 = 30;

/// How long nobody calls that was told to wait, and not for how long.
const PENALTY: Duration = Duration::from_mins(5);

/// The name under which calls are paced that concern no account; what Google Ads counts of all
/// accounts together is kept here too.
const ALL: &str = "";
/// The same for what does not belong to Google Ads.
const PERSON: &str = "person";

/// How the Google Ads API is called.
#[derive(Clone, Debug)]
pub struct AdsApi {
    /// The edition that is spoken. Each lives for about a year.
    pub edition: u32,
    /// The token that names whoever runs this program; projects of Google Cloud that were approved
    /// for the API need none.
    pub developer_token: Option<Secret>,
}

impl Default for AdsApi {
    fn default() -> Self {
        Self {
            edition: 25,
            developer_token: None,
        }
    }
}

/// What is wrong with a token that somebody has pasted: Google's live for an hour.
pub(super) const fn misfit() -> &'static str {
    "Google gives no token that could be pasted: connect with Google on the page of connections, which \
     needs google.client_id and google.client_secret"
}

/// One account at Google.
pub(super) struct Google {
    access: Access,
    /// In whose name each account is asked for.
    logins: Mutex<HashMap<String, String>>,
    /// How each account attributes conversions.
    attributions: Mutex<HashMap<String, String>>,
}

/// An account, and in whose name it is asked for.
#[derive(Clone, Copy)]
struct Way<'a> {
    account: &'a str,
    login: &'a str,
}

impl Google {
    pub(super) fn new(access: Access) -> Self {
        Self {
            access,
            logins: Mutex::default(),
            attributions: Mutex::default(),
        }
    }

    /// A call to Google Ads.
    fn ads(&self, method: Method, path: &[&str]) -> Call {
        let edition = format!("v{}", self.access.ads.edition);
        let segments: Vec<&str> = [edition.as_str()].iter().chain(path).copied().collect();
        let call = self.access.target.call(method, &segments);
        let token = self.access.ads.developer_token.as_ref();
        // One that no header can hold was refused with the configuration.
        let header = token.and_then(|token| HeaderValue::from_str(token.expose()).ok());
        let Some(mut header) = header else {
            return call;
        };
        header.set_sensitive(true);
        call.header(HeaderName::from_static("developer-token"), header)
    }

    /// Waits for a turn, makes one call, and gives the body of a good answer.
    async fn send(&self, lane: &str, operation: &'static str, call: Call) -> Result<Bytes, Error> {
        let (access, gate) = (&self.access, &self.access.gate);
        // It may be hours: whoever looks at a page is told rather than kept waiting.
        if lane != PERSON
            && let Some(until) = gate.held_until(ALL)
        {
            return Err(Error::RateLimited { until });
        }
        access.turn(lane).await?;
        let answer = access.send(lane, (Kind::Google, operation), call).await;
        let answer = answer.map_err(too_large)?;
        if answer.status == StatusCode::OK {
            return Ok(answer.body);
        }
        Err(self.refused(lane, answer.status, &answer.body))
    }

    fn refused(&self, lane: &str, status: StatusCode, body: &[u8]) -> Error {
        refusal::judge(status, body, |reach, pause| {
            // Who somebody is, another service tells, with limits of its own.
            let lane = match reach {
                Reach::All if lane != PERSON => ALL,
                Reach::All | Reach::Account => lane,
            };
            self.access.gate.refused(lane, pause)
        })
    }

    /// The rows that a query brings.
    async fn search<T: DeserializeOwned>(
        &self,
        way: Way<'_>,
        operation: &'static str,
        query: &str,
    ) -> Result<Vec<T>, Error> {
        let lost = |_odd| Error::Gone(format!("{:?} is no account's number", way.login));
        let login = HeaderValue::from_str(way.login).map_err(lost)?;
        let path = ["customers", way.account, "googleAds:searchStream"];
        let call = self
            .ads(Method::POST, &path)
            .header(HeaderName::from_static("login-customer-id"), login)
            .json(json!({ "query": query }).to_string());
        let body = self.send(way.account, operation, call).await?;
        match wire::rows(&body)? {
            wire::Stream::Whole(rows) => Ok(rows),
            // It began well, and ended in an error that no status tells.
            wire::Stream::Broken(status) => Err(self.refused(way.account, status, &body)),
        }
    }

    async fn whose(&self) -> Result<Account, Error> {
        let target = self.access.target.beside(PEOPLE);
        let call = target.call(Method::GET, &["v1", "userinfo"]);
        let person = wire::person(&self.send(PERSON, "userinfo", call).await?)?;
        Ok(Account {
            id: person.sub,
            email: person.email,
            scopes: None,
            expires_at: None,
        })
    }

    /// The accounts and managers that the person was given access to, by their numbers.
    async fn accessible(&self) -> Result<Vec<String>, Error> {
        let call = self.ads(Method::GET, &["customers:listAccessibleCustomers"]);
        wire::accessible(&self.send(ALL, "list_customers", call).await?)
    }

    /// The accounts below one that the person was given access to, itself among them.
    ///
    /// One that was closed cannot be asked any more, and has none.
    async fn clients(&self, login: &str, query: &str) -> Result<Vec<wire::Client>, Error> {
        let way = Way {
            account: login,
            login,
        };
        match self
            .search::<wire::ClientRow>(way, "list_clients", query)
            .await
        {
            Ok(rows) => Ok(rows.into_iter().map(|row| row.customer_client).collect()),
            Err(Error::Gone(_)) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    async fn accounts(&self) -> Result<Vec<AdAccount>, Error> {
        let (mut found, mut refused) = (BTreeMap::new(), None);
        for login in self.accessible().await? {
            let clients = match self.clients(&login, query::CLIENTS).await {
                // The operator's token may be good for others of the person's accounts.
                Err(error @ Error::Forbidden(_)) => {
                    refused = Some(error);
                    continue;
                }
                clients => clients?,
            };
            for client in clients {
                if let Some(account) = map::account(client) {
                    found.insert(account.id.clone(), account);
                }
            }
        }
        match refused {
            Some(error) if found.is_empty() => Err(error),
            _ => Ok(found.into_values().collect()),
        }
    }

    /// In whose name an account is asked for: its own where the person was given access to it, or
    /// that of a manager above it.
    async fn login(&self, account: &str) -> Result<String, Error> {
        if let Some(login) = known(&self.logins, account) {
            return Ok(login);
        }
        let gone = || Error::Gone(format!("the connection reaches no account {account:?}"));
        let query = query::client(account).ok_or_else(gone)?;
        let logins = self.accessible().await?;
        let mut way = logins.iter().find(|login| *login == account);
        for login in &logins {
            if way.is_none() && !self.clients(login, &query).await?.is_empty() {
                way = Some(login);
            }
        }
        let way = way.ok_or_else(gone)?.clone();
        keep(&self.logins, account, &way);
        Ok(way)
    }

    /// How an account attributes the conversions that it counts, in Google's words.
    async fn attribution(&self, way: Way<'_>) -> Result<String, Error> {
        if let Some(attribution) = known(&self.attributions, way.account) {
            return Ok(attribution);
        }
        let rows =
            self.search::<wire::ConversionRow>(way, "conversion_actions", query::CONVERSIONS);
        let attribution = map::attribution(&rows.await?);
        keep(&self.attributions, way.account, &attribution);
        Ok(attribution)
    }

    async fn days(&self, account: &str, days: (Date, Date)) -> Result<Vec<CampaignDay>, Error> {
        let login = self.login(account).await?;
        let way = Way {
            account,
            login: &login,
        };
        let attribution = self.attribution(way).await?;
        let query = query::figures(days);
        let rows: Vec<wire::DayRow> = self.search(way, "figures", &query).await?;
        let days = rows
            .into_iter()
            .map(|row| map::day(row, days, &attribution));
        days.collect()
    }
}

impl Reports for Google {
    fn account(&self) -> Answer<'_, Account> {
        self.whose().boxed()
    }

    fn ad_accounts(&self) -> Answer<'_, Vec<AdAccount>> {
        self.accounts().boxed()
    }

    fn figures<'a>(&'a self, account: &'a str, days: (Date, Date)) -> Answer<'a, Vec<CampaignDay>> {
        self.days(account, days).boxed()
    }

    fn held_until(&self, account: &str) -> Option<Timestamp> {
        let gate = &self.access.gate;
        gate.held_until(account).max(gate.held_until(ALL))
    }
}

fn known(all: &Mutex<HashMap<String, String>>, account: &str) -> Option<String> {
    let all = all.lock().unwrap_or_else(PoisonError::into_inner);
    all.get(account).cloned()
}

fn keep(all: &Mutex<HashMap<String, String>>, account: &str, told: &str) {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    all.insert(account.to_owned(), told.to_owned());
}

/// An answer that is larger than any that is read can be asked for in parts: a question changes
/// nothing there.
fn too_large(error: Error) -> Error {
    let Error::Lost(cause) = error else {
        return error;
    };
    match cause.downcast_ref::<net::Error>() {
        Some(net::Error::TooLarge(_)) => Error::TooLarge,
        _ => Error::Lost(cause),
    }
}

#[cfg(test)]
mod trials;
