//! Reads advertising figures through Meta's Marketing API.
//!
//! The vendor counts the calls about each ad account over an hour, and tells with each answer how
//! much of it is used up: `usage` reads that, and the account is left alone for a while before it
//! is all. `wire` reads the vendor's JSON, `map` what its figures mean, and `refusal` its errors.

mod map;
mod refusal;
mod usage;
mod wire;

use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Access, Account, AdAccount, Answer, CampaignDay, Error, Kind, Reports, Trail};
use crate::net::Call;

/// Where the vendor answers.
pub(super) const HOST: &str = "graph.facebook.com";
/// What has to be allowed to read figures.
pub(super) const SCOPES: &[&str] = &["ads_read"];
/// So long after a day its figures are changed (Marketing API, "Insights").
pub(super) const RESTATED_DAYS: i64 = 28;

/// The edition of the API that is spoken.
const EDITION: &str = "v26.0";
/// The name under which calls are paced that concern no ad account.
const NO_ACCOUNT: &str = "";
/// The rows that are asked for with one call.
const ROWS: &str = "500";

/// What is wrong with a token that cannot be one.
pub(super) fn misfit(token: &str) -> Option<&'static str> {
    let printable = token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let fits = token.starts_with("EAA") && (10..=1000).contains(&token.len()) && printable;
    (!fits).then_some(
        "an access token of Meta's begins with \"EAA\" and has 10 to 1000 letters and digits",
    )
}

/// One account at Meta.
pub(super) struct Meta {
    access: Access,
}

impl Meta {
    pub(super) fn new(access: Access) -> Self {
        Self { access }
    }

    fn call(&self, path: &[&str]) -> Call {
        let segments: Vec<&str> = [EDITION].iter().chain(path).copied().collect();
        self.access.target.call(Method::GET, &segments)
    }

    /// Waits for a turn, makes one call, takes in how much of the hour it used up, and gives the
    /// body of a good answer.
    async fn send(
        &self,
        account: &str,
        operation: &'static str,
        call: Call,
    ) -> Result<Bytes, Error> {
        let (access, gate) = (&self.access, &self.access.gate);
        access.turn(account).await?;
        let answer = access.send(account, (Kind::Meta, operation), call).await?;
        let usage = usage::read(&answer.headers);
        if answer.status == StatusCode::OK {
            if let Some(pause) = usage.pause() {
                gate.hold(account, pause);
            }
            return Ok(answer.body);
        }
        let wait = |least: Duration| {
            let pause = usage.regain.unwrap_or(least);
            gate.refused(account, pause)
        };
        Err(refusal::judge(answer.status, &answer.body, wait))
    }

    async fn whose(&self) -> Result<Account, Error> {
        let me = self.call(&["me"]).query("fields", "id,name");
        let me = wire::me(&self.send(NO_ACCOUNT, "me", me).await?)?;
        let allowed = self.call(&["me", "permissions"]);
        let allowed = self.send(NO_ACCOUNT, "permissions", allowed).await?;
        Ok(Account {
            id: me.id,
            email: None,
            scopes: Some(wire::permissions(&allowed)?),
            expires_at: self.end_of_token().await,
        })
    }

    /// When the token ends, where the vendor tells. Not every token may be asked about itself.
    async fn end_of_token(&self) -> Option<Timestamp> {
        // It takes the token in question in the query alone, which nothing logs or keeps.
        let token = self.access.tokens.current().await.ok()?;
        let call = self
            .call(&["debug_token"])
            .query("input_token", token.expose());
        let told = self.send(NO_ACCOUNT, "debug_token", call).await.ok()?;
        wire::end_of_token(&told)
    }

    /// Follows a list to its end, from page to page.
    async fn all<T>(
        &self,
        account: &str,
        operation: &'static str,
        (call, read): (Call, impl Fn(&[u8]) -> Result<wire::Page<T>, Error>),
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let mut trail = Trail::default();
        let mut after: Option<String> = None;
        loop {
            let page = || async {
                let call = match &after {
                    Some(after) => call.clone().query("after", after),
                    None => call.clone(),
                };
                read(&self.send(account, operation, call).await?)
            };
            let page = page().await?;
            all.extend(page.items);
            let Some(next) = page.after else {
                return Ok(all);
            };
            trail.step(&next)?;
            after = Some(next);
        }
    }

    async fn accounts(&self) -> Result<Vec<AdAccount>, Error> {
        let call = self
            .call(&["me", "adaccounts"])
            .query(
                "fields",
                "account_id,name,currency,timezone_name,account_status",
            )
            .query("limit", ROWS);
        self.all(NO_ACCOUNT, "ad_accounts", (call, wire::accounts))
            .await
    }

    async fn insights(
        &self,
        account: &str,
        (first, last): (Date, Date),
    ) -> Result<Vec<CampaignDay>, Error> {
        let range = format!(r#"{{"since":"{first}","until":"{last}"}}"#);
        let call = self
            .call(&[account, "insights"])
            .query("level", "campaign")
            .query("time_increment", "1")
            .query("time_range", &range)
            .query("fields", map::FIELDS)
            .query("use_unified_attribution_setting", "true")
            .query("limit", ROWS);
        let rows = self
            .all(account, "insights", (call, wire::insights))
            .await?;
        rows.into_iter()
            .map(|row| map::day(row, (first, last)))
            .collect()
    }
}

impl Reports for Meta {
    fn account(&self) -> Answer<'_, Account> {
        self.whose().boxed()
    }

    fn ad_accounts(&self) -> Answer<'_, Vec<AdAccount>> {
        self.accounts().boxed()
    }

    fn figures<'a>(&'a self, account: &'a str, days: (Date, Date)) -> Answer<'a, Vec<CampaignDay>> {
        self.insights(account, days).boxed()
    }

    fn held_until(&self, account: &str) -> Option<Timestamp> {
        self.access.gate.held_until(account)
    }
}

#[cfg(test)]
mod tests {
    use super::super::script;
    use super::*;

    fn days() -> (Date, Date) {
        (
            jiff::civil::date(2026, 11, 1),
            jiff::civil::date(2026, 11, 2),
        )
    }

    fn row(day: &str, spend: &str) -> String {
        format!(
            r#"{{"campaign_id":"7","campaign_name":"Spring","impressions":"10","clicks":"2",
            "spend":"{spend}","date_start":"{day}","date_stop":"{day}"}}"#
        )
    }

    #[tokio::test]
    async fn pages_are_followed_until_one_names_no_next() {
        let (access, calls) = script::access(|told| {
            let (row, paging) = if told.contains("after=A") {
                (row("2026-11-02", "2.5"), r#"{"cursors":{"after":"B"}}"#)
            } else {
                (
                    row("2026-11-01", "1"),
                    r#"{"cursors":{"after":"A"},"next":"https://x"}"#,
                )
            };
            (200, format!(r#"{{"data":[{row}],"paging":{paging}}}"#))
        });
        let found = Meta::new(access).insights("act_1", days()).await.unwrap();
        let costs: Vec<i64> = found.iter().map(|day| day.cost_micros).collect();
        assert_eq!(costs, [1_000_000, 2_500_000]);
        assert_eq!(calls.all().len(), 2);
        assert!(calls.all()[0].starts_with("GET /v26.0/act_1/insights?level=campaign"));
    }

    #[tokio::test]
    async fn a_list_that_leads_in_a_circle_is_no_whole_one() {
        let (access, _) = script::access(|_| {
            let paging = r#"{"cursors":{"after":"A"},"next":"https://x"}"#;
            (200, format!(r#"{{"data":[],"paging":{paging}}}"#))
        });
        let found = Meta::new(access).insights("act_1", days()).await;
        assert!(matches!(found, Err(Error::Broken(_))), "{found:?}");
    }

    #[test]
    fn a_token_that_cannot_be_one_is_told_so() {
        assert_eq!(misfit("EAAB1234567890"), None);
        for token in ["", "EAA", "pat1234567890", "EAAB 234567890"] {
            assert!(misfit(token).is_some(), "{token:?}");
        }
    }
}
