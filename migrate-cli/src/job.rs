//! What a command that needs a database is given: the migrations, and how to run them.

use migrate_check::Loaded;
use migrate_runtime::{HistoryTable, Migrations, Runner, StopToken};

use crate::options::Options;
use crate::output::Output;
use crate::progress::Progress;

/// A set of migrations with everything that the options say about it.
pub(crate) struct Job<'j> {
    pub(crate) set: &'j Migrations,
    pub(crate) table: HistoryTable,
    /// What is known of the files: findings, and the locks of each statement. Of an embedded set, none until it is
    /// asked for.
    pub(crate) loaded: Option<Loaded>,
    pub(crate) output: Output,
    pub(crate) progress: Progress,
    /// Requested when the program is asked to end.
    pub(crate) stop: StopToken,
    one_statement_per_message: bool,
}

impl<'j> Job<'j> {
    pub(crate) fn new(
        set: &'j Migrations,
        table: HistoryTable,
        loaded: Option<Loaded>,
        output: Output,
    ) -> Self {
        Self {
            set,
            table,
            loaded,
            output,
            progress: Progress::new(output),
            stop: StopToken::new(),
            one_statement_per_message: false,
        }
    }

    /// The same over a connection as the options describe it.
    pub(crate) fn connected_by(self, options: &Options) -> Self {
        Self {
            one_statement_per_message: options.one_statement_per_message,
            ..self
        }
    }

    pub(crate) fn runner(&self) -> Runner<'j> {
        self.set
            .runner()
            .table(self.table.clone())
            .one_statement_per_message(self.one_statement_per_message)
    }
}
