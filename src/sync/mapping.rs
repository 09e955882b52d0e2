//! Says what is wrong with a mapping, before anything is written by it.

use std::collections::HashSet;

use super::definition::Pair;
use super::direction::Direction;
use super::gives::{gives, holds_key};
use super::meeting::{FieldWay, Ways};
use crate::fields::{FieldType, Schema};
use crate::providers::{RemoteField, RemoteTable};

/// A mapping as somebody wishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which field of the dataset belongs to which remote field, by its id. The key field may be left
    /// out: where it goes, `remote_key_field_id` says.
    pub pairs: Vec<(String, String)>,
    /// The remote field that holds the key.
    pub remote_key_field_id: String,
    /// Which way fields go in a two-way sync, where that is one alone.
    pub ways: Ways,
}

/// Which way values go, and how freely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) direction: Direction,
    /// Whether the provider may convert values.
    pub(super) typecast: bool,
}

/// Something that is wrong with a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands in the request, such as `mapping[2].remote_field_id`.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Checks a wish and gives the mapping to keep, the key first; errs with everything that is wrong.
pub(super) fn check(
    wish: &Wish,
    schema: &Schema,
    key_field: &str,
    table: &RemoteTable,
    way: Way,
) -> Result<Vec<Pair>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut pairs = Vec::with_capacity(wish.pairs.len() + 1);
    match keys(wish, schema, key_field, table, way.direction) {
        Ok(pair) => pairs.push(pair),
        Err(message) => faults.push(Fault {
            path: "remote_key_field_id".into(),
            message,
        }),
    }
    if let Some(message) = misdirected(wish, key_field, way.direction) {
        let path = "mapping".into();
        faults.push(Fault { path, message });
    }
    let mut seen = HashSet::from([key_field]);
    let mut filled = HashSet::from([wish.remote_key_field_id.as_str()]);
    for (place, (field, remote)) in wish.pairs.iter().enumerate() {
        if field == key_field && *remote == wish.remote_key_field_id {
            continue;
        }
        let mut fault = |member: &str, message: String| {
            let path = format!("mapping[{place}].{member}");
            faults.push(Fault { path, message });
        };
        if !seen.insert(field) {
            let message = if field == key_field {
                "the key goes to the field that remote_key_field_id names".to_owned()
            } else {
                format!("{field:?} is mapped twice; each field goes to one place")
            };
            fault("field", message);
            continue;
        }
        if !filled.insert(remote) {
            fault(
                "remote_field_id",
                format!("{remote} is filled twice; each remote field once"),
            );
            continue;
        }
        let goes = wish.ways.get(field).copied().unwrap_or_default();
        match fit(field, remote, (schema, table), (way, goes)) {
            Ok(pair) => pairs.push(pair),
            Err((member, message)) => fault(member, message),
        }
    }
    if way.direction != Direction::Push {
        faults.extend(unfilled(wish, schema, key_field, &seen));
    }
    if faults.is_empty() {
        Ok(pairs)
    } else {
        Err(faults)
    }
}

/// The fields that the dataset requires and that nothing fills from there.
fn unfilled<'a>(
    wish: &'a Wish,
    schema: &'a Schema,
    key_field: &'a str,
    mapped: &'a HashSet<&str>,
) -> impl Iterator<Item = Fault> + use<'a> {
    let fills = |name: &str| mapped.contains(name) && wish.ways.get(name) != Some(&FieldWay::Push);
    let wanting = schema.fields().iter();
    let wanting = wanting
        .filter(move |field| field.required && field.name != key_field && !fills(&field.name));
    wanting.map(|field| Fault {
        path: "mapping".into(),
        message: format!(
            "the dataset requires {:?}, and nothing fills it",
            field.name
        ),
    })
}

/// What is wrong with the ways of single fields.
fn misdirected(wish: &Wish, key_field: &str, direction: Direction) -> Option<String> {
    if wish.ways.is_empty() {
        return None;
    }
    if direction != Direction::TwoWay {
        return Some("only in a two-way sync a field has a direction of its own".into());
    }
    let told = "the key has no direction of its own: it joins both sides";
    wish.ways.contains_key(key_field).then(|| told.into())
}

/// The pair of the keys. In a two-way sync they are written as well as read.
fn keys(
    wish: &Wish,
    schema: &Schema,
    key_field: &str,
    table: &RemoteTable,
    direction: Direction,
) -> Result<Pair, String> {
    if direction == Direction::TwoWay {
        key_pair(
            &wish.remote_key_field_id,
            schema,
            key_field,
            table,
            Direction::Pull,
        )?;
        return key_pair(
            &wish.remote_key_field_id,
            schema,
            key_field,
            table,
            Direction::Push,
        );
    }
    key_pair(
        &wish.remote_key_field_id,
        schema,
        key_field,
        table,
        direction,
    )
}

/// One pair, in each direction in which its values go.
pub(super) fn fit(
    field: &str,
    id: &str,
    (schema, table): (&Schema, &RemoteTable),
    (way, goes): (Way, FieldWay),
) -> Result<Pair, (&'static str, String)> {
    if way.direction != Direction::TwoWay {
        return pair(field, id, schema, table, way);
    }
    let fits = |direction: &Direction| {
        let way = Way {
            direction: *direction,
            ..way
        };
        pair(field, id, schema, table, way)
    };
    let pairs = goes.directions().iter().map(fits);
    let pairs: Vec<Pair> = pairs.collect::<Result<_, _>>()?;
    let first = pairs.into_iter().next();
    Ok(first.expect("a field goes one way at least"))
}

/// The pair of the key and the remote field `id`; errs with the reason why that cannot hold it.
pub(super) fn key_pair(
    id: &str,
    schema: &Schema,
    key_field: &str,
    table: &RemoteTable,
    direction: Direction,
) -> Result<Pair, String> {
    let to = &remote(id, table)?;
    let from = schema.fields().iter().find(|from| from.name == key_field);
    if direction == Direction::Pull {
        return match from {
            Some(from) if !holds_key(to, from.kind) => Err(format!(
                "{:?} holds {}, which gives no keys of type {}",
                to.name, to.kind, from.kind
            )),
            _ => Ok(joined(key_field, to)),
        };
    }
    if !to.writable {
        return Err(format!(
            "{:?} is computed ({}); a key must be writable",
            to.name, to.kind
        ));
    }
    if !holds_keys(to) {
        return Err(format!(
            "{:?} holds {}; a key is text or a number",
            to.name, to.kind
        ));
    }
    match from {
        Some(from) if !takes(to, from.kind, false) => Err(format!(
            "{:?} holds {}, which does not take keys of type {}",
            to.name, to.kind, from.kind
        )),
        _ => Ok(joined(key_field, to)),
    }
}

/// The member of a request that names the remote field of a pair.
pub(super) const REMOTE: &str = "remote_field_id";

/// A pair of fields; errs with the member that is wrong, and why.
pub(super) fn pair(
    field: &str,
    id: &str,
    schema: &Schema,
    table: &RemoteTable,
    way: Way,
) -> Result<Pair, (&'static str, String)> {
    let from = schema.fields().iter().find(|from| from.name == field);
    let from = from.ok_or_else(|| ("field", format!("the dataset has no field {field:?}")))?;
    let to = &remote(id, table).map_err(|message| (REMOTE, message))?;
    if way.direction == Direction::Pull {
        if gives(to, from.kind) {
            return Ok(joined(field, to));
        }
        let message = format!(
            "{:?} holds {}, which gives no {}; map it to another field or change its type",
            to.name,
            to.kind,
            from.kind.name()
        );
        return Err((REMOTE, message));
    }
    if !to.writable {
        let message = format!(
            "{:?} is computed ({}) and cannot be written",
            to.name, to.kind
        );
        return Err((REMOTE, message));
    }
    if !takes(to, from.kind, way.typecast) {
        let message = format!(
            "{:?} holds {}, which does not take {}; map it to another field or change its type",
            to.name,
            to.kind,
            from.kind.name()
        );
        return Err((REMOTE, message));
    }
    Ok(joined(field, to))
}

fn remote(id: &str, table: &RemoteTable) -> Result<RemoteField, String> {
    table.field(id).ok_or_else(|| {
        if table.any_names {
            return format!(
                "{id:?} cannot be a name here: one has 1 to 100 characters, no blanks at its ends, \
                 and is not taken by the delivery itself"
            );
        }
        format!("the table {:?} has no field {id}", table.name)
    })
}

fn joined(field: &str, to: &RemoteField) -> Pair {
    Pair {
        field: field.to_owned(),
        remote_field_id: to.id.clone(),
        remote_field_name: to.name.clone(),
        remote_type: to.kind.clone(),
    }
}

/// Whether a remote field may hold keys: what is written there must come back as it was.
pub(super) fn holds_keys(to: &RemoteField) -> bool {
    use FieldType::{Email, Integer, LongText, Number, Phone, Text, Url};
    let kinds = [Text, LongText, Integer, Number, Email, Url, Phone];
    to.neutral.is_some_and(|kind| kinds.contains(&kind))
}

/// Whether a remote field takes values of the type `from`; with `typecast` the provider may also
/// read numbers, times and options from text.
pub(super) fn takes(to: &RemoteField, from: FieldType, typecast: bool) -> bool {
    use FieldType::{
        Boolean, Choice, Choices, Date, DateTime, Email, Integer, Json, LongText, Number, Phone,
        Text, Url,
    };
    let Some(to) = to.neutral else { return false };
    let textual = matches!(from, Text | LongText | Email | Url | Phone | Choice);
    match to {
        Text | LongText => true,
        Email | Url | Phone => textual,
        Integer | Number => matches!(from, Integer | Number) || (typecast && textual),
        Boolean => from == Boolean,
        Date | DateTime => matches!(from, Date | DateTime) || (typecast && textual),
        Choice => textual || matches!(from, Integer | Boolean),
        Choices => from == Choices || textual,
        Json => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{airports, remote};
    use super::*;

    const PLAIN: Way = Way {
        direction: Direction::Push,
        typecast: false,
    };

    fn wish(pairs: &[(&str, &str)], key: &str) -> Wish {
        let pairs = pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        Wish {
            pairs: pairs.collect(),
            remote_key_field_id: key.to_owned(),
            ways: Ways::new(),
        }
    }

    fn faults(pairs: &[(&str, &str)], key: &str) -> Vec<(String, String)> {
        let faults = check(&wish(pairs, key), &airports(), "iata", &remote(), PLAIN).unwrap_err();
        let told = faults.into_iter().map(|fault| (fault.path, fault.message));
        told.collect()
    }

    #[test]
    fn the_key_is_part_of_every_mapping_whether_it_is_named_or_not() {
        for pairs in [
            &[("name", "fldName")][..],
            &[("iata", "fldCode"), ("name", "fldName")],
        ] {
            let kept = check(
                &wish(pairs, "fldCode"),
                &airports(),
                "iata",
                &remote(),
                PLAIN,
            );
            let fields: Vec<_> = kept.unwrap().into_iter().map(|pair| pair.field).collect();
            assert_eq!(fields, ["iata", "name"]);
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_its_place() {
        let found = faults(
            &[
                ("nmae", "fldName"),
                ("name", "fldSince"),
                ("latitude", "fldMade"),
                ("city", "fldCity"),
                ("city", "fldState"),
                ("state", "fldCity"),
                ("country", "fldNone"),
            ],
            "fldMade",
        );
        let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "remote_key_field_id",
                "mapping[0].field",
                "mapping[1].remote_field_id",
                "mapping[2].remote_field_id",
                "mapping[4].field",
                "mapping[5].remote_field_id",
                "mapping[6].remote_field_id",
            ]
        );
        assert!(found[0].1.contains("computed"), "{}", found[0].1);
    }

    #[test]
    fn a_key_is_text_or_a_number() {
        for (key, why) in [
            ("fldSince", "a key is text"),
            ("fldLatitude", "does not take keys"),
        ] {
            let found = faults(&[], key);
            assert!(found[0].1.contains(why), "{}", found[0].1);
        }
    }

    #[test]
    fn a_provider_that_may_convert_takes_text_for_more() {
        let wish = wish(&[("name", "fldLatitude")], "fldCode");
        let free = Way {
            typecast: true,
            ..PLAIN
        };
        assert!(check(&wish, &airports(), "iata", &remote(), PLAIN).is_err());
        assert!(check(&wish, &airports(), "iata", &remote(), free).is_ok());
    }

    #[test]
    fn a_pull_may_read_what_is_computed_and_must_fill_what_is_required() {
        let pull = Way {
            direction: Direction::Pull,
            ..PLAIN
        };
        let wish = wish(&[("made", "fldMade"), ("opened", "fldLatitude")], "fldCode");
        let mut fields = airports().fields().to_vec();
        fields[1].required = true;
        let schema = Schema::new(fields).unwrap();
        let faults = check(&wish, &schema, "iata", &remote(), pull).unwrap_err();
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["mapping[1].remote_field_id", "mapping"]);
        assert!(
            faults[1].message.contains("\"name\""),
            "{}",
            faults[1].message
        );
    }

    #[test]
    fn what_goes_both_ways_must_fit_both_ways() {
        let both = Way {
            direction: Direction::TwoWay,
            ..PLAIN
        };
        let pairs = [
            ("name", "fldName"),
            ("made", "fldMade"),
            ("opened", "fldName"),
        ];
        let mut wish = wish(&pairs, "fldCode");
        let faults = |wish: &Wish| match check(wish, &airports(), "iata", &remote(), both) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|fault| fault.path).collect(),
        };
        // Nothing can be written into what the provider computes.
        assert_eq!(
            faults(&wish),
            ["mapping[1].remote_field_id", "mapping[2].remote_field_id"]
        );
        wish.ways.insert("made".into(), FieldWay::Pull);
        wish.pairs.pop();
        assert!(faults(&wish).is_empty());
        wish.ways.insert("iata".into(), FieldWay::Push);
        assert_eq!(faults(&wish), ["mapping"]);
        let one_way = check(&wish, &airports(), "iata", &remote(), PLAIN);
        assert_eq!(one_way.unwrap_err()[0].path, "mapping");
    }
}
