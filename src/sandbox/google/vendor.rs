//! The vendor's state, and the one place where a call is carried out.
use std::collections::{BTreeMap, VecDeque};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::account::CustomerSeed;
use super::call::Call;
use super::knobs::GoogleKnobs;
use super::query::Query;
use super::refusal::Refusal;
use super::rows::{Source, below, mask, today};
use crate::sandbox::answer::Answer;
use crate::sandbox::incoming::Incoming;

/// Figures of a day are restated for so many days.
const RESTATED_DAYS: i64 = 30;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The one person whose tokens all are.
const PERSON: &str = "108000000000000000001";
const ADS: &str = "https://www.googleapis.com/auth/adwords";
const OPENID: &str = "openid";
/// What a token may do that came by no desk.
pub(crate) const EVERYTHING: [&str; 2] = [ADS, OPENID];

/// All accounts that a token reaches.
pub(crate) struct Google {
    seed: u64,
    customers: Vec<CustomerSeed>,
    /// How often the figures of an account's day were restated.
    steps: BTreeMap<(String, Date), u32>,
    /// The calls to Google Ads in the last 24 hours.
    operations: VecDeque<Timestamp>,
}

/// The circumstances of a call.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) knobs: &'a GoogleKnobs,
}

/// What is asked, and what whoever asks was allowed.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) call: &'a Call,
    pub(crate) incoming: &'a Incoming,
    /// None where the token is no good.
    pub(crate) scopes: Option<&'a [String]>,
}

impl Google {
    /// The accounts to begin with, whose figures are the same for the same seed.
    pub(crate) fn new(seed: u64, customers: Vec<CustomerSeed>) -> Self {
        Self {
            seed,
            customers,
            steps: BTreeMap::new(),
            operations: VecDeque::new(),
        }
    }

    /// Whether a call may be carried out: its token, what that allows, and how many came before it.
    pub(crate) fn admit(&mut self, asked: Asked<'_>, moment: Moment<'_>) -> Result<(), Refusal> {
        if let Call::Retired(edition) = asked.call {
            return Err(Refusal::retired(*edition));
        }
        let scopes = asked.scopes.ok_or_else(Refusal::unauthenticated)?;
        let has = |scope| scopes.iter().any(|own| own == scope);
        if *asked.call == Call::Userinfo {
            return has(OPENID)
                .then_some(())
                .ok_or_else(Refusal::insufficient_scope);
        }
        if !has(ADS) {
            return Err(Refusal::insufficient_scope());
        }
        let demanded = moment.knobs.developer_token.as_str();
        let shown = asked
            .incoming
            .developer_token
            .as_deref()
            .unwrap_or_default();
        if !demanded.is_empty() && shown != demanded {
            return Err(Refusal::developer_token());
        }
        self.count(moment)
    }

    fn count(&mut self, moment: Moment<'_>) -> Result<(), Refusal> {
        let Moment { now, knobs } = moment;
        let is_over = |at: &Timestamp| now.duration_since(*at) >= DAY;
        while self.operations.front().is_some_and(is_over) {
            self.operations.pop_front();
        }
        let most = knobs.operations_per_day as usize;
        if most > 0 && self.operations.len() >= most {
            let oldest = self.operations.front().copied().unwrap_or(now);
            let left = (DAY - now.duration_since(oldest)).as_secs();
            return Err(Refusal::exhausted(left.unsigned_abs() + 1));
        }
        if most > 0 {
            self.operations.push_back(now);
        }
        Ok(())
    }

    /// Carries a call out.
    pub(crate) fn answer(&self, asked: Asked<'_>, moment: Moment<'_>) -> Answer {
        let told = match asked.call {
            Call::Userinfo => Ok(json!({
                "sub": PERSON, "email": "sandbox@example.com", "email_verified": true,
            })),
            Call::Accessible(_) => Ok(self.accessible()),
            Call::Stream(_, customer) => self.stream(customer, asked.incoming, moment),
            Call::Retired(edition) => Err(Refusal::retired(*edition)),
        };
        match told {
            Ok(body) => Answer::ok(&body),
            Err(refusal) => refusal.answer(asked.call.edition(), asked.call.is_stream()),
        }
    }

    fn accessible(&self) -> Value {
        let own = self.customers.iter().filter(|one| one.accessible);
        let names: Vec<String> = own.map(|one| format!("customers/{}", one.id)).collect();
        if names.is_empty() {
            // What is empty is left out.
            return json!({});
        }
        json!({ "resourceNames": names })
    }

    fn stream(
        &self,
        customer: &str,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Value, Refusal> {
        let customer = self.reached(customer, incoming.login_customer.as_deref())?;
        let body: Value = serde_json::from_slice(&incoming.body).unwrap_or_default();
        let Some(text) = body["query"].as_str() else {
            return Err(Refusal::ads(
                "requestError",
                "REQUIRED_FIELD_MISSING",
                "The required field was not present: query.",
            ));
        };
        let query = Query::read(text)?;
        let step = |day| {
            let key = (customer.id.clone(), day);
            self.steps.get(&key).copied().unwrap_or(0)
        };
        let source = Source {
            seed: self.seed,
            customers: &self.customers,
            customer,
            now: moment.now,
            step: &step,
        };
        let rows = source.rows(&query)?;
        let most = moment.knobs.most_rows as usize;
        if most > 0 && rows.len() > most {
            return Err(Refusal::too_expensive());
        }
        let part = (moment.knobs.part_rows as usize).max(1);
        let told = |rows: &[Value]| {
            json!({
                "results": rows, "fieldMask": mask(&query), "requestId": "sandbox0Request0000001",
            })
        };
        let parts: Vec<Value> = rows.chunks(part).map(told).collect();
        if parts.is_empty() {
            let empty = json!({ "fieldMask": mask(&query), "requestId": "sandbox0Request0000001" });
            return Ok(json!([empty]));
        }
        Ok(parts.into())
    }

    /// The account of a number, reached as whoever asks says: by itself, or below a manager.
    fn reached(&self, id: &str, login: Option<&str>) -> Result<&CustomerSeed, Refusal> {
        let login = login.unwrap_or(id);
        let mut accessible = self.customers.iter().filter(|one| one.accessible);
        let login = accessible.find(|one| one.id == login);
        let login = login.ok_or_else(Refusal::no_leave)?;
        let mut below = below(&self.customers, &login.id);
        let found = below.find(|(one, _)| one.id == id);
        let (customer, _) = found.ok_or_else(Refusal::no_leave)?;
        if customer.status == "ENABLED" {
            Ok(customer)
        } else {
            Err(Refusal::not_enabled())
        }
    }

    /// Restates the figures of every day that is younger than 30 days. Gives how many days those are.
    pub(crate) fn restate(&mut self, now: Timestamp) -> usize {
        let mut restated = 0;
        for customer in self.customers.iter().filter(|one| !one.manager) {
            let today = today(customer, now);
            let first = today.saturating_sub((RESTATED_DAYS - 1).days());
            for day in first.series(1.day()).take_while(|day| *day <= today) {
                *self.steps.entry((customer.id.clone(), day)).or_default() += 1;
                restated += 1;
            }
        }
        restated
    }

    /// The accounts, for people to look at.
    pub(crate) fn customers(&self) -> Vec<Value> {
        let shown = |one: &CustomerSeed| {
            json!({
                "id": one.id, "name": one.name, "currency": one.currency,
                "time_zone": one.time_zone, "manager": one.manager, "managers": one.managers,
                "accessible": one.accessible, "status": one.status,
                "campaigns": one.campaigns.len(),
            })
        };
        self.customers.iter().map(shown).collect()
    }
}
