//! Compares the names of fields as people would.

/// Whether two names are the same but for case.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// Whether two names say the same thing in other letters: `postal_code` and `Postal Code`, `email`
/// and `E-Mail Address`.
pub(super) fn alike(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

/// A name without case and punctuation, and without the words that only say what it holds.
fn plain(name: &str) -> String {
    const FILLERS: [&str; 8] = [
        "the", "of", "field", "value", "name", "id", "code", "address",
    ];
    let words: Vec<String> = words(name);
    let telling: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !FILLERS.contains(word))
        .collect();
    if telling.is_empty() {
        words.concat()
    } else {
        telling.concat()
    }
}

/// The words of a name in lower case: `postal_code`, `postalCode` and `Postal Code` are the same.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for letter in name.chars() {
        let begins = !letter.is_alphanumeric() || (letter.is_uppercase() && before_lower);
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before_lower = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_alike() {
        for (a, b) in [
            ("postal_code", "Postal Code"),
            ("postalCode", "postal-code"),
            ("email", "E-Mail Address"),
            ("the name of state", "State"),
            ("id", "ID"),
        ] {
            assert!(alike(a, b), "{a} and {b}");
        }
    }

    #[test]
    fn different_names_are_not_alike() {
        for (a, b) in [("city", "country"), ("name", "code"), ("id", "name")] {
            assert!(!alike(a, b), "{a} and {b}");
        }
    }
}
