//! Nothing hangs for ever, and a panic is a violation.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use migrate_fixtures::Server;

use super::rounds::Round;

/// Ends every session but the fixtures'.
const END: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' \
    AND application_name <> 'migrate-fixtures' AND pid <> pg_backend_pid()";

/// Plays a round. Where that takes longer than `patience`, all sessions of the server are ended, again and again, and
/// that is a violation.
pub(super) fn watched(
    server: &Server,
    patience: Duration,
    round: &mut Round,
    play: impl FnOnce(&mut Round),
) {
    let (playing, over) = channel::<()>();
    thread::scope(|scope| {
        let watcher = scope.spawn(move || {
            if over.recv_timeout(patience) != Err(RecvTimeoutError::Timeout) {
                return false;
            }
            loop {
                let _ = server.execute(END);
                let again = over.recv_timeout(Duration::from_millis(200));
                if again != Err(RecvTimeoutError::Timeout) {
                    return true;
                }
            }
        });
        let played = catch_unwind(AssertUnwindSafe(|| play(round)));
        drop(playing);
        if let Err(panic) = played {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            round
                .violations
                .push(format!("panics: {}", text.unwrap_or_default()));
        }
        if watcher.join().unwrap_or(true) {
            round
                .violations
                .push(format!("hangs: not over after {patience:?}"));
        }
    });
}
