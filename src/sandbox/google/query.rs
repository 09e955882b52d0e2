//! Reads a query: `SELECT` fields `FROM` a resource, and `WHERE` conditions that all hold.
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::refusal::Refusal;

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) fields: Vec<String>,
    pub(super) from: String,
    pub(super) conditions: Vec<Condition>,
}

/// What a field must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) field: String,
    pub(super) test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    Is(String),
    Isnt(String),
    AtLeast(String),
    AtMost(String),
    Among(Vec<String>),
    NotAmong(Vec<String>),
    Between(String, String),
}

/// A word, a text in quotes without them, or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(&'static str),
}

const SIGNS: [&str; 6] = ["!=", ">=", "<=", "=", ",", "("];

impl Query {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let mut rest = Rest(tokens(text)?.into_iter().peekable());
        if !rest.takes_word("SELECT") {
            return Err(Refusal::query(
                "EXPECTED_SELECT",
                "Error in query: SELECT is missing at the beginning of query.",
            ));
        }
        let mut fields = vec![rest.word()?];
        while rest.takes_sign(",") {
            fields.push(rest.word()?);
        }
        if !rest.takes_word("FROM") {
            return Err(Refusal::query(
                "EXPECTED_FROM",
                "Error in query: missing FROM clause.",
            ));
        }
        let from = rest.word()?;
        let mut conditions = Vec::new();
        if rest.takes_word("WHERE") {
            conditions.push(rest.condition()?);
            while rest.takes_word("AND") {
                conditions.push(rest.condition()?);
            }
        }
        if rest.0.next().is_some() {
            return Err(Refusal::query(
                "UNEXPECTED_INPUT",
                "Error in query: unexpected input.",
            ));
        }
        Ok(Self {
            fields,
            from,
            conditions,
        })
    }

    /// The first and the last day that its conditions on the date leave; none where they leave one
    /// end open.
    pub(super) fn days(&self) -> Result<Option<(Date, Date)>, Refusal> {
        let day = |text: &String| {
            let told = "Invalid date format. Expected 'YYYY-MM-DD'.";
            text.parse::<Date>()
                .map_err(|_odd| Refusal::query("INVALID_DATE_FORMAT", told))
        };
        let (mut first, mut last): (Option<Date>, Option<Date>) = (None, None);
        for condition in &self.conditions {
            if condition.field != "segments.date" {
                continue;
            }
            let (from, to) = match &condition.test {
                Test::Is(one) => (Some(day(one)?), Some(day(one)?)),
                Test::Between(from, to) => (Some(day(from)?), Some(day(to)?)),
                Test::AtLeast(from) => (Some(day(from)?), None),
                Test::AtMost(to) => (None, Some(day(to)?)),
                Test::Isnt(_) | Test::Among(_) | Test::NotAmong(_) => {
                    let told = "The operator is not applicable to segments.date.";
                    return Err(Refusal::query("OPERATOR_FIELD_MISMATCH", told));
                }
            };
            first = first.max(from);
            last = last.map_or(to, |last| Some(to.map_or(last, |to| to.min(last))));
        }
        match (first, last) {
            (Some(first), Some(last)) if first > last => Err(Refusal::query(
                "DATE_RANGE_TOO_NARROW",
                "The start date is after the end date.",
            )),
            (Some(first), Some(last)) => {
                Ok(Some((first, last.min(first.saturating_add(3.years())))))
            }
            _ => Ok(None),
        }
    }
}

impl Test {
    /// Whether a field that is shown so passes.
    pub(super) fn takes(&self, shown: &str) -> bool {
        let longer = |one: &str, other: &str| match (one.parse::<i64>(), other.parse::<i64>()) {
            (Ok(one), Ok(other)) => one >= other,
            _ => one >= other,
        };
        match self {
            Self::Is(one) => shown.eq_ignore_ascii_case(one),
            Self::Isnt(one) => !shown.eq_ignore_ascii_case(one),
            Self::AtLeast(least) => longer(shown, least),
            Self::AtMost(most) => longer(most, shown),
            Self::Among(all) => all.iter().any(|one| one == shown),
            Self::NotAmong(all) => !all.iter().any(|one| one == shown),
            Self::Between(least, most) => longer(shown, least) && longer(most, shown),
        }
    }
}

struct Rest(std::iter::Peekable<std::vec::IntoIter<Token>>);

impl Rest {
    fn takes_word(&mut self, word: &str) -> bool {
        let is_next =
            |token: &Token| matches!(token, Token::Word(next) if next.eq_ignore_ascii_case(word));
        self.0.next_if(is_next).is_some()
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_next = |token: &Token| matches!(token, Token::Sign(next) if *next == sign);
        self.0.next_if(is_next).is_some()
    }

    fn word(&mut self) -> Result<String, Refusal> {
        match self.0.next() {
            Some(Token::Word(word)) => Ok(word),
            Some(_) => Err(Refusal::query("BAD_FIELD_NAME", "Field name is invalid.")),
            None => Err(ended()),
        }
    }

    fn value(&mut self) -> Result<String, Refusal> {
        match self.0.next() {
            Some(Token::Word(value) | Token::Text(value)) => Ok(value),
            Some(Token::Sign(_)) => Err(Refusal::query("BAD_VALUE", "Value is invalid.")),
            None => Err(ended()),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, Refusal> {
        let told = "The operator used in the conditions requires the value to be a list.";
        if !self.takes_sign("(") {
            return Err(Refusal::query("EXPECTED_LIST", told));
        }
        let mut values = vec![self.value()?];
        while self.takes_sign(",") {
            values.push(self.value()?);
        }
        if self.takes_sign(")") {
            Ok(values)
        } else {
            Err(ended())
        }
    }

    fn condition(&mut self) -> Result<Condition, Refusal> {
        let field = self.word()?;
        let test = match self.0.next() {
            Some(Token::Sign("=")) => Test::Is(self.value()?),
            Some(Token::Sign("!=")) => Test::Isnt(self.value()?),
            Some(Token::Sign(">=")) => Test::AtLeast(self.value()?),
            Some(Token::Sign("<=")) => Test::AtMost(self.value()?),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("IN") => {
                Test::Among(self.values()?)
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("NOT") => {
                if !self.takes_word("IN") {
                    return Err(Refusal::query("BAD_OPERATOR", "Invalid operator."));
                }
                Test::NotAmong(self.values()?)
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("BETWEEN") => {
                let from = self.value()?;
                if !self.takes_word("AND") {
                    let told = "Expected AND between values with BETWEEN operator.";
                    return Err(Refusal::query("EXPECTED_AND", told));
                }
                Test::Between(from, self.value()?)
            }
            Some(_) => return Err(Refusal::query("BAD_OPERATOR", "Invalid operator.")),
            None => return Err(ended()),
        };
        Ok(Condition { field, test })
    }
}

fn ended() -> Refusal {
    Refusal::query(
        "UNEXPECTED_END_OF_QUERY",
        "Query is incomplete and cannot be parsed.",
    )
}

fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let signs = SIGNS.iter().chain(&[")"]);
        let sign = signs.copied().find(|sign| rest.starts_with(sign));
        let (token, length) = match (first, sign) {
            (_, Some(sign)) => (Token::Sign(sign), sign.len()),
            ('\'' | '"', None) => {
                let inner = &rest[1..];
                let end = inner.find(first).ok_or_else(|| {
                    Refusal::query(
                        "STRING_NOT_TERMINATED",
                        "Query contains unterminated string.",
                    )
                })?;
                (Token::Text(inner[..end].to_owned()), end + 2)
            }
            _ => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                if end == 0 {
                    return Err(Refusal::query("BAD_SYMBOL", "Unexpected symbol in query."));
                }
                (Token::Word(rest[..end].to_owned()), end)
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_whole() {
        let text = "SELECT campaign.id, metrics.clicks FROM campaign WHERE segments.date BETWEEN \
                    '2026-11-01' AND '2026-11-03' AND campaign.status IN ('ENABLED', 'REMOVED')";
        let query = Query::read(text).unwrap();
        assert_eq!(query.fields, ["campaign.id", "metrics.clicks"]);
        assert_eq!(query.from, "campaign");
        assert_eq!(query.conditions.len(), 2);
        let day = |day| jiff::civil::date(2026, 11, day);
        assert_eq!(query.days().unwrap(), Some((day(1), day(3))));
        assert!(query.conditions[1].test.takes("REMOVED"));
        assert!(!query.conditions[1].test.takes("PAUSED"));
    }

    #[test]
    fn an_open_end_is_no_range_of_days() {
        let days = |filter: &str| {
            let text = format!("SELECT campaign.id FROM campaign WHERE {filter}");
            Query::read(&text).unwrap().days()
        };
        assert_eq!(days("segments.date >= '2026-11-01'"), Ok(None));
        let closed = days("segments.date >= '2026-11-01' AND segments.date <= '2026-11-02'");
        assert!(closed.unwrap().is_some());
        assert!(days("segments.date BETWEEN '2026-11-02' AND '2026-11-01'").is_err());
    }

    #[test]
    fn what_is_no_query_is_refused() {
        for text in [
            "",
            "FROM campaign",
            "SELECT campaign.id",
            "SELECT campaign.id FROM campaign WHERE",
            "SELECT campaign.id FROM campaign WHERE campaign.name = 'open",
            "SELECT campaign.id FROM campaign ORDER BY campaign.id",
            "SELECT campaign.id FROM campaign WHERE campaign.id LIKE 'x'",
            "SELECT ; FROM campaign",
        ] {
            assert!(Query::read(text).is_err(), "{text}");
        }
    }
}
