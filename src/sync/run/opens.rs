//! Settles what was announced and never settled: the first thing that every run does.

use std::collections::HashMap;

use super::super::counts::Fate;
use super::super::error::Error;
use super::super::intent::{Intent, Intents};
use super::super::link::{Link, Links, UNKNOWN};
use super::Pass;
use super::batch::Load;
use super::content::fingerprint;
use super::readback::Found;
use crate::providers::Row;
use crate::store::{Batch, Row as Stored, Scan, prefix};

/// So many open intents are read; each is of one group, and few groups are under way at a time.
const MOST: usize = 100_000;

/// What is still open after settling.
#[derive(Debug, Default)]
pub(super) struct Opens {
    /// The records of which nobody can tell whether they were created, and why.
    pub(super) doubtful: HashMap<String, String>,
    /// The number of the next intent.
    pub(super) next: u64,
}

impl Pass<'_> {
    /// Finds out what became of every open intent of the sync. `None` when the run is to stop.
    pub(super) async fn settle_open(&self) -> Result<Option<Opens>, Error> {
        let mut opens = Opens::default();
        let scan = Scan::prefix(prefix(&self.sync), MOST);
        for intent in self.store.scan::<Intents>(&scan)?.rows {
            opens.next = intent.key.1 + 1;
            let loads = self.loads(&intent.value)?;
            let looked = self.read_back(loads, intent.value.at).await;
            if looked
                .iter()
                .any(|(_, found)| *found == Found::NotLookedFor)
            {
                return Ok(None);
            }
            let batch = self.settle_looked(&intent, looked, &mut opens.doubtful);
            self.commit(batch).await?;
        }
        Ok(Some(opens))
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
                announced: intent.looks.get(at).cloned(),
                row: Row { id: None, cells },
            })
        };
        intent.keys.iter().enumerate().map(load).collect()
    }

    /// Links what was found, keeps open what is doubtful, and forgets the rest: it is read again.
    fn settle_looked(
        &self,
        intent: &Stored<Intents>,
        looked: Vec<(Load, Found)>,
        doubtful: &mut HashMap<String, String>,
    ) -> Batch {
        let mut batch = Batch::bookkeeping();
        let mut keys = Vec::new();
        for (load, found) in looked {
            let content = load.content_found();
            match (found, load.row.id) {
                (Found::Doubtful(reason), _) => {
                    keys.push(load.key.clone());
                    doubtful.insert(load.key, reason);
                }
                (_, Some(remote_id)) => {
                    let cells = Vec::new();
                    let link = Link {
                        remote_id,
                        content,
                        source: UNKNOWN,
                        cells,
                    };
                    batch.put::<Links>(&(self.sync, load.key), &link);
                }
                (_, None) => {}
            }
        }
        if keys.is_empty() {
            batch.discard::<Intents>(&intent.key);
        } else {
            batch.put::<Intents>(&intent.key, &intent.value.only(keys));
        }
        batch
    }
}
