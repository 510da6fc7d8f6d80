//! What is wrong with a migration, as data. How it looks is [`render`](crate::render())'s business.

use std::borrow::Cow;
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
    /// What one can do about it, one sentence an entry; [`advice`](Self::advice) has all there is.
    pub help: Vec<String>,
    /// What the reader is told of the rule.
    pub remark: RuleRemark,
    /// Where one cause makes many errors, its name: a directory's errors of one cause are reported as one.
    pub cause: Option<String>,
}

/// What a reader is told of the rule that found something, below everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RuleRemark {
    /// Nothing: there is no more to read of it.
    #[default]
    None,
    /// Its name, which the reference of the rules goes by.
    Name,
    /// Its name, and how to allow what it found: it may well be meant.
    Allowable,
    /// Its name, after one more sentence of help: when to allow what it found. How is added to it.
    AllowableWhen(&'static str),
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
            remark: RuleRemark::None,
            cause: None,
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

    /// The same, caused by what many others in the directory may be caused by.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The same, with help that says when to allow what the rule found, such as "once no release uses it, allow it".
    #[must_use]
    pub fn how_to_allow(self, when: &'static str) -> Self {
        self.remark(RuleRemark::AllowableWhen(when))
    }

    /// What one can do about it, one sentence an entry: its help, and when and how to allow it.
    pub fn advice(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let allowing = match self.remark {
            RuleRemark::AllowableWhen(when) => {
                Some(Cow::from(format!("{when}: `{}`", self.directive())))
            }
            _ => None,
        };
        let help = self.help.iter().map(|help| Cow::from(help.as_str()));
        help.chain(allowing)
    }

    /// The line that allows it.
    pub(super) fn directive(&self) -> String {
        format!("-- migrate: allow({}) <reason>", self.rule)
    }

    /// The same, with this said of the rule.
    #[must_use]
    pub fn remark(mut self, remark: RuleRemark) -> Self {
        self.remark = remark;
        self
    }
}
