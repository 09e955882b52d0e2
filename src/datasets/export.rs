//! Writes a dataset's records as a file, a chunk at a time.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;

use super::import::{Format, guarded};
use super::share::Access;
use super::{Dataset, Error, Record};
use crate::audit::{Code, Event};
use crate::base::{Actor, Clock};
use crate::fields::{FieldType, Schema, Selection, Value};
use crate::store::Snapshot;

/// A chunk of a file is at least so long, but for the last.
const CHUNK: usize = 128 << 10;
/// What a file is called whose dataset's name has nothing that is safe.
const UNNAMED: &str = "records";
/// A moment of the store is not held longer than this: pages that it needs cannot be used again. A
/// file that takes longer is none, for it would show two moments as one.
const HOLD: Duration = Duration::from_mins(9);

/// A file that is being written.
pub struct Export {
    /// A name for it that is safe everywhere: letters, digits, `-` and `_`.
    pub file_name: String,
    /// How it is written.
    pub format: Format,
    dataset: Dataset,
    chosen: Selection,
    which: Which,
}

/// Which records a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    All,
    /// Those that whoever has opened the dataset has picked.
    Selected,
}

impl Dataset {
    /// Exports all records, as they are at one moment, in the order of their keys: those of their
    /// fields that are chosen, and the key in any case.
    ///
    /// In CSV (RFC 4180) a text that a spreadsheet would take for a formula gets a `'` before it,
    /// which an import takes away again.
    pub fn export(&self, format: Format, chosen: Selection, by: &Actor) -> Result<Export, Error> {
        let event = self.event(Code::Exported, by);
        self.note_export(event.count("records", self.count()?), format);
        Ok(self.file(format, chosen, Which::All))
    }

    /// Exports the records that whoever has opened it has picked, in the same way.
    pub async fn export_selected(
        &self,
        format: Format,
        chosen: Selection,
        by: &Actor,
    ) -> Result<Export, Error> {
        let event = self.event(Code::Exported, by);
        let event = event.count("records", self.selected().await?);
        self.note_export(event.detail("selected", true), format);
        Ok(self.file(format, chosen, Which::Selected))
    }

    fn note_export(&self, event: Event, format: Format) {
        let parts = &self.datasets.0;
        let event = event.detail("format", format.name());
        parts.log.record(event.build(&parts.clock));
    }

    fn file(&self, format: Format, chosen: Selection, which: Which) -> Export {
        let what = match which {
            Which::All => "",
            Which::Selected => "-selected",
        };
        Export {
            file_name: format!(
                "{}{what}.{}",
                safe_name(self.name(), UNNAMED),
                format.name()
            ),
            format,
            dataset: self.clone(),
            chosen: chosen.with(self.shape.key_at),
            which,
        }
    }
}

impl Export {
    /// The file's bytes, which break off for a client that takes longer than a moment is held.
    pub fn into_stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send {
        let blocking = self.dataset.datasets.0.blocking;
        let writer = Some(Writer::new(self));
        try_unfold(writer, move |writer| async move {
            let Some(mut writer) = writer else {
                return Ok(None);
            };
            let work = move || writer.chunk().map(|chunk| (chunk, writer));
            let (chunk, writer) = blocking.run(work).await.map_err(io::Error::other)?;
            let next = (!writer.ended).then_some(writer);
            Ok(Some((Bytes::from(chunk), next)))
        })
    }
}

/// What a file with the records of a dataset of that name is called.
pub(super) fn file_name(name: &str, format: Format) -> String {
    format!("{}.{}", safe_name(name, UNNAMED), format.name())
}

/// Where the writing of a file stands.
pub(super) struct Writer {
    dataset: Dataset,
    format: Format,
    chosen: Selection,
    which: Which,
    clock: Clock,
    moment: Option<(Snapshot, Duration)>,
    after: Option<String>,
    began: bool,
    /// The records that were written so far.
    pub(super) records: u64,
    /// Whether the file is whole.
    pub(super) ended: bool,
}

impl Writer {
    /// Begins a file of all records with these fields, and the key in any case.
    pub(super) fn of_all(dataset: &Dataset, format: Format, chosen: Selection) -> Self {
        Self::new(dataset.file(format, chosen, Which::All))
    }

    fn new(file: Export) -> Self {
        Self {
            records: 0,
            clock: file.dataset.datasets.0.clock.clone(),
            dataset: file.dataset,
            format: file.format,
            chosen: file.chosen,
            which: file.which,
            moment: None,
            after: None,
            began: false,
            ended: false,
        }
    }

    /// The next bytes of the file, until it has ended.
    pub(super) fn chunk(&mut self) -> Result<Vec<u8>, Error> {
        // A share that is withdrawn ends what it was streaming.
        self.dataset.still(Access::View)?;
        let mut out = Vec::with_capacity(CHUNK + (16 << 10));
        let mut first = !std::mem::replace(&mut self.began, true);
        if first {
            self.begin(&mut out);
        }
        let now = self.clock.elapsed();
        let (moment, taken) = match self.moment.take() {
            Some((_, taken)) if now >= taken + HOLD => return Err(Error::TookTooLong),
            Some(held) => held,
            None => (self.dataset.datasets.0.store.snapshot()?, now),
        };
        self.ended = true;
        let (dataset, ended, records) = (&self.dataset, &mut self.ended, &mut self.records);
        let form = Form {
            schema: dataset.schema(),
            chosen: &self.chosen,
            format: self.format,
        };
        let mut last = self.after.clone();
        let visit = |record: Record| {
            if out.len() >= CHUNK {
                *ended = false;
                return ControlFlow::Break(());
            }
            form.write(&record, std::mem::take(&mut first), &mut out);
            last = Some(record.key);
            *records += 1;
            ControlFlow::Continue(())
        };
        match self.which {
            Which::All => dataset.walk_in(&moment, self.after.as_deref(), visit)?,
            Which::Selected => dataset.walk_selected_in(&moment, self.after.as_deref(), visit)?,
        }
        self.after = last;
        self.moment = Some((moment, taken));
        if self.ended && self.format == Format::Json {
            out.extend_from_slice(b"\n]\n");
        }
        Ok(out)
    }

    fn begin(&self, out: &mut Vec<u8>) {
        match self.format {
            Format::Json => out.push(b'['),
            Format::Ndjson => {}
            Format::Csv => {
                let fields = self.dataset.schema().fields().iter().enumerate();
                let chosen = fields.filter(|(at, _)| self.chosen.takes(*at));
                write_cells(
                    chosen.map(|(_, field)| guarded(&field.name).into_owned()),
                    out,
                );
            }
        }
    }
}

/// How records are written: which fields, and in which form.
struct Form<'a> {
    schema: &'a Schema,
    chosen: &'a Selection,
    format: Format,
}

impl Form<'_> {
    fn write(&self, record: &Record, first: bool, out: &mut Vec<u8>) {
        let Self { schema, chosen, .. } = self;
        match self.format {
            Format::Json => {
                out.extend_from_slice(if first { b"\n" } else { b",\n" });
                chosen.write(schema, &record.fields, out);
            }
            Format::Ndjson => {
                chosen.write(schema, &record.fields, out);
                out.push(b'\n');
            }
            Format::Csv => {
                let fields = schema.fields().iter().zip(record.fields.iter()).enumerate();
                let fields = fields.filter(|(at, _)| chosen.takes(*at));
                write_cells(
                    fields.map(|(_, (field, value))| cell(field.kind, value)),
                    out,
                );
            }
        }
    }
}

/// A value as a cell; numbers and times are no formulas, whatever they begin with.
fn cell(kind: FieldType, value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(value) if kind.is_text() => guarded(&value.spelling()).into_owned(),
        Some(value) => value.spelling().into_owned(),
    }
}

/// Writes a line of separated values (RFC 4180).
pub(crate) fn write_cells(cells: impl Iterator<Item = String>, out: &mut Vec<u8>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if cell.contains([',', '"', '\r', '\n', ';', '\t']) || cell.trim() != cell {
            write!(out, "\"{}\"", cell.replace('"', "\"\"")).expect("memory takes every byte");
        } else {
            out.extend_from_slice(cell.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// The name as part of a file's: letters and digits of ASCII, everything else a `-`; `otherwise`
/// where nothing is left of it.
pub(crate) fn safe_name(name: &str, otherwise: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    let safe: String = name.chars().take(80).map(plain).collect();
    let safe = safe.trim_matches('-');
    if safe.is_empty() {
        otherwise.to_owned()
    } else {
        safe.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_is_safe_everywhere() {
        for (name, safe) in [
            ("US airports", "US-airports"),
            ("../../etc/passwd", "etc-passwd"),
            ("a\"; filename=\"b\r\n", "a---filename--b"),
            ("空港", "records"),
        ] {
            assert_eq!(safe_name(name, UNNAMED), safe);
        }
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut out = Vec::new();
        let cells = ["a", "b,c", "say \"hi\"", "x\ny", " z", ""];
        write_cells(cells.iter().map(|cell| (*cell).to_owned()), &mut out);
        let line = "a,\"b,c\",\"say \"\"hi\"\"\",\"x\ny\",\" z\",\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), line);
    }

    #[test]
    fn only_texts_can_be_formulas() {
        let text = Value::text("=1+1");
        assert_eq!(cell(FieldType::Text, text.as_ref()), "'=1+1");
        assert_eq!(cell(FieldType::Integer, Some(&Value::Integer(-5))), "-5");
    }
}
