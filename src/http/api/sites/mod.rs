//! Sites: what is counted, the keys that events are sent with, and how they fare.

mod attribution;
mod cohorts;
mod cost;
mod export;
mod feed;
mod funnel;
mod goal;
mod goal_figures;
mod history;
mod journeys;
mod key;
mod link;
mod note;
mod overview;
mod realtime;
mod report;
mod resource;
mod saved;
mod segment;
mod share;
mod shown;
mod takeout;
mod together;
mod view;
mod word;

use poem_openapi::OpenApi;

use export::Exports;
use feed::SiteFeeds;
use goal::Goals;
use link::SiteLinks;
use note::Notes;
use resource::Resource;
use saved::SavedReports;
use segment::Segments;
use share::SiteShares;
use takeout::Takeouts;

use crate::app::App;
use crate::http::page::Pages;

/// All resources of sites.
pub(super) fn resources(app: &App, pages: Pages) -> impl OpenApi + use<> {
    (
        Exports::new(app),
        SiteFeeds::new(app, pages),
        Goals::new(app, pages),
        Notes::new(app, pages),
        Resource::new(app, pages),
        SavedReports::new(app, pages),
        Segments::new(app, pages),
        SiteLinks::new(app, pages),
        SiteShares::new(app, pages),
        Takeouts::new(app),
    )
}
