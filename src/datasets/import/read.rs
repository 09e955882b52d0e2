//! Shows a dataset's imports and what was wrong with their files.

use super::state::{Import, Imports, Problem, Problems};
use crate::base::{Actor, Cursor, ImportId};
use crate::datasets::{Dataset, Error};
use crate::store::{Page, Scan, prefix};

impl Dataset {
    /// One page of the imports, the newest first.
    pub fn imports(
        &self,
        limit: usize,
        after: Option<&Cursor>,
        by: &Actor,
    ) -> Result<(Vec<Import>, Option<Cursor>), Error> {
        self.note_read(by);
        let scan = Scan::prefix(prefix(&(self.id,)), limit)
            .backwards()
            .after(after);
        let page: Page<Imports> = self.datasets.0.store.scan(&scan)?;
        let imports = page.rows.into_iter().map(|row| row.value);
        Ok((imports.collect(), page.next))
    }

    /// One import.
    pub fn import_of(&self, id: ImportId, by: &Actor) -> Result<Import, Error> {
        self.note_read(by);
        self.kept_import(id)
    }

    /// One page of an import's problems, in the order of the file. The first 10,000 are kept.
    pub fn problems(
        &self,
        id: ImportId,
        limit: usize,
        after: Option<&Cursor>,
        by: &Actor,
    ) -> Result<(Vec<Problem>, Option<Cursor>), Error> {
        self.import_of(id, by)?;
        let scan = Scan::prefix(prefix(&(id,)), limit).after(after);
        let page: Page<Problems> = self.datasets.0.store.scan(&scan)?;
        let problems = page.rows.into_iter().map(|row| row.value);
        Ok((problems.collect(), page.next))
    }
}
