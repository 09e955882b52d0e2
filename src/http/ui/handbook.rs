//! Serves the handbook, whose pages are Markdown in the binary.

use poem::{Endpoint, Request, Response};
use pulldown_cmark::{Options, Parser, html::push_html};
use rust_embed::Embed;

use super::html::{STYLE, page, style};
use crate::http::error::{ApiError, Code};

#[derive(Embed)]
#[folder = "assets/handbook"]
struct Texts;

/// The handbook at `/handbook/{page}`.
pub(crate) struct Handbook;

impl Endpoint for Handbook {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path().trim_matches('/');
        let name = path.split_once('/').map_or("index", |(_, name)| name);
        if name == STYLE {
            return Ok(style());
        }
        let text = Texts::get(&format!("{}.md", name.trim_end_matches(".md")));
        let text = text.ok_or_else(|| {
            ApiError::new(
                Code::NotFound,
                "The handbook has no such page; see /handbook/index.",
            )
        })?;
        let text = String::from_utf8_lossy(&text.data);
        Ok(page(title(&text), &rendered(&text)))
    }
}

/// The first heading's text.
fn title(markdown: &str) -> &str {
    let heading = markdown.lines().find_map(|line| line.strip_prefix("# "));
    heading.unwrap_or("Handbook")
}

fn rendered(markdown: &str) -> String {
    let mut html = String::with_capacity(markdown.len() * 2);
    push_html(&mut html, Parser::new_ext(markdown, Options::ENABLE_TABLES));
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_title_and_leads_only_to_pages_that_are_there() {
        for name in Texts::iter() {
            let text = Texts::get(&name).unwrap();
            let text = String::from_utf8(text.data.into_owned()).unwrap();
            assert!(text.starts_with("# "), "{name} has no title");
            for link in rendered(&text).split("href=\"").skip(1) {
                let target = link.split(['"', '#']).next().unwrap();
                if let Some(page) = target.strip_prefix("/handbook/") {
                    assert!(
                        Texts::get(&format!("{page}.md")).is_some(),
                        "{name}: {target}"
                    );
                }
            }
        }
    }
}
