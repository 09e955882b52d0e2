//! Who may do what: every operation of the API document, for every kind of caller.

use std::collections::{BTreeMap, BTreeSet};

use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::auth::Role;
use weighbridge::config::Rate;
use weighbridge::http;

use crate::support::{Answer, Client, NOON, PASSWORD, TestServer};

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Everybody.
    Open,
    /// Whoever has signed in, and no token.
    SignedIn,
    /// Whoever sits at the machine.
    Machine,
    /// Whoever has the permission by one of their roles.
    Needs(&'static str),
}

use Access::{Machine, Needs, Open, SignedIn};

fn schedule() -> Value {
    json!({"every": "day", "at": "06:30", "zone": "Europe/Berlin"})
}

/// Every operation with who may call it, its query and a body that is well formed. A new operation
/// needs a row, or the first test fails.
fn rows() -> Vec<(&'static str, Access, &'static str, Value)> {
    let none = || Value::Null;
    let account = json!({
        "email": "new@example.org", "name": "New", "roles": ["analyst"], "password": PASSWORD,
    });
    let first = json!({
        "token": "x", "email": "new@example.org", "name": "New", "password": PASSWORD,
    });
    let (read, write) = (Needs("dataset:read"), Needs("dataset:write"));
    let share = Needs("dataset:share");
    let select = Needs("dataset:select");
    let connect = Needs("connection:write");
    vec![
        ("getSetup", Open, "", none()),
        ("completeSetup", Open, "", first),
        ("makeSetupLink", Machine, "", none()),
        (
            "signIn",
            Open,
            "",
            json!({"email": "nobody@example.org", "password": PASSWORD}),
        ),
        (
            "signInProgram",
            Open,
            "",
            json!({"email": "nobody@example.org", "password": PASSWORD}),
        ),
        ("refreshToken", Open, "", json!({"refresh_token": "x"})),
        (
            "revokeRefreshToken",
            Open,
            "",
            json!({"refresh_token": "x"}),
        ),
        ("signOut", SignedIn, "", none()),
        ("getSession", SignedIn, "", none()),
        (
            "changePassword",
            SignedIn,
            "",
            json!({"current": "x", "new": "y"}),
        ),
        ("listSessions", SignedIn, "", none()),
        ("revokeOtherSessions", SignedIn, "", none()),
        ("revokeSession", SignedIn, "", none()),
        ("listTokens", SignedIn, "", none()),
        ("createToken", SignedIn, "", token()),
        ("revokeToken", SignedIn, "", none()),
        ("listUsers", Needs("user:manage"), "", none()),
        ("endUserSessions", Needs("user:manage"), "", none()),
        ("createUser", Needs("user:manage"), "", account),
        ("getUser", Needs("user:manage"), "", none()),
        ("updateUser", Needs("user:manage"), "", json!({})),
        ("getSystem", Needs("system:read"), "", none()),
        ("listRateLimits", Needs("system:read"), "", none()),
        ("getMetrics", Needs("system:read"), "", none()),
        ("listAuditEvents", Needs("audit:read"), "", none()),
        ("getAuditCheckpoint", Needs("audit:read"), "", none()),
        ("getAuditChain", Needs("audit:read"), "", none()),
        ("verifyAuditLog", Needs("audit:read"), "", none()),
        ("listDatasets", read, "", none()),
        ("createDataset", write, "", dataset()),
        ("previewFile", write, "?format=csv", "a,b\n1,2\n".into()),
        ("getDataset", read, "", none()),
        ("updateDataset", write, "", json!({"name": "Other"})),
        ("deleteDataset", write, "", none()),
        ("listDatasetDependents", read, "", none()),
        ("listDatasetShares", share, "", none()),
        (
            "shareDataset",
            share,
            "",
            json!({"email": "nobody@example.org", "level": "view"}),
        ),
        ("updateDatasetShare", share, "", json!({"level": "use"})),
        ("withdrawDatasetShare", share, "", none()),
        ("leaveDataset", read, "", none()),
        ("listRecords", read, "", none()),
        ("getRecord", read, "", none()),
        ("putRecord", write, "", json!({"code": "x"})),
        ("updateRecord", write, "", json!({})),
        ("deleteRecord", write, "", none()),
        ("changeRecords", write, "", batch()),
        ("lookUpRecords", read, "", json!({"keys": ["x"]})),
        ("getSelection", read, "", none()),
        ("listSelectedKeys", read, "", none()),
        ("listSelectedRecords", read, "", none()),
        ("lookUpSelection", read, "", json!({"keys": ["x"]})),
        ("changeSelection", select, "", json!({"add": ["x"]})),
        ("replaceSelection", select, "", json!({"keys": ["x"]})),
        ("selectMatching", select, "", json!({})),
        ("clearSelection", select, "", none()),
        ("exportSelection", read, "?format=csv", none()),
        ("exportRecords", read, "?format=csv", none()),
        ("importFile", write, "?format=csv", "code\n1\n".into()),
        ("listImports", read, "", none()),
        ("getImport", read, "", none()),
        ("cancelImport", write, "", none()),
        ("startExport", read, "", json!({"format": "csv"})),
        ("listExports", read, "", none()),
        ("getExport", read, "", none()),
        ("getExportContent", read, "", none()),
        ("cancelExport", read, "", none()),
        ("deleteExport", read, "", none()),
        ("listImportProblems", read, "", none()),
        ("listConnections", Needs("connection:read"), "", none()),
        ("listHealth", Needs("connection:read"), "", none()),
        ("createConnection", connect, "", connection()),
        ("getConnection", Needs("connection:read"), "", none()),
        ("updateConnection", connect, "", json!({"name": "Other"})),
        ("deleteConnection", connect, "", none()),
        (
            "listConnectionDependents",
            Needs("connection:read"),
            "",
            none(),
        ),
        (
            "replaceConnectionCredential",
            connect,
            "",
            json!({"token": TOKEN}),
        ),
        (
            "listAuthorizationOffers",
            Needs("connection:read"),
            "",
            none(),
        ),
        (
            "beginAuthorization",
            connect,
            "",
            json!({"connection_id": NOBODYS}),
        ),
        (
            "completeAuthorization",
            connect,
            "",
            json!({"state": "x", "code": "y"}),
        ),
        ("testConnection", connect, "", none()),
        ("diagnoseConnection", connect, "", none()),
        (
            "getConnectionSubscription",
            Needs("connection:read"),
            "",
            none(),
        ),
        ("drawConnectionSubscription", connect, "", none()),
        ("showSubscriptionToken", connect, "", none()),
        ("endConnectionSubscription", connect, "", none()),
        ("listBases", Needs("connection:read"), "", none()),
        ("listTables", Needs("connection:read"), "", none()),
        ("listSyncs", Needs("sync:read"), "", none()),
        ("previewSchedule", Needs("sync:read"), "", schedule()),
        ("getSchedule", Needs("sync:read"), "", none()),
        ("setSchedule", Needs("sync:run"), "", schedule()),
        ("removeSchedule", Needs("sync:run"), "", none()),
        ("createSync", Needs("sync:write"), "", sync()),
        ("proposeMapping", Needs("sync:write"), "", target()),
        ("previewPull", Needs("sync:write"), "", pull()),
        ("getSync", Needs("sync:read"), "", none()),
        (
            "updateSync",
            Needs("sync:write"),
            "",
            json!({"name": "Other"}),
        ),
        ("acceptDrift", Needs("sync:write"), "", none()),
        ("deleteSync", Needs("sync:write"), "", none()),
        ("listJobs", read, "", none()),
        ("getJob", read, "", none()),
        ("startRun", Needs("sync:run"), "", none()),
        ("listRuns", Needs("sync:read"), "", none()),
        ("getCalendar", Needs("sync:read"), MARCH, none()),
        ("getRun", Needs("sync:read"), "", none()),
        ("listRunOutcomes", Needs("sync:read"), "", none()),
        ("followRun", Needs("sync:read"), "", none()),
        ("startPlan", Needs("sync:run"), "", json!({})),
        ("listPlans", Needs("sync:read"), "", none()),
        ("getPlan", Needs("sync:read"), "", none()),
        ("listPlannedChanges", Needs("sync:read"), "", none()),
        ("approvePlan", Needs("sync:run"), "", none()),
        ("cancelRun", Needs("sync:run"), "", none()),
        ("retryRun", Needs("sync:run"), "", none()),
        ("undoRun", Needs("sync:run"), "", none()),
        ("listDeadLetters", Needs("sync:read"), "", none()),
        ("listQuarantine", Needs("sync:read"), "", none()),
        ("discardDeadLetters", Needs("sync:run"), "", none()),
        ("discardDeadLetter", Needs("sync:run"), "", none()),
        ("listConflicts", Needs("sync:read"), "", none()),
        ("getConflict", Needs("sync:read"), "", none()),
        (
            "resolveConflict",
            Needs("sync:write"),
            "",
            json!({"side": "local"}),
        ),
        (
            "resolveConflicts",
            Needs("sync:write"),
            "",
            json!({"side": "local"}),
        ),
        ("resendDelivery", Needs("sync:run"), "", none()),
        ("listInlets", Needs("dataset:read"), "", none()),
        ("createInlet", Needs("dataset:share"), "", inlet()),
        ("rotateInlet", Needs("dataset:share"), "", none()),
        ("revokeInlet", Needs("dataset:share"), "", none()),
        ("listHooks", Needs("dataset:read"), "", none()),
        ("subscribeHook", Needs("dataset:share"), "", hook()),
        ("unsubscribeHook", Needs("dataset:share"), "", none()),
        ("listHookDeadLetters", Needs("dataset:read"), "", none()),
        ("discardHookDeadLetters", Needs("dataset:share"), "", none()),
        ("discardHookDeadLetter", Needs("dataset:share"), "", none()),
        ("resendHookDeadLetter", Needs("dataset:share"), "", none()),
        ("listSites", Needs("site:read"), "", none()),
        ("createSite", Needs("site:write"), "", site()),
        ("getSite", Needs("site:read"), "", none()),
        (
            "updateSite",
            Needs("site:write"),
            "",
            json!({"name": "Other"}),
        ),
        ("deleteSite", Needs("site:write"), "", none()),
        ("listWriteKeys", Needs("site:read"), "", none()),
        ("createWriteKey", Needs("site:write"), "", write_key()),
        ("deleteWriteKey", Needs("site:write"), "", none()),
        ("getSiteOverview", Needs("analytics:read"), "", none()),
        ("getSiteRealTime", Needs("analytics:read"), "", none()),
        ("queryReport", Needs("analytics:read"), "", report()),
        ("queryReports", Needs("analytics:read"), "", reports()),
        ("queryFunnel", Needs("analytics:read"), "", funnel()),
        ("exportReport", Needs("analytics:read"), "", taken_away()),
        (
            "exportEvents",
            Needs("analytics:read"),
            "?format=csv",
            none(),
        ),
        ("listSegments", Needs("analytics:read"), "", none()),
        ("createSegment", Needs("site:write"), "", segment()),
        ("getSegment", Needs("analytics:read"), "", none()),
        ("updateSegment", Needs("site:write"), "", json!({})),
        ("deleteSegment", Needs("site:write"), "", none()),
        ("listGoals", Needs("analytics:read"), "", none()),
        ("createGoal", Needs("site:write"), "", goal()),
        ("getGoal", Needs("analytics:read"), "", none()),
        ("updateGoal", Needs("site:write"), "", json!({})),
        ("deleteGoal", Needs("site:write"), "", none()),
        ("getGoalFigures", Needs("analytics:read"), "", none()),
        ("listSiteLinks", Needs("analytics:read"), "", none()),
        (
            "createSiteLink",
            Needs("site:write"),
            "",
            json!({"name": "Board"}),
        ),
        ("revokeSiteLink", Needs("site:write"), "", none()),
        ("openSharedOverview", Open, "", json!({"link": "wbl_none"})),
        ("listSavedReports", Needs("analytics:read"), "", none()),
        ("createSavedReport", Needs("site:write"), "", saved()),
        ("getSavedReport", Needs("analytics:read"), "", none()),
        ("updateSavedReport", Needs("site:write"), "", json!({})),
        ("deleteSavedReport", Needs("site:write"), "", none()),
        ("answerSavedReport", Needs("analytics:read"), "", none()),
        ("listSiteNotes", Needs("analytics:read"), "", none()),
        ("createSiteNote", Needs("site:write"), "", note()),
        ("getSiteNote", Needs("analytics:read"), "", none()),
        ("updateSiteNote", Needs("site:write"), "", json!({})),
        ("deleteSiteNote", Needs("site:write"), "", none()),
        ("listSiteFeeds", Needs("analytics:read"), "", none()),
        ("createSiteFeed", Needs("site:write"), "", feed()),
        ("getSiteFeed", Needs("analytics:read"), "", none()),
        (
            "updateSiteFeed",
            Needs("site:write"),
            "",
            json!({"paused": true}),
        ),
        ("fetchSiteFeed", Needs("site:write"), "", none()),
        ("deleteSiteFeed", Needs("site:write"), "", none()),
        ("getSiteCosts", Needs("analytics:read"), "", none()),
        (
            "queryAttribution",
            Needs("analytics:read"),
            "",
            attribution(),
        ),
        ("queryCohorts", Needs("analytics:read"), "", json!({})),
        ("queryJourneys", Needs("analytics:read"), "", json!({})),
        ("rebuildSite", Needs("site:write"), "", none()),
        ("findVisitor", Needs("site:write"), "", visitor()),
        ("eraseVisitor", Needs("site:write"), "", visitor()),
        ("listSiteShares", Needs("site:share"), "", none()),
        ("shareSite", Needs("site:share"), "", site_share()),
        (
            "updateSiteShare",
            Needs("site:share"),
            "",
            json!({"level": "view"}),
        ),
        ("withdrawSiteShare", Needs("site:share"), "", none()),
        ("leaveSite", Needs("site:read"), "", none()),
        (
            "importEvents",
            Needs("site:write"),
            "?format=csv",
            "name\n".into(),
        ),
        ("sendEvents", Open, "", json!({"name": "click"})),
    ]
}

/// A span of time.
const MARCH: &str = "?from=2027-03-01T00:00:00Z&to=2027-04-01T00:00:00Z";

/// One whose date has come: it is refused as such where the caller may make one.
fn token() -> Value {
    json!({"name": "x", "scopes": ["system:read"], "expires_at": "2020-01-01T00:00:00Z"})
}

/// For a dataset that is not there.
fn inlet() -> Value {
    json!({"name": "x", "dataset_id": "0199a3c4-7b10-7000-8000-0123456789ab"})
}

/// For a dataset that is not there.
fn hook() -> Value {
    json!({"dataset_id": "0199a3c4-7b10-7000-8000-0123456789ab", "event": "created",
           "url": "https://hooks.zapier.com/hooks/standard/1/a/"})
}

fn site() -> Value {
    json!({
        "name": "Shop", "domain": "shop.example", "currency": "EUR", "time_zone": "Europe/Berlin",
    })
}

fn visitor() -> Value {
    json!({"visitor": "ada"})
}

fn feed() -> Value {
    json!({"connection_id": NOBODYS, "account_id": "act_1"})
}

fn site_share() -> Value {
    json!({"email": "colleague@example.org", "level": "view"})
}

fn report() -> Value {
    json!({"metrics": ["visits"]})
}

fn reports() -> Value {
    json!({"reports": [{"name": "visits", "query": report()}]})
}

fn taken_away() -> Value {
    json!({"format": "csv", "report": report()})
}

fn segment() -> Value {
    let filter = json!({"dimension": "device", "operator": "is", "values": ["mobile"]});
    json!({"name": "Phones", "filters": [filter]})
}

fn goal() -> Value {
    json!({"name": "Signed up", "condition": {"event": "sign_up"}})
}

fn saved() -> Value {
    json!({"name": "Sources", "query": report()})
}

fn note() -> Value {
    json!({"text": "Autumn sale", "from": "2026-11-27"})
}

fn funnel() -> Value {
    let step = |page: &str| {
        let filters = json!([{"dimension": "page", "operator": "is", "values": [page]}]);
        json!({"name": page, "filters": filters})
    };
    json!({"steps": [step("/"), step("/thanks")]})
}

fn attribution() -> Value {
    json!({"dimension": "channel"})
}

fn write_key() -> Value {
    json!({"name": "Till", "kind": "secret"})
}

fn dataset() -> Value {
    json!({
        "name": "Airports", "key_field": "code",
        "fields": [{"name": "code", "type": "text", "required": true, "indexed": false}],
    })
}

fn batch() -> Value {
    json!({"operations": [{"op": "put", "key": "x", "fields": {"code": "x"}}]})
}

const TOKEN: &str = "patNobodys0000000.0123456789abcdef";

fn connection() -> Value {
    json!({"provider": "airtable", "name": "Mine", "token": TOKEN, "endpoint": "vendor"})
}

fn target() -> Value {
    json!({
        "dataset_id": NOBODYS, "connection_id": NOBODYS,
        "base_id": "appNobodys0000000", "table_id": "tblNobodys0000000",
    })
}

fn sync() -> Value {
    let mut sync = target();
    sync["name"] = "Mine".into();
    sync["mapping"] = json!([{"field": "code", "remote_field_id": "fldNobodys0000000"}]);
    sync["remote_key_field_id"] = "fldNobodys0000000".into();
    sync
}

fn pull() -> Value {
    let mut pull = sync();
    pull.as_object_mut().unwrap().remove("name");
    pull
}

/// An operation as the document has it.
pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) method: Method,
    /// With ids that nothing has.
    pub(crate) path: String,
    /// The media type of its body; empty without one.
    pub(crate) kind: String,
    /// The schema of its body.
    pub(crate) body: Option<Value>,
    /// What the document says of who may.
    pub(crate) leave: Option<String>,
}

pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let content = operation["requestBody"]["content"].as_object();
            let kind = content.and_then(|content| content.keys().next());
            let body = content.and_then(|content| content.values().next());
            operations.push(Operation {
                name: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: with_ids(path),
                kind: kind.cloned().unwrap_or_default(),
                body: body.map(|body| body["schema"].clone()),
                leave: operation["x-permission"].as_str().map(str::to_owned),
            });
        }
    }
    operations
}

/// An id that nothing has.
const NOBODYS: &str = "0199a3c4-7b10-7000-8000-0123456789ab";

/// The path with ids that nothing has.
fn with_ids(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix('{') {
        Some(
            "id}" | "import}" | "export}" | "user}" | "segment}" | "report}" | "note}" | "goal}"
            | "feed}" | "link}",
        ) => NOBODYS,
        // A write key; that of a record is any text.
        Some("key}") if path.starts_with("/sites/") => NOBODYS,
        Some(_) => "none",
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn call(client: &Client, operation: &Operation, body: &Value) -> (u16, Value) {
    let body = match body {
        Value::Null => Vec::new(),
        Value::String(file) => file.clone().into_bytes(),
        json => json.to_string().into_bytes(),
    };
    let method = operation.method.clone();
    let answer = client
        .send(method, &operation.path, &operation.kind, body)
        .await;
    (answer.status.as_u16(), answer.json()["code"].clone())
}

/// The table, together with what the document says of each operation.
fn table(server: &TestServer) -> Vec<(Operation, Access, Value)> {
    let mut rows: BTreeMap<_, _> = rows()
        .into_iter()
        .map(|(name, access, query, body)| (name.to_owned(), (access, query, body)))
        .collect();
    operations(&http::document(&server.app))
        .into_iter()
        .map(|mut operation| {
            let row = rows.remove(&operation.name);
            let (access, query, body) =
                row.unwrap_or_else(|| panic!("{} has no row", operation.name));
            operation.path += query;
            (operation, access, body)
        })
        .collect()
}

#[tokio::test]
async fn every_operation_has_a_row_and_every_row_its_operation() {
    let server = TestServer::start().await;
    let document = http::document(&server.app);
    let offered: BTreeSet<_> = operations(&document)
        .into_iter()
        .map(|one| one.name)
        .collect();
    let listed: BTreeSet<_> = rows()
        .into_iter()
        .map(|(name, ..)| name.to_owned())
        .collect();
    assert_eq!(offered, listed);
}

#[tokio::test]
async fn nobody_gets_past_the_door_but_where_it_is_open() {
    let server = patient().await;
    server.sign_up_admin().await;
    for (operation, access, body) in table(&server) {
        let (_, code) = call(&server.anonymous(), &operation, &body).await;
        assert_eq!(
            code != "not_signed_in",
            access == Open,
            "{}: {code}",
            operation.name
        );
    }
}

#[tokio::test]
async fn a_session_that_has_ended_opens_nothing() {
    let server = patient().await;
    let admin = server.sign_up_admin().await;
    admin.post("/auth/logout", Value::Null).await.expect(204);
    for (operation, access, body) in table(&server) {
        let (_, code) = call(&admin, &operation, &body).await;
        assert!(
            code == "not_signed_in" || access == Open,
            "{}: {code}",
            operation.name
        );
    }
}

/// A server where every role can try to sign in with a wrong password, all from one address.
pub(crate) async fn patient() -> TestServer {
    TestServer::with(|config| {
        let plenty = || Rate::parse("10000 / minute").unwrap();
        let limits = &mut config.limits;
        (limits.authentication, limits.api_calls) = (plenty(), plenty());
        (limits.imports, limits.exports) = (plenty(), plenty());
        (limits.sync_starts, limits.open_calls) = (plenty(), plenty());
        limits.analytics = plenty();
    })
    .await
}

#[tokio::test]
async fn the_document_says_of_every_operation_who_may() {
    let server = TestServer::start().await;
    for (operation, access, _) in table(&server) {
        let leave = match access {
            Open => None,
            SignedIn => Some("person"),
            Machine => Some("machine"),
            Needs(permission) => Some(permission),
        };
        assert_eq!(operation.leave.as_deref(), leave, "{}", operation.name);
    }
}

/// Requests that no handler could make sense of: a path, a query, a body and a content type that
/// are none of the operation's.
fn nonsense(operation: &Operation) -> Vec<(String, String, Vec<u8>)> {
    let bare = operation.path.split('?').next().unwrap().to_owned();
    let malformed = bare.replace(NOBODYS, "no-id");
    let query = format!("{bare}?limit=no&limit=no&nonsense=yes");
    let kind = || operation.kind.clone();
    vec![
        (malformed, kind(), b"{".to_vec()),
        (query, kind(), b"{\"nonsense\":1}".to_vec()),
        (bare.clone(), kind(), b"[[[".to_vec()),
        (bare, "text/x-nonsense".to_owned(), b"nonsense".to_vec()),
    ]
}

/// What is answered to each nonsense, with a key for the request besides.
async fn make_nonsense(client: &Client, operation: &Operation) -> Vec<Value> {
    let client = client.clone().with("idempotency-key", "nonsense");
    let mut codes = Vec::new();
    for (path, kind, body) in nonsense(operation) {
        let method = operation.method.clone();
        let answer = client.send(method, &path, &kind, body).await;
        codes.push(answer.json()["code"].clone());
    }
    codes
}

#[tokio::test]
async fn who_may_not_is_told_so_before_anything_of_the_request_is_read() {
    let server = patient().await;
    server.sign_up_admin().await;
    for role in [Role::Admin, Role::Member, Role::Analyst, Role::Auditor] {
        let email = format!("{role}-alone@example.org");
        server.sign_up(&email, &[role.name()]).await;
        let person = server.sign_in(&email).await;
        let program = program(&server, &email, role).await;
        let permissions: Vec<_> = role.permissions().iter().map(|one| one.name()).collect();
        for (operation, access, _) in table(&server) {
            let (people, programs) = match access {
                Open => continue,
                SignedIn => (true, false),
                Machine => (false, false),
                Needs(permission) => {
                    let may = permissions.contains(&permission);
                    (may, may)
                }
            };
            for (client, may) in [(&person, people), (&program, programs)] {
                if may {
                    continue;
                }
                let told = make_nonsense(client, &operation).await;
                let only = told.iter().all(|code| code == "forbidden");
                assert!(only, "{role} {}: {told:?}", operation.name);
            }
        }
    }
}

#[tokio::test]
async fn a_stranger_is_told_so_before_anything_of_the_request_is_read() {
    let server = patient().await;
    server.sign_up_admin().await;
    for (operation, access, _) in table(&server) {
        if access == Open {
            continue;
        }
        let told = make_nonsense(&server.anonymous(), &operation).await;
        let only = told.iter().all(|code| code == "not_signed_in");
        assert!(only, "{}: {told:?}", operation.name);
    }
}

#[tokio::test]
async fn a_query_that_nobody_would_read_is_refused_and_named() {
    let server = patient().await;
    server.sign_up_admin().await;
    let everything = server
        .sign_up("all@example.org", &["admin", "member"])
        .await;
    for (operation, access, body) in table(&server) {
        let mut told = Vec::new();
        for extra in ["surprise=1", "surprise"] {
            let client = match access {
                Machine => server.operator(),
                _ => everything.clone(),
            };
            let joint = if operation.path.contains('?') {
                '&'
            } else {
                '?'
            };
            let path = format!("{}{joint}{extra}", operation.path);
            let bytes = match &body {
                Value::Null => Vec::new(),
                Value::String(file) => file.clone().into_bytes(),
                json => json.to_string().into_bytes(),
            };
            let method = operation.method.clone();
            let answer = client.send(method, &path, &operation.kind, bytes).await;
            told.push((answer.json()["code"].clone(), answer.text()));
        }
        for (code, text) in told {
            assert_eq!(code, "bad_query", "{}: {text}", operation.name);
            assert!(text.contains("surprise"), "{}: {text}", operation.name);
        }
    }
    let twice = everything.get("/datasets?limit=1&limit=2").await;
    let problem = twice.problem(400, "bad_query");
    assert_eq!(problem["detail"], "\"limit\" is given twice.");
}

#[tokio::test]
async fn each_role_may_do_what_its_permissions_say_and_nothing_else() {
    let server = patient().await;
    server.sign_up_admin().await;
    for role in [Role::Admin, Role::Member, Role::Analyst, Role::Auditor] {
        let email = format!("{role}-alone@example.org");
        server.sign_up(&email, &[role.name()]).await;
        let permissions: Vec<_> = role.permissions().iter().map(|one| one.name()).collect();
        for (operation, access, body) in table(&server) {
            let client = server.sign_in(&email).await;
            let (status, code) = call(&client, &operation, &body).await;
            let may = match access {
                Open | SignedIn => true,
                Machine => false,
                Needs(permission) => permissions.contains(&permission),
            };
            assert_eq!(
                code != "forbidden",
                may,
                "{role} {}: {status} {code}",
                operation.name
            );
        }
    }
}

/// A program of `email` with a token that allows all that its owner may do.
async fn program(server: &TestServer, email: &str, role: Role) -> Client {
    let scopes: Vec<_> = role.permissions().iter().map(|one| one.name()).collect();
    let expires_at = NOON + jiff::SignedDuration::from_hours(24);
    let body = json!({"name": "x", "scopes": scopes, "expires_at": expires_at.to_string()});
    let owner = server.sign_in(email).await;
    let made = owner.post("/tokens", body).await.expect(201);
    let header = format!("Bearer {}", made["secret"].as_str().unwrap());
    server.anonymous().with("authorization", &header)
}

#[tokio::test]
async fn each_roles_tokens_may_do_what_it_may_but_nothing_that_needs_a_person() {
    let server = patient().await;
    server.sign_up_admin().await;
    for role in [Role::Admin, Role::Member, Role::Analyst, Role::Auditor] {
        let email = format!("{role}-alone@example.org");
        server.sign_up(&email, &[role.name()]).await;
        let client = program(&server, &email, role).await;
        let permissions: Vec<_> = role.permissions().iter().map(|one| one.name()).collect();
        for (operation, access, body) in table(&server) {
            let (status, code) = call(&client, &operation, &body).await;
            let may = match access {
                Open => true,
                SignedIn | Machine => false,
                Needs(permission) => permissions.contains(&permission),
            };
            assert_eq!(
                code != "forbidden",
                may,
                "{role} {}: {status} {code}",
                operation.name
            );
        }
    }
}

/// A copy of a text that differs in its last character.
fn altered(text: &str) -> String {
    let last = text.chars().next_back().unwrap();
    let other = if last == 'A' { 'B' } else { 'A' };
    format!("{}{other}", &text[..text.len() - last.len_utf8()])
}

/// Callers with credentials that are no good: each with what is wrong with it.
async fn impostors(server: &TestServer) -> Vec<(&'static str, Client)> {
    server
        .sign_up("ada@example.org", &["admin", "member"])
        .await;
    let credentials = json!({"email": "ada@example.org", "password": PASSWORD});
    let granted = server.anonymous().post("/auth/token", credentials).await;
    let granted = granted.expect(200);
    let jwt = granted["access_token"].as_str().unwrap();
    let header = |text: &str| server.anonymous().with("authorization", text);
    let personal = program(server, "ada@example.org", Role::Member).await;
    let revoked = program(server, "ada@example.org", Role::Member).await;
    let owner = server.sign_in("ada@example.org").await;
    let tokens = owner.get("/tokens").await.expect(200);
    let last = tokens["items"].as_array().unwrap().last().unwrap();
    let path = format!("/tokens/{}", last["id"].as_str().unwrap());
    owner.delete(&path).await.expect(204);
    let signed_out = server.sign_in("ada@example.org").await;
    signed_out
        .post("/auth/logout", Value::Null)
        .await
        .expect(204);
    let body = json!({"email": "ada@example.org", "password": PASSWORD});
    let answer = server.anonymous().post("/auth/login", body).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    let wrong = altered(cookie);
    let unsigned = {
        let (head, rest) = jwt.split_once('.').unwrap();
        let body = rest.split('.').next().unwrap();
        assert!(!head.is_empty());
        // {"alg":"none","typ":"JWT"}
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}.")
    };
    let idle = server.sign_in("ada@example.org").await;
    // Past the access token's quarter of an hour, the session's idle end and the token's day.
    server.advance(24 * 60 * 60);
    vec![
        (
            "an access token past its time",
            header(&format!("Bearer {jwt}")),
        ),
        (
            "an access token of another key",
            header(&format!("Bearer {}", altered(jwt))),
        ),
        (
            "an access token that nobody signed",
            header(&format!("Bearer {unsigned}")),
        ),
        ("a token past its day", personal),
        ("a token that was revoked", revoked),
        ("a token that never was", header("Bearer wb_")),
        ("a session that was signed out", signed_out),
        ("a session past its time", idle),
        (
            "a cookie that never was",
            server.anonymous().with("cookie", &wrong),
        ),
    ]
}

#[tokio::test]
async fn a_credential_that_has_ended_or_never_was_opens_nothing() {
    let server = patient().await;
    for (what, client) in impostors(&server).await {
        for (operation, access, body) in table(&server) {
            let (_, code) = call(&client, &operation, &body).await;
            let refused = code == "not_signed_in";
            assert_eq!(
                refused,
                access != Open,
                "{what}, {}: {code}",
                operation.name
            );
        }
    }
}

/// Whose the things are that an operation's path names by their ids. A new kind needs a row.
fn belongs_to_one_user(path: &str) -> bool {
    match path.split('/').nth(1).unwrap() {
        "datasets" | "connections" | "syncs" | "runs" | "plans" | "jobs" | "tokens" | "auth"
        | "inlets" | "hooks" | "sites" => true,
        "users" => false,
        other => panic!("{other} has no row"),
    }
}

/// What a stranger could tell answers apart by: all but the request's own id and what is left of
/// the limits.
fn told(answer: &Answer, ids: &[&str]) -> (u16, Vec<String>, String) {
    let names = answer
        .headers
        .iter()
        .map(|(name, value)| match name.as_str() {
            "x-request-id" | "ratelimit" => name.to_string(),
            _ => format!("{name}: {}", value.to_str().unwrap()),
        });
    let mut names: Vec<_> = names.collect();
    names.sort();
    let mut body = answer.text().replace(answer.header("x-request-id"), "");
    for id in ids {
        body = body.replace(id, "ID");
    }
    (answer.status.as_u16(), names, body)
}

/// Fails unless every operation below `kind` answers `other` for somebody's `id` as it does for one
/// that nothing has. Gives how many there are.
pub(crate) async fn assert_like_unknown(
    server: &TestServer,
    other: &Client,
    (kind, id): (&str, &str),
    child: Option<(&str, &str)>,
) -> usize {
    let unknown = format!("{kind}/{NOBODYS}");
    let mut tried = 0;
    for (operation, access, body) in table(server) {
        assert!(access != Machine || !operation.path.contains(NOBODYS));
        if !operation.path.starts_with(&unknown) {
            continue;
        }
        let bytes = match &body {
            Value::Null => Vec::new(),
            Value::String(file) => file.clone().into_bytes(),
            json => json.to_string().into_bytes(),
        };
        let mut foreign = operation.path.replacen(NOBODYS, id, 1);
        if let Some((place, child)) = child {
            foreign = foreign.replace(&format!("/{place}/{NOBODYS}"), &format!("/{place}/{child}"));
        }
        let (method, kind) = (&operation.method, &operation.kind);
        let send = |path: String| {
            let (other, bytes) = (other.clone(), bytes.clone());
            async move { other.send(method.clone(), &path, kind, bytes).await }
        };
        let ids = [NOBODYS, id, child.map_or(NOBODYS, |(_, child)| child)];
        let somebodys = told(&send(foreign).await, &ids);
        let nobodys = told(&send(operation.path.clone()).await, &ids);
        assert_eq!(somebodys, nobodys, "{}", operation.name);
        assert_eq!(somebodys.0, 404, "{}: {}", operation.name, somebodys.2);
        tried += 1;
    }
    assert!(tried > 0, "nothing is below {kind}");
    tried
}

#[tokio::test]
async fn every_operation_on_a_thing_says_whose_it_is() {
    let server = TestServer::start().await;
    let operations = operations(&http::document(&server.app)).into_iter();
    let on_things = operations.filter(|one| one.path.contains(NOBODYS));
    let (own, everybodys): (Vec<_>, Vec<_>) =
        on_things.partition(|one| belongs_to_one_user(&one.path));
    assert!(own.len() > 40, "{}", own.len());
    // What belongs to no single user is the administrator's.
    for operation in everybodys {
        assert_eq!(
            operation.leave.as_deref(),
            Some("user:manage"),
            "{}",
            operation.name
        );
    }
}

/// Syncs, runs and plans, whose making takes a vendor, are tried where there is one.
#[tokio::test]
async fn what_belongs_to_somebody_else_answers_like_what_does_not_exist() {
    let server = patient().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let made = |answer: Value| answer["id"].as_str().unwrap().to_owned();
    let set = made(owner.post("/datasets", dataset()).await.expect(201));
    let file = b"code\n1\n".to_vec();
    let imports = format!("/datasets/{set}/imports?format=csv");
    let import = owner.send(Method::POST, &imports, "text/csv", file).await;
    let import = made(import.expect(200));
    let tried = assert_like_unknown(
        &server,
        &other,
        ("/datasets", &set),
        Some(("imports", &import)),
    );
    assert!(tried.await > 15);
    let exports = format!("/datasets/{set}/exports");
    let export = owner.post(&exports, json!({"format": "csv"})).await;
    let export = made(export.expect(202));
    let child = Some(("exports", export.as_str()));
    assert_like_unknown(&server, &other, ("/datasets", &set), child).await;
    let connection = made(owner.post("/connections", connection()).await.expect(201));
    assert_like_unknown(&server, &other, ("/connections", &connection), None).await;
    let mut live = token();
    live["expires_at"] = (NOON + jiff::SignedDuration::from_hours(1))
        .to_string()
        .into();
    let token = owner.post("/tokens", live).await.expect(201);
    let token = made(token["token"].clone());
    assert_like_unknown(&server, &other, ("/tokens", &token), None).await;
    let mut opened = inlet();
    opened["dataset_id"] = set.as_str().into();
    let opened = owner.post("/inlets", opened).await.expect(201);
    let opened = made(opened["inlet"].clone());
    assert_like_unknown(&server, &other, ("/inlets", &opened), None).await;
    let mut subscribed = hook();
    subscribed["dataset_id"] = set.as_str().into();
    let subscribed = made(owner.post("/hooks", subscribed).await.expect(201));
    assert_like_unknown(&server, &other, ("/hooks", &subscribed), None).await;
    let marketed = made(owner.post("/sites", site()).await.expect(201));
    let keys = format!("/sites/{marketed}/keys");
    let key = made(owner.post(&keys, write_key()).await.expect(201));
    let child = Some(("keys", key.as_str()));
    assert_like_unknown(&server, &other, ("/sites", &marketed), child).await;
    for (kind, new) in [
        ("segments", segment()),
        ("saved-reports", saved()),
        ("notes", note()),
        ("goals", goal()),
    ] {
        let kept = format!("/sites/{marketed}/{kind}");
        let kept = made(owner.post(&kept, new).await.expect(201));
        let child = Some((kind, kept.as_str()));
        assert_like_unknown(&server, &other, ("/sites", &marketed), child).await;
    }
    let sessions = owner.get("/auth/sessions").await.expect(200);
    let session = made(sessions["items"][0].clone());
    assert_like_unknown(&server, &other, ("/auth/sessions", &session), None).await;

    // All of it is as it was.
    owner.get(&format!("/datasets/{set}")).await.expect(200);
    let list = owner.get("/tokens").await.expect(200);
    assert_eq!(list["items"][0]["state"], "active", "{list}");
    // Nor does naming it in a body tell anything.
    let answers = [("dataset_id", &set), ("connection_id", &connection)].map(|(member, id)| {
        let other = other.clone();
        let mut foreign = target();
        foreign[member] = id.as_str().into();
        async move {
            let nobodys = other.post("/syncs/proposal", target()).await;
            let somebodys = other.post("/syncs/proposal", foreign).await;
            (told(&somebodys, &[id, NOBODYS]), told(&nobodys, &[NOBODYS]))
        }
    });
    for answer in answers {
        let (somebodys, nobodys) = answer.await;
        assert_eq!(somebodys, nobodys);
    }
}

/// How far a shared dataset must be shared for an operation on it. A new one needs a row.
fn reach(operation: &str) -> &'static str {
    match operation {
        "getDataset"
        | "listDatasetDependents"
        | "listRecords"
        | "getRecord"
        | "exportRecords"
        | "startExport"
        | "listExports"
        | "getExport"
        | "getExportContent"
        | "cancelExport"
        | "deleteExport"
        | "lookUpRecords"
        | "getSelection"
        | "listSelectedKeys"
        | "listSelectedRecords"
        | "lookUpSelection"
        | "changeSelection"
        | "replaceSelection"
        | "selectMatching"
        | "clearSelection"
        | "exportSelection"
        | "listImports"
        | "getImport"
        | "listImportProblems"
        | "leaveDataset" => "view",
        "putRecord" | "updateRecord" | "deleteRecord" | "changeRecords" | "importFile"
        | "cancelImport" => "edit",
        "updateDataset"
        | "deleteDataset"
        | "listDatasetShares"
        | "shareDataset"
        | "updateDatasetShare"
        | "withdrawDatasetShare" => "owner",
        other => panic!("{other} has no row"),
    }
}

#[tokio::test]
async fn a_shared_dataset_opens_as_far_as_it_is_shared_and_to_nobody_else() {
    const LEVELS: [&str; 4] = ["view", "use", "edit", "owner"];
    let server = patient().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let unknown = format!("/datasets/{NOBODYS}");
    for (held, level) in LEVELS[..3].iter().enumerate() {
        let made = owner.post("/datasets", dataset()).await.expect(201);
        let path = format!("/datasets/{}", made["id"].as_str().unwrap());
        let share = json!({"email": "other@example.org", "level": level});
        let shared = owner.post(&format!("{path}/shares"), share.clone()).await;
        shared.expect(201);
        for (mut operation, _, body) in table(&server) {
            if !operation.path.starts_with(&unknown) {
                continue;
            }
            let nothing = call(&other, &operation, &body).await;
            assert_eq!(nothing.0, 404, "{}", operation.name);
            operation.path = operation.path.replace(&unknown, &path);
            let (status, code) = call(&other, &operation, &body).await;
            let needed = LEVELS
                .iter()
                .position(|level| *level == reach(&operation.name));
            let (name, held) = (&operation.name, Some(held));
            assert_eq!(
                code == "forbidden",
                held < needed,
                "{name}: {status} {code}"
            );
            if held >= needed && name == "leaveDataset" {
                let again = owner.post(&format!("{path}/shares"), share.clone()).await;
                again.expect(201);
            }
        }
        let mine = owner.get(&path).await.expect(200);
        assert_eq!(mine["access"], "owner");
        owner.delete(&path).await.expect(204);
        other.get(&path).await.problem(404, "not_found");
    }
}

/// The same of a shared site.
fn reach_at_site(operation: &str) -> &'static str {
    match operation {
        "getSite" | "getSiteRealTime" | "listWriteKeys" | "getSiteOverview" | "queryReport"
        | "queryReports" | "queryFunnel" | "exportReport" | "listSegments" | "getSegment"
        | "listGoals" | "getGoal" | "getGoalFigures" | "listSavedReports" | "getSavedReport"
        | "answerSavedReport" | "queryAttribution" | "queryJourneys" | "queryCohorts"
        | "listSiteNotes" | "getSiteNote" | "listSiteFeeds" | "getSiteFeed" | "getSiteCosts"
        | "leaveSite" => "view",
        "updateSite" | "createWriteKey" | "deleteWriteKey" | "importEvents" | "rebuildSite"
        | "listSiteLinks" | "createSiteLink" | "revokeSiteLink" | "findVisitor"
        | "eraseVisitor" | "exportEvents" | "createSegment" | "updateSegment" | "deleteSegment"
        | "createGoal" | "updateGoal" | "deleteGoal" | "createSavedReport"
        | "updateSavedReport" | "deleteSavedReport" | "createSiteNote" | "updateSiteNote"
        | "deleteSiteNote" | "updateSiteFeed" | "fetchSiteFeed" | "deleteSiteFeed" => "edit",
        "createSiteFeed" | "deleteSite" | "listSiteShares" | "shareSite" | "updateSiteShare"
        | "withdrawSiteShare" => "owner",
        other => panic!("{other} has no row"),
    }
}

#[tokio::test]
async fn a_shared_site_opens_as_far_as_it_is_shared_and_to_nobody_else() {
    const LEVELS: [&str; 3] = ["view", "edit", "owner"];
    let server = patient().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let unknown = format!("/sites/{NOBODYS}");
    for (held, level) in LEVELS[..2].iter().enumerate() {
        let made = owner.post("/sites", site()).await.expect(201);
        let path = format!("/sites/{}", made["id"].as_str().unwrap());
        let share = json!({"email": "other@example.org", "level": level});
        let shares = format!("{path}/shares");
        owner.post(&shares, share.clone()).await.expect(201);
        for (mut operation, _, body) in table(&server) {
            if !operation.path.starts_with(&unknown) {
                continue;
            }
            let nothing = call(&other, &operation, &body).await;
            assert_eq!(nothing.0, 404, "{}", operation.name);
            operation.path = operation.path.replace(&unknown, &path);
            let (status, code) = call(&other, &operation, &body).await;
            let name = &operation.name;
            let needed = LEVELS
                .iter()
                .position(|level| *level == reach_at_site(name));
            let held = Some(held);
            assert_eq!(
                code == "forbidden",
                held < needed,
                "{name}: {status} {code}"
            );
            if held >= needed && name == "leaveSite" {
                owner.post(&shares, share.clone()).await.expect(201);
            }
        }
        let mine = owner.get(&path).await.expect(200);
        assert_eq!(mine["access"], "owner");
        owner.delete(&path).await.expect(204);
        other.get(&path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_refusal_is_written_into_the_book() {
    let server = TestServer::start().await;
    let analyst = server.sign_up("ada@example.org", &["analyst"]).await;
    analyst.get("/users").await.problem(403, "forbidden");
    assert_eq!(server.count_in_book("authz_fail"), 1);
}
