//! The names that other tools give to our commands.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What people type who know another tool, and the command that does it here.
const HABITS: [(&str, &str); 21] = [
    ("add", "create"),
    ("apply", "run"),
    ("back", "revert"),
    ("deploy", "run"),
    ("down", "revert"),
    ("drop", "database drop"),
    ("dry-run", "plan"),
    ("generate", "create"),
    ("info", "status"),
    ("init", "create"),
    ("lint", "check"),
    ("list", "status"),
    ("migrate", "run"),
    ("new", "create"),
    ("redo", "revert"),
    ("reset", "database reset"),
    ("resolve", "repair"),
    ("rollback", "revert"),
    ("undo", "revert"),
    ("up", "run"),
    ("validate", "check"),
];

/// The same for options.
const OPTIONS: [(&str, &str); 6] = [
    ("--db-url", "--database-url"),
    ("--json", "--format json"),
    ("--output", "--format"),
    ("--path", "--dir"),
    ("--source", "--dir"),
    ("--url", "--database-url"),
];

/// Names our command or option where an unknown one is another tool's word for it.
pub(crate) fn explain(mut error: Error) -> Error {
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidSubcommand)
        && let Some((_, ours)) = HABITS.iter().find(|(theirs, _)| theirs == given)
    {
        let ours = ContextValue::Strings(vec![(*ours).to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, ours);
    }
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg)
        && let Some((_, ours)) = OPTIONS.iter().find(|(theirs, _)| theirs == given)
    {
        let ours = ContextValue::String((*ours).to_owned());
        error.insert(ContextKind::SuggestedArg, ours);
    }
    error
}
