//! The resources of the API, one file for each.

mod access;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod audit;
mod bulk;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod conflicts;
mod connections;
mod datasets;
mod events;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod exports;
mod hooks;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod imports;
mod inlets;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod jobs;
mod letters;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod plans;
mod quarantine;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod records;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod runs;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod schedules;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod selection;
mod session;
mod sessions;
mod setup;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod shares;
#[expect(clippy::too_many_arguments, reason = "an operation's parameters")]
mod sites;
mod syncs;
mod system;
mod tokens;
mod users;

use poem_openapi::payload::Json;
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{
    ApiResponse, ContactObject, LicenseObject, Object, OpenApi, OpenApiService, Tags,
};

use super::error::DependentView;
use super::operation::Operations;
use super::page::Pages;
use crate::app::App;

/// What an operation is about.
#[derive(Tags)]
pub(crate) enum Tag {
    /// The first account of a new appliance.
    Setup,
    /// Signing in and out.
    Session,
    /// What programs sign in with.
    Tokens,
    /// Everybody's accounts.
    Users,
    /// Accounts at providers.
    Connections,
    /// The appliance itself.
    System,
    /// The book of every act.
    Audit,
    /// Tables of records.
    Datasets,
    /// The records of a dataset.
    Records,
    /// Files that are brought into a dataset.
    Imports,
    /// Files with the records of a dataset, made in the background.
    Exports,
    /// Agreements between a dataset and a remote table.
    Syncs,
    /// What a run of a sync would do, before it does it.
    Plans,
    /// Executions of syncs.
    Runs,
    /// Everything that is under way, or was.
    Jobs,
    /// Sites, the events that happen at them, and how they fare.
    Analytics,
}

/// The answer of an operation that has nothing to show.
#[derive(ApiResponse)]
pub(crate) enum Done {
    /// It was done.
    #[oai(status = 204)]
    Done,
}

/// The answer of an operation that makes something.
#[derive(ApiResponse)]
pub(crate) enum Made<T: Type + ToJSON> {
    /// What was made.
    #[oai(status = 201)]
    Made(Json<T>),
}

/// What depends on a thing.
#[derive(Object)]
pub(crate) struct DependentList {
    /// Everything, directly or through others; 1,000 at most.
    items: Vec<DependentView>,
}

impl<T> FromIterator<T> for DependentList
where
    DependentView: From<T>,
{
    fn from_iter<I: IntoIterator<Item = T>>(dependents: I) -> Self {
        let items = dependents.into_iter().map(DependentView::from).collect();
        Self { items }
    }
}

/// All resources over the services of `app`.
pub(crate) fn service(app: &App) -> OpenApiService<impl OpenApi + use<>, ()> {
    let pages = Pages::new(&app.config.limits);
    let resources = (
        setup::Resource::new(app),
        session::Resource::new(app),
        access::Resource::new(app),
        sessions::Resource::new(app),
        tokens::Resource::new(app, pages),
        users::Resource::new(app, pages),
        connections::resources(app, pages),
        system::Resource::new(app),
        audit::Resource::new(app, pages),
        // A group: the library takes sixteen at most side by side.
        (
            datasets::Resource::new(app, pages),
            shares::Resource::new(app, pages),
        ),
        (
            records::Resource::new(app, pages),
            bulk::Resource::new(app),
            selection::Resource::new(app, pages),
        ),
        (
            imports::Resource::new(app, pages),
            exports::Resource::new(app, pages),
            inlets::Resource::new(app, pages),
            hooks::Resource::new(app, pages),
        ),
        (
            syncs::Resource::new(app, pages),
            schedules::Resource::new(app),
            conflicts::Resource::new(app, pages),
        ),
        (
            runs::Resource::new(app, pages),
            runs::Calendar::new(app),
            jobs::Resource::new(app, pages),
            quarantine::Resource::new(app, pages),
        ),
        (
            letters::Resource::new(app, pages),
            plans::Resource::new(app, pages),
        ),
        (sites::resources(app, pages), events::Resource::new(app)),
    );
    let operations = Operations::new(resources, app);
    OpenApiService::new(operations, "Weighbridge", env!("CARGO_PKG_VERSION"))
        .description(
            "The gate and the book of an organisation's data. Errors are problem documents \
             (RFC 9457) whose codes are described under /errors.",
        )
        .contact(
            ContactObject::new()
                .name("The Weighbridge maintainers")
                .url("/handbook/index"),
        )
        .license(
            LicenseObject::new("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0"),
        )
        .server("/api/v1")
}
