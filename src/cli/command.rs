//! The commands and what every one of them accepts.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use super::context::Context;
use super::failure::{Failure, report};
use super::{
    audit, calendar, completions, config, conflict, connection, dataset, demo, doctor, health,
    hook, init, inlet, job, limits, man, openapi, run as runs, sandbox, serve, setup_link, site,
    store, sync, token, user,
};
use crate::config::Environment;

/// The gate and the book of an organisation's data.
#[derive(Parser)]
#[command(
    name = "weighbridge",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 could not be checked, 78 faulty configuration."
)]
struct Line {
    /// The configuration file; without it, the one that the variable `WEIGHBRIDGE_CONFIG` names,
    /// else /etc/weighbridge/config.toml if there is one.
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the appliance until it is told to stop.
    Serve,
    /// Write a configuration file that explains itself, and make the data folder.
    Init(init::Args),
    /// Make the link through which the first account is made; an older one is void.
    SetupLink,
    /// Manage accounts.
    #[command(subcommand)]
    User(user::Command),
    /// Make, list and revoke what a user's programs sign in with.
    Token(token::Line),
    /// Manage a user's accounts at providers.
    Connection(connection::Line),
    /// Read the book, and sign how far it goes.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Take the store to the schema of another version.
    #[command(subcommand)]
    Store(store::Command),
    /// Print the description of the API (OpenAPI 3.0.3).
    Openapi,
    /// Check, show or explain the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// List, create, fill, export and delete a user's datasets.
    Dataset(dataset::Line),
    /// Look around in an appliance with data, an account and a sandbox, which goes when it ends.
    Demo(demo::Args),
    /// Look at everything that the appliance stands on, say what is wrong and what to do, and
    /// change nothing.
    Doctor(doctor::Args),
    /// Show how a user's connections and syncs do, and what to do where they do not.
    Health(health::Args),
    /// Manage the addresses that are told what becomes of a user's records.
    Hook(hook::Line),
    /// Manage the secret addresses through which others write a user's records.
    Inlet(inlet::Line),
    /// Show how much may be asked for, and how much of it is left to a user.
    Limits(limits::Args),
    /// Manage the sites whose events are counted, and the keys that events are sent with.
    Site(site::Line),
    /// Make syncs and run them.
    Sync(sync::Line),
    /// Show runs and follow them.
    Run(runs::Line),
    /// Show what both sides of two-way syncs have changed, and say who is right.
    Conflict(conflict::Line),
    /// Show when a user's syncs run next by themselves.
    Calendar(calendar::Args),
    /// List what is under way, or was, and call it off.
    Job(job::Line),
    /// Play the providers on this machine, faults included, to try every failure first.
    Sandbox(sandbox::Args),
    /// Print what a shell needs to complete the commands.
    Completions(completions::Args),
    /// Print the manual page.
    Man,
}

/// Runs what the command line says and returns the exit code, having printed everything.
pub fn run(line: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitCode {
    let line = match Line::try_parse_from(line) {
        Ok(line) => line,
        Err(told) => return explain(&told),
    };
    let context = Context::new(line.config, environment, line.json);
    match dispatch(line.command, &context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure, line.json),
    }
}

/// The grammar of the command line, for what is generated from it.
pub fn grammar() -> clap::Command {
    Line::command()
}

fn dispatch(command: Command, context: &Context) -> Result<(), Failure> {
    match command {
        Command::Serve => serve::run(context),
        Command::Init(args) => init::run(args, context),
        Command::User(command) => user::run(command, context),
        Command::Token(line) => token::run(line, context),
        Command::Connection(line) => connection::run(line, context),
        Command::Audit(command) => audit::run(&command, context),
        Command::SetupLink => setup_link::run(context),
        Command::Openapi => openapi::run(context),
        Command::Config(command) => config::run(&command, context),
        Command::Dataset(line) => dataset::run(line, context),
        Command::Demo(args) => demo::run(&args, context),
        Command::Doctor(args) => doctor::run(&args, context),
        Command::Health(args) => health::run(&args, context),
        Command::Hook(line) => hook::run(line, context),
        Command::Inlet(line) => inlet::run(line, context),
        Command::Limits(args) => limits::run(args, context),
        Command::Site(line) => site::run(line, context),
        Command::Store(command) => store::run(&command, context),
        Command::Sync(line) => sync::run(&line, context),
        Command::Run(line) => runs::run(&line, context),
        Command::Conflict(line) => conflict::run(&line, context),
        Command::Calendar(args) => calendar::run(&args, context),
        Command::Job(line) => job::run(&line, context),
        Command::Sandbox(args) => sandbox::run(&args, context),
        Command::Completions(args) => completions::run(&args, context),
        Command::Man => man::run(context),
    }
}

/// Prints help, the version, or what is wrong with the usage.
fn explain(told: &clap::Error) -> ExitCode {
    let usage = u8::try_from(told.exit_code()).unwrap_or(2);
    // Whoever closed the stream does not want to read it.
    told.print()
        .map_or(ExitCode::from(usage), |()| ExitCode::from(usage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_has_no_contradictions() {
        grammar().debug_assert();
    }

    #[test]
    fn every_command_and_option_is_explained() {
        let mut commands = vec![grammar()];
        while let Some(command) = commands.pop() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for option in command.get_arguments() {
                assert!(
                    option.get_help().is_some(),
                    "{} {}",
                    command.get_name(),
                    option.get_id()
                );
            }
            commands.extend(command.get_subcommands().cloned());
        }
    }
}
