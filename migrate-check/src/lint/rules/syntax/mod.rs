//! A statement that is not PostgreSQL's.
//!
//! Every statement is parsed with the grammar of PostgreSQL 18 itself, so what is refused here the server
//! would refuse with the same words at the same place, after everything before it had been run. Strings
//! are not looked into: the body of a function or of `DO` is PostgreSQL's to read when it runs.
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
//! A statement that only a fork of PostgreSQL, an extension of its grammar or a newer release knows is let
//! through in a file that says `-- migrate: allow(syntax) <reason>`, and in all files by
//! `embed_migrations!("migrations", syntax = off)`.

mod advice;
mod case;
mod forbidden;
mod foreign;
mod placeholder;
mod slips;
mod spelling;
#[cfg(test)]
mod tests;

use migrate_sql::grammar::{Refusal, RefusalKind, Sentence};

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::subject::Subject;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "syntax",
    level: Level::Deny,
    summary: "a statement that PostgreSQL's grammar does not have",
    allowable: true,
    source: include_str!("mod.rs"),
    check: Check::File(check),
};

/// So many statements of a file are reported: one slip can spoil all that follow.
const MOST: usize = 50;

fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let sentences = subject.source.parsed.sentences.iter();
    sentences
        .filter_map(|sentence| report(subject, sentence, sentence.refusal()?))
        .take(MOST)
        .collect()
}

/// What the scanner refused has a rule of its own, and so have bytes that are no characters.
fn report(subject: &Subject<'_>, sentence: &Sentence, refusal: &Refusal) -> Option<Diagnostic> {
    let refused = subject
        .source
        .text
        .get(refusal.span.clone())
        .unwrap_or_default();
    if refused.contains(char::REPLACEMENT_CHARACTER) {
        return None;
    }
    let help = match &refusal.kind {
        RefusalKind::Fault(_) => return None,
        RefusalKind::Forbidden(message) | RefusalKind::ForbiddenNear(message) => {
            forbidden::advise(message).to_owned()
        }
        RefusalKind::TooDeep => {
            "PostgreSQL's parser goes 10,000 symbols deep: nest less deeply".to_owned()
        }
        _ => advice::advise(subject, sentence, refusal),
    };
    let finding = RULE.finding(
        subject,
        place(sentence, refusal),
        shorten(subject.source.text, refusal),
    );
    Some(finding.help(help))
}

/// At the end of the text, what is missing is missing behind the last token.
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
