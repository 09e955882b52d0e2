//! The blocks that a free workspace has left: deleting gives none of them back.
use jiff::{SignedDuration, Timestamp};

use super::{knobs::NotionKnobs, refusal::Refusal};

/// How many blocks were ever made, and since when there are too many.
#[derive(Default)]
pub(crate) struct Blocks {
    made: u64,
    reached: Option<Timestamp>,
}

impl Blocks {
    /// Counts new blocks, or refuses them once the limit was reached and its grace is over
    /// (Notion API, "Workspace block limits").
    pub(super) fn make(
        &mut self,
        count: u64,
        knobs: &NotionKnobs,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if knobs.block_limit > 0 && self.made + count > knobs.block_limit.into() {
            let reached = *self.reached.get_or_insert(now);
            let grace = SignedDuration::from_secs(knobs.block_grace_seconds.into());
            if now >= reached + grace {
                return Err(Refusal::out_of_blocks());
            }
        }
        self.made += count;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_can_be_made_for_three_more_days_once_there_are_too_many() {
        let knobs = NotionKnobs {
            block_limit: 2,
            ..NotionKnobs::default()
        };
        let mut blocks = Blocks::default();
        let mut make = |day: i64| {
            let now = Timestamp::from_second(day * 86_400).unwrap();
            blocks.make(1, &knobs, now).is_ok()
        };
        assert_eq!([make(0), make(1)], [true, true]);
        assert_eq!(
            [make(2), make(4), make(5), make(6)],
            [true, true, false, false]
        );
    }

    #[test]
    fn a_paid_workspace_has_no_limit() {
        let mut blocks = Blocks::default();
        let made = blocks.make(
            u64::from(u32::MAX),
            &NotionKnobs::default(),
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(made, Ok(()));
    }
}
