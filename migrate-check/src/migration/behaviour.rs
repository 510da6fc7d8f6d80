//! How the statements of a file behave: outside a transaction, and towards the session.

use std::collections::HashSet;

use migrate_sql::scanner::{Keyword, Reader};
use migrate_sql::splitter::Analysis;

use super::class::Class;
use super::{StatementKind, classification, session_state, subscription};

/// What the runtime has to be told of a file's statements.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Behaviour {
    /// What each statement is, in the order of the analysis.
    pub(crate) classes: Vec<Class>,
    /// Whether one of them may change a setting that outlives its transaction.
    pub(crate) changes_session: bool,
}

impl Behaviour {
    /// Of the statements of `text`.
    pub(crate) fn of(text: &str, analysis: &Analysis) -> Self {
        let vocabulary = &analysis.vocabulary;
        let mut detached = HashSet::new();
        let mut changes_session = false;
        let mut classes = Vec::with_capacity(analysis.statements.len());
        for found in &analysis.statements {
            let statement = Reader::new(text, analysis.tokens_of(found));
            let mut class = classification::classify(statement.clone(), vocabulary);
            if vocabulary.has(Keyword::Subscription) {
                detached.extend(subscription::detached(statement.clone()));
            }
            if class.kind != StatementKind::Transactional
                && subscription::dropped(statement.clone())
                    .is_some_and(|name| detached.contains(&name))
            {
                class = Class::TRANSACTIONAL;
            }
            changes_session |= session_state::changes(&statement, vocabulary);
            classes.push(class);
        }
        Self {
            classes,
            changes_session,
        }
    }

    /// [`of`](Self::of) a text that is looked at for itself.
    #[cfg(test)]
    pub(super) fn of_text(text: &str) -> Self {
        Self::of(text, &migrate_sql::splitter::analyse(text))
    }

    /// The kinds of the statements.
    #[cfg(test)]
    pub(super) fn kinds(&self) -> Vec<&StatementKind> {
        self.classes.iter().map(|class| &class.kind).collect()
    }
}
