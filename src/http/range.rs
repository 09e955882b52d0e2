//! Reads which part of a file is wanted (RFC 9110, section 14).

use crate::datasets::Span;

/// The part of a file of `length` bytes that `header` names; none for all of it.
///
/// Several parts at once, parts that there are not and what is no range of bytes at all are
/// answered with the whole file, as the standard leaves to the server.
pub(crate) fn part(header: Option<&str>, length: u64) -> Option<Span> {
    let (first, last) = header?.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        plain.then(|| digits.parse::<u64>().ok())?
    };
    let (first, last) = match (first.trim(), last.trim()) {
        ("", suffix) => (length.checked_sub(number(suffix)?.min(length))?, length),
        (first, "") => (number(first)?, length),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first, length.min(last.checked_add(1)?.max(first)))
        }
    };
    (first < last).then(|| Span {
        first,
        length: last - first,
    })
}

/// Whether the part may be given although the client has seen the file before: only when it has
/// seen the very same.
pub(crate) fn is_same(if_range: Option<&str>, tag: &str) -> bool {
    if_range.is_none_or(|seen| seen.trim() == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_the_header_names_and_nothing_beyond_the_end() {
        for (header, expected) in [
            ("bytes=0-9", Some((0, 10))),
            ("bytes=10-10", Some((10, 1))),
            ("bytes=90-", Some((90, 10))),
            ("bytes=90-200", Some((90, 10))),
            ("bytes=-5", Some((95, 5))),
            ("bytes=-500", Some((0, 100))),
            (" bytes=1-2 ", Some((1, 2))),
            ("bytes=100-", None),
            ("bytes=-0", None),
            ("bytes=5-4", None),
            ("bytes=0-1,5-6", None),
            ("bytes=-", None),
            ("bytes=a-b", None),
            ("bytes=+1-2", None),
            ("bytes=0-18446744073709551615", None),
            ("bytes=99999999999999999999-", None),
            ("items=0-9", None),
            ("", None),
        ] {
            let found = part(Some(header), 100).map(|span| (span.first, span.length));
            assert_eq!(found, expected, "{header}");
        }
        assert_eq!(part(None, 100), None);
        assert_eq!(part(Some("bytes=0-"), 0), None);
    }

    #[test]
    fn a_part_of_another_file_is_not_given() {
        assert!(is_same(None, "\"a\""));
        assert!(is_same(Some("\"a\""), "\"a\""));
        assert!(!is_same(Some("\"b\""), "\"a\""));
        assert!(!is_same(Some("W/\"a\""), "\"a\""));
        assert!(!is_same(Some("Wed, 21 Oct 2015 07:28:00 GMT"), "\"a\""));
    }
}
