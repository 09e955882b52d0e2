//! Keeps a remote table's records while a plan is made, so that their number does not matter.

use crate::base::PlanId;
use crate::store::{self, Collection, Raw};

/// The cells of the remote records, by the plan and the remote record's id: canonical, in the order
/// of the layout, each ended by a zero byte.
pub(crate) struct ById;

impl Collection for ById {
    const NAME: &'static str = "plan_remote";
    type Key = (PlanId, String);
    type Value = Raw;
}

/// The remote records by the plan and their key.
pub(crate) struct ByKey;

impl Collection for ByKey {
    const NAME: &'static str = "plan_remote_key";
    type Key = (PlanId, String);
    type Value = Keyed;
}

/// What a key leads to in a remote table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keyed {
    /// Whether more than one remote record has the key.
    pub(crate) twice: bool,
    /// The remote record's id.
    pub(crate) remote_id: String,
}

/// One byte that says whether there are more, then the id.
impl store::Value for Keyed {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.twice));
        out.extend_from_slice(self.remote_id.as_bytes());
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, store::Error> {
        let damaged = || store::Error::Damaged("a remote record's key".into());
        let (twice, id) = bytes.split_first().ok_or_else(damaged)?;
        Ok(Self {
            twice: *twice != 0,
            remote_id: String::from_utf8(id.to_vec()).map_err(|_not_text| damaged())?,
        })
    }
}

/// A remote record as it was read for a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Its id.
    pub(crate) remote_id: String,
    /// Its cells.
    pub(crate) cells: Vec<u8>,
    /// Whether another has the same key.
    pub(crate) twice: bool,
}
