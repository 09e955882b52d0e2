//! Serves the handbook, whose pages are Markdown in the binary.

use poem::{Endpoint, Request, Response};
use pulldown_cmark::{Event, Options, Parser, Tag, html::push_html};
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
    let parts = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(led_to_a_page);
    push_html(&mut html, parts);
    html
}

/// The pages lead to each other as the files that they are in the repository; here they go by
/// their names.
fn led_to_a_page(part: Event<'_>) -> Event<'_> {
    let Event::Start(Tag::Link {
        link_type,
        dest_url,
        title,
        id,
    }) = part
    else {
        return part;
    };
    let (file, place) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
    let page = file.strip_suffix(".md").filter(|page| !page.contains('/'));
    let dest_url = match (page, place) {
        (None, _) => dest_url,
        (Some(page), "") => page.to_owned().into(),
        (Some(page), place) => format!("{page}#{place}").into(),
    };
    Event::Start(Tag::Link {
        link_type,
        dest_url,
        title,
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_file_leads_to_its_page() {
        for (written, expected) in [
            ("[x](audit.md)", "href=\"audit\""),
            ("[x](audit.md#search)", "href=\"audit#search\""),
            ("[x](/errors)", "href=\"/errors\""),
            (
                "[x](https://a.example/b.md)",
                "href=\"https://a.example/b.md\"",
            ),
        ] {
            let shown = rendered(written);
            assert!(shown.contains(expected), "{shown}");
        }
    }

    #[test]
    fn every_page_has_a_title_and_leads_only_to_pages_that_are_there() {
        for name in Texts::iter() {
            let text = Texts::get(&name).unwrap();
            let text = String::from_utf8(text.data.into_owned()).unwrap();
            assert!(text.starts_with("# "), "{name} has no title");
            for link in text.split("](").skip(1) {
                let target = link.split([')', '#']).next().unwrap();
                if target.starts_with("https:") || target == "/errors" {
                    continue;
                }
                // As a file, it is what the repository shows.
                assert!(Texts::get(target).is_some(), "{name}: {target}");
            }
            for link in rendered(&text).split("href=\"").skip(1) {
                let target = link.split(['"', '#']).next().unwrap();
                assert!(!target.contains(".md"), "{name}: {target}");
            }
        }
    }
}
