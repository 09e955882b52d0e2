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
}

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
            if sending.handed.whole {
                return Ok(None);
            }
            let work = move || sending.step().map(|bytes| (Bytes::from(bytes), sending));
            blocking.run(work).await.map(Some)
        })
    }
}

impl Sending {
    /// The next bytes; the last when it is whole then.
    fn step(&mut self) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        if self.handed.bytes == 0 && matches!(self.form, Form::Csv) {
            csv::begin(&mut out);
        }
        // Parquet has nothing to send until a group is full.
        loop {
            match self.takeout.next().map_err(io::Error::other)? {
                Some(portion) => self.write(portion, &mut out)?,
                None => {
                    if let Form::Parquet(file) = &mut self.form {
                        out.append(&mut file.end().map_err(io::Error::other)?);
                    }
                    self.handed.whole = true;
                }
            }
            if self.handed.whole || !out.is_empty() {
                self.digest.update(&out);
                self.handed.bytes += out.len() as u64;
                return Ok(out);
            }
        }
    }

    fn write(&mut self, portion: EventPortion, out: &mut Vec<u8>) -> io::Result<()> {
        self.handed.events += portion.events.len() as u64;
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
