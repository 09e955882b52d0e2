//! Answers a query with rows, each with the fields that were asked for: whole numbers as texts, the
//! cost in millionths.
use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};

use super::account::{AdsCampaignSeed, CustomerSeed};
use super::query::Query;
use super::refusal::Refusal;
use crate::sandbox::figures::{Figures, figures, part};

const CUSTOMER: [&str; 7] = [
    "customer.resource_name",
    "customer.id",
    "customer.descriptive_name",
    "customer.currency_code",
    "customer.time_zone",
    "customer.manager",
    "customer.status",
];
const CLIENT: [&str; 11] = [
    "customer_client.resource_name",
    "customer_client.client_customer",
    "customer_client.id",
    "customer_client.descriptive_name",
    "customer_client.currency_code",
    "customer_client.time_zone",
    "customer_client.manager",
    "customer_client.status",
    "customer_client.level",
    "customer_client.hidden",
    "customer_client.test_account",
];
const CAMPAIGN: [&str; 10] = [
    "campaign.resource_name",
    "campaign.id",
    "campaign.name",
    "campaign.status",
    "segments.date",
    "metrics.impressions",
    "metrics.clicks",
    "metrics.cost_micros",
    "metrics.conversions",
    "metrics.conversions_value",
];
const CONVERSION: [&str; 8] = [
    "conversion_action.resource_name",
    "conversion_action.id",
    "conversion_action.name",
    "conversion_action.status",
    "conversion_action.primary_for_goal",
    "conversion_action.include_in_conversions_metric",
    "conversion_action.click_through_lookback_window_days",
    "conversion_action.attribution_model_settings.attribution_model",
];

/// A row by its fields.
type Row = BTreeMap<&'static str, Value>;

/// What the rows are made of.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) seed: u64,
    pub(super) customers: &'a [CustomerSeed],
    /// The one that is asked about.
    pub(super) customer: &'a CustomerSeed,
    pub(super) now: Timestamp,
    /// How often the figures of a day were restated.
    pub(super) step: &'a dyn Fn(Date) -> u32,
}

impl Source<'_> {
    /// The rows that a query asks for, as they are shown.
    pub(super) fn rows(self, query: &Query) -> Result<Vec<Value>, Refusal> {
        let known: Vec<&str> = match query.from.as_str() {
            "customer" => CUSTOMER.to_vec(),
            "customer_client" => CLIENT.to_vec(),
            "campaign" => [&CAMPAIGN[..], &CUSTOMER[..]].concat(),
            "conversion_action" => CONVERSION.to_vec(),
            _ => {
                let told = "Invalid resource type was specified in the FROM clause.";
                return Err(Refusal::query("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", told));
            }
        };
        let filtered = query.conditions.iter().map(|condition| &condition.field);
        for field in query.fields.iter().chain(filtered) {
            if !known.contains(&field.as_str()) {
                let told = format!("Unrecognized field in the query: '{field}'.");
                return Err(Refusal::query("UNRECOGNIZED_FIELD", &told));
            }
        }
        let rows = match query.from.as_str() {
            "customer" => vec![self.own()],
            "customer_client" => self.clients(),
            "conversion_action" => self.conversion_actions(),
            _ => self.campaigns(query)?,
        };
        let rows = rows.iter().filter(|row| is_wanted(query, row));
        Ok(rows.map(|row| shown(query, row)).collect())
    }

    fn own(&self) -> Row {
        let customer = self.customer;
        Row::from([
            ("customer.resource_name", name_of(&customer.id).into()),
            ("customer.id", customer.id.clone().into()),
            ("customer.descriptive_name", customer.name.clone().into()),
            ("customer.currency_code", customer.currency.clone().into()),
            ("customer.time_zone", customer.time_zone.clone().into()),
            ("customer.manager", customer.manager.into()),
            ("customer.status", customer.status.clone().into()),
        ])
    }

    /// The account itself, and all below it, each as near as it is by any way.
    fn clients(&self) -> Vec<Row> {
        let own = &self.customer.id;
        let row = |customer: &CustomerSeed, level: u32| {
            let resource = format!("customers/{own}/customerClients/{}", customer.id);
            Row::from([
                ("customer_client.resource_name", resource.into()),
                (
                    "customer_client.client_customer",
                    name_of(&customer.id).into(),
                ),
                ("customer_client.id", customer.id.clone().into()),
                (
                    "customer_client.descriptive_name",
                    customer.name.clone().into(),
                ),
                (
                    "customer_client.currency_code",
                    customer.currency.clone().into(),
                ),
                (
                    "customer_client.time_zone",
                    customer.time_zone.clone().into(),
                ),
                ("customer_client.manager", customer.manager.into()),
                ("customer_client.status", customer.status.clone().into()),
                ("customer_client.level", level.to_string().into()),
                ("customer_client.hidden", false.into()),
                ("customer_client.test_account", false.into()),
            ])
        };
        let below = below(self.customers, own);
        below
            .map(|(customer, level)| row(customer, level))
            .collect()
    }

    fn conversion_actions(&self) -> Vec<Row> {
        if self.customer.manager {
            return Vec::new();
        }
        let row = |id: u32, (name, status): (&str, &str), is_primary: bool| {
            let resource = format!("customers/{}/conversionActions/{id}", self.customer.id);
            Row::from([
                ("conversion_action.resource_name", resource.into()),
                ("conversion_action.id", id.to_string().into()),
                ("conversion_action.name", name.into()),
                ("conversion_action.status", status.into()),
                ("conversion_action.primary_for_goal", is_primary.into()),
                (
                    "conversion_action.include_in_conversions_metric",
                    is_primary.into(),
                ),
                (
                    "conversion_action.click_through_lookback_window_days",
                    "30".into(),
                ),
                (
                    "conversion_action.attribution_model_settings.attribution_model",
                    "GOOGLE_SEARCH_ATTRIBUTION_DATA_DRIVEN".into(),
                ),
            ])
        };
        vec![
            row(701, ("Purchase", "ENABLED"), true),
            row(702, ("Lead", "ENABLED"), true),
            row(703, ("Page view", "ENABLED"), false),
            row(704, ("Old purchase", "REMOVED"), true),
        ]
    }

    fn campaigns(&self, query: &Query) -> Result<Vec<Row>, Refusal> {
        let mut fields = query.fields.iter();
        let has_metrics = fields.clone().any(|field| field.starts_with("metrics."));
        let by_day = fields.any(|field| field == "segments.date");
        let days = query.days()?;
        if has_metrics && self.customer.manager {
            let told = "Metrics cannot be requested for a manager account. To retrieve metrics, issue \
                        separate requests against each client account under the manager account.";
            return Err(Refusal::query("REQUESTED_METRICS_FOR_MANAGER", told));
        }
        if by_day && days.is_none() {
            let told = "Missing filters on date related fields: segments.date.";
            return Err(Refusal::query("EXPECTED_FILTERS_ON_DATE_RANGE", told));
        }
        let today = today(self.customer, self.now);
        let (first, last) = days.unwrap_or((today.saturating_sub(37.months()), today));
        let last = last.min(today);
        let mut rows = Vec::new();
        for campaign in &self.customer.campaigns {
            if !by_day {
                let sum = self.sum(campaign, (first, last));
                rows.push(self.row(campaign, None, sum));
                continue;
            }
            for day in first.series(1.day()).take_while(|day| *day <= last) {
                // A day on which nothing was shown has no row.
                if let Some(sum) = self.sum(campaign, (day, day)) {
                    rows.push(self.row(campaign, Some(day), Some(sum)));
                }
            }
        }
        Ok(rows)
    }

    fn row(&self, campaign: &AdsCampaignSeed, day: Option<Date>, sum: Option<Figures>) -> Row {
        let resource = format!("customers/{}/campaigns/{}", self.customer.id, campaign.id);
        let mut row = self.own();
        row.extend([
            ("campaign.resource_name", resource.into()),
            ("campaign.id", campaign.id.clone().into()),
            ("campaign.name", campaign.name.clone().into()),
            ("campaign.status", campaign.status.clone().into()),
        ]);
        if let Some(day) = day {
            row.insert("segments.date", day.to_string().into());
        }
        let count = |figure: fn(Figures) -> u64| sum.map_or(0, figure);
        let halves = 2 * count(|sum| sum.purchases) + count(|sum| sum.leads);
        row.extend([
            (
                "metrics.impressions",
                count(|sum| sum.impressions).to_string().into(),
            ),
            ("metrics.clicks", count(|sum| sum.clicks).to_string().into()),
            (
                "metrics.cost_micros",
                (count(|sum| sum.cost_cents) * 10_000).to_string().into(),
            ),
            // A lead is shared with another advertisement, and counts half.
            ("metrics.conversions", parts(halves, 2)),
            (
                "metrics.conversions_value",
                parts(count(|sum| sum.value_cents), 100),
            ),
        ]);
        row
    }

    /// What a campaign did on some days; none where it did nothing.
    fn sum(&self, campaign: &AdsCampaignSeed, (first, last): (Date, Date)) -> Option<Figures> {
        let days = first.series(1.day()).take_while(|day| *day <= last);
        let each = days.filter_map(|day| {
            let moment = (
                (self.step)(day),
                part(day, &self.customer.time_zone, self.now),
            );
            figures(self.seed, (&campaign.id, campaign.daily_cents), day, moment)
        });
        each.reduce(Figures::plus)
    }
}

/// An account and all below it, with how many managers lie between.
pub(super) fn below<'a>(
    customers: &'a [CustomerSeed],
    id: &str,
) -> impl Iterator<Item = (&'a CustomerSeed, u32)> {
    let mut found: Vec<(&CustomerSeed, u32)> = Vec::new();
    found.extend(
        customers
            .iter()
            .find(|one| one.id == id)
            .map(|one| (one, 0)),
    );
    let mut at = 0;
    while let Some((manager, level)) = found.get(at).copied() {
        at += 1;
        for one in customers {
            let is_known = found.iter().any(|(known, _)| known.id == one.id);
            if !is_known && one.managers.contains(&manager.id) {
                found.push((one, level + 1));
            }
        }
    }
    found.into_iter()
}

/// The day that it is at an account.
pub(super) fn today(customer: &CustomerSeed, now: Timestamp) -> Date {
    let zone = TimeZone::get(&customer.time_zone).unwrap_or(TimeZone::UTC);
    now.to_zoned(zone).date()
}

fn name_of(id: &str) -> String {
    format!("customers/{id}")
}

/// A number that may have parts.
#[expect(clippy::cast_precision_loss, reason = "figures of a day are small")]
fn parts(count: u64, of: u32) -> Value {
    json!(count as f64 / f64::from(of))
}

/// Whether a row meets all conditions; those on the date chose its days already.
fn is_wanted(query: &Query, row: &Row) -> bool {
    query.conditions.iter().all(|condition| {
        let value = row.get(condition.field.as_str());
        let text = match value {
            _ if condition.field == "segments.date" => return true,
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => return false,
        };
        condition.test.takes(&text)
    })
}

/// A row with what was asked for, and the names of the resources that this is about.
fn shown(query: &Query, row: &Row) -> Value {
    let mut shown = Map::new();
    let of_resources = query.fields.iter().filter_map(|field| {
        let resource = field.split('.').next()?;
        let mut names = row.keys().copied();
        names.find(|name| name.strip_suffix(".resource_name") == Some(resource))
    });
    let fields = query.fields.iter().map(String::as_str).chain(of_resources);
    for field in fields {
        let Some(value) = row.get(field) else {
            continue;
        };
        let mut place = &mut shown;
        let mut names = field.split('.').map(camel).peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                place.insert(name, value.clone());
                break;
            }
            let inner = place.entry(name).or_insert_with(|| Map::new().into());
            let Value::Object(inner) = inner else { break };
            place = inner;
        }
    }
    shown.into()
}

/// The fields of a query, as an answer names them.
pub(super) fn mask(query: &Query) -> String {
    let fields = query.fields.iter().map(|field| {
        let parts: Vec<String> = field.split('.').map(camel).collect();
        parts.join(".")
    });
    let fields: Vec<String> = fields.collect();
    fields.join(",")
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(customer: &str, query: &str) -> Result<Vec<Value>, Refusal> {
        let customers = CustomerSeed::demo();
        let source = Source {
            seed: 1,
            customers: &customers,
            customer: customers.iter().find(|one| one.id == customer).unwrap(),
            now: "2026-11-28T12:00:00Z".parse().unwrap(),
            step: &|_| 0,
        };
        source.rows(&Query::read(query).unwrap())
    }

    #[test]
    fn a_row_has_what_was_asked_for_as_the_vendor_writes_it() {
        let query = "SELECT segments.date, campaign.id, metrics.cost_micros, metrics.conversions \
                     FROM campaign WHERE segments.date = '2026-11-03' AND campaign.id = 21000000001";
        let rows = answered("1000000001", query).unwrap();
        let [row] = rows.as_slice() else {
            panic!("{rows:?}")
        };
        assert_eq!(row["segments"]["date"], "2026-11-03");
        assert_eq!(
            row["campaign"]["resourceName"],
            "customers/1000000001/campaigns/21000000001"
        );
        assert!(row["metrics"]["costMicros"].is_string(), "{row}");
        assert!(row["metrics"]["conversions"].is_f64(), "{row}");
        assert!(row["campaign"].get("name").is_none(), "{row}");
    }

    #[test]
    fn what_removed_campaigns_did_is_told_with_the_rest() {
        let query = "SELECT segments.date, campaign.status, metrics.clicks FROM campaign \
                     WHERE segments.date BETWEEN '2026-11-01' AND '2026-11-20'";
        let rows = answered("1000000001", query).unwrap();
        let is_removed = |row: &&Value| row["campaign"]["status"] == "REMOVED";
        assert!(rows.iter().filter(is_removed).count() > 10);
        assert!(rows.len() < 60, "days without a click have no row");
    }

    #[test]
    fn a_manager_has_clients_and_no_figures() {
        let query = "SELECT customer_client.id, customer_client.level FROM customer_client";
        let rows = answered("9000000001", query).unwrap();
        let levels = rows
            .iter()
            .map(|row| row["customerClient"]["level"].as_str().unwrap());
        assert_eq!(levels.collect::<Vec<&str>>(), ["0", "1", "1", "2"]);
        let query = "SELECT metrics.clicks FROM campaign WHERE segments.date = '2026-11-03'";
        assert!(answered("9000000001", query).is_err());
        let query = "SELECT metrics.sadness FROM campaign WHERE segments.date = '2026-11-03'";
        assert!(answered("1000000001", query).is_err());
    }
}
