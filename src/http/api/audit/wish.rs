//! Reads which lines somebody wants.

use std::net::IpAddr;

use super::view::{OrderView, OutcomeView};
use crate::audit::{CodePattern, Filter, OBJECT_TYPES, Order, Query};
use crate::base::{BadCursor, Cursor, RequestId};
use crate::http::error::Code;
use crate::http::page::Page;
use crate::http::{ApiError, Moment};

/// One call reads at most so much of the book.
const MOST_BYTES: u64 = 64 << 20;
/// Nobody and nothing is called by more characters.
const LONGEST: usize = 256;
/// More codes and words are not asked for at once.
const MOST: usize = 32;

/// What was asked, as it came.
pub(super) struct Wish {
    pub(super) order: Option<OrderView>,
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
    pub(super) lines: (Option<u64>, Option<u64>),
    pub(super) code: Option<String>,
    pub(super) outcome: Option<OutcomeView>,
    pub(super) actor: Option<String>,
    pub(super) object: (Option<String>, Option<String>),
    pub(super) request: Option<RequestId>,
    pub(super) address: Option<String>,
    pub(super) q: Option<String>,
    pub(super) reads: Option<bool>,
}

impl Wish {
    /// The search that is meant. Errs on what cannot be asked, and on a cursor of another search.
    pub(super) fn query(self, page: &Page) -> Result<Query, ApiError> {
        if let (Some(from), Some(to)) = (&self.from, &self.to)
            && from.0 >= to.0
        {
            return Err(refused(
                "to",
                "it must lie after `from`, or no act can be found",
            ));
        }
        let (object, object_type) = self.object;
        let address = self.address.filter(|text| !text.is_empty());
        let filter = Filter {
            from: self.from.map(|moment| moment.0),
            to: self.to.map(|moment| moment.0),
            first_line: self.lines.0,
            last_line: self.lines.1,
            codes: codes(self.code.as_deref().unwrap_or_default())?,
            outcome: self.outcome.map(Into::into),
            actor: text("actor", self.actor)?,
            object: text("object", object)?,
            object_type: kind(object_type)?,
            request: self.request,
            address: address.map(|text| ip(&text)).transpose()?,
            text: text("q", self.q)?,
            without_reads: self.reads == Some(false),
        };
        let words = filter.text.as_deref().unwrap_or_default();
        if words.split_whitespace().count() > MOST {
            return Err(refused("q", &format!("{MOST} words can be asked for")));
        }
        let mut query = Query {
            filter,
            order: self.order.map_or(Order::Newest, Into::into),
            after: None,
            limit: page.limit,
            most_bytes: MOST_BYTES,
        };
        query.after = page
            .after
            .as_ref()
            .map(|at| place(&query, at))
            .transpose()?;
        Ok(query)
    }
}

fn refused(name: &str, why: &str) -> ApiError {
    ApiError::new(Code::BadQuery, format!("{name}: {why}"))
}

fn text(name: &str, text: Option<String>) -> Result<Option<String>, ApiError> {
    let text = text.map(|text| text.trim().to_owned());
    let text = text.filter(|text| !text.is_empty());
    match &text {
        Some(long) if long.chars().count() > LONGEST => {
            Err(refused(name, &format!("{LONGEST} characters at most")))
        }
        _ => Ok(text),
    }
}

/// A kind of object. One that no act is ever about is a slip of the hand.
fn kind(named: Option<String>) -> Result<Option<String>, ApiError> {
    let named = text("object_type", named)?;
    match &named {
        Some(kind) if !OBJECT_TYPES.contains(&kind.as_str()) => {
            let known = OBJECT_TYPES.join(", ");
            Err(refused("object_type", &format!("it is one of {known}")))
        }
        _ => Ok(named),
    }
}

fn ip(text: &str) -> Result<IpAddr, ApiError> {
    let address: Result<IpAddr, _> = text.trim().parse();
    address.map_err(|_not_one| refused("address", "an IP address such as 192.0.2.7 is wanted"))
}

fn codes(list: &str) -> Result<Vec<CodePattern>, ApiError> {
    let named = list.split(',').map(str::trim).filter(|one| !one.is_empty());
    let codes: Result<Vec<CodePattern>, _> = named.map(str::parse).collect();
    let codes = codes.map_err(|bad: crate::audit::BadCode| refused("code", &bad.to_string()))?;
    if codes.len() > MOST {
        return Err(refused("code", &format!("{MOST} can be asked for at once")));
    }
    Ok(codes)
}

/// Where a search goes on. It names the search too: its numbers mean nothing in another one.
pub(super) fn cursor(query: &Query, at: u64) -> Cursor {
    let mut bytes = vec![direction(query.order)];
    bytes.extend(query.filter.digest());
    bytes.extend(at.to_be_bytes());
    Cursor(bytes)
}

fn place(query: &Query, cursor: &Cursor) -> Result<u64, BadCursor> {
    let (head, at) = cursor.0.split_last_chunk().ok_or(BadCursor)?;
    let mut own = vec![direction(query.order)];
    own.extend(query.filter.digest());
    if head != own {
        return Err(BadCursor);
    }
    Ok(u64::from_be_bytes(*at))
}

fn direction(order: Order) -> u8 {
    match order {
        Order::Newest => 0,
        Order::Oldest => 1,
    }
}
