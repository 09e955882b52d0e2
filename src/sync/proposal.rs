//! Proposes which field might go where.

use std::collections::HashSet;

use super::direction::Direction;
use super::gives::{gives, holds_key};
use super::mapping::{holds_keys, takes};
use super::names::{alike, same};
use crate::fields::{FieldType, Schema};
use crate::providers::{RemoteField, RemoteTable};

/// Where a field might go, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The dataset's field.
    pub field: String,
    /// The remote field's id.
    pub remote_field_id: String,
    /// Why these two.
    pub reason: Reason,
}

/// Why two fields might belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They are called the same, but for case.
    SameName,
    /// They are called the same, but for punctuation and a word for what they hold.
    LikeName,
    /// One is the key, the other the field by which people know the table's records.
    Primary,
    /// Each is the only one of its kind that is left.
    SameKind,
}

impl Reason {
    /// All of them, the best first.
    const ALL: [Self; 4] = [
        Self::SameName,
        Self::LikeName,
        Self::Primary,
        Self::SameKind,
    ];

    /// The words that the API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameName => "same name",
            Self::LikeName => "like name",
            Self::Primary => "primary field",
            Self::SameKind => "same kind",
        }
    }
}

/// A mapping to begin with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// The pairs, in the order of the dataset's fields.
    pub pairs: Vec<Suggestion>,
    /// The remote field for the key, if there is one that can hold it.
    pub remote_key_field_id: Option<String>,
    /// The dataset's fields that have no counterpart.
    pub unmapped: Vec<String>,
    /// What a person should know before they agree.
    pub problems: Vec<String>,
}

/// Proposes which of the dataset's fields belong to which of the table's.
///
/// Each remote field is used once, and only where it can be written and takes the type, or in a
/// pull where it gives the type.
pub(super) fn propose(
    schema: &Schema,
    key_field: &str,
    table: &RemoteTable,
    direction: Direction,
) -> Proposal {
    if table.any_names {
        return propose_names(schema, key_field, table);
    }
    let pull = direction == Direction::Pull;
    let mut proposal = Proposal::default();
    let both = direction == Direction::TwoWay;
    let usable = |to: &&RemoteField| pull || to.writable;
    let mut free: Vec<&RemoteField> = table.fields.iter().filter(usable).collect();
    let mut open: Vec<(&str, FieldType)> = schema
        .fields()
        .iter()
        .map(|field| (field.name.as_str(), field.kind))
        .collect();
    open.sort_by_key(|(name, _)| *name != key_field); // the key chooses first
    for reason in Reason::ALL {
        open.retain(|(name, kind)| {
            let is_key = *name == key_field;
            let fits = |to: &RemoteField| {
                let key = if pull {
                    holds_key(to, *kind)
                } else {
                    holds_keys(to)
                };
                let keys = (is_key && key) || (!is_key && reason != Reason::Primary);
                let primary = reason != Reason::Primary || to.id == table.primary_field_id;
                let suits = if pull {
                    gives(to, *kind)
                } else {
                    // By its name alone no text is an id or an address.
                    takes(to, *kind, false)
                        && (!to.refers() || *kind == FieldType::Choices)
                        && (!to.holds_files()
                            || matches!(*kind, FieldType::Choices | FieldType::Url))
                };
                let returns = !both || gives(to, *kind);
                suits && returns && keys && primary
            };
            let Some(place) = counterpart(reason, (name, *kind), &free, fits) else {
                return true;
            };
            let to = free.remove(place);
            if is_key {
                proposal.remote_key_field_id = Some(to.id.clone());
            }
            proposal.pairs.push(Suggestion {
                field: (*name).to_owned(),
                remote_field_id: to.id.clone(),
                reason,
            });
            false
        });
    }
    finish(proposal, schema, key_field, (table, pull))
}

/// Proposes each field's own name, where records may have fields of any name.
fn propose_names(schema: &Schema, key_field: &str, table: &RemoteTable) -> Proposal {
    let mut proposal = Proposal::default();
    for field in schema.fields() {
        let name = &field.name;
        if table.field(name).is_none() {
            proposal.unmapped.push(name.clone());
            let problem = format!("{name}: a delivery cannot have this name; give it another");
            proposal.problems.push(problem);
            continue;
        }
        if name == key_field {
            proposal.remote_key_field_id = Some(name.clone());
        }
        proposal.pairs.push(Suggestion {
            field: name.clone(),
            remote_field_id: name.clone(),
            reason: Reason::SameName,
        });
    }
    proposal
}

/// Orders the pairs, lists what is left, and says what stands in the way.
fn finish(
    mut proposal: Proposal,
    schema: &Schema,
    key_field: &str,
    (table, pull): (&RemoteTable, bool),
) -> Proposal {
    let place = |name: &str| schema.fields().iter().position(|field| field.name == name);
    proposal.pairs.sort_by_key(|pair| place(&pair.field));
    let mapped: HashSet<&str> = proposal
        .pairs
        .iter()
        .map(|pair| pair.field.as_str())
        .collect();
    proposal.unmapped = schema
        .fields()
        .iter()
        .filter(|field| !mapped.contains(field.name.as_str()))
        .map(|field| field.name.clone())
        .collect();
    for field in &proposal.unmapped {
        let same = table.fields.iter().find(|to| same(field, &to.name));
        if let Some(to) = same {
            let obstacle = if pull {
                format!("holds {}, which gives no such values", to.kind)
            } else if to.writable {
                format!("holds {}, which does not take its values", to.kind)
            } else {
                format!("is computed ({}) and cannot be written", to.kind)
            };
            proposal
                .problems
                .push(format!("{field}: the remote field of that name {obstacle}"));
        }
    }
    if proposal.remote_key_field_id.is_none() {
        proposal.problems.push(format!(
            "{key_field}: choose a remote field for the key; it must {}hold text or a number",
            if pull { "" } else { "be writable and " }
        ));
    }
    proposal
}

/// The place among `free` of the counterpart that `reason` finds.
fn counterpart(
    reason: Reason,
    (name, kind): (&str, FieldType),
    free: &[&RemoteField],
    fits: impl Fn(&RemoteField) -> bool,
) -> Option<usize> {
    let suits = |to: &RemoteField| match reason {
        Reason::SameName => same(name, &to.name),
        Reason::LikeName => alike(name, &to.name),
        Reason::Primary => true,
        Reason::SameKind => telling(kind) && to.neutral == Some(kind),
    };
    let mut found = free
        .iter()
        .enumerate()
        .filter(|(_, to)| suits(to) && fits(to))
        .map(|(place, _)| place);
    let first = found.next()?;
    match reason {
        Reason::SameKind if found.next().is_some() => None,
        _ => Some(first),
    }
}

/// Whether a type says enough about a field's meaning to pair two by it alone.
fn telling(kind: FieldType) -> bool {
    use FieldType::{Date, DateTime, Email, Phone, Url};
    matches!(kind, Email | Url | Phone | Date | DateTime)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{airports, remote};
    use super::*;

    fn pairs(proposal: &Proposal) -> Vec<(&str, &str, Reason)> {
        let pairs = proposal.pairs.iter();
        pairs
            .map(|pair| {
                (
                    pair.field.as_str(),
                    pair.remote_field_id.as_str(),
                    pair.reason,
                )
            })
            .collect()
    }

    #[test]
    fn fields_find_each_other_by_name_then_by_likeness_then_by_kind() {
        let proposal = propose(&airports(), "iata", &remote(), Direction::Push);
        assert_eq!(
            pairs(&proposal),
            [
                ("iata", "fldCode", Reason::Primary),
                ("name", "fldName", Reason::SameName),
                ("city", "fldCity", Reason::SameName),
                ("state", "fldState", Reason::LikeName),
                ("latitude", "fldLatitude", Reason::SameName),
                ("opened", "fldSince", Reason::SameKind),
            ]
        );
        assert_eq!(proposal.unmapped, ["country", "made"]);
    }

    #[test]
    fn the_key_goes_to_its_namesake_or_else_to_the_primary_field() {
        let chosen =
            |key| propose(&airports(), key, &remote(), Direction::Push).remote_key_field_id;
        assert_eq!(chosen("iata").as_deref(), Some("fldCode"));
        assert_eq!(chosen("name").as_deref(), Some("fldName"));
    }

    #[test]
    fn a_key_that_fits_nowhere_is_a_choice_for_people() {
        let proposal = propose(&airports(), "opened", &remote(), Direction::Push);
        assert_eq!(proposal.remote_key_field_id.as_deref(), Some("fldCode"));
        let mut without_text = remote();
        without_text
            .fields
            .retain(|field| field.kind != "singleLineText");
        let proposal = propose(&airports(), "iata", &without_text, Direction::Push);
        assert_eq!(proposal.remote_key_field_id, None);
        let told = |problem: &String| problem.starts_with("iata: choose");
        assert!(proposal.problems.iter().any(told));
    }

    #[test]
    fn a_computed_field_is_not_proposed_and_the_reason_is_told() {
        let proposal = propose(&airports(), "iata", &remote(), Direction::Push);
        let told = proposal
            .problems
            .iter()
            .find(|problem| problem.starts_with("made:"));
        assert!(told.unwrap().contains("computed"));
    }

    #[test]
    fn a_pull_is_also_proposed_what_is_computed() {
        let proposal = propose(&airports(), "iata", &remote(), Direction::Pull);
        assert!(pairs(&proposal).contains(&("made", "fldMade", Reason::SameName)));
        assert_eq!(proposal.unmapped, ["country"]);
    }
}
