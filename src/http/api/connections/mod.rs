//! Accounts at providers.

mod authorize;
mod diagnosis;
mod health;
mod remote;
mod resource;
mod subscription;
mod view;

use poem_openapi::OpenApi;

use super::Pages;
use crate::app::App;

/// All that is about connections.
pub(super) fn resources(app: &App, pages: Pages) -> impl OpenApi + use<> {
    (
        resource::Resource::new(app, pages),
        authorize::Authorizations::new(app),
        health::Resource::new(app, pages),
        diagnosis::Resource::new(app),
        subscription::Subscriptions::new(app),
    )
}
