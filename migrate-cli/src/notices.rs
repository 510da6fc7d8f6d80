//! Notices and warnings of the server: `RAISE NOTICE` in a migration, and its own.

use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::error::{DbError, Severity};

use crate::output::{DIM, WARNING};
use crate::progress::Progress;

/// "There is no transaction in progress": our `ROLLBACK` after an error that left none open.
const NO_TRANSACTION: &str = "25P01";

/// Prints notices and warnings until the connection ends.
pub(crate) async fn tell(progress: Progress, mut notices: UnboundedReceiver<DbError>) {
    while let Some(notice) = notices.recv().await {
        if notice.code().code() == NO_TRANSACTION {
            continue;
        }
        let message = notice.message();
        match notice.parsed_severity() {
            Some(Severity::Warning) => {
                progress.note(&format!("{WARNING}server warning:{WARNING:#} {message}"));
            }
            Some(Severity::Notice | Severity::Info) => {
                progress.note(&format!("{DIM}server: {message}{DIM:#}"));
            }
            _ => {}
        }
    }
}
