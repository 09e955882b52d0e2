//! `weighbridge audit status`: how far the book goes, and whether it was verified.

use std::fmt::{Display, Formatter, Result as Shown};

use serde::Serialize;
use serde_json::Value;

use super::audit::fetch;
use super::context::Context;
use super::failure::Failure;
use super::named::text;
use crate::base::counted;

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let chain = fetch(context, "/audit/chain")?;
    Ok(context.out.show(&Chain(chain))?)
}

/// How the book stands.
#[derive(Serialize)]
#[serde(transparent)]
struct Chain(Value);

impl Display for Chain {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        let chain = &self.0;
        let number = |member: &str| chain[member].as_u64().unwrap_or_default();
        let (lines, segments) = (number("lines"), number("segments"));
        let (lines, segments) = (counted(lines, "line"), counted(segments, "segment"));
        let bytes = counted(number("bytes"), "byte");
        writeln!(f, "{lines} in {segments}, {bytes}")?;
        let (first, last) = (text(chain, "first_time"), text(chain, "last_time"));
        writeln!(f, "written from {first} to {last}")?;
        if let Some(signed) = chain.get("signed") {
            let time = text(signed, "time");
            writeln!(f, "signed up to line {} at {time}", signed["seq"])?;
        }
        if let Some(verifying) = chain.get("verifying") {
            let (read, all) = (&verifying["read_bytes"], &verifying["bytes"]);
            writeln!(f, "being verified: {read} of {all} bytes")?;
        }
        let Some(verdict) = chain.get("verdict") else {
            return writeln!(f, "not verified yet by the appliance");
        };
        let (outcome, time) = (text(verdict, "outcome"), text(verdict, "time"));
        let sequence = &verdict["sequence"];
        writeln!(f, "verified up to line {sequence} at {time}: {outcome}")?;
        for finding in verdict["findings"].as_array().into_iter().flatten() {
            let (file, what) = (text(finding, "file"), text(finding, "what"));
            writeln!(f, "  {file} line {}: {what}", finding["line"])?;
        }
        Ok(())
    }
}
