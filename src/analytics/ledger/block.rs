//! Writes events as columns: each kind of fact beside its like, texts once, times as the steps
//! between them.
//!
//! The same form serves for events that wait, whose visitors are hashes, and for those of a day,
//! whose visitors are numbers.

use std::collections::HashMap;

use super::error::damaged;
use super::packed::{Reader, put, put_bytes, put_packed, put_signed, seal, unseal};
use crate::analytics::event::{Channel, ClickId, Device, Event};
use crate::store::Error;

/// A block holds no more events.
pub(super) const MOST: usize = 16_384;

const WHAT: &str = "a block";
const FORM: u8 = 1;
/// So many of an id's bytes are a time where ids rise with it (RFC 9562, UUID version 7).
const TIMED: usize = 6;

/// The columns of texts, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Name,
    Page,
    Referrer,
    Source,
    Medium,
    Campaign,
    Term,
    Content,
}

impl Text {
    pub(super) const ALL: [Self; 8] = [
        Self::Name,
        Self::Page,
        Self::Referrer,
        Self::Source,
        Self::Medium,
        Self::Campaign,
        Self::Term,
        Self::Content,
    ];

    fn of(self, event: &Event) -> &str {
        match self {
            Self::Name => &event.name,
            Self::Page => &event.page,
            Self::Referrer => &event.referrer,
            Self::Source => &event.source,
            Self::Medium => &event.medium,
            Self::Campaign => &event.campaign,
            Self::Term => &event.term,
            Self::Content => &event.content,
        }
    }
}

/// Which columns of a block are read; those of times and visitors always are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted(u16);

/// A column that need not be read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    Text(Text),
    Click,
    Channel,
    Device,
    Value,
    Id,
}

impl Wanted {
    pub(super) const ALL: Self = Self(u16::MAX);
    pub(super) const NOTHING: Self = Self(0);

    /// These columns and one more.
    #[must_use]
    pub(super) fn and(self, column: Column) -> Self {
        Self(self.0 | column.bit())
    }

    fn has(self, column: Column) -> bool {
        self.0 & column.bit() != 0
    }
}

impl Column {
    fn bit(self) -> u16 {
        let place = match self {
            Self::Text(text) => text as u8,
            Self::Click => 8,
            Self::Channel => 9,
            Self::Device => 10,
            Self::Value => 11,
            Self::Id => 12,
        };
        1 << place
    }
}

/// A block that was read. A column that was not wanted is empty.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) at: Vec<i64>,
    pub(super) ids: Vec<[u8; 16]>,
    pub(super) visitors: Vec<u64>,
    texts: [Texts; 8],
    pub(super) clicks: Vec<u8>,
    pub(super) channels: Vec<u8>,
    pub(super) devices: Vec<u8>,
    pub(super) values: Vec<Option<i64>>,
}

/// A column of texts: each once, and which of them each event has.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) words: Vec<Box<str>>,
    pub(super) codes: Vec<u32>,
}

/// Writes events, [`MOST`] at most, in the order in which they are given.
pub(super) fn encode(events: &[Event]) -> Vec<u8> {
    let mut columns = Vec::with_capacity(events.len() * 16);
    let mut before = 0;
    for event in events {
        put_signed(&mut columns, event.at.wrapping_sub(before));
        before = event.at;
    }
    put_visitors(&mut columns, events);
    for text in Text::ALL {
        put_texts(&mut columns, events.iter().map(|event| text.of(event)));
    }
    columns.extend(events.iter().map(|event| event.click_id.number()));
    columns.extend(events.iter().map(|event| event.channel.number()));
    columns.extend(events.iter().map(|event| event.device.number()));
    columns.extend(events.iter().map(|event| u8::from(event.value.is_some())));
    for value in events.iter().filter_map(|event| event.value) {
        put_signed(&mut columns, value);
    }
    let mut out = vec![FORM];
    put(&mut out, events.len() as u64);
    put_packed(&mut out, &columns);
    put_ids(&mut out, events);
    seal(out)
}

/// Reads what [`encode`] has written.
pub(super) fn decode(sealed: &[u8]) -> Result<Columns, Error> {
    decode_some(sealed, Wanted::ALL)
}

/// Reads some columns of what [`encode`] has written.
pub(super) fn decode_some(sealed: &[u8], wanted: Wanted) -> Result<Columns, Error> {
    let mut block = Reader::new(unseal(sealed, WHAT)?, WHAT);
    if block.byte()? != FORM {
        return Err(block.damaged());
    }
    let count = block.count()?;
    let columns = block.packed()?;
    let mut ids = Vec::new();
    if wanted.has(Column::Id) {
        ids = read_ids(&mut block, count)?;
        block.end()?;
    }
    let mut columns = Reader::new(&columns, WHAT);
    let mut at = Vec::with_capacity(count);
    let mut before = 0_i64;
    for _ in 0..count {
        before = before.wrapping_add(columns.signed()?);
        at.push(before);
    }
    let visitors = read_visitors(&mut columns, count)?;
    let mut texts: [Texts; 8] = Default::default();
    for (text, into) in Text::ALL.into_iter().zip(&mut texts) {
        if wanted.has(Column::Text(text)) {
            *into = read_texts(&mut columns, count)?;
        } else {
            skip_texts(&mut columns, count)?;
        }
    }
    let mut bytes = |column| {
        let bytes = columns.take(count)?;
        let bytes = if wanted.has(column) { bytes } else { &[] };
        Ok::<_, Error>(bytes.to_vec())
    };
    let clicks = bytes(Column::Click)?;
    let channels = bytes(Column::Channel)?;
    let devices = bytes(Column::Device)?;
    let mut values = Vec::new();
    if wanted.has(Column::Value) {
        values = read_values(&mut columns, count)?;
        columns.end()?;
    }
    Ok(Columns {
        at,
        ids,
        visitors,
        texts,
        clicks,
        channels,
        devices,
        values,
    })
}

fn read_values(columns: &mut Reader<'_>, count: usize) -> Result<Vec<Option<i64>>, Error> {
    let mut values = Vec::with_capacity(count);
    for worth in columns.take(count)? {
        values.push((*worth == 1).then_some(0));
    }
    for value in values.iter_mut().flatten() {
        *value = columns.signed()?;
    }
    Ok(values)
}

impl Columns {
    /// Events as columns, without writing them.
    pub(super) fn of(events: &[Event]) -> Self {
        Self {
            at: events.iter().map(|event| event.at).collect(),
            ids: events.iter().map(|event| event.id).collect(),
            visitors: events.iter().map(|event| event.visitor).collect(),
            texts: Text::ALL.map(|text| Texts::of(events.iter().map(|event| text.of(event)))),
            clicks: events.iter().map(|event| event.click_id.number()).collect(),
            channels: events.iter().map(|event| event.channel.number()).collect(),
            devices: events.iter().map(|event| event.device.number()).collect(),
            values: events.iter().map(|event| event.value).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    pub(super) fn texts(&self, text: Text) -> &Texts {
        &self.texts[text as usize]
    }

    fn text(&self, text: Text, place: usize) -> Box<str> {
        let texts = self.texts(text);
        texts.words[texts.codes[place] as usize].clone()
    }

    /// The events one by one.
    pub(super) fn events(&self) -> Result<Vec<Event>, Error> {
        (0..self.len()).map(|place| self.event(place)).collect()
    }

    fn event(&self, place: usize) -> Result<Event, Error> {
        let unknown = || damaged(WHAT);
        Ok(Event {
            id: self.ids[place],
            at: self.at[place],
            name: self.text(Text::Name, place),
            visitor: self.visitors[place],
            page: self.text(Text::Page, place),
            referrer: self.text(Text::Referrer, place),
            source: self.text(Text::Source, place),
            medium: self.text(Text::Medium, place),
            campaign: self.text(Text::Campaign, place),
            term: self.text(Text::Term, place),
            content: self.text(Text::Content, place),
            click_id: ClickId::of_number(self.clicks[place]).ok_or_else(unknown)?,
            channel: Channel::of_number(self.channels[place]).ok_or_else(unknown)?,
            device: Device::of_number(self.devices[place]).ok_or_else(unknown)?,
            value: self.values[place],
        })
    }
}

/// Ids as they are; where they rise with time, that time as steps.
fn put_ids(out: &mut Vec<u8>, events: &[Event]) {
    let mut steps = Vec::with_capacity(events.len() * 2);
    let mut before = 0;
    for event in events {
        let time = time_of(&event.id);
        put_signed(&mut steps, time - before);
        before = time;
    }
    let timed = steps.len() < events.len() * TIMED;
    out.push(u8::from(timed));
    if timed {
        put_bytes(out, &steps);
    }
    let from = if timed { TIMED } else { 0 };
    for event in events {
        out.extend_from_slice(&event.id[from..]);
    }
}

fn read_ids(block: &mut Reader<'_>, count: usize) -> Result<Vec<[u8; 16]>, Error> {
    let timed = block.byte()? == 1;
    let steps = if timed { block.bytes()? } else { &[] };
    let mut steps = Reader::new(steps, WHAT);
    let mut ids = Vec::with_capacity(count);
    let mut before = 0_i64;
    for _ in 0..count {
        let mut id = [0; 16];
        if timed {
            before = before.wrapping_add(steps.signed()?);
            id[..TIMED].copy_from_slice(&before.to_be_bytes()[8 - TIMED..]);
            id[TIMED..].copy_from_slice(block.take(16 - TIMED)?);
        } else {
            id = block.array()?;
        }
        ids.push(id);
    }
    steps.end()?;
    Ok(ids)
}

fn time_of(id: &[u8; 16]) -> i64 {
    let mut bytes = [0; 8];
    bytes[8 - TIMED..].copy_from_slice(&id[..TIMED]);
    i64::from_be_bytes(bytes)
}

/// Each visitor once, in rising order, and which of them each event has.
fn put_visitors(out: &mut Vec<u8>, events: &[Event]) {
    let mut known: Vec<u64> = events.iter().map(|event| event.visitor).collect();
    known.sort_unstable();
    known.dedup();
    put(out, known.len() as u64);
    let mut before = 0;
    for visitor in &known {
        put(out, visitor - before);
        before = *visitor;
    }
    let place = |event: &Event| known.partition_point(|visitor| *visitor < event.visitor);
    let codes = events
        .iter()
        .map(place)
        .map(|place| u32::try_from(place).expect("a block holds few events"));
    put_codes(out, known.len(), &codes.collect::<Vec<u32>>());
}

fn read_visitors(columns: &mut Reader<'_>, count: usize) -> Result<Vec<u64>, Error> {
    let many = columns.count()?;
    let mut known = Vec::with_capacity(many);
    let mut before = 0_u64;
    for _ in 0..many {
        let step = columns.number()?;
        before = before.checked_add(step).ok_or_else(|| columns.damaged())?;
        known.push(before);
    }
    let codes = read_codes(columns, many, count)?;
    Ok(codes.iter().map(|code| known[*code as usize]).collect())
}

impl Texts {
    fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut known = HashMap::new();
        let mut words = Vec::new();
        let codes = texts.map(|text| {
            *known.entry(text).or_insert_with(|| {
                words.push(Box::from(text));
                u32::try_from(words.len() - 1).expect("a block holds few events")
            })
        });
        let codes = codes.collect();
        Self { words, codes }
    }
}

fn put_texts<'a>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'a str>) {
    let Texts { words, codes } = Texts::of(texts);
    put(out, words.len() as u64);
    for word in &words {
        put_bytes(out, word.as_bytes());
    }
    put_codes(out, words.len(), &codes);
}

fn read_texts(columns: &mut Reader<'_>, count: usize) -> Result<Texts, Error> {
    let many = columns.count()?;
    let mut words = Vec::with_capacity(many);
    for _ in 0..many {
        words.push(Box::from(columns.text()?));
    }
    let codes = read_codes(columns, many, count)?;
    Ok(Texts { words, codes })
}

fn skip_texts(columns: &mut Reader<'_>, count: usize) -> Result<(), Error> {
    let many = columns.count()?;
    for _ in 0..many {
        columns.bytes()?;
    }
    columns.take(planes(many) * count).map(drop)
}

/// Which of `many` each event has: nothing where there is one, else the low bytes of all, then the
/// next ones, as many as are needed.
fn put_codes(out: &mut Vec<u8>, many: usize, codes: &[u32]) {
    for plane in 0..planes(many) {
        out.extend(codes.iter().map(|code| code.to_le_bytes()[plane]));
    }
}

fn read_codes(columns: &mut Reader<'_>, many: usize, count: usize) -> Result<Vec<u32>, Error> {
    if many == 0 && count > 0 {
        return Err(columns.damaged());
    }
    let mut codes = vec![0_u32; count];
    for plane in 0..planes(many) {
        for (code, byte) in codes.iter_mut().zip(columns.take(count)?) {
            *code |= u32::from(*byte) << (8 * plane);
        }
    }
    if codes.iter().any(|code| *code as usize >= many) {
        return Err(columns.damaged());
    }
    Ok(codes)
}

/// How many bytes tell `many` apart.
fn planes(many: usize) -> usize {
    match many {
        0 | 1 => 0,
        2..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}
