//! Says how many there are of something, as people do.

/// `1 line`, `2 lines`; `one` is the word for a single one, whose plural ends in `s`.
pub fn counted(number: impl Into<u64>, one: &str) -> String {
    match number.into() {
        1 => format!("1 {one}"),
        number => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stands_alone() {
        assert_eq!(counted(1_u64, "segment"), "1 segment");
        assert_eq!(counted(0_u64, "line"), "0 lines");
        assert_eq!(counted(2_u32, "line"), "2 lines");
    }
}
