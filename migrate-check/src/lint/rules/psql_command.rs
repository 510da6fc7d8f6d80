//! A backslash outside strings: a command of psql.
//!
//! psql runs `\i`, `\copy`, `\gexec` and the like itself. A migration is sent to the server, which knows only
//! SQL and answers with a syntax error.
//!
//! Found:
//!
//! ```sql
//! \i other.sql
//! ```
//!
//! Write the SQL itself. Instead of `\i other.sql`, put its statements here; instead of `\copy`, insert the
//! rows; instead of `\gexec`, build the SQL and run it with `EXECUTE`:
//!
//! ```sql
//! DO $$
//! DECLARE name text;
//! BEGIN
//!     FOR name IN SELECT relname FROM pg_class WHERE relname LIKE 'log\_%' LOOP
//!         EXECUTE format('ANALYZE %I', name);
//!     END LOOP;
//! END $$;
//! ```

use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "psql-command",
    level: Level::Deny,
    summary: "a backslash command of psql, which the server does not know",
    allowable: false,
    source: include_str!("psql_command.rs"),
    check: Check::File(check),
};

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    if !file.analysis.vocabulary.has_command() {
        return Vec::new();
    }
    let tokens = file.analysis.tokens.iter();
    tokens
        .filter(|token| token.is_char(b'\\'))
        .map(|token| {
            let line = file.text.get(token.range()).unwrap_or_default();
            let command = name(line);
            let span = token.start..token.start + command.len();
            if let Some(meant @ (';' | ':')) = line.chars().nth(1) {
                let span = token.start..token.start + 2;
                let message = format!("`\\{meant}` is what psql reads, not SQL");
                return RULE
                    .finding(file, span, message)
                    .help(format!("write `{meant}`"));
            }
            if command.len() == 1 {
                return RULE
                    .finding(file, span, "a backslash outside a string")
                    .help("remove it, or put the text it belongs to into quotes");
            }
            RULE.finding(
                file,
                span,
                format!("`{command}` is a command of psql, not SQL"),
            )
            .help(advise(command.get(1..).unwrap_or_default()))
        })
        .collect()
}

/// The backslash and the word after it.
fn name(line: &str) -> &str {
    let rest = line.get(1..).unwrap_or_default();
    let word = rest
        .find(|char: char| !char.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    let length = match rest.chars().next() {
        Some('.' | '!' | '?') => 1,
        _ => word,
    };
    line.get(..=length).unwrap_or(line)
}

/// What to write in place of a command.
fn advise(command: &str) -> &'static str {
    match command {
        "i" | "ir" | "include" | "include_relative" => {
            "put the statements of that file here, or into a migration of their own"
        }
        "copy" => "write the rows as `INSERT … VALUES`",
        "." => "remove the data: write the rows as `INSERT … VALUES`",
        "g" | "gx" | "gset" | "gdesc" | "crosstabview" => "end the statement with `;`",
        "gexec" => "put the statements together in a `DO` block and run them with `EXECUTE`",
        "c" | "connect" => {
            "remove it: a migration runs in the database it is applied to, and in no other"
        }
        "set" | "unset" | "if" | "elif" | "else" | "endif" => {
            "write the value itself; to decide something while it runs, use `IF` in a `DO` block"
        }
        _ => "remove it: a migration is sent to the server, which knows only SQL",
    }
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
    fn commands_are_found_at_the_start_and_in_the_middle_of_a_statement() {
        check(
            "\\set ON_ERROR_STOP on\n\\i other.sql\nSELECT 1 \\gexec\n",
            &[
                "1:1: `\\set` is a command of psql, not SQL | write the value itself; to decide something while it runs, use `IF` in a `DO` block",
                "2:1: `\\i` is a command of psql, not SQL | put the statements of that file here, or into a migration of their own",
                "3:10: `\\gexec` is a command of psql, not SQL | put the statements together in a `DO` block and run them with `EXECUTE`",
            ],
        );
        check(
            "SELECT \\ 1",
            &[
                "1:8: a backslash outside a string | remove it, or put the text it belongs to into quotes",
            ],
        );
        check(
            "\\é",
            &[
                "1:1: a backslash outside a string | remove it, or put the text it belongs to into quotes",
            ],
        );
    }

    #[test]
    fn what_psql_sends_as_one_message_is_written_with_a_semicolon() {
        check(
            "SELECT 1\\;\nSELECT 2\\;\nSELECT 3;",
            &[
                "1:9: `\\;` is what psql reads, not SQL | write `;`",
                "2:9: `\\;` is what psql reads, not SQL | write `;`",
            ],
        );
    }

    #[test]
    fn quotes_in_a_command_hide_nothing_after_it() {
        check(
            "\\echo don't\n\\q\n",
            &[
                "1:1: `\\echo` is a command of psql, not SQL | remove it: a migration is sent to the server, which knows only SQL",
                "2:1: `\\q` is a command of psql, not SQL | remove it: a migration is sent to the server, which knows only SQL",
            ],
        );
    }

    #[test]
    fn backslashes_in_literals_and_comments_are_none() {
        check(
            "SELECT '\\i', E'\\n', $$ \\gexec $$, \"\\x\" -- \\q\n/* \\q */",
            &[],
        );
    }
}
