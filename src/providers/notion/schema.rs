//! Finds the databases that an integration may see, and reads their data sources' properties.

use std::collections::BTreeMap;

use http::Method;
use serde_json::json;

use super::super::{Base, Error, RemoteTable, Trail};
use super::refusal::About;
use super::{Notion, query, wire};

impl Notion {
    /// The databases that were shared with the integration, as far as the vendor's search knows
    /// them: it learns of new ones within minutes, and is good for choosing alone.
    pub(super) async fn all_databases(&self) -> Result<Vec<Base>, Error> {
        let mut sources: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        let mut trail = Trail::default();
        let mut cursor: Option<String> = None;
        loop {
            self.turn().await?;
            let mut body = json!({
                "filter": {"property": "object", "value": "data_source"},
                "sort": {"timestamp": "last_edited_time", "direction": "descending"},
                "page_size": query::PAGE_SIZE,
            });
            if let Some(cursor) = &cursor {
                body["start_cursor"] = cursor.as_str().into();
            }
            let call = self.call(Method::POST, &["search"]).json(body.to_string());
            let part = wire::found(&self.send(About::Account, "search", call).await?)?;
            for source in part.items.into_iter().flatten() {
                let names = sources.entry(source.database.clone()).or_default();
                if names.is_empty() {
                    order.push(source.database);
                }
                names.push(source.name);
            }
            let Some(next) = part.cursor else { break };
            trail.step(&next)?;
            cursor = Some(next);
        }
        let mut bases = Vec::with_capacity(order.len());
        for id in order {
            let names = sources.remove(&id).unwrap_or_default();
            bases.push(self.named(id, names).await?);
        }
        Ok(bases)
    }

    /// A database by its name. With one data source alone, it bears that one's.
    async fn named(&self, id: String, mut names: Vec<String>) -> Result<Base, Error> {
        let name = if names.len() == 1 {
            names.remove(0)
        } else {
            self.turn().await?;
            self.database(&id).await?.name
        };
        Ok(Base {
            id,
            name,
            // What an integration may do it finds out by doing it.
            permission: String::new(),
        })
    }

    async fn database(&self, id: &str) -> Result<wire::Database, Error> {
        let call = self.call(Method::GET, &["databases", id]);
        wire::database(&self.send(About::Table, "read_database", call).await?)
    }

    /// The data sources of a database. The first call was admitted; one for each of them follows.
    pub(super) async fn tables_of(&self, base: &str) -> Result<Vec<RemoteTable>, Error> {
        let database = self.database(base).await?;
        let mut tables = Vec::with_capacity(database.sources.len());
        for (id, name) in database.sources {
            self.turn().await?;
            match self.source(&id).await {
                Ok(table) => {
                    let name = if name.is_empty() { table.name } else { name };
                    tables.push(RemoteTable { name, ..table });
                }
                // It was removed, or is not shared although its database is.
                Err(Error::Gone(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(tables)
    }

    /// A data source with its properties, in one call that was admitted.
    pub(super) async fn source(&self, id: &str) -> Result<RemoteTable, Error> {
        let call = self.call(Method::GET, &["data_sources", id]);
        wire::table(&self.send(About::Table, "read_data_source", call).await?)
    }
}
