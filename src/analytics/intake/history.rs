//! Brings events of the past into a site: a file of any size, some thousand events at a time.
//!
//! What is kept of a file that broke off stays; sent again it doubles nothing, since each event has
//! an id, and those of the days in question are looked up however long ago they came.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use serde_json::{Map, Value};

use super::super::Error;
use super::super::event::Event;
use super::super::key::Kind;
use super::super::ledger::Appended;
use super::super::service::Ground;
use super::super::site::Site;
use super::check::{Checks, Reach, Refused};
use super::given::MEMBERS;
use super::reason::Reason;
use super::sender::{Sender, Way};
use super::split::LARGEST;
use crate::audit::{Code, Event as Line};
use crate::base::metrics::EVENTS;
use crate::base::{Actor, Hex, Secret, SecretBytes};
use crate::datasets::{Access, Cells, Format, Reader, Refusal, Row, unguarded};

/// So many events are kept at once.
const AT_ONCE: usize = 10_000;
/// So many faults are told of a file.
const TOLD: usize = 100;
/// The members that each event of the past has to have.
const NEEDED: [&str; 4] = ["name", "id", "at", "visitor"];

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// So many events were read.
    pub read: u64,
    /// So many are counted now.
    pub accepted: u64,
    /// So many were counted before, by their ids.
    pub doubled: u64,
    /// So many are not counted.
    pub refused: u64,
    /// The first of those.
    pub faults: Vec<LineFault>,
    /// Why the rest of the file was not read.
    pub broke_off: Option<String>,
}

/// One event of a file that is not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFault {
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
    /// The same in a sentence, with the member in question.
    pub message: String,
}

/// Takes a file apart, and holds what is not kept yet.
struct Desk {
    checks: Checks,
    /// What the columns of a CSV file are called; none before its header.
    columns: Option<Vec<String>>,
    events: Vec<Event>,
    /// Why nothing more can be read.
    end: Option<String>,
    told: Arc<Told>,
}

/// What the book is told of the file in the end, also when whoever sends it hangs up.
struct Told {
    ground: Arc<Ground>,
    line: Line,
    history: Mutex<History>,
}

impl Site {
    /// Keeps the events of a file that is written as `format` says. Errs with `BadFile` on one of
    /// which nothing could be read.
    pub async fn bring<E>(
        &self,
        mut file: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
        format: Format,
        by: &Actor,
    ) -> Result<History, Error> {
        self.demand(Access::Edit)?;
        let mut desk = self.desk(by).await?;
        let mut reader = Reader::new(format);
        while desk.end.is_none() {
            let outcome = match file.next().await {
                Some(Ok(part)) => reader.push(&part, &mut |line, row| desk.row(line, row)),
                Some(Err(_broken)) => Err(Refusal::Upload),
                None => break,
            };
            desk.note(outcome);
            if desk.events.len() >= AT_ONCE {
                self.still(Access::Edit)?;
                desk.keep().await?;
            }
        }
        self.still(Access::Edit)?;
        if desk.end.is_none() {
            let outcome = reader.finish(&mut |line, row| desk.row(line, row));
            desk.note(outcome);
            if format == Format::Csv && desk.columns.is_none() {
                desk.note(Err(Refusal::Empty));
            }
        }
        desk.keep().await?;
        let mut history = desk.told.open().clone();
        match desk.end.take() {
            Some(why) if history.read == 0 => Err(Error::BadFile(why)),
            why => {
                history.broke_off = why;
                Ok(history)
            }
        }
    }

    async fn desk(&self, by: &Actor) -> Result<Desk, Error> {
        let parts = Arc::clone(&self.all.0);
        let now = parts.now();
        let begun = self.event(Code::HistoryBegun, by).build(&parts.clock);
        let log = parts.log.clone();
        parts.blocking.run(move || log.append(&begun)).await?;
        let day = self.day_key(now).await?;
        Ok(Desk {
            checks: Checks {
                site: self.clone(),
                kind: Kind::Secret,
                origins: Vec::new(),
                reach: Reach::Past,
                sender: Sender::of_file(),
                now,
                day,
                late: Secret::new(Hex(SecretBytes::<32>::random().expose()).to_string()),
                clock: parts.clock.clone(),
                kept_since: self.kept_since(now)?,
            },
            columns: None,
            events: Vec::new(),
            end: None,
            told: Arc::new(Told {
                line: self.event(Code::HistoryBrought, by),
                ground: parts,
                history: Mutex::default(),
            }),
        })
    }
}

impl Desk {
    fn note(&mut self, outcome: Result<(), Refusal>) {
        if let Err(refusal) = outcome {
            self.end.get_or_insert(refusal.to_string());
        }
    }

    /// Takes in a row.
    fn row(&mut self, line: u64, row: Row<'_>) {
        if self.end.is_some() {
            return;
        }
        let read = match (row, &self.columns) {
            (Row::Cells(cells), None) => return self.header(cells),
            (Row::Cells(cells), Some(columns)) => {
                object(columns, cells).and_then(|event| self.checks.read(&event))
            }
            (Row::Json(json), _) if json.len() > LARGEST => {
                let why = format!("an event has at most {LARGEST} bytes");
                Err(Refused(Reason::TooLarge, why))
            }
            (Row::Json(json), _) => self.checks.read(json),
            (Row::Unreadable(why), _) => Err(Refused(Reason::Invalid, why.to_string())),
        };
        let mut history = self.told.open();
        history.read += 1;
        match read {
            Ok(event) => self.events.push(event),
            Err(Refused(reason, message)) => {
                history.refused += 1;
                EVENTS.add([reason.name().into()], 1);
                if history.faults.len() < TOLD {
                    history.faults.push(LineFault {
                        line,
                        reason,
                        message,
                    });
                }
            }
        }
    }

    fn header(&mut self, cells: Cells<'_>) {
        let columns: Vec<String> = cells.iter().map(|name| name.trim().to_owned()).collect();
        let doubled = |name: &String| columns.iter().filter(|other| *other == name).count() > 1;
        let names = || MEMBERS.join(", ");
        self.end = if let Some(unknown) = columns
            .iter()
            .find(|name| !MEMBERS.contains(&name.as_str()))
        {
            let unknown: String = unknown.chars().take(100).collect();
            Some(format!(
                "the column {unknown:?} is no member of an event; these are {}",
                names()
            ))
        } else if let Some(name) = columns.iter().find(|name| doubled(name)) {
            Some(format!("two columns are called {name:?}"))
        } else {
            let missing = NEEDED
                .into_iter()
                .find(|name| !columns.iter().any(|one| one == name));
            missing.map(|name| {
                format!("no column is called {name:?}, and each event of the past has to have it")
            })
        };
        self.columns = Some(columns);
    }

    /// Keeps what has been read, durably. The first event that counts settles what the site's sums
    /// rest on.
    async fn keep(&mut self) -> Result<(), Error> {
        let events = std::mem::take(&mut self.events);
        if events.is_empty() {
            return Ok(());
        }
        let checks = &mut self.checks;
        checks.site = checks.site.counting_from(checks.now).await?;
        let (site, now) = (checks.site.clone(), checks.now);
        let told = Arc::clone(&self.told);
        // Nothing is counted that the book could not be told of.
        told.ground.log.check()?;
        let kept = async move {
            let ledger = &told.ground.ledger;
            let appended = ledger.bring(site.number(), site.zone(), events).await?;
            told.count(appended);
            site.forget_if_gone().await?;
            site.note_arrival(now).await
        };
        // Also when whoever sends the file has hung up.
        let kept = self.told.ground.tasks.carry(kept).await;
        kept.ok_or(Error::Stopped)?
    }
}

impl Told {
    fn open(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, appended: Appended) {
        let mut history = self.open();
        history.accepted += u64::from(appended.kept);
        history.doubled += u64::from(appended.doubled);
        EVENTS.add(["accepted".into()], appended.kept.into());
        EVENTS.add(["doubled".into()], appended.doubled.into());
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let history = self.open();
        let line = self
            .line
            .clone()
            .count("accepted", history.accepted)
            .count("doubled", history.doubled)
            .count("refused", history.refused);
        self.ground.log.record(line.build(&self.ground.clock));
    }
}

impl Sender {
    /// Nobody but whoever brings the file.
    fn of_file() -> Self {
        Self {
            key: Secret::new(String::new()),
            way: Way::Header,
            origin: None,
            address: None,
            agent: None,
            consent: super::Consent::Unsaid,
            written: super::Written::Lines,
        }
    }
}

/// A row of a CSV file as the event that it would be in JSON; an empty cell says nothing.
fn object(columns: &[String], cells: Cells<'_>) -> Result<Vec<u8>, Refused> {
    if cells.len() != columns.len() {
        let why = format!(
            "the row has {} cells, and the header has {}",
            cells.len(),
            columns.len()
        );
        return Err(Refused(Reason::Invalid, why));
    }
    let said = columns
        .iter()
        .zip(cells.iter())
        .filter(|(_, cell)| !cell.is_empty());
    let members: Map<String, Value> = said
        .map(|(name, cell)| (name.clone(), unguarded(cell).into()))
        .collect();
    Ok(serde_json::to_vec(&members).unwrap_or_default())
}
