//! Removes the second of two records that are both of our own making.
//!
//! A provider whose lists lag behind may hide a record that it has made until after it was looked
//! for in vain and made again. When the first one turns up, it goes to the trash.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use tracing::warn;

use super::super::error::Error;
use super::Pass;
use crate::providers::Held;
use crate::store::Batch;

const DELETED: &str = "a second record of our own making was found, and moved to the trash";
const KEPT: &str = "a second record of our own making was found; somebody has changed it since, so \
                    it was left alone: delete the one that is not wanted";

/// What is known here of records of which there may be two.
pub(super) trait Known {
    /// The remote record that one is linked to.
    fn linked(&self, key: &str) -> Option<String>;

    /// Whether a remote record bears what was sent.
    fn resembles(&self, key: &str, held: &Held) -> bool;
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
        for (key, rows) in held.iter().filter(|(_, rows)| rows.len() > 1) {
            for id in one_too_many(rows, &ours, known.linked(key).as_deref()) {
                let row = rows.iter().find(|row| row.id == id);
                if row.is_some_and(|row| known.resembles(key, row)) {
                    spare.push((key.clone(), id));
                } else {
                    self.note(key, KEPT);
                }
            }
        }
        if spare.is_empty() {
            return Ok(Some(()));
        }
        self.delete(held, spare).await
    }

    async fn delete(
        &self,
        held: &mut HashMap<String, Vec<Held>>,
        spare: Vec<(String, String)>,
    ) -> Result<Option<()>, Error> {
        let layout = &self.fit.layout;
        let doubles = spare.len() as u64;
        self.commit(Batch::new(self.book.doubles(doubles))).await?;
        for (key, id) in spare {
            let deleted = self.line.ask(|| self.line.records.discard(layout, &id));
            if deleted.await.is_none() {
                return Ok(None);
            }
            warn!(sync.id = %self.sync, remote_id = %id, "a record that was made twice was deleted");
            self.note(&key, DELETED);
            if let Some(rows) = held.get_mut(&key) {
                rows.retain(|row| row.id != id);
            }
        }
        self.book.doubles_deleted(doubles);
        Ok(Some(()))
    }
}

/// Which of the records under one key are ours and not needed.
fn one_too_many(rows: &[Held], ours: &HashSet<String>, linked: Option<&str>) -> Vec<String> {
    let (mine, others): (Vec<&Held>, Vec<&Held>) =
        rows.iter().partition(|row| ours.contains(&row.id));
    let kept = match linked {
        Some(linked) if rows.iter().any(|row| row.id == linked) => Some(linked),
        // The one that it is linked to bears another key: nobody can tell what these are.
        Some(_) => return Vec::new(),
        None if others.is_empty() => {
            let oldest = mine.iter().min_by_key(|row| (row.created_at, &row.id));
            oldest.map(|row| row.id.as_str())
        }
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
            created: false,
            cells: Vec::new(),
        }
    }

    fn spare(rows: &[Held], ours: &[&str], linked: Option<&str>) -> Vec<String> {
        let ours = ours.iter().map(|id| (*id).to_owned()).collect();
        one_too_many(rows, &ours, linked)
    }

    #[test]
    fn the_linked_one_stays_and_another_of_ours_goes() {
        let rows = [row("a", 1), row("b", 2)];
        assert_eq!(spare(&rows, &["a", "b"], Some("b")), ["a"]);
    }

    #[test]
    fn a_strangers_record_is_never_too_many() {
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
