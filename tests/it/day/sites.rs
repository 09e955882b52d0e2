//! A site, its key and what comes in with it.

use poem::http::Method;
use serde_json::{Value, json};

use super::{Caller, Day, id};
use crate::support::process::{Served, Session};

impl Day {
    /// A site with a key, what comes in with it, and how the site fares; gives the site.
    pub(super) async fn site(&mut self, server: &Served, owner: &Caller<'_>) -> String {
        let new = json!({
            "name": "Shop", "domain": "shop.example", "currency": "EUR",
            "time_zone": "Europe/Berlin",
        });
        let made = id(&owner.post("/sites", new).await.expect(201));
        let site = format!("/sites/{made}");
        let change = json!({"name": "Store"});
        owner.patch(&site, change).await.expect(200);
        let keys = format!("{site}/keys");
        let new = json!({"name": "Till", "kind": "secret"});
        let till = owner.post(&keys, new).await.expect(201);
        let key = till["key"].as_str().unwrap();
        let place: &'static str = format!("POST {keys}").leak();
        self.note("write key", key, &[place]);
        let till = self.visitor(server);
        let till = till.with(Session::Bearer(key.to_owned()));
        let sale = json!({"name": "purchase", "visitor": "customer 1", "value": 49.90});
        let told = till.post("/events", sale).await.expect(200);
        assert_eq!(told["accepted"], 1, "{told}");
        let file = b"name,id,at,visitor\nlead,1,2025-01-02T03:04:05Z,customer 2\n".to_vec();
        let imports = format!("/api/v1{site}/imports?format=csv");
        let told = owner.send(Method::POST, &imports, "text/csv", file).await;
        assert_eq!(told.expect(200)["accepted"], 1);
        let asked = json!({"dimensions": ["event"], "metrics": ["revenue"]});
        let report = owner.post(&format!("{site}/reports"), asked).await;
        let report = report.expect(200);
        assert_eq!(report["rows"][0]["metrics"]["revenue"], "49.90", "{report}");
        let asked = json!({"reports": [{"name": "visits", "query": {"metrics": ["visits"]}}]});
        let told = owner.post(&format!("{site}/reports/together"), asked).await;
        assert_eq!(told.expect(200)["reports"][0]["name"], "visits");
        let now = owner.get(&format!("{site}/realtime")).await.expect(200);
        assert_eq!(now["visitors_5_minutes"], 1, "{now}");
        let step = |name: &str| {
            let filter = json!({"dimension": "event", "operator": "is", "values": [name]});
            json!({"name": name, "filters": [filter]})
        };
        let asked = json!({"steps": [step("page_view"), step("purchase")]});
        let funnel = owner.post(&format!("{site}/funnels"), asked).await;
        assert_eq!(funnel.expect(200)["steps"][0]["visitors"], 0);
        let (path, asked) = (
            format!("{site}/reports/export"),
            json!({"format": "csv", "overview": {}}),
        );
        let file = owner.post(&path, asked.clone()).await.text();
        assert!(file.starts_with("day,day_before,visits,"), "{file}");
        owner.post(&path, asked).await.problem(429, "rate_limited");
        for (kind, new, change) in kept() {
            let list = format!("{site}/{kind}");
            let kept = format!("{list}/{}", id(&owner.post(&list, new).await.expect(201)));
            owner.patch(&kept, change).await.expect(200);
            owner.get(&kept).await.expect(200);
            if kind == "saved-reports" {
                owner.get(&format!("{kept}/answer")).await.expect(200);
            }
            let gone = owner.delete(&kept).await;
            assert_eq!(gone.status, 204, "{kept}: {}", gone.text());
        }
        let links = format!("{site}/links");
        let new = json!({"name": "Board", "password": "tram lamp river"});
        let link = owner.post(&links, new).await.expect(201);
        owner.get(&links).await.expect(200);
        let url = link["url"].as_str().unwrap();
        let mut opening = json!({"link": url.split_once('#').unwrap().1, "password": "no"});
        let wrong = owner.post("/shared/overview", opening.clone()).await;
        assert_eq!(wrong.status, 401, "{}", wrong.text());
        opening["password"] = "tram lamp river".into();
        owner.post("/shared/overview", opening).await.expect(200);
        let link = format!("{links}/{}", id(&link["link"]));
        assert_eq!(owner.delete(&link).await.status, 204);
        let shares = format!("{site}/shares");
        let new = json!({"email": "ada@example.org", "level": "view"});
        let made_share = owner.post(&shares, new).await.expect(201);
        owner.get(&shares).await.expect(200);
        let share = format!("{shares}/{}", made_share["user_id"].as_str().unwrap());
        let change = json!({"level": "edit"});
        owner.patch(&share, change).await.expect(200);
        assert_eq!(owner.delete(&share).await.status, 204);
        let asked = json!({"dimension": "channel"});
        let divided = owner.post(&format!("{site}/attribution"), asked).await;
        assert_eq!(divided.expect(200)["revenue"], "49.90");
        let cohorts = owner.post(&format!("{site}/cohorts"), json!({})).await;
        assert_eq!(cohorts.expect(200)["complete"], false);
        let ways = owner.post(&format!("{site}/journeys"), json!({})).await;
        assert_eq!(ways.expect(200)["ways"], json!([]));
        let costs = owner.get(&format!("{site}/costs")).await.expect(200);
        assert_eq!(costs["advertising"]["unknown"], "no_feed", "{costs}");
        let rebuild = format!("{site}/rebuild");
        owner.post(&rebuild, json!({})).await.expect(200);
        for what in ["find", "erase"] {
            let visitors = format!("{site}/visitors/{what}");
            let whom = json!({"visitor": "ada"});
            owner.post(&visitors, whom).await.expect(200);
        }
        made
    }
}

/// What is kept at a site under a name: where, what is made, and what is changed of it.
fn kept() -> [(&'static str, Value, Value); 4] {
    let filter = json!({"dimension": "device", "operator": "is", "values": ["mobile"]});
    [
        (
            "segments",
            json!({"name": "Phones", "filters": [filter]}),
            json!({"name": "Mobile"}),
        ),
        (
            "notes",
            json!({"text": "Sale", "from": "2026-11-27"}),
            json!({"text": "Autumn sale"}),
        ),
        (
            "goals",
            json!({"name": "Signed up", "condition": {"event": "sign_up"}}),
            json!({"value": "2.50"}),
        ),
        (
            "saved-reports",
            json!({"name": "Visits", "query": {"metrics": ["visits"]}}),
            json!({"name": "All visits"}),
        ),
    ]
}

/// The end of the site and its key.
pub(super) async fn close(owner: &Caller<'_>, site: &str) {
    let keys = format!("/sites/{site}/keys");
    let listed = owner.get(&keys).await.expect(200);
    for path in [
        format!("{keys}/{}", id(&listed["items"][0])),
        format!("/sites/{site}"),
    ] {
        let gone = owner.delete(&path).await;
        assert_eq!(gone.status, 204, "{path}: {}", gone.text());
    }
}
