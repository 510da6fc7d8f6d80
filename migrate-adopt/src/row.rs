//! A row of the other tool's table, in the same shape for all tools.

/// One migration, as the tool recorded it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// How the tool identifies it: a version or a name.
    pub(crate) key: String,
    /// The file, where the tool records it.
    pub(crate) file: Option<String>,
    /// When it was applied, in UTC.
    pub(crate) applied_at: Option<String>,
    pub(crate) ms: Option<u64>,
    pub(crate) applied_by: Option<String>,
    pub(crate) checksum: Option<String>,
    pub(crate) state: State,
}

/// The state that the row records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    Applied,
    /// A baseline: every migration up to its version counts as applied, though the tool did not run it.
    Baseline,
    /// Started but not finished.
    Failed,
    /// Reverted, or not about a migration.
    Undone,
}

impl Row {
    /// Reads a row of the result of a [`select`](crate::tools::Format::select).
    pub(crate) fn read(values: &[Option<String>]) -> Self {
        let value = |index: usize| values.get(index).cloned().flatten();
        Self {
            key: value(0).unwrap_or_default(),
            file: value(1),
            applied_at: value(2).map(|time| format!("{time}+00")),
            ms: value(3).and_then(|ms| ms.parse().ok()),
            applied_by: value(4),
            checksum: value(5),
            state: match value(6).as_deref() {
                Some("failed") => State::Failed,
                Some("undone") => State::Undone,
                Some("baseline") => State::Baseline,
                _ => State::Applied,
            },
        }
    }
}
