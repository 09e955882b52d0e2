//! Says what Google's figures mean.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::super::{AdAccount, CampaignDay, Error};
use super::wire::{Client, ConversionRow, DayRow, cut};
use crate::base::MICROS;

/// An account that has figures; none for a manager, and for one that was closed and tells nothing
/// any more.
pub(super) fn account(client: Client) -> Option<AdAccount> {
    let is_open = !matches!(client.status.as_str(), "CANCELED" | "CLOSED");
    if client.manager || !is_open || client.id.is_empty() {
        return None;
    }
    let name = if client.descriptive_name.is_empty() {
        client.id.clone()
    } else {
        client.descriptive_name
    };
    Some(AdAccount {
        name,
        is_active: client.status == "ENABLED",
        id: client.id,
        currency: client.currency_code,
        time_zone: client.time_zone,
    })
}

/// How conversions are attributed, in Google's words, with the days after a click that count; each
/// way once.
pub(super) fn attribution(actions: &[ConversionRow]) -> String {
    let words = actions.iter().map(|row| {
        let action = &row.conversion_action;
        let model = action.attribution_model_settings.attribution_model.as_str();
        match action.click_through_lookback_window_days.as_str() {
            "" | "0" => model.to_owned(),
            days => format!("{model} {days}d"),
        }
    });
    let words: BTreeSet<String> = words.filter(|word| !word.is_empty()).collect();
    let words: Vec<String> = words.into_iter().collect();
    words.join(", ")
}

/// One campaign's day, which must lie among those that were asked for.
pub(super) fn day(
    row: DayRow,
    (first, last): (Date, Date),
    attribution: &str,
) -> Result<CampaignDay, Error> {
    let told = &row.segments.date;
    let day: Option<Date> = told.parse().ok();
    let day = day.filter(|day| (first..=last).contains(day));
    let day = day.ok_or_else(|| broken("day", told))?;
    if row.campaign.id.is_empty() {
        return Err(broken("campaign", ""));
    }
    let metrics = row.metrics;
    Ok(CampaignDay {
        day,
        campaign: row.campaign.id,
        name: row.campaign.name,
        impressions: count("impressions", &metrics.impressions)?,
        clicks: count("clicks", &metrics.clicks)?,
        // It comes in millionths, and is never less than nothing.
        cost_micros: count("cost", &metrics.cost_micros)?
            .try_into()
            .map_err(|_large| broken("cost", &metrics.cost_micros))?,
        conversions_micros: millionths("conversions", metrics.conversions)?,
        value_micros: millionths("value", metrics.conversions_value)?,
        attribution: attribution.to_owned(),
    })
}

fn count(name: &str, told: &str) -> Result<u64, Error> {
    if told.is_empty() {
        return Ok(0);
    }
    told.parse().map_err(|_no_number| broken(name, told))
}

/// A number with parts in millionths, rounded to them.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "beyond 53 bits, millionths are lost that no currency has"
)]
fn millionths(name: &str, told: f64) -> Result<i64, Error> {
    const LARGEST: f64 = (1_i64 << 62) as f64;
    let micros = (told * MICROS as f64).round();
    if micros.is_finite() && micros.abs() <= LARGEST {
        Ok(micros as i64)
    } else {
        Err(broken(name, &told.to_string()))
    }
}

fn broken(name: &str, told: &str) -> Error {
    Error::Broken(format!("{name} is {:?}", cut(told)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<CampaignDay, Error> {
        let days = (
            jiff::civil::date(2026, 11, 1),
            jiff::civil::date(2026, 11, 30),
        );
        day(serde_json::from_str(json).unwrap(), days, "LAST_CLICK 30d")
    }

    #[test]
    fn a_day_is_read_exactly() {
        let day = read(
            r#"{"campaign":{"resourceName":"customers/1/campaigns/7","id":"7","name":"Spring"},
            "segments":{"date":"2026-11-03"},"metrics":{"impressions":"9007199254740993",
            "clicks":"31","costMicros":"12345678","conversions":3.333333,"conversionsValue":99.9}}"#,
        )
        .unwrap();
        assert_eq!(day.impressions, 9_007_199_254_740_993);
        assert_eq!((day.clicks, day.cost_micros), (31, 12_345_678));
        assert_eq!(day.conversions_micros, 3_333_333);
        assert_eq!(day.value_micros, 99_900_000);
        assert_eq!(day.attribution, "LAST_CLICK 30d");
    }

    #[test]
    fn what_is_absent_was_nothing_and_a_bare_number_is_one() {
        let day = read(
            r#"{"campaign":{"id":7},"segments":{"date":"2026-11-03"},"metrics":{"clicks":2}}"#,
        );
        let day = day.unwrap();
        assert_eq!(
            (day.campaign.as_str(), day.clicks, day.cost_micros),
            ("7", 2, 0)
        );
    }

    #[test]
    fn what_makes_no_sense_is_no_figure() {
        let row = |campaign: &str, date: &str, metrics: &str| {
            format!(
                r#"{{"campaign":{{"id":"{campaign}"}},"segments":{{"date":"{date}"}},"metrics":{{{metrics}}}}}"#
            )
        };
        for json in [
            row("7", "2026-10-31", ""),
            row("7", "yesterday", ""),
            row("", "2026-11-03", ""),
            row("7", "2026-11-03", r#""costMicros":"-1""#),
            row("7", "2026-11-03", r#""costMicros":"18446744073709551615""#),
            row("7", "2026-11-03", r#""clicks":"many""#),
            row("7", "2026-11-03", r#""conversionsValue":1e300"#),
        ] {
            assert!(matches!(read(&json), Err(Error::Broken(_))), "{json}");
        }
    }

    #[test]
    fn ways_of_attribution_are_told_once_each() {
        let rows: Vec<ConversionRow> = serde_json::from_str(
            r#"[{"conversionAction":{"attributionModelSettings":{"attributionModel":"B"},"clickThroughLookbackWindowDays":"30"}},
            {"conversionAction":{"attributionModelSettings":{"attributionModel":"A"}}},
            {"conversionAction":{"attributionModelSettings":{"attributionModel":"B"},"clickThroughLookbackWindowDays":"30"}},
            {"conversionAction":{}}]"#,
        )
        .unwrap();
        assert_eq!(attribution(&rows), "A, B 30d");
        assert_eq!(attribution(&[]), "");
    }

    #[test]
    fn a_manager_and_a_closed_account_have_no_figures() {
        let read = |json: &str| account(serde_json::from_str(json).unwrap());
        assert!(read(r#"{"id":"1","manager":true,"status":"ENABLED"}"#).is_none());
        assert!(read(r#"{"id":"1","status":"CANCELED"}"#).is_none());
        let suspended = read(r#"{"id":"1","status":"SUSPENDED"}"#).unwrap();
        assert_eq!((suspended.name.as_str(), suspended.is_active), ("1", false));
    }
}
