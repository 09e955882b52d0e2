//! What becomes of a call to Meta: let in, struck by a fault, carried out, noted.
use http::StatusCode;
use jiff::Timestamp;

use super::{
    answer::{Answer, Delivery},
    fault::{Fault, Strike},
    incoming::Incoming,
    journal::Ending,
    meta::{Call, Moment, Refusal, Used},
    world::World,
};

/// How the tokens of this vendor begin.
const TOKENS: [&str; 1] = ["EAA"];
/// For how many minutes a rule has an account closed that says nothing else.
const PAUSE_MINUTES: i64 = 1;

/// A call that the vendor lets in, and the fault that strikes it.
pub(super) struct Invited {
    call: Call,
    used: Option<Used>,
    pub(super) strike: Option<Strike>,
}

/// The token that a call shows, in its header or in its query.
fn token(incoming: &Incoming) -> Option<&str> {
    let shown = incoming.token.as_deref();
    shown.or_else(|| incoming.parameter("access_token"))
}

impl World {
    /// Decides whether a call is let in; one that is not is answered and noted at once.
    pub(super) fn invite(&mut self, incoming: &Incoming) -> Result<Invited, Answer> {
        let Some(call) = Call::parse(&incoming.method, &incoming.path) else {
            return Err(self.dismiss(incoming, "unknown", Refusal::no_path().answer()));
        };
        let token = token(incoming);
        if token.is_some_and(|token| !self.knobs.tokens.accept_beginning(token, &TOKENS)) {
            return Err(self.dismiss(incoming, call.kind(), Refusal::invalid_token().answer()));
        }
        let moment = Moment {
            now: incoming.at,
            knobs: &self.knobs.meta,
        };
        match self.meta.admit(&call, token, moment) {
            Ok(used) => {
                let strike = self.faults.strike(&incoming.method, &incoming.target);
                Ok(Invited { call, used, strike })
            }
            Err((refusal, used)) => {
                let answer = with_usage(refusal.answer(), &call, used);
                Err(self.dismiss(incoming, call.kind(), answer))
            }
        }
    }

    /// Carries out a call, or lets its fault take its course.
    pub(super) fn advertise(
        &mut self,
        incoming: &Incoming,
        invited: &Invited,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let (answer, delivery) = match invited.strike {
            None => (self.tell(invited, incoming, now), Delivery::Whole),
            Some(strike) => self.mistell(strike, invited, incoming, now),
        };
        let ending = Ending {
            status: answer.status.as_u16(),
            delivery,
            fault: invited.strike.map(|strike| strike.fault),
        };
        self.journal.note(incoming, invited.call.kind(), ending);
        (answer, delivery)
    }

    fn tell(&self, invited: &Invited, incoming: &Incoming, now: Timestamp) -> Answer {
        let knobs = &self.knobs.meta;
        let answer = self
            .meta
            .answer(&invited.call, incoming, Moment { now, knobs });
        with_usage(answer, &invited.call, invited.used)
    }

    fn mistell(
        &mut self,
        strike: Strike,
        invited: &Invited,
        incoming: &Incoming,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let told = |delivery| (self.tell(invited, incoming, now), delivery);
        let shown = token(incoming).unwrap_or_default();
        let refusal = match strike.fault {
            // Those after the first never strike this vendor, which knows no such answer.
            Fault::Slow
            | Fault::ListingExpired
            | Fault::Conflict
            | Fault::Overloaded
            | Fault::EdgeRefused
            | Fault::GatewayTimeout
            | Fault::HookGone
            | Fault::Dropped => return told(Delivery::Whole),
            Fault::Truncated => return told(Delivery::Truncated),
            Fault::LostAnswer => return told(Delivery::Lost),
            Fault::Cut => return told(Delivery::Cut),
            Fault::Circling => {
                let after = incoming.parameter("after").unwrap_or_default();
                let answer = self.tell(invited, incoming, now);
                return (answer.circling_at(after), Delivery::Whole);
            }
            Fault::RateLimited => {
                let minutes = strike
                    .retry_after_seconds
                    .map_or(PAUSE_MINUTES, |seconds| i64::from(seconds.div_ceil(60)));
                let used = Used {
                    percent: 100,
                    minutes,
                };
                let answer = with_usage(Refusal::user_limit().answer(), &invited.call, Some(used));
                return (answer, Delivery::Whole);
            }
            Fault::TooMuchData => Refusal::too_much_data(),
            Fault::ServerError => Refusal::unknown(),
            Fault::Unavailable => Refusal::unavailable(),
            Fault::BadGateway => return (page(), Delivery::Whole),
            Fault::Unauthorized => Refusal::invalid_token(),
            Fault::TokenExpired => {
                self.meta.expire(shown);
                Refusal::expired_token()
            }
            Fault::GrantRevoked => {
                self.meta.revoke(shown);
                Refusal::app_removed()
            }
            Fault::Restricted => Refusal::permission(),
            Fault::Refused => Refusal::parameter("fields"),
        };
        (refusal.answer(), Delivery::Whole)
    }

    fn dismiss(&mut self, incoming: &Incoming, kind: &'static str, answer: Answer) -> Answer {
        let ending = Ending {
            status: answer.status.as_u16(),
            delivery: Delivery::Whole,
            fault: None,
        };
        self.journal.note(incoming, kind, ending);
        answer
    }
}

/// The answer to a call about an ad account, with what tells how much of its hour is used up.
fn with_usage(answer: Answer, call: &Call, used: Option<Used>) -> Answer {
    match (call.account(), used) {
        (Some(account), Some(used)) => used.told(account, answer),
        _ => answer,
    }
}

/// What a machine in front of the vendor says.
fn page() -> Answer {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    Answer::with_type(StatusCode::BAD_GATEWAY, "text/html", page)
}
