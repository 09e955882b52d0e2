//! Cuts a formula into tokens.
use super::Comparison;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Text(String),
    Number(f64),
    /// `{Field name}` or `{fld…}`.
    Field(String),
    /// A function's name, in capitals, or a field's name of one word.
    Word(String),
    Compare(Comparison),
    Open,
    Close,
    Comma,
}

/// All tokens of a formula, or what is wrong with it.
pub(super) fn tokens(formula: &str) -> Result<Vec<Token>, String> {
    let mut rest = formula.trim_start();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (token, behind) = next(first, rest)?;
        tokens.push(token);
        rest = behind.trim_start();
    }
    Ok(tokens)
}

fn next(first: char, rest: &str) -> Result<(Token, &str), String> {
    match first {
        '(' => Ok((Token::Open, &rest[1..])),
        ')' => Ok((Token::Close, &rest[1..])),
        ',' => Ok((Token::Comma, &rest[1..])),
        '{' => braced(rest),
        '\'' | '"' => quoted(first, rest),
        '=' | '!' | '<' | '>' => comparison(rest),
        _ if first.is_ascii_digit() || matches!(first, '.' | '-') => number(rest),
        _ if first.is_alphabetic() || first == '_' => {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            Ok((Token::Word(rest[..end].to_owned()), &rest[end..]))
        }
        _ => Err(format!("unexpected \"{first}\"")),
    }
}

fn braced(rest: &str) -> Result<(Token, &str), String> {
    let (name, behind) = escaped(&rest[1..], '}').ok_or("a { is not closed")?;
    Ok((Token::Field(name), behind))
}

fn quoted(quote: char, rest: &str) -> Result<(Token, &str), String> {
    let (text, behind) = escaped(&rest[1..], quote).ok_or("a text is not closed")?;
    Ok((Token::Text(text), behind))
}

/// Reads up to `end`; a backslash takes the next character as it is.
fn escaped(rest: &str, end: char) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            _ if character == end => return Some((text, &rest[at + end.len_utf8()..])),
            '\\' => text.push(unescaped(characters.next()?.1)),
            _ => text.push(character),
        }
    }
    None
}

fn unescaped(character: char) -> char {
    match character {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

fn comparison(rest: &str) -> Result<(Token, &str), String> {
    let operators = [
        ("!=", Comparison::Unequal),
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("=", Comparison::Equal),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    operators
        .into_iter()
        .find_map(|(sign, operator)| Some((Token::Compare(operator), rest.strip_prefix(sign)?)))
        .ok_or_else(|| "a ! without =".to_owned())
}

fn number(rest: &str) -> Result<(Token, &str), String> {
    let end = rest[1..]
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(rest.len(), |end| end + 1);
    let (digits, behind) = rest.split_at(end);
    let number = digits.parse().ok();
    let number = number.ok_or_else(|| format!("\"{digits}\" is no number"))?;
    Ok((Token::Number(number), behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_falls_into_its_tokens() {
        assert_eq!(
            tokens(r"AND({My \} field} >= -1.5, 'it\'s')").unwrap(),
            [
                Token::Word("AND".into()),
                Token::Open,
                Token::Field("My } field".into()),
                Token::Compare(Comparison::AtLeast),
                Token::Number(-1.5),
                Token::Comma,
                Token::Text("it's".into()),
                Token::Close,
            ]
        );
    }

    #[test]
    fn what_cannot_be_cut_is_named() {
        for wrong in ["{open", "'open", "1 & 2", "1.2.3", "!"] {
            assert!(tokens(wrong).is_err(), "{wrong}");
        }
    }
}
