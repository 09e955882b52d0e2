//! Hands out the files of exports.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;

use super::file;
use super::row::ExportJob;
use crate::audit::Code;
use crate::base::{Actor, ExportId, UserId};
use crate::datasets::share::Access;
use crate::datasets::{Dataset, Error};
use crate::jobs::State;

/// So much of a file is read at a time.
const PIECE: u64 = 256 << 10;

/// The file of an export that is done.
pub struct Content {
    /// The export.
    pub export: ExportJob,
    key: (UserId, ExportId),
    file: File,
    dataset: Dataset,
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first byte, counted from 0.
    pub first: u64,
    /// How many bytes it has.
    pub length: u64,
}

impl Dataset {
    /// The file of one of one's own exports of this dataset. Errs with `NotDone` when there is
    /// none, or not yet.
    pub async fn export_content(&self, id: ExportId) -> Result<Content, Error> {
        let row = self.export_row(id)?;
        let export = row.value;
        if export.state != State::Done {
            return Err(Error::NotDone(export.state.word()));
        }
        let parts = &self.datasets.0;
        let path = file::path(&parts.settings.exports, (id, export.attempt));
        let opened = parts.blocking.run(move || File::open(path)).await;
        let file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::UnknownExport(id),
            _ => Error::Spool(error),
        })?;
        Ok(Content {
            export,
            key: row.key,
            file,
            dataset: self.clone(),
        })
    }
}

impl Content {
    /// The bytes of a part of the file. A share that is withdrawn ends what it was handing out.
    pub fn into_stream(
        self,
        span: Span,
        by: &Actor,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let parts = &self.dataset.datasets.0;
        let event = self.export.event(Code::ExportFetched, self.key, by);
        let event = event.count("bytes", span.length);
        parts.log.record(event.build(&parts.clock));
        let blocking = parts.blocking;
        try_unfold((self, span), move |(mut content, span)| async move {
            if span.length == 0 {
                return Ok(None);
            }
            let work = move || content.read(span).map(|piece| (piece, content));
            let (piece, content) = blocking.run(work).await?;
            let read = piece.len() as u64;
            let left = Span {
                first: span.first + read,
                length: span.length - read,
            };
            Ok(Some((piece, (content, left))))
        })
    }

    /// The next piece of a part.
    fn read(&mut self, span: Span) -> io::Result<Bytes> {
        self.dataset.still(Access::View).map_err(io::Error::other)?;
        let mut piece = vec![0; usize::try_from(span.length.min(PIECE)).map_err(io::Error::other)?];
        self.file.seek(SeekFrom::Start(span.first))?;
        self.file.read_exact(&mut piece)?;
        Ok(piece.into())
    }
}
