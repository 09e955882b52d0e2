//! `[net]`: calls that leave the appliance.

use std::time::Duration;

use super::reader::Section;

/// How long and how much outgoing calls may take, and whom they may reach.
#[derive(Clone, Debug)]
pub struct Net {
    /// The time for a connection to stand, TLS included.
    pub connect_deadline: Duration,
    /// The time for a whole call.
    pub total_deadline: Duration,
    /// The size of an answer at most.
    pub max_answer_mib: u32,
    /// The time from which on a call is told as a slow one.
    pub slow_call: Duration,
    /// Hosts that may be reached although their addresses are private.
    pub allow: Vec<String>,
}

impl Net {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            connect_deadline: from.key(
                "connect_deadline",
                Duration::from_secs(10),
                "How long a connection to a provider may take to stand.",
            ),
            total_deadline: from.key(
                "total_deadline",
                Duration::from_mins(1),
                "How long one call to a provider may take in all.",
            ),
            max_answer_mib: from.within(
                "max_answer_mib",
                16,
                1..=1024,
                "Size of one answer at most.",
            ),
            slow_call: from.key(
                "slow_call",
                Duration::from_secs(5),
                "A call that takes as long as that is a warning in the log.",
            ),
            allow: from.key(
                "allow",
                Vec::new(),
                "Host names that may be called although they lie in a private network. Every \
                 other private address is refused.",
            ),
        }
    }
}
