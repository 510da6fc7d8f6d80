//! The catalog follows what statements do, file after file.

use migrate_sql::ast::{ColumnType, ObjectName, statements};
use migrate_sql::grammar::parse;
use migrate_sql::scanner::scan;

use super::{Catalog, Emptied, Lasting};

/// The catalog after some files, in the last of them.
fn within(files: &[&str]) -> Catalog {
    let mut catalog = Catalog::default();
    for (at, file) in files.iter().enumerate() {
        if at > 0 {
            catalog.end_file();
        }
        catalog.begin_file(Lasting::Yes);
        apply(&mut catalog, file);
    }
    catalog
}

fn apply(catalog: &mut Catalog, text: &str) {
    let scanned = scan(text);
    let parsed = parse(text, &scanned.tokens, &scanned.faults);
    let read = statements(text, &scanned.tokens, &parsed);
    assert_eq!(
        read.len(),
        parsed.sentences.len(),
        "not all of it is valid: {text}"
    );
    for statement in &read {
        catalog.apply(statement);
    }
}

fn name(text: &str) -> ObjectName {
    match text.split_once('.') {
        Some((schema, name)) => ObjectName {
            schema: Some(schema.to_owned()),
            name: name.to_owned(),
        },
        None => ObjectName {
            schema: None,
            name: text.to_owned(),
        },
    }
}

fn type_of(catalog: &Catalog, table: &str, column: &str) -> Option<String> {
    let data_type: Option<&ColumnType> = catalog.column_type(&name(table), column);
    data_type.map(|data_type| data_type.name.clone().into_owned())
}

#[test]
fn a_table_keeps_its_columns_and_its_age_under_another_name() {
    let create = "CREATE TABLE a (id int NOT NULL)";
    let rename =
        "ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME id TO key; ALTER TABLE b SET SCHEMA app";
    let same_file = within(&[&format!("{create}; {rename}")]);
    assert!(same_file.is_new(&name("app.b")));
    assert!(!same_file.is_new(&name("a")));
    let later = within(&[create, rename]);
    assert!(!later.is_new(&name("app.b")));
    assert_eq!(type_of(&later, "app.b", "key").as_deref(), Some("int4"));
    assert_eq!(later.is_nullable(&name("app.b"), "key"), Some(false));
    assert_eq!(type_of(&later, "a", "id"), None);
    assert_eq!(type_of(&later, "public.b", "key"), None);
}

#[test]
fn statements_before_and_after_the_first_question_count_the_same() {
    let mut catalog = within(&["CREATE TABLE t (a int)", "ALTER TABLE t ADD b text"]);
    assert_eq!(type_of(&catalog, "t", "b").as_deref(), Some("text"));
    apply(
        &mut catalog,
        "ALTER TABLE t ALTER b TYPE citext, DROP a; ALTER TABLE t RENAME b TO c",
    );
    assert_eq!(type_of(&catalog, "t", "c").as_deref(), Some("citext"));
    assert_eq!(type_of(&catalog, "t", "a"), None);
    assert_eq!(type_of(&catalog, "t", "b"), None);
}

#[test]
fn public_a_is_a_and_another_schema_is_not() {
    for (made, asked) in [("public.a", "a"), ("a", "public.a")] {
        let catalog = within(&[&format!("CREATE TABLE {made} (id int)")]);
        assert!(catalog.is_new(&name(asked)));
        assert!(type_of(&catalog, asked, "id").is_some());
    }
    let catalog = within(&["CREATE TABLE app.a (id int)"]);
    assert!(type_of(&catalog, "a", "id").is_none());
    assert!(type_of(&catalog, "public.a", "id").is_none());
    let dropped = within(&["CREATE TABLE a (id int); DROP TABLE public.a"]);
    assert!(!dropped.is_new(&name("a")));
}

#[test]
fn a_temporary_table_comes_first_and_ends_with_its_file() {
    let table = "CREATE TABLE a (id int)";
    let temporary = "CREATE TEMP TABLE a (id text)";
    let during = within(&[table, temporary]);
    assert!(during.is_new(&name("a")));
    assert_eq!(type_of(&during, "a", "id").as_deref(), Some("text"));
    assert_eq!(type_of(&during, "public.a", "id").as_deref(), Some("int4"));
    let after = within(&[table, temporary, "SELECT 1"]);
    assert!(!after.is_new(&name("a")));
    assert_eq!(type_of(&after, "a", "id").as_deref(), Some("int4"));
    let renamed = within(&[
        "CREATE TEMP TABLE t (id int); ALTER TABLE t RENAME TO u",
        "SELECT 1",
    ]);
    assert!(!renamed.is_new(&name("u")));
}

#[test]
fn a_type_is_known_under_its_new_name_and_columns_follow_it() {
    let catalog = within(&[
        "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (a Mood, b text)",
        "ALTER TYPE mood ADD VALUE 'new'; ALTER TYPE public.mood RENAME TO feeling",
    ]);
    assert_eq!(type_of(&catalog, "t", "a").as_deref(), Some("feeling"));
    assert_eq!(catalog.tables_with(&name("feeling")), ["t"]);
    assert!(catalog.tables_with(&name("mood")).is_empty());
    let added = &catalog.new_enum_values("new")[0];
    assert_eq!(added.name.name, "feeling");
    let new = within(&["CREATE TYPE mood AS ENUM ('sad'); ALTER TYPE mood RENAME TO feeling"]);
    assert!(new.is_new(&name("feeling")));
    assert!(!new.is_new(&name("mood")));
    let domain = within(&[
        "CREATE DOMAIN d AS int CHECK (value > 0)",
        "ALTER DOMAIN d RENAME TO e",
    ]);
    assert!(!domain.is_new(&name("e")));
}

#[test]
fn with_a_guard_a_table_of_an_earlier_file_stays_as_it_is() {
    let again = "CREATE TABLE IF NOT EXISTS a (id int, more text)";
    let catalog = within(&["CREATE TABLE a (id int)", again]);
    assert!(!catalog.is_new(&name("a")));
    assert!(catalog.is_made_before(&name("a")));
    assert_eq!(type_of(&catalog, "a", "more"), None);
    let first = within(&["SELECT 1", again]);
    assert!(first.is_new(&name("a")));
    let altered = within(&["ALTER TABLE a ADD b int", again]);
    assert!(
        !altered.is_new(&name("a")),
        "it was there before the first file"
    );
}

#[test]
fn what_a_file_adds_and_empties_is_known_until_it_ends() {
    let sql = "ALTER TABLE t ADD a int; ALTER TABLE t RENAME a TO b; ALTER TABLE t RENAME TO u; TRUNCATE u; DELETE FROM v";
    let catalog = within(&[sql]);
    assert!(catalog.is_new_column(&name("u"), "b"));
    assert!(!catalog.is_new_column(&name("u"), "a"));
    assert_eq!(catalog.emptied(&name("public.u")), Some(Emptied::Truncated));
    assert_eq!(catalog.emptied(&name("v")), Some(Emptied::Deleted));
    let later = within(&[sql, "SELECT 1"]);
    assert!(!later.is_new_column(&name("u"), "b"));
    assert_eq!(later.emptied(&name("u")), None);
}

#[test]
fn what_a_down_file_changes_is_taken_back() {
    let mut catalog = within(&["CREATE TABLE a (id int)"]);
    catalog.end_file();
    catalog.begin_file(Lasting::No);
    apply(
        &mut catalog,
        "ALTER TABLE a ADD b int; ALTER TABLE a RENAME TO c; CREATE TABLE d ()",
    );
    catalog.end_file();
    catalog.begin_file(Lasting::Yes);
    assert_eq!(type_of(&catalog, "a", "id").as_deref(), Some("int4"));
    assert_eq!(type_of(&catalog, "a", "b"), None);
    assert!(!catalog.is_made_before(&name("c")));
    assert!(!catalog.is_made_before(&name("d")));
}

#[test]
fn what_a_table_was_renamed_to_takes_its_indexes_and_references_with_it() {
    let catalog = within(&[
        "CREATE TYPE mood AS ENUM (); CREATE TABLE a (id int, m mood); CREATE INDEX i ON a (m)",
        "CREATE TABLE b (a int REFERENCES a)",
        "ALTER TABLE b RENAME TO \"my b\"; ALTER TABLE a RENAME TO \"my a\"; ALTER INDEX i RENAME TO j",
        "ALTER TABLE \"my a\" RENAME TO c; ALTER TYPE mood RENAME TO \"a mood\"",
        "ALTER TYPE \"a mood\" RENAME TO feeling",
    ]);
    assert_eq!(catalog.parents(&name("my b")), [&name("c")]);
    assert_eq!(catalog.index_of_column(&name("c"), "m"), Some("j"));
    assert_eq!(catalog.tables_with(&name("feeling")), ["c"]);
    let mut dropped = catalog;
    apply(&mut dropped, "DROP TABLE c; CREATE TABLE c (m int)");
    assert_eq!(dropped.index_of_column(&name("c"), "m"), None);
    assert!(dropped.tables_with(&name("feeling")).is_empty());
}

#[test]
fn what_a_down_file_renames_is_still_referred_to_after_it() {
    let mut catalog = within(&[
        "CREATE TABLE app.a (id int); CREATE TABLE b (a int REFERENCES app.a)",
        "SELECT 1",
    ]);
    catalog.end_file();
    catalog.begin_file(Lasting::No);
    apply(
        &mut catalog,
        "ALTER TABLE b RENAME TO c; ALTER SCHEMA app RENAME TO old; DROP SCHEMA old",
    );
    catalog.end_file();
    catalog.begin_file(Lasting::Yes);
    apply(&mut catalog, "ALTER TABLE app.a RENAME TO d");
    assert_eq!(catalog.parents(&name("b")), [&name("app.d")]);
    apply(&mut catalog, "DROP SCHEMA app CASCADE");
    assert!(!catalog.is_made_before(&name("app.d")));
}
