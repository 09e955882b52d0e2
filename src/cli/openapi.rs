//! `weighbridge openapi`: prints the API document.

use tempfile::TempDir;

use super::context::Context;
use super::failure::Failure;
use super::runtime;
use crate::app::App;
use crate::base::{Blocking, Clock};
use crate::config::{Config, Environment};
use crate::http;

/// The document is this version's, whatever is set here and whatever the data folder holds: an
/// appliance in a folder of its own, which goes again, tells it.
pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let folder = TempDir::new().map_err(Failure::of)?;
    let data = folder.path().display().to_string();
    let set = [("WEIGHBRIDGE_SERVER__DATA".to_owned(), data)];
    let config = Config::load(None, &Environment::from_iter(set))?.config;
    let document = runtime::run(async {
        let app = App::open(config, Clock::system(), Blocking::Threads).await;
        let document = http::document(&app.map_err(Failure::of)?);
        serde_json::to_string_pretty(&document).map_err(Failure::of)
    })?;
    Ok(context.out.document(format!("{document}\n").as_bytes())?)
}
