//! What a provider of tables can do: show its tables, write rows, and say which rows it has.

use std::num::NonZeroU32;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::Skew;
use super::sheet::{Reading, Sheet};
use crate::fields::{FieldType, Value};

/// The account that a credential belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The provider's id of it.
    pub id: String,
    /// Its e-mail address, if the credential may read it.
    pub email: Option<String>,
    /// What the credential allows, if the provider says so.
    pub scopes: Option<Vec<String>>,
    /// When the credential ends, if the provider says so and it does.
    pub expires_at: Option<Timestamp>,
}

/// A base or workspace: it holds tables, and the provider counts calls to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The provider's id of it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What the account may do there, in the provider's word; empty when it does not say.
    pub permission: String,
}

/// A table at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteTable {
    /// The provider's id of it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The field by which people know its records.
    pub primary_field_id: String,
    /// Its fields, in the provider's order.
    pub fields: Vec<RemoteField>,
    /// Whether records may have fields of any name, beside those that are listed.
    pub any_names: bool,
}

impl RemoteTable {
    /// The field of this id: one that the table has, or one that it takes by any name.
    pub fn field(&self, id: &str) -> Option<RemoteField> {
        let known = self.fields.iter().find(|field| field.id == id);
        let made = || self.any_names.then(|| super::zapier::named(id)).flatten();
        known.cloned().or_else(made)
    }
}

impl RemoteTable {
    /// Its fields that stay empty until somebody fills them, other than `mapped`.
    pub fn fields_beside(&self, mapped: &[RemoteField]) -> Vec<RemoteField> {
        let beside = |field: &&RemoteField| {
            field.fills_by_hand() && mapped.iter().all(|mapped| mapped.id != field.id)
        };
        self.fields.iter().filter(beside).cloned().collect()
    }

    /// The ids of its fields.
    pub fn field_ids(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.id.clone()).collect()
    }
}

/// A field of a remote table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteField {
    /// The provider's id of it, which stays when it is renamed.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The provider's word for its type.
    pub kind: String,
    /// What of our types comes nearest; none for what we cannot hold.
    pub neutral: Option<FieldType>,
    /// Whether it can be written; computed fields cannot.
    pub writable: bool,
    /// What it is for, in its maker's words.
    pub description: Option<String>,
    /// What a select field offers.
    pub options: Vec<String>,
    /// How many decimals it keeps of a number, if the provider says so.
    pub decimals: Option<u8>,
}

impl RemoteField {
    /// Whether it is empty in a new row, and people may fill it. A new page of Notion's has the first
    /// of its states (Notion API, "Page properties").
    fn fills_by_hand(&self) -> bool {
        self.writable && self.kind != "status"
    }
}

/// The part of a remote table that is written: rows give their cells in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The base or workspace that holds the table.
    pub base: String,
    /// The table.
    pub table: String,
    /// The fields.
    pub fields: Vec<RemoteField>,
    /// Which of the fields holds the key.
    pub key: usize,
    /// Whether the provider may convert values and add missing options.
    pub typecast: bool,
    /// On whose behalf rows are written: two who write the same make different deliveries.
    pub sender: String,
    /// The field that tells when a row was changed, by its id, where the provider does not tell that
    /// of every row.
    pub changed: Option<String>,
}

/// The field of a table that tells when each of its rows was changed last, by its id.
///
/// Airtable tells that of rows only through a field of this type (Airtable Web API, "Field types").
pub fn changed_field(table: &RemoteTable) -> Option<String> {
    let tells = |field: &&RemoteField| field.kind == "lastModifiedTime";
    table
        .fields
        .iter()
        .find(tells)
        .map(|field| field.id.clone())
}

/// A row to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The remote record to write to; none to write to the one with the same key, or to a new one.
    pub id: Option<String>,
    /// The cells in the order of the layout; none clears.
    pub cells: Vec<Option<Value>>,
    /// The places of cells that are left as they are.
    pub untouched: Vec<usize>,
}

impl Row {
    /// The texts of the cells to be written that name other records or people.
    pub(super) fn named<'a>(&'a self, layout: &'a Layout) -> impl Iterator<Item = &'a str> {
        let cells = layout.fields.iter().zip(&self.cells).enumerate();
        let written =
            cells.filter(|(at, (field, _))| field.refers() && !self.untouched.contains(at));
        written
            .flat_map(|(_, (_, cell))| match cell {
                Some(Value::Choices(texts)) => texts.as_slice(),
                Some(Value::Text(text)) => std::slice::from_ref(text),
                _ => &[],
            })
            .map(String::as_str)
    }
}

/// A row as the provider holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The remote record.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody has changed it last, where the provider tells.
    pub changed: Option<Changed>,
    /// Whether the call made it (never for rows that were only read).
    pub created: bool,
    /// The cells in the order of the layout, mapped back.
    pub cells: Vec<Option<Value>>,
}

/// Who edited a row last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Editor {
    /// The account itself.
    Account,
    /// Somebody else.
    Another,
    /// The provider does not tell.
    Untold,
}

/// What has become of a row since the account made it.
#[derive(Clone, Debug, PartialEq)]
pub enum Since {
    /// It is not there any more.
    Gone,
    /// It is as it was made, and so are its cells: nobody has changed anything of it.
    Untouched(Held),
    /// Somebody has changed it, the account itself perhaps, or another made it, or nobody can tell.
    Touched,
}

/// When a row was changed last. A provider that rounds its times leaves open when exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Not before.
    pub from: Timestamp,
    /// Not after.
    pub to: Timestamp,
}

/// A part of a table's rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    /// Some rows, and what to ask for the next page with; none at the end.
    Rows {
        /// The rows.
        rows: Vec<Held>,
        /// Where the next page begins.
        next: Option<String>,
    },
    /// The provider has forgotten the listing: it has to begin anew.
    Forgotten,
}

/// What becomes of a remote record that is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It lies where the provider can bring it back from.
    Archive,
    /// It is deleted.
    Delete,
}

impl Removal {
    /// Its word in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Delete => "delete",
        }
    }
}

/// An answer that is on its way.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, super::Error>>;

/// One account's tables at a provider.
pub trait Records: Send + Sync {
    /// How many rows one call can write.
    fn rows_per_call(&self) -> usize;

    /// Whether a row without an id, once written, is the one that has its key. If not, each such
    /// write makes a record: whoever writes looks for the key before ([`Records::find`]).
    fn matches_by_key(&self) -> bool;

    /// How many keys one call of [`Records::find`] asks for.
    fn keys_per_call(&self) -> usize;

    /// For how long a record that was written may be missing from what is found and listed.
    fn settles_after(&self) -> Duration;

    /// Whether a write is a delivery: nobody can read what became of it, so that one whose answer
    /// was lost is in doubt for good, and sending it again may be one too many.
    fn delivers(&self) -> bool {
        false
    }

    /// The id that the delivery of a row bears, however often it is sent. A row's own id is that
    /// of the delivery before. Meant for those that deliver.
    fn delivery_id(&self, _layout: &Layout, row: &Row) -> String {
        row.id.clone().unwrap_or_default()
    }

    /// Waits for the turn to make one more call to `base`. Whoever is dropped while waiting has
    /// not taken a turn. Errs with `CalledOff` when it is not wanted any more.
    fn admit<'a>(&'a self, base: &'a str) -> Answer<'a, ()>;

    /// Until when the provider wants no call to `base`; none when it takes them.
    fn held_until(&self, base: &str) -> Option<Timestamp>;

    /// Whose credential this is: the call that tells whether it works.
    fn account(&self) -> Answer<'_, Account>;

    /// The bases that the account may see. None at all may also mean that none was granted.
    fn bases(&self) -> Answer<'_, Vec<Base>>;

    /// The tables of a base with their fields, in one call that was admitted.
    fn tables<'a>(&'a self, base: &'a str) -> Answer<'a, Vec<RemoteTable>>;

    /// One table of a base with its fields, in one call that was admitted; none when the base has
    /// no such table.
    fn table<'a>(&'a self, base: &'a str, table: &'a str) -> Answer<'a, Option<RemoteTable>> {
        async move {
            let tables = self.tables(base).await?;
            Ok(tables.into_iter().find(|one| one.id == table))
        }
        .boxed()
    }

    /// Writes rows, all or none, in one call that was admitted. Gives them as they are then held,
    /// in the same order.
    fn write<'a>(&'a self, layout: &'a Layout, rows: &'a [&'a Row]) -> Answer<'a, Vec<Held>>;

    /// Deletes a record, as gently as the provider can, in one call that was admitted. One that is
    /// not there any more is none to worry about.
    fn discard<'a>(&'a self, layout: &'a Layout, id: &'a str) -> Answer<'a, ()>;

    /// Removes records by their ids, all or none, in one call that was admitted: as many at most as
    /// one call can write, and in one of the ways that [`super::Kind::removals`] names.
    ///
    /// Errs with `RecordGone` when one of them is not there.
    fn remove<'a>(&'a self, layout: &'a Layout, ids: &'a [&'a str], how: Removal)
    -> Answer<'a, ()>;

    /// The rows with these ids that are there, in one call that was admitted; further calls wait for
    /// their own turns. A row that is left out is gone, or lies in another table.
    fn look<'a>(&'a self, layout: &'a Layout, ids: &'a [String]) -> Answer<'a, Vec<Held>>;

    /// The same, each with who edited it last. Whoever removes a row that colleagues may have worked
    /// on asks this before.
    fn look_closely<'a>(
        &'a self,
        layout: &'a Layout,
        ids: &'a [String],
    ) -> Answer<'a, Vec<(Held, Editor)>> {
        let looked = self.look(layout, ids);
        let untold = |row: Held| (row, Editor::Untold);
        async move { Ok(looked.await?.into_iter().map(untold).collect()) }.boxed()
    }

    /// What has become of a row since it was made, as far as the provider tells, in one call that
    /// was admitted; further calls wait for their own turns. Whoever deletes a row of the account's
    /// own making asks this before.
    fn since_made<'a>(&'a self, _layout: &'a Layout, _id: &'a str) -> Answer<'a, Since> {
        async { Ok(Since::Touched) }.boxed()
    }

    /// In which way it removes records that it may bring back.
    fn removal(&self) -> Removal;

    /// Whether it brings back what it has removed.
    fn restores(&self) -> bool {
        false
    }

    /// Brings a removed record back as it was, in one call that was admitted; `false` when that is
    /// not possible any more. One that is there stays.
    fn restore<'a>(&'a self, _layout: &'a Layout, _id: &'a str) -> Answer<'a, bool> {
        async { Ok(false) }.boxed()
    }

    /// How many calls a second the provider takes to one base; none for as many as anybody likes.
    fn calls_per_second(&self) -> Option<NonZeroU32>;

    /// Why the provider will not take a row with these cells, as far as that can be told without
    /// asking; none when it may take it.
    fn misfit(&self, layout: &Layout, cells: &[Option<Value>]) -> Option<String>;

    /// Some of all rows, in one call that was admitted. `after` is what the page before gave; a row
    /// may come twice.
    fn page<'a>(&'a self, layout: &'a Layout, after: Option<&'a str>) -> Answer<'a, Page>;

    /// Some of the rows that people or programs have made or changed at `since` or later, by the
    /// provider's clock, in one call that was admitted; `after` as for [`Records::page`]. There may
    /// be others among them. What the provider computes changes without its row being changed.
    fn changed_since<'a>(
        &'a self,
        layout: &'a Layout,
        since: Timestamp,
        after: Option<&'a str>,
    ) -> Answer<'a, Page>;

    /// A page of all rows, or of those that were changed at `since` or later, with its rows as they
    /// were sent where they can be read later.
    fn sheet<'a>(
        &'a self,
        layout: &'a Layout,
        since: Option<Timestamp>,
        after: Option<&'a str>,
    ) -> Answer<'a, Sheet> {
        let page = match since {
            Some(since) => self.changed_since(layout, since, after),
            None => self.page(layout, after),
        };
        async move { Ok(page.await?.into()) }.boxed()
    }

    /// What reads the rows of sheets.
    fn reading(&self) -> Reading {
        |_, _| Err(super::Error::Broken("a row that was not read".to_owned()))
    }

    /// How the provider's clock stood to ours when it last answered.
    fn skew(&self) -> Skew;

    /// What tells by itself when a base changes; none where nothing does.
    fn webhooks(&self) -> Option<&dyn super::Webhooks> {
        None
    }

    /// The rows that hold one of the keys (spelt as the dataset spells them). The first call was
    /// admitted; the calls for further pages wait for their own turns.
    fn find<'a>(&'a self, layout: &'a Layout, keys: &'a [String]) -> Answer<'a, Vec<Held>>;

    /// The rows that were made at `since` or later, by the account itself where the provider tells
    /// who made a row; calls as for [`Records::find`].
    fn created_since<'a>(&'a self, layout: &'a Layout, since: Timestamp) -> Answer<'a, Vec<Held>>;
}
