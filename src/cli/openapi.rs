//! `weighbridge openapi`: prints the API document.

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::runtime;

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let document = runtime::run(async {
        let mut client = Client::open(context, None).await?;
        let document = client.get("/openapi.json").await?;
        client.close().await?;
        Ok(document)
    })?;
    let text = serde_json::to_string_pretty(&document).map_err(Failure::of)?;
    Ok(context.out.document(format!("{text}\n").as_bytes())?)
}
