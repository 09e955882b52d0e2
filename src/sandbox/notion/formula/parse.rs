//! Reads a formula into a tree.

/// A formula, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Text(String),
    Number(f64),
    Checked(bool),
    Property(String),
    Binary(&'static str, Box<Tree>, Box<Tree>),
    Call(String, Vec<Tree>),
}

/// The operators by rising strength.
const OPERATORS: [&[&str]; 3] = [
    &["==", "!=", ">=", "<=", ">", "<"],
    &["+", "-"],
    &["*", "/"],
];
/// How deep a formula may be nested.
const DEEPEST: usize = 32;

/// Reads a formula; `None` when it is not one that is known here.
pub(super) fn parse(text: &str) -> Option<Tree> {
    let mut reader = Reader {
        rest: text,
        depth: 0,
    };
    let tree = reader.operation(0)?;
    reader.rest.trim_start().is_empty().then_some(tree)
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self, token: &str) -> bool {
        let trimmed = self.rest.trim_start();
        let Some(rest) = trimmed.strip_prefix(token) else {
            return false;
        };
        self.rest = rest;
        true
    }

    fn operation(&mut self, level: usize) -> Option<Tree> {
        let Some(operators) = OPERATORS.get(level) else {
            return self.operand();
        };
        let mut left = self.operation(level + 1)?;
        while let Some(operator) = operators
            .iter()
            .copied()
            .find(|operator| self.take(operator))
        {
            let right = self.operation(level + 1)?;
            left = Tree::Binary(operator, Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn operand(&mut self) -> Option<Tree> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let read = self.nested();
        self.depth -= 1;
        read
    }

    fn nested(&mut self) -> Option<Tree> {
        if self.take("(") {
            let tree = self.operation(0)?;
            return self.take(")").then_some(tree);
        }
        if self.take("\"") {
            let (text, rest) = self.rest.split_once('"')?;
            self.rest = rest;
            return Some(Tree::Text(text.to_owned()));
        }
        let trimmed = self.rest.trim_start();
        let end = trimmed
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_')
            .unwrap_or(trimmed.len());
        let (word, rest) = trimmed.split_at(end);
        self.rest = rest;
        match word {
            "" => None,
            "true" => Some(Tree::Checked(true)),
            "false" => Some(Tree::Checked(false)),
            word if word.starts_with(|c: char| c.is_ascii_digit()) => {
                word.parse().ok().map(Tree::Number)
            }
            word => self.call(word.to_owned()),
        }
    }

    fn call(&mut self, name: String) -> Option<Tree> {
        if !self.take("(") {
            return None;
        }
        let mut arguments = Vec::new();
        while !self.take(")") {
            arguments.push(self.operation(0)?);
            if !self.take(",") {
                self.take(")").then_some(())?;
                break;
            }
        }
        match (name.as_str(), arguments.as_slice()) {
            ("prop", [Tree::Text(name)]) => Some(Tree::Property(name.clone())),
            ("prop", _) => None,
            _ => Some(Tree::Call(name, arguments)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_bind_stronger_than_sums_and_sums_than_comparisons() {
        let number = |number| Box::new(Tree::Number(number));
        let product = Tree::Binary("*", number(2.0), number(3.0));
        let sum = Tree::Binary("+", number(1.0), Box::new(product));
        let expected = Tree::Binary(">", Box::new(sum), number(4.0));
        assert_eq!(parse("1 + 2 * 3 > 4"), Some(expected));
    }

    #[test]
    fn what_is_no_formula_is_not_read() {
        for wrong in ["", "1 +", "prop(Name)", "(1", "nothing", "1 2", "\"a"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(parse(&"(".repeat(10_000)), None);
    }
}
