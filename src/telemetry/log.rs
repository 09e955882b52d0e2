//! The log's levels, form and place.

use std::io;
use std::path::PathBuf;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::{SetGlobalDefaultError, set_global_default};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;

use super::daily::Daily;
use crate::base::Clock;
use crate::config::{Format, Level, Log};

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be written to.
    #[error("could not log into {0}")]
    Folder(PathBuf, #[source] io::Error),
    /// The process has a log already.
    #[error("the log was started before")]
    Started(#[source] SetGlobalDefaultError),
}

/// Writes what is left when it is dropped; hold it until the process ends.
#[must_use]
pub struct Guard {
    _writer: WorkerGuard,
}

/// Starts the log of this process.
pub fn start(settings: &Log) -> Result<Guard, Error> {
    let (writer, guard) = match &settings.folder {
        Some(folder) => {
            let daily = Daily::open(folder, settings.keep, Clock::system());
            lossless(daily.map_err(|error| Error::Folder(folder.clone(), error))?)
        }
        None => lossless(io::stderr()),
    };
    set_global_default(subscriber(settings, writer)).map_err(Error::Started)?;
    Ok(Guard { _writer: guard })
}

/// A thread that writes; whoever logs waits when it falls behind, rather than losing lines.
fn lossless(place: impl io::Write + Send + 'static) -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default()
        .lossy(false)
        .thread_name("log")
        .finish(place)
}

fn subscriber<W>(settings: &Log, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(writer).with_ansi(false);
    let filtered = tracing_subscriber::registry().with(levels(settings.level));
    match settings.format {
        Format::Json => {
            Box::new(filtered.with(lines.json().flatten_event(true).with_span_list(false)))
        }
        Format::Text => Box::new(filtered.with(lines)),
    }
}

/// Our own lines from `level` on; of the libraries' only what is graver than usual.
fn levels(level: Level) -> Targets {
    let own = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    };
    Targets::new()
        .with_default(own.min(LevelFilter::WARN))
        .with_target("weighbridge", own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Secret;
    use crate::base::testing::Page;
    use crate::config::Config;

    /// What is logged in `format` at level info while `act` runs.
    fn logged(format: Format, act: impl FnOnce()) -> String {
        let page = Page::default();
        let writer = page.clone();
        let settings = Log {
            format,
            ..Config::default().log
        };
        let subscriber = subscriber(&settings, move || writer.clone());
        tracing::subscriber::with_default(subscriber, act);
        String::from_utf8(page.bytes()).unwrap()
    }

    #[test]
    fn a_line_is_one_json_object_with_its_fields() {
        let page = logged(Format::Json, || {
            tracing::info!(run.rows = 12, "a line\nwith a break");
        });
        let line: serde_json::Value = serde_json::from_str(page.trim_end()).unwrap();
        assert_eq!(line["message"], "a line\nwith a break");
        assert_eq!(line["run.rows"], 12);
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn nothing_is_coloured_in_either_form() {
        for format in [Format::Json, Format::Text] {
            let page = logged(format, || tracing::error!("red \u{1b}[31m"));
            assert!(!page.contains('\u{1b}'), "{page:?}");
        }
    }

    #[test]
    fn a_secret_shows_nothing() {
        let secret = Secret::new("CANARY");
        let page = logged(
            Format::Json,
            || tracing::info!(token = ?secret, "signed in"),
        );
        assert!(!page.contains("CANARY"), "{page}");
    }

    #[test]
    fn what_is_below_the_level_or_a_librarys_chatter_is_left_out() {
        let page = logged(Format::Text, || {
            tracing::debug!("below the level");
            tracing::info!(target: "hyper", "chatter");
            tracing::warn!(target: "hyper", "grave");
        });
        assert!(
            page.contains("grave") && !page.contains("chatter"),
            "{page}"
        );
        assert!(!page.contains("below"), "{page}");
    }

    #[test]
    fn daily_files_lie_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Log {
            folder: Some(folder.path().to_owned()),
            ..Config::default().log
        };
        let daily = Daily::open(folder.path(), settings.keep, Clock::system());
        let (writer, guard) = lossless(daily.unwrap());
        let logged = || tracing::info!("kept");
        tracing::subscriber::with_default(subscriber(&settings, writer), logged);
        drop(guard);
        let file = std::fs::read_dir(folder.path())
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        let path = file.path();
        assert_eq!(path.extension(), Some("log".as_ref()), "{}", path.display());
        assert!(std::fs::read_to_string(&path).unwrap().contains("kept"));
    }
}
