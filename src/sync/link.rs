//! Remembers of each record which remote one it is, and what both last agreed on.

use crate::base::SyncId;
use crate::store::{self, Collection};

use super::counts::Fate;
use super::intent::Look;

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
    /// Where the content came from that was agreed: as long as it stays the same, so does what
    /// would be sent. Zeros when that is not known.
    pub(crate) source: Hash,
    /// What the provider held when it was agreed, for those who want to see what changes: canonical
    /// cells, each ended by a zero byte. Empty when that is not known.
    pub(crate) cells: Vec<u8>,
    /// The same of the record here, for a two-way sync: what either side has changed since is told
    /// field by field. What is yet to be written there, or perhaps was, bears a mark (see
    /// `run/both/base.rs`). Of a record that was found, what it looked like when it was announced.
    /// Empty when that is not known.
    pub(crate) here: Vec<u8>,
    /// Whether a write of this sync made the remote record. Of links that were kept before that was
    /// asked it is not known, and then it did not.
    pub(crate) ours: bool,
    /// Whether a two-way sync does not take the record for the time being: it has left the scope,
    /// and may be deleted on either side without the other's losing anything.
    pub(crate) aside: bool,
    /// Whether one of two sides was taken away by an undo: what is left of a record stays alone
    /// until it is edited.
    pub(crate) apart: bool,
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
        /// Whether it was made since a write of ours was announced, or was there before: how the
        /// record is counted. Somebody else may have made it just then; whether it is ours the
        /// link says.
        made: bool,
    },
}

impl Link {
    /// The link of a record that was found there: what it looked like when it was announced.
    pub(crate) fn found(remote_id: String, content: Content, look: Look, ours: bool) -> Self {
        Self {
            remote_id,
            content,
            source: UNKNOWN,
            cells: Vec::new(),
            here: look.0.into_bytes(),
            ours,
            aside: false,
            apart: false,
        }
    }

    /// What writing this record's content again would count as.
    pub(crate) fn fate(&self) -> Fate {
        match self.content {
            Content::Agreed { .. } => Fate::Changed,
            Content::Found { made: true } => Fate::Created,
            Content::Found { made: false } => Fate::Matched,
        }
    }

    /// The same link once nobody can tell any more what the other end holds: it agrees with
    /// nothing.
    pub(crate) fn doubted(self) -> Self {
        let content = match self.content {
            Content::Agreed { echo, .. } => Content::Agreed {
                sent: UNKNOWN,
                echo,
            },
            found @ Content::Found { .. } => found,
        };
        Self {
            content,
            source: UNKNOWN,
            ..self
        }
    }

    /// Whether the provider holds what has the fingerprint `fresh`.
    pub(crate) fn agrees(&self, fresh: &Hash) -> bool {
        matches!(&self.content, Content::Agreed { sent, .. } if sent == fresh)
    }

    /// Whether the record that comes from `source` is the one that was agreed.
    pub(crate) fn comes_from(&self, source: &Hash) -> bool {
        let agreed = matches!(self.content, Content::Agreed { .. });
        agreed && self.source == *source && self.source != UNKNOWN
    }

    /// The fingerprint of what the provider held when the record was agreed, if that is known.
    pub(crate) fn echo(&self) -> Option<Hash> {
        match self.content {
            Content::Agreed { echo, .. } => Some(echo),
            Content::Found { .. } => None,
        }
    }

    /// Whether `held` is the fingerprint of what the provider held when the record was agreed.
    pub(crate) fn echoes(&self, held: &Hash) -> bool {
        matches!(&self.content, Content::Agreed { echo, .. } if echo == held)
    }
}

/// A source that is not known.
pub(crate) const UNKNOWN: Hash = [0; 16];

const AGREED: u8 = 0;
const FOUND_OURS: u8 = 1;
const FOUND_THERE: u8 = 2;
const AGREED_IN_FULL: u8 = 3;
const AGREED_OURS: u8 = 4;
const AGREED_IN_FULL_OURS: u8 = 5;
const BOTH_SIDES: u8 = 6;
const FOUND_MADE: u8 = 7;
const ASIDE: u8 = 8;
const APART: u8 = 9;

/// One byte of kind, for agreed content both fingerprints, then the remote id; in full, the
/// source and the id's length in two bytes (big-endian) stand before the id, and the cells follow.
/// Of a link that knows both sides, the number of bytes of what is known of the record here stands
/// before the usual form (big-endian, four), and so do they. Of one whose record is not taken for the
/// time being, a byte that says so stands before all that; before it one more of a record that was put
/// apart.
impl store::Value for Link {
    fn encode(&self, out: &mut Vec<u8>) {
        if self.apart {
            out.push(APART);
        }
        if self.aside {
            out.push(ASIDE);
        }
        if !self.here.is_empty() {
            out.push(BOTH_SIDES);
            let length = u32::try_from(self.here.len()).unwrap_or(u32::MAX);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&self.here);
        }
        match &self.content {
            Content::Agreed { sent, echo } => {
                let full = !self.cells.is_empty();
                out.push(match (full, self.ours) {
                    (true, true) => AGREED_IN_FULL_OURS,
                    (true, false) => AGREED_IN_FULL,
                    (false, true) => AGREED_OURS,
                    (false, false) => AGREED,
                });
                out.extend_from_slice(sent);
                out.extend_from_slice(echo);
                if full {
                    out.extend_from_slice(&self.source);
                    let length = u16::try_from(self.remote_id.len()).unwrap_or(u16::MAX);
                    out.extend_from_slice(&length.to_be_bytes());
                }
            }
            Content::Found { made } => out.push(match (made, self.ours) {
                (true, true) => FOUND_OURS,
                (true, false) => FOUND_MADE,
                (false, _) => FOUND_THERE,
            }),
        }
        out.extend_from_slice(self.remote_id.as_bytes());
        if matches!(self.content, Content::Agreed { .. }) {
            out.extend_from_slice(&self.cells);
        }
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, store::Error> {
        read_whole(bytes).ok_or_else(|| store::Error::Damaged("a link".into()))
    }
}

fn read_whole(bytes: &[u8]) -> Option<Link> {
    let (apart, bytes) = flagged(bytes, APART);
    let (aside, bytes) = flagged(bytes, ASIDE);
    Some(Link {
        aside,
        apart,
        ..read_beside(bytes)?
    })
}

/// Whether such a byte stands before the rest, and the rest.
fn flagged(bytes: &[u8], flag: u8) -> (bool, &[u8]) {
    let rest = bytes.strip_prefix(&[flag]);
    rest.map_or((false, bytes), |rest| (true, rest))
}

fn read_beside(bytes: &[u8]) -> Option<Link> {
    let Some(rest) = bytes.strip_prefix(&[BOTH_SIDES]) else {
        return read(bytes);
    };
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (here, rest) = rest.split_at_checked(length)?;
    let here = here.to_vec();
    Some(Link {
        here,
        ..read(rest)?
    })
}

fn read(bytes: &[u8]) -> Option<Link> {
    let (kind, mut rest) = bytes.split_first()?;
    let mut hash = || {
        let (hash, after) = rest.split_first_chunk::<16>()?;
        rest = after;
        Some(*hash)
    };
    let content = match *kind {
        AGREED | AGREED_IN_FULL | AGREED_OURS | AGREED_IN_FULL_OURS => Content::Agreed {
            sent: hash()?,
            echo: hash()?,
        },
        FOUND_OURS | FOUND_MADE => Content::Found { made: true },
        FOUND_THERE => Content::Found { made: false },
        _ => return None,
    };
    let full = matches!(*kind, AGREED_IN_FULL | AGREED_IN_FULL_OURS);
    let source = if full { hash()? } else { UNKNOWN };
    let (id, cells) = if full {
        let (length, after) = rest.split_first_chunk()?;
        after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?
    } else {
        (rest, &[][..])
    };
    Some(Link {
        remote_id: String::from_utf8(id.to_vec()).ok()?,
        content,
        source,
        cells: cells.to_vec(),
        here: Vec::new(),
        ours: matches!(*kind, AGREED_OURS | AGREED_IN_FULL_OURS | FOUND_OURS),
        aside: false,
        apart: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Value as _;

    #[test]
    fn a_link_comes_back_as_it_was_kept() {
        let agreed = Content::Agreed {
            sent: [1; 16],
            echo: [2; 16],
        };
        let held = || b"\"a\"\0\0".to_vec();
        for (content, cells, here, ours) in [
            (agreed, Vec::new(), Vec::new(), false),
            (agreed, Vec::new(), Vec::new(), true),
            (agreed, held(), Vec::new(), false),
            (agreed, held(), Vec::new(), true),
            (agreed, held(), b"\"b\"\0\0".to_vec(), true),
            (Content::Found { made: true }, Vec::new(), Vec::new(), true),
            (
                Content::Found { made: false },
                Vec::new(),
                Vec::new(),
                false,
            ),
            (
                Content::Found { made: true },
                Vec::new(),
                b"0a0b0c0d".to_vec(),
                true,
            ),
            // Found by the simulation: it came back as ours, and a colleague's page was trashed.
            (
                Content::Found { made: true },
                Vec::new(),
                b"0a0b0c0d".to_vec(),
                false,
            ),
        ] {
            for (aside, apart) in [(false, false), (true, false), (false, true), (true, true)] {
                let link = Link {
                    remote_id: "recAAAAAAAAAAAAAA".into(),
                    content,
                    source: if cells.is_empty() { UNKNOWN } else { [3; 16] },
                    cells: cells.clone(),
                    here: here.clone(),
                    ours,
                    aside,
                    apart,
                };
                let mut bytes = Vec::new();
                link.encode(&mut bytes);
                assert_eq!(Link::decode(1, &bytes).unwrap(), link);
            }
        }
    }

    #[test]
    fn a_link_of_an_older_version_is_not_ours() {
        let bytes = [&[AGREED][..], &[1; 16], &[2; 16], b"recA"].concat();
        let link = Link::decode(1, &bytes).unwrap();
        assert!(!link.ours && link.agrees(&[1; 16]));
    }

    #[test]
    fn bytes_that_are_no_link_are_refused() {
        let long = [&[AGREED_IN_FULL][..], &[0; 48], &[0, 9, b'r']].concat();
        let cut = [&[BOTH_SIDES][..], &[0, 0, 0, 9], &[1]].concat();
        for bytes in [&[][..], &[9, 9], &[AGREED, 1, 2, 3], &long, &cut] {
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
            source: [3; 16],
            cells: Vec::new(),
            here: Vec::new(),
            ours: false,
            aside: false,
            apart: false,
        };
        assert!(link.agrees(&[1; 16]));
        assert!(!link.agrees(&[2; 16]), "the echo is not what decides");
        assert!(link.comes_from(&[3; 16]) && !link.comes_from(&[4; 16]));
        link.content = Content::Found { made: true };
        assert!(!link.agrees(&[1; 16]) && !link.comes_from(&[3; 16]));
    }
}
