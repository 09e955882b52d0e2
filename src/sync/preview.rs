//! Shows what the first rows of a remote table would become here, before a sync is made.

use super::definition::{Approval, Definition, Named};
use super::direction::{Direction, Pulling};
use super::drift::Drift;
use super::error::Error;
use super::extent::Extent;
use super::mapping::{Way, Wish, check};
use super::meeting::Meeting;
use super::priority::Priority;
use super::removal::Deletes;
use super::resend::Resend;
use super::run::Fit;
use super::syncs::{Syncs, Target};
use crate::base::{Actor, Scope};
use crate::fields::Value;

/// So many rows are shown.
const ROWS: usize = 5;

/// A remote row as it would be here.
#[derive(Clone, Debug, PartialEq)]
pub struct Previewed {
    /// The provider's id of it.
    pub remote_id: String,
    /// The mapped fields by their names in the dataset, those that are not empty.
    pub fields: Vec<(String, Value)>,
    /// Why the dataset would not take it.
    pub reason: Option<String>,
}

impl Syncs {
    /// The first rows of a table as a pull of this mapping would bring them. Reads one page, and
    /// keeps nothing; errs with everything that is wrong with the mapping.
    pub async fn preview(
        &self,
        scope: &Scope,
        (target, wish): (&Target, &Wish),
        by: &Actor,
    ) -> Result<Vec<Previewed>, Error> {
        let dataset = self.services.datasets.open(scope, target.dataset)?;
        dataset.demand(Direction::Pull.needs())?;
        self.demand_records(scope, (target.connection, Direction::Pull))?;
        let connection = self.services.connections.open(scope, target.connection)?;
        let tables = connection.tables(by, &target.base).await?;
        let table = tables.into_iter().find(|table| table.id == target.table);
        let table = table.ok_or_else(|| Error::UnknownTable(target.table.clone()))?;
        let way = Way {
            direction: Direction::Pull,
            typecast: false,
        };
        let (schema, key) = (dataset.schema(), dataset.key_field());
        let mapping = check(wish, schema, key, &table, way).map_err(Error::Invalid)?;
        let now = self.services.clock.now();
        let named = |id: &str| Named {
            id: id.to_owned(),
            name: String::new(),
        };
        let sync = Definition {
            name: String::new(),
            direction: Direction::Pull,
            pulling: Pulling::default(),
            meeting: Meeting::default(),
            dataset: target.dataset,
            connection: target.connection,
            base: named(&target.base),
            table: named(&target.table),
            mapping,
            known_fields: None,
            formerly: Vec::new(),
            drift: Drift::default(),
            remote_key_field_id: wish.remote_key_field_id.clone(),
            typecast: false,
            lender: None,
            approval: Approval::default(),
            quarantine_hours: 0,
            scope: Extent::All,
            deletes: Deletes::default(),
            resend: Resend::default(),
            run_on_change: false,
            priority: Priority::default(),
            created_at: now,
            updated_at: now,
        };
        // The mapping was checked just now: it fits.
        let Ok(fit) = Fit::new(&sync, schema, key, &table) else {
            return Err(Error::Moved);
        };
        let rows = connection.first_rows(by, &fit.layout).await?;
        let rows = rows.iter().take(ROWS);
        Ok(rows.map(|row| fit.previewed(&dataset, row)).collect())
    }
}
