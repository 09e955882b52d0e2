//! Reads tokens as a formula and finds its fields in a table.
use super::{
    super::{refusal::Refusal, table::Table},
    Comparison, Expression, Formula, Function,
    token::{Token, tokens},
};

/// Deeper than any filter that a person writes, shallow enough for the stack.
const DEEPEST: u8 = 64;

impl Formula {
    /// Reads a formula, or refuses it as the vendor refuses a filter.
    pub(crate) fn parse(text: &str, table: &Table) -> Result<Self, Refusal> {
        let tokens = tokens(text).map_err(|why| Refusal::bad_formula(&why))?;
        let mut reader = Reader {
            tokens: tokens.into_iter().peekable(),
            table,
            depth: 0,
        };
        let formula = reader
            .expression()
            .map_err(|why| Refusal::bad_formula(&why))?;
        match reader.tokens.next() {
            None => Ok(Self(formula)),
            Some(token) => Err(Refusal::bad_formula(&format!("unexpected {token:?}"))),
        }
    }
}

struct Reader<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    table: &'a Table,
    depth: u8,
}

impl Reader<'_> {
    /// One value, or two with a comparison between them.
    fn expression(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("nested too deeply".into());
        }
        let left = self.value()?;
        let expression = match self.comparison() {
            None => left,
            Some(comparison) => {
                Expression::Compare(Box::new(left), comparison, Box::new(self.value()?))
            }
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn comparison(&mut self) -> Option<Comparison> {
        match self.tokens.peek() {
            Some(Token::Compare(comparison)) => {
                let comparison = *comparison;
                self.tokens.next();
                Some(comparison)
            }
            _ => None,
        }
    }

    fn value(&mut self) -> Result<Expression, String> {
        match self.tokens.next().ok_or("the formula ends too early")? {
            Token::Text(text) => Ok(Expression::Text(text)),
            Token::Number(number) => Ok(Expression::Number(number)),
            Token::Field(name) => self.field(&name),
            Token::Word(word) if self.tokens.peek() == Some(&Token::Open) => self.call(&word),
            Token::Word(word) => self.field(&word),
            Token::Open => {
                let inside = self.expression()?;
                self.close()?;
                Ok(inside)
            }
            token @ (Token::Compare(_) | Token::Close | Token::Comma) => {
                Err(format!("unexpected {token:?}"))
            }
        }
    }

    fn field(&self, name: &str) -> Result<Expression, String> {
        let column = self.table.column(name);
        column
            .map(Expression::Field)
            .ok_or_else(|| format!("Unknown field names: {name}"))
    }

    fn call(&mut self, name: &str) -> Result<Expression, String> {
        let function = Function::named(name).ok_or_else(|| format!("Unknown function: {name}"))?;
        self.tokens.next();
        let arguments = self.arguments()?;
        if function.takes(arguments.len()) {
            Ok(Expression::Call(function, arguments))
        } else {
            Err(format!("Invalid arguments for function {name}"))
        }
    }

    fn arguments(&mut self) -> Result<Vec<Expression>, String> {
        let mut arguments = Vec::new();
        if self.tokens.next_if_eq(&Token::Close).is_some() {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.tokens.next_if_eq(&Token::Comma).is_none() {
                self.close()?;
                return Ok(arguments);
            }
        }
    }

    fn close(&mut self) -> Result<(), String> {
        match self.tokens.next() {
            Some(Token::Close) => Ok(()),
            _ => Err("a ( is not closed".into()),
        }
    }
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        let function = match name.to_ascii_uppercase().as_str() {
            "AND" => Self::And,
            "OR" => Self::Or,
            "NOT" => Self::Not,
            "IF" => Self::If,
            "TRUE" => Self::True,
            "FALSE" => Self::False,
            "BLANK" => Self::Blank,
            "LAST_MODIFIED_TIME" => Self::LastModifiedTime,
            "CREATED_TIME" => Self::CreatedTime,
            "IS_AFTER" => Self::IsAfter,
            "IS_BEFORE" => Self::IsBefore,
            "DATETIME_PARSE" => Self::DatetimeParse,
            "RECORD_ID" => Self::RecordId,
            _ => return None,
        };
        Some(function)
    }

    fn takes(self, arguments: usize) -> bool {
        match self {
            Self::And | Self::Or => arguments > 0,
            Self::Not | Self::DatetimeParse => arguments == 1,
            Self::If => (2..=3).contains(&arguments),
            Self::IsAfter | Self::IsBefore => arguments == 2,
            Self::True
            | Self::False
            | Self::Blank
            | Self::LastModifiedTime
            | Self::CreatedTime
            | Self::RecordId => arguments == 0,
        }
    }
}
