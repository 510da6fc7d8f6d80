//! From a failed message back to the file: which migration, which statement, which character.

use std::iter::once;
use std::slice;
use std::time::Duration;

use super::journal::refused_to;
use super::sql::{Message, ScriptRef, Segment};
use super::{Engine, refused, sql};
use crate::error::{Error, Failed, FailedAt, Kind, Persisted};
use crate::event::OtherSession;
use crate::migrations::Script;
use crate::session::{DatabaseError, SessionError};
use crate::snippet::Place;
use crate::text;

/// How long a failed attempt may have taken to be repeated in order to find the failing statement.
const REPEATABLE: Duration = Duration::from_secs(10);

/// Where in a message it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FailurePoint {
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
enum SentAs {
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
        items: &[ScriptRef<'_>],
        failure: Box<SessionError>,
        elapsed: Duration,
        attempts: u32,
        blocker: Option<OtherSession>,
    ) -> impl Future<Output = Error> {
        let travelled = SentAs::Whole { elapsed };
        self.explain(message, items, failure, travelled, attempts, blocker)
    }

    /// The error of one statement of a `no-transaction` file.
    pub(super) fn failed_statement(
        &mut self,
        message: &Message,
        item: &ScriptRef<'_>,
        failure: Box<SessionError>,
        (done, undone): (usize, bool),
        attempts: u32,
        blocker: Option<OtherSession>,
    ) -> impl Future<Output = Error> {
        let items = slice::from_ref(item);
        let travelled = SentAs::Statement { done, undone };
        self.explain(message, items, failure, travelled, attempts, blocker)
    }

    async fn explain(
        &mut self,
        message: &Message,
        items: &[ScriptRef<'_>],
        mut failure: Box<SessionError>,
        travelled: SentAs,
        attempts: u32,
        blocker: Option<OtherSession>,
    ) -> Error {
        let mut spot = FailurePoint::Ours;
        if !failure.is_connection() && !failure.is_foreign() {
            self.count_characters(message, &mut failure).await;
            spot = find(message, items, &failure);
            if spot == FailurePoint::Unknown && can_be_repeated(travelled, &failure, items) {
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
            SentAs::Statement { done, .. } if spot == FailurePoint::Unknown => {
                FailurePoint::Statement {
                    item: 0,
                    statement: Some(done),
                    character: None,
                }
            }
            _ => spot,
        };
        let failed = describe(item, spot, error, kept, attempts, blocker);
        Error::new(Kind::Failed(Box::new(failed)))
    }

    /// In a `SQL_ASCII` database positions count bytes, because no character is known to be longer.
    async fn count_characters(&mut self, message: &Message, failure: &mut SessionError) {
        let Some(error) = failure.database.as_mut() else {
            return;
        };
        let Some(position) = error.position.filter(|_| !message.sql.is_ascii()) else {
            return;
        };
        let asked = self.session.send("SHOW server_encoding").await;
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
    async fn repeat(
        &mut self,
        message: &Message,
        items: &[ScriptRef<'_>],
        first: &SessionError,
    ) -> FailurePoint {
        let (Some(body), Some(item)) = (message.segments.first(), items.first()) else {
            return FailurePoint::Unknown;
        };
        let before = message.sql.get(..body.bytes_before).unwrap_or_default();
        let limit = format!(
            "{before}SET LOCAL statement_timeout TO {};{};{}",
            REPEATABLE.as_secs() * 1000,
            sql::READ_AS_BUILT,
            sql::think(),
        );
        let statements = item.script.statements().enumerate();
        let statements = statements.map(|(number, statement)| {
            let spot = FailurePoint::Statement {
                item: 0,
                statement: Some(number),
                character: None,
            };
            (spot, statement.sql)
        });
        let all = once((FailurePoint::Ours, limit.as_str()))
            .chain(statements)
            .chain(once((
                FailurePoint::Commit,
                "SET CONSTRAINTS ALL IMMEDIATE",
            )));
        let mut found = FailurePoint::Unknown;
        for (spot, sql) in all {
            if let Err(failure) = self.session.open(sql).await {
                if failure.code() == first.code() {
                    found = spot;
                }
                break;
            }
        }
        let _ = self.session.roll_back("ROLLBACK").await;
        found
    }
}

/// The error of a message that failed, but not for what is in its files.
fn not_applied(items: &[ScriptRef<'_>], failure: Box<SessionError>, travelled: SentAs) -> Error {
    if let (SentAs::Statement { .. }, Some(item)) = (travelled, items.first()) {
        return refused_to("apply", item, failure);
    }
    let file = items.first().map(|item| item.script.path());
    refused(format!("apply {}", file.unwrap_or_default()), failure)
}

/// Which of a message's files has failed, and what is left of it; none where it was SQL of ours, or the
/// connection.
fn blamed<'i, 'm>(
    items: &'i [ScriptRef<'m>],
    spot: FailurePoint,
    failure: &SessionError,
    travelled: SentAs,
) -> Option<(&'i ScriptRef<'m>, Persisted)> {
    if failure.is_connection() || failure.is_foreign() {
        return None;
    }
    if let SentAs::Statement { done, undone } = travelled {
        let item = items.first()?;
        let of = item.script.statements.len();
        let kept = if undone {
            Persisted::Statements { done, of }
        } else {
            Persisted::Partly { done, of }
        };
        return Some((item, kept));
    }
    let ended = failure.asserts(sql::GUARD);
    let item = match spot {
        FailurePoint::Ours if !ended => None,
        FailurePoint::Statement { item, .. } => items.get(item),
        _ => items.last(),
    };
    let kept = match items.len() {
        _ if ended => Persisted::Unknown,
        1 => Persisted::Nothing,
        of => Persisted::NothingOfAll { of },
    };
    Some((item?, kept))
}

/// A repetition takes the same locks again; where locks or the server were the trouble, it is not worth it.
fn can_be_repeated(travelled: SentAs, failure: &SessionError, items: &[ScriptRef<'_>]) -> bool {
    let class = failure.code().get(..2).unwrap_or_default();
    matches!(travelled, SentAs::Whole { elapsed } if elapsed < REPEATABLE)
        && items.len() == 1
        && !matches!(class, "40" | "53" | "57" | "58" | "XX")
        && failure.code() != "55P03"
        && !failure.says("migrate:")
}

fn find(message: &Message, items: &[ScriptRef<'_>], failure: &SessionError) -> FailurePoint {
    let Some(error) = failure.database.as_deref() else {
        return FailurePoint::Unknown;
    };
    if let Some(position) = error.position {
        let position = usize::try_from(position)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        return at_position(&message.segments, items, position);
    }
    match failure.completed {
        Some(completed) => after(message, completed),
        None => FailurePoint::Unknown,
    }
}

fn at_position(segments: &[Segment], items: &[ScriptRef<'_>], position: usize) -> FailurePoint {
    let holds = |body: &&Segment| {
        // One more than its characters: an error "at end of input" points behind the last one.
        (body.characters_before..=body.characters_before + body.characters).contains(&position)
    };
    let Some(body) = segments.iter().find(holds) else {
        return FailurePoint::Ours;
    };
    let Some(item) = items.get(body.item) else {
        return FailurePoint::Ours;
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
    FailurePoint::Statement {
        item: body.item,
        statement,
        character: Some(character),
    }
}

fn after(message: &Message, completed: usize) -> FailurePoint {
    let within = |body: &&Segment| {
        (body.statements_before..body.statements_before + body.statements).contains(&completed)
    };
    if let Some(body) = message.segments.iter().find(within) {
        let statement = Some(body.first + completed - body.statements_before);
        return FailurePoint::Statement {
            item: body.item,
            statement,
            character: None,
        };
    }
    if completed + 1 == message.statements {
        FailurePoint::Commit
    } else {
        FailurePoint::Ours
    }
}

fn describe(
    item: &ScriptRef<'_>,
    spot: FailurePoint,
    error: Box<DatabaseError>,
    kept: Persisted,
    attempts: u32,
    blocker: Option<OtherSession>,
) -> Failed {
    let script = item.script;
    let (place, statement) = match spot {
        FailurePoint::Statement {
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
            let failing = statement.map(|number| FailedAt::Statement {
                number: number + 1,
                of,
            });
            (place, failing)
        }
        FailurePoint::Commit => (None, Some(FailedAt::Commit)),
        FailurePoint::Ours | FailurePoint::Unknown => (None, None),
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
