//! Reads a file piece by piece, until it ends or its import is called off.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use super::intake::{Chunk, Intake};
use super::reader::Refusal;
use super::stop::Stop;
use crate::datasets::Dataset;

/// So much of a file is read at a time: some thousand rows, which one commit takes.
const PIECE: usize = 1 << 20;

/// A file that is read while earlier chunks of it are committed.
pub(super) struct Pieces<S> {
    file: S,
    intake: Option<Intake>,
    dataset: Dataset,
    stop: Arc<Stop>,
    ended: bool,
    /// Why nothing more can be read, told after what stood before it.
    refusal: Option<Refusal>,
}

/// What comes next of a file.
pub(super) enum Next {
    /// What its next piece comes to.
    Chunk(Chunk),
    /// Nothing: it was read to its end.
    End,
    /// Nothing: somebody has called the import off.
    CalledOff,
}

impl<S: Stream<Item = io::Result<Bytes>> + Send + Unpin> Pieces<S> {
    pub(super) fn new(file: S, intake: Intake, dataset: &Dataset, stop: Arc<Stop>) -> Self {
        Self {
            file,
            intake: Some(intake),
            dataset: dataset.clone(),
            stop,
            ended: false,
            refusal: None,
        }
    }

    /// What comes next of the file.
    pub(super) async fn next(&mut self) -> Result<Next, Refusal> {
        let Some(mut intake) = self.intake.take() else {
            return self.refusal.take().map_or(Ok(Next::End), Err);
        };
        let stop = Arc::clone(&self.stop);
        // Whoever sends the file may send nothing more for a long time.
        let Some(piece) = stop.run_until_told(self.piece()).await else {
            return Ok(Next::CalledOff);
        };
        let piece = piece?;
        let ended = self.ended;
        let work = move || {
            let mut chunk = intake.push(&piece);
            if ended && chunk.refusal.is_none() {
                chunk.add(intake.finish());
            }
            (intake, chunk)
        };
        let (intake, mut chunk) = self.dataset.datasets.0.blocking.run(work).await;
        self.refusal = chunk.refusal.take();
        self.intake = (!ended && self.refusal.is_none()).then_some(intake);
        Ok(Next::Chunk(chunk))
    }

    async fn piece(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut piece = Vec::with_capacity(PIECE + (64 << 10));
        while piece.len() < PIECE {
            if let Some(bytes) = self.file.next().await {
                piece.extend_from_slice(&bytes.map_err(|_cut| Refusal::Upload)?);
            } else {
                self.ended = true;
                break;
            }
        }
        Ok(piece)
    }
}
