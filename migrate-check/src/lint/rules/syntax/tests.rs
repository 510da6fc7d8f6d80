//! SQL in, findings out.

use super::RULE;
use crate::lint::testing;
use crate::migration::Transaction;

/// What is found in each of the statements, which are parted by empty lines.
fn find(statements: &str) -> String {
    let found = statements.split("\n\n").map(|statement| {
        let found = testing::find(RULE, statement);
        let found = match found.len() {
            0 => "nothing".to_owned(),
            _ => found.join("\n-- "),
        };
        format!("{statement}\n-- {found}\n")
    });
    found.collect::<Vec<_>>().join("\n")
}

#[test]
fn typing_errors_are_told_from_what_was_meant() {
    insta::assert_snapshot!(find(include_str!("slips.sql")), @r#"
    CREATE INDX i ON t (a);
    -- 1:8: syntax error at or near "INDX" | did you mean `INDEX` instead of `INDX`?

    CREAT TABLE t (a int);
    -- 1:1: syntax error at or near "CREAT" | did you mean `CREATE` instead of `CREAT`?

    ALTER TABLE t ADD COLUM a int;
    -- 1:27: syntax error at or near "int" | did you mean `COLUMN` instead of `COLUM`?

    CREATE TABLE t (a int NOT NUL);
    -- 1:27: syntax error at or near "NUL" | did you mean `NULL` instead of `NUL`?

    CREATE TABLE IF NOT EXIST t (a int);
    -- 1:21: syntax error at or near "EXIST" | did you mean `EXISTS` instead of `EXIST`?

    SELECT a FORM t WHERE b = 1;
    -- 1:15: syntax error at or near "t" | did you mean `FROM` instead of `FORM`?

    INSERT INTO t VALEUS (1);
    -- 1:15: syntax error at or near "VALEUS" | did you mean `VALUES` instead of `VALEUS`?

    UPDATE t SET a = 1 WERE b = 2;
    -- 1:20: syntax error at or near "WERE" | did you mean `WHERE` instead of `WERE`?

    CREATE TABLE t (
        a int,
        b int,
    );
    -- 4:1: syntax error at or near ")" | remove the comma before `)`

    CREATE TABLE t (a int,, b int);
    -- 1:23: syntax error at or near "," | remove the comma before `,`

    CREATE TABLE t (
        a int
        b text NOT NULL
    );
    -- 3:5: syntax error at or near "b" | a comma may be missing before `b`

    SELECT a, b, FROM t;
    -- 1:14: syntax error at or near "FROM" | remove the comma before `FROM`

    CREATE TABLE order (a int);
    -- 1:14: syntax error at or near "order" | `order` is a reserved word: quote it to use it as a name, `"order"`, or choose another

    CREATE TABLE t (a int, user text, end timestamptz);
    -- 1:24: syntax error at or near "user" | `user` is a reserved word: quote it to use it as a name, `"user"`, or choose another

    ALTER TABLE t ADD COLUMN default text;
    -- 1:26: syntax error at or near "default" | `default` is a reserved word: quote it to use it as a name, `"default"`, or choose another

    CREATE TABLE t (a int, check text);
    -- 1:30: syntax error at or near "text" | `check` is a reserved word: quote it to use it as a name, `"check"`, or choose another

    SELECT * FROM group WHERE a = 1;
    -- 1:15: syntax error at or near "group" | `group` is a reserved word: quote it to use it as a name, `"group"`, or choose another

    CREATE TABLE a (b int)
    CREATE TABLE c (d int);
    -- 2:1: syntax error at or near "CREATE" | a semicolon is missing before `CREATE`

    INSERT INTO t VALUES (1)
    -- nothing

    CREATE INDEX i ON t (a);
    -- nothing

    DROP TABLE a
    DROP TABLE b;
    -- 2:1: syntax error at or near "DROP" | a semicolon is missing before `DROP`

    CREATE TABLE t (a int, CHECK (a > 0);
    -- 1:37: syntax error at or near ";" | the `(` in line 1 has no `)`

    CREATE TABLE t (a int));
    -- 1:23: syntax error at or near ")" | this `)` has no `(`: remove it

    CREATE TABLE t (a int
    -- 1:22: syntax error at end of input | the `(` in line 1 has no `)`

    INSERT INTO t VALUES 1, 2);
    -- 1:22: syntax error at or near "1" | a `(` may be missing before `1`

    SELECT count(a FROM t;
    -- 1:16: syntax error at or near "FROM" | a `)` may be missing before `FROM`

    SELECT;
    -- nothing

    GRANT SELECT t TO joe;
    -- 1:14: syntax error at or near "t" | a comma may be missing before `t`

    ALTER TABLE t ALTER a TYPE;
    -- 1:27: syntax error at or near ";" | complete the statement: it ends too early

    CREATE FUNCTION f() RETURNS int LANGUAGE sql;
    -- nothing

    MERGE INTO t;
    -- 1:13: syntax error at or near ";" | complete the statement: it ends too early

    SELECT a FROM t LIMIT 1, 2;
    -- 1:17: LIMIT #,# syntax is not supported | write `LIMIT <count> OFFSET <start>`

    ALTER TYPE mood DROP VALUE 'sad';
    -- 1:17: dropping an enum value is not implemented | make a new type without the value, and change the columns to it

    SELECT 1 'a string that is long enough to be cut short in a message
    and has two lines';

    -- 1:10: syntax error at or near "'a string that is long enough to be cut …" | a comma may be missing before `'a string that is long enough to be cut …`
    "#);
}

#[test]
fn words_in_another_order_and_marks_of_a_merge_are_recognised() {
    insta::assert_snapshot!(find(include_str!("phrases.sql")), @r#"
    ALTER TABLE t DROP IF EXISTS COLUMN a;
    -- 1:30: syntax error at or near "COLUMN" | write `DROP COLUMN IF EXISTS`

    ALTER TABLE t ADD IF NOT EXISTS COLUMN a int;
    -- 1:33: syntax error at or near "COLUMN" | write `ADD COLUMN IF NOT EXISTS`

    ALTER TABLE t DELETE COLUMN a;
    -- 1:15: syntax error at or near "DELETE" | write `DROP COLUMN`

    ALTER TABLE t MODIFY COLUMN a text;
    -- 1:15: syntax error at or near "MODIFY" | write `ALTER COLUMN <name> TYPE <type>`

    ALTER TABLE t ALTER COLUMN a BYTEA;
    -- 1:30: syntax error at or near "BYTEA" | write `ALTER COLUMN a TYPE BYTEA`

    ALTER TABLE t ALTER COLUMN a varchar(10);
    -- 1:30: syntax error at or near "varchar" | write `ALTER COLUMN a TYPE varchar`

    <<<<<<< HEAD
    CREATE TABLE t (a int);
    -- 1:1: syntax error at or near "<<<<<<<" | resolve the merge conflict, and delete its markers

    CREATE TABLE t (
    =======
    a int);
    -- 2:1: syntax error at or near "=======" | resolve the merge conflict, and delete its markers

    INSERT INTO t VALUES (:'name');

    -- 1:23: syntax error at or near ":" | `:'name'` is a placeholder: files are sent to the server as they are, so write the value itself
    "#);
}

#[test]
fn other_languages_are_recognised() {
    insta::assert_snapshot!(find(include_str!("foreign.sql")), @r##"
    CREATE TABLE ${schema}.t (a int);
    -- 1:14: syntax error at or near "$" | `${schema}` is a placeholder: files are sent to the server as they are, so write the value itself

    CREATE TABLE {{ name }} (a int);
    -- 1:14: syntax error at or near "{" | `{{ name }}` is a placeholder: files are sent to the server as they are, so write the value itself

    INSERT INTO t VALUES (:name, :'other');
    -- 1:23: syntax error at or near ":" | `:name` is a placeholder: files are sent to the server as they are, so write the value itself

    INSERT INTO t VALUES (%s, %s);
    -- 1:23: syntax error at or near "%" | `%s` is a placeholder: files are sent to the server as they are, so write the value itself

    INSERT INTO t VALUES (%(name)s);
    -- 1:23: syntax error at or near "%" | `%(name)s` is a placeholder: files are sent to the server as they are, so write the value itself

    SELECT * FROM t WHERE a = $name;
    -- 1:27: syntax error at or near "$" | `$name` is a placeholder: files are sent to the server as they are, so write the value itself

    SELECT * FROM <%= table %>;
    -- 1:15: syntax error at or near "<%=" | `<%= table %>` is a placeholder: files are sent to the server as they are, so write the value itself

    CREATE TABLE `t` (a int);
    -- 1:14: syntax error at or near "`" | PostgreSQL quotes names with `"`, and names in lower case need no quotes

    CREATE TABLE [t] (a int);
    -- 1:14: syntax error at or near "[" | PostgreSQL quotes names with `"`, not with brackets

    CREATE TABLE t (a int AUTO_INCREMENT PRIMARY KEY);
    -- 1:23: syntax error at or near "AUTO_INCREMENT" | PostgreSQL writes `AUTO_INCREMENT` as `GENERATED ALWAYS AS IDENTITY`, after the type

    CREATE TABLE t (a int UNSIGNED);
    -- 1:23: syntax error at or near "UNSIGNED" | PostgreSQL has no unsigned types: use the next larger one, or `CHECK (… >= 0)`

    CREATE TABLE t (a int) ENGINE=InnoDB;
    -- 1:24: syntax error at or near "ENGINE" | PostgreSQL has no storage engines: remove `ENGINE`

    GO
    -- 1:1: syntax error at or near "GO" | `GO` belongs to another database: end statements with `;`

    CREATE TABLE t (a int)
    GO
    CREATE TABLE u (a int);
    -- 2:1: syntax error at or near "GO" | `GO` belongs to another database: end statements with `;`

    DELIMITER //
    -- 1:1: syntax error at or near "DELIMITER" | `DELIMITER` belongs to another database: write a function's body between `$$` and `$$`

    USE app;
    -- 1:1: syntax error at or near "USE" | a migration runs in the database it is applied to: remove `USE`

    # a comment
    SELECT 1;
    -- 1:1: syntax error at or near "#" | a comment begins with `--`

    INSERT INTO t VALUES (‘a’, ‘b’);
    -- nothing

    CREATE TABLE “t” (a int);
    -- nothing

    CREATE TABLE t (a int);
    -- nothing

    IF a > 1 THEN SELECT 1; END IF;
    -- 1:1: syntax error at or near "IF" | `IF` is PL/pgSQL, which runs inside functions and `DO $$ BEGIN … END $$`
    -- 1:29: syntax error at or near "IF" | if a fork, an extension or a newer PostgreSQL knows this statement, allow it: `-- migrate: allow(syntax) <reason>`

    DECLARE x int;
    -- 1:11: syntax error at or near "int" | `DECLARE` is PL/pgSQL, which runs inside functions and `DO $$ BEGIN … END $$`

    RAISE NOTICE 'x';
    -- 1:1: syntax error at or near "RAISE" | `RAISE` is PL/pgSQL, which runs inside functions and `DO $$ BEGIN … END $$`

    PERFORM f();
    -- 1:1: syntax error at or near "PERFORM" | `PERFORM` is PL/pgSQL, which runs inside functions and `DO $$ BEGIN … END $$`

    $do$;

    -- nothing
    "##);
}

#[track_caller]
fn check(sql: &str, expected: &[&str]) {
    testing::check(RULE, Transaction::Single, sql, expected);
}

#[test]
fn a_string_that_ends_early_is_left_to_the_quote_without_a_partner() {
    check("INSERT INTO t VALUES ('it's');", &[]);
    check("COMMENT ON TABLE t IS 'who's who';\nSELECT 1;", &[]);
    // Two mistakes.
    check(
        "SELECT 'a' 'b';\nSELECT 'c';\nCOMMENT ON TABLE t IS 'who;",
        &["1:12: syntax error at or near \"'b'\" | a comma may be missing before `'b'`"],
    );
}

#[test]
fn every_refused_statement_is_a_finding() {
    check(
        "CREAT TABLE a ();\nSELECT 1;\n\nDROP TABEL b",
        &[
            "1:1: syntax error at or near \"CREAT\" | did you mean `CREATE` instead of `CREAT`?",
            "4:6: syntax error at or near \"TABEL\" | did you mean `TABLE` instead of `TABEL`?",
        ],
    );
}

#[test]
fn a_file_of_nothing_but_errors_is_not_reported_in_full() {
    assert_eq!(testing::find(RULE, &"x;".repeat(1000)).len(), 50);
}

#[test]
fn what_is_missing_at_the_end_is_missing_behind_the_last_token() {
    check(
        "CREATE TABLE t (a int\n\n-- that is all\n",
        &["1:22: syntax error at end of input | the `(` in line 1 has no `)`"],
    );
}

#[test]
fn what_other_rules_report_is_left_to_them() {
    check("SELECT 1a; SELECT 'x", &[]);
    check("SELECT 1 \\gexec\n\\echo it's me\nSELECT 2", &[]);
    check("COPY t FROM STDIN;\n1\tone\n\\.\nSELECT 1;", &[]);
}

#[test]
fn what_postgresql_has_is_quiet() {
    check("", &[]);
    check(";; -- nothing\n;", &[]);
    check(
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t USING gin (a jsonb_path_ops) WHERE b;\n\
         CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;\n\
         DO $$ BEGIN this is not looked at END $$",
        &[],
    );
}

#[test]
fn statements_of_a_newer_postgresql_are_told_from_errors() {
    for sql in [
        "REPACK t;",
        "WAIT FOR LSN '0/1';",
        "CREATE PROPERTY GRAPH g VERTEX TABLES (t);",
        "DROP PROPERTY GRAPH g;",
        "ALTER TABLE t SPLIT PARTITION p INTO (PARTITION a DEFAULT);",
        "ALTER TABLE t MERGE PARTITIONS (a, b) INTO c;",
        "UPDATE t FOR PORTION OF valid FROM '2020-01-01' TO '2021-01-01' SET a = 1;",
        "SELECT a, count(*) FROM t GROUP BY ALL;",
        "INSERT INTO t VALUES (1) ON CONFLICT (a) DO SELECT RETURNING a;",
    ] {
        let found = testing::find_all(
            Transaction::Single,
            &crate::settings::Settings::default(),
            &[],
            sql,
        );
        let found = found.iter().find(|found| found.rule == RULE.id);
        let advice: Vec<_> = found.iter().flat_map(|found| found.advice()).collect();
        assert_eq!(
            advice,
            [
                "the grammar is PostgreSQL 18's; if every server runs 19 or newer, allow it: `-- migrate: allow(syntax) <reason>`"
            ],
            "{sql}"
        );
    }
}

#[test]
fn a_quote_inside_a_body_of_the_same_tag_is_told() {
    for (sql, help) in [
        (
            "DO $$\nBEGIN\n  PERFORM cron.schedule('a', '* * * * *', $$SELECT 1$$);\nEND $$;",
            "the `$$` in line 3 ends the body: write `$body$` at both ends of the body",
        ),
        (
            "DO $do$ BEGIN EXECUTE $do$SELECT 1$do$; END $do$;",
            "the `$do$` in line 1 ends the body: write `$outer$` at both ends of the body",
        ),
    ] {
        let found = testing::find(RULE, sql);
        assert!(found[0].ends_with(&format!("| {help}")), "{found:?}");
    }
}
