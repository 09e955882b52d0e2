//! Numbers sites, so that what lies below them has short keys.

use crate::store::{BadKey, Key};

/// A site's number: never used twice, not even after the site is gone.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub(crate) struct SiteNumber(pub(crate) u32);

impl Key for SiteNumber {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        u32::read(bytes).map(Self)
    }
}
