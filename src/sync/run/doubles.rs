//! Removes the second of two records that are both of our own making.
//!
//! A provider whose lists lag behind may hide a record that it has made until after it was looked
//! for in vain and made again. When the first one turns up, it goes to the trash.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use tracing::warn;

use super::super::error::Error;
use super::Pass;
use crate::providers::{Held, Since};
use crate::store::Batch;

const DELETED: &str = "a second record of our own making was found, and moved to the trash";
const KEPT: &str = "a second record of our own making was found; somebody may have changed it \
                    since, so it was left alone: delete the one that is not wanted";

/// What is known here of records of which there may be two.
pub(super) trait Known {
    /// The remote record that one is linked to.
    fn linked(&self, key: &str) -> Result<Option<String>, Error>;

    /// Whether a remote record bears what was sent and nothing else. It is deleted then: what
    /// cannot be told is no.
    fn bears(&self, key: &str, held: &Held) -> bool;
}

/// What a remote record of our own making is.
enum Copy {
    Gone,
    /// It is what we made of it, and nobody has touched it.
    AsMade,
    /// Nobody can say so.
    InDoubt,
}

impl Pass<'_> {
    /// Deletes what is ours and one too many among the records that are `held` under their keys,
    /// and takes it out. `None` when the run is to stop.
    pub(super) async fn drop_doubles(
        &self,
        held: &mut HashMap<String, Vec<Held>>,
        known: &(impl Known + Sync),
        since: Timestamp,
    ) -> Result<Option<()>, Error> {
        if held.values().all(|rows| rows.len() < 2) {
            return Ok(Some(()));
        }
        let layout = &self.fit.layout;
        let made = self
            .line
            .ask(|| self.line.records.created_since(layout, since));
        let Some(made) = made.await else {
            return Ok(None);
        };
        let ours: HashSet<String> = made.into_iter().map(|held| held.id).collect();
        let mut spare: Vec<(String, String)> = Vec::new();
        for (key, rows) in held.iter_mut().filter(|(_, rows)| rows.len() > 1) {
            let linked = known.linked(key)?;
            let loose = |row: &&Held| ours.contains(&row.id) && Some(&row.id) != linked.as_ref();
            let loose = rows.iter().filter(loose).map(|row| row.id.clone());
            let loose: Vec<String> = loose.collect();
            let Some(as_made) = self.as_made(key, &loose, rows, known).await else {
                return Ok(None);
            };
            let many = one_too_many(rows, &as_made, linked.as_deref());
            let kept = |row: &Held| loose.contains(&row.id) && !as_made.contains(&row.id);
            if rows.len() - many.len() > 1 && rows.iter().any(kept) {
                self.note(key, KEPT);
            }
            spare.extend(many.into_iter().map(|id| (key.clone(), id)));
        }
        if spare.is_empty() {
            return Ok(Some(()));
        }
        self.delete(held, spare, known).await
    }

    /// Which of our rows under a key are as we made them; those that are gone are taken out.
    /// `None` when the run is to stop.
    async fn as_made(
        &self,
        key: &str,
        ours: &[String],
        rows: &mut Vec<Held>,
        known: &(impl Known + Sync),
    ) -> Option<HashSet<String>> {
        let mut as_made = HashSet::new();
        for id in ours {
            match self.copy(key, id, known).await? {
                Copy::Gone => rows.retain(|row| row.id != *id),
                Copy::AsMade => {
                    as_made.insert(id.clone());
                }
                Copy::InDoubt => {}
            }
        }
        Some(as_made)
    }

    /// Looks at one record of our own making. `None` when the run is to stop.
    async fn copy(&self, key: &str, id: &str, known: &(impl Known + Sync)) -> Option<Copy> {
        let layout = &self.fit.layout;
        let (since, calls) = self
            .line
            .asked(|| self.line.records.since_made(layout, id))
            .await?;
        self.book.read(1, calls);
        Some(match since {
            Since::Gone => Copy::Gone,
            Since::Untouched(row) if known.bears(key, &row) => Copy::AsMade,
            Since::Untouched(_) | Since::Touched => Copy::InDoubt,
        })
    }

    async fn delete(
        &self,
        held: &mut HashMap<String, Vec<Held>>,
        spare: Vec<(String, String)>,
        known: &(impl Known + Sync),
    ) -> Result<Option<()>, Error> {
        let layout = &self.fit.layout;
        self.commit(Batch::new(self.book.doubles(spare.len() as u64)))
            .await?;
        let mut deleted = 0;
        for (key, id) in spare {
            // Those before it took their time, and people work meanwhile.
            match self.copy(&key, &id, known).await {
                None => return Ok(None),
                Some(Copy::InDoubt) => {
                    self.note(&key, KEPT);
                    continue;
                }
                Some(Copy::Gone) => {}
                Some(Copy::AsMade) => {
                    let discard = self.line.ask(|| self.line.records.discard(layout, &id));
                    if discard.await.is_none() {
                        return Ok(None);
                    }
                    deleted += 1;
                    warn!(sync.id = %self.sync, remote_id = %id, "a record that was made twice was deleted");
                    self.note(&key, DELETED);
                }
            }
            if let Some(rows) = held.get_mut(&key) {
                rows.retain(|row| row.id != id);
            }
        }
        self.book.doubles_deleted(deleted);
        Ok(Some(()))
    }
}

/// Which of the records under one key are not needed. Only such go as are ours and `as_made`.
fn one_too_many(rows: &[Held], as_made: &HashSet<String>, linked: Option<&str>) -> Vec<String> {
    let (mine, others): (Vec<&Held>, Vec<&Held>) =
        rows.iter().partition(|row| as_made.contains(&row.id));
    let kept = match linked {
        Some(linked) if rows.iter().any(|row| row.id == linked) => Some(linked),
        // The one that it is linked to bears another key: nobody can tell what these are.
        Some(_) => return Vec::new(),
        None if others.is_empty() => {
            let oldest = mine.iter().min_by_key(|row| (row.created_at, &row.id));
            oldest.map(|row| row.id.as_str())
        }
        // What somebody has worked on, or made, is the one to go on with.
        None => None,
    };
    let spare = mine.into_iter().filter(|row| Some(row.id.as_str()) != kept);
    spare.map(|row| row.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, second: i64) -> Held {
        Held {
            id: id.into(),
            created_at: Timestamp::from_second(second).unwrap(),
            changed: None,
            created: false,
            cells: Vec::new(),
        }
    }

    fn spare(rows: &[Held], as_made: &[&str], linked: Option<&str>) -> Vec<String> {
        let as_made = as_made.iter().map(|id| (*id).to_owned()).collect();
        one_too_many(rows, &as_made, linked)
    }

    #[test]
    fn the_linked_one_stays_and_another_of_ours_goes() {
        let rows = [row("a", 1), row("b", 2)];
        assert_eq!(spare(&rows, &["a", "b"], Some("b")), ["a"]);
    }

    #[test]
    fn what_is_not_surely_as_we_made_it_is_never_too_many() {
        let rows = [row("a", 1), row("b", 2)];
        assert!(spare(&rows, &["b"], Some("b")).is_empty());
        assert_eq!(spare(&rows, &["b"], Some("a")), ["b"]);
        assert_eq!(
            spare(&rows, &["b"], None),
            ["b"],
            "the stranger's is matched"
        );
        assert!(spare(&rows, &[], None).is_empty());
    }

    #[test]
    fn of_several_of_ours_the_oldest_stays() {
        let rows = [row("b", 2), row("a", 1), row("c", 3)];
        assert_eq!(spare(&rows, &["a", "b", "c"], None), ["b", "c"]);
    }

    #[test]
    fn a_link_to_another_record_tells_nothing_of_these() {
        let rows = [row("a", 1), row("b", 2)];
        assert!(spare(&rows, &["a", "b"], Some("z")).is_empty());
    }
}
