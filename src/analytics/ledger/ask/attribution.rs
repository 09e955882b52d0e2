//! Divides what conversions brought among the visits that led to them.
//!
//! The path of a conversion are the visits of its visitor that began within a given time before it,
//! its own among them. Every model divides every conversion among the visits of its own path, in
//! whole numbers, so that nothing is lost and nothing rests on an order.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::ToSpan as _;

use super::super::day::{Day, Days};
use super::super::query::Question;
use super::super::rollup::Kind;
use super::super::row::Heads;
use super::credit::{Credit, Model, weight};
use super::facet::Facet;
use super::filter::{Demand, Filter, Sieve};
use super::leaf::Leaf;
use super::removal::{Graph, MOST_ALONE, Outcome};
use super::scan::Scan;
use super::touches::{ASKED, DIRECT, End, Touch, Trace, Trails};
use crate::analytics::event::Channel;
use crate::analytics::ledger::Error;

/// Paths may lead over so many different sets of values at most.
const MOST_SETS: usize = 1 << 20;

/// What is to be divided, and among what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attribution {
    /// What visits are told apart by; it belongs to visits.
    pub(crate) facet: Facet,
    pub(crate) goal: Goal,
    /// A visit counts that began at most so many days of 24 hours before a conversion.
    pub(crate) lookback_days: u16,
    pub(crate) half_life_days: u16,
    /// Which visits count.
    pub(crate) filters: Vec<Filter>,
    /// The day that weeks begin with, counted from Monday.
    pub(crate) week_starts: u8,
}

/// Which conversions are divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Goal {
    #[default]
    All,
    Leads,
    Purchases,
}

/// What conversions brought, divided.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Attributed {
    pub(crate) conversions: u64,
    pub(crate) revenue_micros: i64,
    /// The visits of all paths, as often as they are on one.
    pub(crate) touches: u64,
    /// Conversions to which one visit led alone.
    pub(crate) single: u64,
    /// By value, in the order of their texts.
    pub(crate) claims: Vec<Claim>,
}

/// What one value gets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claim {
    pub(crate) value: Arc<str>,
    /// On the paths of so many conversions it is.
    pub(crate) touched: u64,
    /// The share of conversions that would be lost without it; none where it has no place of its own
    /// among too many values.
    pub(crate) effect: Option<f64>,
    /// By model.
    pub(crate) credits: [Credit; Model::ALL.len()],
}

impl Goal {
    const fn has(self, kind: Kind) -> bool {
        match self {
            Self::All => matches!(kind, Kind::Lead | Kind::Purchase),
            Self::Leads => matches!(kind, Kind::Lead),
            Self::Purchases => matches!(kind, Kind::Purchase),
        }
    }
}

/// Looks at the events of the days that are asked for, and of those before that may have led to
/// them.
pub(in super::super) fn attribute(
    question: &Question<'_>,
    attribution: &Attribution,
) -> Result<Attributed, Error> {
    let head = question.snapshot.get::<Heads>(&question.site)?;
    let head = head.map(|row| row.value).unwrap_or_default();
    // One day more: where clocks are changed, days do not have 24 hours.
    let before = i64::from(attribution.lookback_days) + 1;
    let wider = Question {
        days: Days {
            first: question.days.first.saturating_sub(before.days()),
            ..question.days
        },
        ..*question
    };
    let mut sieve = Sieve::default();
    let demand = sieve.add(&attribution.filters);
    let facets = [attribution.facet, Facet::Channel];
    let mut scan = Scan::new(&wider, &head, sieve, (&facets, attribution.week_starts));
    let asked = question.first();
    let mut tally = Tally::new(attribution);
    for share in scan.shares()? {
        let mut trails = Trails::default();
        scan.each_day(share, &mut |leaf| {
            tally.read(leaf, &demand, asked, &mut trails);
            Ok(())
        })?;
        let within_ms = i64::from(attribution.lookback_days) * DAY_MS;
        trails.each(within_ms, &mut |trace| tally.add(trace))?;
    }
    Ok(tally.finish(|value| scan.word(attribution.facet, value)))
}

const DAY_MS: i64 = 86_400_000;

/// What is counted so far.
struct Tally<'a> {
    attribution: &'a Attribution,
    attributed: Attributed,
    /// By value.
    shares: Vec<Share>,
    graph: Graph,
    /// The different values of paths, in rising order, and what they led to.
    sets: HashMap<Box<[u32]>, (u64, i64)>,
    weights: Vec<u64>,
}

/// What one value got so far.
#[derive(Clone, Copy, Default)]
struct Share {
    touched: u64,
    credits: [Credit; Model::ALL.len()],
}

impl<'a> Tally<'a> {
    fn new(attribution: &'a Attribution) -> Self {
        Self {
            attribution,
            attributed: Attributed::default(),
            shares: Vec::new(),
            graph: Graph::default(),
            sets: HashMap::new(),
            weights: Vec::new(),
        }
    }

    /// Reads the visits of a day, and the conversions from the first day on that is asked for.
    fn read(&self, leaf: &Leaf, demand: &Demand, first_asked: Day, trails: &mut Trails) {
        let asked = leaf.day() >= first_asked;
        let day = self
            .attribution
            .facet
            .of_day(leaf.day(), self.attribution.week_starts);
        let strip = self.attribution.facet.strip().place();
        let channel = Facet::Channel.strip().place();
        for visit in leaf.visits() {
            let (bits, any) = leaf.bits_of_visit(visit);
            let [first, ..] = visit else { continue };
            if !demand.picks(bits, any) {
                continue;
            }
            let of = |strip: Option<usize>| strip.map(|strip| leaf.strips[strip][first.place()]);
            let mut value = of(strip).unwrap_or(day);
            if of(channel) == Some(u32::from(Channel::Direct.number())) {
                value |= DIRECT;
            }
            if asked {
                value |= ASKED;
            }
            trails.visit(Touch::new(*first, leaf, value));
            let goal = self.attribution.goal;
            for beat in visit.iter().filter(|_| asked) {
                if goal.has(leaf.kinds[beat.place()]) {
                    trails.gain(*beat, leaf);
                }
            }
        }
    }

    fn add(&mut self, trace: Trace<'_>) -> Result<(), Error> {
        let values = trace.touches.iter().map(|touch| touch.value());
        match trace.end {
            End::Lost => self.graph.add(values, (Outcome::Nothing, 1)),
            End::Gained {
                conversions,
                micros,
            } => {
                self.graph.add(values, (Outcome::Conversion, conversions))?;
                self.divide(trace.touches, conversions, micros);
                self.remember(trace.touches, conversions, micros)
            }
        }
    }

    /// Divides by every model that needs no other path.
    fn divide(&mut self, touches: &[Touch], conversions: u64, micros: i64) {
        let all = &mut self.attributed;
        all.conversions += conversions;
        all.revenue_micros = all.revenue_micros.saturating_add(micros);
        all.touches += conversions * touches.len() as u64;
        all.single += if touches.len() == 1 { conversions } else { 0 };
        let most = touches.iter().map(|touch| touch.value() as usize).max();
        let needed = most.map_or(0, |most| most + 1).max(self.shares.len());
        self.shares.resize(needed, Share::default());
        let half_life_ms = i64::from(self.attribution.half_life_days) * DAY_MS;
        let whole = Credit::of(conversions, micros);
        for model in Model::ALL {
            model.weigh(touches, half_life_ms, &mut self.weights);
            for (touch, part) in touches.iter().zip(whole.divided(&self.weights)) {
                let share = &mut self.shares[touch.value() as usize];
                share.credits[model as usize].add(part);
            }
        }
    }

    /// Keeps which values the path had, for what rests on all paths.
    fn remember(&mut self, touches: &[Touch], conversions: u64, micros: i64) -> Result<(), Error> {
        let mut set: Vec<u32> = touches.iter().map(|touch| touch.value()).collect();
        set.sort_unstable();
        set.dedup();
        for value in &set {
            self.shares[*value as usize].touched += conversions;
        }
        let sum = self.sets.entry(set.into()).or_default();
        *sum = (sum.0 + conversions, sum.1.saturating_add(micros));
        if self.sets.len() > MOST_SETS {
            return Err(Error::TooManyPaths);
        }
        Ok(())
    }

    fn finish(mut self, word: impl Fn(u32) -> Arc<str>) -> Attributed {
        let effects = self.effects(&word);
        self.divide_by_effects(&effects);
        let shares = self.shares.iter().enumerate();
        let claims = shares.filter(|(_, share)| share.touched > 0);
        let claims = claims.map(|(value, share)| {
            let value = u32::try_from(value).unwrap_or(u32::MAX);
            Claim {
                value: word(value),
                touched: share.touched,
                effect: effects.alone.get(&value).copied(),
                credits: share.credits,
            }
        });
        let mut claims: Vec<Claim> = claims.collect();
        claims.sort_unstable_by(|one, other| one.value.cmp(&other.value));
        Attributed {
            claims,
            ..self.attributed
        }
    }

    /// The effects of the values that most conversions were touched by.
    fn effects(&self, word: &impl Fn(u32) -> Arc<str>) -> Effects {
        let touched = |value: &u32| {
            let share = self.shares.get(*value as usize);
            share.map_or(0, |share| share.touched)
        };
        let mut alone = self.graph.values();
        alone.sort_by_cached_key(|value| (std::cmp::Reverse(touched(value)), word(*value)));
        alone.truncate(MOST_ALONE);
        let effects = self.graph.effects(&alone);
        Effects {
            others: effects.last().copied().unwrap_or(0.0),
            alone: alone.into_iter().zip(effects).collect(),
        }
    }

    /// Divides each conversion among the values of its path, by their effects.
    fn divide_by_effects(&mut self, effects: &Effects) {
        for (set, (conversions, micros)) in &self.sets {
            self.weights.clear();
            effects.weigh(set, &mut self.weights);
            let whole = Credit::of(*conversions, *micros);
            for (value, part) in set.iter().zip(whole.divided(&self.weights)) {
                let share = &mut self.shares[*value as usize];
                share.credits[Model::DataDriven as usize].add(part);
            }
        }
    }
}

/// Removal effects.
struct Effects {
    alone: HashMap<u32, f64>,
    /// That of all other values together.
    others: f64,
}

impl Effects {
    /// The weights of a path's values; those without a place of their own share that of all of
    /// them. None is nothing, so that there is always something to divide by.
    #[expect(clippy::cast_precision_loss, reason = "a path has few values")]
    fn weigh(&self, set: &[u32], weights: &mut Vec<u64>) {
        let others = set.iter().filter(|value| !self.alone.contains_key(value));
        let share = self.others / others.count().max(1) as f64;
        let effect = |value: &u32| self.alone.get(value).copied().unwrap_or(share);
        weights.extend(set.iter().map(|value| weight(effect(value)).max(1)));
    }
}
