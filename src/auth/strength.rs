//! Decides whether a password may be used (NIST SP 800-63B-4, ASVS 5.0 chapter 6.2).

use std::collections::HashSet;
use std::sync::LazyLock;

/// The fewest characters of a password that is the only proof.
const SHORTEST: usize = 15;
/// The most; hashing is bounded, and nothing is ever cut off.
const LONGEST: usize = 1024;
/// What somebody would try first on this appliance.
const PRODUCT: [&str; 4] = ["weighbridge", "airtable", "notion", "zapier"];

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("blocklist.txt").lines();
    lines.filter(|line| !line.starts_with('#')).collect()
});

/// Why a password may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Too short.
    #[error("must have at least {SHORTEST} characters; several words make a good password")]
    Short,
    /// Too long.
    #[error("must have at most {LONGEST} characters")]
    Long,
    /// One of the passwords that everybody tries first, or made of one.
    #[error("is one of the passwords that are tried first")]
    Common,
    /// The same few characters again and again, or in a row.
    #[error("repeats or counts, which is easy to guess")]
    Pattern,
    /// Mostly the user's own address or name, or the product's.
    #[error("is mostly made of your name, your address or this product's name")]
    Personal,
}

/// Errs unless `password` may be used by the user of this address and name.
pub(super) fn check(password: &str, email: &str, name: &str) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Weakness::Short);
    }
    if length > LONGEST {
        return Err(Weakness::Long);
    }
    let folded = password.to_lowercase();
    if is_pattern(&folded) {
        return Err(Weakness::Pattern);
    }
    if is_common(&folded) {
        return Err(Weakness::Common);
    }
    if is_personal(folded, email, name) {
        return Err(Weakness::Personal);
    }
    Ok(())
}

/// Whether it is on the list, as it stands or without the digits and signs at its ends.
fn is_common(folded: &str) -> bool {
    let word = folded.trim_matches(|c: char| !c.is_alphabetic());
    COMMON.contains(folded) || (!word.is_empty() && COMMON.contains(word))
}

/// Whether a piece of at most eight characters is repeated, or all characters go up or down.
fn is_pattern(folded: &str) -> bool {
    let characters: Vec<char> = folded.chars().collect();
    let repeats = (1..=8).any(|piece| {
        let rest = characters.iter().skip(piece);
        rest.zip(&characters)
            .all(|(later, earlier)| later == earlier)
    });
    let counts = |step: i64| {
        characters
            .windows(2)
            .all(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])) == step)
    };
    repeats || counts(1) || counts(-1)
}

/// Whether fewer than eight characters are left when what anybody knows of the user is taken out.
fn is_personal(mut folded: String, email: &str, name: &str) -> bool {
    let known = format!("{email} {name}").to_lowercase();
    let words = known
        .split(|c: char| !c.is_alphanumeric())
        .chain(PRODUCT)
        .filter(|word| word.chars().count() >= 3);
    for word in words {
        folded = folded.replace(word, "");
    }
    folded.chars().filter(|c| c.is_alphanumeric()).count() < 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_easy_to_guess_is_refused_with_its_reason() {
        for (password, expected) in [
            ("correct horse battery staple", Ok(())),
            ("Zwölf Boxkämpfer jagen", Ok(())),
            ("fourteen chars", Err(Weakness::Short)),
            ("123456789987654321", Err(Weakness::Common)),
            ("!!!password12345", Err(Weakness::Common)),
            ("qwertyqwertyqwerty", Err(Weakness::Pattern)),
            ("aaaaaaaaaaaaaaaaaaaa", Err(Weakness::Pattern)),
            ("abcdefghijklmnop", Err(Weakness::Pattern)),
            ("weighbridge2026!!", Err(Weakness::Personal)),
            ("ada.lovelace-1815", Err(Weakness::Personal)),
        ] {
            let found = check(password, "ada@example.org", "Ada Lovelace");
            assert_eq!(found, expected, "{password:?}");
        }
    }

    #[test]
    fn long_passwords_are_taken_whole_and_endless_ones_are_not() {
        let words: String = (0..LONGEST)
            .map(|n| char::from(b'a' + u8::try_from(n * n % 23).unwrap()))
            .collect();
        assert_eq!(check(&words, "", ""), Ok(()));
        assert_eq!(check(&format!("{words}x"), "", ""), Err(Weakness::Long));
    }
}
