//! Reads a filter such as `state = "CA" and latitude > 30`.

/// A filter has no more conditions than this.
const MAX_CONDITIONS: usize = 20;

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    Contains,
    Begins,
}

/// One comparison, not yet held against a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) field: String,
    pub(super) op: Op,
    pub(super) value: String,
    /// Where the field's name and the value begin: characters, counted from 1.
    pub(super) field_at: usize,
    pub(super) value_at: usize,
}

/// Where a filter stops making sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("filter: at character {at}: {reason}")]
pub struct FilterError {
    /// The character, counted from 1.
    pub at: usize,
    /// What is expected there.
    pub reason: FilterFault,
}

/// What is wrong with a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterFault {
    /// A name is missing.
    #[error("a field's name is expected; one with spaces goes between double quotes")]
    Field,
    /// A comparison is missing.
    #[error("one of = != < <= > >= ~ ^= is expected")]
    Op,
    /// A value is missing.
    #[error(
        "a value is expected; one with spaces goes between double quotes, an empty one is \"\""
    )]
    Value,
    /// The quotes are not closed.
    #[error("the closing quotes are missing")]
    Quotes,
    /// Something else than `and` between conditions.
    #[error("`and` is expected between two conditions")]
    And,
    /// Too long.
    #[error("a filter has at most {MAX_CONDITIONS} conditions")]
    TooMany,
    /// No such field.
    #[error("{name:?} is none of {}", .fields.join(", "))]
    Unknown {
        /// What was named.
        name: String,
        /// What may be.
        fields: Vec<String>,
    },
    /// The value does not fit.
    #[error("the value {0}")]
    Misfit(crate::fields::Misfit),
    /// The comparison makes no sense for the type.
    #[error("a field of type {0} is compared by = != and ~ alone")]
    Unordered(crate::fields::FieldType),
}

/// The conditions, all of which must hold. None for an empty filter.
pub(super) fn read(filter: &str) -> Result<Vec<Condition>, FilterError> {
    let mut reader = Reader {
        rest: filter,
        whole: filter,
    };
    let mut conditions = Vec::new();
    reader.skip_space();
    if reader.rest.is_empty() {
        return Ok(conditions);
    }
    loop {
        if conditions.len() == MAX_CONDITIONS {
            return Err(reader.fault(FilterFault::TooMany));
        }
        conditions.push(reader.condition()?);
        reader.skip_space();
        if reader.rest.is_empty() {
            return Ok(conditions);
        }
        reader.and()?;
    }
}

struct Reader<'a> {
    rest: &'a str,
    whole: &'a str,
}

impl Reader<'_> {
    fn condition(&mut self) -> Result<Condition, FilterError> {
        self.skip_space();
        let field_at = self.at();
        let name_ends = |c: char| c.is_whitespace() || "=!<>~^\"".contains(c);
        let field = self.word(name_ends, FilterFault::Field)?;
        self.skip_space();
        let op = self.op()?;
        // `>>` or `==`: to take the second for the beginning of a value would only puzzle.
        if self.rest.starts_with(['=', '<', '>', '!', '~', '^']) {
            return Err(self.fault(FilterFault::Op));
        }
        self.skip_space();
        let value_at = self.at();
        let value = self.word(|c| c.is_whitespace() || c == '"', FilterFault::Value)?;
        Ok(Condition {
            field,
            op,
            value,
            field_at,
            value_at,
        })
    }

    fn op(&mut self) -> Result<Op, FilterError> {
        // The longer spellings stand before those that they begin with.
        const OPS: [(&str, Op); 8] = [
            ("!=", Op::Unequal),
            ("<=", Op::AtMost),
            (">=", Op::AtLeast),
            ("^=", Op::Begins),
            ("=", Op::Equal),
            ("<", Op::Less),
            (">", Op::More),
            ("~", Op::Contains),
        ];
        for (spelling, op) in OPS {
            if let Some(rest) = self.rest.strip_prefix(spelling) {
                self.rest = rest;
                return Ok(op);
            }
        }
        Err(self.fault(FilterFault::Op))
    }

    fn and(&mut self) -> Result<(), FilterError> {
        let (word, rest) = self.rest.split_at_checked(3).unwrap_or((self.rest, ""));
        if word.eq_ignore_ascii_case("and") && rest.starts_with(char::is_whitespace) {
            self.rest = rest;
            Ok(())
        } else {
            Err(self.fault(FilterFault::And))
        }
    }

    /// A bare word up to where `ends` says, or a quoted one (`\"` and `\\` are escapes).
    fn word(
        &mut self,
        ends: impl Fn(char) -> bool,
        missing: FilterFault,
    ) -> Result<String, FilterError> {
        if let Some(rest) = self.rest.strip_prefix('"') {
            return self.quoted(rest);
        }
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(self.fault(missing));
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(word.to_owned())
    }

    fn quoted(&mut self, text: &str) -> Result<String, FilterError> {
        let opening = self.fault(FilterFault::Quotes);
        let mut word = String::new();
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    let length = self.rest.len() - text.len() + at + 1;
                    self.rest = &self.rest[length..];
                    return Ok(word);
                }
                '\\' => word.push(chars.next().ok_or_else(|| opening.clone())?.1),
                plain => word.push(plain),
            }
        }
        Err(opening)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn at(&self) -> usize {
        let read = self.whole.len() - self.rest.len();
        self.whole[..read].chars().count() + 1
    }

    fn fault(&self, reason: FilterFault) -> FilterError {
        FilterError {
            at: self.at(),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(filter: &str) -> Vec<(String, Op, String)> {
        let conditions = read(filter).unwrap().into_iter();
        conditions
            .map(|one| (one.field, one.op, one.value))
            .collect()
    }

    #[test]
    fn conditions_are_read_with_and_without_quotes() {
        assert_eq!(
            parts(r#" state="CA" and "first name" ^= 'x AND latitude>=-30.5"#),
            [
                ("state".into(), Op::Equal, "CA".into()),
                ("first name".into(), Op::Begins, "'x".into()),
                ("latitude".into(), Op::AtLeast, "-30.5".into()),
            ]
        );
        assert_eq!(parts(r#"a ~ "say \"x\" \\""#)[0].2, r#"say "x" \"#);
        assert_eq!(parts("  "), []);
    }

    #[test]
    fn a_fault_is_told_with_its_place_and_what_is_expected() {
        for (filter, at, reason) in [
            ("= 1", 1, FilterFault::Field),
            ("é x 1", 3, FilterFault::Op),
            ("a = ", 5, FilterFault::Value),
            ("a = \"x", 5, FilterFault::Quotes),
            ("a = 1 or b = 2", 7, FilterFault::And),
            ("a = 1 and", 7, FilterFault::And),
            ("a = 1 and ", 11, FilterFault::Field),
        ] {
            assert_eq!(read(filter), Err(FilterError { at, reason }), "{filter}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_harm(filter: String) {
            drop(read(&filter));
        }

        #[test]
        fn any_value_comes_back_from_between_quotes(value: String) {
            let quoted = value.replace('\\', r"\\").replace('"', "\\\"");
            prop_assert_eq!(&parts(&format!("a = \"{quoted}\""))[0].2, &value);
        }
    }
}
