//! How a base is watched for a sync.

use poem_openapi::{Enum, Object};

use crate::connections;
use crate::http::Moment;

/// How a provider is asked to tell by itself of what changes in a base. All syncs of an owner that
/// go through one connection to one base share it.
#[derive(Object)]
#[oai(rename = "SyncWatch", skip_serializing_if_is_none)]
pub(super) struct WatchView {
    /// How it stands.
    state: WatchStateView,
    /// Until when the provider tells; that is put off every day.
    ends_at: Option<Moment>,
    /// When the provider last told of something, to the minute.
    last_ping_at: Option<Moment>,
    /// Why the provider could not be asked the last time; that is tried again.
    problem: Option<String>,
}

/// How a watch stands.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SyncWatchState", rename_all = "snake_case")]
enum WatchStateView {
    /// Somebody has to set up at the provider, by hand, that it tells: until then the schedule alone
    /// starts runs. `getConnectionSubscription` says how far that has come.
    Unsubscribed,
    /// The provider is about to be asked.
    Starting,
    /// The provider tells of changes.
    Watching,
    /// The provider does not tell of changes, or could not be asked to go on with it.
    Failing,
}

impl From<connections::WatchView> for WatchView {
    fn from(watch: connections::WatchView) -> Self {
        use connections::WatchState as State;
        Self {
            state: match watch.state {
                State::Unsubscribed => WatchStateView::Unsubscribed,
                State::Starting => WatchStateView::Starting,
                State::Watching => WatchStateView::Watching,
                State::Failing => WatchStateView::Failing,
            },
            ends_at: watch.ends_at.map(Moment),
            last_ping_at: watch.last_ping_at.map(Moment),
            problem: watch.problem,
        }
    }
}
