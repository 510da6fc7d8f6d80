//! What is wrong with a migration, as data. How it looks is [`render`](crate::render())'s business.

use std::ops::Range;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The build goes on; the compiler shows it like any warning of its own.
    Warning,
    /// The build fails.
    Error,
}

/// A place in a file: bytes of its text, start inclusive, end exclusive, on character boundaries.
pub type Span = Range<usize>;

/// One finding about one file, or about the directory as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the rule, in kebab case, e.g. `duplicate-version`.
    pub rule: &'static str,
    /// Whether it stops the build.
    pub severity: Severity,
    /// The file as the user wrote it, e.g. `migrations/0002_users.sql`; the directory where no file is to blame.
    pub file: String,
    /// Where in the file's text. None where the whole file (its name, its encoding) is meant.
    pub span: Option<Span>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// A few words under the caret; empty for a bare caret.
    pub label: String,
    /// What one can do about it, one sentence an entry. Never empty for an error.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error about `file` as a whole.
    pub fn error(rule: &'static str, file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            file: file.into(),
            span: None,
            message: message.into(),
            label: String::new(),
            help: Vec::new(),
        }
    }

    /// A warning about `file` as a whole.
    pub fn warning(
        rule: &'static str,
        file: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(rule, file, message)
        }
    }

    /// The same, at a place in the file's text.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same, with a few words under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same, with one more thing one can do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}
