//! Remembers of each record which remote one it is, and what both last agreed on.

use crate::base::SyncId;
use crate::store::{self, Collection};

use super::counts::Fate;

/// A fingerprint of a record's mapped content: the first half of its SHA-256.
pub(crate) type Hash = [u8; 16];

/// The links of a sync by the record's key.
pub(crate) struct Links;

impl Collection for Links {
    const NAME: &'static str = "link";
    type Key = (SyncId, String);
    type Value = Link;
}

/// One record's counterpart at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The provider's id of it.
    pub(crate) remote_id: String,
    /// What is known of its content.
    pub(crate) content: Content,
}

/// What is known of a remote record's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// It was written and the provider answered.
    Agreed {
        /// What was sent: as long as it stays the same, nothing needs to be written.
        sent: Hash,
        /// What the provider then held, mapped back: it may round, trim or reorder.
        echo: Hash,
    },
    /// It was found by its key after an answer was lost, and is to be written (again).
    Found {
        /// Whether a write of ours made it, or it was there before: how the record is counted.
        ours: bool,
    },
}

impl Link {
    /// What writing this record's content again would count as.
    pub(crate) fn fate(&self) -> Fate {
        match self.content {
            Content::Agreed { .. } => Fate::Changed,
            Content::Found { ours: true } => Fate::Created,
            Content::Found { ours: false } => Fate::Matched,
        }
    }

    /// Whether the provider holds what has the fingerprint `fresh`.
    pub(crate) fn agrees(&self, fresh: &Hash) -> bool {
        matches!(&self.content, Content::Agreed { sent, .. } if sent == fresh)
    }
}

const AGREED: u8 = 0;
const FOUND_OURS: u8 = 1;
const FOUND_THERE: u8 = 2;

/// One byte of kind, for agreed content both fingerprints, then the remote id.
impl store::Value for Link {
    fn encode(&self, out: &mut Vec<u8>) {
        match &self.content {
            Content::Agreed { sent, echo } => {
                out.push(AGREED);
                out.extend_from_slice(sent);
                out.extend_from_slice(echo);
            }
            Content::Found { ours: true } => out.push(FOUND_OURS),
            Content::Found { ours: false } => out.push(FOUND_THERE),
        }
        out.extend_from_slice(self.remote_id.as_bytes());
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, store::Error> {
        read(bytes).ok_or_else(|| store::Error::Damaged("a link".into()))
    }
}

fn read(bytes: &[u8]) -> Option<Link> {
    let (kind, mut rest) = bytes.split_first()?;
    let mut hash = || {
        let (hash, after) = rest.split_first_chunk::<16>()?;
        rest = after;
        Some(*hash)
    };
    let content = match *kind {
        AGREED => Content::Agreed {
            sent: hash()?,
            echo: hash()?,
        },
        FOUND_OURS => Content::Found { ours: true },
        FOUND_THERE => Content::Found { ours: false },
        _ => return None,
    };
    Some(Link {
        remote_id: String::from_utf8(rest.to_vec()).ok()?,
        content,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Value as _;

    #[test]
    fn a_link_comes_back_as_it_was_kept() {
        for content in [
            Content::Agreed {
                sent: [1; 16],
                echo: [2; 16],
            },
            Content::Found { ours: true },
            Content::Found { ours: false },
        ] {
            let link = Link {
                remote_id: "recAAAAAAAAAAAAAA".into(),
                content,
            };
            let mut bytes = Vec::new();
            link.encode(&mut bytes);
            assert_eq!(Link::decode(1, &bytes).unwrap(), link);
        }
    }

    #[test]
    fn bytes_that_are_no_link_are_refused() {
        for bytes in [&[][..], &[9, 9], &[AGREED, 1, 2, 3]] {
            assert!(Link::decode(1, bytes).is_err());
        }
    }

    #[test]
    fn only_agreed_content_can_be_up_to_date() {
        let mut link = Link {
            remote_id: "recA".into(),
            content: Content::Agreed {
                sent: [1; 16],
                echo: [2; 16],
            },
        };
        assert!(link.agrees(&[1; 16]));
        assert!(!link.agrees(&[2; 16]), "the echo is not what decides");
        link.content = Content::Found { ours: true };
        assert!(!link.agrees(&[1; 16]));
    }
}
