//! Why the server refused one of the engine's messages: the history table is unsafe to use, or the role lacks a privilege.

use super::{Engine, refused, sql};
use crate::error::{Error, Flaw, Held, Kind, Rights, Shape, Unfit};
use crate::session::{Row as ReplyRow, SessionError};
use crate::text;

/// What the role meant to do with the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

impl Engine<'_, '_> {
    /// Why the history cannot be read.
    pub(super) async fn unreadable(&mut self, failure: Box<SessionError>) -> Error {
        let doing = format!("read the history table {}", self.table);
        if matches!(failure.code(), "42703" | "42883" | "42804" | "42P10") {
            let sql = sql::shape(self.table);
            if let Ok(reply) = self.session.send(&sql).await {
                let mut columns = Vec::new();
                for row in reply.rows() {
                    if let (Some(name), Some(kind)) = (row.text(0), row.text(1)) {
                        columns.push(format!("{name} {kind}"));
                    }
                }
                return Error::new(Kind::ForeignTable {
                    table: self.table.to_string(),
                    shape: Shape { columns },
                });
            }
        }
        self.explained(doing, failure, Access::Read).await
    }

    /// The error of a failed message that was to write the history.
    pub(super) async fn refused(&mut self, doing: String, failure: Box<SessionError>) -> Error {
        self.explained(doing, failure, Access::Write).await
    }

    async fn explained(
        &mut self,
        doing: String,
        failure: Box<SessionError>,
        access: Access,
    ) -> Error {
        let foreign = failure.is_foreign();
        // `LOCK TABLE` refuses what is neither a table nor a view, and `TABLESAMPLE` a view.
        let is_view = access == Access::Read && failure.code() == "0A000";
        if !foreign && !is_view && !matches!(failure.code(), "42501" | "42809") {
            return refused(doing, failure);
        }
        let asked = self.session.send(&sql::inspect(self.table)).await;
        let Ok(reply) = asked else {
            return refused(doing, failure);
        };
        if let Some(row) = reply.rows().first() {
            if let Some(flaw) = flaw(row, access, foreign) {
                return Error::new(Kind::Unfit(Box::new(Unfit {
                    table: self.table.to_string(),
                    owner: text::owned(row.text(1)).unwrap_or_default(),
                    role: text::owned(row.text(7)).unwrap_or_default(),
                    flaw,
                })));
            }
            return self.lacking(row, access, doing, failure);
        }
        if failure.code() == "42501" {
            return self.creating(doing, failure).await;
        }
        refused(doing, failure)
    }

    /// Which rights on the table the role lacks.
    fn lacking(
        &self,
        row: &ReplyRow,
        access: Access,
        doing: String,
        failure: Box<SessionError>,
    ) -> Error {
        let rights = [
            ("SELECT", row.flag(10)),
            ("INSERT", row.flag(11)),
            ("UPDATE", row.flag(12)),
            ("DELETE", row.flag(13)),
        ];
        let wanted = match access {
            Access::Read => 1,
            Access::Write => rights.len(),
        };
        let held = Held {
            usage: row.flag(9),
            table: rights.get(..wanted).unwrap_or_default(),
        };
        let role = text::owned(row.text(7)).unwrap_or_default();
        let grants = held.grants(self.table, &role);
        denied(doing, failure, role, row.text(8), grants)
    }

    /// Which rights the role lacks to make the table.
    async fn creating(&mut self, doing: String, failure: Box<SessionError>) -> Error {
        let asked = self.session.send(&sql::rights(self.table)).await;
        let Some(row) = asked.ok().and_then(|reply| reply.rows().first().cloned()) else {
            return refused(doing, failure);
        };
        let role = text::owned(row.text(0)).unwrap_or_default();
        let database = row.text(1).unwrap_or_default();
        let mut grants = Vec::new();
        match row.text(3) {
            None if !row.flag(2) => grants.push(Held::create_schema(database, &role)),
            Some("f") => grants.push(Held::create_table(self.table, &role)),
            _ => {}
        }
        denied(doing, failure, role, row.text(1), grants)
    }
}

/// Where the server does not say what is missing, its own words have to do.
fn denied(
    doing: String,
    mut failure: Box<SessionError>,
    role: String,
    database: Option<&str>,
    grants: Vec<String>,
) -> Error {
    if failure.code() != "42501" {
        return refused(doing, failure);
    }
    let Some(error) = failure.database.take() else {
        return refused(doing, failure);
    };
    // The server checks this right before it knows whether the function is called.
    let grants = if error.message.contains(sql::QUESTION) {
        vec![Held::call(sql::QUESTION, &role)]
    } else {
        grants
    };
    if grants.is_empty() {
        return Error::new(Kind::Denied { doing, error });
    }
    Error::new(Kind::Rights(Box::new(Rights {
        doing,
        role,
        database: text::owned(database).unwrap_or_default(),
        grants,
        error,
    })))
}

/// What is wrong with the table, by a row of [`sql::inspect`].
fn flaw(row: &ReplyRow, access: Access, foreign: bool) -> Option<Flaw> {
    if let Some(flaw) = Flaw::of_kind(row.text(0)?) {
        return Some(flaw);
    }
    if row.flag(3) {
        return Some(Flaw::RowSecurity);
    }
    if !foreign {
        return None;
    }
    if access == Access::Read {
        return Some(Flaw::Column);
    }
    let named = |column| text::owned(row.text(column));
    if let (Some(name), Some(owner)) = (named(4), named(6)) {
        return Some(Flaw::Trigger { name, owner });
    }
    if let Some(rule) = named(5) {
        return Some(Flaw::Rule(rule));
    }
    if row.text(2) != Some("p") {
        return Some(Flaw::Unlogged);
    }
    Some(Flaw::Owner)
}
