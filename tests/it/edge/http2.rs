//! What HTTP/2 has that HTTP/1.1 has not.

use super::*;

#[tokio::test]
async fn an_answer_before_the_body_was_read_reaches_the_client_over_http_2() {
    let edge = Edge::start(|_| {}).await;
    let client = edge.client();
    for _ in 0..20 {
        let request = client.post(edge.url("/refuse")).body(vec![0; 700 * 1024]);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.text().await.unwrap(), "refused");
    }
}

#[tokio::test]
async fn head_is_answered_without_a_body_over_http_2() {
    let edge = Edge::start(|_| {}).await;
    let answer = edge.client().head(edge.url("/")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.bytes().await.unwrap().len(), 0);
}
