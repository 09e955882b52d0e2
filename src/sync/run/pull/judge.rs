//! Decides for one remote row what becomes of it here.

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::{Hash, Link, Links, UNKNOWN};
use super::super::super::past::{Past, changed};
use super::super::super::plan::Difference;
use super::super::super::tie::{Tie, Ties};
use super::super::content::{fingerprint, spell};
use super::super::decide::differences;
use super::super::fit::Fit;
use super::super::mark::Mark;
use super::desk::Fresh;
use super::fill::told;
use super::overlay::Overlay;
use super::roster::{Roster, Told, head};
use crate::base::SyncId;
use crate::datasets::{Brought, Dataset, Unread};
use crate::fields::{ContentHash, Fields, Value, content_hash};
use crate::providers::{self, Cells, Reading};
use crate::store::{Snapshot, Version};

/// What rows are judged with.
pub(super) struct Judge<'a> {
    pub(super) sync: SyncId,
    pub(super) fit: &'a Fit,
    pub(super) dataset: &'a Dataset,
    pub(super) moment: &'a Snapshot,
    /// What was known of the remote records before.
    pub(super) roster: &'a Roster,
    /// Whether each difference is wanted, for people; nothing is written then.
    pub(super) explain: bool,
    /// Whether the stamp of a row that has not changed is wanted.
    pub(super) stamps: bool,
    /// What reads rows.
    pub(super) reading: Reading,
}

/// A remote row, read.
struct Row<'a> {
    id: &'a str,
    mark: Mark,
    /// The fingerprint of its text, if that tells all of it.
    text: Option<Hash>,
    cells: &'a [Option<Value>],
}

/// Why rows could not be judged.
pub(super) enum Halt {
    /// Something of ours failed.
    Ours(Error),
    /// What the provider has sent makes no sense.
    Unreadable(providers::Error),
}

impl<E: Into<Error>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

/// What becomes of a remote row.
pub(super) struct Judged {
    pub(super) mark: Mark,
    pub(super) remote_id: String,
    /// The record's key; the remote id in its place when the key is what is wrong.
    pub(super) key: String,
    pub(super) fate: Fate,
    pub(super) reason: String,
    /// Of what remote and what own content this was decided; zeros where nobody asks.
    pub(super) stamp: Hash,
    /// What changes, if that was wanted.
    pub(super) fields: Vec<Difference>,
    pub(super) act: Act,
    /// The remote record that has its key already, if that is what stands in its way.
    pub(super) rival: Option<Rival>,
}

/// A remote record whose key another one bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rival {
    pub(super) remote_id: String,
    pub(super) key: String,
}

impl Judged {
    /// What is remembered of it, if it is written.
    pub(super) fn past(&self) -> Option<&Past> {
        match &self.act {
            Act::Nothing | Act::Noted(_) | Act::Letter(_) | Act::Tied(_) => None,
            Act::Write(written) => Some(&written.past),
            Act::Delete(deleted) => Some(&deleted.past),
            Act::Restore(restored) => Some(&restored.past),
        }
    }

    /// Whether a record gets or keeps its key by it.
    pub(super) fn takes_key(&self) -> bool {
        matches!(self.act, Act::Write(_) | Act::Tied(_) | Act::Restore(_))
    }

    /// Whether another row stands in its way, which may be gone by now.
    pub(super) fn is_contested(&self) -> bool {
        self.fate == Fate::Refused && self.rival.is_some()
    }
}

/// What is written for a row.
pub(super) enum Act {
    /// Nothing.
    Nothing,
    /// That the provider has this, and the dataset does not take it.
    Letter(Vec<Option<Value>>),
    /// That nothing has changed but the text it was sent as.
    Noted(Box<Tie>),
    /// That it belongs to a record, which holds the same already.
    Tied(Box<(Tie, Link)>),
    /// A record.
    Write(Box<Written>),
    /// The record as it was read is deleted.
    Delete(Box<Deleted>),
    /// It becomes what it was before another run.
    Restore(Box<Restored>),
}

/// A record that is deleted.
pub(super) struct Deleted {
    pub(super) version: Version,
    pub(super) past: Past,
}

/// A record that becomes what it was before another run.
pub(super) struct Restored {
    /// What it becomes; none when it is deleted.
    pub(super) put: Option<Brought>,
    /// What it is, under whatever key; none when it is not there.
    pub(super) here: Option<Unread>,
    /// What is then known of it.
    pub(super) tie: Option<Tie>,
    pub(super) past: Past,
}

/// A record that is written.
pub(super) struct Written {
    pub(super) brought: Brought,
    /// The record in whose place it comes.
    pub(super) before: Option<Unread>,
    /// The record under its former key, and that key.
    pub(super) former: Option<(String, Option<Unread>)>,
    pub(super) tie: Tie,
    pub(super) link: Link,
    pub(super) past: Past,
}

/// Which record here a row belongs to.
struct Owned {
    key: String,
    before: Option<Unread>,
    former: Option<(String, Option<Unread>)>,
}

/// Who has made a record, and who has written into it.
struct Standing {
    /// The sync has made it.
    ours: bool,
    /// People have changed it since.
    touched: bool,
}

/// The fields that differ, as they were and as they become.
type Spelt = (Vec<u8>, Vec<u8>);

enum Ownership {
    Owned(Owned),
    Contested(Rival),
    Refused(String),
    Later,
}

/// The fingerprint of the remote and own content that something was decided of.
pub(super) fn stamp(echo: &Hash, own: Option<ContentHash>) -> Hash {
    let own = own.map_or([0; 16], |hash| hash.0);
    content_hash(&[*echo, own].concat()).0
}

impl Judge<'_> {
    /// Judges a row, and notes in `overlay` what that changes about keys. `None` when its turn comes
    /// only after those before it are committed.
    pub(super) fn judge(
        &self,
        fresh: &Fresh,
        overlay: &mut Overlay,
    ) -> Result<Option<Judged>, Halt> {
        let (text, read);
        let (text, cells) = match &fresh.row.cells {
            Cells::Unread(bytes) => {
                text = self.fit.text_mark(bytes);
                if let Some(same) = self.unchanged(fresh, &text)? {
                    return Ok(Some(same));
                }
                read = (self.reading)(&self.fit.layout, bytes).map_err(Halt::Unreadable)?;
                (Some(text), &read)
            }
            Cells::Read(cells) => (None, cells),
        };
        let row = Row {
            id: &fresh.row.id,
            mark: fresh.mark,
            text,
            cells,
        };
        Ok(self.judge_read(&row, overlay)?)
    }

    /// What becomes of a row whose text is the same as before, if its record here is the same too;
    /// none when that cannot be told by the text.
    fn unchanged(&self, fresh: &Fresh, text: &Hash) -> Result<Option<Judged>, Error> {
        let Told::Same(key, source) = self.roster.tell(&fresh.mark, Some(text)) else {
            return Ok(None);
        };
        if self.stamps {
            return Ok(None); // which takes more than the text
        }
        let here = self.dataset.hash_at(self.moment, key)?;
        let same = here.filter(|here| head(&self.fit.source(*here)) == source);
        let row = (fresh.row.id.as_str(), fresh.mark);
        let fate = (Fate::Unchanged, UNKNOWN);
        Ok(same.map(|_| judged(row, key.to_owned(), fate, Act::Nothing)))
    }

    fn judge_read(&self, row: &Row<'_>, overlay: &mut Overlay) -> Result<Option<Judged>, Error> {
        let echo = fingerprint(&self.fit.mark, row.cells);
        let tie = match self.roster.tell(&row.mark, None) {
            Told::New => None,
            Told::Same(..) | Told::Ask => {
                let tie = self.moment.get::<Ties>(&(self.sync, row.id.to_owned()))?;
                tie.map(|tie| tie.value)
            }
        };
        let here = match &tie {
            Some(tie) => self.dataset.unread(self.moment, &tie.key)?,
            None => None,
        };
        if let (Some(tie), Some(here)) = (&tie, &here)
            && tie.echo == echo
            && tie.source == self.fit.source(here.hash())
        {
            let stamp = stamp(&echo, Some(here.hash()));
            let act = match row.text {
                Some(text) if tie.text != Some(text) && !self.explain => {
                    Act::Noted(Box::new(Tie {
                        text: Some(text),
                        ..tie.clone()
                    }))
                }
                _ => Act::Nothing,
            };
            let fate = (Fate::Unchanged, stamp);
            return Ok(Some(judged((row.id, row.mark), tie.key.clone(), fate, act)));
        }
        let own = here.as_ref().map(Unread::hash);
        let key = match self.fit.key_here(self.dataset.schema(), row.cells) {
            Ok(key) => key,
            Err(reason) => return Ok(Some(refused(row, None, reason, stamp(&echo, own)))),
        };
        match self.owner(row.id, key, (tie.as_ref(), here), overlay)? {
            Ownership::Later => Ok(None),
            Ownership::Refused(reason) => Ok(Some(refused(row, None, reason, stamp(&echo, own)))),
            Ownership::Contested(rival) => Ok(Some(Judged {
                rival: Some(rival.clone()),
                ..refused(row, None, rival.told(), stamp(&echo, own))
            })),
            Ownership::Owned(owned) => self.write(row, (echo, tie), owned, overlay).map(Some),
        }
    }

    /// Finds the record that a row belongs to: the one that it was tied to, whatever its key is
    /// now, or the one with its key if that belongs to no other row.
    fn owner(
        &self,
        remote_id: &str,
        key: String,
        (tie, here): (Option<&Tie>, Option<Unread>),
        overlay: &Overlay,
    ) -> Result<Ownership, Error> {
        let tie = match tie {
            Some(tie) if tie.key == key => {
                let (before, former) = (here, None);
                return Ok(Ownership::Owned(Owned {
                    key,
                    before,
                    former,
                }));
            }
            None if self.roster.is_free(&key) && overlay.holder(&key).is_none() => {
                return Ok(Ownership::Owned(Owned {
                    key,
                    before: None,
                    former: None,
                }));
            }
            tie => tie,
        };
        let link = self.moment.get::<Links>(&(self.sync, key.clone()))?;
        let freed = overlay.is_freed(&key);
        let linked = link.map(|link| link.value.remote_id).filter(|_| !freed);
        let holder = overlay.holder(&key).or(linked.as_deref());
        if let Some(other) = holder.filter(|holder| *holder != remote_id) {
            let remote_id = other.to_owned();
            return Ok(Ownership::Contested(Rival { remote_id, key }));
        }
        if freed && !self.explain {
            return Ok(Ownership::Later);
        }
        let found = self.dataset.unread(self.moment, &key)?.filter(|_| !freed);
        let Some(tie) = tie else {
            let (before, former) = (found, None);
            return Ok(Ownership::Owned(Owned {
                key,
                before,
                former,
            }));
        };
        if found.is_some() {
            return Ok(Ownership::Refused(format!(
                "its key was changed from {:?} to {key:?}, and a record of that key is here \
                 already; delete one of the two here",
                tie.key
            )));
        }
        let (before, former) = (None, Some((tie.key.clone(), here)));
        Ok(Ownership::Owned(Owned {
            key,
            before,
            former,
        }))
    }

    fn write(
        &self,
        row: &Row<'_>,
        (echo, tie): (Hash, Option<Tie>),
        owned: Owned,
        overlay: &mut Overlay,
    ) -> Result<Judged, Error> {
        let schema = self.dataset.schema();
        let Owned {
            key,
            before,
            former,
        } = owned;
        let moved = former.as_ref().and_then(|(_, record)| record.as_ref());
        let base = before.as_ref().or(moved);
        let stamp = stamp(&echo, base.map(Unread::hash));
        let mut fields = match base {
            Some(base) => base.fields(schema)?,
            None => Fields::empty(schema),
        };
        let old = base.map(|_| fields.clone());
        let brought = match self.fill(row, &mut fields) {
            Ok(brought) => brought,
            Err(reason) => return Ok(refused(row, Some(key), reason, stamp)),
        };
        let fate = match (base, &tie) {
            (None, _) => Fate::Created,
            (Some(_), Some(_)) => Fate::Changed,
            (Some(_), None) => Fate::Matched,
        };
        let standing = self.standing(base, tie.as_ref());
        let (kept, link) = self.bound((row, &key), echo, (brought.hash(), standing));
        overlay.claim(&key, row.id);
        if let Some((former, _)) = &former {
            overlay.free(former);
        }
        let same = former.is_none() && base.is_some_and(|base| base.hash() == brought.hash());
        if same {
            let act = Act::Tied(Box::new((kept, link)));
            return Ok(judged((row.id, row.mark), key, (of_same(fate), stamp), act));
        }
        let (past, differing) = self.explained(old.as_ref(), &fields);
        let past = Past {
            key: key.clone(),
            fate,
            remote_id: row.id.to_owned(),
            left: brought.hash().0,
            former: former.as_ref().map(|(former, _)| former.clone()),
            tie,
            before: past.0,
            after: past.1,
        };
        let written = Written {
            brought,
            before,
            former,
            tie: kept,
            link,
            past,
        };
        let act = Act::Write(Box::new(written));
        Ok(Judged {
            fields: differing,
            ..judged((row.id, row.mark), key, (fate, stamp), act)
        })
    }

    /// Lets fields hold what a row holds; errs when the dataset does not take that.
    fn fill(&self, row: &Row<'_>, fields: &mut Fields) -> Result<Brought, String> {
        self.fit.fill(self.dataset.schema(), row.cells, fields)?;
        self.dataset.brought(fields).map_err(|faults| told(&faults))
    }

    /// What a write changes of a record that was there, to be remembered, and in words if people
    /// want to see it.
    fn explained(&self, old: Option<&Fields>, new: &Fields) -> (Spelt, Vec<Difference>) {
        let spelt = old.map(|old| changed(self.dataset.schema(), old, new));
        let told = if self.explain {
            let cells = |fields: &Fields| spell(&self.fit.cells(fields));
            differences(&cells(new), &old.map(cells).unwrap_or_default())
        } else {
            Vec::new()
        };
        (spelt.unwrap_or_default(), told)
    }

    /// Whether a row's record is of the sync's making, and what people have done to it since.
    fn standing(&self, base: Option<&Unread>, tie: Option<&Tie>) -> Standing {
        let Some(base) = base else {
            return Standing {
                ours: true,
                touched: false,
            };
        };
        let ours = tie.filter(|tie| tie.ours);
        Standing {
            ours: ours.is_some(),
            touched: ours.is_some_and(|tie| {
                let hash = base.hash();
                tie.is_touched(&self.fit.source(hash), hash)
            }),
        }
    }

    /// What is remembered of a row that is a record with this content.
    fn bound(
        &self,
        (row, key): (&Row<'_>, &str),
        echo: Hash,
        (content, Standing { ours, touched }): (ContentHash, Standing),
    ) -> (Tie, Link) {
        let source = self.fit.source(content);
        let tie = Tie {
            key: key.to_owned(),
            echo,
            source,
            content: Some(content),
            text: row.text,
            ours,
            touched,
        };
        let link = tie.link(row.id);
        (tie, link)
    }
}

impl Rival {
    fn told(&self) -> String {
        let Self { remote_id, key } = self;
        format!("its key {key:?} belongs to the remote record {remote_id} already; each key once")
    }
}

/// What becomes of a record whose content stays as it is.
fn of_same(fate: Fate) -> Fate {
    match fate {
        Fate::Changed => Fate::Unchanged,
        fate => fate,
    }
}

fn judged(
    (remote_id, mark): (&str, Mark),
    key: String,
    (fate, stamp): (Fate, Hash),
    act: Act,
) -> Judged {
    Judged {
        mark,
        remote_id: remote_id.to_owned(),
        key,
        fate,
        reason: String::new(),
        stamp,
        fields: Vec::new(),
        act,
        rival: None,
    }
}

/// A row that the dataset does not take. One whose key is what is wrong goes by its remote id: the
/// key may be that of another.
fn refused(row: &Row<'_>, key: Option<String>, reason: String, stamp: Hash) -> Judged {
    let key = key.unwrap_or_else(|| row.id.to_owned());
    Judged {
        mark: row.mark,
        remote_id: row.id.to_owned(),
        key,
        fate: Fate::Refused,
        reason,
        stamp,
        fields: Vec::new(),
        act: Act::Letter(row.cells.to_vec()),
        rival: None,
    }
}
