//! Whether the connections can be used, as far as their last calls tell, or a new one.

use std::collections::{BTreeMap, BTreeSet};

use poem::http::Method;
use serde::Deserialize as _;
use serde_json::Value;

use super::super::client::{Client, Ground};
use super::super::context::Context;
use super::super::failure::Failure;
use super::Check;
use super::server::Presence;
use crate::auth::{Permission, Role, permissions};
use crate::base::chain;

const NAME: &str = "Connections";

/// Without a server only a test looks at them: it opens the store as a start does.
pub(super) async fn check(test: bool, context: &Context, presence: Presence) -> Check {
    let seen = match presence {
        Presence::Running(mut client) => look(&mut client, test).await,
        Presence::Absent if test => within(context).await,
        Presence::Absent => {
            let why = "no server runs; --connections opens the store and tests each of them";
            return Check::not_checked(NAME, why);
        }
        Presence::Silent(_) => return Check::not_checked(NAME, "the server cannot be asked"),
    };
    match seen {
        Ok(seen) => judge(&seen, test),
        Err(failure) => Check::failed(NAME, chain(&failure).to_string()),
    }
}

async fn within(context: &Context) -> Result<Vec<Value>, Failure> {
    let mut client = Client::open(context, Ground::Built).await?;
    let seen = look(&mut client, true).await;
    client.close().await?;
    seen
}

/// Every user's connections, each with its owner's address, tested where that is wanted.
async fn look(client: &mut Client, test: bool) -> Result<Vec<Value>, Failure> {
    let mut seen = everybodys(client).await?;
    if test {
        // What tests a hook is a delivery, which somebody's Zap would act on.
        let tried = seen.iter_mut().filter(|one| one["provider"] != "zapier");
        for connection in tried {
            let told = |member: &str| connection[member].as_str().unwrap_or_default().to_owned();
            client.act_for(told("owner"));
            let path = format!("/connections/{}", told("id"));
            client
                .call(Method::POST, &format!("{path}/test"), None)
                .await?;
            let owner = connection["owner"].take();
            *connection = client.get(&path).await?;
            connection["owner"] = owner;
        }
    }
    Ok(seen)
}

/// Every user's connections, each with its owner's address.
pub(super) async fn everybodys(client: &mut Client) -> Result<Vec<Value>, Failure> {
    client.act_for_nobody();
    let mut seen = Vec::new();
    for user in client.list("/users").await? {
        let email = user["email"].as_str().unwrap_or_default().to_owned();
        if !may_have_some(&user) {
            continue;
        }
        client.act_for(email.clone());
        for mut connection in client.list("/connections").await? {
            connection["owner"] = email.clone().into();
            seen.push(connection);
        }
    }
    Ok(seen)
}

/// Whether the user may look at connections at all: one who may not has none that anything uses.
fn may_have_some(user: &Value) -> bool {
    let roles = BTreeSet::<Role>::deserialize(&user["roles"]).unwrap_or_default();
    permissions(&roles).contains(&Permission::ConnectionRead)
}

fn judge(seen: &[Value], tested: bool) -> Check {
    if seen.is_empty() {
        return Check::ok(NAME, "there are none");
    }
    let text = |one: &Value, member: &str| one[member].as_str().unwrap_or_default().to_owned();
    let mut by_status: BTreeMap<String, usize> = BTreeMap::new();
    let mut checks = Vec::new();
    for one in seen {
        let status = text(one, "status");
        let name = format!("{} of {}", text(one, "name"), text(one, "owner"));
        let problem = text(one, "last_problem");
        match status.as_str() {
            "reconnect" => checks.push(
                Check::failed(name, format!("the provider refuses its token: {problem}")).remedy(
                    format!(
                        "Give it another token: weighbridge connection replace-token {:?} --as {}",
                        text(one, "name"),
                        text(one, "owner")
                    ),
                ),
            ),
            "failing" if tested => checks.push(Check::failed(name, problem)),
            "failing" => checks.push(Check::warning(name, problem).remedy(format!(
                "Test it: weighbridge connection test {:?} --as {}",
                text(one, "name"),
                text(one, "owner")
            ))),
            _ => {}
        }
        *by_status.entry(status).or_default() += 1;
    }
    let counts = by_status
        .iter()
        .map(|(status, count)| format!("{count} {status}"));
    let counts = counts.collect::<Vec<_>>().join(", ");
    checks.insert(0, Check::ok("status", counts));
    Check::group(NAME, checks)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn connections_are_counted_by_status_and_the_troubled_ones_named() {
        let one = |status: &&str| json!({"name": "Base", "owner": "a@b", "status": status});
        for (statuses, tested, expected) in [
            (&["active", "untested", "active"][..], false, Verdict::Ok),
            (&["failing"], false, Verdict::Warning),
            (&["failing"], true, Verdict::Failed),
            (&["active", "reconnect"], false, Verdict::Failed),
        ] {
            let seen: Vec<Value> = statuses.iter().map(one).collect();
            assert_eq!(judge(&seen, tested).verdict, expected, "{statuses:?}");
        }
        let both = judge(&[one(&"active"), one(&"reconnect")], false);
        assert_eq!(both.checks[0].detail, "1 active, 1 reconnect");
        assert_eq!(both.checks[1].name, "Base of a@b");
    }
}
