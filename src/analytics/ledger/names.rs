//! Numbers visitors and texts, so that rollups are small: each gets the next number when it is seen
//! for the first time, and keeps it. A column of texts has so many and no more, for everybody can
//! send events with a public key; what comes later is told as one.

use std::collections::HashMap;

use super::block::{Columns, Text};
use super::day::Day;
use super::error::damaged;
use super::packed::{seal, unseal};
use super::rollup::{Hit, Kind};
use super::row::{Head, Number, WordNumbers, Words};
use super::runs;
use crate::analytics::event::Event;
use crate::analytics::number::SiteNumber;
use crate::store::{Batch, Error, Raw, Snapshot};

/// The number of the empty text.
pub(super) const NOTHING: u32 = 0;

/// A column of a site has so many texts at most: every overview has room for all of them in memory.
pub(super) const MOST: u32 = 100_000;
/// So many texts at most, as a rule, wait for their numbers.
const WAITING: u32 = 90_000;
/// What texts are told as that are too many.
pub(super) const OTHER: &str = "(other)";

/// A visitor's entry in a run: the hash, and the number.
const WIDTH: usize = 12;
const KEY: usize = 8;

/// The numbers of a site, those that were given just now too.
pub(super) struct Names<'a> {
    snapshot: &'a Snapshot,
    site: SiteNumber,
    head: &'a Head,
    words: [HashMap<Box<str>, u32>; Text::ALL.len()],
    /// Those that are new, in the order of their numbers.
    new_words: Vec<(Text, Box<str>)>,
    /// How many texts each column has, the new ones included.
    words_of: [u32; Text::ALL.len()],
    new_visitors: HashMap<u64, u32>,
}

/// What is new among the names, to be written.
#[derive(Default)]
pub(super) struct News {
    words: Vec<(u32, Text, Box<str>)>,
    visitors: Vec<[u8; WIDTH]>,
}

impl<'a> Names<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, site: SiteNumber, head: &'a Head) -> Self {
        Self {
            snapshot,
            site,
            head,
            words: Default::default(),
            new_words: Vec::new(),
            words_of: head.words_of,
            new_visitors: HashMap::new(),
        }
    }

    /// Whether a day has blocks that are not counted.
    pub(super) fn is_uncounted(&self, day: Day) -> bool {
        self.head.uncounted.contains(&day)
    }

    /// The days from one to another that have such.
    pub(super) fn uncounted(&self, first: Day, last: Day) -> impl Iterator<Item = Day> {
        self.head.uncounted.range(first..=last).copied()
    }

    /// Puts numbers into the place of the visitors' hashes.
    pub(super) fn number_visitors(&mut self, events: &mut [Event]) -> Result<(), Error> {
        let mut hashes: Vec<[u8; KEY]> = events
            .iter()
            .map(|event| event.visitor.to_be_bytes())
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut numbers = vec![None; hashes.len()];
        let known = &self.head.visitors;
        let mut see = |place: usize, entry: &[u8; WIDTH]| {
            numbers[place] = entry.last_chunk().copied().map(u32::from_be_bytes);
        };
        runs::look_up(self.snapshot, self.site, known, &hashes, &mut see)?;
        for (hash, number) in hashes.iter().zip(&mut numbers) {
            if number.is_none() {
                *number = Some(self.new_visitor(u64::from_be_bytes(*hash))?);
            }
        }
        for event in events {
            let place = hashes.binary_search(&event.visitor.to_be_bytes());
            let number = place.ok().and_then(|place| numbers[place]);
            event.visitor = u64::from(number.unwrap_or_default());
        }
        Ok(())
    }

    /// The number of a visitor's hash, of those that are stored.
    pub(super) fn visitor(&self, hash: u64) -> Result<Option<u32>, Error> {
        let mut number = None;
        let mut see = |_, entry: &[u8; WIDTH]| {
            number = entry.last_chunk().copied().map(u32::from_be_bytes);
        };
        let (known, key) = (&self.head.visitors, [hash.to_be_bytes()]);
        runs::look_up(self.snapshot, self.site, known, &key, &mut see)?;
        Ok(number)
    }

    /// Forgets whose number it was; `head` is what the site's becomes.
    pub(super) fn forget_visitor(
        &self,
        hash: u64,
        batch: &mut Batch,
        head: &mut Head,
    ) -> Result<(), Error> {
        let moment = (self.snapshot, batch);
        runs::drop::<WIDTH, KEY>(moment, self.site, head.visitors(), &hash.to_be_bytes())
    }

    fn new_visitor(&mut self, hash: u64) -> Result<u32, Error> {
        if let Some(number) = self.new_visitors.get(&hash) {
            return Ok(*number);
        }
        let number = u32::try_from(self.new_visitors.len());
        let number = number
            .ok()
            .and_then(|place| self.head.next_visitor.checked_add(place));
        let number = number.ok_or_else(|| damaged("the number of visitors"))?;
        self.new_visitors.insert(hash, number);
        Ok(number)
    }

    /// The number of a column's text.
    fn word(&mut self, column: Text, text: &str) -> Result<u32, Error> {
        if text.is_empty() {
            return Ok(NOTHING);
        }
        if let Some(number) = self.words[column as usize].get(text) {
            return Ok(*number);
        }
        let row = (self.site, column as u8, text.to_owned());
        let number = if let Some(known) = self.snapshot.get::<WordNumbers>(&row)? {
            known.value.0
        } else if self.words_of[column as usize] >= MOST && text != OTHER {
            self.word(column, OTHER)?
        } else {
            self.new_word(column, text)?
        };
        self.words[column as usize].insert(text.into(), number);
        Ok(number)
    }

    fn new_word(&mut self, column: Text, text: &str) -> Result<u32, Error> {
        self.new_words.push((column, text.into()));
        self.words_of[column as usize] += 1;
        let place = u32::try_from(self.new_words.len()).ok();
        let number = place.and_then(|place| self.head.words.checked_add(place));
        number.ok_or_else(|| damaged("the number of texts"))
    }

    /// Whether a column's text is told as itself, and not as one of too many.
    pub(super) fn is_told_apart(&mut self, column: Text, text: &str) -> Result<bool, Error> {
        if self.words_of[column as usize] < MOST - WAITING {
            return Ok(true);
        }
        let number = self.word(column, text)?;
        Ok(*self.text(number)? == *text)
    }

    /// The text of a number.
    pub(super) fn text(&self, number: u32) -> Result<Box<str>, Error> {
        const WHAT: &str = "a text";
        if number == NOTHING {
            return Ok(Box::default());
        }
        if let Some(place) = number.checked_sub(self.head.words + 1) {
            let text = self.new_words.get(place as usize);
            let text = text.map(|(_, text)| text.clone());
            return text.ok_or_else(|| damaged(WHAT));
        }
        let text = self
            .snapshot
            .glance::<Words, _>(&(self.site, number), |sealed| {
                let text = str::from_utf8(unseal(sealed, WHAT)?);
                Ok(Box::from(text.map_err(|_not_text| damaged(WHAT))?))
            })?;
        text.ok_or_else(|| damaged(WHAT))
    }

    /// How many texts have numbers, the empty one included.
    pub(super) fn words(&self) -> usize {
        self.head.words as usize + self.new_words.len() + 1
    }

    /// The events of a block as they are counted, those of some visitors; the visitors are numbers.
    pub(super) fn hits(
        &mut self,
        columns: &Columns,
        of: &impl Fn(u32) -> bool,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Error> {
        let kinds: Vec<Kind> = columns
            .texts(Text::Name)
            .words
            .iter()
            .map(|name| Kind::of(name))
            .collect();
        let mut numbers = |text| {
            let words = columns.texts(text).words.iter();
            words
                .map(|word| self.word(text, word))
                .collect::<Result<Vec<u32>, Error>>()
        };
        let texts = [
            Text::Source,
            Text::Medium,
            Text::Campaign,
            Text::Referrer,
            Text::Page,
            Text::Name,
        ];
        let [source, medium, campaign, referrer, page, name] =
            texts.map(|text| numbers(text).map(|numbers| (numbers, &columns.texts(text).codes)));
        let value =
            |(numbers, codes): &(Vec<u32>, &Vec<u32>), place: usize| numbers[codes[place] as usize];
        let (source, medium, campaign) = (source?, medium?, campaign?);
        let (referrer, page, name) = (referrer?, page?, name?);
        for place in 0..columns.len() {
            let visitor = u32::try_from(columns.visitors[place])
                .map_err(|_not_a_number| damaged("a block's visitors"))?;
            if !of(visitor) {
                continue;
            }
            let page = value(&page, place);
            hits.push(Hit {
                visitor,
                at: columns.at[place],
                id: columns.ids[place],
                kind: kinds[name.1[place] as usize],
                values: [
                    u32::from(columns.channels[place]),
                    value(&source, place),
                    value(&medium, place),
                    value(&campaign, place),
                    value(&referrer, place),
                    u32::from(columns.devices[place]),
                    page,
                    page,
                    value(&name, place),
                ],
                value: columns.values[place].unwrap_or(0),
            });
        }
        Ok(())
    }

    /// What is new.
    pub(super) fn news(self) -> News {
        let first = self.head.words + 1;
        let mut visitors: Vec<[u8; WIDTH]> = self
            .new_visitors
            .iter()
            .map(|(hash, number)| {
                let mut entry = [0; WIDTH];
                entry[..KEY].copy_from_slice(&hash.to_be_bytes());
                entry[KEY..].copy_from_slice(&number.to_be_bytes());
                entry
            })
            .collect();
        visitors.sort_unstable();
        News {
            words: (first..)
                .zip(self.new_words)
                .map(|(number, (column, text))| (number, column, text))
                .collect(),
            visitors,
        }
    }
}

impl News {
    /// Puts what is new into the batch, and into the head.
    pub(super) fn write(
        self,
        snapshot: &Snapshot,
        batch: &mut Batch,
        site: SiteNumber,
        head: &mut Head,
    ) -> Result<(), Error> {
        for (number, column, text) in self.words {
            head.words = number;
            head.words_of[column as usize] += 1;
            batch.put::<Words>(&(site, number), &Raw(seal(text.as_bytes().to_vec())));
            let row = (site, column as u8, text.into_string());
            batch.put::<WordNumbers>(&row, &Number(number));
        }
        head.next_visitor += u32::try_from(self.visitors.len()).unwrap_or(0);
        let runs = head.visitors();
        runs::add::<WIDTH, KEY>((snapshot, batch), site, runs, 0, self.visitors)
    }
}
