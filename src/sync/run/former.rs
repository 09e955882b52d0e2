//! Knows the mappings that a two-way sync had before: what both sides have agreed on under one of
//! them is still known where the present mapping joins the same two fields.

use super::super::definition::Definition;
use super::super::link::Hash;
use crate::fields::content_hash;

/// A mapping that a sync had, as it is seen from the one that it has.
#[derive(Clone, Debug)]
pub(super) struct Former {
    /// The fingerprint of which field belonged to which.
    pub(super) mark: Hash,
    /// How many those were.
    pub(super) columns: usize,
    /// For each column of the present mapping the one that it was; none if it was none.
    places: Vec<Option<usize>>,
}

/// The fingerprint of which field here belongs to which remote one, in the order of the remote ids.
pub(super) fn pairing_of(pairs: &[(&str, &str)]) -> Hash {
    let lines = pairs.iter().map(|(field, id)| format!("{id} {field}\n"));
    content_hash(lines.collect::<String>().as_bytes()).0
}

/// The fingerprint of remote fields by their ids, which are in order.
pub(super) fn mark_of(ids: &[&str]) -> Hash {
    content_hash(ids.join("\n").as_bytes()).0
}

impl Former {
    /// All that a sync had, the last first, seen from `present`: field here and remote id by column.
    ///
    /// Links that older versions have written bear a mark of the remote fields alone.
    pub(super) fn all(sync: &Definition, present: &[(&str, &str)]) -> Vec<Self> {
        let former = sync.formerly.iter().rev();
        let former = former.map(|pairs| Self::new(pairs, present));
        let ids: Vec<&str> = present.iter().map(|(_, id)| *id).collect();
        let unnamed = Self {
            mark: mark_of(&ids),
            columns: ids.len(),
            places: (0..ids.len()).map(Some).collect(),
        };
        former.chain([unnamed]).collect()
    }

    fn new(pairs: &[(String, String)], present: &[(&str, &str)]) -> Self {
        let mut pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(field, id)| (field.as_str(), id.as_str()))
            .collect();
        pairs.sort_by_key(|(_, id)| *id);
        let place = |pair| pairs.iter().position(|former| former == pair);
        Self {
            mark: pairing_of(&pairs),
            columns: pairs.len(),
            places: present.iter().map(place).collect(),
        }
    }

    /// Cells of the former mapping in the columns of the present one; none where it had no such.
    pub(super) fn cells<'c>(
        &self,
        cells: &'c [Vec<u8>],
    ) -> impl Iterator<Item = Option<&'c Vec<u8>>> {
        let places = self.places.iter();
        places.map(|place| place.and_then(|at| cells.get(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_again_while_it_joins_the_same_two_fields() {
        let owned = |(field, id): &(&str, &str)| ((*field).to_owned(), (*id).to_owned());
        let before = [
            ("iata", "f3"),
            ("city", "f1"),
            ("name", "f2"),
            ("state", "f4"),
        ];
        let before: Vec<(String, String)> = before.iter().map(owned).collect();
        let former = Former::new(
            &before,
            &[
                ("town", "f1"),
                ("iata", "f3"),
                ("state", "f4"),
                ("name", "f5"),
            ],
        );
        let sorted = [
            ("city", "f1"),
            ("name", "f2"),
            ("iata", "f3"),
            ("state", "f4"),
        ];
        assert_eq!(former.mark, pairing_of(&sorted));
        let cells: Vec<Vec<u8>> = ["1", "2", "3", "4"]
            .map(|cell| cell.as_bytes().to_vec())
            .into();
        let found: Vec<Option<&Vec<u8>>> = former.cells(&cells).collect();
        assert_eq!(found, [None, Some(&cells[2]), Some(&cells[3]), None]);
    }
}
