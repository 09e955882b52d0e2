//! `[log]`: the operational log.

use std::path::PathBuf;

use toml_edit::Value;

use super::notation::{Notation, quoted};
use super::reader::Section;

/// What is logged, how and where.
#[derive(Clone, Debug)]
pub struct Log {
    /// The least level that is logged.
    pub level: Level,
    /// How a line looks.
    pub format: Format,
    /// A folder of daily files; without one the log goes to standard error.
    pub folder: Option<PathBuf>,
    /// How many daily files are kept.
    pub keep: u32,
}

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something failed for good.
    Error,
    /// Something may fail soon, or was refused.
    Warn,
    /// What happened.
    Info,
    /// How it happened.
    Debug,
    /// Every step.
    Trace,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

const LEVELS: [(&str, Level); 5] = [
    ("error", Level::Error),
    ("warn", Level::Warn),
    ("info", Level::Info),
    ("debug", Level::Debug),
    ("trace", Level::Trace),
];

const FORMATS: [(&str, Format); 2] = [("json", Format::Json), ("text", Format::Text)];

impl Log {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            level: from.key("level", Level::Info, "The least level that is logged."),
            format: from.key("format", Format::Json, "How a line looks."),
            folder: from.key(
                "folder",
                None,
                "Folder for daily log files. Without one the log goes to standard error, where \
                 systemd's journal takes it.",
            ),
            keep: from.within("keep", 14, 1..=3650, "How many daily log files are kept."),
        }
    }
}

impl Level {
    /// The level's name as it stands in the file.
    pub fn name(self) -> &'static str {
        name(&LEVELS, &self)
    }
}

impl Notation for Level {
    fn expects() -> String {
        one_of(&LEVELS)
    }

    fn read(value: &Value) -> Option<Self> {
        named(&LEVELS, value)
    }

    fn write(&self) -> String {
        quoted(self.name())
    }
}

impl Notation for Format {
    fn expects() -> String {
        one_of(&FORMATS)
    }

    fn read(value: &Value) -> Option<Self> {
        named(&FORMATS, value)
    }

    fn write(&self) -> String {
        quoted(name(&FORMATS, self))
    }
}

fn one_of<T>(choices: &[(&str, T)]) -> String {
    let names: Vec<String> = choices.iter().map(|(name, _)| quoted(name)).collect();
    format!("one of {}", names.join(", "))
}

fn named<T: Copy>(choices: &[(&str, T)], value: &Value) -> Option<T> {
    let wanted = value.as_str()?;
    let (_, choice) = choices.iter().find(|(name, _)| *name == wanted)?;
    Some(*choice)
}

fn name<T: PartialEq>(choices: &[(&'static str, T)], wanted: &T) -> &'static str {
    choices
        .iter()
        .find(|(_, choice)| choice == wanted)
        .map_or("", |(name, _)| name)
}
