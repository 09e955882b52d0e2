//! Plays the vendor's desk for OAuth: a page where a person allows or denies, and the endpoint
//! that gives tokens (Airtable Web API, "OAuth reference").
//!
//! [`Desk`] is the whole state: requests that wait for a person, codes, and grants with the one
//! pair of tokens that each has.
mod ask;
mod consent;
mod grant;
mod knobs;
mod outcome;
mod token;

pub use knobs::{Client, Knobs};

use std::collections::HashMap;

use http::Method;
use jiff::Timestamp;
use rand::{RngExt, SeedableRng, distr::Alphanumeric, rngs::StdRng};

use self::ask::Ask;
use self::grant::{Code, Grant};
use super::{answer::Answer, incoming::Incoming};

/// Where all of it lies.
pub(super) const ROOT: &str = "/oauth2/v1/";

/// More requests than that do not wait for a person at the same time.
const MOST_WAITING: usize = 1_000;

/// The vendor's desk.
pub(super) struct Desk {
    dice: StdRng,
    /// Requests that wait for a person, by the ticket in their page.
    waiting: HashMap<String, Ask>,
    /// Codes that were given out and not shown yet.
    codes: HashMap<String, Code>,
    grants: Vec<Grant>,
}

impl Desk {
    /// A desk at which nobody was yet.
    pub(super) fn new(seed: u64) -> Self {
        Self {
            dice: StdRng::seed_from_u64(seed),
            waiting: HashMap::new(),
            codes: HashMap::new(),
            grants: Vec::new(),
        }
    }

    /// The name under which a call is counted.
    pub(super) fn kind(incoming: &Incoming) -> &'static str {
        match (&incoming.method, incoming.path.strip_prefix(ROOT)) {
            (&Method::GET, Some("authorize")) => "oauth_authorize",
            (&Method::POST, Some("authorize")) => "oauth_decide",
            (&Method::POST, Some("token")) => "oauth_token",
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
        match Self::kind(incoming) {
            "oauth_authorize" => Some(self.ask(incoming, knobs)),
            "oauth_decide" => Some(self.decide(incoming, knobs, now)),
            "oauth_token" => Some(self.give(incoming, knobs, now)),
            _ => None,
        }
    }

    /// A secret that nobody guesses, and that the same seed gives again.
    fn draw(&mut self, length: usize) -> String {
        let letters = (&mut self.dice).sample_iter(Alphanumeric).take(length);
        letters.map(char::from).collect()
    }
}
