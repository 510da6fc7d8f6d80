//! From a failed message back to the file: which migration, which statement, which character.

use std::time::Duration;

use super::message::{Body, Item, Message};
use super::{Engine, message};
use crate::error::{Error, Failed, Failing, Kept, Kind};
use crate::event::Holder;
use crate::migrations::Script;
use crate::session::{DatabaseError, Failure, Session};
use crate::snippet::Place;

/// How long a failed attempt may have taken to be repeated in order to find the failing statement.
const REPEATABLE: Duration = Duration::from_secs(10);

/// Where in a message it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    /// In SQL of ours.
    Ours,
    /// In the `item`th file: its statement, counted from 0, and the character of the file, if known.
    Statement {
        item: usize,
        statement: Option<usize>,
        character: Option<usize>,
    },
    /// When deferred constraints were checked at the end.
    Commit,
    Unknown,
}

impl<S: Session> Engine<'_, '_, S> {
    /// The error of a message with files in it.
    pub(super) async fn failed(
        &mut self,
        message: &Message,
        items: &[Item<'_>],
        failure: Failure,
        elapsed: Duration,
        attempts: u32,
        blocker: Option<Holder>,
    ) -> Error {
        let first = items.first();
        let doing = format!(
            "apply {}",
            first.map(|item| item.script.path()).unwrap_or_default()
        );
        if failure.is_connection() {
            return self.refused(doing, failure);
        }
        let failure = self.count_characters(message, failure).await;
        let mut spot = spot(message, items, &failure);
        let Failure {
            database: Some(error),
            completed,
            source,
        } = failure
        else {
            return self.refused(doing, failure);
        };
        if spot == Spot::Unknown && can_be_repeated(&error, items) && elapsed < REPEATABLE {
            spot = self.repeat(message, items, &error).await;
        }
        let ended = error.code == "22P02" && error.message.contains(message::GUARD);
        let item = match spot {
            Spot::Ours if !ended => {
                let failure = Failure {
                    database: Some(error),
                    completed,
                    source,
                };
                return self.refused(doing, failure);
            }
            Spot::Statement { item, .. } => items.get(item),
            _ => items.last(),
        };
        let Some(item) = item else {
            let failure = Failure {
                database: Some(error),
                completed,
                source,
            };
            return self.refused(doing, failure);
        };
        let kept = if ended { Kept::Unknown } else { Kept::Nothing };
        self.error(Kind::Failed(Box::new(describe(
            item, spot, error, kept, attempts, blocker,
        ))))
    }

    /// The error of one statement of a `no-transaction` file.
    pub(super) async fn failed_statement(
        &mut self,
        message: &Message,
        item: Item<'_>,
        failure: Failure,
        done: usize,
        attempts: u32,
        blocker: Option<Holder>,
    ) -> Error {
        if failure.is_connection() {
            return self.refused(format!("apply {}", item.script.path()), failure);
        }
        let failure = self.count_characters(message, failure).await;
        let spot = match spot(message, &[item], &failure) {
            Spot::Unknown => Spot::Statement {
                item: 0,
                statement: Some(done),
                character: None,
            },
            spot => spot,
        };
        let Failure {
            database: Some(error),
            ..
        } = failure
        else {
            return self.refused(format!("apply {}", item.script.path()), failure);
        };
        let kept = Kept::Statements {
            done,
            of: item.script.statements.len(),
        };
        self.error(Kind::Failed(Box::new(describe(
            &item, spot, error, kept, attempts, blocker,
        ))))
    }

    /// In a `SQL_ASCII` database positions count bytes, because no character is known to be longer.
    async fn count_characters(&mut self, message: &Message, mut failure: Failure) -> Failure {
        let Some(error) = failure.database.as_mut() else {
            return failure;
        };
        let Some(position) = error.position.filter(|_| !message.sql.is_ascii()) else {
            return failure;
        };
        let asked = self.line.send("SHOW server_encoding").await;
        if asked.is_ok_and(|reply| {
            let encoding = reply.rows(0).first().and_then(|row| row.text(0));
            encoding == Some("SQL_ASCII")
        }) {
            let bytes = usize::try_from(position).unwrap_or(usize::MAX);
            let before = message.sql.char_indices();
            let characters = before.take_while(|(byte, _)| *byte < bytes).count();
            error.position = u32::try_from(characters).ok();
        }
        failure
    }

    /// Runs the file once more, statement by statement, in a transaction that is rolled back, to see
    /// which one fails: some errors (a violated constraint) have no position, and a client that
    /// returns only the error does not tell how many statements had completed.
    async fn repeat(
        &mut self,
        message: &Message,
        items: &[Item<'_>],
        error: &DatabaseError,
    ) -> Spot {
        let (Some(body), Some(item)) = (message.bodies.first(), items.first()) else {
            return Spot::Unknown;
        };
        let before = message.sql.get(..body.bytes_before).unwrap_or_default();
        let limit = format!(
            "{before}SET LOCAL statement_timeout TO {}",
            REPEATABLE.as_millis()
        );
        let same = |failure: &Failure| failure.code() == error.code;
        let mut found = Spot::Unknown;
        match self.line.open(&limit).await {
            Err(failure) if same(&failure) => found = Spot::Ours,
            Err(_) => {}
            Ok(_) => {
                for (statement, text) in item.script.statements().enumerate() {
                    if let Err(failure) = self.line.open(text.sql).await {
                        if same(&failure) {
                            let statement = Some(statement);
                            found = Spot::Statement {
                                item: 0,
                                statement,
                                character: None,
                            };
                        }
                        self.line.roll_back().await;
                        return found;
                    }
                }
                if self
                    .line
                    .open("SET CONSTRAINTS ALL IMMEDIATE")
                    .await
                    .is_err_and(|failure| same(&failure))
                {
                    found = Spot::Commit;
                }
            }
        }
        self.line.roll_back().await;
        found
    }
}

/// A repetition takes the same locks again; where locks or the server were the trouble, it is not worth it.
fn can_be_repeated(error: &DatabaseError, items: &[Item<'_>]) -> bool {
    let class = error.code.get(..2).unwrap_or_default();
    items.len() == 1
        && !matches!(class, "40" | "53" | "57" | "58" | "XX")
        && error.code != "55P03"
        && !error.message.contains("migrate:")
}

fn spot(message: &Message, items: &[Item<'_>], failure: &Failure) -> Spot {
    let Some(error) = failure.database.as_deref() else {
        return Spot::Unknown;
    };
    if let Some(position) = error.position {
        let position = usize::try_from(position)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        return at_position(&message.bodies, items, position);
    }
    match failure.completed {
        Some(completed) => after(message, completed),
        None => Spot::Unknown,
    }
}

fn at_position(bodies: &[Body], items: &[Item<'_>], position: usize) -> Spot {
    let holds = |body: &&Body| {
        // One more than its characters: an error "at end of input" points behind the last one.
        (body.characters_before..=body.characters_before + body.characters).contains(&position)
    };
    let Some(body) = bodies.iter().find(holds) else {
        return Spot::Ours;
    };
    let Some(item) = items.get(body.item) else {
        return Spot::Ours;
    };
    let sql = item.script.sql;
    let before = sql.get(..body.offset).unwrap_or_default().chars().count();
    let character = before + position - body.characters_before;
    let byte = sql
        .char_indices()
        .nth(character)
        .map_or(sql.len(), |(byte, _)| byte);
    let statement = item
        .script
        .statements()
        .take_while(|statement| statement.start <= byte)
        .count()
        .checked_sub(1);
    Spot::Statement {
        item: body.item,
        statement,
        character: Some(character),
    }
}

fn after(message: &Message, completed: usize) -> Spot {
    let within = |body: &&Body| {
        (body.statements_before..body.statements_before + body.statements).contains(&completed)
    };
    if let Some(body) = message.bodies.iter().find(within) {
        let statement = Some(body.first + completed - body.statements_before);
        return Spot::Statement {
            item: body.item,
            statement,
            character: None,
        };
    }
    if completed + 1 == message.statements {
        Spot::Commit
    } else {
        Spot::Ours
    }
}

fn describe(
    item: &Item<'_>,
    spot: Spot,
    error: Box<DatabaseError>,
    kept: Kept,
    attempts: u32,
    blocker: Option<Holder>,
) -> Failed {
    let script = item.script;
    let (place, statement) = match spot {
        Spot::Statement {
            statement,
            character,
            ..
        } => {
            let place = character.map_or_else(
                || statement.and_then(|number| statement_place(script, number, &error)),
                |character| Some(Place::at_character(script.sql, character)),
            );
            let place = place.map(|place| place.below(script.lines_before.unwrap_or_default()));
            let of = script.statements.len();
            let failing = statement.map(|number| Failing::Statement {
                number: number + 1,
                of,
            });
            (place, failing)
        }
        Spot::Commit => (None, Some(Failing::Commit)),
        Spot::Ours | Spot::Unknown => (None, None),
    };
    Failed {
        version: item.version,
        file: script.path(),
        error,
        place,
        statement,
        kept,
        attempts,
        blocker,
    }
}

/// Where a statement starts; or, where it is a `DO` block that failed in its body, the line of the
/// body that the server's context names.
fn statement_place(script: &Script<'_>, number: usize, error: &DatabaseError) -> Option<Place> {
    let statement = script.statements().nth(number)?;
    let line = error.context.as_deref().and_then(block_line);
    let offset = line
        .and_then(|line| body_line(statement.sql, line))
        .unwrap_or_default();
    Some(Place::at_byte(script.sql, statement.start + offset))
}

/// The line in `PL/pgSQL function inline_code_block line 3 at RAISE`.
fn block_line(context: &str) -> Option<usize> {
    let (_, rest) = context.split_once("inline_code_block line ")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// The first character of the body's `line`th line that is not blank; the body follows the first `$tag$`.
fn body_line(statement: &str, line: usize) -> Option<usize> {
    let tag = statement.find('$')?;
    let body = tag + 1 + statement.get(tag + 1..)?.find('$')? + 1;
    let mut offset = body;
    for _ in 1..line {
        offset += statement.get(offset..)?.find('\n')? + 1;
    }
    let rest = statement.get(offset..)?;
    Some(offset + rest.len() - rest.trim_start_matches([' ', '\t']).len())
}
