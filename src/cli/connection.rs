//! `weighbridge connection`: a user's accounts at providers.

use std::fmt::{Display, Formatter, Result as Written};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use poem::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::Client;
use super::context::Context;
use super::failure::{Failure, Kind};
use super::named::{self, segment, text};
use super::owner::Owner;
use super::secret::{self, Entry};
use super::{changes, check};
use crate::base::Secret;

const LIST: &str = "/connections";

/// Whose connections are meant, and what is to be done with them.
#[derive(Args)]
pub(super) struct Line {
    #[command(flatten)]
    owner: Owner,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a connection; its token is asked for at the terminal, or read from standard input or
    /// a file.
    Add {
        /// What to call it.
        name: String,
        /// The provider. Google gives no token to be pasted: connect with it at the console.
        #[arg(long, value_enum, default_value = "airtable")]
        provider: Provider,
        /// Call the sandbox on this machine instead of the vendor.
        #[arg(long)]
        sandbox: bool,
        #[command(flatten)]
        token: Token,
    },
    /// List the connections.
    List,
    /// Give a connection another name.
    Rename {
        /// The connection's name or id.
        connection: String,
        /// What to call it from now on.
        name: String,
    },
    /// Go the whole way to the provider step by step, say where it breaks, and how the connection
    /// does. Fails when it cannot be used.
    Check(Which),
    /// Ask the provider whose token it is. Fails when the connection does not work.
    Test(Which),
    /// List the bases that the account may see.
    Bases(Which),
    /// List the tables of a base with their fields.
    Tables {
        /// The connection's name or id.
        connection: String,
        /// The provider's id of the base.
        base: String,
    },
    /// Replace the token; it is asked for at the terminal, or read from standard input or a file.
    ReplaceToken {
        /// The connection's name or id.
        connection: String,
        #[command(flatten)]
        token: Token,
    },
    /// Show how Notion is had to tell of changes, which is set up there by hand, or go on with it.
    Changes(changes::Line),
    /// Delete a connection with its token.
    Delete {
        /// The connection's name or id.
        connection: String,
        /// Delete the syncs that use it, too.
        #[arg(long)]
        cascade: bool,
    },
}

/// A connection.
#[derive(Args)]
struct Which {
    /// The connection's name or id.
    connection: String,
}

/// Where a token is.
#[derive(Args)]
struct Token {
    /// The file that holds the token; without it, the terminal asks for it, or standard input
    /// holds it.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// A provider.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Provider {
    /// Airtable.
    Airtable,
    /// Notion.
    Notion,
    /// Zapier: the address of a catch hook is its token.
    Zapier,
    /// Meta: the advertising of Facebook and Instagram.
    Meta,
}

impl Token {
    fn read(&self) -> Result<Secret, Failure> {
        secret::read("token", Entry::Once, self.token_file.as_deref())
    }
}

impl Provider {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Airtable => "airtable",
            Self::Notion => "notion",
            Self::Zapier => "zapier",
            Self::Meta => "meta",
        }
    }
}

/// What a command prints.
enum View {
    Connections(Vec<Value>),
    Test(Value),
    Bases(Vec<Value>),
    Tables(Vec<Value>),
    Changes(changes::Changes),
    Checked(check::Checked),
    Nothing,
}

pub(super) fn run(line: Line, context: &Context) -> Result<(), Failure> {
    // Before anything is opened: whoever types keeps nobody out meanwhile.
    let token = match &line.command {
        Command::Add { token, .. } | Command::ReplaceToken { token, .. } => token.read()?,
        _ => Secret::default(),
    };
    let view = line.owner.with(context, async |client| {
        act(line.command, &token, client).await
    })?;
    match view {
        View::Connections(list) => context.out.show(&Connections(list))?,
        View::Test(test) => {
            let works = test["ok"] == true;
            context.out.show(&Test(test))?;
            if !works {
                return Err(Failure::Shown(Kind::Failed));
            }
        }
        View::Bases(list) => context.out.show(&Bases(list))?,
        View::Tables(list) => context.out.show(&Tables(list))?,
        View::Changes(shown) => context.out.show(&shown)?,
        View::Checked(checked) => {
            context.out.show(&checked)?;
            if checked.fails() {
                return Err(Failure::Shown(Kind::Failed));
            }
        }
        View::Nothing => {}
    }
    Ok(())
}

async fn act(command: Command, token: &Secret, client: &mut Client) -> Result<View, Failure> {
    match command {
        Command::Add {
            name,
            provider,
            sandbox,
            ..
        } => {
            let endpoint = if sandbox { "sandbox" } else { "vendor" };
            let made = add((&name, provider, endpoint), token, client).await?;
            Ok(View::Connections(vec![made]))
        }
        Command::List => Ok(View::Connections(client.list(LIST).await?)),
        Command::Rename { connection, name } => {
            let path = find(client, &connection).await?;
            let body = json!({ "name": name });
            let renamed = client.call(Method::PATCH, &path, Some(&body)).await?;
            Ok(View::Connections(vec![renamed]))
        }
        Command::Check(which) => {
            let path = find(client, &which.connection).await?;
            Ok(View::Checked(check::check(&path, client).await?))
        }
        Command::Test(which) => {
            let path = find(client, &which.connection).await? + "/test";
            Ok(View::Test(client.call(Method::POST, &path, None).await?))
        }
        Command::Bases(which) => {
            let path = find(client, &which.connection).await? + "/bases";
            Ok(View::Bases(client.whole_list(&path).await?))
        }
        Command::Tables { connection, base } => {
            let path = find(client, &connection).await?;
            let path = format!("{path}/bases/{}/tables", segment(&base));
            Ok(View::Tables(client.whole_list(&path).await?))
        }
        Command::ReplaceToken { connection, .. } => {
            let replaced = replace(&connection, token, client).await?;
            Ok(View::Connections(vec![replaced]))
        }
        Command::Changes(line) => {
            let path = find(client, &line.connection).await?;
            let shown = line.carry_out(&path, client).await?;
            Ok(shown.map_or(View::Nothing, View::Changes))
        }
        Command::Delete {
            connection,
            cascade,
        } => {
            let path = find(client, &connection).await?;
            let path = format!("{path}?cascade={cascade}");
            client.call(Method::DELETE, &path, None).await?;
            Ok(View::Nothing)
        }
    }
}

async fn replace(connection: &str, token: &Secret, client: &mut Client) -> Result<Value, Failure> {
    let path = find(client, connection).await? + "/credential";
    let body = json!({"token": token.expose()});
    client.call(Method::PUT, &path, Some(&body)).await
}

async fn add(
    (name, provider, endpoint): (&str, Provider, &str),
    token: &Secret,
    client: &mut Client,
) -> Result<Value, Failure> {
    let body = json!({
        "name": name, "provider": provider.name(), "token": token.expose(),
        "endpoint": endpoint,
    });
    client.call(Method::POST, LIST, Some(&body)).await
}

async fn find(client: &mut Client, connection: &str) -> Result<String, Failure> {
    named::path_of(client, LIST, "connection", connection).await
}

/// Connections as the API shows them.
#[derive(Serialize)]
#[serde(transparent)]
struct Connections(Vec<Value>);

impl Display for Connections {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for one in &self.0 {
            write!(f, "{:32} {:9}", text(one, "name"), text(one, "status"))?;
            let account = one["account"]["email"]
                .as_str()
                .or(one["account"]["id"].as_str());
            write!(f, " {} {}", text(one, "provider"), text(one, "endpoint"))?;
            write!(f, " {} {}", text(one, "token_hint"), account.unwrap_or("-"))?;
            match one["last_problem"].as_str() {
                Some(problem) => writeln!(f, "\n    {problem}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

/// What a test brought, as the API shows it.
#[derive(Serialize)]
#[serde(transparent)]
struct Test(Value);

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let test = &self.0;
        let took = test["latency_ms"].as_u64().unwrap_or_default();
        if test["ok"] == true {
            let account = test["account"]["email"].as_str();
            let account = account.unwrap_or(text(&test["account"], "id"));
            return write!(f, "It works: the account is {account} ({took} ms).");
        }
        write!(
            f,
            "It does not work: {} ({took} ms).",
            text(test, "problem")
        )
    }
}

/// Bases as the API shows them.
#[derive(Serialize)]
#[serde(transparent)]
struct Bases(Vec<Value>);

impl Display for Bases {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for base in &self.0 {
            let (id, permission) = (text(base, "id"), text(base, "permission"));
            writeln!(f, "{id} {permission:8} {}", text(base, "name"))?;
        }
        Ok(())
    }
}

/// Tables with their fields, as the API shows them.
#[derive(Serialize)]
#[serde(transparent)]
struct Tables(Vec<Value>);

impl Display for Tables {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for table in &self.0 {
            writeln!(f, "{} {}", text(table, "id"), text(table, "name"))?;
            for field in table["fields"].as_array().into_iter().flatten() {
                let computed = if field["writable"] == true {
                    ""
                } else {
                    " (cannot be written)"
                };
                let (id, kind) = (text(field, "id"), text(field, "type"));
                writeln!(f, "    {id} {kind:20} {}{computed}", text(field, "name"))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_an_argument() {
        let grammar = crate::cli::grammar();
        let connection = grammar.find_subcommand("connection").unwrap();
        for command in connection.get_subcommands() {
            let names = command.get_arguments().map(|one| one.get_id().as_str());
            assert!(!names.into_iter().any(|name| name == "token"));
        }
    }

    #[test]
    fn a_connection_in_trouble_says_so() {
        let shown = Connections(vec![json!({
            "name": "Ours", "status": "reconnect", "provider": "airtable", "endpoint": "vendor",
            "token_hint": "pat…ab12", "last_problem": "the token was revoked",
        })]);
        assert!(shown.to_string().contains("\n    the token was revoked"));
    }

    #[test]
    fn a_test_tells_whose_account_it_is_or_what_is_wrong() {
        let works = Test(json!({"ok": true, "account": {"id": "usr1"}, "latency_ms": 12}));
        assert_eq!(works.to_string(), "It works: the account is usr1 (12 ms).");
        let fails = Test(json!({"ok": false, "problem": "no", "latency_ms": 12}));
        assert_eq!(fails.to_string(), "It does not work: no (12 ms).");
    }
}
