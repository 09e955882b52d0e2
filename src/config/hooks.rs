//! `[hooks]`: addresses that are told what becomes of records.

use super::reader::Section;

/// Whom hooks may reach, and how much may wait for one.
#[derive(Clone, Debug)]
pub struct Hooks {
    /// Hosts that a hook may lie at although their addresses are private.
    pub allow: Vec<String>,
    /// So much may wait to be told to one hook.
    pub most_waiting: u32,
}

impl Hooks {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            allow: from.key(
                "allow",
                Vec::new(),
                "Host names that hooks may be delivered to although they lie in a private network: \
                 whoever may share datasets can have them called. What `net.allow` names is for \
                 providers, and no hook reaches it unless it stands here too.",
            ),
            most_waiting: from.within(
                "most_waiting",
                200_000,
                1..=10_000_000,
                "So many records may wait to be told to one hook. One that falls further behind is \
                 stopped.",
            ),
        }
    }
}
