//! The clients that the engine can drive, one file each, named as the crates they drive.

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "sqlx", feature = "sqlx-0_8"))]
mod sqlx;
#[cfg(feature = "sqlx-0_8")]
mod sqlx_0_8;
#[cfg(feature = "tokio-postgres")]
mod tokio_postgres;

/// One value of a row. A server sends the bytes that it has stored, and a role's name, for one, is stored in
/// the encoding of whichever database created it; the clients hand out nothing of a value that is not
/// UTF-8, and its row is worth more than that value.
#[cfg(any(feature = "postgres", feature = "tokio-postgres"))]
fn value<E>(read: &Result<Option<&str>, E>) -> Option<String> {
    match read {
        Ok(text) => crate::text::owned(*text),
        Err(_) => Some(char::REPLACEMENT_CHARACTER.to_string()),
    }
}

/// The fields of a server's error, for the two drivers that share their error type.
#[cfg(any(feature = "postgres", feature = "tokio-postgres"))]
macro_rules! database_error {
    ($driver:ident, $error:expr) => {{
        let error: &$driver::error::DbError = $error;
        let text = crate::text::owned;
        let (position, internal) = match error.position() {
            Some($driver::error::ErrorPosition::Original(position)) => (Some(*position), None),
            Some($driver::error::ErrorPosition::Internal { position, query }) => {
                (None, Some((*position, query.clone())))
            }
            None => (None, None),
        };
        crate::session::DatabaseError {
            code: error.code().code().to_owned(),
            message: error.message().to_owned(),
            detail: text(error.detail()),
            hint: text(error.hint()),
            position,
            internal,
            context: text(error.where_()),
            schema: text(error.schema()),
            table: text(error.table()),
            constraint: text(error.constraint()),
        }
    }};
}
#[cfg(any(feature = "postgres", feature = "tokio-postgres"))]
use database_error;
