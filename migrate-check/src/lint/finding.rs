//! What a rule has found.

use std::ops::Range;

use migrate_sql::grammar::Node;

use super::rule::Rule;
use super::scene::Scene;
use super::subject::Subject;
use crate::diagnostics::{Diagnostic, RuleRemark};
use crate::settings::Level;

impl Rule {
    /// A finding of this rule; what level it has is decided later.
    pub(super) fn finding(
        &self,
        subject: &Subject<'_>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        let remark = if self.allowable && self.level < Level::Deny {
            RuleRemark::Allowable
        } else {
            RuleRemark::Name
        };
        Diagnostic::error(self.id, subject.file, message)
            .at(span)
            .remark(remark)
    }
}

impl Scene<'_> {
    /// A finding about a part of the statement.
    pub(crate) fn find(
        &self,
        rule: &Rule,
        node: Node<'_>,
        message: impl Into<String>,
    ) -> Diagnostic {
        rule.finding(self.subject, self.subject.source.headline(node), message)
    }
}
