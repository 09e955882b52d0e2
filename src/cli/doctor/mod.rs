//! `weighbridge doctor`: looks at everything that the appliance stands on, and changes nothing.
//!
//! Each file looks at one thing: a thin function finds out, a pure one judges.

mod audit;
mod clock;
mod connections;
mod disk;
mod files;
mod outward;
mod ports;
mod server;
mod settings;
mod store;
mod tls;
mod verdict;

use clap::Args as Arguments;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::runtime;
use crate::base::Clock;
use crate::config::Loaded;
use server::Presence;
use verdict::{Check, Report};

/// How much to look at.
#[derive(Arguments)]
pub(super) struct Args {
    /// Verify the whole audit log instead of its newest file.
    #[arg(long)]
    deep: bool,
    /// Call the provider of every connection once. The calls and their outcome are kept.
    #[arg(long)]
    connections: bool,
    /// Go the way to the provider of every connection, or of those of one name or id: its name, a
    /// connection, encryption, an answer, the clocks, the credential, what it allows, and its
    /// quota. Each is called, and nothing is changed there.
    #[arg(long, value_name = "CONNECTION", num_args = 0..=1, require_equals = true,
          default_missing_value = "")]
    outward: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let loaded = match context.load() {
        Ok(loaded) => loaded,
        Err(Failure::Config(faults)) => {
            context
                .out
                .show(&Report::new(vec![settings::faulty(&faults)]))?;
            return Err(Failure::Shown(Kind::Config));
        }
        Err(other) => return Err(other),
    };
    let report = runtime::run(examine(args, context, &loaded))?;
    context.out.show(&report)?;
    match report.failures() {
        0 => Ok(()),
        _ => Err(Failure::Shown(Kind::Failed)),
    }
}

async fn examine(args: &Args, context: &Context, loaded: &Loaded) -> Result<Report, Failure> {
    let config = &loaded.config;
    let clock = Clock::system();
    let mut presence = server::find(config).await;
    let running = !matches!(presence, Presence::Absent);
    let mut checks = vec![
        settings::check(context.file().as_deref(), loaded),
        files::check(config),
        disk::check(config, &clock),
        clock::check(config, &clock),
        store::check(config, running),
        audit::check(config, args.deep),
        tls::check(config, clock.now()),
        ports::check(config, &presence),
        server::check(&mut presence).await,
    ];
    if let Some(only) = &args.outward {
        checks.push(outward::check(only, context, &mut presence).await);
    }
    checks.push(connections::check(args.connections, context, presence).await);
    Ok(Report::new(checks))
}

/// So many bytes, for people.
fn size(bytes: u64) -> String {
    const STEPS: [(&str, u32); 3] = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let step = STEPS.iter().find(|(_, bits)| bytes >> bits > 0);
    step.map_or_else(
        || format!("{bytes} bytes"),
        |(unit, bits)| format!("{} {unit}", bytes >> bits),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        for (bytes, expected) in [
            (9, "9 bytes"),
            (2048, "2 KiB"),
            (5 << 20, "5 MiB"),
            (u64::MAX, "17179869183 GiB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
