//! What becomes of a call to Google's APIs: let in, struck by a fault, carried out, noted.
use http::StatusCode;
use jiff::Timestamp;

use super::{
    answer::{Answer, Delivery},
    fault::{Fault, Strike},
    google::{Asked, Call, EVERYTHING, Moment, Refusal},
    incoming::Incoming,
    journal::Ending,
    world::World,
};

/// How the tokens of this vendor begin.
const TOKENS: [&str; 1] = ["ya29."];
/// For how many seconds nobody calls when a rule says nothing else.
const PAUSE_SECONDS: u32 = 60;

/// A call that the vendor lets in, and the fault that strikes it.
pub(super) struct Seated {
    call: Call,
    pub(super) strike: Option<Strike>,
}

impl World {
    /// Decides whether a call is let in; one that is not is answered and noted at once.
    pub(super) fn seat(&mut self, incoming: &Incoming) -> Result<Seated, Answer> {
        let Some(call) = Call::parse(&incoming.method, &incoming.path) else {
            let answer = Refusal::no_path().answer(0, false);
            return Err(self.leave_standing(incoming, "unknown", answer));
        };
        let scopes = self.allowed(incoming);
        let asked = Asked {
            call: &call,
            incoming,
            scopes: scopes.as_deref(),
        };
        let moment = Moment {
            now: incoming.at,
            knobs: &self.knobs.google,
        };
        match self.google.admit(asked, moment) {
            Ok(()) => {
                let strike = self.faults.strike(&incoming.method, &incoming.target);
                Ok(Seated { call, strike })
            }
            Err(refusal) => {
                let answer = refusal.answer(call.edition(), call.is_stream());
                Err(self.leave_standing(incoming, call.kind(), answer))
            }
        }
    }

    /// What the token of a call allows: everything where it came by no desk. None when it is no good.
    fn allowed(&self, incoming: &Incoming) -> Option<Vec<String>> {
        let token = incoming.token.as_deref()?;
        if self.google_desk.gave(token) {
            let scopes = self.google_desk.scopes(token, incoming.at)?;
            return Some(scopes.to_vec());
        }
        let is_taken = self.knobs.tokens.accept_beginning(token, &TOKENS);
        is_taken.then(|| EVERYTHING.map(str::to_owned).to_vec())
    }

    /// Carries out a call, or lets its fault take its course.
    pub(super) fn bid(
        &mut self,
        incoming: &Incoming,
        seated: &Seated,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let (answer, delivery) = match seated.strike {
            None => (self.auction(seated, incoming, now), Delivery::Whole),
            Some(strike) => self.outbid(strike, seated, incoming, now),
        };
        let ending = Ending {
            status: answer.status.as_u16(),
            delivery,
            fault: seated.strike.map(|strike| strike.fault),
        };
        self.journal.note(incoming, seated.call.kind(), ending);
        (answer, delivery)
    }

    fn auction(&self, seated: &Seated, incoming: &Incoming, now: Timestamp) -> Answer {
        let asked = Asked {
            call: &seated.call,
            incoming,
            scopes: None,
        };
        let knobs = &self.knobs.google;
        self.google.answer(asked, Moment { now, knobs })
    }

    fn outbid(
        &mut self,
        strike: Strike,
        seated: &Seated,
        incoming: &Incoming,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let told = |delivery| (self.auction(seated, incoming, now), delivery);
        let shown = incoming.token.as_deref().unwrap_or_default();
        let refusal = match strike.fault {
            // Those after the first never strike this vendor, which knows no such answer.
            Fault::Slow
            | Fault::ListingExpired
            | Fault::Circling
            | Fault::Conflict
            | Fault::Overloaded
            | Fault::EdgeRefused
            | Fault::GatewayTimeout
            | Fault::HookGone
            | Fault::Dropped => return told(Delivery::Whole),
            Fault::Truncated => return told(Delivery::Truncated),
            Fault::LostAnswer => return told(Delivery::Lost),
            Fault::Cut => return told(Delivery::Cut),
            Fault::RateLimited => {
                let seconds = strike.retry_after_seconds.unwrap_or(PAUSE_SECONDS);
                Refusal::exhausted(seconds.into())
            }
            Fault::TooMuchData => Refusal::too_expensive(),
            Fault::ServerError => Refusal::internal(),
            Fault::Unavailable => Refusal::unavailable(),
            Fault::BadGateway => return (page(), Delivery::Whole),
            Fault::Unauthorized => Refusal::unauthenticated(),
            Fault::TokenExpired => {
                self.google_desk.expire(shown, now);
                Refusal::unauthenticated()
            }
            Fault::GrantRevoked => {
                self.google_desk.revoke(shown);
                Refusal::unauthenticated()
            }
            Fault::Restricted => Refusal::no_leave(),
            Fault::Refused => {
                let told = "Unrecognized field in the query: 'metrics.sandbox'.";
                Refusal::ads("queryError", "UNRECOGNIZED_FIELD", told)
            }
        };
        let (edition, is_stream) = (seated.call.edition(), seated.call.is_stream());
        (refusal.answer(edition, is_stream), Delivery::Whole)
    }

    fn leave_standing(
        &mut self,
        incoming: &Incoming,
        kind: &'static str,
        answer: Answer,
    ) -> Answer {
        let ending = Ending {
            status: answer.status.as_u16(),
            delivery: Delivery::Whole,
            fault: None,
        };
        self.journal.note(incoming, kind, ending);
        answer
    }
}

/// What a machine in front of the vendor says.
fn page() -> Answer {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    Answer::with_type(StatusCode::BAD_GATEWAY, "text/html", page)
}
