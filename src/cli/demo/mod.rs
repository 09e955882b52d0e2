//! `weighbridge demo`: an appliance with something in it, beside a sandbox, to look around in.

mod shop;

use std::fmt::{Display, Formatter, Result as Shown};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use poem::Body;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::{runtime, serve};
use crate::app::App;
use crate::base::{Blocking, Clock, Hex, SecretBytes, Tasks};
use crate::config::{Config, Environment};
use crate::http;
use crate::sandbox::{self, Sandbox, Settings};
use crate::server::Listeners;

/// Whom the demonstration belongs to.
const EMAIL: &str = "demo@weighbridge.example";

/// How the demonstration is run.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The port to answer on; 0 takes any that is free.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Keep everything in this folder; without it a temporary one goes when the demonstration ends.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

/// A build without the browser's part has no data either.
#[derive(Debug, thiserror::Error)]
#[error("this build has no data for a demonstration: it was built without the browser's part")]
struct NoData;

/// Something that was invented was not taken.
#[derive(Debug, thiserror::Error)]
#[error("the invented visits were not taken as they are: {0}")]
struct Unfit(String);

/// The folder holds an appliance already.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not empty; a demonstration begins in a new folder")]
struct NotEmpty(PathBuf);

/// A configuration that would be passed over.
#[derive(Debug, thiserror::Error)]
#[error(
    "a demonstration takes no configuration, so {0} would not be heeded; run it with `weighbridge \
     serve`"
)]
struct NoConfig(PathBuf);

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    if let Some(file) = context.named_file() {
        return Err(Failure::of(NoConfig(file)));
    }
    let folder = Folder::of(args.keep.as_deref())?;
    runtime::run(async {
        let tasks = Tasks::default();
        let sandbox = play(&tasks)?;
        let mut config = config(folder.path(), args.port, &sandbox)?;
        let clock = Clock::system();
        let listeners = Listeners::open(&config, &clock, &tasks).await;
        let listeners = listeners.map_err(Failure::of)?;
        // Whoever connects by OAuth is sent back here, whichever port it became.
        let address = http::public_url(&config, listeners.address());
        config.server.public_url = address.parse().ok();
        let app = App::open(config, clock, Blocking::Threads).await;
        let app = app.map_err(Failure::of)?;
        app.start(&tasks);
        let password = Hex(SecretBytes::<10>::random().expose()).to_string();
        furnish(&app, &password).await?;
        context.out.show(&Ready {
            url: http::public_url(&app.config, listeners.address()),
            email: EMAIL,
            password,
            sandbox,
        })?;
        serve::answer(&app, listeners, &tasks).await
    })
}

/// Where the demonstration keeps its files.
enum Folder {
    Kept(PathBuf),
    Passing(TempDir),
}

impl Folder {
    fn of(keep: Option<&Path>) -> Result<Self, Failure> {
        let Some(folder) = keep else {
            return Ok(Self::Passing(TempDir::new().map_err(Failure::of)?));
        };
        std::fs::create_dir_all(folder).map_err(Failure::of)?;
        if folder.read_dir().map_err(Failure::of)?.next().is_some() {
            return Err(Failure::of(NotEmpty(folder.to_owned())));
        }
        Ok(Self::Kept(folder.to_owned()))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(folder) => folder,
            Self::Passing(folder) => folder.path(),
        }
    }
}

/// Starts a sandbox in this process and gives its address.
fn play(tasks: &Tasks) -> Result<String, Failure> {
    let sandbox = Sandbox::new(Settings::default(), Clock::system()).map_err(Failure::of)?;
    let listener = TcpListener::bind("127.0.0.1:0").map_err(Failure::of)?;
    let address = listener.local_addr().map_err(Failure::of)?;
    let serving = sandbox::serve(listener, sandbox, tasks.stopping());
    tasks.start(async move {
        if let Err(error) = serving.await {
            tracing::error!(%error, "the sandbox has stopped");
        }
    });
    Ok(format!("http://{address}"))
}

/// Plain HTTP on this machine alone, and everything in one folder.
fn config(folder: &Path, port: u16, sandbox: &str) -> Result<Config, Failure> {
    let set = [
        ("WEIGHBRIDGE_SERVER__DATA", folder.display().to_string()),
        ("WEIGHBRIDGE_SERVER__LISTEN", format!("127.0.0.1:{port}")),
        ("WEIGHBRIDGE_TLS__ENABLED", "false".to_owned()),
        ("WEIGHBRIDGE_SANDBOX__URL", sandbox.to_owned()),
    ];
    let set = set.map(|(name, value)| (name.to_owned(), value));
    Ok(Config::load(None, &Environment::from_iter(set))?.config)
}

/// Makes an account, a dataset of airports, a connection to the sandbox, a sync between them, and a
/// site with a year that was invented.
async fn furnish(app: &App, password: &str) -> Result<(), Failure> {
    let table = http::demo_table().ok_or_else(|| Failure::of(NoData))?;
    let account = json!({
        "email": EMAIL, "name": "Demo", "roles": ["admin", "member"], "password": password,
    });
    let mut operator = Client::inside(app, None);
    operator
        .call(Method::POST, "/users", Some(&account))
        .await?;
    let mut client = Client::inside(app, Some(EMAIL));
    let dataset = import(&mut client, table).await?;
    let connection = json!({
        "provider": "airtable", "name": "Sandbox", "endpoint": "sandbox",
        "token": "patSandboxTakesAnyToken.demo",
    });
    let connection = client
        .call(Method::POST, "/connections", Some(&connection))
        .await?;
    let mut sync = json!({
        "dataset_id": dataset["id"], "connection_id": connection["id"],
        "base_id": "appSandboxDemo001", "table_id": "tblAirportsDemo01",
    });
    let proposal = client
        .call(Method::POST, "/syncs/proposal", Some(&sync))
        .await?;
    let pairs = proposal["mapping"].as_array().into_iter().flatten();
    sync["mapping"] = pairs
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    sync["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
    sync["name"] = "Airports to the sandbox".into();
    client.call(Method::POST, "/syncs", Some(&sync)).await?;
    open_shop(&mut client, app.clock.now()).await
}

/// Makes a site and brings what was invented for it.
async fn open_shop(client: &mut Client, now: Timestamp) -> Result<(), Failure> {
    const ZONE: &str = "Europe/Berlin";
    let site = json!({
        "name": "Sample shop (invented figures)", "domain": "shop.example", "currency": "EUR",
        "time_zone": ZONE, "visitor_ids": "lasting",
    });
    let site = client.call(Method::POST, "/sites", Some(&site)).await?;
    let zone = TimeZone::get(ZONE).map_err(Failure::of)?;
    let id = site["id"].as_str().unwrap_or_default();
    let path = format!("/sites/{id}/imports?format=csv");
    let year = Body::from(shop::year(now, &zone));
    let told = client
        .stream(Method::POST, &path, Some("text/csv"), year)
        .await?;
    let told: Value = told.into_json().await.map_err(Failure::of)?;
    match (&told["broke_off"], told["refused"].as_u64()) {
        (Value::Null, Some(0)) => Ok(()),
        _ => Err(Failure::of(Unfit(told.to_string()))),
    }
}

/// Makes the dataset as the file itself suggests, and imports the file.
async fn import(client: &mut Client, csv: Vec<u8>) -> Result<Value, Failure> {
    let beginning = csv[..csv.len().min(64 << 10)].to_vec();
    let path = "/datasets/preview?format=csv";
    let preview = client
        .stream(Method::POST, path, Some("text/csv"), Body::from(beginning))
        .await?;
    let preview: Value = preview.into_json().await.map_err(Failure::of)?;
    let dataset = json!({"name": "Airports", "key_field": "iata", "fields": preview["fields"]});
    let dataset = client
        .call(Method::POST, "/datasets", Some(&dataset))
        .await?;
    let id = dataset["id"].as_str().unwrap_or_default();
    let path = format!("/datasets/{id}/imports?format=csv&file_name=airports.csv");
    client
        .stream(Method::POST, &path, Some("text/csv"), Body::from(csv))
        .await?;
    Ok(dataset)
}

/// The way in.
#[derive(Serialize)]
struct Ready {
    url: String,
    email: &'static str,
    password: String,
    sandbox: String,
}

impl Display for Ready {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let Self {
            url,
            email,
            password,
            sandbox,
        } = self;
        write!(
            f,
            "Weighbridge   {url}\n  e-mail      {email}\n  password    {password}\n\
             Sandbox       {sandbox}\n\n\
             Sign in, open the sync \"Airports to the sandbox\" and run it; the sandbox's page shows\n\
             what arrives and can break things on purpose. The site has a year of invented visits.\n\
             Ctrl-C ends both."
        )
    }
}
