//! Settles what was announced and never settled: the first thing that every run does.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::super::counts::Fate;
use super::super::direction::Direction;
use super::super::error::Error;
use super::super::intent::{Announced, Intent, Intents, Look};
use super::super::link::{Link, Links, UNKNOWN};
use super::super::memory::{Deed, Was};
use super::Pass;
use super::batch::Load;
use super::both::perhaps_written;
use super::content::{bears, fingerprint};
use super::doubles::Known;
use super::ledger::Ledger;
use super::readback::{Found, OURS, earlier, has_settled};
use crate::base::{RunId, SyncId};
use crate::jobs::Phase;
use crate::providers::{Held, Row};
use crate::store::{Batch, Row as Stored, Scan, Store, prefix};

/// So many open intents are read; each is of one group, and few groups are under way at a time.
const MOST: usize = 100_000;

/// What is still open after settling.
#[derive(Debug, Default)]
pub(super) struct Opens {
    /// The records of which nobody can tell whether they were created, and why.
    pub(super) doubtful: HashMap<String, String>,
    /// Those that were not found, what they looked like and when they were announced: they may turn
    /// up yet.
    pub(super) again: HashMap<String, (Look, Timestamp)>,
    /// The number of the next intent.
    pub(super) next: u64,
}

/// What came of what was announced beside creations.
#[derive(Default)]
struct Came {
    /// What its run has done there, as far as that shows.
    deeds: Vec<Deed>,
    /// The keys of records that are gone there: they are wanted, and no longer linked.
    gone: Vec<String>,
    /// The keys of those whose removal stays announced.
    removing: Vec<String>,
}

impl Came {
    fn did(deeds: Vec<Deed>) -> Self {
        Self {
            deeds,
            ..Self::default()
        }
    }
}

impl Pass<'_> {
    /// Settles what was left open, and gives the number of the next intent. `None` when the job is
    /// to stop.
    pub(super) async fn settle(&mut self, ledger: &mut Ledger) -> Result<Option<u64>, Error> {
        self.enter(Phase::Settling);
        self.enroll().await?;
        let Some(opens) = self.settle_open(ledger).await? else {
            return Ok(None);
        };
        self.reader.doubtful = Arc::new(opens.doubtful);
        self.reader.again = Arc::new(opens.again);
        if opens.next > 0 {
            self.survey_again(ledger).await?;
        }
        self.recall_doubts()?;
        Ok(Some(opens.next))
    }

    /// Finds out what became of every open intent of the sync. `None` when the run is to stop.
    pub(super) async fn settle_open(&self, ledger: &mut Ledger) -> Result<Option<Opens>, Error> {
        let mut opens = Opens::default();
        let now = self.line.clock.now();
        let scan = Scan::prefix(prefix(&self.sync), MOST);
        for intent in self.store.scan::<Intents>(&scan)?.rows {
            opens.next = intent.key.1 + 1;
            if !intent.value.sending.is_empty() {
                self.settle_cut_short(intent).await?;
                continue;
            }
            let Some(late) = self.sweep(&intent.value, now).await? else {
                return Ok(None);
            };
            let loads = self.loads(&intent.value)?;
            // One that was killed has tried until just now, for all that is known.
            let tried = intent.value.tried.unwrap_or(now);
            let looked = if loads.is_empty() {
                Vec::new()
            } else {
                self.read_back(loads, &intent.value, tried).await?
            };
            if looked
                .iter()
                .any(|(_, found)| *found == Found::NotLookedFor)
            {
                return Ok(None);
            }
            let came = match ledger.job.direction {
                Direction::TwoWay => {
                    let deeds = self.came_of(&intent.value, (&looked, tried)).await?;
                    deeds.map(Came::did)
                }
                Direction::Push | Direction::Pull => {
                    self.came_of_removals(&intent.value, ledger.id).await?
                }
            };
            let Some(came) = came else {
                return Ok(None);
            };
            let left = (late, came.removing);
            let mut batch = self.settle_looked(&intent, looked, left, &mut opens);
            for key in came.gone {
                batch.discard::<Links>(&(self.sync, key));
            }
            self.remember_written(&mut batch, &intent.value)?;
            if intent.value.undoes {
                let gone = came.deeds.iter().filter(|deed| deed.fate == Fate::Deleted);
                let gone = gone.map(|deed| (deed.key.as_str(), deed.remote_id.as_str()));
                for (key, link) in self.parted(gone)? {
                    batch.put::<Links>(&(self.sync, key), &link);
                }
            }
            self.credit(&mut batch, ledger, (intent.value.run, &came.deeds))?;
            self.commit(batch).await?;
        }
        Ok(Some(opens))
    }

    /// What came of the removals that the undo of a push has announced. `None` when this run is to
    /// stop.
    async fn came_of_removals(&self, intent: &Intent, run: RunId) -> Result<Option<Came>, Error> {
        if intent.run == Some(run) {
            // It removes them again as it goes on, and may be called off before it comes to them.
            let removing = intent.removing.clone();
            return Ok(Some(Came {
                removing,
                ..Came::default()
            }));
        }
        let mut linked = Vec::new();
        for key in &intent.removing {
            let link = self.store.get::<Links>(&(self.sync, key.clone()))?;
            linked.extend(link.map(|link| (key.clone(), link.value.remote_id)));
        }
        let ids: Vec<String> = linked.iter().map(|(_, id)| id.clone()).collect();
        let Some(rows) = self.look(&ids).await else {
            return Ok(None);
        };
        let there: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        linked.retain(|(_, id)| !there.contains(id.as_str()));
        Ok(Some(Came {
            gone: linked.into_iter().map(|(key, _)| key).collect(),
            ..Came::default()
        }))
    }

    /// Lets the links of records that were perhaps written remember what they would look like.
    fn remember_written(&self, batch: &mut Batch, intent: &Intent) -> Result<(), Error> {
        for record in &intent.written {
            let place = (self.sync, record.key.clone());
            if let Some(link) = self.store.get::<Links>(&place)? {
                let link = perhaps_written(link.value, &record.look, intent.course());
                batch.put::<Links>(&place, &link);
            }
        }
        Ok(())
    }

    /// The records of an intent as they would be written now; what was deleted here meanwhile has
    /// no content, and is looked for all the same.
    fn loads(&self, intent: &Intent) -> Result<Vec<Load>, Error> {
        let load = |(at, key): (usize, &String)| {
            let record = self.reader.dataset.record(key)?;
            let source = record.as_ref().map(|record| self.fit.source(record.hash));
            let cells = record.map(|record| self.fit.cells(&record.fields));
            let cells = cells.unwrap_or_default();
            Ok(Load {
                key: key.clone(),
                fate: Fate::Created,
                sent: fingerprint(&self.fit.mark, &cells),
                source: source.unwrap_or(UNKNOWN),
                ours: false,
                announced: intent.looks.get(at).cloned(),
                sought: false,
                tried: false,
                meeting: None,
                revive: false,
                expects: None,
                was: Was::default(),
                row: Row {
                    id: None,
                    cells,
                    untouched: Vec::new(),
                },
            })
        };
        intent.keys.iter().enumerate().map(load).collect()
    }

    /// Links what was found, keeps open what is doubtful, and forgets the rest: it is read again.
    fn settle_looked(
        &self,
        intent: &Stored<Intents>,
        looked: Vec<(Load, Found)>,
        (mut again, removing): (Vec<Announced>, Vec<String>),
        opens: &mut Opens,
    ) -> Batch {
        let mut batch = Batch::bookkeeping();
        let mut keys = Vec::new();
        for (load, found) in looked {
            let content = load.content_found();
            match (found, load.row.id) {
                (Found::Doubtful(reason), _) => {
                    keys.push(load.key.clone());
                    opens.doubtful.insert(load.key, reason);
                }
                // A colleague's is none of what an undo has brought back.
                (_, Some(_)) if intent.value.undoes && load.fate != Fate::Created => {}
                (_, Some(remote_id)) => {
                    let look = load.announced.unwrap_or_default();
                    let link = Link {
                        // What an undo has made there, nobody has asked to have here.
                        apart: intent.value.undoes,
                        ..Link::found(remote_id, content, look, load.ours)
                    };
                    batch.put::<Links>(&(self.sync, load.key), &link);
                }
                // Which of several it is, a run finds out that may delete one.
                (Found::Held, None) if self.looks_only => keys.push(load.key),
                // It may be made again now.
                (Found::Nothing, None) if !self.line.records.matches_by_key() => {
                    let look = load.announced.unwrap_or_default();
                    again.push(Announced {
                        key: load.key,
                        look,
                    });
                }
                (_, None) => {}
            }
        }
        let unseen = again.iter().cloned();
        opens
            .again
            .extend(unseen.map(|one| (one.key, (one.look, intent.value.at))));
        if keys.is_empty() && again.is_empty() && removing.is_empty() {
            batch.discard::<Intents>(&intent.key);
        } else {
            let rest = Intent {
                removing,
                ..intent.value.rest(keys, again, self.line.clock.now())
            };
            batch.put::<Intents>(&intent.key, &rest);
        }
        batch
    }

    /// Looks whether of a record that was made again the first one has turned up. Gives those for
    /// which it is too early to tell; `None` when the run is to stop.
    async fn sweep(
        &self,
        intent: &Intent,
        now: Timestamp,
    ) -> Result<Option<Vec<Announced>>, Error> {
        let lag = self.line.records.settles_after();
        let tried = intent.tried.unwrap_or(now);
        if self.looks_only || !has_settled(tried, now, lag) {
            return Ok(Some(intent.again.clone()));
        }
        let keys: Vec<String> = intent.again.iter().map(|one| one.key.clone()).collect();
        let Some(mut held) = self.held_under(&keys).await else {
            return Ok(None);
        };
        let made = Remade {
            store: self.store,
            sync: self.sync,
            again: &intent.again,
        };
        let since = earlier(intent.at, OURS);
        let dropped = self.drop_doubles(&mut held, &made, since).await?;
        Ok(dropped.map(|()| Vec::new()))
    }
}

/// Records that were made again.
struct Remade<'a> {
    store: &'a Store,
    sync: SyncId,
    again: &'a [Announced],
}

impl Known for Remade<'_> {
    fn linked(&self, key: &str) -> Result<Option<String>, Error> {
        let link = self.store.get::<Links>(&(self.sync, key.to_owned()))?;
        Ok(link.map(|row| row.value.remote_id))
    }

    fn bears(&self, key: &str, held: &Held) -> bool {
        let sent = self.again.iter().find(|one| one.key == key);
        sent.is_some_and(|one| bears(&one.look, &held.cells))
    }
}
