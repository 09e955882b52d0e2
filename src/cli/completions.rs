//! `weighbridge completions`: what a shell needs to complete the commands.

use clap_complete::Shell;

use super::command::grammar;
use super::context::Context;
use super::failure::Failure;

/// Which shell.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The shell to complete in.
    shell: Shell,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut grammar(), "weighbridge", &mut script);
    Ok(context.out.document(&script)?)
}
