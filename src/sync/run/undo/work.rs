//! Finds what others have put into records that a run has made, where the sync writes nothing.

use super::super::Pass;
use crate::fields::Value;
use crate::providers::{Editor, Held, RemoteField};

/// Why a record stays that somebody else has edited last, perhaps where nothing of it is read.
const EDITED_SINCE: &str = "held back: somebody else has edited it there since the run made it";

/// A record that a run has made, as it is there now.
pub(in super::super) struct Looked {
    /// The record, with the cells that the sync writes.
    pub(in super::super) held: Held,
    /// Why it is not to be removed; none when nobody else has worked on it.
    pub(in super::super) work: Option<String>,
}

impl Pass<'_> {
    /// The rows with these ids that are there, each with what others have put into it; `None` when
    /// the run is to stop.
    pub(in super::super) async fn look_closely(&self, ids: &[String]) -> Option<Vec<Looked>> {
        if ids.is_empty() {
            return Some(Vec::new());
        }
        let layout = self.fit.whole_layout();
        let records = self.line.records;
        let asked = self.line.asked(|| records.look_closely(&layout, ids));
        let (looked, calls) = asked.await?;
        self.book.read(looked.len() as u64, calls);
        let looked = looked.into_iter().map(|(mut held, editor)| {
            let written = self.fit.layout.fields.len().min(held.cells.len());
            let beside = held.cells.split_off(written);
            let work = work(&self.fit.beside, &beside, editor);
            Looked { held, work }
        });
        Some(looked.collect())
    }
}

/// Why a record is not to be removed whose fields `beside` those that the sync writes hold `cells`.
fn work(beside: &[RemoteField], cells: &[Option<Value>], editor: Editor) -> Option<String> {
    let mut filled = beside.iter().zip(cells);
    let filled = filled.find(|(_, cell)| cell.as_ref().is_some_and(is_filled));
    match filled {
        Some((field, _)) => Some(format!(
            "held back: the field {:?}, which the sync does not write, was filled there",
            field.name
        )),
        None => (editor == Editor::Another).then(|| EDITED_SINCE.to_owned()),
    }
}

/// Whether somebody must have put it there. A box that nobody has ticked is `false` at Notion.
fn is_filled(value: &Value) -> bool {
    *value != Value::Boolean(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> RemoteField {
        RemoteField {
            id: name.to_lowercase(),
            name: name.to_owned(),
            kind: "text".to_owned(),
            neutral: None,
            writable: true,
            description: None,
            options: Vec::new(),
            decimals: None,
        }
    }

    fn told(cells: &[Option<Value>; 2], editor: Editor) -> Option<String> {
        work(&[field("Seen"), field("Notes")], cells, editor)
    }

    #[test]
    fn a_record_stays_in_which_others_have_filled_a_field() {
        let filled = [Some(Value::Boolean(false)), Value::text("Call back")];
        for editor in [Editor::Account, Editor::Another, Editor::Untold] {
            let told = told(&filled, editor).unwrap();
            assert!(told.contains("\"Notes\""), "{told}");
        }
    }

    #[test]
    fn a_record_stays_that_another_has_edited_last() {
        let empty = [Some(Value::Boolean(false)), None];
        assert_eq!(told(&empty, Editor::Account), None);
        assert_eq!(told(&empty, Editor::Untold), None);
        assert!(told(&empty, Editor::Another).is_some());
    }
}
