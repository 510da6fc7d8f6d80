//! Finds the table of the other tool, and reads its rows beside migrate's own.

use std::collections::BTreeSet;

use migrate_runtime::{HistoryTable, Session};

use crate::error::Error;
use crate::found::{Found, tables};
use crate::reading::{Waiting, send};
use crate::row::Row;
use crate::tool::Tool;

/// A history that was found, and what migrate's own history holds.
pub(crate) struct Source {
    pub(crate) tool: Tool,
    pub(crate) found: Found,
    pub(crate) rows: Vec<Row>,
    /// The number of all rows in its table.
    pub(crate) count: usize,
    pub(crate) known: BTreeSet<i64>,
    /// Whether migrate's history has rows that were adopted from this tool.
    pub(crate) adopted: bool,
    /// The names of all tables in its schema that may be histories.
    pub(crate) names: Vec<String>,
}

/// What to look for.
pub(crate) struct Search<'a> {
    /// The set's own history table.
    pub(crate) ours: &'a HistoryTable,
    /// The tool, where it was named.
    pub(crate) from: Option<Tool>,
    /// Its table, where it was named.
    pub(crate) table: Option<&'a HistoryTable>,
    pub(crate) waiting: &'a Waiting<'a>,
}

impl Search<'_> {
    /// Finds and reads the other history; None if only migrate's own exists.
    pub(crate) async fn find<S: Session>(&self, session: &mut S) -> Result<Option<Source>, Error> {
        let open = "SELECT pg_catalog.transaction_timestamp() OPERATOR(pg_catalog.<>) pg_catalog.statement_timestamp()";
        let reply = send(session, open, "inspect the connection").await?;
        if reply
            .values()
            .any(|row| row.first() == Some(&Some("t".to_owned())))
        {
            return Err(Error::OpenTransaction);
        }
        let waiting = self.waiting;
        let reply = waiting
            .read(session, &tables(&self.place()?), "list the tables", &[])
            .await?;
        let all = Found::read(&reply);
        let ours = all
            .iter()
            .find(|found| found.is(self.ours.schema(), self.ours.name()) && found.is_ours());
        let Some((tool, found)) = self.choose(&all)? else {
            if let Some(unfit) = self.unfit(&all)? {
                return Err(unfit);
            }
            return match ours {
                Some(_) if self.from.is_none() || self.table.is_none() => Ok(None),
                _ => Err(Error::NotFound { tool: self.from }),
            };
        };
        let table = found.table()?;
        let other = table.to_string();
        let mut sql = format!(
            "{};SELECT count(*), 'count' FROM {other}",
            tool.format().select.replace("{table}", &other)
        );
        if ours.is_some() {
            sql += ";SELECT version, coalesce(note, ''), 'known' FROM ";
            sql += &self.ours.to_string();
        }
        let tables = [table, self.ours.clone()];
        let reply = waiting
            .read(session, &sql, &format!("read {other}"), &tables)
            .await?;
        let mark = format!("adopted from {}", tool.name());
        let mut known = BTreeSet::new();
        let mut adopted = false;
        let mut count = None;
        let mut rows = Vec::new();
        for row in reply.values() {
            let text = |column: usize| row.get(column).and_then(Option::as_deref);
            // What a row is about is in its last column; of the tool's rows that is the state.
            match row.last().and_then(Option::as_deref) {
                Some("count") => count = text(0).and_then(|count| count.parse().ok()),
                Some("known") => {
                    known.extend(text(0).and_then(|version| version.parse::<i64>().ok()));
                    adopted |= text(1).is_some_and(|note| note.starts_with(&mark));
                }
                _ => rows.push(Row::read(row)),
            }
        }
        let beside = all.iter().filter(|table| table.schema == found.schema);
        Ok(Some(Source {
            tool,
            rows,
            count: count.unwrap_or_default(),
            known,
            adopted,
            names: beside.map(|table| table.name.clone()).collect(),
            found: found.clone(),
        }))
    }

    /// The table that the tool's history would be in, as far as that is known.
    fn place(&self) -> Result<HistoryTable, Error> {
        match (self.table, self.from) {
            (Some(table), _) => Ok(table.clone()),
            (None, Some(tool)) => {
                HistoryTable::new(self.ours.schema().to_owned(), tool.format().table)
                    .map_err(Error::Record)
            }
            (None, None) => Ok(self.ours.clone()),
        }
    }

    /// What is wrong with a table of that name, where none is the tool's.
    fn unfit(&self, tables: &[Found]) -> Result<Option<Error>, Error> {
        if self.from.is_none() && self.table.is_none() {
            return Ok(None);
        }
        let place = self.place()?;
        let has_its_name = |found: &&Found| found.is(place.schema(), place.name());
        let found = tables.iter().find(has_its_name);
        Ok(found
            .filter(|found| !found.is_ours())
            .map(|found| Error::OtherColumns {
                table: place.to_string(),
                tool: self.from,
                columns: found.columns().to_vec(),
            }))
    }

    /// Chooses the table to adopt.
    fn choose<'t>(&self, tables: &'t [Found]) -> Result<Option<(Tool, &'t Found)>, Error> {
        let mut candidates: Vec<(Tool, &Found)> = tables
            .iter()
            .filter(|found| !found.is_ours())
            .filter_map(|found| match (self.table, self.from) {
                (Some(source), _) if !found.is(source.schema(), source.name()) => None,
                (_, Some(tool)) if !found.fits(tool) => None,
                (None, Some(tool)) if tool.format().table != found.name => None,
                (_, Some(tool)) => Some((tool, found)),
                (Some(_), None) => Some((found.tool()?, found)),
                (None, None) => {
                    let tool = found.tool()?;
                    (tool.format().table == found.name).then_some((tool, found))
                }
            })
            .collect();
        // Of several tables of one tool, prefer the one in the schema of migrate's own history.
        let beside = |(_, found): &&(Tool, &Found)| found.schema == self.ours.schema();
        let tools: BTreeSet<&str> = candidates.iter().map(|(tool, _)| tool.name()).collect();
        if tools.len() == 1 && candidates.iter().filter(beside).count() == 1 {
            candidates.retain(|candidate| beside(&candidate));
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            several => {
                let mut tables = Vec::new();
                for (tool, found) in several {
                    tables.push((found.table()?.to_string(), *tool));
                }
                Err(Error::Ambiguous { tables })
            }
        }
    }
}
