//! `weighbridge site`: sites whose events are counted, and the keys that events are sent with.

use std::fmt::{Display, Formatter, Result as Written};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use poem::Body;
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::context::Context;
use super::dataset::{FileFormat, check_free, save_at, upload};
use super::failure::Failure;
use super::named::{self, path_of, text};
use super::owner::Owner;
use super::sharing::{self, Shares};
use super::site_attribution::{self, Attribution};
use super::site_events::Events;
use super::site_feed::{self, Feeds};
use super::site_goal::{self, Shown as Goals};
use super::site_now::Now;
use super::site_privacy::{Forget, Keep, Traces};
use super::site_report::{Asked, Report};

const LIST: &str = "/sites";
const KIND: &str = "site";

/// Whose sites are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the sites.
    List,
    /// Make a site.
    Create {
        /// What to call it.
        name: String,
        /// Its domain, such as shop.example; what lies below is its own.
        #[arg(long)]
        domain: String,
        /// Its currency, by ISO 4217, such as EUR.
        #[arg(long)]
        currency: String,
        /// The zone in which its days begin, such as Europe/Berlin.
        #[arg(long, value_name = "ZONE")]
        time_zone: String,
        /// How visitors are told apart.
        #[arg(long, value_name = "HOW", default_value = "daily")]
        visitor_ids: VisitorIds,
    },
    /// Show a site.
    Show {
        /// The name or id.
        site: String,
    },
    /// Delete a site with its keys and all of its events.
    Delete {
        /// The name or id.
        site: String,
    },
    /// Tell what goes on now: who is there, where, and what was converted last.
    Now {
        /// The name or id.
        site: String,
    },
    /// Tell what visits and events come to, by any dimensions.
    Report(Asked),
    /// Tell which visits led to conversions, by every model side by side.
    Attribution(site_attribution::Asked),
    /// Count every day anew from its events, and tell whether the sums that were kept are the same.
    Rebuild {
        /// The name or id.
        site: String,
    },
    /// Bring events of the past into a site.
    ///
    /// A CSV file has a column for each member of an event: name, id, at, visitor, and url,
    /// referrer, value, currency. What is there already by its id is not counted again.
    Import {
        /// The name or id.
        site: String,
        /// The file; `-` for standard input.
        file: PathBuf,
        /// How the file is written; without it, what the file's name says.
        #[arg(long, value_enum)]
        format: Option<FileFormat>,
    },
    /// Write the events of some days to a file, as they are kept.
    Events(Events),
    /// Make, list and delete the keys that events are sent with.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Add, list, fetch and delete feeds: ad accounts whose figures stand beside the site's visits.
    #[command(subcommand)]
    Feed(site_feed::Command),
    /// List, add and remove goals, and tell how often they were reached.
    #[command(subcommand)]
    Goal(site_goal::Command),
    #[command(flatten)]
    Sharing(Sharing),
    #[command(flatten)]
    Privacy(Privacy),
}

/// What can be done about what is kept.
#[derive(Subcommand)]
enum Privacy {
    /// Say how long events, and what days came to, are kept.
    ///
    /// What is older goes within the hour and does not come back.
    Keep(Keep),
    /// Take a visitor out of all that is kept of a site.
    Forget(Forget),
}

/// What can be done about sharing.
#[derive(Subcommand)]
enum Sharing {
    /// Share a site with another user, or change how far they may go.
    Share {
        /// The site's name or id.
        site: String,
        /// The address with which the other user signs in.
        with: String,
        /// How far they may go.
        #[arg(long, value_enum, default_value = "view")]
        level: ShareLevel,
    },
    /// Take a shared site away from another user.
    Unshare {
        /// The site's name or id.
        site: String,
        /// The address with which the other user signs in.
        with: String,
    },
    /// List with whom a site is shared.
    Shares {
        /// The site's name or id.
        site: String,
    },
    /// Give up a site that somebody else shares.
    Leave {
        /// The site's name or id.
        site: String,
    },
}

/// How far somebody may go with a shared site.
#[derive(Clone, Copy, ValueEnum)]
enum ShareLevel {
    /// See how it fares and how it is set up.
    View,
    /// Change it and its keys, and bring events of the past, too.
    Edit,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// List the keys of a site.
    List {
        /// The site's name or id.
        site: String,
    },
    /// Make a key and print it; a secret one is shown this once.
    Create {
        /// The site's name or id.
        site: String,
        /// What to call the key.
        name: String,
        /// An origin from which browsers may send with it, such as <https://shop.example>; may be
        /// given several times. Without one, the key is a secret one for servers.
        #[arg(long = "origin", value_name = "ORIGIN")]
        origins: Vec<String>,
    },
    /// Delete a key: nothing comes in with it any more.
    Delete {
        /// The site's name or id.
        site: String,
        /// The key's name or id.
        key: String,
    },
}

/// How visitors are told apart.
#[derive(Clone, Copy, ValueEnum)]
enum VisitorIds {
    /// For one day.
    Daily,
    /// For as long as whoever sends events says that it is the same.
    Lasting,
}

/// A file was not read to its end.
#[derive(Debug, thiserror::Error)]
#[error("the rest of the file was not read: {0}; mend it and send all of it again")]
struct BrokeOff(String);

/// What a command prints.
enum View {
    Sites(Vec<Value>),
    Site(Value),
    Keys(Vec<Value>),
    Key(Value),
    Feeds(Feeds),
    Goals(Goals),
    Now(Now),
    Report(Report),
    Attribution(Attribution),
    Rebuild(Value),
    Import(Value),
    Shares(Shares),
    Traces(Traces),
    Nothing,
}

pub(super) fn run(line: Line, context: &Context) -> Result<(), Failure> {
    let work = async |client: &mut Client| act(line.command, client).await;
    match line.owner.with(context, work)? {
        View::Sites(list) => context.out.show(&Sites(list))?,
        View::Site(site) => context.out.show(&Site(site))?,
        View::Keys(list) => context.out.show(&Keys(list))?,
        View::Key(key) => context.out.show(&Key(key))?,
        View::Feeds(feeds) => context.out.show(&feeds)?,
        View::Goals(goals) => goals.show(&context.out)?,
        View::Now(now) => context.out.show(&now)?,
        View::Report(report) => context.out.show(&report)?,
        View::Attribution(attribution) => context.out.show(&attribution)?,
        View::Rebuild(found) => context.out.show(&Rebuild(found))?,
        View::Import(report) => {
            context.out.show(&Import(&report))?;
            if let Some(why) = report["broke_off"].as_str() {
                return Err(Failure::of(BrokeOff(why.to_owned())));
            }
        }
        View::Shares(shares) => context.out.show(&shares)?,
        View::Traces(traces) => context.out.show(&traces)?,
        View::Nothing => {}
    }
    Ok(())
}

async fn act(command: Command, client: &mut Client) -> Result<View, Failure> {
    match command {
        Command::List => Ok(View::Sites(client.list(LIST).await?)),
        Command::Create {
            name,
            domain,
            currency,
            time_zone,
            visitor_ids,
        } => {
            let visitor_ids = match visitor_ids {
                VisitorIds::Daily => "daily",
                VisitorIds::Lasting => "lasting",
            };
            let body = json!({
                "name": name, "domain": domain, "currency": currency, "time_zone": time_zone,
                "visitor_ids": visitor_ids,
            });
            let made = client.call(Method::POST, LIST, Some(&body)).await?;
            Ok(View::Site(made))
        }
        Command::Show { site } => Ok(View::Site(named::find(client, LIST, KIND, &site).await?)),
        Command::Delete { site } => {
            let path = path_of(client, LIST, KIND, &site).await?;
            client.call(Method::DELETE, &path, None).await?;
            Ok(View::Nothing)
        }
        Command::Now { site } => {
            let path = path_of(client, LIST, KIND, &site).await? + "/realtime";
            let told = client.call(Method::GET, &path, None).await?;
            Ok(View::Now(Now(told)))
        }
        Command::Report(asked) => report(client, asked).await,
        Command::Attribution(asked) => {
            let question = ("attribution", asked.body()?);
            let told = ask(client, asked.site(), question).await?;
            Ok(View::Attribution(asked.attribution(told)))
        }
        Command::Rebuild { site } => {
            let path = path_of(client, LIST, KIND, &site).await? + "/rebuild";
            Ok(View::Rebuild(client.call(Method::POST, &path, None).await?))
        }
        Command::Import { site, file, format } => {
            let path = path_of(client, LIST, KIND, &site).await?;
            let report = upload(client, (&path, ""), &file, format).await?;
            Ok(View::Import(report))
        }
        Command::Events(asked) => events(client, &asked).await,
        Command::Key(command) => act_on_key(command, client).await,
        Command::Goal(command) => Ok(View::Goals(site_goal::act(command, client).await?)),
        Command::Feed(command) => Ok(View::Feeds(site_feed::act(command, client).await?)),
        Command::Sharing(command) => act_on_shares(command, client).await,
        Command::Privacy(command) => act_on_privacy(command, client).await,
    }
}

async fn act_on_privacy(command: Privacy, client: &mut Client) -> Result<View, Failure> {
    match command {
        Privacy::Keep(keep) => {
            let path = path_of(client, LIST, KIND, &keep.site).await?;
            Ok(View::Site(keep.carry_out(client, &path).await?))
        }
        Privacy::Forget(forget) => {
            let path = path_of(client, LIST, KIND, &forget.site).await?;
            Ok(View::Traces(forget.carry_out(client, &path).await?))
        }
    }
}

async fn act_on_shares(command: Sharing, client: &mut Client) -> Result<View, Failure> {
    match command {
        Sharing::Share { site, with, level } => {
            let level = match level {
                ShareLevel::View => "view",
                ShareLevel::Edit => "edit",
            };
            let path = path_of(client, LIST, KIND, &site).await?;
            let shown = sharing::share(client, &path, &with, level).await?;
            Ok(View::Shares(shown))
        }
        Sharing::Unshare { site, with } => {
            let path = path_of(client, LIST, KIND, &site).await?;
            sharing::unshare(client, &path, &with).await?;
            Ok(View::Nothing)
        }
        Sharing::Shares { site } => {
            let path = path_of(client, LIST, KIND, &site).await?;
            Ok(View::Shares(sharing::shares(client, &path).await?))
        }
        Sharing::Leave { site } => {
            let path = path_of(client, LIST, KIND, &site).await?;
            sharing::leave(client, &path).await?;
            Ok(View::Nothing)
        }
    }
}

/// Tells a report, or writes it to the file that is asked for.
async fn report(client: &mut Client, asked: Asked) -> Result<View, Failure> {
    let Some((output, existing)) = asked.output() else {
        let question = ("reports", asked.body()?);
        let told = ask(client, asked.site(), question).await?;
        return Ok(View::Report(asked.report(told)));
    };
    check_free(output, existing).map_err(Failure::of)?;
    let path = path_of(client, LIST, KIND, asked.site()).await? + "/reports/export";
    let body = Body::from(asked.export(output)?.to_string());
    let kind = Some("application/json");
    let file = client.stream(Method::POST, &path, kind, body).await?;
    save_at(file, output, existing).await.map_err(Failure::of)?;
    Ok(View::Nothing)
}

/// Writes events to the file that is asked for.
async fn events(client: &mut Client, asked: &Events) -> Result<View, Failure> {
    let query = asked.query()?;
    let (output, existing) = (&asked.output, asked.existing());
    check_free(output, existing).map_err(Failure::of)?;
    let path = path_of(client, LIST, KIND, &asked.site).await? + "/events/export" + &query;
    let file = client
        .stream(Method::GET, &path, None, Body::empty())
        .await?;
    save_at(file, output, existing).await.map_err(Failure::of)?;
    Ok(View::Nothing)
}

/// Asks a site what its events come to.
async fn ask(
    client: &mut Client,
    site: &str,
    (what, body): (&str, Value),
) -> Result<Value, Failure> {
    let path = path_of(client, LIST, KIND, site).await?;
    let path = format!("{path}/{what}");
    client.call(Method::POST, &path, Some(&body)).await
}

async fn act_on_key(command: KeyCommand, client: &mut Client) -> Result<View, Failure> {
    let keys = async |client: &mut Client, site: &str| -> Result<String, Failure> {
        Ok(path_of(client, LIST, KIND, site).await? + "/keys")
    };
    match command {
        KeyCommand::List { site } => {
            let path = keys(client, &site).await?;
            Ok(View::Keys(client.list(&path).await?))
        }
        KeyCommand::Create {
            site,
            name,
            origins,
        } => {
            let path = keys(client, &site).await?;
            let kind = if origins.is_empty() {
                "secret"
            } else {
                "public"
            };
            let body = json!({"name": name, "kind": kind, "origins": origins});
            let made = client.call(Method::POST, &path, Some(&body)).await?;
            Ok(View::Key(made))
        }
        KeyCommand::Delete { site, key } => {
            let list = keys(client, &site).await?;
            let path = path_of(client, &list, "site key", &key).await?;
            client.call(Method::DELETE, &path, None).await?;
            Ok(View::Nothing)
        }
    }
}

/// Sites, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct Sites(Vec<Value>);

impl Display for Sites {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for site in &self.0 {
            let seen = site["last_event_at"].as_str().unwrap_or("never");
            writeln!(
                f,
                "{:24} {:24} {} {:20} last event {seen:24} {}{}",
                text(site, "name"),
                text(site, "domain"),
                text(site, "currency"),
                text(site, "time_zone"),
                text(site, "id"),
                sharing::shared(site)
            )?;
        }
        Ok(())
    }
}

/// One site.
#[derive(Serialize)]
#[serde(transparent)]
struct Site(Value);

impl Display for Site {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for (label, member) in [
            ("id", "id"),
            ("name", "name"),
            ("domain", "domain"),
            ("currency", "currency"),
            ("time zone", "time_zone"),
            ("week start", "week_start"),
            ("visitor ids", "visitor_ids"),
            ("created", "created_at"),
            ("last event", "last_event_at"),
        ] {
            writeln!(f, "{label:12} {}", text(&self.0, member))?;
        }
        for (label, kept, from) in [
            ("keeps events", "events_days", "events_from"),
            ("keeps sums", "sums_days", "sums_from"),
        ] {
            match self.0["retention"][kept].as_u64() {
                Some(days) => write!(f, "{label:12} {days} days")?,
                None => write!(f, "{label:12} for ever")?,
            }
            match self.0[from].as_str() {
                Some(day) => writeln!(f, ", from {day} on")?,
                None => writeln!(f)?,
            }
        }
        if !self.0["shared_by"].is_null() {
            writeln!(f, "{:12} {}", "shared by", text(&self.0, "shared_by"))?;
            writeln!(f, "{:12} {}", "to", text(&self.0, "access"))?;
        }
        Ok(())
    }
}

/// Keys, a line each.
#[derive(Serialize)]
#[serde(transparent)]
struct Keys(Vec<Value>);

impl Display for Keys {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for key in &self.0 {
            let used = key["last_used_at"].as_str().unwrap_or("never");
            writeln!(
                f,
                "{:24} {:6} …{} last used {used:24} {}",
                text(key, "name"),
                text(key, "kind"),
                text(key, "ends_with"),
                text(key, "id")
            )?;
        }
        Ok(())
    }
}

/// A key just made.
#[derive(Serialize)]
#[serde(transparent)]
struct Key(Value);

impl Display for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        writeln!(f, "{}", text(&self.0, "key"))
    }
}

/// What became of a rebuild.
#[derive(Serialize)]
#[serde(transparent)]
struct Rebuild(Value);

impl Display for Rebuild {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let (days, differed) = (&self.0["days"], &self.0["differed"]);
        writeln!(
            f,
            "{days} days were counted anew; {differed} sums of days and months differed and are mended"
        )
    }
}

/// What became of a file of events.
#[derive(Serialize)]
#[serde(transparent)]
struct Import<'a>(&'a Value);

impl Display for Import<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let number = |name: &str| self.0[name].as_u64().unwrap_or(0);
        writeln!(
            f,
            "{} events were read: {} are counted now, {} were before, {} are not counted",
            number("read"),
            number("accepted"),
            number("doubled"),
            number("refused")
        )?;
        let faults = self.0["faults"].as_array().map(Vec::as_slice);
        for fault in faults.unwrap_or_default() {
            writeln!(f, "  line {}: {}", fault["line"], text(fault, "message"))?;
        }
        Ok(())
    }
}
