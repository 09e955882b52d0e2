//! Reads secrets so that no process list and no shell history shows them.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, stdin};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::failure::Failure;
use super::terminal::Hidden;
use crate::base::Secret;

/// No password and no token is longer.
const MOST_BYTES: u16 = 8192;

/// What cannot be read.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("nothing was changed")]
    Stopped,
    #[error("the two entries differ; nothing was changed")]
    Differ,
    #[error("the {0} could not be asked for at the terminal")]
    Terminal(&'static str, #[source] io::Error),
    #[error("{} could not be read", .0.display())]
    File(PathBuf, #[source] io::Error),
}

/// How often somebody at a terminal has to enter a secret, since they do not see what they type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// What exists elsewhere and is pasted: its issuer finds a mistake.
    Once,
    /// What is made up here: a mistake would lock its owner out.
    Twice,
}

/// The secret, called `what`: the content of `file`, else of standard input when that is a pipe or
/// a file, else what somebody types. The end of the line is no part of it.
pub(super) fn read(
    what: &'static str,
    entry: Entry,
    file: Option<&Path>,
) -> Result<Secret, Failure> {
    match file {
        None if stdin().is_terminal() => {
            let mut terminal = Hidden::open().map_err(|error| unasked(what, error))?;
            typed(what, entry, |prompt| {
                terminal.ask(prompt, usize::from(MOST_BYTES))
            })
        }
        None => text(stdin()).map_err(Failure::of),
        Some(path) => File::open(path)
            .and_then(text)
            .map_err(|error| Failure::of(Unreadable::File(path.to_owned(), error))),
    }
}

/// Asks as often as `entry` says.
fn typed(
    what: &'static str,
    entry: Entry,
    mut ask: impl FnMut(&str) -> io::Result<Zeroizing<String>>,
) -> Result<Secret, Failure> {
    let name = capitalised(what);
    let first = ask(&name).map_err(|error| unasked(what, error))?;
    if entry == Entry::Twice {
        let second = ask(&format!("{name} again")).map_err(|error| unasked(what, error))?;
        if *first != *second {
            return Err(Failure::of(Unreadable::Differ));
        }
    }
    Ok(Secret::new(first.as_str()))
}

fn unasked(what: &'static str, error: io::Error) -> Failure {
    Failure::of(match error.kind() {
        io::ErrorKind::Interrupted => Unreadable::Stopped,
        _ => Unreadable::Terminal(what, error),
    })
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn text(from: impl Read) -> io::Result<Secret> {
    let mut text = Zeroizing::new(String::new());
    from.take(MOST_BYTES.into()).read_to_string(&mut text)?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks somebody who answers with `lines` in turn; gives the prompts they saw, too.
    fn asked(entry: Entry, lines: &[&str]) -> (Result<String, String>, Vec<String>) {
        let (mut prompts, mut lines) = (Vec::new(), lines.iter());
        let outcome = typed("password", entry, |prompt| {
            prompts.push(prompt.to_owned());
            let line = lines.next().ok_or(io::ErrorKind::Interrupted)?;
            Ok(Zeroizing::new((*line).to_owned()))
        });
        let outcome = outcome.map(|secret| secret.expose().to_owned());
        (outcome.map_err(|failure| failure.to_string()), prompts)
    }

    #[test]
    fn what_is_made_up_is_asked_for_twice_and_must_agree() {
        let (secret, prompts) = asked(Entry::Twice, &["a b ", "a b "]);
        assert_eq!(secret.unwrap(), "a b ");
        assert_eq!(prompts, ["Password", "Password again"]);
        let (differ, _) = asked(Entry::Twice, &["one", "two"]);
        assert!(differ.unwrap_err().contains("differ"));
        let (stopped, _) = asked(Entry::Twice, &["one"]);
        assert_eq!(stopped.unwrap_err(), "nothing was changed");
    }

    #[test]
    fn what_exists_already_is_asked_for_once() {
        let (secret, prompts) = asked(Entry::Once, &["pat1"]);
        assert_eq!((secret.unwrap().as_str(), prompts.len()), ("pat1", 1));
    }

    #[test]
    fn the_end_of_the_line_is_no_part_of_a_secret() {
        assert_eq!(text("pat 1 \r\n".as_bytes()).unwrap().expose(), "pat 1 ");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let missing = Path::new("/nonexistent/token");
        let missing = read("token", Entry::Once, Some(missing)).unwrap_err();
        assert!(missing.to_string().contains("/nonexistent/token"));
    }
}
