//! What the way of a request costs: who calls, how much they may, whether they may, what they ask
//! for, the event, and the read itself; from the request in memory to the answer in memory.

use std::net::{Ipv4Addr, SocketAddr};

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem::{Body, Endpoint as _, EndpointExt as _, Request, Response};
use serde_json::{Value, json};
use weighbridge::app::App;
use weighbridge::base::{Actor, Blocking, Clock, DatasetId, Peer};
use weighbridge::config::{Config, Environment};
use weighbridge::http;

use crate::meter::{Report, cpu_of, each};

const READS: u64 = 100_000;
const RECORDS: u64 = 1_000;
const EMAIL: &str = "bench@example.org";

type Door = BoxEndpoint<'static, Response>;

pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(reads(report));
}

async fn reads(report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let data = folder.path().join("data");
    let variables = [
        ("WEIGHBRIDGE_SERVER__DATA", data.display().to_string()),
        (
            "WEIGHBRIDGE_LIMITS__API_CALLS",
            "10000000 / 1 second".into(),
        ),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let environment = Environment::from_iter(variables);
    let config = Config::load(None, &environment).expect("a good configuration");
    let app = App::open(config.config, Clock::system(), Blocking::Threads);
    let app = app.await.expect("an appliance");
    let door = http::endpoint(&app).boxed();
    let cookie = sign_up(&app, &door).await;
    let dataset = furnish(&door, &cookie).await;

    let path = |number: u64| {
        format!(
            "/api/v1/datasets/{dataset}/records/K{:04}",
            number % RECORDS
        )
    };
    let before = cpu_of("self");
    for number in 0..READS {
        let read = request(Method::GET, &path(number), &cookie, Body::empty());
        let answer = door.get_response(read).await;
        assert!(answer.status().is_success(), "{}", answer.status());
        let body = answer.into_body().into_bytes().await;
        assert!(!body.expect("a body").is_empty());
    }
    // The book writes on a thread of its own, which is waited for.
    app.audit.flush().expect("the book");
    let whole = cpu_of("self").saturating_sub(before);
    report.add(
        "gates: a read of one record from request to answer, in memory, CPU",
        "25 µs",
        each(READS, whole),
    );
}

fn request(method: Method, path: &str, (cookie, csrf): &(String, String), body: Body) -> Request {
    let mut request = Request::builder()
        .method(method)
        .uri_str(path)
        .header("host", "localhost")
        .header("cookie", cookie)
        .header("x-csrf-token", csrf)
        .header("user-agent", "bench")
        .content_type("application/json")
        .body(body);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
    request
        .extensions_mut()
        .insert(Peer::Network { address, tls: true });
    request
}

async fn send(door: &Door, request: Request) -> Response {
    let answer = door.get_response(request).await;
    assert!(answer.status().is_success(), "{}", answer.status());
    answer
}

/// Makes the first account; gives the cookie of its session and the token beside it.
async fn sign_up(app: &App, door: &Door) -> (String, String) {
    let link = app.auth.setup.make_link(&Actor::system()).await;
    let body = json!({
        "token": link.expect("a link").expose(), "email": EMAIL, "name": "Bench",
        "password": "a long word of mouth for a bench",
    });
    let nobody = (String::new(), String::new());
    let body = Body::from(body.to_string());
    let answer = send(door, request(Method::POST, "/api/v1/setup", &nobody, body)).await;
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let session = answer.into_body().into_json::<Value>().await;
    let csrf = session.expect("JSON")["csrf_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    (cookie, csrf)
}

/// A dataset of some records with eight fields.
async fn furnish(door: &Door, session: &(String, String)) -> DatasetId {
    let names = [
        "code", "name", "city", "state", "country", "region", "owner", "note",
    ];
    let fields = names.map(|name| json!({"name": name, "type": "text"}));
    let body = json!({"name": "Read", "key_field": "code", "fields": fields}).to_string();
    let made = request(Method::POST, "/api/v1/datasets", session, body.into());
    let made = send(door, made)
        .await
        .into_body()
        .into_json::<Value>()
        .await;
    let dataset = made.expect("JSON")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let row = |n: u64| format!("K{n:04},Airport {n},Town {n},CA,USA,West,Somebody,none");
    let rows = std::iter::once(names.join(",")).chain((0..RECORDS).map(row));
    let file = rows.collect::<Vec<_>>().join("\n");
    let path = format!("/api/v1/datasets/{dataset}/imports?format=csv");
    let mut import = request(Method::POST, &path, session, file.into());
    let csv = "text/csv".parse().expect("a value");
    import.headers_mut().insert("content-type", csv);
    send(door, import).await;
    dataset.parse().expect("an id")
}
