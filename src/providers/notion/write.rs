//! Makes pages, changes them and puts them into the trash.

use std::borrow::Cow;

use http::Method;

use super::super::{Error, Held, Layout, Limit, Row, Since};
use super::refusal::About;
use super::{Notion, file, stretch, wire};

const NOT_SHARED: &str = "a page or a user that one of its fields names is not there, or is not \
                          shared with the integration";

/// Whether the vendor speaks of something that a cell of the row names: ids stand in its messages
/// as it spells them.
fn names(layout: &Layout, row: &Row, told: &str) -> bool {
    row.named(layout).any(|id| told.contains(id))
}

/// What was not taken of a page that is there: one of its cells, and no property.
fn unnamed(error: Error) -> Error {
    match error {
        Error::SchemaMoved(told) => Error::Refused(told),
        error => error,
    }
}

impl Notion {
    /// Writes the one row of a call.
    pub(super) async fn write_rows(
        &self,
        layout: &Layout,
        rows: &[&Row],
    ) -> Result<Vec<Held>, Error> {
        let [row] = rows else {
            return Err(Error::TooLarge);
        };
        let mut read = match &row.id {
            Some(id) => self.change(layout, row, id).await?,
            None => self.make(layout, row).await?,
        };
        // The write is done: what hinders the rest of its echo must not have it sent again as one
        // that never was.
        let completed = self.complete(layout, &mut read).await;
        completed.map_err(|error| Error::Lost(error.into()))?;
        read.held.created = row.id.is_none();
        Ok(vec![read.held])
    }

    async fn make(&self, layout: &Layout, row: &Row) -> Result<wire::Read, Error> {
        let gate = &self.access.gate;
        if let Some(told) = gate.limited(self.lane(), Limit::Room) {
            gate.take_waited(self.lane());
            return Err(Error::Full(told));
        }
        let call = self
            .call(Method::POST, &["pages"])
            .json(wire::write(layout, row));
        let made = self.send(About::Table, "create_page", call).await;
        if let Err(Error::Full(told)) = &made {
            gate.met(self.lane(), Limit::Room, told);
        }
        match made {
            // The table is there, and what a cell of the page names is not.
            Err(Error::Gone(told)) if names(layout, row, &told) => Err(Error::Refused(told)),
            made => wire::page(layout, &made?),
        }
    }

    async fn change(&self, layout: &Layout, row: &Row, id: &str) -> Result<wire::Read, Error> {
        let whole = self.whole_row(layout, row, id).await?;
        let call = self
            .call(Method::PATCH, &["pages", id])
            .json(wire::write(layout, &whole));
        let read = match self.send(About::Page, "update_page", call).await {
            Ok(body) => wire::page(layout, &body)?,
            // A page that was moved to another table has that one's properties.
            Err(Error::SchemaMoved(told)) => {
                self.turn().await?;
                self.look(layout, id, told).await?
            }
            // Of a page that a cell names it says the same as of the page itself.
            Err(Error::RecordGone) if row.named(layout).next().is_some() => {
                self.turn().await?;
                self.look(layout, id, NOT_SHARED.to_owned())
                    .await
                    .map_err(unnamed)?
            }
            Err(error) => return Err(error),
        };
        if read.in_trash || read.table != layout.table {
            return Err(Error::RecordGone);
        }
        Ok(read)
    }

    /// The row with what of its page would be lost by writing it: where it writes when something
    /// begins, the page is read for when it ends, and where it writes files, for those that lie
    /// with the vendor.
    async fn whole_row<'a>(
        &self,
        layout: &Layout,
        row: &'a Row,
        id: &str,
    ) -> Result<Cow<'a, Row>, Error> {
        if !stretch::may_end(layout, row) && !file::may_stay(layout, row) {
            return Ok(Cow::Borrowed(row));
        }
        let (body, read) = self
            .steadily(|| async {
                let body = self.text_of(id).await?;
                let read = wire::page(layout, &body)?;
                Ok((body, read))
            })
            .await?;
        if read.in_trash || read.table != layout.table {
            return Err(Error::RecordGone);
        }
        self.turn().await?;
        let whole = stretch::with_ends(layout, row, &read.held.cells);
        let mut whole = whole.map_err(Error::Refused)?;
        for (at, held) in wire::files(layout, &body)? {
            file::keep(&mut whole, at, &held);
        }
        Ok(Cow::Owned(whole))
    }

    /// Looks where a page lies that was not taken; errs when it lies where it did.
    async fn look(&self, layout: &Layout, id: &str, told: String) -> Result<wire::Read, Error> {
        match self.steadily(|| self.read(layout, id)).await? {
            gone if gone.in_trash || gone.table != layout.table => Ok(gone),
            _ => Err(Error::SchemaMoved(told)),
        }
    }

    /// What has become of a page since it was made. The first call was admitted.
    pub(super) async fn since(&self, layout: &Layout, id: &str) -> Result<Since, Error> {
        let mut read = match self.steadily(|| self.read(layout, id)).await {
            Ok(read) => read,
            Err(Error::RecordGone) => return Ok(Since::Gone),
            Err(error) => return Err(error),
        };
        if read.in_trash || read.table != layout.table {
            return Ok(Since::Gone);
        }
        if !read.is_as_made_by(self.bot().await?) {
            return Ok(Since::Touched);
        }
        Ok(if self.completes(layout, &mut read).await? {
            Since::Untouched(read.held)
        } else {
            Since::Gone
        })
    }

    /// Puts a page into the trash, in one call that was admitted. One that is there already stays.
    pub(super) async fn trash(&self, id: &str) -> Result<(), Error> {
        let call = self.call(Method::PATCH, &["pages", id]);
        let call = call.json(&b"{\"in_trash\":true}"[..]);
        match self.send(About::Page, "trash_page", call).await {
            Ok(_) | Err(Error::RecordGone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes a page out of the trash, in one call that was admitted; `false` when it is not there,
    /// or belongs to another table by now.
    pub(super) async fn bring_back(&self, layout: &Layout, id: &str) -> Result<bool, Error> {
        let call = self.call(Method::PATCH, &["pages", id]);
        let call = call.json(&b"{\"in_trash\":false}"[..]);
        match self.send(About::Page, "restore_page", call).await {
            Ok(body) => Ok(wire::page(layout, &body)?.table == layout.table),
            Err(Error::RecordGone) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
