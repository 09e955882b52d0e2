//! What happens on that day.

use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::base::Clock;

use super::{Caller, Day, id, secret, sites};
use crate::support::process::{Served, Session, until};

/// What lies in the appliance when the looking around begins.
pub(super) struct Things {
    user: String,
    dataset: String,
    import: String,
    export: String,
    connection: String,
    sync: String,
    site: String,
    /// A two-way sync, with a conflict about the record K4.
    both: String,
    run: String,
    plan: String,
}

impl Day {
    /// Lives it from the first start to the stop.
    pub(super) async fn live(&mut self) {
        let server = self.home.serve().await;
        let owner = self.begin(&server).await;
        let user = self.people(&server, &owner).await;
        self.programs(&server, &owner).await;
        self.refusals(&server, &owner).await;
        let mut things = Things {
            user,
            ..records(&owner).await
        };
        share(&owner, &things).await;
        self.provider(&owner, &mut things).await;
        self.oauth(&owner).await;
        self.zapier(&owner, &things.dataset).await;
        self.inlets(&server, &owner, &things.dataset).await;
        self.hooks(&owner, &things.dataset).await;
        things.site = self.site(&server, &owner).await;
        self.feeds(&owner, &things.site).await;
        self.hear_from_notion(&server, &owner).await;
        look_around(&owner, &things).await;
        sites::close(&owner, &things.site).await;
        self.watch(&server, &owner, &things.both).await;
        take_away(&owner, &things).await;
        drop(owner);
        assert!(server.stop().await.success());
    }

    /// The first account: a wrong token, then the right one.
    async fn begin<'a>(&mut self, server: &'a Served) -> Caller<'a> {
        let visitor = self.visitor(server);
        let first = |token: &str| {
            json!({"token": token, "email": "owner@example.org", "name": "Owner",
                   "password": secret("first password")})
        };
        let wrong = first(secret("wrong set-up token"));
        let refused = visitor.post("/setup", wrong).await;
        refused.problem(410, "setup_link_invalid");
        let token = self.home.setup_token();
        let answer = visitor.post("/setup", first(&token)).await;
        answer.expect(201);
        self.note("set-up token", token, &[]);
        let key = std::fs::read_to_string(self.home.data.join("master.key")).unwrap();
        self.note("master key", key.trim(), &["master.key"]);
        self.signed_in(&visitor, &answer)
    }

    /// Accounts and passwords; gives the second account.
    async fn people(&mut self, server: &Served, owner: &Caller<'_>) -> String {
        let visitor = self.visitor(server);
        let ada = json!({"email": "ada@example.org", "name": "Ada", "roles": ["analyst"],
                         "password": secret("member's password")});
        let mut weak = ada.clone();
        weak["password"] = secret("weak password").into();
        owner
            .post("/users", weak)
            .await
            .problem(422, "validation_failed");
        let user = id(&owner.post("/users", ada).await.expect(201));
        let account = format!("/users/{user}");
        for change in [
            json!({"name": "Ada L."}),
            json!({"disabled": true}),
            json!({"disabled": false}),
            json!({"password": secret("reset password")}),
            json!({"roles": ["analyst", "auditor"]}),
        ] {
            owner.patch(&account, change).await.expect(200);
        }
        let answer = visitor
            .sign_in("ada@example.org", secret("reset password"))
            .await;
        answer.expect(200);
        let ada = self.signed_in(&visitor, &answer);
        let new =
            json!({"name": "No", "key_field": "a", "fields": [{"name": "a", "type": "text"}]});
        ada.post("/datasets", new).await.problem(403, "forbidden");
        ada.post("/auth/logout", json!({})).await;
        let ended = owner.delete(&format!("{account}/sessions")).await;
        assert_eq!(ended.status, 204, "{}", ended.text());
        for (current, new, status) in [
            ("wrong password", "next password", 422),
            ("first password", "weak password", 422),
            ("first password", "next password", 204),
        ] {
            let change = json!({"current": secret(current), "new": secret(new)});
            let answer = owner.call(Method::PUT, "/auth/password", change).await;
            assert_eq!(answer.status, status, "{}", answer.text());
        }
        user
    }

    /// Tokens of programs, and other sessions, made and ended.
    async fn programs(&mut self, server: &Served, owner: &Caller<'_>) {
        let ends_at = Clock::system().now() + jiff::SignedDuration::from_hours(1);
        let new = json!({"name": "Program", "scopes": ["dataset:read"], "expires_at": ends_at});
        let made = owner.post("/tokens", new).await.expect(201);
        let token = made["secret"].as_str().unwrap();
        self.note("program's token", token, &["POST /tokens"]);
        let program = owner.with(Session::Bearer(token.to_owned()));
        program.get("/datasets").await.expect(200);
        owner.get("/tokens").await.expect(200);
        let path = format!("/tokens/{}", id(&made["token"]));
        assert_eq!(owner.delete(&path).await.status, 204);
        program.get("/datasets").await.problem(401, "not_signed_in");
        let wrong = Session::Bearer(secret("wrong program's token").to_owned());
        let wrong = owner.with(wrong).get("/datasets").await;
        wrong.problem(401, "not_signed_in");
        let visitor = self.visitor(server);
        let answer = visitor
            .sign_in("owner@example.org", secret("next password"))
            .await;
        self.signed_in(&visitor, &answer);
        let credentials =
            json!({"email": "owner@example.org", "password": secret("next password")});
        let first = visitor.post("/auth/token", credentials).await.expect(200);
        self.granted(&first, "POST /auth/token");
        let used = json!({"refresh_token": first["refresh_token"]});
        let next = visitor.post("/auth/token/refresh", used.clone()).await;
        self.granted(&next.expect(200), "POST /auth/token/refresh");
        let again = visitor.post("/auth/token/refresh", used).await;
        again.problem(401, "refresh_refused");
        let others = owner.delete("/auth/sessions").await;
        assert!(others.status.is_success(), "{}", others.text());
    }

    /// Takes note of the tokens that a program was given.
    fn granted(&mut self, grant: &Value, place: &'static str) {
        for name in ["access_token", "refresh_token"] {
            let token = grant[name].as_str().unwrap();
            self.note("program's grant", token, &[place]);
        }
    }

    /// Whatever is refused at the door.
    async fn refusals(&mut self, server: &Served, owner: &Caller<'_>) {
        let visitor = self.visitor(server);
        for _ in 0..6 {
            let refused = visitor.sign_in("ada@example.org", secret("wrong password"));
            refused.await.problem(401, "sign_in_failed");
        }
        let nobody = visitor.sign_in("nobody@example.org", secret("wrong password"));
        nobody.await.problem(401, "sign_in_failed");
        let stale = Session::new(secret("wrong session"), secret("wrong CSRF token"));
        let stale = visitor.with(stale).get("/datasets").await;
        stale.problem(401, "not_signed_in");
        let forged = Session::new(owner.session.token(), secret("wrong CSRF token"));
        let forged = owner.with(forged).post("/datasets", json!({})).await;
        forged.problem(403, "csrf_failed");
        let broken = format!("{{\"password\": {:?}", secret("wrong password"));
        for path in ["/api/v1/auth/login", "/api/v1/users", "/api/v1/connections"] {
            let broken = broken.clone().into_bytes();
            let answer = owner
                .send(Method::POST, path, "application/json", broken)
                .await;
            answer.problem(400, "bad_json");
        }
        // What stands at the wrong place is a secret all the same.
        let misplaced = json!({"email": "x@example.org", "pasword": secret("wrong password")});
        owner.post("/users", misplaced).await;
    }

    /// A connection, a sync, and runs that end well and badly.
    async fn provider(&self, owner: &Caller<'_>, things: &mut Things) {
        let mut new = json!({"provider": "airtable", "name": "Sandbox", "endpoint": "sandbox",
                             "token": secret("refused token")});
        owner.post("/connections", new.clone()).await;
        new["token"] = secret("vendor's token").into();
        things.connection = id(&owner.post("/connections", new).await.expect(201));
        let connection = format!("/connections/{}", things.connection);
        owner.get("/connections").await.expect(200);
        owner
            .patch(&connection, json!({"name": "Played"}))
            .await
            .expect(200);
        let path = format!("{connection}/test");
        owner.post(&path, json!({})).await.expect(200);
        let path = format!("{connection}/diagnosis");
        owner.post(&path, json!({})).await.expect(200);
        let mut sync = json!({"dataset_id": things.dataset, "connection_id": things.connection,
                              "base_id": "appSandboxDemo001", "table_id": "tblAirportsDemo01"});
        let proposal = owner
            .post("/syncs/proposal", sync.clone())
            .await
            .expect(200);
        let pairs = proposal["mapping"].as_array().unwrap().iter();
        sync["mapping"] = pairs
            .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
            .collect();
        sync["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
        sync["name"] = "Airports".into();
        let wish = sync.clone();
        things.sync = id(&owner.post("/syncs", sync).await.expect(201));
        let path = format!("/syncs/{}", things.sync);
        owner
            .patch(&path, json!({"name": "Fields"}))
            .await
            .expect(200);
        // A leap day comes seldom: no run of the schedule is in the way of the others.
        let schedule = json!({"every": "cron", "cron": "0 0 29 2 *", "zone": "UTC"});
        let path = format!("{path}/schedule");
        owner.call(Method::PUT, &path, schedule).await.expect(200);
        things.run = run(owner, &things.sync, "done").await;
        self.jobs(owner, &things.sync, &things.run).await;
        things.plan = self.plans(owner, &things.sync).await;
        let other = json!({"token": secret("replaced token")});
        let path = format!("{connection}/credential");
        owner.call(Method::PUT, &path, other).await.expect(200);
        self.vendor.refuse_tokens().await;
        run(owner, &things.sync, "failed").await;
        self.vendor.heal().await;
        let path = format!("/syncs/{}", things.sync);
        let fails = async || owner.get(&path).await.expect(200)["failing"].is_object();
        until("it fails", async || fails().await.then_some(())).await;
        run(owner, &things.sync, "done").await;
        until("it fails no more", async || (!fails().await).then_some(())).await;
        things.both = conflict(owner, &things.dataset, wish).await;
    }
}

/// A dataset with records in it, of which some were changed, imported and exported.
async fn records(owner: &Caller<'_>) -> Things {
    let fields = ["iata", "name", "city", "state", "country"];
    let fields: Vec<Value> = fields
        .into_iter()
        .map(|name| json!({"name": name, "type": "text"}))
        .collect();
    let new = json!({"name": "Airports", "key_field": "iata", "fields": fields});
    let dataset = id(&owner.post("/datasets", new).await.expect(201));
    let path = format!("/datasets/{dataset}");
    owner
        .patch(&path, json!({"name": "Fields"}))
        .await
        .expect(200);
    for name in ["First", "Second"] {
        let record = format!("{path}/records/K1");
        let fields = json!({"iata": "K1", "name": name});
        owner.call(Method::PUT, &record, fields).await.expect(200);
    }
    owner.delete(&format!("{path}/records/K1")).await;
    let batch = json!({"operations": [{"op": "put", "key": "K4", "fields": {"name": "Third"}}]});
    owner
        .post(&format!("{path}/batch"), batch)
        .await
        .expect(200);
    let keys = json!({"keys": ["K4", "K5"]});
    owner
        .post(&format!("{path}/lookup"), keys)
        .await
        .expect(200);
    let picked = json!({"add": ["K4", "K5"]});
    owner
        .patch(&format!("{path}/selection"), picked)
        .await
        .expect(200);
    let csv = b"iata,name,city,state,country\nK2,A,B,C,D\nK3,A,B,C,D\n".to_vec();
    let imports = format!("/api/v1{path}/imports?format=csv&file_name=fields.csv");
    let import = owner.send(Method::POST, &imports, "text/csv", csv).await;
    let import = id(&import.expect(200));
    let refused = owner.send(
        Method::POST,
        &imports,
        "text/csv",
        b"no,key\n1,2\n".to_vec(),
    );
    refused.await.problem(422, "import_refused");
    let made = made(owner, &path).await;
    let export = format!("{path}/export?format=csv");
    assert_eq!(owner.get(&export).await.status, 200);
    Things {
        user: String::new(),
        dataset,
        import,
        export: made,
        connection: String::new(),
        sync: String::new(),
        site: String::new(),
        both: String::new(),
        run: String::new(),
        plan: String::new(),
    }
}

/// A file with the dataset's records, made in the background.
async fn made(owner: &Caller<'_>, dataset: &str) -> String {
    let exports = format!("{dataset}/exports");
    let asked = owner.post(&exports, json!({"format": "csv"})).await;
    let export = id(&asked.expect(202));
    let path = format!("{exports}/{export}");
    let ended = until("the file is made", async || {
        let export = owner.get(&path).await.expect(200);
        export["finished_at"].is_string().then_some(export)
    });
    assert_eq!(ended.await["state"], "done");
    export
}

/// Shares the dataset with the second user, a little further, and no more.
async fn share(owner: &Caller<'_>, things: &Things) {
    let shares = format!("/datasets/{}/shares", things.dataset);
    let new = json!({"email": "ada@example.org", "level": "view"});
    owner.post(&shares, new).await.expect(201);
    let share = format!("{shares}/{}", things.user);
    let change = json!({"level": "use"});
    owner.patch(&share, change).await.expect(200);
    owner.get(&shares).await.expect(200);
    let ended = owner.delete(&share).await;
    assert_eq!(ended.status, 204, "{}", ended.text());
}

/// Runs a sync to its end, which must be `state`.
async fn run(owner: &Caller<'_>, sync: &str, state: &str) -> String {
    let run = owner.post(&format!("/syncs/{sync}/runs"), json!({})).await;
    let run = id(&run.expect(202));
    let path = format!("/runs/{run}");
    let ended = until("the run has ended", async || {
        let run = owner.get(&path).await.expect(200);
        let ended = ["done", "failed"].iter().any(|end| run["state"] == *end);
        ended.then_some(run)
    });
    let ended = ended.await;
    assert_eq!(ended["state"], state, "{ended}");
    run
}

/// A two-way sync of what another has written there and somebody has changed here since: nobody
/// knows what both agreed on, and somebody says who is right.
async fn conflict(owner: &Caller<'_>, dataset: &str, mut wish: Value) -> String {
    let record = format!("/datasets/{dataset}/records/K4");
    let fields = json!({"iata": "K4", "name": "Fourth"});
    owner.call(Method::PUT, &record, fields).await.expect(200);
    wish["name"] = "Both".into();
    wish["direction"] = "two_way".into();
    wish["wait_seconds"] = 0.into();
    let sync = id(&owner.post("/syncs", wish).await.expect(201));
    run(owner, &sync, "done").await;
    let path = format!("/syncs/{sync}/conflicts");
    let verdict = json!({"side": "local"});
    owner
        .post(&format!("{path}/K4/resolve"), verdict.clone())
        .await
        .expect(200);
    owner
        .post(&format!("{path}/resolve"), verdict)
        .await
        .expect(200);
    sync
}

/// Every `GET` of the API, and the pages beside it.
async fn look_around(owner: &Caller<'_>, things: &Things) {
    let document: Value = owner.get("/openapi.json").await.expect(200);
    for (path, operations) in document["paths"].as_object().unwrap() {
        if operations["get"].is_null() {
            continue;
        }
        if path.starts_with("/hooks/") {
            continue; // none is left: its own part of the day has read it
        }
        // Nor is any of what was kept at the site.
        if ["{segment}", "{report}", "{note}", "{goal}", "{feed}"]
            .iter()
            .any(|kept| path.contains(kept))
        {
            continue;
        }
        let id = match path.split('/').nth(1).unwrap() {
            "datasets" => &things.dataset,
            "connections" => &things.connection,
            "syncs" => &things.sync,
            "users" => &things.user,
            "plans" => &things.plan,
            "sites" => &things.site,
            _ => &things.run,
        };
        // A record that was refused is in no conflict.
        let disputed = path.contains("/conflicts/");
        let (id, key) = if disputed {
            (&things.both, "K4")
        } else {
            (id, "K2")
        };
        let path = path
            .replace("{id}", id)
            .replace("{import}", &things.import)
            .replace("{export}", &things.export)
            .replace("{key}", key)
            .replace("{base}", "appSandboxDemo001");
        let path = match path.as_str() {
            "/calendar" => "/calendar?from=2028-02-01T00:00:00Z&to=2028-03-01T00:00:00Z".into(),
            _ => path,
        };
        let answer = owner.get(&path).await;
        // Exports are used up, and need their format.
        let known = path.ends_with("/export") || answer.status == 200;
        assert!(known, "{path}: {}", answer.text());
    }
    let verifying = owner.post("/audit/verify", json!({})).await;
    verifying.expect(202);
    let verified = until("the book was verified", async || {
        let chain = owner.get("/audit/chain").await.expect(200);
        chain["verdict"]["outcome"].as_str().map(str::to_owned)
    });
    assert_eq!(verified.await, "intact");
    let beside = [
        "/",
        "/healthz/live",
        "/healthz/ready",
        "/errors",
        "/handbook/security",
        "/no/such",
    ];
    for path in beside {
        owner.send(Method::GET, path, "", Vec::new()).await;
    }
}

/// Deletes what can be deleted, the last things first.
async fn take_away(owner: &Caller<'_>, things: &Things) {
    for path in [
        format!("/syncs/{}/schedule", things.sync),
        format!("/syncs/{}", things.sync),
        format!("/syncs/{}", things.both),
        format!("/connections/{}", things.connection),
        format!("/datasets/{}/exports/{}", things.dataset, things.export),
        format!("/datasets/{}", things.dataset),
    ] {
        let gone = owner.delete(&path).await;
        assert!(gone.status.is_success(), "{path}: {}", gone.text());
    }
    owner.post("/auth/logout", json!({})).await;
}
