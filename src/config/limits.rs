//! `[limits]`: how much anybody may ask for.

use std::time::Duration;

use super::Rate;
use super::reader::Section;

/// How often, and how much at a time.
///
/// A rate `N / T` is a burst of N with one back each T/N.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Attempts to sign in, per address.
    pub authentication: Rate,
    /// Calls without a session, per address.
    pub open_calls: Rate,
    /// Every other call, per user.
    pub api_calls: Rate,
    /// Exports, per user.
    pub exports: Rate,
    /// Imports, per user.
    pub imports: Rate,
    /// Starts of syncs, of plans and of retries, per user.
    pub sync_starts: Rate,
    /// Starts of syncs, of plans and of retries with Airtable, per user.
    pub sync_starts_airtable: Rate,
    /// Starts of syncs, of plans and of retries with Notion, per user.
    pub sync_starts_notion: Rate,
    /// Starts of syncs, of plans and of retries with Zapier, per user.
    pub sync_starts_zapier: Rate,
    /// Questions how a site fares, per user.
    pub analytics: Rate,
    /// Looks at what goes on now, and at how connections do, per user.
    pub live: Rate,
    /// Requests with events, per write key.
    pub events: Rate,
    /// Requests of browsers with events, per address.
    pub event_senders: Rate,
    /// Records that come in at a secret address, per address.
    pub hooks: Rate,
    /// Looks at a site by a link, per link.
    pub links: Rate,
    /// The same without an account, per address.
    pub link_openers: Rate,
    /// Wrong passwords of a link, per link.
    pub link_passwords: Rate,
    /// How often keys that no longer matter are forgotten.
    pub sweep: Duration,
    /// Rows on a page whose caller names no number.
    pub page_default: u32,
    /// Rows on a page at most.
    pub page_max: u32,
    /// The size of a request's body at most; imports stream and are exempt.
    pub body_kib: u32,
}

const MINUTE: Duration = Duration::from_mins(1);
const FIVE_MINUTES: Duration = Duration::from_mins(5);

impl Limits {
    pub(super) fn read(mut from: Section<'_, '_>) -> Self {
        Self {
            authentication: authentication(&mut from),
            open_calls: from.key(
                "open_calls",
                Rate::of(120, MINUTE),
                "API calls without a session, per address.",
            ),
            api_calls: from.key(
                "api_calls",
                Rate::of(600, MINUTE),
                "API calls that have no limit of their own, per user.",
            ),
            exports: from.key("exports", Rate::of(5, MINUTE), "Exports, per user."),
            imports: from.key("imports", Rate::of(10, MINUTE), "Imports, per user."),
            sync_starts: from.key(
                "sync_starts",
                Rate::of(10, FIVE_MINUTES),
                "Starts of syncs, of plans and of retries, per user.",
            ),
            sync_starts_airtable: from.key(
                "sync_starts_airtable",
                Rate::of(5, MINUTE),
                "Starts of syncs, of plans and of retries with Airtable, per user.",
            ),
            sync_starts_notion: from.key(
                "sync_starts_notion",
                Rate::of(3, MINUTE),
                "Starts of syncs, of plans and of retries with Notion, per user.",
            ),
            sync_starts_zapier: from.key(
                "sync_starts_zapier",
                Rate::of(10, MINUTE),
                "Starts of syncs, of plans and of retries with Zapier, per user.",
            ),
            analytics: analytics(&mut from),
            live: live(&mut from),
            events: events(&mut from),
            event_senders: event_senders(&mut from),
            hooks: hooks(&mut from),
            links: links(&mut from),
            link_openers: link_openers(&mut from),
            link_passwords: link_passwords(&mut from),
            sweep: from.key(
                "sweep",
                FIVE_MINUTES,
                "How often callers whose limits are whole again are forgotten.",
            ),
            page_default: from.within(
                "page_default",
                50,
                1..=500,
                "Rows on a page whose caller names no number.",
            ),
            page_max: from.within("page_max", 500, 1..=500, "Rows on a page at most."),
            body_kib: body_kib(&mut from),
        }
    }
}

fn authentication(from: &mut Section<'_, '_>) -> Rate {
    let help =
        "Attempts to sign in, per address (IPv6: per /64). One that succeeds does not count.";
    from.key("authentication", Rate::of(5, FIVE_MINUTES), help)
}

fn body_kib(from: &mut Section<'_, '_>) -> u32 {
    let help = "Size of a request's body at most. Imports stream and may be of any size.";
    from.within("body_kib", 1024, 1..=65_536, help)
}

fn analytics(from: &mut Section<'_, '_>) -> Rate {
    let help = "Questions how a site fares, per user.";
    from.key("analytics", Rate::of(30, MINUTE), help)
}

fn live(from: &mut Section<'_, '_>) -> Rate {
    let help = "Looks at what goes on now at a site, and at how connections do, per user.";
    from.key("live", Rate::of(120, MINUTE), help)
}

fn events(from: &mut Section<'_, '_>) -> Rate {
    let help = "Requests with events, per write key; each may bring many.";
    from.key("events", Rate::of(6000, MINUTE), help)
}

fn event_senders(from: &mut Section<'_, '_>) -> Rate {
    let help = "Requests of browsers with events, per address (IPv6: per /64).";
    from.key("event_senders", Rate::of(600, MINUTE), help)
}

fn hooks(from: &mut Section<'_, '_>) -> Rate {
    let help = "Records that come in at a secret address, per address.";
    from.key("hooks", Rate::of(120, MINUTE), help)
}

fn links(from: &mut Section<'_, '_>) -> Rate {
    let help = "Looks at a site by a link without an account, per link.";
    from.key("links", Rate::of(120, MINUTE), help)
}

fn link_openers(from: &mut Section<'_, '_>) -> Rate {
    let help = "Looks at sites by links without an account, per address (IPv6: per /64).";
    from.key("link_openers", Rate::of(60, MINUTE), help)
}

fn link_passwords(from: &mut Section<'_, '_>) -> Rate {
    let help = "Wrong passwords of a link, per link. One that is right does not count.";
    from.key("link_passwords", Rate::of(10, FIVE_MINUTES), help)
}
