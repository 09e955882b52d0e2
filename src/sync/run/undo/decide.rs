//! Decides for one record whether and how what a run did to it is undone.

use super::super::super::counts::Fate;
use super::super::super::link::{Hash, UNKNOWN};
use super::super::super::memory::Deed;
use super::super::super::plan::{Change, Ways};
use super::super::content::marked;
use super::super::decide::{differences, vanishing};
use super::{CHANGED_SINCE, GONE_SINCE, KEY_TAKEN, NOT_KNOWN};

/// What is told of a record that was deleted, and comes again.
const ANEW: &str = "it is made anew, under another id";
const FROM_TRASH: &str = "it is brought back from the trash";

/// What the provider has of a record now.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Now<'a> {
    /// The cells of the remote record that the run wrote, if it is there.
    pub(super) cells: Option<&'a [u8]>,
    /// What others have put into it beside that, if the run has made it.
    pub(super) work: Option<&'a str>,
    /// Whether a record has the key of one that the run deleted.
    pub(super) key_taken: bool,
    /// Whether the provider brings back what was deleted.
    pub(super) restores: bool,
}

/// What undoing a deed comes to; `None` when nothing is left of it.
pub(super) fn undone(deed: &Deed, mark: &Hash, now: Now<'_>) -> Option<Change> {
    let change = |fate, fields, reason: Option<&str>, sent| {
        Some(Change {
            key: deed.key.clone(),
            fate,
            remote_id: Some(deed.remote_id.clone()),
            reason: reason.map(str::to_owned),
            fields,
            ways: Ways::default(),
            sent,
        })
    };
    let held = |reason| change(Fate::Held, Vec::new(), Some(reason), UNKNOWN);
    if deed.fate == Fate::Deleted {
        return match &deed.was.cells {
            None => held(NOT_KNOWN),
            Some(_) if now.key_taken => held(KEY_TAKEN),
            Some(before) => {
                let told = if now.restores { FROM_TRASH } else { ANEW };
                change(Fate::Created, differences(before, &[]), Some(told), UNKNOWN)
            }
        };
    }
    let created = deed.fate == Fate::Created;
    let Some(cells) = now.cells else {
        return if created { None } else { held(GONE_SINCE) };
    };
    let as_left = marked(mark, cells) == deed.left;
    if let Some(work) = now.work.filter(|_| created && as_left) {
        return held(work);
    }
    match &deed.was.cells {
        _ if created && as_left => change(Fate::Deleted, vanishing(cells), None, deed.left),
        Some(before) if !created && before == cells => None,
        _ if !as_left => held(CHANGED_SINCE),
        Some(before) => change(Fate::Changed, differences(before, cells), None, deed.left),
        None => held(NOT_KNOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::memory::Was;
    use super::super::super::content::spell;
    use super::*;
    use crate::fields::Value;

    const MARK: Hash = [9; 16];

    fn cells(texts: [&str; 2]) -> Vec<u8> {
        spell(&texts.map(Value::text))
    }

    fn deed(fate: Fate, left: &[u8], before: Option<&[u8]>) -> Deed {
        Deed {
            key: "LHR".into(),
            fate,
            remote_id: "recA".into(),
            left: marked(&MARK, left),
            was: Was {
                cells: before.map(<[u8]>::to_vec),
                ..Was::default()
            },
        }
    }

    fn met(deed: &Deed, there: Option<&[u8]>) -> Option<(Fate, String)> {
        let now = Now {
            cells: there,
            ..Now::default()
        };
        let change = undone(deed, &MARK, now)?;
        Some((change.fate, change.reason.unwrap_or_default()))
    }

    fn told(fate: Fate, reason: &str) -> (Fate, String) {
        (fate, reason.to_owned())
    }

    #[test]
    fn what_is_as_the_run_left_it_is_taken_back_and_nothing_else() {
        let (old, new, other) = (
            cells(["LHR", "Old"]),
            cells(["LHR", "New"]),
            cells(["LHR", "!"]),
        );
        let changed = deed(Fate::Changed, &new, Some(&old));
        assert_eq!(met(&changed, Some(&new)), Some(told(Fate::Changed, "")));
        assert_eq!(met(&changed, Some(&old)), None);
        assert_eq!(
            met(&changed, Some(&other)),
            Some(told(Fate::Held, CHANGED_SINCE))
        );
        assert_eq!(met(&changed, None), Some(told(Fate::Held, GONE_SINCE)));
        let matched = deed(Fate::Matched, &new, None);
        assert_eq!(met(&matched, Some(&new)), Some(told(Fate::Held, NOT_KNOWN)));
        let created = deed(Fate::Created, &new, None);
        assert_eq!(met(&created, Some(&new)), Some(told(Fate::Deleted, "")));
        assert_eq!(
            met(&created, Some(&other)),
            Some(told(Fate::Held, CHANGED_SINCE))
        );
        assert_eq!(met(&created, None), None);
    }

    #[test]
    fn what_the_run_made_stays_where_others_have_put_something_into_it() {
        let left = cells(["LHR", "New"]);
        let now = Now {
            cells: Some(&left),
            work: Some("held back: they wrote a note"),
            ..Now::default()
        };
        let made = undone(&deed(Fate::Created, &left, None), &MARK, now).unwrap();
        assert_eq!((made.fate, made.reason.as_deref()), (Fate::Held, now.work));
        let old = cells(["LHR", "Old"]);
        let changed = undone(&deed(Fate::Changed, &left, Some(&old)), &MARK, now).unwrap();
        assert_eq!(changed.fate, Fate::Changed, "its other fields stay anyway");
    }

    #[test]
    fn what_the_run_deleted_comes_again_unless_its_key_is_taken() {
        let old = cells(["LHR", "Old"]);
        let deleted = deed(Fate::Deleted, &[], Some(&old));
        assert_eq!(met(&deleted, None), Some(told(Fate::Created, ANEW)));
        let taken = Now {
            key_taken: true,
            ..Now::default()
        };
        let change = undone(&deleted, &MARK, taken).unwrap();
        assert_eq!(change.fate, Fate::Held);
    }

    #[test]
    fn the_fields_show_what_is_there_and_what_it_was() {
        let (old, new) = (cells(["LHR", "Old"]), cells(["LHR", "New"]));
        let changed = deed(Fate::Changed, &new, Some(&old));
        let now = Now {
            cells: Some(&new),
            ..Now::default()
        };
        let fields = undone(&changed, &MARK, now).unwrap().fields;
        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].after.as_deref(), Some("Old"));
    }
}
