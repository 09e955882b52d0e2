//! Requests that ask for more than they may: other origins, paths that lead elsewhere; and how
//! passwords are kept.

use poem::Body;
use poem::http::Method;
use weighbridge::auth::{Auth, Parts, Through};
use weighbridge::base::{Actor, Secret};
use weighbridge::config::{Argon2, Config, Environment};

use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn no_other_origin_is_let_in_or_told_anything() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    for origin in [
        "null",
        "https://evil.example",
        "https://box.example.evil.example",
        "http://box.example",
        "https://box.example",
    ] {
        let caller = admin
            .clone()
            .with("origin", origin)
            .with("access-control-request-method", "GET");
        for method in [Method::GET, Method::OPTIONS] {
            for path in ["/api/v1/users", "/", "/healthz/ready"] {
                let answer = caller.fetch(method.clone(), path, "", Body::empty()).await;
                let allowed = answer
                    .headers
                    .keys()
                    .find(|name| name.as_str().starts_with("access-control-"));
                assert_eq!(allowed, None, "{method} {path} from {origin}");
            }
        }
    }
}

#[tokio::test]
async fn no_spelling_of_a_path_leads_out_of_the_files_that_are_served() {
    let server = TestServer::start().await;
    let up = [
        "..",
        "%2e%2e",
        "%252e%252e",
        "..;",
        "..%00",
        "%c0%ae%c0%ae",
        "..%5c..",
    ];
    let roots = ["", "/assets", "/handbook", "/errors", "/api/v1"];
    let wanted = [
        "etc/passwd",
        "Cargo.toml",
        ".git/config",
        ".env",
        "data/master.key",
    ];
    for (root, step, file) in roots
        .iter()
        .flat_map(|root| up.iter().map(move |step| (root, step)))
        .flat_map(|(root, step)| wanted.iter().map(move |file| (root, step, file)))
    {
        for path in [
            format!("{root}/{step}/{step}/{step}/{step}/{file}"),
            format!("{root}/{step}%2f{step}%2f{file}"),
            format!("{root}/{file}"),
            format!("{root}/{file}%00.html"),
        ] {
            let answer = server
                .anonymous()
                .fetch(Method::GET, &path, "", Body::empty())
                .await;
            let text = answer.text();
            let page = answer.header("content-type").starts_with("text/html");
            assert!(
                answer.status.as_u16() >= 400 || (page && text.contains("<!doctype html>")),
                "{path}: {} {text}",
                answer.status
            );
            for secret in ["root:", "[package]", "[core]", "\0"] {
                assert!(!text.contains(secret), "{path} shows {secret:?}");
            }
        }
    }
    let fetch = async |path: &str| {
        let visitor = server.anonymous();
        visitor.fetch(Method::GET, path, "", Body::empty()).await
    };
    let page = fetch("/").await.body;
    for folder in ["/assets", "/assets/", "/handbook/../assets/", "/demo/"] {
        let answer = fetch(folder).await;
        let is_list = answer.status.is_success() && answer.body != page;
        assert!(!is_list, "{folder} shows {}", answer.text());
    }
}

#[tokio::test]
async fn a_password_is_kept_as_strong_as_the_settings_ask_and_made_stronger_when_they_rise() {
    let environment = Environment::from_iter(Vec::<(String, String)>::new());
    let usual = Config::load(None, &environment).unwrap().config.auth.argon2;
    assert!(usual.memory_kib >= 19456 && usual.iterations >= 2);

    let server = TestServer::start().await;
    server.sign_up("ada@example.org", &["member"]).await;
    assert_eq!(kept_as(&server, "m=8,t=1,p=1"), 1);
    let app = &server.app;
    let mut settings = app.config.auth.clone();
    settings.argon2 = Argon2 {
        memory_kib: 64,
        iterations: 3,
        parallelism: 1,
    };
    let parts = Parts {
        store: app.store.clone(),
        vault: app.vault.clone(),
        audit: app.audit.clone(),
        clock: app.clock.clone(),
        blocking: app.blocking,
    };
    let stricter = Auth::open(&settings, parts).await.unwrap();
    let password = Secret::from(PASSWORD.to_owned());
    let by = Actor::system();
    let attempt = stricter
        .sign_in
        .attempt("ada@example.org", &password, Through::Browser, &by);
    attempt.await.unwrap();
    assert!(kept_as(&server, "m=64,t=3,p=1") >= 1);
    server.sign_in("ada@example.org").await;
}

/// How many password hashes of these parameters lie in the store.
fn kept_as(server: &TestServer, parameters: &str) -> usize {
    let file = std::fs::read(server.app.config.server.data.join("store.redb")).unwrap();
    let wanted = format!("$argon2id$v=19${parameters}$").into_bytes();
    file.windows(wanted.len())
        .filter(|part| *part == wanted)
        .count()
}
