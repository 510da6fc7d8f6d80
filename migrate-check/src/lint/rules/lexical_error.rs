//! A string, a quoted name, a dollar quote or a comment has no end, or a number, an operator or an escape is
//! malformed.
//!
//! PostgreSQL refuses the whole file, in the same words. Everything after an open quote is part of it, so
//! statements that were meant to run are text.
//!
//! Found:
//!
//! ```sql
//! COMMENT ON TABLE users IS 'who's who';
//! ```
//!
//! Close the quote. Inside a string, write a quote twice; a backslash does not escape it.
//!
//! ```sql
//! COMMENT ON TABLE users IS 'who''s who';
//! COMMENT ON TABLE users IS $$who's who$$;
//! ```

use migrate_sql::scanner::{Fault, FaultKind, TokenKind};

use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "lexical-error",
    level: Level::Deny,
    summary: "a string, name, comment or number is malformed or has no end",
    allowable: false,
    source: include_str!("lexical_error.rs"),
    check: Check::File(check),
};

/// The most faults that are reported of a file: a file of data may have thousands.
const MOST: usize = 50;

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    let faults = file.analysis.faults.iter().take(MOST);
    faults
        .map(|fault| {
            let label = if is_open(fault.kind) {
                "begins here"
            } else {
                ""
            };
            let mut finding = RULE
                .finding(file, fault.span.clone(), fault.kind.message())
                .label(label)
                .help(advise(file, fault));
            if fault.kind == FaultKind::UnterminatedString {
                finding.help.extend(suspect_backslash(file, fault));
            }
            finding
        })
        .collect()
}

/// Whether the fault is that something has no end.
const fn is_open(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::UnterminatedString
            | FaultKind::UnterminatedBitString
            | FaultKind::UnterminatedHexString
            | FaultKind::UnterminatedDollarQuote
            | FaultKind::UnterminatedIdentifier
            | FaultKind::UnterminatedComment
    )
}

/// What to do about it.
fn advise(file: &ParsedFile<'_>, fault: &Fault) -> String {
    let source = file.text.get(fault.span.clone()).unwrap_or_default();
    match fault.kind {
        FaultKind::UnterminatedString => {
            "close it with `'`; a quote inside a string is written twice: `'it''s'`"
        }
        FaultKind::UnterminatedBitString | FaultKind::UnterminatedHexString => "close it with `'`",
        FaultKind::UnterminatedDollarQuote => return advise_on_tag(file.text, source),
        FaultKind::UnterminatedIdentifier => "close it with `\"`; a string is written in `'`",
        FaultKind::UnterminatedComment => {
            "close it with `*/`; comments nest, so each `/*` inside it needs a `*/` of its own"
        }
        FaultKind::EmptyIdentifier => "write a name; the empty string is `''`",
        FaultKind::OperatorTooLong => "shorten it: an operator has at most 63 characters",
        FaultKind::JunkAfterNumber => {
            "put a space after the number, or quote a name that begins with a digit: `\"1st\"`"
        }
        FaultKind::JunkAfterParameter | FaultKind::ParameterTooLarge => {
            "write the value itself: a migration has no parameters"
        }
        FaultKind::InvalidHexInteger => "write hexadecimal digits after `0x`",
        FaultKind::InvalidOctalInteger => "write octal digits after `0o`",
        FaultKind::InvalidBinaryInteger => "write binary digits after `0b`",
        FaultKind::InvalidUnicodeEscape
            if source.starts_with("\\u") || source.starts_with("\\U") =>
        {
            "write four hexadecimal digits after `\\u`, or eight after `\\U`"
        }
        FaultKind::InvalidUnicodeEscape => {
            "write four hexadecimal digits, or `+` and six, after the escape character"
        }
        FaultKind::InvalidUnicodeValue => "write a code point from 1 to 10FFFF",
        FaultKind::InvalidSurrogatePair => {
            "write both halves of a surrogate pair, or the code point itself"
        }
        FaultKind::ZeroByte => "remove it: no text in PostgreSQL can hold a zero byte",
        FaultKind::UescapeWithoutString => "write the escape character as a string: `UESCAPE '!'`",
        FaultKind::InvalidEscapeCharacter => {
            "choose one ASCII character other than a hexadecimal digit, a quote, a space or `+`"
        }
    }
    .to_owned()
}

/// A dollar quote is often closed with a tag that differs only in case.
fn advise_on_tag(text: &str, tag: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let other = lower
        .match_indices(&tag.to_ascii_lowercase())
        .filter_map(|(at, _)| text.get(at..at + tag.len()))
        .find(|found| *found != tag);
    match other {
        Some(other) => format!("close it with `{tag}`; `{other}` is another tag"),
        None => format!("close it with `{tag}`"),
    }
}

/// In other databases a backslash escapes a quote. In PostgreSQL the string ends there, and the next quote
/// begins another by accident.
fn suspect_backslash(file: &ParsedFile<'_>, fault: &Fault) -> Option<String> {
    let string = file.analysis.tokens.iter().find(|token| {
        let source = file.text.get(token.range()).unwrap_or_default();
        token.kind == TokenKind::String
            && token.start < fault.span.start
            && source.starts_with('\'')
            && source.ends_with("\\'")
    })?;
    let line = file.text.get(..string.start)?.matches('\n').count() + 1;
    Some(format!(
        "the string on line {line} ends at its `\\'`: a backslash escapes a quote only in `E'…'`"
    ))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing;
    use crate::migration::Transaction;

    #[track_caller]
    fn check(sql: &str, expected: &[&str]) {
        testing::check(RULE, Transaction::Single, sql, expected);
    }

    #[test]
    fn a_file_of_nothing_but_faults_is_not_reported_in_full() {
        assert_eq!(testing::find(RULE, &"1a;".repeat(1000)).len(), 50);
    }

    #[test]
    fn what_has_no_end_is_shown_where_it_begins() {
        check(
            "SELECT 1;\nSELECT 'it''s;\n",
            &[
                "2:8: unterminated quoted string | close it with `'`; a quote inside a string is written twice: `'it''s'`",
            ],
        );
        check(
            "SELECT \"a",
            &[
                "1:8: unterminated quoted identifier | close it with `\"`; a string is written in `'`",
            ],
        );
        check(
            "/* a /* b */",
            &[
                "1:1: unterminated /* comment | close it with `*/`; comments nest, so each `/*` inside it needs a `*/` of its own",
            ],
        );
        check(
            "DO $$ BEGIN END",
            &["1:4: unterminated dollar-quoted string | close it with `$$`"],
        );
        check(
            "DO $Body$ BEGIN END $body$",
            &[
                "1:4: unterminated dollar-quoted string | close it with `$Body$`; `$body$` is another tag",
            ],
        );
    }

    #[test]
    fn a_backslash_before_a_quote_is_suspected() {
        check(
            "SELECT\n'it\\'s'",
            &[
                "2:7: unterminated quoted string | close it with `'`; a quote inside a string is written twice: `'it''s'` | the string on line 2 ends at its `\\'`: a backslash escapes a quote only in `E'…'`",
            ],
        );
    }

    #[test]
    fn every_malformed_token_is_reported() {
        check(
            "SELECT 1st, \"\", $1x",
            &[
                "1:8: trailing junk after numeric literal | put a space after the number, or quote a name that begins with a digit: `\"1st\"`",
                "1:13: zero-length delimited identifier | write a name; the empty string is `''`",
                "1:17: trailing junk after parameter | write the value itself: a migration has no parameters",
            ],
        );
    }

    #[test]
    fn well_formed_text_has_none() {
        check(
            "SELECT 'it''s', E'\\'', $a$ $$ $b$ $a$ -- it's\n/* /* ' */ */",
            &[],
        );
    }
}
