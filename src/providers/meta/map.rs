//! Says what Meta's figures mean.

use jiff::civil::Date;

use super::super::{CampaignDay, Error};
use super::wire::{Action, Insight};
use crate::base::MICROS;

/// What is asked of each campaign.
pub(super) const FIELDS: &str = "campaign_id,campaign_name,impressions,clicks,spend,actions,\
                                 action_values,attribution_setting";

/// Under these names purchases are told, each of which holds those after it: one is counted.
const PURCHASES: [&str; 3] = [
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase",
];
const LEAD: &str = "lead";

/// One campaign's day, which must lie among those that were asked for.
pub(super) fn day(insight: Insight, (first, last): (Date, Date)) -> Result<CampaignDay, Error> {
    let day: Option<Date> = insight.date_start.parse().ok();
    let day = day.filter(|day| (first..=last).contains(day));
    let day = day.ok_or_else(|| broken("day", &insight.date_start))?;
    if insight.campaign_id.is_empty() {
        return Err(broken("campaign", ""));
    }
    let leads = named(&insight.actions, LEAD)?;
    Ok(CampaignDay {
        day,
        impressions: count("impressions", insight.impressions.as_deref())?,
        clicks: count("clicks", insight.clicks.as_deref())?,
        cost_micros: cost(insight.spend.as_deref().unwrap_or("0"))?,
        conversions_micros: purchases(&insight.actions)?.saturating_add(leads),
        value_micros: purchases(&insight.action_values)?,
        campaign: insight.campaign_id,
        name: insight.campaign_name,
        attribution: insight.attribution_setting,
    })
}

/// What something cost, which is never less than nothing.
fn cost(told: &str) -> Result<i64, Error> {
    let micros = amount("spend", told)?;
    (micros >= 0)
        .then_some(micros)
        .ok_or_else(|| broken("spend", told))
}

/// The purchases under the widest of their names.
fn purchases(actions: &[Action]) -> Result<i64, Error> {
    let told = |name: &&&str| actions.iter().any(|action| action.action_type == ***name);
    let widest = PURCHASES.iter().find(told);
    widest.map_or(Ok(0), |name| named(actions, name))
}

fn named(actions: &[Action], name: &str) -> Result<i64, Error> {
    let action = actions.iter().find(|action| action.action_type == name);
    action.map_or(Ok(0), |action| amount(name, &action.value))
}

fn count(name: &str, told: Option<&str>) -> Result<u64, Error> {
    let told = told.unwrap_or("0");
    told.parse().map_err(|_no_number| broken(name, told))
}

fn amount(name: &str, told: &str) -> Result<i64, Error> {
    decimal(told).ok_or_else(|| broken(name, told))
}

/// A decimal number in millionths, rounded to them: currencies without hundredths have large ones.
fn decimal(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let rounds_up = part.as_bytes().get(6).is_some_and(|digit| *digit >= b'5');
    let part: i64 = format!("{:0<6}", part.get(..6).unwrap_or(part))
        .parse()
        .ok()?;
    let whole: i64 = whole.parse().ok()?;
    let micros = whole.checked_mul(MICROS)?.checked_add(part)?;
    Some(sign * micros.checked_add(i64::from(rounds_up))?)
}

fn broken(name: &str, told: &str) -> Error {
    let told: String = told.chars().take(40).collect();
    Error::Broken(format!("{name} is {told:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<CampaignDay, Error> {
        let insight: Insight = serde_json::from_str(json).unwrap();
        let days = (
            jiff::civil::date(2026, 11, 1),
            jiff::civil::date(2026, 11, 30),
        );
        day(insight, days)
    }

    #[test]
    fn a_day_is_read_exactly_and_purchases_are_counted_once() {
        let day = read(
            r#"{"campaign_id":"7","campaign_name":"Spring","date_start":"2026-11-03",
            "impressions":"1200","clicks":"31","spend":"12.345678",
            "actions":[{"action_type":"link_click","value":"31"},{"action_type":"lead","value":"2"},
                {"action_type":"purchase","value":"3"},{"action_type":"omni_purchase","value":"3.5"}],
            "action_values":[{"action_type":"purchase","value":"99.90"}],
            "attribution_setting":"7d_click_1d_view"}"#,
        )
        .unwrap();
        assert_eq!(day.cost_micros, 12_345_678);
        assert_eq!(day.conversions_micros, 5_500_000);
        assert_eq!(day.value_micros, 99_900_000);
        assert_eq!((day.impressions, day.clicks), (1200, 31));
        assert_eq!(day.attribution, "7d_click_1d_view");
    }

    #[test]
    fn amounts_are_rounded_to_millionths_and_may_be_large() {
        for (told, micros) in [
            ("0.1234565", 123_457),
            ("1.2345674", 1_234_567),
            ("60000000000", 60_000_000_000_000_000),
            ("-1.5", -1_500_000),
        ] {
            assert_eq!(decimal(told), Some(micros), "{told}");
        }
        for told in ["", "-", "1.", ".5", "1e3", "99999999999999999999"] {
            assert_eq!(decimal(told), None, "{told}");
        }
    }

    #[test]
    fn what_is_absent_was_nothing() {
        let day = read(r#"{"campaign_id":"7","date_start":"2026-11-03"}"#).unwrap();
        assert_eq!(
            (day.cost_micros, day.clicks, day.conversions_micros),
            (0, 0, 0)
        );
    }

    #[test]
    fn what_makes_no_sense_is_no_figure() {
        for json in [
            r#"{"campaign_id":"7","date_start":"2026-10-03"}"#,
            r#"{"campaign_id":"7","date_start":""}"#,
            r#"{"campaign_id":"","date_start":"2026-11-03"}"#,
            r#"{"campaign_id":"7","date_start":"2026-11-03","spend":"-1"}"#,
            r#"{"campaign_id":"7","date_start":"2026-11-03","clicks":"many"}"#,
        ] {
            assert!(matches!(read(json), Err(Error::Broken(_))), "{json}");
        }
    }
}
