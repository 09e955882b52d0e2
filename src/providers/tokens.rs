//! Gives the token of each call, and another one when the provider refuses it.

use futures_util::FutureExt as _;
use futures_util::future::{self, BoxFuture};
use http::StatusCode;

use super::records::Answer;
use super::{Access, Error, Kind, Patience};
use crate::base::Secret;
use crate::net::{self, Call};

/// The token of one account, as it is at the time of a call.
pub trait Tokens: Send + Sync {
    /// The token to call with now.
    fn current(&self) -> Answer<'_, Secret>;

    /// Returns when the token to call with is at hand, if it is to be had.
    fn ready(&self) -> BoxFuture<'_, ()>;

    /// The token to call with after the provider refused `stale`; none when there is no other.
    fn replace<'a>(&'a self, stale: &'a Secret) -> Answer<'a, Option<Secret>>;
}

/// A token that stays as it is.
pub struct Fixed(pub Secret);

impl Tokens for Fixed {
    fn current(&self) -> Answer<'_, Secret> {
        async { Ok(self.0.clone()) }.boxed()
    }

    fn ready(&self) -> BoxFuture<'_, ()> {
        future::ready(()).boxed()
    }

    fn replace<'a>(&'a self, _stale: &'a Secret) -> Answer<'a, Option<Secret>> {
        async { Ok(None) }.boxed()
    }
}

impl Access {
    /// Returns when it is one's turn to make one call in `lane`, which then counts as made. Errs with
    /// `CalledOff` when it is not wanted any more.
    ///
    /// A token that is due is renewed before: calls that waited for it with their turns in hand
    /// would all leave at once.
    pub(super) async fn turn(&self, lane: &str) -> Result<(), Error> {
        let ready = async {
            self.tokens.ready().await;
            self.gate.admit(lane).await;
        };
        self.unless_ended(lane, ready).await
    }

    /// Waits for a turn as long as the call is wanted.
    async fn unless_ended(&self, lane: &str, turn: impl Future<Output = ()>) -> Result<(), Error> {
        if let Some(until) = self.gate.held_until(lane) {
            self.errand.waits(until);
        }
        tokio::select! {
            biased;
            () = self.errand.ended() => return Err(Error::CalledOff),
            () = turn => {}
        }
        if self.errand.wants_call() {
            Ok(())
        } else {
            self.gate.take_waited(lane);
            Err(Error::CalledOff)
        }
    }

    /// Makes one call that was admitted to `lane`, with the account's token.
    ///
    /// A provider that refuses the token has done nothing (RFC 6750, 3.1), so that the call is made
    /// once more when there is another token; it waits for a turn of its own.
    pub(super) async fn send(
        &self,
        lane: &str,
        (kind, operation): (Kind, &'static str),
        call: Call,
    ) -> Result<net::Answer, Error> {
        let waited = self.gate.take_waited(lane);
        let token = self.tokens.current().await?;
        let first = call.clone().bearer(&token);
        let first = first.purpose(kind.name(), operation, waited);
        let answer = self.leave(first).await?;
        self.gate.hear_time(&answer.headers, answer.took);
        self.gate.answered(lane, answer.took);
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let Some(fresh) = self.tokens.replace(&token).await? else {
            return Ok(answer);
        };
        self.unless_ended(lane, self.gate.admit(lane)).await?;
        let waited = self.gate.take_waited(lane);
        let again = call.bearer(&fresh).purpose(kind.name(), operation, waited);
        self.leave(again).await
    }

    /// Makes one of the calls in `lane` that answer a question, and makes it again for as long as
    /// whoever asks bears the trouble that it meets: the others are not made again. The first was
    /// admitted.
    pub(super) async fn steadily<T, F>(&self, lane: &str, call: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut patience = Patience::default();
        loop {
            match call().await {
                Err(met) => self.errand.bears(met, &mut patience).await?,
                brought => return brought,
            }
            self.turn(lane).await?;
        }
    }

    /// Lets a call go out.
    pub(super) async fn leave(&self, call: Call) -> Result<net::Answer, Error> {
        self.errand.leaves();
        Ok(self.network.send(call).await?)
    }
}
