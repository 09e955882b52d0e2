//! What may be shown of a token.

use crate::providers::Kind;

/// Tokens shorter than this show their kind alone.
const SHOWS_ITS_END: usize = 20;

/// The first three characters and the last four: enough to tell one token from another.
///
/// Of a short token the end is left out, or too little of it would stay unknown.
pub(super) fn hint(token: &str) -> String {
    let first: String = token.chars().take(3).collect();
    let length = token.chars().count();
    if length < SHOWS_ITS_END {
        return format!("{first}…");
    }
    let last: String = token.chars().skip(length - 4).collect();
    format!("{first}…{last}")
}

/// What may be shown of a token of `provider`.
pub(super) fn hint_of(provider: Kind, token: &str) -> String {
    provider.hint(token).unwrap_or_else(|| hint(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_shows_seven_characters_at_most() {
        assert_eq!(hint("patAbCdEfGhIjKlMn.0123ab12"), "pat…ab12");
        assert_eq!(hint("patShort.123"), "pat…");
        assert_eq!(hint(""), "…");
    }
}
