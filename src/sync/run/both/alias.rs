//! Says in our words what the provider says in its own: a file that went there by its address bears
//! an id of the provider's there.

use super::base::Base;
use super::judge::Judge;
use super::rows::Listed;
use crate::fields::{Misfit, Value, fitted};

impl Judge<'_> {
    /// Says of files there that came from here what they are called here.
    pub(super) fn translate(
        &self,
        fits: &mut [Result<Option<Value>, Misfit>],
        row: &Listed,
        base: &Base,
    ) {
        let schema = self.hall.dataset.schema();
        for (at, to) in self.fit.layout.fields.iter().enumerate() {
            if to.holds_files() {
                let agreed = (base.here[at].as_slice(), base.there[at].as_slice());
                let value = in_our_words(row.cells[at].clone(), agreed);
                let field = &schema.fields()[self.fit.place(at)];
                fits[at] = value.map_or(Ok(None), |value| fitted(field, value));
            }
        }
    }
}

/// What is there, each file that we sent by the address under which it is known here.
///
/// `ours` and `theirs` are what both sides held when they last agreed: files come back in the order in which
/// they were sent.
fn in_our_words(there: Option<Value>, (ours, theirs): (&[u8], &[u8])) -> Option<Value> {
    let Some(Value::Choices(texts)) = &there else {
        return there;
    };
    let (Some(ours), Some(theirs)) = (list(ours), list(theirs)) else {
        return there;
    };
    if ours.len() != theirs.len() {
        return there;
    }
    let word = |text: &String| {
        let at = theirs.iter().position(|theirs| theirs == text);
        at.map_or_else(|| text.clone(), |at| ours[at].clone())
    };
    Value::choices(texts.iter().map(word))
}

fn list(canonical: &[u8]) -> Option<Vec<String>> {
    serde_json::from_slice(canonical).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Option<Value> {
        Value::choices(texts.iter().map(|text| (*text).to_owned()))
    }

    #[test]
    fn a_file_that_we_sent_keeps_its_address_here_when_others_come_and_go() {
        let agreed: (&[u8], &[u8]) = (br#"["u1","u2"]"#, br#"["att1","att2"]"#);
        let said = |there: &[&str]| in_our_words(texts(there), agreed);
        assert_eq!(
            said(&["att1", "att2", "att3"]),
            texts(&["u1", "u2", "att3"])
        );
        assert_eq!(said(&["att2"]), texts(&["u2"]));
        assert_eq!(said(&[]), None);
        let cut: (&[u8], &[u8]) = (br#"["u1"]"#, br#"["att1","att2"]"#);
        assert_eq!(in_our_words(texts(&["att2"]), cut), texts(&["att2"]));
        assert_eq!(in_our_words(texts(&["att2"]), (b"", b"")), texts(&["att2"]));
    }
}
