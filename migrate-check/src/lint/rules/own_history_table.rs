//! A statement that names the table in which migrate records what is applied.
//!
//! migrate creates that table and writes its rows, each in the transaction of its migration. A file that
//! creates the table fails or, worse, makes one with other columns; one that writes rows makes migrate
//! believe something that did not happen. Such statements usually come from another tool, or from the time when
//! migrations were applied by hand.
//!
//! Found:
//!
//! ```sql
//! CREATE TABLE schema_migrations (version bigint PRIMARY KEY);
//! ```
//!
//! Remove them. If the table is your own and happens to have the same name, give migrate another one,
//! `embed_migrations!("migrations", table = "migrate_history")`; then this is fine. So is any other name:
//!
//! ```sql
//! CREATE TABLE migrated_articles (id bigint PRIMARY KEY);
//! ```
//!
//! A file that has to touch it, for example to grant a role SELECT on it, allows the rule with
//! `-- migrate: allow(own-history-table) <reason>`. Names inside string literals do not count, except in the
//! body of `DO`.

use std::ops::Range;

use migrate_sql::scanner::spell;
use migrate_sql::scanner::{Keyword, Token, TokenKind};
use migrate_sql::splitter::of_do;

use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::settings::{Level, TableName};

pub(super) const RULE: Rule = Rule {
    id: "own-history-table",
    level: Level::Deny,
    summary: "a statement that names the history table",
    allowable: true,
    source: include_str!("own_history_table.rs"),
    check: Check::File(check),
};

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    let table = &file.settings.table;
    // A name takes at least as many bytes as it has, however it is written. It may also be in the body of a `DO`.
    let vocabulary = &file.analysis.vocabulary;
    if !vocabulary.has_name_of(table.name.len()) && !vocabulary.has(Keyword::Do) {
        return Vec::new();
    }
    let statements = file.split_statements();
    statements
        .filter_map(|statement| {
            let span = find(file.text, statement.tokens, table).or_else(|| {
                let mut rest = statement.reader();
                let body = rest.accept(Keyword::Do).then(|| of_do(&mut rest))??;
                let found = find(&body.text, &body.tokens, table)?;
                Some(match body.start {
                    Some(start) => start + found.start..start + found.end,
                    None => statement.headline(),
                })
            })?;
            let finding = RULE
                .finding(file, span, format!("names the history table \"{table}\""))
                .label("migrate creates and writes this table itself")
                .help("remove the statement")
                .help("if this is a table of your own, give the history table another name: `table = \"…\"` in `embed_migrations!`")
                .how_to_allow("if it is intended, allow it");
            Some(finding)
        })
        .collect()
}

/// Where these tokens first name the table: by its name alone, or after its schema.
#[expect(
    clippy::indexing_slicing,
    reason = "the loop compares; nothing else is quick without optimisation"
)]
fn find(text: &str, tokens: &[Token], table: &TableName) -> Option<Range<usize>> {
    let at = |index: usize| tokens.get(index);
    let is_point = |index: usize| at(index).is_some_and(|token| token.is_char(b'.'));
    let shortest = table.name.len();
    let mut next = 0;
    while next < tokens.len() {
        let index = next;
        let token = &tokens[index];
        next += 1;
        // A name takes at least as many bytes as it has, however it is written: that excludes nearly every token.
        if token.end - token.start < shortest
            || !spells(text, token, &table.name)
            || is_point(index + 1)
        {
            continue;
        }
        let Some(point) = index.checked_sub(1).filter(|before| is_point(*before)) else {
            return Some(token.range());
        };
        if let Some(schema) = point.checked_sub(1).and_then(at)
            && spells(text, schema, &table.schema)
        {
            return Some(schema.start..token.end);
        }
    }
    None
}

/// Whether a token is this name.
fn spells(text: &str, token: &Token, name: &str) -> bool {
    let source = text.get(token.range()).unwrap_or_default();
    let possible = match token.kind {
        TokenKind::Ident => source.starts_with('"') || source.eq_ignore_ascii_case(name),
        TokenKind::UnicodeIdent => true,
        TokenKind::Keyword(_) => source.eq_ignore_ascii_case(name),
        _ => false,
    };
    possible && spell(text, token, '\\').is_some_and(|spelt| spelt == name)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::check_with;
    use crate::migration::Transaction;
    use crate::settings::{Settings, TableName};

    const HELP: &str = "remove the statement | if this is a table of your own, give the history table another name: `table = \"…\"` in `embed_migrations!` | if it is intended, allow it: `-- migrate: allow(own-history-table) <reason>`";

    #[track_caller]
    fn check(schema: &str, name: &str, sql: &str, places: &[&str]) {
        let settings = Settings {
            table: TableName {
                schema: schema.to_owned(),
                name: name.to_owned(),
            },
            ..Settings::default()
        };
        let expected: Vec<String> = places
            .iter()
            .map(|place| format!("{place}: names the history table \"{schema}.{name}\" | {HELP}"))
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check_with(RULE, Transaction::Single, &settings, sql, &expected);
    }

    #[test]
    fn the_table_is_found_however_it_is_written() {
        for (sql, place) in [
            ("CREATE TABLE schema_migrations (id int)", "1:14"),
            ("DROP TABLE IF EXISTS a, Schema_Migrations", "1:25"),
            ("INSERT INTO \"schema_migrations\" VALUES (1)", "1:13"),
            ("INSERT INTO public . schema_migrations VALUES (1)", "1:13"),
            (
                "SELECT 1 FROM d.PUBLIC.U&\"schema\\005fmigrations\"",
                "1:17",
            ),
            (
                "DO $x$\nBEGIN\n  DELETE FROM schema_migrations; END $x$",
                "3:15",
            ),
            ("DO 'BEGIN TRUNCATE schema_migrations; END'", "1:20"),
            (
                "DO 'BEGIN RAISE NOTICE '''';TRUNCATE schema_migrations; END'",
                "1:1",
            ),
        ] {
            check("public", "schema_migrations", sql, &[place]);
        }
    }

    #[test]
    fn each_statement_is_reported_once() {
        check(
            "public",
            "schema_migrations",
            "CREATE TABLE schema_migrations (id int);
INSERT INTO schema_migrations SELECT * FROM schema_migrations;",
            &["1:14", "2:13"],
        );
    }

    #[test]
    fn tables_of_other_schemas_and_other_words_are_fine() {
        for sql in [
            "CREATE TABLE app.schema_migrations (id int)",
            "CREATE TABLE schema_migrations.t (id int)",
            "SELECT t.schema_migrations FROM t",
            "SELECT 'schema_migrations' -- schema_migrations",
            "CREATE TABLE \"Schema_Migrations\" (id int)",
            "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT max(version) FROM schema_migrations'",
        ] {
            check("public", "schema_migrations", sql, &[]);
        }
    }

    #[test]
    fn the_name_is_the_settings() {
        check("App", "history", "SELECT 1 FROM \"App\".History", &["1:15"]);
        check("App", "history", "SELECT 1 FROM app.history", &[]);
        check("App", "history", "SELECT 1 FROM schema_migrations", &[]);
        check("public", "value", "SELECT 1 FROM VALUE", &["1:15"]);
    }
}
