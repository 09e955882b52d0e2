//! `weighbridge openapi`: prints the API document.

use super::client::Client;
use super::context::Context;
use super::failure::Failure;

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let document = Client::with(context, async |client| client.get("/openapi.json").await)?;
    let text = serde_json::to_string_pretty(&document).map_err(Failure::of)?;
    Ok(context.out.document(format!("{text}\n").as_bytes())?)
}
