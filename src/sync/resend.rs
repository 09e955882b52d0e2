//! Says what becomes of deliveries of which nobody can tell whether they arrived.

use serde::{Deserialize, Serialize};

/// Whether a delivery whose answer was lost is sent again by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resend {
    /// It stays unknown until somebody decides: nothing arrives twice.
    #[default]
    Never,
    /// It is, under the same id, until it is answered: everything arrives, and some of it twice.
    Always,
}

impl Resend {
    /// Its word in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Always => "always",
        }
    }
}
