//! A syntax error.
//!
//! Every statement is parsed with the grammar of PostgreSQL 18 itself. The server would report the same error at
//! the same place, but only after it had run everything before it. Strings are not parsed: PostgreSQL parses the
//! body of a function or of `DO` when it runs.
//!
//! Found:
//!
//! ```sql
//! CREATE INDX users_email ON users (email);
//! ```
//!
//! Correct the statement:
//!
//! ```sql
//! CREATE INDEX users_email ON users (email); -- not INDX
//! ```
//!
//! If a statement is valid only in a fork of PostgreSQL, an extension of its grammar or a newer release, allow it
//! in one file with `-- migrate: allow(syntax) <reason>`, or in all files with
//! `embed_migrations!("migrations", syntax = off)`.

mod advice;
mod case;
mod forbidden;
mod foreign;
mod newer;
mod phrases;
mod placeholder;
mod slips;
mod spelling;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;

use migrate_sql::grammar::{Refusal, RefusalKind, Sentence};
use migrate_sql::scanner::{Fault, FaultKind};

use self::advice::Advice;
use crate::diagnostics::{Diagnostic, Lines, RuleRemark};
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "syntax",
    level: Level::Deny,
    summary: "a syntax error",
    allowable: true,
    source: include_str!("mod.rs"),
    check: Check::File(check),
};

/// The most errors that are reported of a file: one slip can spoil every statement after it.
const MOST: usize = 50;

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    let lines = OnceCell::new();
    let sentences = file.parsed.sentences.iter();
    let reported =
        sentences.filter_map(|sentence| report(file, &lines, sentence, sentence.refusal()?));
    let mut found = Vec::new();
    let mut causes = Vec::new();
    let mut left = MOST;
    for finding in reported {
        // Those of one cause are one in the end.
        let is_new = match &finding.cause {
            Some(cause) if causes.contains(cause) => false,
            Some(cause) => {
                causes.push(cause.clone());
                true
            }
            None => true,
        };
        if is_new {
            let Some(fewer) = left.checked_sub(1) else {
                break;
            };
            left = fewer;
        }
        found.push(finding);
    }
    found
}

/// Whether a word stands right behind a string, and a later quote has no partner: `'it's'`. The rule about that quote
/// says what to write.
fn ends_string_early(file: &ParsedFile<'_>, refusal: &Refusal) -> bool {
    let before = file.text.get(..refusal.span.start).unwrap_or_default();
    let is_open = |fault: &Fault| {
        fault.kind == FaultKind::UnterminatedString && fault.span.start >= refusal.span.end
    };
    before.ends_with('\'') && file.analysis.faults.iter().any(is_open)
}

/// What the scanner refused has a rule of its own, and so have bytes that are no characters.
fn report<'a>(
    file: &ParsedFile<'a>,
    lines: &'a OnceCell<Lines<'a>>,
    sentence: &'a Sentence,
    refusal: &Refusal,
) -> Option<Diagnostic> {
    let refused = file.text.get(refusal.span.clone()).unwrap_or_default();
    if refused.contains(char::REPLACEMENT_CHARACTER) || ends_string_early(file, refusal) {
        return None;
    }
    let advice = match &refusal.kind {
        RefusalKind::Fault(_) => return None,
        RefusalKind::Forbidden(message) | RefusalKind::ForbiddenNear(message) => {
            Advice::Help(forbidden::advise(message).to_owned())
        }
        RefusalKind::TooDeep => Advice::Help(
            "PostgreSQL's parser goes 10,000 symbols deep: nest less deeply".to_owned(),
        ),
        _ => advice::advise(file, lines, sentence, refusal),
    };
    let finding = RULE.finding(file, place(sentence, refusal), shorten(file.text, refusal));
    Some(match advice {
        Advice::Help(help) => finding.help(help),
        Advice::Placeholder(placeholder) => finding
            .help(placeholder::advise(&placeholder))
            .remark(RuleRemark::Name)
            .cause(placeholder),
        Advice::Newer => finding.label("known to PostgreSQL 19").how_to_allow(
            "the grammar is PostgreSQL 18's; if every server runs 19 or newer, allow it",
        ),
        Advice::None => finding.how_to_allow(
            "if a fork, an extension or a newer PostgreSQL knows this statement, allow it",
        ),
    })
}

/// At the end of the text, the missing part belongs after the last token.
fn place(sentence: &Sentence, refusal: &Refusal) -> std::ops::Range<usize> {
    if refusal.span.is_empty() {
        sentence.range.end..sentence.range.end
    } else {
        refusal.span.clone()
    }
}

/// PostgreSQL's message, with a token of bearable length.
fn shorten(text: &str, refusal: &Refusal) -> String {
    let message = refusal.message(text);
    let token = text.get(refusal.span.clone()).unwrap_or_default();
    if token.is_empty() {
        return message;
    }
    message.replace(token, &case::shorten_token(token))
}
