//! The vendor's state, and the one place where a call is carried out.
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::account::AdAccountSeed;
use super::call::Call;
use super::cursor::page;
use super::insights::{Question, Source};
use super::knobs::MetaKnobs;
use super::refusal::Refusal;
use super::usage::{Usage, Used};
use crate::sandbox::answer::Answer;
use crate::sandbox::incoming::Incoming;

/// Figures of a day are restated for so many days.
const RESTATED_DAYS: i64 = 28;
/// The one user whose tokens all are.
const USER: &str = "10200000000000001";

/// All ad accounts that a token reaches.
pub(crate) struct Meta {
    seed: u64,
    accounts: Vec<AdAccountSeed>,
    usage: Usage,
    /// How often the figures of an account's day were restated.
    steps: BTreeMap<(String, Date), u32>,
    expired: BTreeSet<String>,
    revoked: BTreeSet<String>,
}

/// The circumstances of a call.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) knobs: &'a MetaKnobs,
}

impl Meta {
    /// The accounts to begin with, whose figures are the same for the same seed.
    pub(crate) fn new(seed: u64, accounts: Vec<AdAccountSeed>) -> Self {
        Self {
            seed,
            accounts,
            usage: Usage::default(),
            steps: BTreeMap::new(),
            expired: BTreeSet::new(),
            revoked: BTreeSet::new(),
        }
    }

    /// Whether a call may be carried out: its token, what that allows, and how many came before it.
    pub(crate) fn admit(
        &mut self,
        call: &Call,
        token: Option<&str>,
        moment: Moment<'_>,
    ) -> Result<Option<Used>, (Refusal, Option<Used>)> {
        let refused = |refusal| (refusal, None);
        let token = token.ok_or_else(|| refused(Refusal::no_token()))?;
        if self.revoked.contains(token) {
            return Err(refused(Refusal::app_removed()));
        }
        if self.expired.contains(token) {
            return Err(refused(Refusal::expired_token()));
        }
        let is_allowed = moment.knobs.permissions.iter().any(|one| one == "ads_read");
        let needs = matches!(call, Call::Accounts | Call::Account(_) | Call::Insights(_));
        if needs && !is_allowed {
            return Err(refused(Refusal::permission()));
        }
        let Some(account) = call.account() else {
            return Ok(None);
        };
        let most = moment.knobs.calls_per_hour;
        let counted = self.usage.count(account, most, moment.now);
        counted
            .map(Some)
            .map_err(|used| (Refusal::too_many_calls(), Some(used)))
    }

    /// Carries a call out.
    pub(crate) fn answer(&self, call: &Call, incoming: &Incoming, moment: Moment<'_>) -> Answer {
        match self.carry_out(call, incoming, moment) {
            Ok(body) => Answer::ok(&body),
            Err(refusal) => refusal.answer(),
        }
    }

    fn carry_out(
        &self,
        call: &Call,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Value, Refusal> {
        let fields = incoming.parameter("fields");
        match call {
            Call::Me => Ok(json!({ "id": USER, "name": "Sandbox User" })),
            Call::Permissions => {
                let granted = moment.knobs.permissions.iter();
                let granted: Vec<Value> = granted
                    .map(|name| json!({ "permission": name, "status": "granted" }))
                    .collect();
                Ok(json!({ "data": granted }))
            }
            Call::DebugToken => {
                let end = match moment.knobs.token_days {
                    0 => 0,
                    days => {
                        (moment.now + SignedDuration::from_hours(24 * i64::from(days))).as_second()
                    }
                };
                Ok(json!({ "data": {
                    "is_valid": true, "expires_at": end, "type": "USER", "user_id": USER,
                    "scopes": moment.knobs.permissions,
                } }))
            }
            Call::Accounts => {
                let shown = self.accounts.iter().map(|account| account.shown(fields));
                page(shown.collect(), incoming, moment.knobs.page_rows as usize)
            }
            Call::Account(number) => Ok(self.account(number)?.shown(fields)),
            Call::Insights(number) => self.insights(number, incoming, moment),
        }
    }

    fn insights(
        &self,
        number: &str,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Value, Refusal> {
        let account = self.account(number)?;
        let question = Question::read(incoming, today(account, moment.now))?;
        let most = moment.knobs.most_rows as usize;
        if most > 0 && question.size(account) > most {
            return Err(Refusal::too_much_data());
        }
        let step = |day| {
            self.steps
                .get(&(number.to_owned(), day))
                .copied()
                .unwrap_or(0)
        };
        let rows = question.rows(Source {
            seed: self.seed,
            account,
            now: moment.now,
            step: &step,
        });
        page(rows, incoming, moment.knobs.page_rows as usize)
    }

    fn account(&self, number: &str) -> Result<&AdAccountSeed, Refusal> {
        let found = self.accounts.iter().find(|account| account.id == number);
        found.ok_or_else(|| Refusal::no_object(&format!("act_{number}")))
    }

    /// Restates the figures of every day that is younger than 28 days. Gives how many days those are.
    pub(crate) fn restate(&mut self, now: Timestamp) -> usize {
        let mut restated = 0;
        for account in &self.accounts {
            let today = today(account, now);
            let first = today.saturating_sub((RESTATED_DAYS - 1).days());
            for day in first.series(1.day()).take_while(|day| *day <= today) {
                *self.steps.entry((account.id.clone(), day)).or_default() += 1;
                restated += 1;
            }
        }
        restated
    }

    /// The accounts, for people to look at.
    pub(crate) fn accounts(&self) -> Vec<Value> {
        let fields = Some("account_id,name,currency,timezone_name,account_status");
        self.accounts
            .iter()
            .map(|account| account.shown(fields))
            .collect()
    }

    pub(crate) fn expire(&mut self, token: &str) {
        self.expired.insert(token.to_owned());
    }

    pub(crate) fn revoke(&mut self, token: &str) {
        self.revoked.insert(token.to_owned());
    }
}

/// The day that it is at an account.
fn today(account: &AdAccountSeed, now: Timestamp) -> Date {
    let zone = TimeZone::get(&account.timezone_name).unwrap_or(TimeZone::UTC);
    now.to_zoned(zone).date()
}
