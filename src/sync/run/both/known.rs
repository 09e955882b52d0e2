//! Finds out what has become of writes of ours of which a stop or a lost answer has left nobody any
//! knowledge, now that both sides are seen.

use super::super::super::link::{Content, Link, UNKNOWN};
use super::super::content::{bears, looks_like};
use super::super::fit::Fit;
use super::super::readback::{OURS, earlier};
use super::base::{Base, Now, is_unsettled};
use super::judge::Judge;
use super::rows::Listed;
use crate::fields::{Misfit, Schema, Value, fitted};

impl Judge<'_> {
    /// The link of a record whose row has turned up later than it was looked for, if it is ours.
    pub(super) fn turned_up(&self, key: &str, row: &Listed) -> Option<Link> {
        let (look, announced_at) = self.again.get(key)?;
        let ours = row.created_at >= earlier(*announced_at, OURS)
            && looks_like(look, &row.cells, self.fit.layout.key);
        let found = Content::Found { made: true };
        let bears = || bears(look, &row.cells);
        ours.then(|| Link::found(row.id.clone(), found, look.clone(), bears()))
    }

    /// The link that knows what became of a write of ours, now that both sides are seen; none when
    /// it was known before.
    pub(super) fn seen(&self, link: Option<&Link>, base: Option<&Base>) -> Option<Link> {
        let link = link.filter(|link| is_unsettled(link))?;
        let Base { here, there } = base?;
        let agreed = self.agreed(&link.remote_id, (here, there), UNKNOWN, Some(link));
        let apart = link.apart;
        Some(Link { apart, ..agreed })
    }

    /// The link of a record that is gone here, in the columns of the present mapping, if it was agreed
    /// under a former one: only of a row that holds what was agreed is it told whether it may go.
    pub(super) fn carried_over(
        &self,
        link: &Link,
        base: Option<&Base>,
        there: &Now,
    ) -> Option<Link> {
        let base = base.filter(|_| !self.fit.is_of_present(link))?;
        let columns = 0..there.cells.len();
        // Of a column that was not mapped nobody knows better.
        let agreed = |at| {
            base.cell(at)
                .map_or(there.cells[at].clone(), |cell| cell.1.to_vec())
        };
        let agreed = columns.map(agreed).collect();
        Some(self.agreed(&link.remote_id, (&base.here, &agreed), UNKNOWN, Some(link)))
    }

    /// What is there, as the fields here would hold it.
    pub(super) fn fits(&self, cells: &[Option<Value>]) -> Vec<Result<Option<Value>, Misfit>> {
        fits(self.fit, self.hall.dataset.schema(), cells)
    }
}

/// What is there, as the fields here would hold it.
pub(super) fn fits(
    fit: &Fit,
    schema: &Schema,
    cells: &[Option<Value>],
) -> Vec<Result<Option<Value>, Misfit>> {
    let fit = |(at, value): (usize, &Option<Value>)| {
        let field = &schema.fields()[fit.place(at)];
        value.clone().map_or(Ok(None), |value| fitted(field, value))
    };
    cells.iter().enumerate().map(fit).collect()
}
