//! Measures what is promised: `cargo bench`, or `cargo bench -- store journey` for some of it.
//!
//! CPU is the appliance's own, client and sandbox run in processes of their own; each figure
//! stands beside what is aimed at, and beside the state of the disk it was taken on.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    reason = "a benchmark prints its table, and stops at what is wrong"
)]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded anyway")]

mod analytics;
mod appliance;
mod audit;
mod gates;
mod journey;
mod meter;
mod pace;
mod pulls;
mod schedules;
mod sign_in;
mod store;

use std::process::ExitCode;

use meter::Report;

/// A name, and what measures it.
type Section = (&'static str, fn(&mut Report));

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let mut report = Report::default();
    let sections: [Section; 9] = [
        ("audit", audit::measure),
        ("gates", gates::measure),
        ("store", store::measure),
        ("sign-in", sign_in::measure),
        ("journey", journey::measure),
        ("pulls", pulls::measure),
        ("pace", pace::measure),
        ("schedules", schedules::measure),
        ("analytics", analytics::measure),
    ];
    for (name, measure) in sections {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure(&mut report);
        }
    }
    println!("{report}");
    for what in report.missed() {
        eprintln!("missed, though no machine is too slow for it: {what}");
    }
    if report.missed().is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
