//! Plays the vendors' desks for OAuth: a page where a person allows or denies, and the endpoint
//! that gives tokens (Airtable Web API, "OAuth reference"; Notion API, "Authorization"; Google
//! Identity, "Using OAuth 2.0 for Web Server Applications").
//!
//! [`Desk`] is one vendor's whole state: requests that wait for a person, codes, and grants with
//! the one pair of tokens that each has. [`House`] says where the vendors differ.
mod ask;
mod consent;
mod grant;
mod house;
mod knobs;
mod outcome;
mod token;
mod tokens;

pub use knobs::{Client, Knobs};

use std::collections::{HashMap, HashSet};

use http::Method;
use jiff::Timestamp;
use rand::{RngExt, SeedableRng, distr::Alphanumeric, rngs::StdRng};

use self::ask::Ask;
use self::grant::{Code, Grant};
use super::{answer::Answer, incoming::Incoming};

pub(super) use house::House;
pub(super) use outcome::pairs;

/// More requests than that do not wait for a person at the same time.
const MOST_WAITING: usize = 1_000;

/// The vendor's desk.
pub(super) struct Desk {
    house: House,
    dice: StdRng,
    /// Requests that wait for a person, by the ticket in their page.
    waiting: HashMap<String, Ask>,
    /// Codes that were given out and not shown yet.
    codes: HashMap<String, Code>,
    grants: Vec<Grant>,
    /// Every access token that was ever given, good or not.
    given: HashSet<String>,
}

impl Desk {
    /// A desk at which nobody was yet.
    pub(super) fn new(house: House, seed: u64) -> Self {
        Self {
            house,
            dice: StdRng::seed_from_u64(seed),
            waiting: HashMap::new(),
            codes: HashMap::new(),
            grants: Vec::new(),
            given: HashSet::new(),
        }
    }

    /// The name under which a call is counted.
    pub(super) fn kind(&self, incoming: &Incoming) -> &'static str {
        let path = incoming.path.as_str();
        match (&incoming.method, path) {
            (&Method::GET, page) if page == self.house.page() => "oauth_authorize",
            (&Method::POST, page) if page == self.house.page() => "oauth_decide",
            (&Method::POST, "/oauth2/v1/token" | "/v1/oauth/token" | "/token") => "oauth_token",
            (&Method::POST, "/v1/oauth/introspect") => "oauth_introspect",
            (&Method::POST, "/v1/oauth/revoke" | "/revoke") => "oauth_revoke",
            _ => "unknown",
        }
    }

    /// Answers a call; `None` where the vendor has nothing.
    pub(super) fn answer(
        &mut self,
        incoming: &Incoming,
        knobs: &Knobs,
        now: Timestamp,
    ) -> Option<Answer> {
        match self.kind(incoming) {
            "oauth_authorize" => Some(self.ask(incoming, knobs)),
            "oauth_decide" => Some(self.decide(incoming, knobs, now)),
            "oauth_token" => Some(self.give(incoming, knobs, now)),
            "oauth_introspect" => Some(self.introspect(incoming, knobs, now)),
            "oauth_revoke" if self.house == House::Google => Some(self.end_shown(incoming, now)),
            "oauth_revoke" => Some(self.take_back(incoming, knobs)),
            _ => None,
        }
    }

    /// A secret that nobody guesses, and that the same seed gives again.
    fn draw(&mut self, length: usize) -> String {
        let letters = (&mut self.dice).sample_iter(Alphanumeric).take(length);
        letters.map(char::from).collect()
    }
}
