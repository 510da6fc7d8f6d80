//! Every row of every statement comes, as text.

use super::probe::{Found, ask, rows};
use crate::session::Session;

pub(super) async fn returns_rows_as_text<S: Session>(session: &mut S, _: &mut S) -> Found {
    let sql = "SELECT 1, true, NULL, '', 2, '\\x00ff'::bytea, 'ü'";
    let expected = [
        Some("1"),
        Some("t"),
        None,
        Some(""),
        Some("2"),
        Some("\\x00ff"),
        Some("ü"),
    ];
    rows(session, sql, &[&expected]).await
}

pub(super) async fn returns_the_rows_of_every_statement<S: Session>(
    session: &mut S,
    _: &mut S,
) -> Found {
    let sql = "SELECT 'a', 1;SELECT 'none' WHERE false;SET LOCAL work_mem TO '5MB';SELECT 'b' UNION ALL SELECT 'c';SELECT 'd'";
    let expected: [&[Option<&str>]; 4] = [
        &[Some("a"), Some("1")],
        &[Some("b")],
        &[Some("c")],
        &[Some("d")],
    ];
    rows(session, sql, &expected).await
}

pub(super) async fn returns_many_rows<S: Session>(session: &mut S, _: &mut S) -> Found {
    let sql = format!(
        "SELECT g FROM generate_series(1, 5000) AS g /* {} */",
        "-".repeat(1 << 20)
    );
    let short = "SELECT g FROM generate_series(1, 5000) AS g, in a message of 1 MiB";
    let reply = ask(session, &sql, short).await?;
    let last = reply
        .values()
        .last()
        .and_then(|row| row.first().cloned().flatten());
    if reply.values().count() == 5000 && last.as_deref() == Some("5000") {
        return Ok(());
    }
    let count = reply.values().count();
    Err(format!(
        "{count} rows came for `{short}`, and the last was {last:?}: all 5000 must come"
    ))
}

pub(super) async fn passes_over_notices<S: Session>(session: &mut S, _: &mut S) -> Found {
    let sql = "SET LOCAL client_min_messages TO 'notice';DO $$BEGIN RAISE WARNING 'w'; RAISE NOTICE 'n'; END$$;\
        SET LOCAL application_name TO 'conformance';LISTEN c;NOTIFY c;UNLISTEN c;SELECT 1";
    rows(session, sql, &[&[Some("1")]]).await
}
