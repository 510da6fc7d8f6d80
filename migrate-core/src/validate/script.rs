//! One file's text: its directives and its statements.

use crate::checksum::Checksum;
use crate::diagnostic::{Diagnostic, Span};
use crate::directive::{self, Directives, RuleNames};
use crate::encoding::Content;
use crate::layout::Section;
use crate::migration::{Script, Transaction};
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

/// Judges the content of `file`, whose name as diagnostics show it is `shown`. It runs outside a
/// transaction if its layout, `transaction`, or a directive says so.
pub(super) fn judge(
    file: &str,
    shown: &str,
    content: &Content,
    transaction: Transaction,
    settings: &Settings,
    names: &RuleNames,
    problems: &mut Vec<Diagnostic>,
) -> Judged {
    let text = content.scannable();
    let (mut directives, found) = directive::read(shown, text, names);
    problems.extend(found);
    if transaction == Transaction::None {
        directives.transaction = transaction;
    }
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
        lines_before: None,
        transaction: directives.transaction,
        lock_timeout: directives.lock_timeout,
        changes_session: analysis.changes_session,
        statements: analysis.statements,
    };
    Judged { script, directives }
}

/// [`judge`]s one direction of a file that holds both. What is found is positioned in the file.
pub(super) fn judge_section(
    file: &str,
    shown: &str,
    content: &Content,
    section: &Section,
    settings: &Settings,
    names: &RuleNames,
    problems: &mut Vec<Diagnostic>,
) -> Judged {
    let start = section.range.start;
    let part = content.part(section.range.clone(), &section.marks);
    let mut found = Vec::new();
    let transaction = section.transaction;
    let mut judged = judge(file, shown, &part, transaction, settings, names, &mut found);
    let shift = |span: &mut Span| *span = span.start + start..span.end + start;
    for problem in &mut found {
        problem.span.iter_mut().for_each(shift);
    }
    let directives = &mut judged.directives;
    directives.out_of_order.iter_mut().for_each(shift);
    directives
        .allows
        .iter_mut()
        .map(|allow| &mut allow.span)
        .for_each(shift);
    let before = content.text.get(..start).unwrap_or_default();
    judged.script.lines_before = Some(before.matches('\n').count());
    problems.append(&mut found);
    judged
}

/// Whether the byte at `offset` belongs to no token: to white space or to a comment.
fn is_between(tokens: &[Token], offset: usize) -> bool {
    let next = tokens.partition_point(|token| token.end <= offset);
    tokens.get(next).is_none_or(|token| offset < token.start)
}
