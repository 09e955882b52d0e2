//! Looks at everything between here and a provider, step by step, and says where it breaks.

mod judge;

use std::time::Duration;

use http::Method;

use super::{Connection, Error, Standing};
use crate::audit::Code;
use crate::base::Actor;
use crate::net::{Answer, Way};

/// What was found in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, in a word for programs.
    pub name: &'static str,
    /// How it came out.
    pub found: Found,
    /// What was found, for people.
    pub detail: String,
    /// What to do about it.
    pub remedy: Option<&'static str>,
    /// How long it took, where that means something.
    pub took: Option<Duration>,
}

/// How a step came out, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// As it should be.
    Ok,
    /// It was not looked at.
    NotChecked,
    /// It works, and somebody should know something.
    Attention,
    /// It does not work.
    Failed,
}

impl Connection {
    /// Goes the whole way to the provider: its name, a connection, encryption, an answer, the
    /// clocks, the credential, what it allows, and how calls to `bases` go out.
    ///
    /// What can be called is called, the account once; nothing is changed there.
    pub async fn diagnose(&self, bases: &[String], by: &Actor) -> Result<Vec<Check>, Error> {
        let service = &self.all.0;
        let key = (self.stored.provider, self.stored.endpoint);
        let home = service.homes.get(&key).ok_or(Error::NoSandbox)?;
        let way = service.network.way(&home.target).await;
        let mut checks = vec![judge::name(&way), judge::connection(&way)];
        let answer = if goes_on(&way) {
            let call = home.target.call(Method::GET, &[]);
            let call = call.purpose(self.stored.provider.name(), "reach", Duration::ZERO);
            Some(service.network.send(call).await)
        } else {
            None
        };
        checks.push(judge::encryption(way.is_encrypted, answer.as_ref()));
        checks.push(judge::answer(answer.as_ref()));
        self.note_diagnosis(&way, by);
        let answer: Option<&Answer> = answer.as_ref().and_then(|answer| answer.as_ref().ok());
        checks.push(judge::clocks(answer, service.clock.now()));
        // What tests a hook is a delivery, which somebody's Zap would act on.
        let provider = self.stored.provider;
        let tries = provider.shows_records() || provider.advertises();
        let test = match answer {
            Some(_) if tries => Some(self.test(by).await?),
            _ => None,
        };
        let outcome = test.as_ref().map(|test| &test.outcome);
        checks.push(judge::credential(outcome, self.stored.grant.is_some()));
        let ends_at = outcome.and_then(|outcome| outcome.as_ref().ok()?.expires_at);
        checks.extend(ends_at.map(|ends_at| judge::end(ends_at, service.clock.now())));
        // A test may have renewed the tokens.
        let now = self.all.at(&self.key)?;
        let account = outcome.and_then(|outcome| outcome.as_ref().ok());
        let allowed = account.and_then(|account| account.scopes.clone());
        let missing = now.scopes_missing(allowed);
        checks.push(judge::scopes(missing.as_deref(), provider));
        if provider.advertises() && account.is_some() {
            let found = now.bases(by).await;
            checks.push(judge::ad_accounts(&found));
        }
        let mut quotas: Vec<Standing> = bases.iter().map(|base| now.quota(base)).collect();
        quotas.push(now.quota(""));
        checks.push(judge::quota(&quotas));
        Ok(checks)
    }
}

impl Connection {
    fn note_diagnosis(&self, way: &Way, by: &Actor) {
        let event = self.event(Code::ConnectionDiagnosed, by);
        let called = u64::from(goes_on(way));
        self.all.0.record(event.count("calls", called));
    }
}

/// Whether nothing stands in the way, as far as that is known.
fn goes_on(way: &Way) -> bool {
    let mut steps = [&way.name, &way.connection].into_iter().flatten();
    steps.all(|step| step.found.is_ok())
}
