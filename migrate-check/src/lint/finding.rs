//! What a rule has found.

use std::ops::Range;

use super::context::Context;
use super::parsed_file::ParsedFile;
use super::rule::Rule;
use crate::diagnostics::{Diagnostic, RuleRemark, Severity};

impl Rule {
    /// A finding of this rule; what level it has is decided later.
    pub(super) fn finding(
        &self,
        file: &ParsedFile<'_>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        let remark = if self.allowable {
            RuleRemark::Allowable
        } else {
            RuleRemark::Name
        };
        Diagnostic::error(self.id, file.name, message)
            .at(span)
            .remark(remark)
    }
}

impl Diagnostic {
    /// The same as a warning, where a rule that is sure of its errors is not sure.
    pub(super) fn unsure(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl Context<'_> {
    /// A finding about the statement.
    pub(crate) fn find(&self, rule: &Rule, message: impl Into<String>) -> Diagnostic {
        self.find_at(rule, self.statement.range(), message)
    }

    /// A finding about a part of the statement, of which the first line is shown.
    pub(crate) fn find_at(
        &self,
        rule: &Rule,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        rule.finding(self.file, self.file.headline(range), message)
    }
}
