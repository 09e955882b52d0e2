//! `weighbridge setup-link`: makes the link through which the first account is made.

use std::fmt::{Display, Formatter, Result as Written};

use poem::http::Method;
use serde::Serialize;

use super::client::{Client, Ground};
use super::context::Context;
use super::failure::Failure;

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let made = Client::with_on(Ground::Bare, context, async |client| {
        client.call(Method::POST, "/setup/link", None).await
    })?;
    let url = made["url"].as_str().unwrap_or_default().to_owned();
    Ok(context.out.show(&Link { url })?)
}

/// The link.
#[derive(Serialize)]
struct Link {
    url: String,
}

impl Display for Link {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        writeln!(f, "{}", self.url)?;
        write!(f, "Good for 30 minutes and one use; an older link is void.")
    }
}
