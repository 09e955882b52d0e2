//! `weighbridge sandbox`: plays the providers, faults included.

use std::fmt::{Display, Formatter, Result as Shown};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::context::Context;
use super::failure::Failure;
use crate::base::Clock;
use crate::sandbox::{Limits, NotionLimits, Sandbox, Settings, ZapierKnobs, serve};

/// What the sandbox is to be like.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Where to answer, on this machine only; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9400", value_parser = loopback)]
    listen: SocketAddr,
    /// Write the port into this file once calls are answered.
    #[arg(long, value_name = "FILE")]
    port_file: Option<PathBuf>,
    /// Calls a second that one base of Airtable's takes; 0 takes any number.
    #[arg(long, value_name = "CALLS", default_value_t = 5)]
    rate: u32,
    /// For how many seconds a base is closed after one call too many.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    penalty: u32,
    /// Calls a second that Notion takes in the long run; 0 takes any number.
    #[arg(long, value_name = "CALLS", default_value_t = 3)]
    notion_rate: u32,
    /// Deliveries a second that a hook of Zapier's takes; 0 takes any number.
    #[arg(long, value_name = "CALLS", default_value_t = 30)]
    zapier_rate: u32,
    /// Calls an hour that one ad account of Meta's takes; 0 takes any number.
    #[arg(long, value_name = "CALLS", default_value_t = 600)]
    meta_rate: u32,
    /// Calls in 24 hours that Google Ads takes; 0 takes any number.
    #[arg(long, value_name = "CALLS", default_value_t = 15_000)]
    google_rate: u32,
    /// How many milliseconds every call takes at least.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency: u32,
    /// Bases to begin with, as a JSON array; without it the base of the demonstration.
    #[arg(long, value_name = "FILE")]
    bases: Option<PathBuf>,
    /// Databases of Notion's to begin with, as a JSON array; without it those of the demonstration.
    #[arg(long, value_name = "FILE")]
    databases: Option<PathBuf>,
    /// Ad accounts of Meta's to begin with, as a JSON array; without it those of the demonstration.
    #[arg(long, value_name = "FILE")]
    ad_accounts: Option<PathBuf>,
    /// Accounts of Google Ads to begin with, managers among them, as a JSON array; without it those
    /// of the demonstration.
    #[arg(long, value_name = "FILE")]
    customers: Option<PathBuf>,
}

/// Somebody else answers there, or nobody can.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot listen on {0}; name another address with --listen")]
struct NotListening(SocketAddr, #[source] std::io::Error);

/// A file that was named cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be used", .0.display())]
struct Unusable(PathBuf, #[source] std::io::Error);

/// Where the sandbox answers.
#[derive(Serialize)]
struct Running {
    url: String,
}

impl Display for Running {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let url = &self.url;
        write!(
            f,
            "The sandbox answers at {url} until you press Ctrl-C.\n\
             See its tables and switch its faults there. It takes any token of Airtable's form, \"pat...\",\n\
             of Notion's, \"ntn_...\", of Meta's, \"EAA...\", and of Google's, \"ya29....\";\n\
             {url}/hooks/catch/100001/demo0001/ is a hook of Zapier's.\n\
             A server reaches it with sandbox.url = {url:?} in its configuration."
        )
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let sandbox = Sandbox::new(settings(args)?, Clock::system()).map_err(Failure::of)?;
    let listener = TcpListener::bind(args.listen)
        .map_err(|error| Failure::of(NotListening(args.listen, error)))?;
    let address = listener.local_addr().map_err(Failure::of)?;
    if let Some(file) = &args.port_file {
        std::fs::write(file, address.port().to_string())
            .map_err(|error| Failure::of(Unusable(file.clone(), error)))?;
    }
    context.out.show(&Running {
        url: format!("http://{address}"),
    })?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::of)?;
    let stop = CancellationToken::new();
    runtime
        .block_on(async {
            let serving = serve(listener, sandbox, stop.clone());
            tokio::pin!(serving);
            tokio::select! {
                ended = &mut serving => return ended,
                pressed = tokio::signal::ctrl_c() => pressed?,
            }
            stop.cancel();
            serving.await
        })
        .map_err(Failure::of)
}

fn settings(args: &Args) -> Result<Settings, Failure> {
    let mut settings = Settings::default();
    settings.knobs.latency_ms = args.latency;
    settings.knobs.limits = match args.rate {
        0 => Limits::off(),
        per_base => Limits {
            per_base,
            per_token: settings.knobs.limits.per_token.max(per_base),
            penalty_seconds: args.penalty,
        },
    };
    settings.knobs.zapier = match args.zapier_rate {
        0 => ZapierKnobs::off(),
        per_second => ZapierKnobs {
            per_second,
            ..ZapierKnobs::default()
        },
    };
    settings.knobs.notion.limits = match args.notion_rate {
        0 => NotionLimits::off(),
        per_second => NotionLimits {
            per_second,
            per_window: per_second.saturating_mul(60),
            ..NotionLimits::default()
        },
    };
    settings.knobs.meta.calls_per_hour = args.meta_rate;
    settings.knobs.google.operations_per_day = args.google_rate;
    if let Some(file) = &args.bases {
        settings.bases = seeds(file)?;
    }
    if let Some(file) = &args.databases {
        settings.databases = seeds(file)?;
    }
    if let Some(file) = &args.ad_accounts {
        settings.ad_accounts = seeds(file)?;
    }
    if let Some(file) = &args.customers {
        settings.customers = seeds(file)?;
    }
    Ok(settings)
}

fn seeds<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, Failure> {
    let unusable = |error| Failure::of(Unusable(file.to_owned(), error));
    let text = std::fs::read(file).map_err(unusable)?;
    serde_json::from_slice(&text).map_err(|error| unusable(error.into()))
}

/// An address that only this machine reaches: the sandbox takes any token.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text
        .parse()
        .map_err(|bad: std::net::AddrParseError| bad.to_string())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the sandbox answers on this machine only, such as at 127.0.0.1:9400".into())
    }
}
