//! Whether the book holds.

use super::Check;
use crate::audit::{Error, Extent, Options, Report, verify};
use crate::base::chain;
use crate::config::Config;

const NAME: &str = "Audit log";

pub(super) fn check(config: &Config, deep: bool) -> Check {
    let folder = &config.audit.folder;
    if !folder.exists() {
        return Check::not_checked(NAME, "it begins at the first start");
    }
    let extent = if deep { Extent::Whole } else { Extent::Newest };
    let options = Options {
        extent,
        ..Options::default()
    };
    judge(verify(folder, &options), extent)
}

fn judge(report: Result<Report, Error>, extent: Extent) -> Check {
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            return Check::failed(NAME, chain(&error).to_string())
                .remedy("Correct who may read the folder.");
        }
    };
    if let Some(first) = report.findings.first() {
        return Check::failed(NAME, first.to_string()).remedy(
            "Keep a copy of the folder as it is, and run weighbridge audit verify --checkpoint \
             with the last one that was kept elsewhere.",
        );
    }
    let (lines, last) = (report.lines, report.last_seq);
    Check::ok(
        NAME,
        match extent {
            Extent::Whole => format!("all {lines} lines hold"),
            Extent::Newest => format!(
                "the {lines} lines of the newest file hold, up to number {last}; --deep reads all"
            ),
        },
    )
}
