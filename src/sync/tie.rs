//! Remembers of each remote record which one here it has become, and what it then held.

use super::link::{Content, Hash, Link};
use crate::base::SyncId;
use crate::fields::ContentHash;
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
    /// The fingerprint of the whole record here as it then was, whatever is mapped; none in a tie
    /// that was made before this was kept.
    pub(crate) content: Option<ContentHash>,
    /// The fingerprint of the text that held the echo, and of how it was read: the same text is the
    /// same echo. None where there was no such text, and in a tie that was made before this was kept.
    pub(crate) text: Option<Hash>,
    /// Whether this sync has created the record here.
    pub(crate) ours: bool,
    /// Whether somebody has changed the record here since it was created: what they wrote may stand
    /// in fields that are not mapped, where no run writes over it.
    pub(crate) touched: bool,
}

impl Tie {
    /// Whether the record here, which now has this content, bears what somebody has written: it was
    /// edited, or deleted and made anew under its key. A mapping that was changed since does not
    /// count, as far as the whole content is known.
    pub(crate) fn is_touched(&self, source: &Hash, now: ContentHash) -> bool {
        let same = match self.content {
            Some(content) => content == now,
            None => self.source == *source,
        };
        self.touched || !same
    }

    /// The link that leads back to the remote record, which was there before.
    pub(crate) fn link(&self, remote_id: &str) -> Link {
        Link {
            remote_id: remote_id.to_owned(),
            content: Content::Agreed {
                sent: self.echo,
                echo: self.echo,
            },
            source: self.source,
            cells: Vec::new(),
            here: Vec::new(),
            ours: false,
            aside: false,
            apart: false,
        }
    }
}

const OURS: u8 = 1;
const TOUCHED: u8 = 2;
const WITH_CONTENT: u8 = 4;
const WITH_TEXT: u8 = 8;
const HASH: usize = 16;

/// One byte of flags, both fingerprints, those of the whole record and of the text as far as the
/// flags say so, then the key.
impl store::Value for Tie {
    fn encode(&self, out: &mut Vec<u8>) {
        let flag = |is: bool, bit| if is { bit } else { 0 };
        let known =
            flag(self.content.is_some(), WITH_CONTENT) | flag(self.text.is_some(), WITH_TEXT);
        out.push(flag(self.ours, OURS) | flag(self.touched, TOUCHED) | known);
        out.extend_from_slice(&self.echo);
        out.extend_from_slice(&self.source);
        if let Some(content) = &self.content {
            out.extend_from_slice(&content.0);
        }
        if let Some(text) = &self.text {
            out.extend_from_slice(text);
        }
        out.extend_from_slice(self.key.as_bytes());
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, store::Error> {
        let Glimpse {
            key,
            echo,
            source,
            content,
            text,
            flags,
        } = Glimpse::of(bytes)?;
        Ok(Self {
            key: key.to_owned(),
            echo: *echo,
            source: *source,
            content: content.try_into().ok().map(ContentHash),
            text: text.copied(),
            ours: flags & OURS != 0,
            touched: flags & TOUCHED != 0,
        })
    }
}

/// A tie as it lies in the store, for whoever looks at all of them.
pub(crate) struct Glimpse<'a> {
    pub(crate) key: &'a str,
    pub(crate) source: &'a Hash,
    pub(crate) text: Option<&'a Hash>,
    echo: &'a Hash,
    content: &'a [u8],
    flags: u8,
}

impl<'a> Glimpse<'a> {
    /// The tie that some bytes are.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, store::Error> {
        Self::read(bytes).ok_or_else(|| store::Error::Damaged("a tie".into()))
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (flags, rest) = bytes.split_first()?;
        let (echo, rest) = rest.split_first_chunk()?;
        let (source, rest) = rest.split_first_chunk()?;
        let of = |flag| if flags & flag == 0 { 0 } else { HASH };
        let (content, rest) = rest.split_at_checked(of(WITH_CONTENT))?;
        let (text, key) = rest.split_at_checked(of(WITH_TEXT))?;
        Some(Self {
            text: text.try_into().ok(),
            key: std::str::from_utf8(key).ok()?,
            echo,
            source,
            content,
            flags: *flags,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Value as _;

    fn tie(content: Option<ContentHash>) -> Tie {
        Tie {
            key: "ärger".into(),
            echo: [1; 16],
            source: [2; 16],
            content,
            text: None,
            ours: true,
            touched: false,
        }
    }

    #[test]
    fn a_tie_comes_back_as_it_was_kept() {
        for (ours, touched) in [(true, false), (true, true), (false, false)] {
            for content in [None, Some(ContentHash([3; 16]))] {
                for text in [None, Some([5; 16])] {
                    let tie = Tie {
                        text,
                        ours,
                        touched,
                        ..tie(content)
                    };
                    let mut bytes = Vec::new();
                    tie.encode(&mut bytes);
                    assert_eq!(Tie::decode(1, &bytes).unwrap(), tie);
                    assert_eq!(Glimpse::of(&bytes).unwrap().text, text.as_ref());
                    assert!(Tie::decode(1, &bytes[..32]).is_err());
                }
            }
        }
    }

    #[test]
    fn a_tie_of_an_earlier_version_is_read() {
        let bytes = [&[OURS][..], &[1; 16], &[2; 16], "ärger".as_bytes()].concat();
        assert_eq!(Tie::decode(1, &bytes).unwrap(), tie(None));
    }

    #[test]
    fn a_record_is_touched_when_its_content_is_not_what_the_tie_knew() {
        let (same, other) = (ContentHash([3; 16]), ContentHash([4; 16]));
        let known = tie(Some(same));
        assert!(!known.is_touched(&[2; 16], same));
        assert!(!known.is_touched(&[9; 16], same), "the mapping is another");
        assert!(known.is_touched(&[2; 16], other));
        let unknown = tie(None);
        assert!(!unknown.is_touched(&[2; 16], other));
        assert!(unknown.is_touched(&[9; 16], other));
        let touched = Tie {
            touched: true,
            ..known
        };
        assert!(touched.is_touched(&[2; 16], same), "once is for good");
    }
}
