//! Reads the keys one by one, remembering what each is for, where its value stood and all faults.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::time::Duration;

use toml_edit::{Document, Item, TableLike, Value};

use super::environment::{Environment, OURS, long_standing, variable};
use super::fault::{Caution, Fault, Reason, Source, Warning};
use super::names::{nearest, nearest_variable};
use super::notation::Notation;
use super::secret::SecretSource;
use crate::base::Secret;

/// One key: what was declared about it, and what it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The section that it stands in.
    pub section: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// What it is for, in Markdown.
    pub doc: &'static str,
    /// What may be written.
    pub expects: String,
    /// The default as it would stand in the file; empty when it is not set.
    pub default: String,
    /// The value in force as it would stand in the file, a secret masked.
    pub value: String,
    /// Where that value comes from.
    pub source: Source,
    /// The variable that sets it, and the one of long standing if it has one.
    pub variables: Vec<String>,
}

impl Entry {
    /// `section.key`.
    pub fn key(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// The value for programs: a text without the quotes of the file's notation.
    pub fn json(&self) -> serde_json::Value {
        self.value.parse().map_or(serde_json::Value::Null, json)
    }
}

/// A section's name with what it is about.
pub(super) type About = (&'static str, &'static str);

/// The file and the environment while they are being read.
pub(super) struct Reader<'a> {
    text: &'a str,
    document: &'a Document<&'a str>,
    environment: &'a Environment,
    /// Where relative paths in the file start.
    folder: &'a Path,
    /// The variables that secrets are fetched from.
    fetched: Vec<String>,
    pub(super) sections: Vec<About>,
    pub(super) entries: Vec<Entry>,
    pub(super) warnings: Vec<Warning>,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Starts at the top of `document`, which was parsed from `text`.
    pub(super) fn new(
        text: &'a str,
        document: &'a Document<&'a str>,
        environment: &'a Environment,
        folder: &'a Path,
    ) -> Self {
        Self {
            text,
            document,
            environment,
            folder,
            fetched: Vec::new(),
            sections: Vec::new(),
            entries: Vec::new(),
            warnings: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Opens a section, which need not stand in the file; `about` is for the reference.
    pub(super) fn section(&mut self, name: &'static str, about: &'static str) -> Section<'a, '_> {
        self.sections.push((name, about));
        let item = self.document.get(name);
        let table = item.and_then(Item::as_table_like);
        if let Some(item) = item.filter(|_| table.is_none()) {
            let source = self.place(item.span());
            self.fault(source, Reason::NotASection(name.to_owned()));
        }
        Section {
            name,
            table,
            reader: self,
        }
    }

    /// Notes a value that contradicts `rule`; it stands where `key` was read.
    pub(super) fn contradiction(&mut self, key: &str, rule: &'static str) {
        let key = key.to_owned();
        let source = self.source_of(&key);
        self.fault(source, Reason::Contradiction { key, rule });
    }

    /// Notes what the writer of `key` should know.
    pub(super) fn caution(&mut self, key: &str, caution: Caution) {
        let (key, source) = (key.to_owned(), self.source_of(key));
        self.warnings.push(Warning {
            key,
            source,
            caution,
        });
    }

    /// Refuses whatever no section has asked for, in the file and in the environment.
    pub(super) fn refuse_unknown(&mut self) {
        let known: BTreeSet<String> = self.entries.iter().map(Entry::key).collect();
        let sections: Vec<&str> = self.sections.iter().map(|(name, _)| *name).collect();
        for (section, item) in self.document.iter() {
            let span = self.document.key(section).and_then(toml_edit::Key::span);
            if !sections.contains(&section) {
                let near = nearest(section, sections.iter().copied());
                self.unknown(
                    self.place(span),
                    section.to_owned(),
                    near.map(str::to_owned),
                );
            } else if let Some(table) = item.as_table_like() {
                for (name, _) in table.iter() {
                    let key = format!("{section}.{name}");
                    if !known.contains(&key) {
                        let span = table.key(name).and_then(toml_edit::Key::span);
                        let near = nearest(&key, known.iter().map(String::as_str));
                        self.unknown(self.place(span), key.clone(), near.map(str::to_owned));
                    }
                }
            }
        }
        self.refuse_unknown_variables();
    }

    fn refuse_unknown_variables(&mut self) {
        let known: Vec<String> = self
            .entries
            .iter()
            .flat_map(|entry| entry.variables.clone())
            .collect();
        let ours = OURS.into_iter().map(str::to_owned);
        let known: Vec<String> = ours.chain(known).chain(self.fetched.clone()).collect();
        for name in self.environment.overrides() {
            if !known.iter().any(|variable| variable == name) {
                let near = nearest_variable(name, known.iter().map(String::as_str));
                let near = near.map(str::to_owned);
                let source = Source::Environment(name.to_owned());
                self.unknown(source, name.to_owned(), near);
            }
        }
    }

    fn unknown(&mut self, source: Source, name: String, nearest: Option<String>) {
        self.fault(source, Reason::Unknown { name, nearest });
    }

    fn fault(&mut self, source: Source, reason: Reason) {
        self.faults.push(Fault { source, reason });
    }

    fn source_of(&self, key: &str) -> Source {
        self.entries
            .iter()
            .find(|entry| entry.key() == key)
            .map_or(Source::Default, |entry| entry.source.clone())
    }

    fn place(&self, span: Option<Range<usize>>) -> Source {
        place(self.text, span.map_or(0, |span| span.start))
    }
}

fn json(value: Value) -> serde_json::Value {
    match value {
        Value::String(text) => text.into_value().into(),
        Value::Integer(number) => number.into_value().into(),
        Value::Float(number) => number.into_value().into(),
        Value::Boolean(flag) => flag.into_value().into(),
        Value::Datetime(moment) => moment.into_value().to_string().into(),
        Value::Array(list) => list.into_iter().map(json).collect(),
        Value::InlineTable(table) => {
            let members = table.into_iter();
            members.map(|(name, value)| (name, json(value))).collect()
        }
    }
}

/// The line and the column at which the byte `offset` of `text` stands.
pub(super) fn place(text: &str, offset: usize) -> Source {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Source::File {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// A value that somebody has set, in every way in which it can be understood.
struct Found {
    readings: Vec<Value>,
    source: Source,
}

/// One section while its keys are being declared and read.
pub(super) struct Section<'a, 'r> {
    name: &'static str,
    table: Option<&'a dyn TableLike>,
    reader: &'r mut Reader<'a>,
}

impl Section<'_, '_> {
    /// Declares a key and reads its value.
    pub(super) fn key<T: Notation>(
        &mut self,
        name: &'static str,
        default: T,
        doc: &'static str,
    ) -> T {
        self.read(name, default, doc, (T::expects(), &|_| true))
    }

    /// Declares a number that must lie in a range, and reads its value.
    pub(super) fn within(
        &mut self,
        name: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
        doc: &'static str,
    ) -> u32 {
        let expects = format!("a whole number from {} to {}", range.start(), range.end());
        self.read(
            name,
            default,
            doc,
            (expects, &|value| range.contains(value)),
        )
    }

    /// Declares a span of time that must not be shorter than `least`, and reads its value.
    pub(super) fn at_least(
        &mut self,
        name: &'static str,
        default: Duration,
        least: Duration,
        doc: &'static str,
    ) -> Duration {
        let expects = format!("a span of time of {} or more", least.write());
        self.read(name, default, doc, (expects, &|value| *value >= least))
    }

    /// Declares a secret, and fetches it from where it is kept.
    pub(super) fn secret(&mut self, name: &'static str, doc: &'static str) -> Option<Secret> {
        let source: Option<SecretSource> = self.key(name, None, doc);
        let (key, stands) = (self.path(name), self.stands(name));
        let source = source?;
        if let SecretSource::Variable(name) = &source {
            self.reader.fetched.push(name.clone());
        }
        match source.fetch(self.reader.environment) {
            Ok((secret, caution)) => {
                let caution = match (caution, stands) {
                    (Some(Caution::InlineSecret), Source::Environment(variable)) => {
                        let usual = long_standing(self.name, name) == Some(variable.as_str());
                        (!usual).then_some(Caution::EnvironmentSecret)
                    }
                    (caution, _) => caution,
                };
                if let Some(caution) = caution {
                    self.reader.caution(&key, caution);
                }
                Some(secret)
            }
            Err(fault) => {
                self.reader.fault(stands, Reason::Secret { key, fault });
                None
            }
        }
    }

    /// Warns, where the key is set, that nothing uses it.
    pub(super) fn unused(&mut self, name: &'static str) {
        if self.stands(name) != Source::Default {
            let key = self.path(name);
            self.reader.caution(&key, Caution::Unused);
        }
    }

    /// Where the value of a key that was read stood.
    pub(super) fn stands(&self, name: &'static str) -> Source {
        self.reader.source_of(&self.path(name))
    }

    /// The environment, for a section that must look something up there.
    pub(super) fn environment(&self) -> &Environment {
        self.reader.environment
    }

    /// Notes why the value of a key that was read is not to be used.
    pub(super) fn refuse(&mut self, name: &'static str, reason: Reason) {
        let stands = self.stands(name);
        self.reader.fault(stands, reason);
    }

    /// `section.key`.
    pub(super) fn path(&self, name: &str) -> String {
        format!("{}.{name}", self.name)
    }

    fn read<T: Notation>(
        &mut self,
        name: &'static str,
        default: T,
        doc: &'static str,
        (expects, fits): (String, &dyn Fn(&T) -> bool),
    ) -> T {
        let found = self.find(name);
        let source = found.as_ref().map_or(Source::Default, |f| f.source.clone());
        let written = default.write();
        let value = found
            .as_ref()
            .and_then(|f| f.readings.iter().find_map(T::read).filter(fits));
        let value = value.map(|value| match source {
            Source::File { .. } => value.starting_at(self.reader.folder),
            Source::Default | Source::WholeFile | Source::Environment(_) => value,
        });
        if let (Some(found), None) = (&found, &value) {
            let shown = found.readings.last().map_or_else(String::new, T::found);
            let unfit = Reason::Unfit {
                key: self.path(name),
                expected: expects.clone(),
                found: shown,
            };
            self.reader.fault(source.clone(), unfit);
        }
        let value = value.unwrap_or(default);
        let usual = long_standing(self.name, name).map(str::to_owned);
        self.reader.entries.push(Entry {
            section: self.name,
            name,
            doc,
            expects,
            default: written,
            value: value.write(),
            source,
            variables: [variable(self.name, name)]
                .into_iter()
                .chain(usual)
                .collect(),
        });
        value
    }

    fn find(&self, name: &str) -> Option<Found> {
        let own = variable(self.name, name);
        let usual = long_standing(self.name, name);
        [Some(own.as_str()), usual]
            .into_iter()
            .flatten()
            .find_map(|variable| self.find_variable(variable))
            .or_else(|| self.find_in_file(name))
    }

    /// A variable's text is what it means in TOML, or else the text itself: both
    /// `8` and `0.0.0.0:8443` can be written without quotes.
    fn find_variable(&self, variable: &str) -> Option<Found> {
        let text = self.reader.environment.get(variable)?;
        let readings = text.parse::<Value>().ok().into_iter();
        Some(Found {
            readings: readings.chain([Value::from(text)]).collect(),
            source: Source::Environment(variable.to_owned()),
        })
    }

    fn find_in_file(&self, name: &str) -> Option<Found> {
        let item = self.table?.get(name)?;
        let span = self.table?.key(name).and_then(toml_edit::Key::span);
        let value = item.clone().into_value().ok()?;
        Some(Found {
            readings: vec![value],
            source: self.reader.place(span.or(item.span())),
        })
    }
}
