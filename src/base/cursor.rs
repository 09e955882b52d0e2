//! Marks a place in a list, for the next page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The key after which a page begins; a client sees it as an opaque text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub Vec<u8>);

/// A text that is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that this list gave out; leave it away to begin anew")]
pub struct BadCursor;

impl Cursor {
    /// The text for a client.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// Reads what [`Cursor::encode`] wrote. Errs on anything else, and past 4 KiB.
    pub fn decode(text: &str) -> Result<Self, BadCursor> {
        if text.len() > 4096 {
            return Err(BadCursor);
        }
        URL_SAFE_NO_PAD
            .decode(text)
            .map(Self)
            .map_err(|_not_base64| BadCursor)
    }
}
