//! Serves the handbook, whose pages are Markdown in the binary.

use poem::{Endpoint, Request, Response};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html::push_html};
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
    let mut parts: Vec<Event<'_>> = parts.collect();
    name_headings(&mut parts);
    push_html(&mut html, parts.into_iter());
    html
}

/// Gives each heading the name by which addresses lead to it.
fn name_headings(parts: &mut [Event<'_>]) {
    for at in 0..parts.len() {
        let (before, after) = parts.split_at_mut(at + 1);
        let Some(Event::Start(Tag::Heading { id, .. })) = before.last_mut() else {
            continue;
        };
        let words = after.iter().map_while(|part| match part {
            Event::End(TagEnd::Heading(_)) => None,
            Event::Text(text) | Event::Code(text) => Some(&**text),
            _ => Some(""),
        });
        *id = Some(place_of(&words.collect::<String>()).into());
    }
}

/// How a heading is named in addresses, here as where the repository is shown.
fn place_of(heading: &str) -> String {
    let heading = heading.to_lowercase().replace(' ', "-");
    let stays = |letter: &char| letter.is_alphanumeric() || *letter == '-';
    heading.chars().filter(stays).collect()
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
    fn a_heading_is_found_by_its_words() {
        let shown = rendered("## Undo, of a `run`\n");
        assert!(shown.contains("<h2 id=\"undo-of-a-run\">"), "{shown}");
    }

    #[test]
    fn every_page_has_a_title_and_leads_only_to_pages_that_are_there() {
        for name in Texts::iter() {
            let text = Texts::get(&name).unwrap();
            let text = String::from_utf8(text.data.into_owned()).unwrap();
            assert!(text.starts_with("# "), "{name} has no title");
            for link in text.split("](").skip(1) {
                let link = link.split(')').next().unwrap();
                if link.starts_with("https:") || link == "/errors" {
                    continue;
                }
                // As a file, it is what the repository shows.
                let (page, place) = link.split_once('#').unwrap_or((link, ""));
                let page = if page.is_empty() { &*name } else { page };
                let page = Texts::get(page).unwrap_or_else(|| panic!("{name}: {link}"));
                let page = String::from_utf8(page.data.into_owned()).unwrap();
                let named = format!("id=\"{place}\"");
                let is_there = place.is_empty() || rendered(&page).contains(&named);
                assert!(is_there, "{name}: {link}");
            }
            for link in rendered(&text).split("href=\"").skip(1) {
                let target = link.split(['"', '#']).next().unwrap();
                assert!(!target.contains(".md"), "{name}: {target}");
            }
        }
    }
}
