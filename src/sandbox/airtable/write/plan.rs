//! Decides what a write comes to, record by record; changes nothing.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    super::{
        base::{Base, TableAt},
        call::Mode,
        id::{Ids, RecordId},
        index::MergeKey,
        kind::{Choice, Kind},
        refusal::Refusal,
        table::{CellChange, Column, Slot, Table},
        value::{Desk, Pending, accept},
    },
    wire::{Item, Request, Upsert},
};

/// The most records of one call (Airtable Web API, "Update multiple records").
const MOST: usize = 10;
/// The most fields that an upsert matches on (ibid.).
const MOST_MERGE_FIELDS: usize = 3;

/// How strictly a write is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Whether more than ten records are taken in one call.
    pub(crate) lenient: bool,
    pub(crate) round_numbers: bool,
    /// Whether two records of one upsert may have the same key; both are then created.
    pub(crate) repeated_keys: bool,
}

/// A write that is good as a whole.
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    pub(super) choices: Vec<(Column, Choice)>,
    pub(super) linked: Vec<(TableAt, RecordId, String)>,
    /// Whether the answer tells created and updated records apart.
    pub(super) upsert: bool,
}

pub(super) struct Change {
    pub(super) target: Target,
    pub(super) cells: Vec<CellChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Create(RecordId),
    Update(Slot),
}

/// The values of one record, by the place of their fields.
type Values<'a> = BTreeMap<Column, &'a Value>;

/// Plans a write that creates (`mode` is `None`), or that updates or upserts.
///
/// One bad record refuses the whole call.
pub(crate) fn plan(
    base: &mut Base,
    table: TableAt,
    request: &Request,
    mode: Option<Mode>,
    (rules, ids): (Rules, &mut Ids),
) -> Result<super::apply::Ready, Refusal> {
    check_count(request, mode, rules)?;
    let merge_on = match (&request.upsert, mode) {
        (Some(upsert), Some(_)) => Some(merge_columns(base.table(table), upsert)?),
        _ => None,
    };
    if let Some(columns) = &merge_on {
        base.table_mut(table).prepare_matching(columns.clone());
    }
    let desk = Desk {
        base,
        table,
        typecast: request.typecast,
        round_numbers: rules.round_numbers,
        pending: Pending::new(ids),
    };
    let mut planner = Planner {
        desk,
        mode,
        merge_on,
        keys: Vec::new(),
        rules,
    };
    let changes = request
        .items
        .iter()
        .map(|item| planner.change(item))
        .collect::<Result<_, _>>()?;
    let Planner {
        desk: Desk { pending, .. },
        merge_on,
        ..
    } = planner;
    Ok(super::apply::Ready(Plan {
        changes,
        choices: pending.choices,
        linked: pending.linked,
        upsert: merge_on.is_some(),
    }))
}

fn check_count(request: &Request, mode: Option<Mode>, rules: Rules) -> Result<(), Refusal> {
    let count = request.items.len();
    if count > 0 && (count <= MOST || rules.lenient) {
        return Ok(());
    }
    Err(Refusal::bad_records(match mode {
        None => "a \"fields\" object for cell values",
        Some(_) => "an \"id\" ID field and a \"fields\" object for cell values",
    }))
}

/// The columns to match on, rising, without doubles.
fn merge_columns(table: &Table, upsert: &Upsert) -> Result<Vec<Column>, Refusal> {
    if !(1..=MOST_MERGE_FIELDS).contains(&upsert.merge_on.len()) {
        return Err(Refusal::malformed(
            "fieldsToMergeOn must name 1 to 3 fields",
        ));
    }
    let mut columns = Vec::new();
    for name in &upsert.merge_on {
        let column = table.known_column(name)?;
        if !table.field(column).kind.can_merge() {
            return Err(Refusal::malformed(format!(
                "Field \"{name}\" cannot be merged on"
            )));
        }
        columns.push(column);
    }
    columns.sort_unstable();
    columns.dedup();
    Ok(columns)
}

struct Planner<'a> {
    desk: Desk<'a>,
    mode: Option<Mode>,
    merge_on: Option<Vec<Column>>,
    /// The keys of the records before, to find doubles.
    keys: Vec<MergeKey>,
    rules: Rules,
}

impl Planner<'_> {
    fn table(&self) -> &Table {
        self.desk.base.table(self.desk.table)
    }

    fn change(&mut self, item: &Item) -> Result<Change, Refusal> {
        let values = self.values(item)?;
        let target = self.target(item, &values)?;
        let mut cells = Vec::with_capacity(values.len());
        for (column, value) in &values {
            cells.push((*column, self.accept(*column, target, value)?));
        }
        if let (Target::Update(_), Some(Mode::Replace)) = (target, self.mode) {
            self.clear_unnamed(&values, &mut cells);
        }
        Ok(Change { target, cells })
    }

    fn values<'i>(&self, item: &'i Item) -> Result<Values<'i>, Refusal> {
        let fields = item.fields.iter();
        fields
            .map(|(name, value)| Ok((self.table().known_column(name)?, value)))
            .collect()
    }

    fn accept(
        &mut self,
        column: Column,
        target: Target,
        value: &Value,
    ) -> Result<Option<super::super::cell::Cell>, Refusal> {
        let base = self.desk.base;
        let current = match target {
            Target::Create(_) => None,
            Target::Update(slot) => base.table(self.desk.table).row(slot),
        };
        accept(
            &mut self.desk,
            column,
            current.and_then(|row| row.cell(column)),
            value,
        )
    }

    fn target(&mut self, item: &Item, values: &Values<'_>) -> Result<Target, Refusal> {
        match (&item.id, self.mode, self.merge_on.is_some()) {
            (_, None, _) => Ok(self.create()),
            (Some(id), Some(_), _) => self
                .table()
                .find(id)
                .map(Target::Update)
                .ok_or_else(|| Refusal::no_row(id)),
            (None, Some(_), true) => self.matched(values),
            (None, Some(_), false) => Err(Refusal::bad_records(
                "an \"id\" ID field and a \"fields\" object for cell values",
            )),
        }
    }

    fn create(&mut self) -> Target {
        Target::Create(self.desk.pending.ids.record())
    }

    /// No record with the key: create. One: update. Several: the call is refused.
    fn matched(&mut self, values: &Values<'_>) -> Result<Target, Refusal> {
        let key = self.key(values)?;
        if self.keys.contains(&key) && !self.rules.repeated_keys {
            return Err(Refusal::malformed(
                "Two records of the request have the same merge key",
            ));
        }
        let target = match self.table().matching(&key).as_slice() {
            [] => self.create(),
            [slot] => Target::Update(*slot),
            _ => {
                return Err(Refusal::malformed(
                    "Cannot upsert: more than one record matches the fields to merge on",
                ));
            }
        };
        self.keys.push(key);
        Ok(target)
    }

    fn key(&mut self, values: &Values<'_>) -> Result<MergeKey, Refusal> {
        let columns = self.merge_on.clone().unwrap_or_default();
        let mut key = Vec::with_capacity(columns.len());
        for column in columns {
            let Some(value) = values.get(&column) else {
                let name = &self.table().field(column).name;
                return Err(Refusal::malformed(format!(
                    "Cannot upsert without field \"{name}\""
                )));
            };
            key.push((column, accept(&mut self.desk, column, None, value)?));
        }
        Ok(MergeKey(key))
    }

    fn clear_unnamed(&self, values: &Values<'_>, cells: &mut Vec<CellChange>) {
        let table = self.table();
        let writable = |column: &Column| !matches!(table.field(*column).kind, Kind::Computed(_));
        let unnamed = table
            .columns()
            .filter(|column| !values.contains_key(column));
        cells.extend(unnamed.filter(writable).map(|column| (column, None)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        super::super::{
            base::Base,
            table::{
                Stamp,
                tests::{people, stamp},
            },
        },
        *,
    };

    const STRICT: Rules = Rules {
        lenient: false,
        round_numbers: false,
        repeated_keys: false,
    };

    struct Desk {
        base: Base,
        at: TableAt,
        ids: Ids,
    }

    fn desk() -> Desk {
        let mut base = Base::new("app1".into(), "Base".into());
        let at = base.add(people());
        Desk {
            base,
            at,
            ids: Ids::seeded(1),
        }
    }

    impl Desk {
        fn write(
            &mut self,
            mode: Option<Mode>,
            rules: Rules,
            body: &Value,
        ) -> Result<super::super::Applied, Refusal> {
            let request = Request::read(body.to_string().as_bytes())?;
            let ready = plan(
                &mut self.base,
                self.at,
                &request,
                mode,
                (rules, &mut self.ids),
            )?;
            let stamp: Stamp = stamp();
            Ok(super::super::apply(&mut self.base, self.at, ready, stamp))
        }

        fn create(&mut self, names: &[&str]) {
            let records: Vec<Value> = names
                .iter()
                .map(|name| json!({ "fields": { "Name": name } }))
                .collect();
            self.write(None, STRICT, &json!({ "records": records }))
                .unwrap();
        }

        fn upsert(&mut self, rules: Rules, records: &Value) -> Result<Vec<bool>, Refusal> {
            let body = json!({
                "records": records, "performUpsert": { "fieldsToMergeOn": ["Name"] },
            });
            Ok(self
                .write(Some(Mode::Merge), rules, &body)?
                .created
                .unwrap())
        }

        fn cell(&self, slot: u32, column: usize) -> bool {
            let row = self.base.table(self.at).row(Slot(slot)).unwrap();
            row.cell(Column(column)).is_some()
        }
    }

    fn named(name: &str) -> Value {
        json!({ "fields": { "Name": name, "City": "Rome" } })
    }

    #[test]
    fn an_upsert_creates_what_is_not_there_and_updates_what_is() {
        let mut desk = desk();
        desk.create(&["Ann"]);
        let created = desk.upsert(STRICT, &json!([named("Ann"), named("Bob")]));
        assert_eq!(created, Ok(vec![false, true]));
        assert!(desk.cell(0, 1), "Ann has got a city");
    }

    #[test]
    fn an_upsert_that_could_mean_several_records_is_refused() {
        let mut desk = desk();
        desk.create(&["Ann", "Ann"]);
        assert!(desk.upsert(STRICT, &json!([named("Ann")])).is_err());
    }

    #[test]
    fn an_upsert_without_its_key_or_on_too_many_fields_is_refused() {
        let mut desk = desk();
        assert!(
            desk.upsert(STRICT, &json!([{ "fields": { "City": "Rome" } }]))
                .is_err()
        );
        for merge_on in [
            json!([]),
            json!(["Name", "City", "Name", "City"]),
            json!(["Nope"]),
        ] {
            let body = json!({
                "records": [named("Ann")], "performUpsert": { "fieldsToMergeOn": merge_on },
            });
            assert!(
                desk.write(Some(Mode::Merge), STRICT, &body).is_err(),
                "{merge_on}"
            );
        }
    }

    #[test]
    fn a_key_that_comes_twice_in_one_upsert_is_refused_or_created_twice() {
        let mut desk = desk();
        let twice = json!([named("Ann"), named("Ann")]);
        assert!(desk.upsert(STRICT, &twice).is_err());
        let both = Rules {
            repeated_keys: true,
            ..STRICT
        };
        assert_eq!(desk.upsert(both, &twice), Ok(vec![true, true]));
    }

    #[test]
    fn a_record_with_an_id_is_updated_whatever_its_key() {
        let mut desk = desk();
        desk.create(&["Ann"]);
        let id = desk.base.table(desk.at).row(Slot(0)).unwrap().id;
        let renamed = json!([{ "id": id, "fields": { "Name": "Anna" } }]);
        assert_eq!(desk.upsert(STRICT, &renamed), Ok(vec![false]));
    }

    #[test]
    fn replacing_clears_the_cells_that_are_not_named() {
        let mut desk = desk();
        desk.upsert(STRICT, &json!([named("Ann")])).unwrap();
        let id = desk.base.table(desk.at).row(Slot(0)).unwrap().id;
        let body = json!({ "records": [{ "id": id, "fields": { "Name": "Ann" } }] });
        desk.write(Some(Mode::Merge), STRICT, &body).unwrap();
        assert!(desk.cell(0, 1));
        desk.write(Some(Mode::Replace), STRICT, &body).unwrap();
        assert!(!desk.cell(0, 1));
    }

    #[test]
    fn eleven_records_are_refused_unless_the_vendor_is_lenient() {
        let mut desk = desk();
        let eleven = json!({ "records": vec![named("Ann"); 11] });
        assert!(desk.write(None, STRICT, &eleven).is_err());
        let lenient = Rules {
            lenient: true,
            ..STRICT
        };
        assert!(desk.write(None, lenient, &eleven).is_ok());
    }

    #[test]
    fn an_update_needs_ids_that_are_there() {
        let mut desk = desk();
        let missing = json!({ "records": [{ "id": "rec00000000000000", "fields": {} }] });
        let refused = desk.write(Some(Mode::Merge), STRICT, &missing).err();
        assert_eq!(refused, Some(Refusal::no_row("rec00000000000000")));
        let nameless = json!({ "records": [named("Ann")] });
        assert!(desk.write(Some(Mode::Merge), STRICT, &nameless).is_err());
    }
}
