//! Lets both sides agree to differ in what an undo takes back.

use super::super::super::super::error::Error;
use super::super::super::super::link::{Content, Link, Links, UNKNOWN};
use super::super::super::Pass;
use super::super::super::content::marked;
use super::super::base::{Cells, Now, apart, joined};
use crate::datasets::{Brought, Dataset, Unread};
use crate::fields::Fields;
use crate::store::Batch;

impl Pass<'_> {
    /// Adds to a batch that both sides agree to differ in what becomes of a record here: `here` is
    /// what it is, and `put` what it becomes.
    pub(in super::super::super) fn agree_to_differ(
        &self,
        batch: &mut Batch,
        dataset: &Dataset,
        (remote_id, put, here): (&str, Option<&Brought>, Option<&Unread>),
    ) -> Result<(), Error> {
        let key = put.map(Brought::key).or(here.map(Unread::key));
        let place = (self.sync, key.unwrap_or_default().to_owned());
        let schema = dataset.schema();
        let new = put.map(|put| put.fields(schema)).transpose()?;
        let old = here.map(|here| here.fields(schema)).transpose()?;
        let new = new.map(|fields| self.cells_here(&fields));
        let old = old.map(|fields| self.cells_here(&fields));
        let link = self.store.get::<Links>(&place)?.map(|row| row.value);
        let link = link.filter(|link| link.remote_id == remote_id);
        let link = match (link, new, old) {
            (Some(link), Some(new), Some(old)) => given_back(link, &new, &old),
            (Some(link), Some(new), None) => Link {
                here: joined(&new),
                apart: true,
                ..link
            },
            (Some(link), None, _) => Link {
                apart: true,
                ..link
            },
            // It was deleted with its link.
            (None, Some(new), None) => self.alone(remote_id, &new),
            (None, ..) => return Ok(()),
        };
        batch.put::<Links>(&place, &self.differing(link));
        Ok(())
    }

    fn cells_here(&self, fields: &Fields) -> Cells {
        Now::of(self.fit.cells(fields)).cells
    }

    /// The link of a record that is here alone.
    fn alone(&self, remote_id: &str, cells: &Cells) -> Link {
        Link {
            remote_id: remote_id.to_owned(),
            content: Content::Agreed {
                sent: UNKNOWN,
                echo: UNKNOWN,
            },
            source: UNKNOWN,
            cells: joined(cells),
            here: joined(cells),
            ours: false,
            aside: false,
            apart: true,
        }
    }

    /// A link whose sides agree to hold what it says.
    pub(super) fn differing(&self, link: Link) -> Link {
        let content = match link.content {
            Content::Agreed { .. } => Content::Agreed {
                sent: marked(&self.fit.mark, &link.here),
                echo: marked(&self.fit.mark, &link.cells),
            },
            found @ Content::Found { .. } => found,
        };
        Link {
            content,
            source: UNKNOWN,
            ..link
        }
    }
}

/// A link after some fields here were given back what they held. What is yet to be written there of
/// the others stays so.
fn given_back(link: Link, new: &Cells, old: &Cells) -> Link {
    let mut base = apart(&link.here);
    if base.len() != new.len() || old.len() != new.len() {
        return link;
    }
    for (at, cell) in new.iter().enumerate() {
        if *cell != old[at] {
            base[at].clone_from(cell);
        }
    }
    Link {
        here: joined(&base),
        ..link
    }
}
