//! Events as columns of Apache Parquet, packed with Snappy.

use std::sync::Arc;

use jiff::civil::{Date, date};
use parquet::basic::Compression;
use parquet::data_type::{
    ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{
    SerializedColumnWriter, SerializedFileWriter, SerializedRowGroupWriter,
};
use parquet::schema::parser::parse_message_type;

use super::lines::some;
use crate::analytics::{Event, EventPortion, Takeout};

/// The columns, in the order in which [`Rows`] writes them.
const SCHEMA: &str = "message events {
    REQUIRED FIXED_LEN_BYTE_ARRAY (16) id (UUID);
    REQUIRED INT64 at (TIMESTAMP(MILLIS, true));
    REQUIRED INT32 day (DATE);
    REQUIRED INT64 visitor;
    REQUIRED BYTE_ARRAY name (STRING);
    OPTIONAL BYTE_ARRAY page (STRING);
    OPTIONAL BYTE_ARRAY referrer (STRING);
    OPTIONAL BYTE_ARRAY source (STRING);
    OPTIONAL BYTE_ARRAY medium (STRING);
    OPTIONAL BYTE_ARRAY campaign (STRING);
    OPTIONAL BYTE_ARRAY term (STRING);
    OPTIONAL BYTE_ARRAY content (STRING);
    OPTIONAL BYTE_ARRAY click_id (STRING);
    REQUIRED BYTE_ARRAY channel (STRING);
    OPTIONAL BYTE_ARRAY device (STRING);
    OPTIONAL INT64 value (DECIMAL(18, 6));
    OPTIONAL BYTE_ARRAY currency (STRING);
}";

/// A group of rows has so many, about.
const GROUP: usize = 1 << 16;

/// A file that is being written.
pub(super) struct File {
    writer: SerializedFileWriter<Vec<u8>>,
    currency: String,
    /// What waits for a group to be full.
    rows: Rows,
}

/// Rows that are not written yet.
#[derive(Default)]
struct Rows {
    days: Vec<i32>,
    events: Vec<Event>,
}

/// A column of texts, some of which may be missing.
type TextOf = for<'a> fn(&'a Event) -> Option<&'a str>;

impl File {
    /// Begins a file, which says of which site and days it is.
    pub(super) fn begin(takeout: &Takeout, known_at: &str) -> Result<Self> {
        let site = takeout.site();
        let period = takeout.period();
        let about = [
            ("site", site.name().to_owned()),
            ("domain", site.domain().to_owned()),
            ("time_zone", site.time_zone().to_owned()),
            ("from", period.first.to_string()),
            ("to", period.last.to_string()),
            ("known_at", known_at.to_owned()),
        ];
        let about = about.map(|(key, value)| KeyValue::new(key.to_owned(), value));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("weighbridge ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata(Some(about.to_vec()))
            .build();
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        Ok(Self {
            writer: SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?,
            currency: site.currency().to_owned(),
            rows: Rows::default(),
        })
    }

    /// Adds events; gives what is ready to be sent.
    pub(super) fn write(&mut self, portion: EventPortion) -> Result<Vec<u8>> {
        let day = days_since_1970(portion.day);
        let many = portion.events.len();
        self.rows.days.extend(std::iter::repeat_n(day, many));
        self.rows.events.extend(portion.events);
        if self.rows.events.len() >= GROUP {
            self.write_group()?;
        }
        self.ready()
    }

    /// So many events wait for a group to be full.
    pub(super) fn waiting(&self) -> u64 {
        self.rows.events.len() as u64
    }

    /// Ends the file; gives the rest of it.
    pub(super) fn end(&mut self) -> Result<Vec<u8>> {
        if !self.rows.events.is_empty() {
            self.write_group()?;
        }
        self.writer.finish()?;
        self.ready()
    }

    fn ready(&mut self) -> Result<Vec<u8>> {
        self.writer.flush()?;
        Ok(std::mem::take(self.writer.inner_mut()))
    }

    fn write_group(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let mut group = self.writer.next_row_group()?;
        rows.write(&self.currency, &mut group)?;
        group.close()?;
        Ok(())
    }
}

fn days_since_1970(day: Date) -> i32 {
    let days = day.duration_since(date(1970, 1, 1)).as_hours() / 24;
    i32::try_from(days).unwrap_or_default()
}

impl Rows {
    fn write(
        &self,
        currency: &str,
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    ) -> Result<()> {
        let events = &self.events;
        let ids = events
            .iter()
            .map(|event| FixedLenByteArray::from(event.id.to_vec()));
        let ids: Vec<_> = ids.collect();
        let mut column = next(group)?;
        column
            .typed::<FixedLenByteArrayType>()
            .write_batch(&ids, None, None)?;
        column.close()?;
        whole(group, events.iter().map(|event| event.at))?;
        let mut column = next(group)?;
        column
            .typed::<Int32Type>()
            .write_batch(&self.days, None, None)?;
        column.close()?;
        whole(
            group,
            events
                .iter()
                .map(|event| i64::try_from(event.visitor).unwrap_or(i64::MAX)),
        )?;
        self.texts(group, Presence::Always, |event| Some(&event.name))?;
        let optional: [TextOf; 8] = [
            |event| some(&event.page),
            |event| some(&event.referrer),
            |event| some(&event.source),
            |event| some(&event.medium),
            |event| some(&event.campaign),
            |event| some(&event.term),
            |event| some(&event.content),
            Event::click_word,
        ];
        for of in optional {
            self.texts(group, Presence::Some, of)?;
        }
        self.texts(group, Presence::Always, |event| Some(event.channel.name()))?;
        self.texts(group, Presence::Some, Event::device_word)?;
        let values: Vec<i64> = events.iter().filter_map(|event| event.value).collect();
        let mut column = next(group)?;
        let levels = self.levels(|event| event.value.is_some());
        column
            .typed::<Int64Type>()
            .write_batch(&values, Some(&levels), None)?;
        column.close()?;
        self.texts(group, Presence::Some, |event| event.value.map(|_| currency))
    }

    /// Writes a column of texts.
    fn texts<'a>(
        &'a self,
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        presence: Presence,
        of: impl Fn(&'a Event) -> Option<&'a str>,
    ) -> Result<()> {
        let texts: Vec<ByteArray> = self
            .events
            .iter()
            .filter_map(&of)
            .map(ByteArray::from)
            .collect();
        let levels = match presence {
            Presence::Always => None,
            Presence::Some => Some(self.levels(|event| of(event).is_some())),
        };
        let mut column = next(group)?;
        column
            .typed::<ByteArrayType>()
            .write_batch(&texts, levels.as_deref(), None)?;
        column.close()
    }

    /// Which rows have a value: 1, or 0.
    fn levels<'a>(&'a self, has: impl Fn(&'a Event) -> bool) -> Vec<i16> {
        self.events
            .iter()
            .map(|event| i16::from(has(event)))
            .collect()
    }
}

/// Whether each row has a text.
#[derive(Clone, Copy)]
enum Presence {
    Always,
    Some,
}

/// Writes a column of whole numbers that each row has.
fn whole(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    numbers: impl Iterator<Item = i64>,
) -> Result<()> {
    let numbers: Vec<i64> = numbers.collect();
    let mut column = next(group)?;
    column
        .typed::<Int64Type>()
        .write_batch(&numbers, None, None)?;
    column.close()
}

fn next<'a>(
    group: &'a mut SerializedRowGroupWriter<'_, Vec<u8>>,
) -> Result<SerializedColumnWriter<'a>> {
    let column = group.next_column()?;
    column.ok_or_else(|| ParquetError::General("the schema has fewer columns".to_owned()))
}
