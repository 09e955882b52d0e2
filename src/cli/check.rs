//! `weighbridge connection check`: the whole way to a connection's provider, and how it does.

use std::fmt::{Display, Formatter, Result as Written};

use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::failure::Failure;
use super::health;
use super::named::text;

/// Goes the way to the provider of the connection at `path`, and looks up how it does.
pub(super) async fn check(path: &str, client: &mut Client) -> Result<Checked, Failure> {
    let way = format!("{path}/diagnosis");
    let diagnosis = client.call(Method::POST, &way, None).await?;
    let id = path.rsplit('/').next().unwrap_or_default();
    let health = client.list("/health").await?;
    let health = health.into_iter().find(|one| one["id"] == id);
    Ok(Checked(json!({ "health": health, "diagnosis": diagnosis })))
}

/// What was found, for people and for programs.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Checked(Value);

impl Checked {
    /// Whether the connection cannot be used.
    pub(super) fn fails(&self) -> bool {
        self.0["diagnosis"]["verdict"] == "failed"
    }
}

impl Display for Checked {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        if self.0["health"].is_object() {
            health::line(f, "", &self.0["health"])?;
        }
        let checks = self.0["diagnosis"]["checks"].as_array();
        for check in checks.into_iter().flatten() {
            let sign = match check["verdict"].as_str() {
                Some("ok") => "✔",
                Some("attention") => "!",
                Some("not_checked") => "·",
                _ => "✘",
            };
            let (name, detail) = (text(check, "name"), text(check, "detail"));
            write!(f, "  {sign} {name:<11} {detail}")?;
            match check["took_ms"].as_u64() {
                Some(took) => writeln!(f, " ({took} ms)")?,
                None => writeln!(f)?,
            }
            if let Some(remedy) = check["remedy"].as_str() {
                writeln!(f, "                → {remedy}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(verdict: &str) -> Checked {
        Checked(json!({
            "health": {"name": "Base", "verdict": "healthy", "quota": {}},
            "diagnosis": {"verdict": verdict, "checks": [
                {"name": "dns", "verdict": "ok", "detail": "two addresses", "took_ms": 3},
                {"name": "credential", "verdict": verdict, "detail": "it is not taken",
                 "remedy": "Give it another."},
            ]},
        }))
    }

    #[test]
    fn each_step_of_the_way_is_a_line_and_what_to_do_stands_below() {
        let expected = "✔ Base: healthy\n  ✔ dns         two addresses (3 ms)\n  \
                        ✘ credential  it is not taken\n                → Give it another.\n";
        assert_eq!(checked("failed").to_string(), expected);
    }

    #[test]
    fn it_fails_when_the_way_breaks() {
        assert!(checked("failed").fails() && !checked("attention").fails());
    }
}
