//! Decides for one record what a run would do with it, and what that changes.

use super::super::counts::Fate;
use super::super::link::{Hash, Link};
use super::super::plan::{Before, Difference, Held};
use super::content::marked;
use super::fit::shortened;

/// A record as it is here.
pub(super) struct Here<'a> {
    /// The fingerprint of the layout.
    pub(super) mark: &'a Hash,
    /// The fingerprint of what would be sent.
    pub(super) sent: Hash,
    /// What would be sent: canonical cells, each ended by a zero byte.
    pub(super) cells: &'a [u8],
    /// Why the provider will not take it, as far as that can be told.
    pub(super) misfit: Option<String>,
}

/// A record as the provider holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum There {
    /// Nobody has looked.
    NotRead,
    /// It is not there.
    Missing,
    /// It is.
    Held(Held),
}

/// What a run would do with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) fate: Fate,
    pub(super) reason: String,
    pub(super) fields: Vec<Difference>,
}

/// What a run would do with a record; `None` when it would leave it as it is.
///
/// `link` is what was last agreed, `there` what was read just now. What was read is believed.
pub(super) fn decide(here: Here<'_>, link: Option<&Link>, there: &There) -> Option<Decision> {
    let (fate, fields) = match (link, there) {
        (Some(link), There::NotRead) if link.agrees(&here.sent) => return None,
        (Some(link), There::NotRead) => (link.fate(), since_agreed(&here, link)),
        (Some(link), There::Held(held)) if is_same(&here, link, &held.cells) => return None,
        (Some(link), There::Held(held)) => (link.fate(), differences(here.cells, &held.cells)),
        (None, There::Held(Held { twice: true, .. })) => {
            return Some(refused(
                "more than one record of the table has this key".to_owned(),
            ));
        }
        (None, There::Held(held)) => (Fate::Matched, differences(here.cells, &held.cells)),
        (_, There::Missing) | (None, There::NotRead) => {
            (Fate::Created, differences(here.cells, &[]))
        }
    };
    Some(match here.misfit {
        Some(reason) => refused(reason),
        None => Decision {
            fate,
            reason: String::new(),
            fields,
        },
    })
}

fn refused(reason: String) -> Decision {
    Decision {
        fate: Fate::Refused,
        reason,
        fields: Vec::new(),
    }
}

/// Whether the provider still holds what it answered when the record was agreed, or holds what
/// would be sent.
fn is_same(here: &Here<'_>, link: &Link, held: &[u8]) -> bool {
    let untouched = || link.echoes(&marked(here.mark, held)) || held == here.cells;
    link.agrees(&here.sent) && untouched()
}

/// What has changed since the record was agreed: against what the provider then held, if that is
/// known in these cells.
fn since_agreed(here: &Here<'_>, link: &Link) -> Vec<Difference> {
    if link.echoes(&marked(here.mark, &link.cells)) {
        return differences(here.cells, &link.cells);
    }
    let unknown = |(column, after)| Difference {
        column,
        side: None,
        before: Before::Unknown,
        after: in_words(after),
    };
    columns(here.cells).map(unknown).collect()
}

/// The cells that differ. Cells that are not there are empty.
pub(super) fn differences(after: &[u8], before: &[u8]) -> Vec<Difference> {
    let mut held = before.split(|byte| *byte == 0);
    let differing = columns(after).filter_map(|(column, after)| {
        let before = held.next().unwrap_or_default();
        (before != after).then(|| Difference {
            column,
            side: None,
            before: Before::Held(in_words(before)),
            after: in_words(after),
        })
    });
    differing.collect()
}

/// What a remote record holds and would hold no more.
pub(super) fn vanishing(before: &[u8]) -> Vec<Difference> {
    let vanishing = columns(before).filter(|(_, before)| !before.is_empty());
    let vanishing = vanishing.map(|(column, before)| Difference {
        column,
        side: None,
        before: Before::Held(in_words(before)),
        after: None,
    });
    vanishing.collect()
}

/// The same where nobody knows what that is.
pub(super) fn vanishing_unknown(columns: usize) -> Vec<Difference> {
    let columns = (0..=u16::MAX).take(columns);
    let unknown = columns.map(|column| Difference {
        column,
        side: None,
        before: Before::Unknown,
        after: None,
    });
    unknown.collect()
}

/// The cells with their places.
fn columns(cells: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let cells = cells.strip_suffix(&[0]).unwrap_or(cells);
    (0..=u16::MAX).zip(cells.split(|byte| *byte == 0))
}

/// A canonical value in words.
pub(super) fn in_words(canonical: &[u8]) -> Option<String> {
    let text = match canonical.first()? {
        b'"' => serde_json::from_slice(canonical).ok()?,
        _ => String::from_utf8_lossy(canonical).into_owned(),
    };
    Some(shortened(&text))
}

#[cfg(test)]
mod tests {
    use super::super::super::link::Content;
    use super::super::content::spell;
    use super::*;
    use crate::fields::Value;

    const MARK: Hash = [9; 16];

    fn cells(texts: [&str; 3]) -> Vec<u8> {
        spell(&texts.map(Value::text))
    }

    fn here(cells: &[u8]) -> Here<'_> {
        Here {
            mark: &MARK,
            sent: marked(&MARK, cells),
            cells,
            misfit: None,
        }
    }

    fn agreed(sent: &[u8], echo: &[u8]) -> Link {
        Link {
            remote_id: "recA".into(),
            content: Content::Agreed {
                sent: marked(&MARK, sent),
                echo: marked(&MARK, echo),
            },
            source: [0; 16],
            cells: echo.to_vec(),
            here: Vec::new(),
            ours: true,
            aside: false,
            apart: false,
        }
    }

    fn held(cells: &[u8]) -> There {
        There::Held(Held {
            remote_id: "recA".into(),
            cells: cells.to_vec(),
            twice: false,
        })
    }

    fn field(column: u16, before: Option<&str>, after: Option<&str>) -> Difference {
        Difference {
            column,
            side: None,
            before: Before::Held(before.map(str::to_owned)),
            after: after.map(str::to_owned),
        }
    }

    #[test]
    fn what_was_agreed_is_left_alone_even_when_the_provider_rounds() {
        let (mine, theirs) = (cells(["a", "b", "c"]), cells(["a", "b", "C"]));
        let link = agreed(&mine, &theirs);
        assert_eq!(decide(here(&mine), Some(&link), &There::NotRead), None);
        assert_eq!(decide(here(&mine), Some(&link), &held(&theirs)), None);
    }

    #[test]
    fn a_change_shows_its_fields_against_what_was_last_agreed() {
        let (old, new) = (cells(["a", "b", "c"]), cells(["a", "x", ""]));
        let link = agreed(&old, &old);
        let decision = decide(here(&new), Some(&link), &There::NotRead).unwrap();
        assert_eq!(decision.fate, Fate::Changed);
        let wanted = [field(1, Some("b"), Some("x")), field(2, Some("c"), None)];
        assert_eq!(decision.fields, wanted);
    }

    #[test]
    fn what_was_agreed_in_other_fields_is_not_known_in_these() {
        let (old, new) = (cells(["a", "b", "c"]), cells(["a", "x", "c"]));
        let mut link = agreed(&old, &old);
        link.cells = cells(["of", "other", "fields"]);
        let decision = decide(here(&new), Some(&link), &There::NotRead).unwrap();
        let unknown = |field: &Difference| field.before == Before::Unknown;
        assert!(decision.fields.iter().all(unknown));
        assert_eq!(decision.fields.len(), 3);
    }

    #[test]
    fn what_a_colleague_has_changed_is_believed_when_it_was_read() {
        let mine = cells(["a", "b", "c"]);
        let link = agreed(&mine, &mine);
        let decision = decide(here(&mine), Some(&link), &held(&cells(["a", "!", "c"])));
        assert_eq!(decision.unwrap().fields, [field(1, Some("!"), Some("b"))]);
    }

    #[test]
    fn a_stranger_with_the_key_is_matched_and_two_are_refused() {
        let (mine, theirs) = (cells(["a", "b", "c"]), cells(["a", "", "c"]));
        let decision = decide(here(&mine), None, &held(&theirs)).unwrap();
        assert_eq!(decision.fate, Fate::Matched);
        assert_eq!(decision.fields, [field(1, None, Some("b"))]);
        let There::Held(mut two) = held(&theirs) else {
            unreachable!()
        };
        two.twice = true;
        let decision = decide(here(&mine), None, &There::Held(two)).unwrap();
        assert_eq!(decision.fate, Fate::Refused);
    }

    #[test]
    fn what_vanishes_is_every_cell_that_is_not_empty() {
        let gone = vanishing(&cells(["a", "", "c"]));
        assert_eq!(gone, [field(0, Some("a"), None), field(2, Some("c"), None)]);
        let unknown = vanishing_unknown(3);
        assert!(unknown.iter().all(|one| one.before == Before::Unknown));
        assert_eq!(unknown.len(), 3);
    }

    #[test]
    fn what_is_not_there_is_created_with_its_cells_that_are_not_empty() {
        let mine = cells(["a", "", "c"]);
        for there in [There::NotRead, There::Missing] {
            let decision = decide(here(&mine), None, &there).unwrap();
            assert_eq!(decision.fate, Fate::Created);
            let wanted = [field(0, None, Some("a")), field(2, None, Some("c"))];
            assert_eq!(decision.fields, wanted);
        }
    }

    #[test]
    fn what_the_provider_will_not_take_is_refused_unless_it_is_there_already() {
        let mine = cells(["a", "b", "c"]);
        let misfit = || Here {
            misfit: Some("no".into()),
            ..here(&mine)
        };
        let decision = decide(misfit(), None, &There::NotRead).unwrap();
        assert_eq!(
            (decision.fate, decision.reason.as_str()),
            (Fate::Refused, "no")
        );
        let link = agreed(&mine, &mine);
        assert_eq!(decide(misfit(), Some(&link), &There::NotRead), None);
    }
}
