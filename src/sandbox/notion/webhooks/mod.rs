//! Webhooks: a subscription that a person makes by hand in the integration's settings, the token
//! that proves its address, and the signed events that go there (Notion API, "Webhooks" and "Event
//! types & delivery").
//!
//! Left out: comments, uploads, views, moves, and whoever a public integration is `accessible_by`.
mod deliver;
mod events;
mod news;
mod subscription;

pub(crate) use deliver::Attempt;
pub(super) use news::News;
pub(crate) use subscription::Unfit;

use rand::{SeedableRng, rngs::StdRng};
use uuid::Uuid;

use self::subscription::Subscription;
use crate::sandbox::pings::Ping;

/// The subscriptions of the integration.
pub(crate) struct Webhooks {
    all: Vec<Subscription>,
    /// What waits to be sent.
    pub(crate) waiting: Vec<Ping>,
    /// What the call that is carried out has changed so far.
    news: Vec<News>,
    /// How many events were made, so that every other one can be late.
    made: u64,
    dice: StdRng,
}

impl Webhooks {
    /// None, and the same ids and tokens for the same seed.
    pub(super) fn seeded(seed: u64) -> Self {
        Self {
            all: Vec::new(),
            waiting: Vec::new(),
            news: Vec::new(),
            made: 0,
            // Another stream than that of the workspace's ids, which stay as they were without.
            dice: StdRng::seed_from_u64(seed ^ 0x006e_6577_7300),
        }
    }

    /// Keeps in mind that something has changed, if anybody is told.
    pub(super) fn note(&mut self, news: News) {
        if self.all.iter().any(|one| one.is_active) {
            self.news.push(news);
        }
    }

    /// Forgets what has changed: a call that was refused, or a seed, is nobody's news.
    pub(super) fn forget_news(&mut self) {
        self.news.clear();
    }

    fn find(&mut self, id: Uuid) -> Option<&mut Subscription> {
        self.all.iter_mut().find(|one| one.id == id)
    }
}
