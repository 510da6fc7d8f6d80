//! From a failed message back to the file: which migration, which statement, which character.

use std::iter::once;
use std::slice;
use std::time::Duration;

use super::journal::refused_to;
use super::message::{Body, Item, Message};
use super::{Engine, message, refused};
use crate::error::{Error, Failed, Failing, Kept, Kind};
use crate::event::Holder;
use crate::migrations::Script;
use crate::session::{DatabaseError, Failure};
use crate::snippet::Place;
use crate::text;

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

/// What a message held of its files.
#[derive(Debug, Clone, Copy)]
enum Travelled {
    /// All of them, and they failed within this time.
    Whole { elapsed: Duration },
    /// One statement of a file, of which so many are done; whether nothing of the statement is left.
    Statement { done: usize, undone: bool },
}

impl Engine<'_, '_> {
    /// The error of a message with files in it.
    pub(super) fn failed(
        &mut self,
        message: &Message,
        items: &[Item<'_>],
        failure: Box<Failure>,
        elapsed: Duration,
        attempts: u32,
        blocker: Option<Holder>,
    ) -> impl Future<Output = Error> {
        let travelled = Travelled::Whole { elapsed };
        self.explain(message, items, failure, travelled, attempts, blocker)
    }

    /// The error of one statement of a `no-transaction` file.
    pub(super) fn failed_statement(
        &mut self,
        message: &Message,
        item: &Item<'_>,
        failure: Box<Failure>,
        (done, undone): (usize, bool),
        attempts: u32,
        blocker: Option<Holder>,
    ) -> impl Future<Output = Error> {
        let items = slice::from_ref(item);
        let travelled = Travelled::Statement { done, undone };
        self.explain(message, items, failure, travelled, attempts, blocker)
    }

    async fn explain(
        &mut self,
        message: &Message,
        items: &[Item<'_>],
        mut failure: Box<Failure>,
        travelled: Travelled,
        attempts: u32,
        blocker: Option<Holder>,
    ) -> Error {
        let mut spot = Spot::Ours;
        if !failure.is_connection() && !failure.is_foreign() {
            self.count_characters(message, &mut failure).await;
            spot = find(message, items, &failure);
            if spot == Spot::Unknown && can_be_repeated(travelled, &failure, items) {
                spot = self.repeat(message, items, &failure).await;
            }
        }
        let Some((item, kept)) = blamed(items, spot, &failure, travelled) else {
            let is_about_table = failure.is_foreign() || failure.code() == "42501";
            if !is_about_table {
                return not_applied(items, failure, travelled);
            }
            let file = items.first().map(|item| item.script.path());
            let doing = format!("apply {}", file.unwrap_or_default());
            return self.refused(doing, failure).await;
        };
        let Some(error) = failure.database.take() else {
            return not_applied(items, failure, travelled);
        };
        let spot = match travelled {
            Travelled::Statement { done, .. } if spot == Spot::Unknown => Spot::Statement {
                item: 0,
                statement: Some(done),
                character: None,
            },
            _ => spot,
        };
        let failed = describe(item, spot, error, kept, attempts, blocker);
        Error::new(Kind::Failed(Box::new(failed)))
    }

    /// In a `SQL_ASCII` database positions count bytes, because no character is known to be longer.
    async fn count_characters(&mut self, message: &Message, failure: &mut Failure) {
        let Some(error) = failure.database.as_mut() else {
            return;
        };
        let Some(position) = error.position.filter(|_| !message.sql.is_ascii()) else {
            return;
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
    }

    /// Runs the file once more, statement by statement, in a transaction that is rolled back, to see
    /// which one fails: some errors (a violated constraint) have no position, and a client that
    /// returns only the error does not tell how many statements had completed.
    async fn repeat(&mut self, message: &Message, items: &[Item<'_>], first: &Failure) -> Spot {
        let (Some(body), Some(item)) = (message.bodies.first(), items.first()) else {
            return Spot::Unknown;
        };
        let before = message.sql.get(..body.bytes_before).unwrap_or_default();
        let limit = format!(
            "{before}SET LOCAL statement_timeout TO {};{};{}",
            REPEATABLE.as_secs() * 1000,
            message::READ_AS_BUILT,
            message::think(),
        );
        let statements = item.script.statements().enumerate();
        let statements = statements.map(|(number, statement)| {
            let spot = Spot::Statement {
                item: 0,
                statement: Some(number),
                character: None,
            };
            (spot, statement.sql)
        });
        let all = once((Spot::Ours, limit.as_str()))
            .chain(statements)
            .chain(once((Spot::Commit, "SET CONSTRAINTS ALL IMMEDIATE")));
        let mut found = Spot::Unknown;
        for (spot, sql) in all {
            if let Err(failure) = self.line.open(sql).await {
                if failure.code() == first.code() {
                    found = spot;
                }
                break;
            }
        }
        let _ = self.line.roll_back("ROLLBACK").await;
        found
    }
}

/// The error of a message that failed, but not for what is in its files.
fn not_applied(items: &[Item<'_>], failure: Box<Failure>, travelled: Travelled) -> Error {
    if let (Travelled::Statement { .. }, Some(item)) = (travelled, items.first()) {
        return refused_to("apply", item, failure);
    }
    let file = items.first().map(|item| item.script.path());
    refused(format!("apply {}", file.unwrap_or_default()), failure)
}

/// Which of a message's files has failed, and what is left of it; none where it was SQL of ours, or the
/// connection.
fn blamed<'i, 'm>(
    items: &'i [Item<'m>],
    spot: Spot,
    failure: &Failure,
    travelled: Travelled,
) -> Option<(&'i Item<'m>, Kept)> {
    if failure.is_connection() || failure.is_foreign() {
        return None;
    }
    if let Travelled::Statement { done, undone } = travelled {
        let item = items.first()?;
        let of = item.script.statements.len();
        let kept = if undone {
            Kept::Statements { done, of }
        } else {
            Kept::Partly { done, of }
        };
        return Some((item, kept));
    }
    let ended = failure.asserts(message::GUARD);
    let item = match spot {
        Spot::Ours if !ended => None,
        Spot::Statement { item, .. } => items.get(item),
        _ => items.last(),
    };
    let kept = match items.len() {
        _ if ended => Kept::Unknown,
        1 => Kept::Nothing,
        of => Kept::NothingOfAll { of },
    };
    Some((item?, kept))
}

/// A repetition takes the same locks again; where locks or the server were the trouble, it is not worth it.
fn can_be_repeated(travelled: Travelled, failure: &Failure, items: &[Item<'_>]) -> bool {
    let class = failure.code().get(..2).unwrap_or_default();
    matches!(travelled, Travelled::Whole { elapsed } if elapsed < REPEATABLE)
        && items.len() == 1
        && !matches!(class, "40" | "53" | "57" | "58" | "XX")
        && failure.code() != "55P03"
        && !failure.says("migrate:")
}

fn find(message: &Message, items: &[Item<'_>], failure: &Failure) -> Spot {
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
    let before = text::characters(sql.get(..body.offset).unwrap_or_default());
    let character = before + position - body.characters_before;
    let byte = text::byte_of(sql, character);
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
    let words = "inline_code_block line ";
    let rest = context.get(text::find(context, words)? + words.len()..)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest.get(..digits)?.parse().ok()
}

/// The first character of the body's `line`th line that is not blank; the body follows the first `$tag$`.
fn body_line(statement: &str, line: usize) -> Option<usize> {
    let mut rest = text::behind(text::behind(statement, '$')?, '$')?;
    for _ in 1..line {
        rest = text::behind(rest, '\n')?;
    }
    Some(statement.len() - rest.trim_start_matches([' ', '\t']).len())
}
