//! An error of the server comes whole, and the session goes on after it.

use super::probe::{Found, failure, refused, rows};
use crate::session::Session;

pub(super) async fn reports_an_error<S: Session>(session: &mut S, _: &mut S) -> Found {
    let sql = "SELECT 1/0";
    let error = refused(session, sql).await?;
    let said = (error.code.as_str(), error.message.as_str());
    if said == ("22012", "division by zero") {
        return Ok(());
    }
    Err(format!(
        "the error of `{sql}` came as {said:?}: `SessionError::database` must hold SQLSTATE and message as the server sent \
         them, (\"22012\", \"division by zero\")"
    ))
}

pub(super) async fn reports_all_of_an_error<S: Session>(session: &mut S, _: &mut S) -> Found {
    let sql = "DO $$BEGIN RAISE EXCEPTION 'm' USING ERRCODE = 'P0042', DETAIL = 'd', HINT = 'h', SCHEMA = 's', TABLE = 't', \
        CONSTRAINT = 'c'; END$$";
    let error = refused(session, sql).await?;
    let fields = [
        ("detail", error.detail, "d"),
        ("hint", error.hint, "h"),
        ("schema", error.schema, "s"),
        ("table", error.table, "t"),
        ("constraint", error.constraint, "c"),
    ];
    for (field, came, sent) in fields {
        if came.as_deref() != Some(sent) {
            return Err(format!(
                "`DatabaseError::{field}` is {came:?} after an error whose {field} is `{sent}`: it must hold what the server sent"
            ));
        }
    }
    if error.context.is_none() {
        return Err("`DatabaseError::context` is None after an error in a function: it must hold the protocol's field `W`".to_owned());
    }
    let sql = "DO $$BEGIN PERFORM missing; END$$";
    let error = refused(session, sql).await?;
    match error.internal {
        Some((8, query)) if query == "SELECT missing" => Ok(()),
        internal => Err(format!(
            "`DatabaseError::internal` is {internal:?} after an error in a query of a function: it must hold the protocol's fields \
             `p` and `q`, Some((8, \"SELECT missing\"))"
        )),
    }
}

pub(super) async fn reports_positions_in_characters<S: Session>(
    session: &mut S,
    _: &mut S,
) -> Found {
    let sql = "SELECT 'ü', missing";
    let error = refused(session, sql).await?;
    if error.position == Some(13) {
        return Ok(());
    }
    Err(format!(
        "`DatabaseError::position` is {:?} after `{sql}`: it must be Some(13), the protocol's field `P`, which counts characters \
         from 1",
        error.position
    ))
}

pub(super) async fn reports_an_error_after_rows<S: Session>(session: &mut S, _: &mut S) -> Found {
    refused(
        session,
        "SELECT 1;SELECT g FROM generate_series(1, 2000) AS g;SELECT 1/0",
    )
    .await?;
    refused(session, "SELECT 1/g FROM generate_series(2000, 0, -1) AS g").await?;
    Ok(())
}

pub(super) async fn counts_completed_statements<S: Session>(session: &mut S, _: &mut S) -> Found {
    let sql = "SELECT 1;SET LOCAL work_mem TO '5MB';SELECT 'none' WHERE false;SELECT 1/0";
    let failure = failure(session, sql).await?;
    match failure.completed {
        None | Some(3) => Ok(()),
        Some(count) => Err(format!(
            "`SessionError::completed` is Some({count}) after `{sql}`: it must be Some(3), one for each `CommandComplete`, or None \
             where the client does not tell"
        )),
    }
}

pub(super) async fn goes_on_after_an_error<S: Session>(session: &mut S, _: &mut S) -> Found {
    refused(session, "BEGIN;SELECT 1;SELECT 1/0").await?;
    let sql = "ROLLBACK;SELECT 'after'";
    rows(session, sql, &[&[Some("after")]]).await?;
    refused(session, "SELECT 1/0").await?;
    rows(session, "SELECT 'again'", &[&[Some("again")]]).await
}
