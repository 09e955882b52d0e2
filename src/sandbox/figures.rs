//! Makes up what a campaign did on a day: the same for the same seed, and a little more with each
//! step by which the day is restated.
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// What a campaign did on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) impressions: u64,
    pub(super) clicks: u64,
    pub(super) cost_cents: u64,
    pub(super) purchases: u64,
    pub(super) leads: u64,
    pub(super) value_cents: u64,
}

/// How a campaign of this id, which spends about so much on a day, does on one of which `part`
/// thousandths are over, as told at the `step`th restatement; none on a day without delivery.
pub(super) fn figures(
    seed: u64,
    (campaign, daily_cents): (&str, u32),
    day: Date,
    (step, part): (u32, u64),
) -> Option<Figures> {
    let mut dice = dice(seed, campaign, day);
    // A campaign pauses now and then.
    if part == 0 || dice.random_bool(0.04) {
        return None;
    }
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let season = 1.0 + 0.25 * (f64::from(day.day_of_year()) / 58.0).sin();
    let mood = season * if weekend { 0.8 } else { 1.0 } * dice.random_range(0.75..1.25);
    let cost = f64::from(daily_cents) * mood;
    let click_cents = dice.random_range(45.0..110.0);
    let clicks = (cost / click_cents).max(1.0);
    let impressions = clicks / dice.random_range(0.008..0.022);
    let purchases = clicks * dice.random_range(0.01..0.04);
    let leads = clicks * dice.random_range(0.0..0.02);
    let order_cents = dice.random_range(3_500.0..9_000.0);
    let restated = restated(&mut dice, step);
    let so_far = |figure: f64| whole(figure * restated.1) * part / 1000;
    let purchases = so_far(purchases) + u64::from(restated.0);
    Some(Figures {
        impressions: so_far(impressions).max(1),
        clicks: so_far(clicks),
        cost_cents: so_far(cost),
        purchases,
        leads: so_far(leads),
        value_cents: whole(order_cents).saturating_mul(purchases),
    })
}

/// How many thousandths of a day are over in a zone.
pub(super) fn part(day: Date, zone: &str, now: Timestamp) -> u64 {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let here = now.to_zoned(zone);
    match day.cmp(&here.date()) {
        std::cmp::Ordering::Less => 1000,
        std::cmp::Ordering::Equal => {
            let minutes = u64::from(here.hour().unsigned_abs()) * 60
                + u64::from(here.minute().unsigned_abs());
            minutes * 1000 / 1440
        }
        std::cmp::Ordering::Greater => 0,
    }
}

impl Figures {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            impressions: self.impressions + other.impressions,
            clicks: self.clicks + other.clicks,
            cost_cents: self.cost_cents + other.cost_cents,
            purchases: self.purchases + other.purchases,
            leads: self.leads + other.leads,
            value_cents: self.value_cents + other.value_cents,
        }
    }
}

/// What restatements have added: conversions that were found later, and a share of all else.
fn restated(dice: &mut StdRng, step: u32) -> (u32, f64) {
    let (mut found, mut share) = (0, 1.0);
    for _ in 0..step {
        found += u32::from(dice.random_bool(0.5));
        share *= dice.random_range(0.992..1.012);
    }
    (found, share)
}

/// Dice of one campaign's one day.
fn dice(seed: u64, campaign: &str, day: Date) -> StdRng {
    let mut mixed = seed ^ 0x9e37_79b9_7f4a_7c15;
    for byte in campaign.bytes().chain(day.to_string().bytes()) {
        mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    StdRng::seed_from_u64(mixed)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures of a day are small and positive"
)]
fn whole(figure: f64) -> u64 {
    figure.round().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    fn year(step: u32) -> Vec<Option<Figures>> {
        let first = jiff::civil::date(2026, 1, 1);
        let days = (0..365).map(|n| first.checked_add(n.days()).unwrap());
        days.map(|day| figures(1, ("1", 5_000), day, (step, 1000)))
            .collect()
    }

    #[test]
    fn the_same_day_is_told_alike_and_most_days_differ_once_they_are_restated() {
        assert_eq!(year(0), year(0));
        let differ = year(0)
            .into_iter()
            .zip(year(1))
            .filter(|(a, b)| a != b)
            .count();
        assert!(differ > 300, "{differ}");
    }

    #[test]
    fn what_is_made_up_is_plausible() {
        let days: Vec<Figures> = year(0).into_iter().flatten().collect();
        assert!((330..360).contains(&days.len()), "{}", days.len());
        let cost: u64 = days.iter().map(|day| day.cost_cents).sum();
        let mean = cost / days.len() as u64;
        assert!((4_000..6_000).contains(&mean), "{mean}");
        assert!(
            days.iter()
                .all(|day| day.clicks <= day.impressions && day.purchases <= day.clicks)
        );
    }
}
