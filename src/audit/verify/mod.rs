//! Checks a log with nothing but its files, and names what was done to it.
//!
//! Every line's hash is computed over its bytes and compared with the one it carries and the one
//! that the next line repeats; every segment's opening is checked against the key of the segment
//! before, up to the first, whose key the auditor was given. What the log alone cannot show, that
//! its newest lines were cut off or written anew with the key in use, a checkpoint kept elsewhere
//! shows.

mod fault;
mod heads;
mod report;
mod walk;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

pub use fault::{Fault, Finding};
pub use report::Report;

use self::heads::{Head, Heads};
use self::walk::{Walked, walk};
use super::Error;
use super::disk::{Folder, Segments};
use super::seal::{Checkpoint, PublicKey};

/// What the log is checked against, and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A checkpoint that was kept elsewhere.
    pub checkpoint: Option<Checkpoint>,
    /// The public key of the first segment, as it was given to the auditor.
    pub first_key: Option<PublicKey>,
    /// How much of each line is looked at.
    pub depth: Depth,
    /// How many of the segments are looked at.
    pub extent: Extent,
    /// How many segments are read at once; one for each core when absent.
    pub threads: Option<usize>,
}

/// How many segments are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// All of them.
    #[default]
    Whole,
    /// The newest alone: that it holds, and nothing of what came before.
    Newest,
}

/// How much of each line is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// Its bytes and its links: nothing can have been altered unseen.
    #[default]
    Chain,
    /// Also whether it is JSON and carries its own number in both places.
    Json,
}

/// Checks the log in `folder`. Errs only when it cannot be read; what is wrong with it is in the
/// report.
pub fn verify(folder: &Path, options: &Options) -> Result<Report, Error> {
    verify_on(&Folder::new(folder), options)
}

/// Whether there is any file of a log in `folder`, whatever state it is in.
pub fn has_segments(folder: &Path) -> Result<bool, Error> {
    let listed = Folder::new(folder).names();
    let names = listed.map_err(|error| Error::Folder(folder.to_owned(), error))?;
    Ok(!names.is_empty())
}

/// Checks the log on any disk, as [`verify`] does in a folder.
pub fn verify_on(disk: &dyn Segments, options: &Options) -> Result<Report, Error> {
    let mut heads = Heads::read(disk)?;
    if options.extent == Extent::Newest {
        heads.live.drain(..heads.live.len().saturating_sub(1));
    }
    let walked = walk_all(disk, &heads.live, options)?;
    let voids = heads.altered_voids(disk)?;
    Ok(Report::new(&heads, &walked, voids, options))
}

/// Walks every segment, each as a whole on one thread, and gives them in order.
fn walk_all(disk: &dyn Segments, live: &[Head], options: &Options) -> Result<Vec<Walked>, Error> {
    let asked = options.checkpoint.as_ref().map(|checkpoint| checkpoint.seq);
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    let threads = options.threads.unwrap_or_else(cores).min(live.len());
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(head) = live.get(next.fetch_add(1, Ordering::Relaxed)) {
            let walked = walk(disk, head, asked, options.depth)
                .map_err(|error| Error::Segment(head.name.clone(), error));
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.push((&head.name, walked));
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(name, _)| *name);
    done.into_iter().map(|(_, walked)| walked).collect()
}
