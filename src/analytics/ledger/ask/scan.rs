//! Reads the days that are asked for, one after the other, those with events that wait too: of
//! every block the columns alone that the question needs.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;

use super::super::block::{self, Column, Columns, Text, Wanted};
use super::super::day::{Day, Span};
use super::super::error::damaged;
use super::super::fold;
use super::super::names::Names;
use super::super::query::Question;
use super::super::rollup::Kind;
use super::super::row::Head;
use super::facet::{Facet, Strip};
use super::filter::Sieve;
use super::leaf::{Clocks, Leaf};
use super::lexicon::Lexicon;
use crate::analytics::event::Event;
use crate::analytics::ledger::Error;
use crate::store;

/// So many events of a day are looked at in one pass, about; a longer day takes several, each for
/// some of its visitors, so that memory is bounded.
const AT_ONCE: usize = 1 << 21;
/// So many events are followed over all days in one pass, about; more take several, each for some
/// of the visitors.
const FOLLOWED: u64 = 1 << 24;

/// Which visitors are looked at: those whose number leaves this rest.
#[derive(Clone, Copy)]
pub(super) struct Share {
    of: u32,
    rest: u32,
}

impl Share {
    pub(super) const ALL: Self = Self { of: 1, rest: 0 };

    fn has(self, visitor: u32) -> bool {
        visitor % self.of == self.rest
    }

    /// Some of these.
    fn part(self, of: u32, rest: u32) -> Self {
        Self {
            of: self.of * of,
            rest: self.rest + self.of * rest,
        }
    }
}

/// Reads what a question needs.
pub(super) struct Scan<'a> {
    question: &'a Question<'a>,
    names: Names<'a>,
    sieve: Sieve,
    week_starts: u8,
    needed: Vec<Strip>,
    lexicons: [Lexicon; Text::ALL.len()],
    /// By strip that has no texts, the filters' bits of its numbers.
    bits: [Vec<u64>; Strip::MANY],
    leaf: Leaf,
}

/// Where the events of a day are.
struct Source {
    span: Span,
    blocks: Vec<u32>,
    behind: Vec<Event>,
}

impl<'a> Scan<'a> {
    /// For dimensions that are told apart, and the filters of a sieve.
    pub(super) fn new(
        question: &'a Question<'a>,
        head: &'a Head,
        sieve: Sieve,
        (facets, week_starts): (&[Facet], u8),
    ) -> Self {
        let strips = facets.iter().copied().chain(sieve.facets());
        let strips = strips.map(Facet::strip);
        let mut needed: Vec<Strip> = Vec::new();
        for strip in strips.filter(|strip| *strip != Strip::Day) {
            if !needed.contains(&strip) {
                needed.push(strip);
            }
        }
        let mut scan = Self {
            question,
            names: Names::new(question.snapshot, question.site, head),
            sieve,
            week_starts,
            needed,
            lexicons: Text::ALL.map(Lexicon::new),
            bits: Default::default(),
            leaf: Leaf::default(),
        };
        scan.judge_numbers();
        scan
    }

    /// What a dimension's number is called.
    pub(super) fn word(&self, facet: Facet, number: u32) -> std::sync::Arc<str> {
        match facet.strip() {
            Strip::Text(text) => self.lexicons[text as usize].word(number),
            _ => facet.told(number),
        }
    }

    /// The parts in which visitors are followed over all days, so that memory is bounded. How many
    /// there are rests on the events without those of the last moment.
    pub(super) fn shares(&self) -> Result<impl Iterator<Item = Share> + use<>, Error> {
        let rows = self.question.day_rows()?;
        let blocks = rows.values().flat_map(|row| &row.blocks);
        let events: u64 = blocks.map(|events| u64::from(*events)).sum();
        let of = u32::try_from(events.div_ceil(FOLLOWED).max(1)).unwrap_or(u32::MAX);
        Ok((0..of).map(move |rest| Share { of, rest }))
    }

    /// Whoever was there on the days of another question about the same site, by the numbers that
    /// they have here: those who are new have none that lasts.
    pub(super) fn visitors_of(&mut self, question: &Question<'_>) -> Result<RoaringBitmap, Error> {
        Ok(question.visitors(&mut self.names)?)
    }

    /// Shows every day that has events of such visitors, in the order of time; a long one in parts
    /// that have no visitor in common.
    pub(super) fn each_day(
        &mut self,
        share: Share,
        see: &mut impl FnMut(&Leaf) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let kept = self.question.horizon.events;
        if self.question.first() < kept {
            return Err(Error::Gone(kept.date()));
        }
        let rows = self.question.day_rows()?;
        let mut waiting = self.question.waiting_days()?;
        let (first, last) = (self.question.first(), self.question.last());
        waiting.extend(self.names.uncounted(first, last));
        let mut days: BTreeSet<Day> = rows.keys().copied().collect();
        days.extend(&waiting);
        for day in days {
            let mut source = rows.get(&day).map(|row| Source {
                span: row.span,
                blocks: row.blocks.clone(),
                behind: Vec::new(),
            });
            if waiting.contains(&day) {
                let place = (self.question.site, day);
                let opened = fold::open(self.question.snapshot, place, &mut self.names)?;
                source = opened.map(|opened| {
                    let span = opened.span();
                    let (blocks, behind) = opened.into_events();
                    Source {
                        span,
                        blocks,
                        behind,
                    }
                });
            }
            if let Some(source) = source {
                self.day(&source, share, see)?;
            }
        }
        Ok(())
    }

    fn day(
        &mut self,
        source: &Source,
        share: Share,
        see: &mut impl FnMut(&Leaf) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let blocks = source.blocks.iter().map(|events| *events as usize);
        let events = blocks.sum::<usize>() + source.behind.len();
        let passes = (events / share.of as usize).div_ceil(AT_ONCE).max(1);
        let passes = u32::try_from(passes).unwrap_or(u32::MAX);
        for pass in 0..passes {
            let mut leaf = std::mem::take(&mut self.leaf);
            leaf.turn(source.span, self.bits_of_day(source.span.day));
            let share = share.part(passes, pass);
            self.read(source, share, &mut leaf)?;
            leaf.sort();
            see(&leaf)?;
            self.leaf = leaf;
        }
        Ok(())
    }

    fn read(&mut self, source: &Source, share: Share, leaf: &mut Leaf) -> Result<(), Error> {
        let columns = self.needed.iter().filter_map(|strip| strip.column());
        let always = [Column::Id, Column::Value, Column::Text(Text::Name)];
        let wanted = columns.chain(always).fold(Wanted::NOTHING, Wanted::and);
        let clocks = Clocks::of(self.question.zone, &source.span);
        let place = (self.question.site, source.span.day);
        for block in 0..source.blocks.len() {
            let columns = fold::read_block(self.question.snapshot, place, block, wanted)?;
            self.add(&columns, share, (&clocks, leaf))?;
        }
        for events in source.behind.chunks(block::MOST) {
            self.add(&Columns::of(events), share, (&clocks, leaf))?;
        }
        Ok(())
    }

    /// Adds the events of a block to the leaf.
    fn add(
        &mut self,
        columns: &Columns,
        share: Share,
        (clocks, leaf): (&Clocks, &mut Leaf),
    ) -> Result<(), store::Error> {
        let begin = leaf.len();
        let mut places = Vec::with_capacity(columns.len());
        for (place, visitor) in columns.visitors.iter().enumerate() {
            let visitor = u32::try_from(*visitor);
            let visitor = visitor.map_err(|_not_a_number| damaged("a block's visitors"))?;
            if share.has(visitor) {
                places.push(place);
                leaf.push(visitor, columns.at[place]);
            }
        }
        let names = columns.texts(Text::Name);
        let kinds: Vec<Kind> = names.words.iter().map(|name| Kind::of(name)).collect();
        let kind = |place: &usize| kinds[names.codes[*place] as usize];
        leaf.kinds.extend(places.iter().map(kind));
        let value = |place: &usize| columns.values[*place].unwrap_or(0);
        leaf.values.extend(places.iter().map(value));
        let valued = |place: &usize| columns.values[*place].is_some();
        leaf.valued.extend(places.iter().map(valued));
        leaf.ids
            .extend(places.iter().map(|place| columns.ids[*place]));
        for strip in self.needed.clone() {
            self.add_strip(strip, columns, &places, (clocks, leaf))?;
        }
        self.add_bits(begin, leaf);
        Ok(())
    }

    fn add_strip(
        &mut self,
        strip: Strip,
        columns: &Columns,
        places: &[usize],
        (clocks, leaf): (&Clocks, &mut Leaf),
    ) -> Result<(), store::Error> {
        let Some(at) = strip.place() else {
            return Ok(());
        };
        let into = &mut leaf.strips[at];
        let bytes = |bytes: &[u8], into: &mut Vec<u32>| {
            into.extend(places.iter().map(|place| u32::from(bytes[*place])));
        };
        match strip {
            Strip::Day => {}
            Strip::Hour => into.extend(places.iter().map(|place| clocks.hour(columns.at[*place]))),
            Strip::Channel => bytes(&columns.channels, into),
            Strip::Device => bytes(&columns.devices, into),
            Strip::Click => bytes(&columns.clicks, into),
            Strip::Text(text) => {
                let texts = columns.texts(text);
                let lexicon = &mut self.lexicons[text as usize];
                let numbers = lexicon.numbers(texts, &mut self.names, &self.sieve)?;
                let number = |place: &usize| numbers[texts.codes[*place] as usize];
                into.extend(places.iter().map(number));
            }
        }
        Ok(())
    }

    /// Adds the filters' bits of the events from a place on.
    fn add_bits(&self, begin: usize, leaf: &mut Leaf) {
        let mut judged: Vec<Strip> = self.sieve.facets().map(Facet::strip).collect();
        judged.retain(|strip| *strip != Strip::Day);
        if judged.is_empty() {
            return;
        }
        leaf.bits.resize(leaf.len(), 0);
        judged.dedup();
        for (strip, at) in judged
            .iter()
            .filter_map(|strip| Some((strip, strip.place()?)))
        {
            let of = match strip {
                Strip::Text(text) => self.lexicons[*text as usize].bits(),
                _ => &self.bits[at],
            };
            let numbers = &leaf.strips[at][begin..];
            for (bits, number) in leaf.bits[begin..].iter_mut().zip(numbers) {
                *bits |= of.get(*number as usize).copied().unwrap_or(0);
            }
        }
    }

    fn judge_numbers(&mut self) {
        for strip in &self.needed {
            let Some(at) = strip.place() else { continue };
            let facet = Facet::ALL.into_iter().find(|facet| facet.strip() == *strip);
            let Some(facet) = facet else { continue };
            let numbers = 0..u32::try_from(strip.numbers()).unwrap_or(0);
            let bits = |number| self.sieve.bits(|of| of == facet, &facet.told(number));
            self.bits[at] = numbers.map(bits).collect();
        }
    }

    fn bits_of_day(&self, day: Day) -> u64 {
        let facets = Facet::ALL.into_iter();
        let of_days = facets.filter(|facet| facet.strip() == Strip::Day);
        of_days.fold(0, |bits, facet| {
            let told = facet.told(facet.of_day(day, self.week_starts));
            bits | self.sieve.bits(|of| of == facet, &told)
        })
    }
}
