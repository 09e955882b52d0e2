//! Writes and reads parts of a row, each behind its length in four bytes (big-endian).

/// Appends a part.
pub(super) fn put(out: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(part);
}

/// Takes the part off the front; none where the bytes end before it does.
pub(super) fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (part, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(part)
}

/// The same of a text.
pub(super) fn take_text(rest: &mut &[u8]) -> Option<String> {
    String::from_utf8(take(rest)?.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_and_one_that_was_cut_does_not() {
        let mut bytes = Vec::new();
        put(&mut bytes, "ä".as_bytes());
        put(&mut bytes, b"");
        let mut rest = &bytes[..];
        assert_eq!(take_text(&mut rest).as_deref(), Some("ä"));
        assert_eq!((take(&mut rest), take(&mut rest)), (Some(&b""[..]), None));
        assert_eq!(take(&mut &bytes[..5]), None);
    }
}
