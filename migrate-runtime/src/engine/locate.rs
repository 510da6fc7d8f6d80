//! Traces an error back from a message to the file: which migration, which statement, which character.

use std::iter::once;
use std::slice;
use std::time::Duration;

use super::journal::refused_to;
use super::sql::{Message, ScriptRef, Segment};
use super::{Engine, refused, sql};
use crate::error::{Error, Failed, FailedAt, Kind, Origin, Persisted};
use crate::migrations::Script;
use crate::other_session::Blocker;
use crate::session::{DatabaseError, SessionError};
use crate::snippet::Place;
use crate::text;

/// How long a failed attempt may have taken to be repeated in order to find the failing statement.
const REPEATABLE: Duration = Duration::from_secs(10);

/// Where in a message it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FailurePoint {
    /// In the engine's own SQL.
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
        blocker: Option<Blocker>,
    ) -> impl Future<Output = Error> {
        let sent_as = SentAs::Whole { elapsed };
        self.explain(message, items, failure, sent_as, attempts, blocker)
    }

    /// The error of one statement of a `no-transaction` file.
    pub(super) fn failed_statement(
        &mut self,
        message: &Message,
        item: &ScriptRef<'_>,
        failure: Box<SessionError>,
        (done, undone): (usize, bool),
        attempts: u32,
        blocker: Option<Blocker>,
    ) -> impl Future<Output = Error> {
        let items = slice::from_ref(item);
        let sent_as = SentAs::Statement { done, undone };
        self.explain(message, items, failure, sent_as, attempts, blocker)
    }

    async fn explain(
        &mut self,
        message: &Message,
        items: &[ScriptRef<'_>],
        mut failure: Box<SessionError>,
        sent_as: SentAs,
        attempts: u32,
        blocker: Option<Blocker>,
    ) -> Error {
        let mut point = FailurePoint::Ours;
        if !failure.is_connection() && !failure.is_foreign() {
            self.count_characters(message, &mut failure).await;
            message.locate_character(&mut failure);
            point = find(message, items, &failure);
            if point == FailurePoint::Unknown && can_be_repeated(sent_as, &failure, items) {
                point = self.repeat(message, items, &failure).await;
            }
        }
        let Some((item, kept)) = blamed(items, point, &failure, sent_as) else {
            let is_about_table = failure.is_foreign() || failure.code() == "42501";
            if !is_about_table {
                return not_applied(items, failure, sent_as);
            }
            let file = items.first().map(|item| item.script.path());
            let doing = format!("apply {}", file.unwrap_or_default());
            return self.refused(doing, failure).await;
        };
        let Some(error) = failure.database.take() else {
            return not_applied(items, failure, sent_as);
        };
        let point = match sent_as {
            SentAs::Statement { done, .. } if point == FailurePoint::Unknown => {
                FailurePoint::Statement {
                    item: 0,
                    statement: Some(done),
                    character: None,
                }
            }
            _ => point,
        };
        let failed = describe(item, point, error, kept, attempts, blocker);
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
            let encoding = reply.rows().first().and_then(|row| row.text(0));
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
            let point = FailurePoint::Statement {
                item: 0,
                statement: Some(number),
                character: None,
            };
            (point, statement.sql)
        });
        let all = once((FailurePoint::Ours, limit.as_str()))
            .chain(statements)
            .chain(once((
                FailurePoint::Commit,
                "SET CONSTRAINTS ALL IMMEDIATE",
            )));
        let mut found = FailurePoint::Unknown;
        for (point, sql) in all {
            if let Err(failure) = self.session.open(sql).await {
                if failure.code() == first.code() {
                    found = point;
                }
                break;
            }
        }
        let _ = self.session.roll_back("ROLLBACK").await;
        found
    }
}

/// The error of a message that failed, but not for what is in its files.
fn not_applied(items: &[ScriptRef<'_>], failure: Box<SessionError>, sent_as: SentAs) -> Error {
    if let (SentAs::Statement { .. }, Some(item)) = (sent_as, items.first()) {
        return refused_to("apply", item, failure);
    }
    let file = items.first().map(|item| item.script.path());
    refused(format!("apply {}", file.unwrap_or_default()), failure)
}

/// Which of a message's files has failed, and what is left of it; none where the engine's own SQL or the
/// connection failed.
fn blamed<'i, 'm>(
    items: &'i [ScriptRef<'m>],
    point: FailurePoint,
    failure: &SessionError,
    sent_as: SentAs,
) -> Option<(&'i ScriptRef<'m>, Persisted)> {
    if failure.is_connection() || failure.is_foreign() {
        return None;
    }
    if let SentAs::Statement { done, undone } = sent_as {
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
    // The transaction began as one that may write, so the file has made it one that may not.
    let is_read_only = failure.code() == "25006";
    let item = match point {
        FailurePoint::Ours if is_read_only => items.last(),
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
fn can_be_repeated(sent_as: SentAs, failure: &SessionError, items: &[ScriptRef<'_>]) -> bool {
    let class = failure.code().get(..2).unwrap_or_default();
    matches!(sent_as, SentAs::Whole { elapsed } if elapsed < REPEATABLE)
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
        // One more than its characters: an error "at end of input" points past the last one.
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
    point: FailurePoint,
    error: Box<DatabaseError>,
    kept: Persisted,
    attempts: u32,
    blocker: Option<Blocker>,
) -> Failed {
    let script = item.script;
    let (place, statement) = match point {
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
        origin: Origin::Ordinary,
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
    let mut rest = text::after(text::after(statement, '$')?, '$')?;
    for _ in 1..line {
        rest = text::after(rest, '\n')?;
    }
    Some(statement.len() - rest.trim_start_matches([' ', '\t']).len())
}

#[cfg(test)]
mod tests {
    use super::{block_line, body_line};

    #[test]
    fn the_line_of_a_failed_block_is_found_in_its_body() {
        let context = "PL/pgSQL function inline_code_block line 3 at RAISE";
        assert_eq!(block_line(context), Some(3));
        assert_eq!(block_line("PL/pgSQL function f() line 3 at RAISE"), None);
        let statement = "DO $$\nBEGIN\n  RAISE 'no';\nEND $$";
        let start = body_line(statement, 3);
        assert_eq!(start, statement.find("RAISE"));
        assert_eq!(body_line(statement, 9), None);
        assert_eq!(body_line("DO 'BEGIN END'", 1), None);
    }
}
