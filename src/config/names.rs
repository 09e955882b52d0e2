//! Finds the known name that was probably meant.

/// The known name nearest to `wrong`, if one is near enough to be a slip of the hand.
pub(super) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let tolerated = (wrong.chars().count() / 3).max(2);
    known
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= tolerated)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The known variable nearest to `wrong`: the one whose key it ends in, if there is one, since a
/// section that was left out is no slip of the hand.
pub(super) fn nearest_variable<'a>(
    wrong: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let key = wrong.strip_prefix("WEIGHBRIDGE_").unwrap_or(wrong);
    let mut of_key = known.clone();
    let of_key = of_key.find(|name| name.split_once("__").is_some_and(|(_, named)| named == key));
    of_key.or_else(|| nearest(wrong, known))
}

/// How many letters must be put in, left out or replaced (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (step, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = step + 1;
        for (at, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_and_a_strange_word_finds_none() {
        let known = ["listen", "hosts", "data"];
        for (wrong, meant) in [
            ("lisen", Some("listen")),
            ("host", Some("hosts")),
            ("dada", Some("data")),
            ("certificate", None),
        ] {
            assert_eq!(nearest(wrong, known.into_iter()), meant, "{wrong}");
        }
    }
}
