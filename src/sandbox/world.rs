//! The state of one sandbox, and what becomes of a call.
use http::{HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Timestamp};

use super::{
    airtable::{Airtable, Author, Call, Leave, Moment, Refusal},
    answer::{Answer, Delivery},
    fault::{Fault, Faults, Strike},
    google::Google,
    incoming::Incoming,
    journal::{Ending, Journal},
    meta::Meta,
    notion::{self, Notion},
    oauth::{Desk, House},
    pings::Sents,
    settings::{BadSeed, Knobs, Refused, Settings},
    zapier::Inbox,
};

pub(super) struct World {
    origin: Settings,
    pub(super) knobs: Knobs,
    pub(super) airtable: Airtable,
    pub(super) notion: Notion,
    desk: Desk,
    pub(super) notion_desk: Desk,
    pub(super) google_desk: Desk,
    pub(super) zapier: Inbox,
    pub(super) meta: Meta,
    pub(super) google: Google,
    pub(super) sents: Sents,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
}

/// A call that the vendor lets in, and the fault that strikes it.
pub(super) struct Admitted {
    call: Call,
    leave: Leave,
    pub(super) strike: Option<Strike>,
}

impl World {
    pub(super) fn new(origin: Settings, now: Timestamp) -> Result<Self, BadSeed> {
        let mut airtable = Airtable::new(origin.seed);
        let moment = Moment {
            now,
            by: Author::Colleague,
            leave: &Leave::All,
            knobs: &origin.knobs,
        };
        for seed in &origin.bases {
            let name = seed.id.clone();
            let seeded = airtable.seed(seed.clone(), moment);
            seeded.map_err(|refusal| BadSeed {
                name,
                refusal: Refused::Airtable(refusal),
            })?;
        }
        let notion = furnished(&origin, now)?;
        Ok(Self {
            knobs: origin.knobs.clone(),
            desk: Desk::new(House::Airtable, origin.seed),
            notion_desk: Desk::new(House::Notion, origin.seed),
            google_desk: Desk::new(House::Google, origin.seed),
            zapier: Inbox::new(origin.seed),
            meta: Meta::new(origin.seed, origin.ad_accounts.clone()),
            google: Google::new(origin.seed, origin.customers.clone()),
            sents: Sents::default(),
            origin,
            airtable,
            notion,
            faults: Faults::default(),
            journal: Journal::default(),
        })
    }

    /// Puts everything back to how it began.
    pub(super) fn reset(&mut self, now: Timestamp) -> Result<(), BadSeed> {
        *self = Self::new(self.origin.clone(), now)?;
        Ok(())
    }

    /// Decides whether a call is let in; one that is not is answered and noted at once.
    pub(super) fn receive(&mut self, incoming: &Incoming) -> Result<Admitted, Answer> {
        let Some(call) = Call::parse(&incoming.method, &incoming.path) else {
            return Err(self.refuse(incoming, "unknown", Refusal::not_found()));
        };
        let leave = self.leave(incoming);
        let admitted = self
            .airtable
            .admit(&call, incoming, leave.as_ref(), &self.knobs);
        let leave = match (admitted, leave) {
            (Ok(()), Some(leave)) => leave,
            (Ok(()), None) => {
                return Err(self.refuse(incoming, call.kind(), Refusal::unauthorized()));
            }
            (Err(refusal), _) => return Err(self.refuse(incoming, call.kind(), refusal)),
        };
        let strike = self.faults.strike(&incoming.method, &incoming.target);
        Ok(Admitted {
            call,
            leave,
            strike,
        })
    }

    /// What the token of a call allows; none when it is no good.
    fn leave(&self, incoming: &Incoming) -> Option<Leave> {
        let token = incoming.token.as_deref()?;
        if self.knobs.tokens.accept(token) {
            return Some(Leave::All);
        }
        let scopes = self.desk.scopes(token, incoming.at)?.to_vec();
        let client = self.desk.client(token)?.to_owned();
        Some(Leave::Integration { client, scopes })
    }

    /// Answers a call to the desk for OAuth, or lets its fault take its course.
    pub(super) fn attend(
        &mut self,
        house: House,
        incoming: &Incoming,
        strike: Option<Strike>,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let (answer, delivery) = match strike.map(|strike| strike.fault) {
            // What no desk answers is let pass.
            None
            | Some(
                Fault::Slow
                | Fault::ListingExpired
                | Fault::Circling
                | Fault::TokenExpired
                | Fault::Conflict
                | Fault::Overloaded
                | Fault::Restricted
                | Fault::TooMuchData
                | Fault::Refused
                | Fault::EdgeRefused
                | Fault::GatewayTimeout
                | Fault::HookGone
                | Fault::Dropped,
            ) => (self.at_desk(house, incoming, now), Delivery::Whole),
            Some(Fault::Truncated) => (self.at_desk(house, incoming, now), Delivery::Truncated),
            Some(Fault::LostAnswer) => (self.at_desk(house, incoming, now), Delivery::Lost),
            // Nothing was done: a code or a token that was shown is as good as before.
            Some(Fault::Cut) => (Answer::empty(StatusCode::OK), Delivery::Lost),
            Some(Fault::GrantRevoked) => {
                self.desk_of(house).revoke_shown(incoming);
                (self.at_desk(house, incoming, now), Delivery::Whole)
            }
            Some(Fault::Unauthorized) => (Desk::stranger(), Delivery::Whole),
            Some(Fault::RateLimited) => (Refusal::rate_limited().into(), Delivery::Whole),
            Some(Fault::ServerError) => (Refusal::server_error().into(), Delivery::Whole),
            Some(Fault::Unavailable) => {
                let after = strike.and_then(|strike| strike.retry_after_seconds);
                (unavailable(after), Delivery::Whole)
            }
            Some(Fault::BadGateway) => (bad_gateway(), Delivery::Whole),
        };
        let ending = Ending {
            status: answer.status.as_u16(),
            delivery,
            fault: strike.map(|strike| strike.fault),
        };
        let kind = self.desk_of(house).kind(incoming);
        self.journal.note(incoming, kind, ending);
        (answer, delivery)
    }

    fn desk_of(&mut self, house: House) -> &mut Desk {
        match house {
            House::Airtable => &mut self.desk,
            House::Notion => &mut self.notion_desk,
            House::Google => &mut self.google_desk,
        }
    }

    fn at_desk(&mut self, house: House, incoming: &Incoming, now: Timestamp) -> Answer {
        let knobs = self.knobs.oauth.clone();
        let answer = self.desk_of(house).answer(incoming, &knobs, now);
        answer.unwrap_or_else(|| Refusal::not_found().into())
    }

    /// Carries out a call, or lets its fault take its course.
    pub(super) fn perform(
        &mut self,
        incoming: &Incoming,
        admitted: &Admitted,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let Admitted {
            call,
            leave,
            strike,
        } = admitted;
        let (answer, delivery) = match strike {
            None => (
                self.carry_out((call, leave), incoming, now),
                Delivery::Whole,
            ),
            Some(strike) => self.suffer(*strike, (call, leave), incoming, now),
        };
        let fault = strike.map(|strike| strike.fault);
        let ending = Ending {
            status: answer.status.as_u16(),
            delivery,
            fault,
        };
        self.journal
            .note(incoming, kind(call, &incoming.body), ending);
        (answer, delivery)
    }

    fn carry_out(
        &mut self,
        (call, leave): (&Call, &Leave),
        incoming: &Incoming,
        now: Timestamp,
    ) -> Answer {
        let moment = Moment {
            now,
            by: Author::Token,
            leave,
            knobs: &self.knobs,
        };
        self.airtable
            .carry_out(call, incoming, moment)
            .unwrap_or_else(Answer::from)
    }

    fn suffer(
        &mut self,
        strike: Strike,
        asked: (&Call, &Leave),
        incoming: &Incoming,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let call = asked.0;
        let token = incoming.token.as_deref().unwrap_or_default();
        let answer = match strike.fault {
            // All but the first never strike this vendor, which knows no such answer.
            Fault::Slow
            | Fault::Conflict
            | Fault::Overloaded
            | Fault::Restricted
            | Fault::TooMuchData
            | Fault::EdgeRefused
            | Fault::GatewayTimeout
            | Fault::HookGone
            | Fault::Dropped => self.carry_out(asked, incoming, now),
            Fault::Truncated => return (self.carry_out(asked, incoming, now), Delivery::Truncated),
            Fault::LostAnswer => return (self.carry_out(asked, incoming, now), Delivery::Lost),
            Fault::Cut if call.writes() => return (Answer::empty(StatusCode::OK), Delivery::Lost),
            Fault::Cut => return (self.carry_out(asked, incoming, now), Delivery::Cut),
            Fault::TokenExpired => {
                self.desk.expire(token, now);
                Refusal::unauthorized().into()
            }
            Fault::GrantRevoked => {
                self.desk.revoke(token);
                Refusal::unauthorized().into()
            }
            Fault::RateLimited => {
                self.airtable.punish(call, &self.knobs, now);
                Refusal::rate_limited().into()
            }
            Fault::ServerError => Refusal::server_error().into(),
            Fault::Unavailable => unavailable(strike.retry_after_seconds),
            Fault::BadGateway => bad_gateway(),
            Fault::Unauthorized => Refusal::unauthorized().into(),
            Fault::Refused => Refusal::unprocessable(
                "INVALID_REQUEST_UNKNOWN",
                "Invalid request: parameter validation failed. Check your request data.",
            )
            .into(),
            Fault::Circling => self
                .carry_out(asked, incoming, now)
                .circling(&incoming.body),
            Fault::ListingExpired => {
                self.airtable.forget_listings();
                self.carry_out(asked, incoming, now)
            }
        };
        (answer, Delivery::Whole)
    }

    fn refuse(&mut self, incoming: &Incoming, kind: &'static str, refusal: Refusal) -> Answer {
        let answer = Answer::from(refusal);
        let status = answer.status.as_u16();
        self.journal.note(
            incoming,
            kind,
            Ending {
                status,
                delivery: Delivery::Whole,
                fault: None,
            },
        );
        answer
    }
}

/// The workspace that `origin` names. It was furnished an hour ago: the search knows all of it.
fn furnished(origin: &Settings, now: Timestamp) -> Result<Notion, BadSeed> {
    let mut notion = Notion::new(origin.seed);
    let then = now - SignedDuration::from_hours(1);
    for seed in &origin.databases {
        let name = seed.title.clone();
        let seeded = notion.seed(
            seed.clone(),
            notion::Moment::of_colleague(then, &origin.knobs.notion),
        );
        seeded.map_err(|refusal| BadSeed {
            name,
            refusal: Refused::Notion(refusal),
        })?;
    }
    Ok(notion)
}

/// The name under which a call is counted: an upsert is an update by its path alone.
fn kind(call: &Call, body: &[u8]) -> &'static str {
    let named = b"\"performUpsert\"";
    match call {
        Call::UpdateMany(..) if body.windows(named.len()).any(|part| part == named) => "upsert",
        _ => call.kind(),
    }
}

fn unavailable(retry_after_seconds: Option<u32>) -> Answer {
    let answer = Answer::from(Refusal::unavailable());
    match retry_after_seconds {
        None => answer,
        Some(seconds) => answer.with_header(header::RETRY_AFTER, HeaderValue::from(seconds)),
    }
}

/// What a proxy in front of the vendor says when the vendor does not answer it.
fn bad_gateway() -> Answer {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    Answer::with_type(StatusCode::BAD_GATEWAY, "text/html", page)
}
