//! One file's text: its directives and its statements.

use crate::checksum::Checksum;
use crate::diagnostic::Diagnostic;
use crate::directive::{self, Directives, RuleNames};
use crate::encoding::Content;
use crate::migration::Script;
use crate::rules;
use crate::settings::Settings;
use crate::sql::{self, Token};

/// One file, judged on its own.
#[derive(Debug)]
pub(super) struct Judged {
    /// What the runtime has to know of it.
    pub(super) script: Script,
    /// What it says about itself.
    pub(super) directives: Directives,
}

/// Judges the content of `file`, whose name as diagnostics show it is `shown`.
pub(super) fn judge(
    file: &str,
    shown: &str,
    content: &Content,
    settings: &Settings,
    names: &RuleNames,
    problems: &mut Vec<Diagnostic>,
) -> Judged {
    let text = content.scannable();
    let (directives, found) = directive::read(shown, text, names);
    problems.extend(found);
    let analysis = sql::analyse(text);
    problems.extend(directive::misplaced(shown, text, &directives, |offset| {
        is_between(&analysis.tokens, offset)
    }));
    problems.extend(rules::check(
        shown,
        text,
        &analysis,
        directives.transaction,
        settings,
    ));
    let script = Script {
        file: file.to_owned(),
        checksum: Checksum::of(&content.text),
        text: content.text.clone(),
        transaction: directives.transaction,
        lock_timeout: directives.lock_timeout,
        changes_session: analysis.changes_session,
        statements: analysis.statements,
    };
    Judged { script, directives }
}

/// Whether the byte at `offset` belongs to no token: to white space or to a comment.
fn is_between(tokens: &[Token], offset: usize) -> bool {
    let next = tokens.partition_point(|token| token.end <= offset);
    tokens.get(next).is_none_or(|token| offset < token.start)
}
