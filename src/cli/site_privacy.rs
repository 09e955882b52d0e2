//! `weighbridge site keep`, `site forget`: how long what came in is kept, and who is taken out of it.

use std::fmt::{Display, Formatter, Result as Written};
use std::io::BufRead as _;

use clap::Args;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::failure::Failure;

/// How long a site is to keep what came in.
#[derive(Args)]
pub(super) struct Keep {
    /// The site's name or id.
    pub(super) site: String,
    /// So many days of events before the present one: 30 to 3660, or ever.
    #[arg(long, value_name = "DAYS", value_parser = span)]
    events: Option<Span>,
    /// So many days of what days came to, no fewer than of events, or ever.
    #[arg(long, value_name = "DAYS", value_parser = span)]
    sums: Option<Span>,
}

/// Who is to be taken out of a site.
#[derive(Args)]
pub(super) struct Forget {
    /// The site's name or id.
    pub(super) site: String,
    /// The lasting id that events have in `visitor`; `-` reads it from standard input.
    visitor: String,
    /// Only tell where the visitor was.
    #[arg(long)]
    look: bool,
}

/// How long something is kept: so many days, or for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span(Option<u16>);

fn span(given: &str) -> Result<Span, &'static str> {
    match given {
        "ever" => Ok(Span(None)),
        days => {
            let days = days
                .parse()
                .map_err(|_no_number| "a number of days, or ever");
            days.map(|days| Span(Some(days)))
        }
    }
}

impl Keep {
    /// The site at `path` once it is as asked for.
    pub(super) async fn carry_out(
        &self,
        client: &mut Client,
        path: &str,
    ) -> Result<Value, Failure> {
        let site = client.call(Method::GET, path, None).await?;
        let mut kept = site["retention"].as_object().cloned().unwrap_or_default();
        for (member, span) in [("events_days", self.events), ("sums_days", self.sums)] {
            set(&mut kept, member, span);
        }
        let body = json!({ "retention": kept });
        client.call(Method::PATCH, path, Some(&body)).await
    }
}

fn set(kept: &mut Map<String, Value>, member: &str, span: Option<Span>) {
    match span {
        Some(Span(Some(days))) => drop(kept.insert(member.to_owned(), days.into())),
        Some(Span(None)) => drop(kept.remove(member)),
        None => {}
    }
}

impl Forget {
    /// Takes the visitor out of the site at `path`, or looks.
    pub(super) async fn carry_out(
        &self,
        client: &mut Client,
        path: &str,
    ) -> Result<Traces, Failure> {
        let mut visitor = self.visitor.clone();
        if visitor == "-" {
            visitor.clear();
            let read = std::io::stdin().lock().read_line(&mut visitor);
            read.map_err(Failure::of)?;
        }
        let what = if self.look { "find" } else { "erase" };
        let path = format!("{path}/visitors/{what}");
        let body = json!({ "visitor": visitor.trim() });
        let told = client.call(Method::POST, &path, Some(&body)).await?;
        Ok(Traces {
            told,
            is_gone: !self.look,
        })
    }
}

/// Where the visitor was.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Traces {
    told: Value,
    #[serde(skip)]
    is_gone: bool,
}

impl Display for Traces {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let told = &self.told;
        if told["known"] != true {
            return writeln!(f, "the site knows nobody by this id");
        }
        write!(f, "{} events on {} days", told["events"], told["days"])?;
        if let (Some(first), Some(last)) = (told["first_day"].as_str(), told["last_day"].as_str()) {
            write!(f, " from {first} to {last}")?;
        }
        if told["days_of_sums"] != 0 {
            write!(f, ", {} of them with sums alone", told["days_of_sums"])?;
        }
        let end = if self.is_gone {
            "; the visitor is forgotten"
        } else {
            ""
        };
        writeln!(f, "{end}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_stays_as_it_is() {
        let mut kept = Map::from_iter([("events_days".to_owned(), 60.into())]);
        set(&mut kept, "sums_days", span("400").ok());
        set(&mut kept, "events_days", None);
        assert_eq!(
            Value::from(kept.clone()),
            json!({"events_days": 60, "sums_days": 400})
        );
        set(&mut kept, "sums_days", span("ever").ok());
        assert_eq!(Value::from(kept), json!({"events_days": 60}));
        assert!(span("long").is_err());
    }
}
