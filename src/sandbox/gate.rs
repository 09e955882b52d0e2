//! The sandbox's one HTTP endpoint: the vendor's API, the switches, the page.
use std::time::Duration;

use http::{StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use poem::{Endpoint, Request, Response};

use super::{
    Sandbox,
    airtable::Refusal,
    answer::{Answer, Delivery},
    control, google,
    incoming::Incoming,
    meta, notion,
    oauth::House,
    page, zapier,
};

/// The largest form that the desk for OAuth takes, and the largest body of a call that asks only.
const LARGEST_FORM: usize = 64 << 10;
/// The largest body of a seed.
const LARGEST_SEED: usize = 256 << 20;

/// Everything that a sandbox answers.
pub struct Gate {
    sandbox: Sandbox,
}

impl Endpoint for Gate {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let arrived = self.there();
        let path = request.uri().path();
        if let Some(answer) = page::answer(request.method(), path) {
            return Ok(answer.deliver(Delivery::Whole));
        }
        if path.starts_with(control::ROOT) {
            return Ok(self.control(request, arrived).await);
        }
        let mut response = if let Some(house) = House::at(path) {
            self.desk(house, request, self.sandbox.clock.now()).await
        } else if google::is_ours(path) {
            self.google(request, arrived).await
        } else if notion::is_ours(path) {
            self.workspace(request, arrived).await
        } else if zapier::is_ours(path) {
            self.hook(request, arrived).await
        } else if meta::is_ours(path) {
            self.graph(request, arrived).await
        } else {
            self.vendor(request, arrived).await
        };
        let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&self.there());
        if let Some(date) = date.ok().and_then(|date| date.try_into().ok()) {
            response.headers_mut().insert(header::DATE, date);
        }
        Ok(response)
    }
}

impl Gate {
    pub(super) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    async fn control(&self, request: Request, arrived: Timestamp) -> Response {
        match Incoming::read(request, arrived, LARGEST_SEED).await {
            Ok(incoming) => {
                let answer = control::answer(&self.sandbox, &incoming);
                self.ring();
                answer
            }
            Err(status) => Answer::empty(status).deliver(Delivery::Whole),
        }
    }

    /// The desk for OAuth. Faults strike it as they do the vendor's other calls.
    async fn desk(&self, house: House, request: Request, arrived: Timestamp) -> Response {
        let incoming = match Incoming::read(request, arrived, LARGEST_FORM).await {
            Ok(incoming) => incoming,
            Err(status) => return Answer::empty(status).deliver(Delivery::Whole),
        };
        let (strike, latency_ms) = {
            let mut world = self.sandbox.world();
            let strike = world.faults.strike(&incoming.method, &incoming.target);
            (strike, world.knobs.latency_ms)
        };
        let delay_ms = strike.map_or(0, |strike| strike.delay_ms);
        self.wait(u64::from(latency_ms) + u64::from(delay_ms)).await;
        let now = self.sandbox.clock.now();
        let (answer, delivery) = self.sandbox.world().attend(house, &incoming, strike, now);
        answer.deliver(delivery)
    }

    async fn vendor(&self, request: Request, arrived: Timestamp) -> Response {
        let most = self.sandbox.world().knobs.largest_body_bytes;
        let incoming = match Incoming::read(request, arrived, most as usize).await {
            Ok(incoming) => incoming,
            Err(StatusCode::PAYLOAD_TOO_LARGE) => {
                return Answer::from(Refusal::too_large()).deliver(Delivery::Whole);
            }
            Err(status) => return Answer::empty(status).deliver(Delivery::Whole),
        };
        let (admitted, latency_ms) = {
            let mut world = self.sandbox.world();
            match world.receive(&incoming) {
                Ok(admitted) => (admitted, world.knobs.latency_ms),
                Err(answer) => return answer.deliver(Delivery::Whole),
            }
        };
        let delay_ms = admitted.strike.map_or(0, |strike| strike.delay_ms);
        self.wait(u64::from(latency_ms) + u64::from(delay_ms)).await;
        let now = self.there();
        let (answer, delivery) = self.sandbox.world().perform(&incoming, &admitted, now);
        self.ring();
        answer.deliver(delivery)
    }

    /// Notion's calls.
    async fn workspace(&self, request: Request, arrived: Timestamp) -> Response {
        let most = self.sandbox.world().knobs.largest_body_bytes;
        let incoming = match Incoming::read(request, arrived, most as usize).await {
            Ok(incoming) => incoming,
            Err(status) => return Answer::empty(status).deliver(Delivery::Whole),
        };
        let (entered, latency_ms) = {
            let mut world = self.sandbox.world();
            match world.enter(&incoming) {
                Ok(entered) => (entered, world.knobs.latency_ms),
                Err(answer) => return answer.deliver(Delivery::Whole),
            }
        };
        let delay_ms = entered.strike.map_or(0, |strike| strike.delay_ms);
        self.wait(u64::from(latency_ms) + u64::from(delay_ms)).await;
        let now = self.there();
        let (answer, delivery) = self.sandbox.world().serve(&incoming, &entered, now);
        self.ring();
        answer.deliver(delivery)
    }

    /// Meta's calls.
    async fn graph(&self, request: Request, arrived: Timestamp) -> Response {
        let incoming = match Incoming::read(request, arrived, LARGEST_FORM).await {
            Ok(incoming) => incoming,
            Err(status) => return Answer::empty(status).deliver(Delivery::Whole),
        };
        let (invited, latency_ms) = {
            let mut world = self.sandbox.world();
            match world.invite(&incoming) {
                Ok(invited) => (invited, world.knobs.latency_ms),
                Err(answer) => return answer.deliver(Delivery::Whole),
            }
        };
        let delay_ms = invited.strike.map_or(0, |strike| strike.delay_ms);
        self.wait(u64::from(latency_ms) + u64::from(delay_ms)).await;
        let now = self.there();
        let (answer, delivery) = self.sandbox.world().advertise(&incoming, &invited, now);
        answer.deliver(delivery)
    }

    /// The calls of Google's APIs.
    async fn google(&self, request: Request, arrived: Timestamp) -> Response {
        let incoming = match Incoming::read(request, arrived, LARGEST_FORM).await {
            Ok(incoming) => incoming,
            Err(status) => return Answer::empty(status).deliver(Delivery::Whole),
        };
        let (seated, latency_ms) = {
            let mut world = self.sandbox.world();
            match world.seat(&incoming) {
                Ok(seated) => (seated, world.knobs.latency_ms),
                Err(answer) => return answer.deliver(Delivery::Whole),
            }
        };
        let delay_ms = seated.strike.map_or(0, |strike| strike.delay_ms);
        self.wait(u64::from(latency_ms) + u64::from(delay_ms)).await;
        let now = self.there();
        let (answer, delivery) = self.sandbox.world().bid(&incoming, &seated, now);
        answer.deliver(delivery)
    }

    /// Zapier's hooks.
    async fn hook(&self, request: Request, arrived: Timestamp) -> Response {
        let most = self.sandbox.world().knobs.zapier.largest_body_bytes;
        let incoming = match Incoming::read(request, arrived, most as usize).await {
            Ok(incoming) => incoming,
            Err(status) => return zapier::refusal(status, "too large").deliver(Delivery::Whole),
        };
        let (let_in, latency_ms) = {
            let mut world = self.sandbox.world();
            match world.let_in(&incoming) {
                Ok(let_in) => (let_in, world.knobs.latency_ms),
                Err(answer) => return answer.deliver(Delivery::Whole),
            }
        };
        let delay_ms = let_in.strike.map_or(0, |strike| strike.delay_ms);
        self.wait(u64::from(latency_ms) + u64::from(delay_ms)).await;
        let now = self.there();
        let (answer, delivery) = self.sandbox.world().catch(&incoming, &let_in, now);
        answer.deliver(delivery)
    }

    fn there(&self) -> Timestamp {
        self.sandbox.there()
    }

    /// Has notifications sent that came of a call.
    fn ring(&self) {
        if self.sandbox.world().has_pings() {
            self.sandbox.bell.ring();
        }
    }

    async fn wait(&self, ms: u64) {
        if ms > 0 {
            self.sandbox.clock.sleep(Duration::from_millis(ms)).await;
        }
    }
}
