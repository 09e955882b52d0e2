//! Prints what a command has to say: text for people, or JSON for programs.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

/// Standard output in the form that was asked for.
pub(super) struct Output {
    json: bool,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints a view: its `Display` as it is, or itself as one line of JSON.
    pub(super) fn show(&self, view: &(impl Display + Serialize)) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            serde_json::to_writer(&mut out, view)?;
            writeln!(out)
        } else {
            match view.to_string().trim_end() {
                // An empty list: an empty line would look like a command that did nothing.
                "" => writeln!(io::stderr(), "There is nothing to show."),
                text => writeln!(out, "{text}"),
            }
        }
    }

    /// Says something beside what the command prints: on standard error, so that it stays out of
    /// what is read.
    pub(super) fn note(&self, view: &(impl Display + Serialize)) -> io::Result<()> {
        let mut beside = io::stderr().lock();
        if self.json {
            serde_json::to_writer(&mut beside, view)?;
            writeln!(beside)
        } else {
            writeln!(beside, "{view}")
        }
    }

    /// Prints a document that has only one form, such as a manual page.
    pub(super) fn document(&self, bytes: &[u8]) -> io::Result<()> {
        io::stdout().lock().write_all(bytes)
    }
}
