//! Shows the catalogue of errors: one page for all, and one for each, where `type` points.

use poem::{Endpoint, Request, Response};

use super::html::page;
use crate::http::error::{ApiError, CATALOGUE, Code, Entry};

/// The catalogue at `/errors`, and an error at `/errors/{code}`.
pub(crate) struct Catalogue;

impl Endpoint for Catalogue {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path().trim_matches('/');
        let Some((_, code)) = path.split_once('/') else {
            return Ok(page("Errors", &list()));
        };
        let entry = CATALOGUE.iter().find(|entry| entry.text == code);
        let entry = entry.ok_or_else(|| {
            ApiError::new(
                Code::NotFound,
                "No error has this code; see /errors for all.",
            )
        })?;
        Ok(page(entry.title, &one(entry)))
    }
}

fn list() -> String {
    let row = |Entry {
                   text,
                   status,
                   title,
                   ..
               }: &Entry| {
        format!("<tr><td><a href=\"/errors/{text}\">{text}</a><td>{status}<td>{title}\n")
    };
    let rows = CATALOGUE.iter().map(row).collect::<Vec<_>>().concat();
    format!(
        "<h1>Errors</h1>\n<p>Every error answer is a problem document (RFC 9457) with one of these \
         codes.\n<table>\n<thead><tr><th>Code<th>Status<th>Meaning\n<tbody>\n{rows}</table>"
    )
}

fn one(entry: &Entry) -> String {
    let remedy = super::html::escaped(entry.remedy);
    let Entry {
        text,
        status,
        title,
        ..
    } = entry;
    format!(
        "<h1>{title}</h1>\n<p><code>{text}</code>, status {status}\n<h2>What to do</h2>\n<p>{remedy}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_leads_to_every_error() {
        let list = list();
        for entry in &CATALOGUE {
            assert!(
                list.contains(&format!("/errors/{}\"", entry.text)),
                "{}",
                entry.text
            );
        }
    }
}
