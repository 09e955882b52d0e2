//! Goes the way to every connection's provider: its name, a connection, encryption, an answer, the
//! clocks, the credential, what it allows, and what is left of its quota.

use poem::http::Method;
use serde_json::Value;

use super::super::client::{Client, Ground};
use super::super::context::Context;
use super::super::failure::Failure;
use super::Check;
use super::connections::everybodys;
use super::server::Presence;
use crate::base::chain;

const NAME: &str = "Outward";

/// Looks at all connections, or at those of one name or id. Whoever is called is called by the
/// server while one runs, and else by this process.
pub(super) async fn check(only: &str, context: &Context, presence: &mut Presence) -> Check {
    let seen = match presence {
        Presence::Running(client) => look(client, only).await,
        Presence::Absent => within(context, only).await,
        Presence::Silent(_) => return Check::not_checked(NAME, "the server cannot be asked"),
    };
    match seen {
        Ok(checks) if !checks.is_empty() => Check::group(NAME, checks),
        Ok(_) if only.is_empty() => Check::ok(NAME, "there are no connections"),
        Ok(_) => Check::failed(NAME, format!("there is no connection {only:?}")),
        Err(failure) => Check::failed(NAME, chain(&failure).to_string()),
    }
}

async fn within(context: &Context, only: &str) -> Result<Vec<Check>, Failure> {
    let mut client = Client::open(context, Ground::Built).await?;
    let seen = look(&mut client, only).await;
    client.close().await?;
    seen
}

async fn look(client: &mut Client, only: &str) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    for connection in everybodys(client).await? {
        let text = |member: &str| connection[member].as_str().unwrap_or_default();
        if !only.is_empty() && only != text("name") && only != text("id") {
            continue;
        }
        client.act_for(text("owner").to_owned());
        let path = format!("/connections/{}/diagnosis", text("id"));
        let found = client.call(Method::POST, &path, None).await?;
        let steps = found["checks"].as_array().into_iter().flatten();
        let name = format!("{} of {}", text("name"), text("owner"));
        checks.push(Check::group(name, steps.map(step).collect()));
    }
    Ok(checks)
}

/// One step as the server tells it.
fn step(found: &Value) -> Check {
    let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
    let detail = match found["took_ms"].as_u64() {
        Some(took) => format!("{} ({took} ms)", text("detail")),
        None => text("detail"),
    };
    let check = match found["verdict"].as_str() {
        Some("ok") => Check::ok(text("name"), detail),
        Some("not_checked") => Check::not_checked(text("name"), detail),
        Some("attention") => Check::warning(text("name"), detail),
        _ => Check::failed(text("name"), detail),
    };
    match found["remedy"].as_str() {
        Some(remedy) => check.remedy(remedy),
        None => check,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn a_step_keeps_its_verdict_its_time_and_its_remedy() {
        for (word, verdict) in [
            ("ok", Verdict::Ok),
            ("not_checked", Verdict::NotChecked),
            ("attention", Verdict::Warning),
            ("failed", Verdict::Failed),
            ("a word of a later version", Verdict::Failed),
        ] {
            let found = json!({
                "name": "tls", "verdict": word, "detail": "told", "remedy": "Mend it.",
                "took_ms": 12,
            });
            let check = step(&found);
            assert_eq!(check.verdict, verdict, "{word}");
            assert_eq!(check.detail, "told (12 ms)");
            assert_eq!(check.remedy.as_deref(), Some("Mend it."));
        }
    }
}
