//! What becomes of a call to one of Zapier's hooks: let in, struck by a fault, delivered, noted.
use http::{HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;

use super::{
    answer::{Answer, Delivery},
    fault::{Fault, Strike},
    incoming::Incoming,
    journal::Ending,
    world::World,
    zapier::{Address, State, gone, refusal, too_many},
};

/// How long a hook asks to be left alone when a rule says nothing else.
const PAUSE_SECONDS: u32 = 1;

/// A call that a hook lets in, and the fault that strikes it.
pub(super) struct LetIn {
    address: Address,
    /// Whether it ends a subscription rather than delivers something.
    unsubscribes: bool,
    pub(super) strike: Option<Strike>,
}

impl LetIn {
    fn kind(&self) -> &'static str {
        if self.unsubscribes {
            return "zapier_unsubscribe";
        }
        self.address.counted()
    }
}

impl World {
    /// Decides whether a call is let in; one that is not is answered and noted at once.
    pub(super) fn let_in(&mut self, incoming: &Incoming) -> Result<LetIn, Answer> {
        let Some(address) = Address::of_path(&incoming.path) else {
            let missing = refusal(StatusCode::NOT_FOUND, "there is no such hook");
            return Err(self.noted(incoming, "unknown", missing));
        };
        let unsubscribes = incoming.method == Method::DELETE;
        if !unsubscribes && incoming.method != Method::POST {
            let wrong = refusal(StatusCode::METHOD_NOT_ALLOWED, "send a POST");
            return Err(self.noted(incoming, address.counted(), wrong));
        }
        let admitted = self.zapier.admit(&address, &self.knobs.zapier, incoming.at);
        if let Err(refused) = admitted {
            return Err(self.noted(incoming, address.counted(), refused));
        }
        let strike = self.faults.strike(&incoming.method, &incoming.target);
        Ok(LetIn {
            address,
            unsubscribes,
            strike,
        })
    }

    /// Takes a delivery in, or lets its fault take its course.
    pub(super) fn catch(
        &mut self,
        incoming: &Incoming,
        let_in: &LetIn,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let (answer, delivery) = match let_in.strike {
            None => (self.take(incoming, let_in, now), Delivery::Whole),
            Some(strike) => self.miss(strike, incoming, let_in, now),
        };
        let ending = Ending {
            status: answer.status.as_u16(),
            delivery,
            fault: let_in.strike.map(|strike| strike.fault),
        };
        self.journal.note(incoming, let_in.kind(), ending);
        (answer, delivery)
    }

    fn take(&mut self, incoming: &Incoming, let_in: &LetIn, now: Timestamp) -> Answer {
        if let_in.unsubscribes {
            // The other way round: an app that forgets a subscription switches its Zap off.
            self.zapier.switch(&let_in.address, State::Off);
            return Answer::empty(StatusCode::NO_CONTENT);
        }
        self.zapier.take(&let_in.address, incoming, now)
    }

    fn miss(
        &mut self,
        strike: Strike,
        incoming: &Incoming,
        let_in: &LetIn,
        now: Timestamp,
    ) -> (Answer, Delivery) {
        let seconds = strike.retry_after_seconds;
        let answer = match strike.fault {
            Fault::Cut => return (Answer::empty(StatusCode::OK), Delivery::Lost),
            Fault::LostAnswer => return (self.take(incoming, let_in, now), Delivery::Lost),
            Fault::Truncated => return (self.take(incoming, let_in, now), Delivery::Truncated),
            Fault::HookGone => {
                self.zapier.switch(&let_in.address, State::Gone);
                gone()
            }
            Fault::Dropped => self.zapier.drop_one(&let_in.address),
            Fault::RateLimited => too_many(seconds.unwrap_or(PAUSE_SECONDS)),
            Fault::ServerError => {
                refusal(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong")
            }
            Fault::Unavailable => {
                let answer = refusal(StatusCode::SERVICE_UNAVAILABLE, "try again later");
                match seconds {
                    None => answer,
                    Some(seconds) => {
                        answer.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
                    }
                }
            }
            Fault::BadGateway => page(StatusCode::BAD_GATEWAY),
            Fault::GatewayTimeout => {
                // The vendor went on behind the gateway's back.
                self.take(incoming, let_in, now);
                page(StatusCode::GATEWAY_TIMEOUT)
            }
            // Who has the address needs no token, and nothing is listed: all but the first never
            // strike a hook in any way that shows.
            Fault::Slow
            | Fault::Circling
            | Fault::Refused
            | Fault::Unauthorized
            | Fault::ListingExpired
            | Fault::Conflict
            | Fault::Overloaded
            | Fault::Restricted
            | Fault::TooMuchData
            | Fault::EdgeRefused
            | Fault::TokenExpired
            | Fault::GrantRevoked => self.take(incoming, let_in, now),
        };
        (answer, Delivery::Whole)
    }

    fn noted(&mut self, incoming: &Incoming, kind: &'static str, answer: Answer) -> Answer {
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
fn page(status: StatusCode) -> Answer {
    let page =
        format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
    Answer::with_type(status, "text/html", page)
}
