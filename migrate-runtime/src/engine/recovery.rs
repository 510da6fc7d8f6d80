//! What an interrupted or failed run of a statement outside a transaction left in the database, and whether to run it
//! again. Where that cannot be decided with certainty, it is an error.

use super::journal::{refused_to, undecided};
use super::progress::Next;
use super::sql::{self, ScriptRef};
use super::{Engine, refused};
use crate::error::{Error, Kind, OtherIndex};
use crate::event::Event;
use crate::migrations::{NewIndex, Statement, StatementKind};
use crate::session::Reply;
use crate::text;

/// Whether a statement still has to run.
pub(super) enum Recovery {
    Run,
    /// An interrupted run had finished it without recording it.
    Done,
    /// It was interrupted, and this statement finishes it.
    Instead(String),
}

const NOT_KNOWN: &str = "it is not known whether it took effect, and it must not run twice";

impl Engine<'_, '_> {
    /// Inspects what an earlier run of this statement left, and removes what is in the way.
    pub(super) async fn recover(
        &mut self,
        item: &ScriptRef<'_>,
        number: usize,
        statement: &Statement<'_>,
        next: &Next,
    ) -> Result<Recovery, Error> {
        match (statement.kind, next) {
            (StatementKind::CreateIndexConcurrently(index), _) => {
                self.recover_index(item, number, statement, &index, next)
                    .await
            }
            (StatementKind::DetachConcurrently { parent, partition }, _) => {
                self.recover_partition(item, number, [parent, partition], next)
                    .await
            }
            (
                StatementKind::ReindexConcurrently { scope, target },
                Next::Failed(before) | Next::Sent(Some(before)),
            ) => {
                let question = sql::find_copies(scope, target, before);
                for row in self.ask(item, &question).await?.rows() {
                    self.drop_invalid(item, row.text(0).unwrap_or_default())
                        .await?;
                }
                Ok(Recovery::Run)
            }
            (StatementKind::DropIndexConcurrently { .. }, Next::Sent(before)) => {
                let Some(before) = before else {
                    return Err(undecided(item, number, NOT_KNOWN));
                };
                let Some(index) = before.first() else {
                    return Ok(Recovery::Run);
                };
                let there = self.ask(item, &sql::is_there(index)).await?;
                Ok(run_if(flag(&there)))
            }
            (StatementKind::Unrepeatable | StatementKind::Committing, Next::Sent(_)) => {
                Err(undecided(item, number, NOT_KNOWN))
            }
            _ => Ok(Recovery::Run),
        }
    }

    async fn recover_index(
        &mut self,
        item: &ScriptRef<'_>,
        number: usize,
        statement: &Statement<'_>,
        index: &NewIndex<'_>,
        next: &Next,
    ) -> Result<Recovery, Error> {
        let reply = self.ask(item, &sql::find_index(index)).await?;
        let Some(row) = reply.rows().first().filter(|row| row.text(0).is_some()) else {
            return Ok(Recovery::Run);
        };
        let value = |column| row.text(column).unwrap_or_default();
        if let Some(builder) = row.text(8) {
            let reason = format!(
                "server process {builder} is still building the index {}",
                value(3)
            );
            return Err(undecided(item, number, &reason));
        }
        // `IF NOT EXISTS` would accept an invalid index.
        if row.flag(2) {
            self.drop_invalid(item, value(3)).await?;
            return Ok(Recovery::Run);
        }
        let lost = matches!(next, Next::Sent(_));
        if !lost && !index.guarded {
            // The server says what is wrong with it.
            return Ok(Recovery::Run);
        }
        let mut difference = None;
        if row.flag(1) {
            let question = sql::compare_index(index, value(4), value(5), value(6));
            let compared = self.session.open(&question).await;
            let _ = self.session.roll_back("ROLLBACK").await;
            match compared {
                Ok(reply) if reply.tagged(sql::tag::SAME).any(|row| row.flag(0)) => {
                    return Ok(run_if(!lost));
                }
                Ok(_) => {}
                Err(failure) if failure.database.is_none() => {
                    return Err(refused_to("inspect the index left by", item, failure));
                }
                Err(failure) => {
                    difference = failure.database.map(|error| error.message);
                }
            }
        }
        Err(Error::new(Kind::OtherIndex(Box::new(OtherIndex {
            version: item.version,
            file: item.script.path(),
            statement: number + 1,
            of: item.script.statements.len(),
            name: value(3).to_owned(),
            found: text::owned(row.text(7)),
            asked: statement.sql.to_owned(),
            difference,
        }))))
    }

    /// After it was built: whether the index of that name is the table's, and valid.
    pub(super) async fn check_index(
        &mut self,
        item: &ScriptRef<'_>,
        number: usize,
        index: &NewIndex<'_>,
    ) -> Result<(), Error> {
        let reply = self.ask(item, &sql::find_index(index)).await?;
        if reply.rows().first().is_some_and(|row| row.flag(1)) {
            return Ok(());
        }
        let reason = format!("the index {} is not valid after it was built", index.name);
        Err(undecided(item, number, &reason))
    }

    async fn recover_partition(
        &mut self,
        item: &ScriptRef<'_>,
        number: usize,
        [parent, partition]: [&str; 2],
        next: &Next,
    ) -> Result<Recovery, Error> {
        let question = sql::find_partition(parent, partition);
        let reply = self.ask(item, &question).await?;
        if let Some(row) = reply.rows().first() {
            let finish = format!("ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE");
            return Ok(if row.flag(0) {
                Recovery::Instead(finish)
            } else {
                Recovery::Run
            });
        }
        match next {
            Next::Sent(None) => Err(undecided(item, number, NOT_KNOWN)),
            // It was attached when the statement was sent.
            Next::Sent(Some(before)) if !before.is_empty() => {
                let attached = sql::is_attached(parent, &before.concat());
                let attached = self.ask(item, &attached).await?;
                Ok(run_if(flag(&attached)))
            }
            _ => Ok(Recovery::Run),
        }
    }

    async fn ask(&mut self, item: &ScriptRef<'_>, question: &str) -> Result<Reply, Error> {
        let asked = self.session.send(question).await;
        asked.map_err(|failure| refused_to("inspect the objects of", item, failure))
    }

    async fn drop_invalid(&mut self, item: &ScriptRef<'_>, index: &str) -> Result<(), Error> {
        if let Err(failure) = self.session.send(&sql::drop_index(index)).await {
            return Err(refused(format!("drop the invalid index {index}"), failure));
        }
        self.emit(&Event::DroppedInvalidIndex {
            version: item.version,
            index,
        });
        Ok(())
    }
}

fn run_if(missing: bool) -> Recovery {
    if missing {
        Recovery::Run
    } else {
        Recovery::Done
    }
}

/// The first row's first value.
fn flag(reply: &Reply) -> bool {
    reply.rows().first().is_some_and(|row| row.flag(0))
}
