//! Tells which visits led to conversions, by several models side by side.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;

use super::Error;
use super::apportion::apportion;
use super::ledger::{Attributed, Attribution, Claim, Credit, Facet, Filter, Goal, Model, PARTS};
use super::money;
use super::period::Period;
use super::question::{BadQuestion, check_filters, check_rows};
use super::site::Site;
use crate::base::{Actor, KeptId};

/// A visit counts that began so many days before a conversion at most, and things grow old by half
/// within so many.
const MOST_DAYS: u16 = 90;
/// Conversions are told to the hundredth.
const HUNDREDTH: i64 = 10_000;

/// What is asked of the ways to conversions.
#[derive(Clone, Debug)]
pub(crate) struct AskedAttribution {
    /// What visits are told apart by.
    pub(crate) dimension: Facet,
    pub(crate) goal: Goal,
    pub(crate) lookback_days: u16,
    pub(crate) half_life_days: u16,
    /// A segment whose filters pick, too.
    pub(crate) segment: Option<KeptId>,
    pub(crate) filters: Vec<Filter>,
    /// The model and the figure that put rows into order.
    pub(crate) sort: (Model, Figure),
    pub(crate) limit: u32,
    pub(crate) offset: u32,
}

/// What a model divides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Figure {
    #[default]
    Conversions,
    Revenue,
}

/// Which visits led to conversions.
pub(crate) struct Credited {
    pub(crate) period: Period,
    /// When this was known.
    pub(crate) known_at: Timestamp,
    pub(crate) all: Attributed,
    pub(crate) rows: Vec<CreditedRow>,
    /// How many rows there are on all pages.
    pub(crate) found: u64,
}

/// What one value gets.
pub(crate) struct CreditedRow {
    pub(crate) value: Arc<str>,
    pub(crate) touched: u64,
    pub(crate) effect: Option<f64>,
    /// By model.
    pub(crate) portions: [Portion; Model::ALL.len()],
}

/// Conversions and what they brought, both in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Portion {
    pub(crate) conversions_micros: i64,
    pub(crate) revenue_micros: i64,
}

impl AskedAttribution {
    /// What is to be divided, once everything is found acceptable.
    fn check(&self, week_starts: u8) -> Result<Attribution, BadQuestion> {
        if !(1..=MOST_DAYS).contains(&self.lookback_days) {
            return Err(BadQuestion::BadLookback(self.lookback_days));
        }
        if !(1..=MOST_DAYS).contains(&self.half_life_days) {
            return Err(BadQuestion::BadHalfLife(self.half_life_days));
        }
        check_filters(&self.filters)?;
        check_rows(self.limit)?;
        Ok(Attribution {
            facet: self.dimension,
            goal: self.goal,
            lookback_days: self.lookback_days,
            half_life_days: self.half_life_days,
            filters: self.filters.clone(),
            week_starts,
        })
    }
}

impl Site {
    /// Which visits led to the conversions of a period.
    pub(crate) async fn attribution(
        &self,
        period: Period,
        asked: &AskedAttribution,
        by: &Actor,
    ) -> Result<Credited, Error> {
        let parts = &self.all.0;
        let known_at = parts.now();
        let mut attribution = asked.check(self.week_start().after_monday())?;
        attribution.filters = self.filters_with(asked.segment, &asked.filters)?;
        let place = (self.number(), self.zone());
        let divided = parts.ledger.attribute(place, period.into(), attribution);
        let mut all = divided.await?;
        self.note_asked(period, ("conversions", all.conversions), by);
        let claims = std::mem::take(&mut all.claims);
        let found = claims.len() as u64;
        let totals = Portion {
            conversions_micros: micros_of(all.conversions),
            revenue_micros: all.revenue_micros,
        };
        let unit = money::unit(self.currency());
        let (sort, limit, offset) = (asked.sort, asked.limit, asked.offset);
        let page = move || {
            let mut rows = rounded(&claims, totals, unit);
            rows.sort_by_key(|row| Reverse(row.rank(sort)));
            let rows = rows.into_iter().skip(offset as usize);
            rows.take(limit as usize).collect()
        };
        Ok(Credited {
            period,
            known_at,
            rows: parts.blocking.run(page).await,
            all,
            found,
        })
    }
}

fn micros_of(conversions: u64) -> i64 {
    i64::try_from(conversions.saturating_mul(1_000_000)).unwrap_or(i64::MAX)
}

/// The rows of values, of which those of each model add up to the totals.
fn rounded(claims: &[Claim], totals: Portion, unit: i64) -> Vec<CreditedRow> {
    let of = |model: Model, figure: fn(&Credit) -> i128| -> Vec<i128> {
        let credits = claims.iter().map(|claim| &claim.credits[model as usize]);
        credits.map(figure).collect()
    };
    let columns = Model::ALL.map(|model| {
        let conversions = of(model, |credit| credit.conversions);
        let revenue = of(model, |credit| credit.revenue);
        let all = (totals.conversions_micros, HUNDREDTH);
        let conversions = apportion(&conversions, PARTS, all);
        let revenue = apportion(&revenue, PARTS, (totals.revenue_micros, unit));
        (conversions, revenue)
    });
    let row = |(place, claim): (usize, &Claim)| CreditedRow {
        value: Arc::clone(&claim.value),
        touched: claim.touched,
        effect: claim.effect,
        portions: Model::ALL.map(|model| {
            let (conversions, revenue) = &columns[model as usize];
            Portion {
                conversions_micros: conversions[place],
                revenue_micros: revenue[place],
            }
        }),
    };
    claims.iter().enumerate().map(row).collect()
}

impl CreditedRow {
    /// What it is put into order by; the greatest comes first.
    fn rank(&self, (model, figure): (Model, Figure)) -> (i64, i64) {
        let portion = self.portions[model as usize];
        let both = (portion.conversions_micros, portion.revenue_micros);
        match figure {
            Figure::Conversions => both,
            Figure::Revenue => (both.1, both.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_every_model_add_up_to_the_totals() {
        let credit = |conversions: i128, revenue: i128| Credit {
            conversions: conversions * PARTS,
            revenue: revenue * PARTS,
        };
        let claim = |value: &str, credit: Credit| Claim {
            value: value.into(),
            touched: 1,
            effect: None,
            credits: [credit; 7],
        };
        let claims = vec![
            claim("a", credit(666_667, 33_333_333)),
            claim("b", credit(666_667, 33_333_333)),
            claim("c", credit(666_666, 33_333_334)),
        ];
        let totals = Portion {
            conversions_micros: 2_000_000,
            revenue_micros: 100_000_000,
        };
        let rows = rounded(&claims, totals, 10_000);
        let told: Vec<(i64, i64)> = rows
            .iter()
            .map(|row| row.rank((Model::Linear, Figure::Conversions)))
            .collect();
        assert_eq!(
            told,
            [
                (670_000, 33_330_000),
                (670_000, 33_330_000),
                (660_000, 33_340_000)
            ]
        );
    }
}
