//! Reads secrets so that no process list and no shell history shows them.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, stdin};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::failure::Failure;
use crate::base::Secret;

/// No password and no token is longer.
const MOST_BYTES: u64 = 8192;

/// What cannot be read.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("give the {0} on standard input, such as from a password manager or a file")]
    Terminal(&'static str),
    #[error("{} could not be read", .0.display())]
    File(PathBuf, #[source] io::Error),
}

/// The secret, called `what`, that standard input holds, or the file, without the line's end.
pub(super) fn read(what: &'static str, file: Option<&Path>) -> Result<Secret, Failure> {
    match file {
        None if stdin().is_terminal() => Err(Failure::of(Unreadable::Terminal(what))),
        None => text(stdin()).map_err(Failure::of),
        Some(path) => File::open(path)
            .and_then(text)
            .map_err(|error| Failure::of(Unreadable::File(path.to_owned(), error))),
    }
}

fn text(from: impl Read) -> io::Result<Secret> {
    let mut text = Zeroizing::new(String::new());
    from.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_line_is_no_part_of_a_secret() {
        assert_eq!(text("pat 1 \r\n".as_bytes()).unwrap().expose(), "pat 1 ");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let missing = read("token", Some(Path::new("/nonexistent/token"))).unwrap_err();
        assert!(missing.to_string().contains("/nonexistent/token"));
    }
}
