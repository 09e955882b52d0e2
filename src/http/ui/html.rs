//! Writes a page of our own around its content.

use poem::Response;

/// Where the pages' style sheet is; the policy of every answer forbids style within the page.
pub(super) const STYLE: &str = "page.css";

/// A page. `title` is text; `content` is HTML.
pub(super) fn page(title: &str, content: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · Weighbridge</title>\n\
         <link rel=\"stylesheet\" href=\"/handbook/{STYLE}\">\n\
         <header><a href=\"/\">Weighbridge</a> <a href=\"/handbook/index\">Handbook</a> \
         <a href=\"/errors\">Errors</a></header>\n<main>\n{content}\n</main>\n</html>\n"
    );
    Response::builder()
        .content_type("text/html; charset=utf-8")
        .body(html)
}

/// The style sheet.
pub(super) fn style() -> Response {
    Response::builder()
        .content_type("text/css; charset=utf-8")
        .body(include_str!("page.css"))
}

/// Text as HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
