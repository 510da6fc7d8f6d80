//! The model is the engine's: each of its messages is one of the engine's, in the same order, and both leave the same
//! database, whatever message an instance dies at.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use migrate_fixtures::{Database, Server};
use migrate_runtime::{Migrations, Reply, Revert, Session, SessionError};
use postgres::{Client, NoTls};

use crate::explore::{Death, World};
use crate::model::{Direction, Kind, Message, REVERTER};

const FILES: [(&str, &str); 6] = [
    ("1_first.sql", "INSERT INTO effects VALUES (1);"),
    ("1_first.down.sql", "DELETE FROM effects WHERE version = 1;"),
    (
        "2_journaled.sql",
        "-- migrate: no-transaction\nINSERT INTO effects VALUES (2);\nCREATE INDEX CONCURRENTLY i ON t (a);",
    ),
    (
        "2_journaled.down.sql",
        "-- migrate: no-transaction\nDELETE FROM effects WHERE version = 2;\nDROP INDEX CONCURRENTLY i;",
    ),
    ("3_third.sql", "INSERT INTO effects VALUES (3);"),
    ("3_third.down.sql", "DELETE FROM effects WHERE version = 3;"),
];

const TABLE: &str = "\"public\".\"schema_migrations\"";

/// A session that takes notes and can die at a message.
struct Noted {
    client: Client,
    sent: Vec<Message>,
    death: Option<Death>,
    dead: bool,
}

impl Session for Noted {
    async fn send(&mut self, sql: &str) -> Result<Reply, SessionError> {
        if self.dead {
            return Err(gone());
        }
        let mut dies_after = false;
        if let Some(message) = name(sql, &self.sent) {
            let number = self.sent.len();
            self.sent.push(message);
            match self.death {
                Some(Death::Before(at)) if at == number => {
                    self.dead = true;
                    return Err(gone());
                }
                Some(Death::After(at)) if at == number => dies_after = true,
                _ => {}
            }
        }
        let answer = Session::send(&mut self.client, sql).await;
        if dies_after {
            self.dead = true;
            return Err(gone());
        }
        answer
    }

    async fn sleep(&mut self, _: Duration) {}
}

fn gone() -> SessionError {
    SessionError::connection("the connection is gone")
}

/// Which of the model's messages this is; none for a ROLLBACK and the like.
fn name(sql: &str, sent: &[Message]) -> Option<Message> {
    let has = |text: &str| sql.contains(text);
    let begun = sent.iter().rev().find_map(|message| match message {
        Message::Begin(direction) | Message::Resume(direction) => Some(*direction),
        _ => None,
    });
    let direction = begun.unwrap_or(if has("'reverting'") {
        Direction::Down
    } else {
        Direction::Up
    });
    let inserts = has(&format!("INSERT INTO {TABLE}"));
    let deletes = has(&format!("DELETE FROM {TABLE}"));
    let file = (0..3).find(|file| {
        has(&format!("VALUES ({})", file + 1)) || has(&format!("WHERE version = {};", file + 1))
    });
    Some(if has(&format!("CREATE TABLE IF NOT EXISTS {TABLE}")) {
        Message::Create
    } else if has("pg_advisory_unlock(") {
        Message::Leave
    } else if has("pg_try_advisory_lock(") {
        if inserts || has("SET state = 'reverting'") {
            Message::Begin(direction)
        } else {
            Message::Resume(direction)
        }
    } else if has("pg_try_advisory_xact_lock(") {
        match file {
            Some(file) if inserts => Message::Apply(file),
            Some(file) if deletes => Message::Revert(file),
            _ => return None,
        }
    } else if sql.starts_with("CREATE INDEX CONCURRENTLY") {
        Message::Alone(Direction::Up)
    } else if sql.starts_with("DROP INDEX CONCURRENTLY i") {
        Message::Alone(Direction::Down)
    } else if has("concat('sent ") {
        Message::Mark(direction)
    } else if has("concat('failed'") {
        Message::Fail(direction)
    } else if has("SET done = 1") {
        Message::Step(direction)
    } else if has("SET done = 2") {
        Message::Advance(direction)
    } else if has("SET state = 'applied'") {
        Message::End(Direction::Up)
    } else if deletes {
        Message::End(Direction::Down)
    } else if has("SELECT version, name") {
        Message::Look
    } else if has("indisvalid") || has("EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid") {
        match sent.last() {
            Some(Message::Alone(_)) => Message::Check,
            // What bears the name, and then whether it is what the statement makes.
            Some(Message::Search(_)) => return None,
            _ => Message::Search(direction),
        }
    } else if has("lock_timeout") && has("pg_locks") {
        Message::Prepare(direction)
    } else {
        return None;
    })
}

/// What the engine does as one instance.
fn operate(
    database: &Database,
    set: &Migrations,
    who: usize,
    death: Option<Death>,
) -> Vec<Message> {
    let mut session = Noted {
        client: Client::connect(&database.url(), NoTls).unwrap(),
        sent: Vec::new(),
        death,
        dead: false,
    };
    // How it ends is in the database.
    if who == REVERTER {
        let _ = now(set.runner().revert_with(&mut session, Revert::Last(1)));
    } else {
        let _ = now(set.runner().run_with(&mut session));
    }
    let messages = std::mem::take(&mut session.sent);
    drop(session);
    database.assert_quiet();
    messages
}

/// The client blocks; nothing is ever pending.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

/// The database in the model's words.
fn state(database: &Database) -> String {
    let made = database.value("SELECT to_regclass('schema_migrations') IS NOT NULL") == "t";
    let history = if made {
        database.value(
            "SELECT string_agg(version || ' ' || state || CASE WHEN state = 'applied' THEN '' ELSE ' ' || done END, ', ' \
         ORDER BY version) FROM schema_migrations",
        )
    } else {
        String::new()
    };
    let effects =
        database.value("SELECT string_agg(version::text, ', ' ORDER BY version) FROM effects");
    let index = database.value(
        "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND pg_get_indexdef(indexrelid) LIKE '%(a)'",
    );
    format!("history {history}; effects {effects}; index {index}")
}

/// How far the history reaches: none before the first run, which makes its table.
type Applied = Option<usize>;

fn check(
    set: &Migrations,
    applied: Applied,
    mistake: bool,
    who: usize,
    death: Option<Death>,
) -> usize {
    let database = Server::shared().database();
    database.execute("CREATE TABLE effects (version int); CREATE TABLE t (a int, b int)");
    let mut client = database.client();
    match applied {
        None => {}
        Some(0) => {
            set.runner().target(1).run(&mut client).unwrap();
            set.runner().revert(&mut client, Revert::All).unwrap();
        }
        Some(applied) => {
            let version = i64::try_from(applied).unwrap();
            set.runner().target(version).run(&mut client).unwrap();
        }
    }
    drop(client);
    if mistake {
        database.execute(if applied > Some(1) {
            "CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
             CREATE EVENT TRIGGER no ON ddl_command_start WHEN TAG IN ('DROP INDEX') EXECUTE FUNCTION no()"
        } else {
            "CREATE INDEX i ON t (b)"
        });
    }
    let world = match applied {
        Some(applied) => World::new(applied, mistake, Kind::Index),
        None => World::without_a_table(mistake, Kind::Index),
    };
    let (world, expected) = world.runs_alone(Kind::Index, who, death);
    let messages = operate(&database, set, who, death);
    let case = format!("{applied:?} applied, mistake {mistake}, instance {who}, {death:?}");
    assert_eq!(messages, expected, "{case}");
    assert_eq!(state(&database), world.told(), "{case}");
    // And the next one.
    let (world, expected) = world.runs_alone(Kind::Index, who, None);
    let then = operate(&database, set, who, None);
    assert_eq!(then, expected, "{case}, then");
    assert_eq!(state(&database), world.told(), "{case}, then");
    messages.len()
}

#[test]
fn the_engine_sends_what_the_model_sends_and_leaves_what_it_leaves() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("migrations");
    std::fs::create_dir(&directory).unwrap();
    for (file, text) in FILES {
        std::fs::write(directory.join(file), text).unwrap();
    }
    let set = migrate_tests::load(root.path());
    for (applied, mistake, who) in [
        (None, false, 0),
        (None, true, 0),
        (Some(0), false, 0),
        (Some(1), true, 0),
        (Some(2), false, REVERTER),
        (Some(2), true, REVERTER),
        (Some(3), false, REVERTER),
    ] {
        let messages = check(&set, applied, mistake, who, None);
        for at in 0..messages {
            check(&set, applied, mistake, who, Some(Death::Before(at)));
            check(&set, applied, mistake, who, Some(Death::After(at)));
        }
    }
}
