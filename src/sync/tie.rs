//! Remembers of each remote record which one here it has become, and what it then held.

use super::link::Hash;
use crate::base::SyncId;
use crate::store::{self, Collection};

/// The remote records that a sync has read into its dataset, by the provider's id of them.
///
/// A link leads from a record here to the remote one, a tie leads back.
pub(crate) struct Ties;

impl Collection for Ties {
    const NAME: &'static str = "tie";
    type Key = (SyncId, String);
    type Value = Tie;
}

/// The record here that a remote one has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tie {
    /// The key of the record here.
    pub(crate) key: String,
    /// The fingerprint of what the remote record held.
    pub(crate) echo: Hash,
    /// The fingerprint of what the record here held then, as a link's source.
    pub(crate) source: Hash,
    /// Whether this sync has created the record here.
    pub(crate) ours: bool,
}

const OURS: u8 = 1;
const HEAD: usize = 33;

/// One byte that says whether the record is ours, both fingerprints, then the key.
impl store::Value for Tie {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(if self.ours { OURS } else { 0 });
        out.extend_from_slice(&self.echo);
        out.extend_from_slice(&self.source);
        out.extend_from_slice(self.key.as_bytes());
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, store::Error> {
        read(bytes).ok_or_else(|| store::Error::Damaged("a tie".into()))
    }
}

fn read(bytes: &[u8]) -> Option<Tie> {
    let (head, key) = bytes.split_at_checked(HEAD)?;
    let (ours, hashes) = head.split_first()?;
    let (echo, source) = hashes.split_first_chunk()?;
    Some(Tie {
        key: String::from_utf8(key.to_vec()).ok()?,
        echo: *echo,
        source: source.try_into().ok()?,
        ours: *ours == OURS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Value as _;

    #[test]
    fn a_tie_comes_back_as_it_was_kept() {
        for ours in [true, false] {
            let tie = Tie {
                key: "ärger".into(),
                echo: [1; 16],
                source: [2; 16],
                ours,
            };
            let mut bytes = Vec::new();
            tie.encode(&mut bytes);
            assert_eq!(Tie::decode(1, &bytes).unwrap(), tie);
            assert!(Tie::decode(1, &bytes[..HEAD - 1]).is_err());
        }
    }
}
