//! The script that sites embed.

use poem::Body;
use poem::http::Method;

use crate::support::TestServer;

#[tokio::test]
async fn every_page_may_load_the_script_and_keeps_it() {
    let server = TestServer::start().await;
    let page = server.anonymous().with("origin", "https://shop.example");
    let script = page
        .fetch(Method::GET, "/count.js", "", Body::empty())
        .await;
    assert_eq!(script.status, 200);
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(script.header("access-control-allow-origin"), "*");
    assert_eq!(
        script.header("cross-origin-resource-policy"),
        "cross-origin"
    );
    assert_eq!(script.header("cache-control"), "public, max-age=3600");
    assert_eq!(script.header("x-content-type-options"), "nosniff");
    assert!(script.text().contains("sendBeacon"));
    let tag = script.header("etag").to_owned();
    let again = page.clone().with("if-none-match", &tag);
    let again = again
        .fetch(Method::GET, "/count.js", "", Body::empty())
        .await;
    assert_eq!((again.status.as_u16(), again.text().as_str()), (304, ""));
    assert_eq!(again.header("etag"), tag);
    let packed = page.with("accept-encoding", "gzip, br");
    let packed = packed
        .fetch(Method::GET, "/count.js", "", Body::empty())
        .await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_ne!(packed.header("etag"), tag);
    assert!(packed.body.len() <= 3 * 1024, "{}", packed.body.len());
    let head = server.anonymous();
    let head = head
        .fetch(Method::HEAD, "/count.js", "", Body::empty())
        .await;
    assert_eq!(head.status, 200);
}
