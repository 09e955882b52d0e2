//! `weighbridge serve`: runs the appliance until it is told to stop.

use std::io::{IsTerminal as _, Write as _};

use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use super::allocator;
use super::certificate;
use super::context::Context;
use super::failure::Failure;
use super::runtime;
use crate::app::{self, App};
use crate::base::{Actor, Blocking, Clock, Tasks};
use crate::config::Config;
use crate::server::Listeners;
use crate::{http, server, telemetry};

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    allocator::settle(context);
    let loaded = context.load()?;
    let _log = telemetry::start(&loaded.config.log).map_err(Failure::of)?;
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
    runtime::run(serve(loaded.config))
}

async fn serve(config: Config) -> Result<(), Failure> {
    let tasks = Tasks::default();
    let clock = Clock::system();
    // First, since a server that runs already holds everything else.
    app::make_data_folder(&config).map_err(Failure::of)?;
    let listeners = match Listeners::open(&config, &clock, &tasks).await {
        Ok(listeners) => listeners,
        Err(server::Error::Certificate(error)) => {
            return Err(certificate::unusable(&config, error));
        }
        Err(error) => return Err(Failure::of(error)),
    };
    let url = http::public_url(&config, listeners.address());
    let app = App::open(config, clock, Blocking::Threads).await;
    let app = app.map_err(Failure::of)?;
    app.start(&tasks);
    invite(&app, &url).await?;
    if let Some(address) = listeners.plain_address() {
        info!(%address, "plain HTTP on {address} is sent to {url}");
    }
    let version = env!("CARGO_PKG_VERSION");
    info!(%url, "Weighbridge {version} listens on {url}");
    if let Some(folder) = &app.config.log.folder {
        let folder = folder.display();
        beside(
            &app,
            &format!("Weighbridge {version} listens on {url}; its log is in {folder}"),
        )?;
    }
    answer(&app, listeners, &tasks).await
}

/// Says on standard error what whoever starts the appliance must know, where the log does not: it
/// is in files.
fn beside(app: &App, line: &str) -> Result<(), Failure> {
    if app.config.log.folder.is_some() {
        writeln!(std::io::stderr(), "{line}")?;
    }
    Ok(())
}

/// Answers until somebody presses Ctrl-C or the system asks, then closes the appliance in order.
pub(super) async fn answer(app: &App, listeners: Listeners, tasks: &Tasks) -> Result<(), Failure> {
    stop_on_signal(tasks).map_err(Failure::of)?;
    let settings = &app.config.server;
    let plain = http::plain(settings, listeners.address().port(), &app.clock);
    server::serve(listeners, http::endpoint(app), plain, settings, tasks).await;
    tasks.stop().await;
    app.close().map_err(Failure::of)
}

/// Shows the way in to an appliance without accounts: on the terminal if there is one, else in a
/// file that only the service's own user can read. The log shows neither.
async fn invite(app: &App, url: &str) -> Result<(), Failure> {
    let invitation = http::Invitation::of(&app.config);
    if !app.auth.setup.is_needed().map_err(Failure::of)? {
        // It may have been made while an account was made in another way.
        invitation.withdraw();
        return Ok(());
    }
    let token = app
        .auth
        .setup
        .make_link(&Actor::system())
        .await
        .map_err(Failure::of)?;
    let link = http::setup_url(url, &token);
    let mut terminal = std::io::stderr();
    if terminal.is_terminal() {
        return Ok(writeln!(
            terminal,
            "Set Weighbridge up at {}",
            link.expose()
        )?);
    }
    let file = invitation.leave(&link).map_err(Failure::of)?;
    info!(file = %file.display(), "the set-up link is in {}", file.display());
    beside(app, &format!("The set-up link is in {}", file.display()))
}

/// Stops everything in order when somebody presses Ctrl-C or the system asks.
fn stop_on_signal(tasks: &Tasks) -> std::io::Result<()> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let stop = tasks.stopping();
    tasks.start(async move {
        tokio::select! {
            _ = interrupt.recv() => info!("stopping, as Ctrl-C was pressed"),
            _ = terminate.recv() => info!("stopping, as the system asks"),
            () = stop.cancelled() => {}
        }
        stop.cancel();
    });
    Ok(())
}
