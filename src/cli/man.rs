//! `weighbridge man`: the manual page of all commands.

use super::command::grammar;
use super::context::Context;
use super::failure::Failure;

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(grammar()).render(&mut page)?;
    Ok(context.out.document(&page)?)
}
