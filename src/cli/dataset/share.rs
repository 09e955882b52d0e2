//! Shares datasets, and takes them away again.

use clap::Subcommand;

use super::command::{KIND, LIST};
use crate::cli::client::Client;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::named::path_of;
use crate::cli::sharing;

/// What can be done about sharing.
#[derive(Subcommand)]
pub(super) enum Sharing {
    /// Share a dataset with another user, or change how far they may go.
    Share {
        /// The dataset's name or id.
        dataset: String,
        /// The address with which the other user signs in.
        with: String,
        /// How far they may go: see records, make syncs too, write records too.
        #[arg(long, value_enum, default_value = "view")]
        level: ShareLevel,
    },
    /// Take a shared dataset away from another user.
    Unshare {
        /// The dataset's name or id.
        dataset: String,
        /// The address with which the other user signs in.
        with: String,
    },
    /// List with whom a dataset is shared.
    Shares {
        /// The dataset's name or id.
        dataset: String,
    },
    /// Give up a dataset that somebody else shares.
    Leave {
        /// The dataset's name or id.
        dataset: String,
    },
}

/// How far somebody may go with a shared dataset.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(super) enum ShareLevel {
    /// See the dataset, its records and imports, and export them.
    View,
    /// Make syncs from it too, through connections of their own.
    Use,
    /// Write, delete and import records too.
    Edit,
}

impl Sharing {
    pub(super) async fn run(self, client: &mut Client, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Share {
                dataset,
                with,
                level,
            } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                let shown = sharing::share(client, &path, &with, level.name()).await?;
                context.out.show(&shown)?;
            }
            Self::Unshare { dataset, with } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                sharing::unshare(client, &path, &with).await?;
            }
            Self::Shares { dataset } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                context.out.show(&sharing::shares(client, &path).await?)?;
            }
            Self::Leave { dataset } => {
                let path = path_of(client, LIST, KIND, &dataset).await?;
                sharing::leave(client, &path).await?;
            }
        }
        Ok(())
    }
}

impl ShareLevel {
    const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Use => "use",
            Self::Edit => "edit",
        }
    }
}
