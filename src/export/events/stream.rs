//! Sends a file of events while it is made, and tells the book what was sent.

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use sha2::{Digest as _, Sha256};

use super::format::EventFormat;
use super::parquet::File;
use super::{csv, lines};
use crate::analytics::{EventPortion, Handed, Takeout};
use crate::base::{Actor, Blocking, Clock, Hex};
use crate::datasets::safe_name;

/// A file of events on its way out.
pub(crate) struct EventFile {
    /// A name that is safe everywhere: letters, digits, `-`, `_` and one point.
    pub(crate) name: String,
    pub(crate) format: EventFormat,
    sending: Sending,
    blocking: Blocking,
}

/// Where the sending stands. When it is dropped, the book is told how far it came.
struct Sending {
    takeout: Takeout,
    by: Actor,
    form: Form,
    handed: Handed,
    digest: Sha256,
    /// So many events were read.
    made: u64,
    /// What is made and not taken yet.
    ready: Bytes,
    begun: bool,
    /// Whether all of it is made.
    ended: bool,
}

/// So many bytes are given at a time, at most.
const PIECE: usize = 128 << 10;

enum Form {
    Csv,
    Lines,
    Parquet(Box<File>),
}

/// Begins a file of events that `by` takes away.
pub(crate) fn event_file(
    takeout: Takeout,
    format: EventFormat,
    (clock, blocking): (&Clock, Blocking),
    by: &Actor,
) -> io::Result<EventFile> {
    let period = takeout.period();
    let name = safe_name(takeout.site().name(), "site");
    let name = format!(
        "{name}-events-{}-to-{}.{}",
        period.first,
        period.last,
        format.name()
    );
    let form = match format {
        EventFormat::Csv => Form::Csv,
        EventFormat::Ndjson => Form::Lines,
        EventFormat::Parquet => {
            let file = File::begin(&takeout, &clock.now().to_string());
            Form::Parquet(Box::new(file.map_err(io::Error::other)?))
        }
    };
    let handed = Handed {
        format: format.name(),
        ..Handed::default()
    };
    let sending = Sending {
        takeout,
        by: by.clone(),
        form,
        handed,
        digest: Sha256::new(),
        made: 0,
        ready: Bytes::new(),
        begun: false,
        ended: false,
    };
    Ok(EventFile {
        name,
        format,
        sending,
        blocking,
    })
}

impl EventFile {
    /// The file's bytes, which break off for a client that takes longer than a moment is held.
    pub(crate) fn into_stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let blocking = self.blocking;
        try_unfold(self.sending, move |mut sending| async move {
            let work = move || Ok(sending.step()?.map(|bytes| (bytes, sending)));
            blocking.run(work).await
        })
    }
}

impl Sending {
    /// The next bytes; none once all of them were taken.
    ///
    /// They are few each time, so that whoever takes them slowly is noticed.
    fn step(&mut self) -> io::Result<Option<Bytes>> {
        self.takeout.check().map_err(io::Error::other)?;
        while self.ready.is_empty() && !self.ended {
            self.ready = self.make()?.into();
        }
        if self.ready.is_empty() {
            self.handed.whole = true;
            return Ok(None);
        }
        let piece = self.ready.split_to(self.ready.len().min(PIECE));
        self.digest.update(&piece);
        self.handed.bytes += piece.len() as u64;
        if self.ready.is_empty() {
            self.handed.events = self.made - self.waiting();
        }
        Ok(Some(piece))
    }

    /// So many of the events that were read are not among the bytes yet.
    fn waiting(&self) -> u64 {
        match &self.form {
            Form::Csv | Form::Lines => 0,
            Form::Parquet(file) => file.waiting(),
        }
    }

    /// What the next portion comes to as bytes; for Parquet nothing until a group is full.
    fn make(&mut self) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        if !std::mem::replace(&mut self.begun, true) && matches!(self.form, Form::Csv) {
            csv::begin(&mut out);
        }
        if let Some(portion) = self.takeout.next().map_err(io::Error::other)? {
            self.write(portion, &mut out)?;
            return Ok(out);
        }
        self.ended = true;
        if let Form::Parquet(file) = &mut self.form {
            out.append(&mut file.end().map_err(io::Error::other)?);
        }
        Ok(out)
    }

    fn write(&mut self, portion: EventPortion, out: &mut Vec<u8>) -> io::Result<()> {
        self.made += portion.events.len() as u64;
        match &mut self.form {
            Form::Csv => csv::write(&self.takeout, &portion, out),
            Form::Lines => lines::write(&self.takeout, &portion, out)?,
            Form::Parquet(file) => {
                out.append(&mut file.write(portion).map_err(io::Error::other)?);
            }
        }
        Ok(())
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let digest = std::mem::take(&mut self.digest).finalize();
        self.handed.sha256 = Hex(&digest).to_string();
        self.takeout.note(&self.handed, &self.by);
    }
}
