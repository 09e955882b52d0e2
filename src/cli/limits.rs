//! `weighbridge limits`: how much may be asked for, and where a user stands.

use std::fmt::{Display, Formatter, Result as Shown};

use clap::Args as Arguments;
use serde::Serialize;
use serde_json::Value;

use super::client::Client;
use super::context::Context;
use super::failure::Failure;
use super::named::text;

/// Whose standing is wanted.
#[derive(Arguments)]
pub(super) struct Args {
    /// Show where this user stands, by e-mail address.
    #[arg(long = "as", value_name = "EMAIL")]
    user: Option<String>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let limits = Client::with(context, async |client| {
        if let Some(user) = args.user {
            client.act_for(user);
        }
        client.whole_list("/system/rate-limits").await
    })?;
    Ok(context.out.show(&Limits(limits))?)
}

/// The limits for people, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct Limits(Vec<Value>);

impl Display for Limits {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        for limit in &self.0 {
            let (name, about) = (text(limit, "name"), text(limit, "about"));
            let (burst, scope) = (limit["burst"].as_u64(), text(limit, "scope"));
            let burst = burst.unwrap_or_default();
            let seconds = limit["per_seconds"].as_f64().unwrap_or_default();
            write!(
                f,
                "{name:22} {burst:>5} in {seconds:>4} s for each {scope:8} {about}"
            )?;
            match (
                limit["remaining"].as_u64(),
                limit["whole_in_seconds"].as_u64(),
            ) {
                (Some(left), Some(0)) => writeln!(f, "; {left} left")?,
                (Some(left), Some(whole)) => writeln!(f, "; {left} left, all in {whole} s")?,
                _ => writeln!(f)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_limit_tells_what_is_left_to_a_user_it_counts() {
        let limit = |more: Value| {
            let mut limit = json!({
                "name": "exports", "about": "exports", "scope": "user", "burst": 5,
                "per_seconds": 60.0,
            });
            limit
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            Limits(vec![limit]).to_string()
        };
        assert!(limit(json!({})).ends_with("for each user     exports\n"));
        let used = limit(json!({"remaining": 2, "whole_in_seconds": 36}));
        assert!(used.ends_with("; 2 left, all in 36 s\n"), "{used}");
        let whole = limit(json!({"remaining": 5, "whole_in_seconds": 0}));
        assert!(whole.ends_with("; 5 left\n"), "{whole}");
    }
}
