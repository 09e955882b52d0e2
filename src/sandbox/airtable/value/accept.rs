//! Checks a value against the type of the field that it is written to.
use serde_json::Value;

use super::{
    super::{
        base::{Base, TableAt},
        cell::Cell,
        id::{Ids, RecordId},
        kind::{Choice, Kind},
        refusal::Refusal,
        table::Column,
    },
    object,
    plain::{self, Unfit},
    reference, typecast,
};

/// What a write may lean on while its values are checked.
pub(crate) struct Desk<'a> {
    pub(crate) base: &'a Base,
    pub(crate) table: TableAt,
    /// Whether the vendor converts what does not fit, as well as it can.
    pub(crate) typecast: bool,
    /// Whether numbers are cut to the digits that their field shows.
    pub(crate) round_numbers: bool,
    pub(crate) pending: Pending<'a>,
}

/// What a write makes on the way, once all of it is known to be good.
pub(crate) struct Pending<'a> {
    pub(crate) ids: &'a mut Ids,
    /// New options of select fields, in the order of their numbers.
    pub(crate) choices: Vec<(Column, Choice)>,
    /// New records of linked tables, named by their primary field's text.
    pub(crate) linked: Vec<(TableAt, RecordId, String)>,
}

impl<'a> Pending<'a> {
    pub(crate) fn new(ids: &'a mut Ids) -> Self {
        Self {
            ids,
            choices: Vec::new(),
            linked: Vec::new(),
        }
    }
}

/// Turns a value into a cell, `None` for one that empties it, or refuses it as the vendor does.
///
/// `current` is what the cell holds: attachments may be named by the id they have there.
/// Source: Airtable Web API, "Field types and cell values".
pub(crate) fn accept(
    desk: &mut Desk<'_>,
    column: Column,
    current: Option<&Cell>,
    value: &Value,
) -> Result<Option<Cell>, Refusal> {
    let base = desk.base;
    let field = base.table(desk.table).field(column);
    if let Kind::Computed(_) = field.kind {
        return Err(Refusal::computed(&field.name));
    }
    let cast = if desk.typecast {
        typecast::cast(&field.kind, value)
    } else {
        None
    };
    let value = cast.as_ref().unwrap_or(value);
    if value.is_null() {
        return Ok(None);
    }
    match &field.kind {
        Kind::SingleSelect(_) => reference::choice(desk, column, value),
        Kind::MultipleSelects(_) => reference::choices(desk, column, value),
        Kind::Links { table } => reference::links(desk, field, table, value),
        Kind::Attachments => object::attachments(desk, field, current, value),
        kind => plain::take(kind, value, desk.round_numbers)
            .map_err(|Unfit| Refusal::bad_value(&field.name)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::super::{
            base::PEOPLE,
            table::Field,
            table::Table,
            value::{Format, Shown},
        },
        *,
    };

    /// A table of one field, and one of people to link to.
    fn base(kind: &str, options: &Value) -> Base {
        let mut ids = Ids::seeded(3);
        let kind = Kind::parse(kind, Some(options), &mut || ids.other("sel")).unwrap();
        let field = |name: &str, kind| Field {
            id: "fld1".into(),
            name: name.into(),
            description: None,
            kind,
        };
        let mut base = Base::new("app1".into(), "Base".into());
        base.add(Table::new(
            "tbl1".into(),
            "T".into(),
            "viw1".into(),
            vec![field("F", kind)],
        ));
        base.add(super::super::super::table::tests::people());
        base
    }

    /// What is read back after a write; the vendor's error type when it is refused.
    fn write(kind: &str, options: &Value, typecast: bool, value: &Value) -> Result<Value, String> {
        let mut base = base(kind, options);
        let mut ids = Ids::seeded(5);
        let at = TableAt(0);
        let mut desk = Desk {
            base: &base,
            table: at,
            typecast,
            round_numbers: false,
            pending: Pending::new(&mut ids),
        };
        let cell =
            accept(&mut desk, Column(0), None, value).map_err(|refusal| format!("{refusal:?}"))?;
        let fresh = desk.pending.choices;
        for (column, choice) in fresh {
            match &mut base.table_mut(at).field_mut(column).kind {
                Kind::SingleSelect(choices) | Kind::MultipleSelects(choices) => {
                    choices.push(choice);
                }
                _ => unreachable!("only selects have options"),
            }
        }
        let shown = cell.as_ref().map(|cell| Shown {
            base: &base,
            table: at,
            column: Column(0),
            cell,
            format: Format::Json,
        });
        Ok(serde_json::to_value(shown).unwrap())
    }

    fn reads(kind: &str, options: &Value, written: &Value, read: &Value) {
        assert_eq!(
            write(kind, options, false, written).as_ref(),
            Ok(read),
            "{kind} {written}"
        );
    }

    fn refuses(kind: &str, options: &Value, written: &Value, error: &str) {
        let refused = write(kind, options, false, written).unwrap_err();
        assert!(refused.contains(error), "{kind} {written}: {refused}");
    }

    #[test]
    fn a_plain_value_reads_back_as_the_vendor_reads_it_back() {
        let none = json!({});
        for kind in [
            "singleLineText",
            "multilineText",
            "email",
            "url",
            "phoneNumber",
        ] {
            reads(kind, &none, &json!("x y"), &json!("x y"));
            reads(kind, &none, &json!(""), &Value::Null);
        }
        for kind in ["number", "currency", "percent", "duration"] {
            for number in [json!(12.5), json!(7), json!(0), json!(-31.953_764_72)] {
                reads(kind, &none, &number, &number);
            }
        }
        for (kind, written, read) in [
            ("richText", json!("**a**"), json!("**a**\n")),
            ("richText", json!("a\n"), json!("a\n")),
            ("rating", json!(3), json!(3)),
            ("checkbox", json!(true), json!(true)),
            ("checkbox", json!(false), Value::Null),
            ("date", json!("2026-02-28"), json!("2026-02-28")),
            (
                "dateTime",
                json!("2026-02-28T10:00:00+02:00"),
                json!("2026-02-28T08:00:00.000Z"),
            ),
            ("barcode", json!({ "text": "42" }), json!({ "text": "42" })),
        ] {
            reads(kind, &none, &written, &read);
        }
    }

    #[test]
    fn a_time_without_an_offset_is_read_in_the_zone_of_its_field() {
        let berlin = json!({ "timeZone": "Europe/Berlin" });
        let read = json!("2026-07-01T08:00:00.000Z");
        reads("dateTime", &berlin, &json!("2026-07-01T10:00:00"), &read);
    }

    #[test]
    fn options_and_people_read_back_in_the_order_in_which_they_were_written() {
        let colours = json!({ "choices": [{ "name": "red" }, { "name": "blue" }] });
        let none = json!({});
        let [owner, colleague] = PEOPLE.map(|person| person.json());
        let two = json!(["blue", "red"]);
        reads("singleSelect", &colours, &json!("blue"), &json!("blue"));
        reads("multipleSelects", &colours, &two, &two);
        reads("multipleSelects", &colours, &json!([]), &Value::Null);
        reads(
            "singleCollaborator",
            &none,
            &json!({ "email": PEOPLE[0].email }),
            &owner,
        );
        let both = json!([{ "id": PEOPLE[1].id }, { "id": PEOPLE[0].id }]);
        reads(
            "multipleCollaborators",
            &none,
            &both,
            &json!([colleague, owner]),
        );
    }

    #[test]
    fn a_value_that_the_type_does_not_take_is_refused() {
        let none = json!({});
        let column = "INVALID_VALUE_FOR_COLUMN";
        for (kind, wrong) in [
            ("singleLineText", json!(1)),
            ("richText", json!(["a"])),
            ("number", json!("1")),
            ("number", json!("")),
            ("rating", json!(0)),
            ("rating", json!(6)),
            ("rating", json!(1.5)),
            ("checkbox", json!("true")),
            ("date", json!("28.02.2026")),
            ("date", json!("2026-02-30")),
            ("date", json!("2026-02-28T00:00:00Z")),
            ("dateTime", json!("yesterday")),
            ("singleSelect", json!(["red"])),
            ("multipleSelects", json!("red")),
            ("barcode", json!("42")),
            ("singleCollaborator", json!({ "id": "usrStranger000001" })),
        ] {
            refuses(kind, &none, &wrong, column);
        }
        refuses(
            "singleSelect",
            &none,
            &json!("red"),
            "INVALID_MULTIPLE_CHOICE_OPTIONS",
        );
        refuses(
            "multipleAttachments",
            &none,
            &json!([{ "id": "att00000000000000" }]),
            "INVALID_ATTACHMENT_OBJECT",
        );
        let links = json!({ "linkedTableId": "People" });
        refuses(
            "multipleRecordLinks",
            &links,
            &json!(["rec00000000000000"]),
            "ROW_DOES_NOT_EXIST",
        );
        refuses("multipleRecordLinks", &links, &json!(["Ann"]), column);
        for kind in ["autoNumber", "createdTime", "button", "aiText"] {
            refuses(kind, &none, &json!("x"), "field is computed");
        }
    }

    #[test]
    fn typecast_converts_what_it_can_and_makes_select_options() {
        let none = json!({});
        for (kind, written, read) in [
            ("singleLineText", json!(5), json!("5")),
            ("number", json!("1,234.5"), json!(1234.5)),
            ("currency", json!("$12"), json!(12)),
            ("percent", json!("12.5%"), json!(0.125)),
            ("number", json!("abc"), Value::Null),
            ("checkbox", json!("true"), json!(true)),
            ("date", json!("2/28/2026"), json!("2026-02-28")),
            ("date", json!("2026-02-28T10:00:00Z"), json!("2026-02-28")),
            ("singleSelect", json!("new"), json!("new")),
            ("multipleSelects", json!("a, b"), json!(["a", "b"])),
            ("barcode", json!("42"), json!({ "text": "42" })),
        ] {
            assert_eq!(
                write(kind, &none, true, &written),
                Ok(read),
                "{kind} {written}"
            );
        }
    }
}
