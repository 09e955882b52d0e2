//! Answers what an ad account's campaigns did: rows by day, every figure a text.
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::account::{AdAccountSeed, CampaignSeed};
use super::refusal::Refusal;
use crate::sandbox::figures::{Figures, figures, part};
use crate::sandbox::incoming::Incoming;

/// How far back figures are kept.
const MONTHS: i64 = 37;

/// What is asked of an account.
pub(super) struct Question<'a> {
    by_campaign: bool,
    by_day: bool,
    pub(super) since: Date,
    pub(super) until: Date,
    fields: Vec<&'a str>,
}

#[derive(Deserialize)]
struct Range {
    since: String,
    until: String,
}

/// What the figures are made of.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) seed: u64,
    pub(super) account: &'a AdAccountSeed,
    pub(super) now: Timestamp,
    /// How often the figures of a day were restated.
    pub(super) step: &'a dyn Fn(Date) -> u32,
}

impl<'a> Question<'a> {
    /// Reads the parameters of a call.
    pub(super) fn read(incoming: &'a Incoming, today: Date) -> Result<Self, Refusal> {
        let by_campaign = match incoming.parameter("level").unwrap_or("account") {
            "account" => false,
            "campaign" => true,
            _ => return Err(Refusal::parameter("level")),
        };
        let by_day = match incoming.parameter("time_increment") {
            Some("1") => true,
            None | Some("all_days") => false,
            Some(_) => return Err(Refusal::parameter("time_increment")),
        };
        let bad = || Refusal::parameter("time_range");
        let (since, until) = match incoming.parameter("time_range") {
            None => (
                today.saturating_sub(30.days()),
                today.saturating_sub(1.day()),
            ),
            Some(range) => {
                let range: Range = serde_json::from_str(range).map_err(|_odd| bad())?;
                let day = |text: &str| text.parse::<Date>().map_err(|_odd| bad());
                (day(&range.since)?, day(&range.until)?)
            }
        };
        if until < since {
            return Err(bad());
        }
        if since < today.saturating_sub(MONTHS.months()) {
            return Err(Refusal::too_long_ago());
        }
        let fields = incoming.parameter("fields").unwrap_or("impressions,spend");
        Ok(Self {
            by_campaign,
            by_day,
            since,
            until,
            fields: fields.split(',').map(str::trim).collect(),
        })
    }

    /// How many rows it may bring.
    pub(super) fn size(&self, account: &AdAccountSeed) -> usize {
        let days = self
            .since
            .until(self.until)
            .map_or(0, |span| span.get_days())
            + 1;
        let days = if self.by_day {
            usize::try_from(days).unwrap_or(0)
        } else {
            1
        };
        days * if self.by_campaign {
            account.campaigns.len()
        } else {
            1
        }
    }

    /// The rows, by day and then by campaign; days and campaigns without delivery have none.
    pub(super) fn rows(&self, source: Source<'_>) -> Vec<Value> {
        let days = self
            .since
            .series(1.day())
            .take_while(|day| *day <= self.until);
        let spans: Vec<(Date, Date)> = if self.by_day {
            days.map(|day| (day, day)).collect()
        } else {
            vec![(self.since, self.until)]
        };
        let mut rows = Vec::new();
        for span in spans {
            let campaigns = source.account.campaigns.iter();
            let each = campaigns.map(|campaign| (campaign, source.sum(campaign, span)));
            let each: Vec<(&CampaignSeed, Figures)> = each
                .filter_map(|(campaign, sum)| Some((campaign, sum?)))
                .collect();
            if self.by_campaign {
                rows.extend(
                    each.iter().map(|(campaign, sum)| {
                        self.row(source.account, Some(campaign), *sum, span)
                    }),
                );
            } else if let Some(sum) = each.iter().map(|(_, sum)| *sum).reduce(Figures::plus) {
                rows.push(self.row(source.account, None, sum, span));
            }
        }
        rows
    }

    fn row(
        &self,
        account: &AdAccountSeed,
        campaign: Option<&CampaignSeed>,
        sum: Figures,
        (first, last): (Date, Date),
    ) -> Value {
        let mut row = Map::new();
        for field in &self.fields {
            let value = match (*field, campaign) {
                ("account_id", _) => account.id.clone().into(),
                ("account_name", _) => account.name.clone().into(),
                ("account_currency", _) => account.currency.clone().into(),
                ("campaign_id", Some(campaign)) => campaign.id.clone().into(),
                ("campaign_name", Some(campaign)) => campaign.name.clone().into(),
                ("impressions", _) => sum.impressions.to_string().into(),
                ("clicks", _) => sum.clicks.to_string().into(),
                ("spend", _) => decimal(sum.cost_cents).into(),
                ("attribution_setting", _) => "7d_click_1d_view".into(),
                ("actions", _) => actions(sum),
                ("action_values", _) if sum.purchases > 0 => values(sum),
                _ => continue,
            };
            if !value.is_null() {
                row.insert((*field).to_owned(), value);
            }
        }
        row.insert("date_start".into(), first.to_string().into());
        row.insert("date_stop".into(), last.to_string().into());
        Value::Object(row)
    }
}

impl Source<'_> {
    /// What a campaign did on some days; none where it did nothing.
    fn sum(&self, campaign: &CampaignSeed, (first, last): (Date, Date)) -> Option<Figures> {
        let days = first.series(1.day()).take_while(|day| *day <= last);
        let each = days.filter_map(|day| {
            let moment = (
                (self.step)(day),
                part(day, &self.account.timezone_name, self.now),
            );
            figures(self.seed, (&campaign.id, campaign.daily_cents), day, moment)
        });
        each.reduce(Figures::plus)
    }
}

/// The same purchases under each of the names that the vendor has for them; a name without any
/// is absent.
fn actions(sum: Figures) -> Value {
    let named = [
        ("link_click", sum.clicks),
        ("lead", sum.leads),
        ("purchase", sum.purchases),
        ("omni_purchase", sum.purchases),
        ("offsite_conversion.fb_pixel_purchase", sum.purchases),
    ];
    let named = named.iter().filter(|(_, count)| *count > 0);
    let named: Vec<Value> = named
        .map(|(name, count)| json!({ "action_type": name, "value": count.to_string() }))
        .collect();
    if named.is_empty() {
        Value::Null
    } else {
        named.into()
    }
}

fn values(sum: Figures) -> Value {
    let value = decimal(sum.value_cents);
    let names = [
        "purchase",
        "omni_purchase",
        "offsite_conversion.fb_pixel_purchase",
    ];
    names
        .map(|name| json!({ "action_type": name, "value": value }))
        .to_vec()
        .into()
}

fn decimal(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
