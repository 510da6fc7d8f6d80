//! What people are told on standard error.

use std::fmt;
use std::io::Write as _;

/// Writes a line. Not with `eprintln!`: the test harness would show it only for the test that happens to be the first, and
/// only if that fails.
pub(crate) fn say(what: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "migrate-test: {what}");
}
