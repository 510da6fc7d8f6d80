//! What one can do about an error, as data.

use std::fmt;
use std::time::Duration;

use crate::table::Identifier;

/// One thing that one can do about an [`Error`](crate::Error): [`Error::hints`](crate::Error::hints).
///
/// Displays in terms of this library's methods. A front end with other terms, such as command-line flags, matches the
/// variants that it has another text for and displays the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// Undo the edit of an applied migration.
    RestoreFile,
    /// Accept the edit of applied migrations.
    #[non_exhaustive]
    AcceptChecksums {
        /// The edited migrations.
        versions: Vec<i64>,
    },
    /// Keep the history in another table, if another program records its migrations in this one.
    SeparateTable,
    /// Give a migration whose version is taken one that is free.
    #[non_exhaustive]
    RenumberNew {
        /// The newest version of the set and the history.
        newest: i64,
    },
    /// Undo the change of both name and text of an applied migration.
    RestoreRecorded,
    /// Record the new version of a file that was renumbered after it was applied.
    #[non_exhaustive]
    RecordRenumbered {
        /// The recorded version.
        from: i64,
        /// The version of the file.
        to: i64,
        /// The file.
        file: String,
    },
    /// Forget applied migrations whose files are gone for good.
    #[non_exhaustive]
    Forget {
        /// The recorded versions.
        versions: Vec<i64>,
    },
    /// Bring back the file of an applied migration.
    RestoreMissing,
    /// Build the program from the current files, if they have changed since it was compiled.
    Rebuild,
    /// Build again: cargo notices the edited, renamed or deleted file.
    BuildAgain,
    /// Set [`missing(Policy::Allow)`](crate::Runner::missing).
    AllowMissing,
    /// Use the release that contains the migrations which this one does not know.
    UseNewerRelease,
    /// Set [`ahead(Policy::Allow)`](crate::Runner::ahead).
    AllowAhead,
    /// Give a pending migration a version above the newest applied one.
    #[non_exhaustive]
    Renumber {
        /// The newest applied version.
        newest: i64,
    },
    /// Write `-- migrate: out-of-order` into the file.
    AllowOutOfOrder,
    /// Bring back the text with which an interrupted migration was begun, and run again, which resumes it.
    #[non_exhaustive]
    RestoreInterrupted {
        /// The interrupted migration.
        version: i64,
    },
    /// Revert an interrupted migration again, which resumes its down file.
    #[non_exhaustive]
    FinishRevert {
        /// The interrupted migration.
        version: i64,
    },
    /// Drop an index that has the name of one that is to be created, or choose another name.
    #[non_exhaustive]
    DropIndex {
        /// The index with its schema, quoted as SQL.
        index: String,
    },
    /// Choose another name for an index that is to be created: something else has it.
    #[non_exhaustive]
    RenameIndex {
        /// The name with its schema, quoted as SQL.
        index: String,
    },
    /// Check the effects of an interrupted migration and settle it with [`repair`](crate::Runner::repair).
    #[non_exhaustive]
    Repair {
        /// The interrupted migration.
        version: i64,
    },
    /// Write a down file.
    AddDownFile,
    /// Revert everything with [`Revert::All`](crate::Revert::All).
    RevertAll,
    /// Ask [`status`](crate::Runner::status) for what is applied.
    ListApplied,
    /// Give a version that the set holds.
    #[non_exhaustive]
    ChooseVersion {
        /// The oldest version of the set.
        oldest: i64,
        /// The newest version of the set.
        newest: i64,
    },
    /// Leave out [`single_transaction`](crate::Runner::single_transaction).
    CommitEachFile,
    /// Repeat the operation.
    RunAgain,
    /// Repeat the operation, which looks for what the last statement may have done.
    LookUp,
    /// Set a longer [`wait_timeout`](crate::Runner::wait_timeout).
    #[non_exhaustive]
    WaitLonger {
        /// How long the operation has waited.
        waited: Duration,
    },
    /// End the session that keeps the history table locked.
    #[non_exhaustive]
    EndSession {
        /// Its server process.
        pid: i32,
    },
    /// Connect to the primary server without a proxy that reads from a replica.
    ReadFromPrimary,
    /// Run a statement that makes the history table one to use.
    #[non_exhaustive]
    Execute {
        /// The statement.
        statement: String,
        /// A role that can.
        role: String,
    },
    /// Connect as the role that owns the history table.
    #[non_exhaustive]
    ConnectAs {
        /// The owner.
        role: String,
    },
    /// Make the role the owner of the history table.
    #[non_exhaustive]
    TakeOver {
        /// The statement; only a superuser can run it.
        statement: String,
    },
    /// Drop or rename what bears the history table's name.
    #[non_exhaustive]
    Remove {
        /// Who owns it.
        owner: String,
    },
    /// Create the schema of the history table again.
    #[non_exhaustive]
    RecreateSchema {
        /// Its name.
        schema: String,
    },
    /// Make cargo notice added files: touch the file that calls the macro.
    TouchCaller,
    /// Make cargo notice added files: a line in `build.rs`.
    #[non_exhaustive]
    WatchDirectory {
        /// The directory, as the macro names it.
        directory: String,
    },
    /// End the open transaction.
    EndTransaction,
    /// Connect without a pooler in transaction mode.
    ConnectDirectly,
    /// Adopt the history of another tool.
    #[non_exhaustive]
    Adopt {
        /// The tool's name for `migrate adopt --from`, if its table is recognised.
        tool: Option<&'static str>,
    },
    /// Record what the database already has with [`baseline`](crate::Runner::baseline).
    Baseline,
    /// Keep the history in another table.
    OtherTable,
    /// Connect as a role with the privileges that migrations need.
    UseOwner,
    /// Connect to the primary server.
    UsePrimary,
    /// Take what makes the transaction read-only out of the file.
    StayWritable,
    /// Find the blocking session, or wait longer for locks.
    FindBlocker,
    /// Use a new enum value in a later migration.
    UseEnumValueLater,
    /// Put the statement into a file with `-- migrate: no-transaction`.
    LeaveTransaction,
    /// Call what commits, or refuses a transaction, directly.
    CallDirectly,
    /// Hold fewer locks in one transaction.
    FewerLocks,
    /// Fix the cause and run again, which resumes at this statement.
    #[non_exhaustive]
    Resume {
        /// The statement, counted from 1.
        statement: usize,
    },
}

impl fmt::Display for Hint {
    #[expect(clippy::too_many_lines, reason = "a table, one arm for each hint")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RestoreFile => {
                "restore the file as it was applied, and put the change into a new migration"
            }
            Self::AcceptChecksums { versions } => {
                return write!(
                    f,
                    "if the edit is deliberate and the database needs no change, accept it: `.repair(…, &Repair::AcceptChecksums(vec!{versions:?}))`"
                );
            }
            Self::SeparateTable => {
                "if another program records its migrations there, keep this history in another table: `embed_migrations!(…, table = \"…\")` or `.table(HistoryTable::new(schema, name)?)`"
            }
            Self::RenumberNew { newest } => {
                return write!(
                    f,
                    "if the file is a new migration, rename it to a version above {newest}"
                );
            }
            Self::RestoreRecorded => {
                "if the file is the recorded migration under another name, restore its name and its text"
            }
            Self::RecordRenumbered { from, to, file } => {
                return write!(
                    f,
                    "{file} has the text that was applied as version {from}: if it was renumbered, record that: `.repair(…, &Repair::Renumber {{ from: {from}, to: {to} }})`"
                );
            }
            Self::Forget { versions } => {
                return write!(
                    f,
                    "forget what is gone for good, e.g. with a dropped branch: `.repair(…, &Repair::Forget {{ versions: vec!{versions:?}, reason: \"…\".into() }})`"
                );
            }
            Self::RestoreMissing => {
                "restore the file if it was deleted, renamed, or is on another branch"
            }
            Self::Rebuild => "rebuild the program if its files have changed since it was compiled",
            Self::BuildAgain => "build again",
            Self::AllowMissing => "set `.missing(Policy::Allow)` to continue without it",
            Self::UseNewerRelease => "use the release that contains it",
            Self::AllowAhead => "set `.ahead(Policy::Allow)` to start this release nevertheless",
            Self::Renumber { newest } => {
                return write!(
                    f,
                    "rename it to a version above {newest}, unless it is applied somewhere already"
                );
            }
            Self::AllowOutOfOrder => {
                "write `-- migrate: out-of-order` in its first lines if it may run after newer migrations"
            }
            Self::RestoreInterrupted { version } => {
                return write!(
                    f,
                    "restore the file of version {version} as it was, and run again: it resumes where it stopped, unless its last statement must not be repeated"
                );
            }
            Self::FinishRevert { version } => {
                return write!(
                    f,
                    "revert version {version} again, with its down file as it was: it resumes where it stopped"
                );
            }
            Self::DropIndex { index } => {
                return write!(
                    f,
                    "drop what is there if nothing needs it (`DROP INDEX CONCURRENTLY {index}`), or give the new index another name; then run again"
                );
            }
            Self::RenameIndex { index } => {
                return write!(f, "give the new index another name than {index}, and run again");
            }
            Self::Repair { version } => {
                return write!(
                    f,
                    "check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied({version})` if they are complete, `Repair::MarkPending({version})` if none is left"
                );
            }
            Self::AddDownFile => "add a down file for it, or revert only what is newer",
            Self::RevertAll => "use `Revert::All` to revert everything",
            Self::ListApplied => "call `.status(…)` to list what is applied",
            Self::ChooseVersion { oldest, newest } => {
                return write!(f, "choose a version from {oldest} to {newest} that has a file");
            }
            Self::CommitEachFile => {
                "leave out `.single_transaction(true)`: each file then commits by itself"
            }
            Self::RunAgain => "run again to continue: what is committed is in the history",
            Self::LookUp => {
                "run again: the last statement may have taken effect, and is looked for before it is repeated"
            }
            Self::WaitLonger { .. } => {
                "wait for it to finish and run again, or set a longer `.wait_timeout(…)`"
            }
            Self::EndSession { pid } => {
                return write!(
                    f,
                    "if that session is not needed, end it: `SELECT pg_terminate_backend({pid})`"
                );
            }
            Self::ReadFromPrimary => {
                "connect to the primary server: a proxy may be reading from a replica that has fallen behind"
            }
            Self::Execute { statement, role } => return write!(f, "run `{statement}` as {role}"),
            Self::ConnectAs { role } => {
                return write!(
                    f,
                    "connect as {role} if that is the role that migrates this database, or set `options=-c role={role}` in the URL"
                );
            }
            Self::TakeOver { statement } => {
                return write!(
                    f,
                    "if you know its rows and its definition to be right, run `{statement}` as a superuser"
                );
            }
            Self::Remove { owner } => {
                return write!(f, "ask {owner} what it is for, then drop or rename it");
            }
            Self::RecreateSchema { schema } => {
                return write!(
                    f,
                    "if it was dropped by mistake, create it again with its owner and privileges: `CREATE SCHEMA {}`",
                    Identifier(schema)
                );
            }
            Self::TouchCaller => {
                "cargo does not notice added files: touch the file that calls `embed_migrations!`, and build again"
            }
            Self::WatchDirectory { directory } => {
                return write!(
                    f,
                    "add `println!(\"cargo::rerun-if-changed={directory}\");` to `build.rs`, and cargo notices added files"
                );
            }
            Self::EndTransaction => {
                "commit it or roll it back first: migrations open their own transactions"
            }
            Self::ConnectDirectly => {
                "connect to PostgreSQL directly, or put the pooler into session mode"
            }
            Self::Adopt { tool: Some(tool) } => {
                return write!(
                    f,
                    "adopt that history: `migrate adopt --from {tool} --dry-run` shows what it would record; the crate migrate-adopt does the same"
                );
            }
            Self::Adopt { tool: None } => {
                "adopt that history if it is one: `migrate adopt --help`, or the crate migrate-adopt"
            }
            Self::Baseline => {
                "if the database already has what the files create, e.g. from a dump without the history table, record that: `.baseline(…, version)` with the newest version whose effects it has"
            }
            Self::OtherTable => {
                "keep this history in another table: `embed_migrations!(…, table = \"…\")` or `.table(HistoryTable::new(schema, name)?)`"
            }
            Self::UseOwner => {
                "connect as a role that may create tables in that schema; a start with nothing pending needs only SELECT on the history table"
            }
            Self::UsePrimary => "connect to the primary server",
            Self::StayWritable => {
                "remove what makes the transaction read-only, e.g. `SET LOCAL transaction_read_only`: the migration's history row is written in the same one"
            }
            Self::FindBlocker => {
                "end the blocking session, run when traffic is low, or wait longer for locks: `-- migrate: lock-timeout 10s`"
            }
            Self::UseEnumValueLater => {
                "use the new enum value in a later migration: it must be committed first"
            }
            Self::LeaveTransaction => {
                "put the statement into a file of its own that starts with `-- migrate: no-transaction`"
            }
            Self::CallDirectly => {
                "call it directly: a function, an exception block, and a procedure with a SET clause or SECURITY DEFINER always run inside a transaction"
            }
            Self::FewerLocks => {
                "split the migration, or raise max_locks_per_transaction: one transaction holds a lock for every table it touches"
            }
            Self::Resume { statement } => {
                return write!(f, "fix the cause and run again; it resumes at statement {statement}");
            }
        })
    }
}
