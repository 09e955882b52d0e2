//! Takes what was shown to a vendor out of what it says: some repeat it in their errors.

use std::collections::HashSet;

/// So many characters in common with a secret are a part of it.
const PART: usize = 8;
/// What stands in its place.
const HIDDEN: &str = "[hidden]";

/// The text without any part of the secrets, be it cut, or within something else.
pub(super) fn redacted(text: &str, secrets: &[&str]) -> String {
    let text: Vec<char> = text.chars().collect();
    let mut hidden = vec![false; text.len()];
    for secret in secrets {
        let secret: Vec<char> = secret.chars().collect();
        let width = secret.len().min(PART);
        if width == 0 {
            continue;
        }
        let parts: HashSet<&[char]> = secret.windows(width).collect();
        for (at, window) in text.windows(width).enumerate() {
            if parts.contains(window) {
                hidden[at..at + width].fill(true);
            }
        }
    }
    let mut shown = String::with_capacity(text.len());
    let mut before = false;
    for (character, hidden) in text.into_iter().zip(hidden) {
        match hidden {
            false => shown.push(character),
            true if !before => shown.push_str(HIDDEN),
            true => {}
        }
        before = hidden;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_secret_is_left() {
        let secrets = ["oar-0123456789-CANARY", "code-CANARY", "short"];
        for (text, wanted) in [
            (
                "the token oar-0123456789-CANARY is void",
                "the token [hidden] is void",
            ),
            ("void: oar-0123456789…", "void: [hidden]…"),
            ("code=code-CANARY&x", "code=[hidden]&x"),
            ("oar-0123456789-CANARYcode-CANARY", "[hidden]"),
            ("short and shorter", "[hidden] and [hidden]er"),
            (
                "invalid_grant: the code is old",
                "invalid_grant: the code is old",
            ),
            ("", ""),
        ] {
            assert_eq!(redacted(text, &secrets), wanted);
        }
    }

    #[test]
    fn an_empty_secret_hides_nothing() {
        assert_eq!(redacted("told", &[""]), "told");
    }
}
