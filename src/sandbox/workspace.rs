//! What becomes of a call to Notion: let in, struck by a fault, carried out, noted.
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;

use super::{
    answer::{Answer, Delivery},
    fault::{Fault, Strike},
    incoming::Incoming,
    journal::Ending,
    notion::{Author, Call, Moment, Refusal, Version},
    world::World,
};

/// How the tokens of this vendor begin.
const TOKENS: [&str; 2] = ["ntn_", "secret_"];
/// For how long an integration must stay away when a rule says nothing else.
const PAUSE_SECONDS: u32 = 1;
/// The header of the edge, which stands before the vendor.
const EDGE: HeaderName = HeaderName::from_static("cf-ray");

/// A call that the vendor lets in, and the fault that strikes it.
pub(super) struct Entered {
    call: Call,
    version: Version,
    pub(super) strike: Option<Strike>,
}

impl World {
    /// Decides whether a call is let in; one that is not is answered and noted at once.
    pub(super) fn enter(&mut self, incoming: &Incoming) -> Result<Entered, Answer> {
        let Some(call) = Call::parse(&incoming.method, &incoming.path) else {
            return Err(self.turn_away(incoming, "unknown", &Refusal::invalid_url()));
        };
        let token = incoming.token.as_deref();
        let token = token.filter(|token| {
            // Those that came by OAuth begin like the others, and are judged by the desk alone.
            if self.notion_desk.gave(token) {
                return self.notion_desk.scopes(token, incoming.at).is_some();
            }
            self.knobs.tokens.accept_beginning(token, &TOKENS)
        });
        let admitted = self
            .notion
            .admit(&call, incoming, token, &self.knobs.notion);
        match admitted {
            Err(refusal) => Err(self.turn_away(incoming, call.kind(), &refusal)),
            Ok(version) => {
                let strike = self.faults.strike(&incoming.method, &incoming.target);
                Ok(Entered {
                    call,
                    version,
                    strike,
                })
            }
        }
    }

    /// Carries out a call, or lets its fault take its course.
    pub(super) fn serve(
        &mut self,
        incoming: &Incoming,
        entered: &Entered,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let (answer, delivery) = match entered.strike {
            None => (self.do_as_told(entered, incoming, now), Delivery::Whole),
            Some(strike) => self.go_wrong(strike, entered, incoming, now),
        };
        let ending = Ending {
            status: answer.status.as_u16(),
            delivery,
            fault: entered.strike.map(|strike| strike.fault),
        };
        self.journal.note(incoming, entered.call.kind(), ending);
        (answer, delivery)
    }

    fn do_as_told(&mut self, entered: &Entered, incoming: &Incoming, now: Timestamp) -> Answer {
        let moment = Moment {
            now,
            by: Author::Bot,
            version: entered.version,
            knobs: &self.knobs.notion,
        };
        let answer = self.notion.answer(&entered.call, incoming, moment);
        self.notion.publish(Author::Bot, now, &self.knobs.pings);
        answer
    }

    fn go_wrong(
        &mut self,
        strike: Strike,
        entered: &Entered,
        incoming: &Incoming,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let mut told = |delivery| (self.do_as_told(entered, incoming, now), delivery);
        let refusal = match strike.fault {
            // The last three never strike this vendor.
            Fault::Slow | Fault::HookGone | Fault::Dropped | Fault::TooMuchData => {
                return told(Delivery::Whole);
            }
            Fault::Truncated => return told(Delivery::Truncated),
            Fault::LostAnswer => return told(Delivery::Lost),
            Fault::Cut if entered.call.writes() => {
                return (Answer::empty(StatusCode::OK), Delivery::Lost);
            }
            Fault::Cut => return told(Delivery::Cut),
            Fault::Circling => {
                let answer = self.do_as_told(entered, incoming, now);
                return (answer.circling(&incoming.body), Delivery::Whole);
            }
            Fault::ListingExpired => {
                self.notion.forget_cursors();
                return (self.do_as_told(entered, incoming, now), Delivery::Whole);
            }
            Fault::GatewayTimeout => {
                // The vendor went on behind the gateway's back.
                told(Delivery::Whole);
                Refusal::gateway_timeout()
            }
            Fault::BadGateway => return (edge(StatusCode::BAD_GATEWAY), Delivery::Whole),
            Fault::EdgeRefused => return (edge(StatusCode::FORBIDDEN), Delivery::Whole),
            Fault::RateLimited => {
                let seconds = strike.retry_after_seconds.unwrap_or(PAUSE_SECONDS);
                let token = incoming.token.as_deref().unwrap_or_default();
                self.notion.punish(token, seconds, &self.knobs.notion, now);
                Refusal::rate_limited(seconds, "connection")
            }
            Fault::Overloaded => {
                Refusal::overloaded(strike.retry_after_seconds.unwrap_or(PAUSE_SECONDS))
            }
            Fault::ServerError => Refusal::internal(),
            Fault::Unavailable => Refusal::unavailable(strike.retry_after_seconds),
            Fault::Unauthorized => Refusal::unauthorized(),
            Fault::TokenExpired => {
                let token = incoming.token.as_deref().unwrap_or_default();
                self.notion_desk.expire(token, now);
                Refusal::unauthorized()
            }
            Fault::GrantRevoked => {
                let token = incoming.token.as_deref().unwrap_or_default();
                self.notion_desk.revoke(token);
                Refusal::unauthorized()
            }
            Fault::Conflict => Refusal::conflict(),
            Fault::Restricted => Refusal::restricted(),
            Fault::Refused => Refusal::invalid("body failed validation."),
        };
        (self.notion.refuse(&refusal), Delivery::Whole)
    }

    fn turn_away(&mut self, incoming: &Incoming, kind: &'static str, refusal: &Refusal) -> Answer {
        let answer = self.notion.refuse(refusal);
        let ending = Ending {
            status: answer.status.as_u16(),
            delivery: Delivery::Whole,
            fault: None,
        };
        self.journal.note(incoming, kind, ending);
        answer
    }
}

/// What the edge says when the vendor does not answer it, or when it lets nobody through: a page,
/// and no id of the call.
fn edge(status: StatusCode) -> Answer {
    let page = format!(
        "<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{status}</h1>\
         <p>cloudflare</p></body></html>"
    );
    Answer::with_type(status, "text/html; charset=UTF-8", page)
        .with_header(EDGE, HeaderValue::from_static("8c0ffee0sandbox0-VIE"))
}
