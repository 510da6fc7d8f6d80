//! What the macro expands to, for good and for bad calls.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;

use super::expand;

/// A crate with these files in `migrations/`.
fn crate_with(files: &[(&str, &str)]) -> TempDir {
    let base = tempfile::tempdir().unwrap();
    fs::create_dir(base.path().join("migrations")).unwrap();
    for (name, text) in files {
        fs::write(base.path().join("migrations").join(name), text).unwrap();
    }
    base
}

fn good() -> TempDir {
    crate_with(&[("1_a.sql", "SELECT 1;\n")])
}

/// The expansion of a call with `call` between its parentheses, one statement a line. The index is
/// left out: `migrate_check::pack` tests it.
fn show(call: &str, base: &Path) -> String {
    let call = format!("(runtime) {call}").parse().unwrap();
    let tokens = expand(call, Some(base)).to_string();
    let (before, rest) = tokens.split_once(" , b\"").unwrap_or((&tokens, ""));
    let index_end = rest.find("\" , \"").unwrap_or_default();
    format!("{before}, b\"{}", &rest[index_end..])
        .replace(base.to_str().unwrap(), "/app")
        .replace(" :: ", "::")
        .replace(":: ", "::")
        .replace("=::", "= ::")
        .replace("if::", "if ::")
        .replace(":::", ": ::")
        .replace("{::", "{ ::")
        .replace("# [", "#[")
        .replace(" ! ", "!")
        .replace(" (", "(")
        .replace(" : ", ": ")
        .replace(" , ", ", ")
        .replace(" ;", ";")
        .replace("; ", ";\n")
        .replace("} ", "}\n")
        .replace("] ", "]\n")
        .replace("\\n", "\n")
}

/// The texts of the errors alone.
fn errors(call: &str) -> String {
    let base = good();
    let shown = show(call, base.path());
    let texts = shown.split("compile_error!{ ").skip(1);
    texts
        .map(|text| {
            text.split("\" }")
                .next()
                .unwrap()
                .trim_start_matches('"')
                .to_owned()
                + "\n"
        })
        .collect()
}

#[test]
fn a_call_without_anything_embeds_the_directory_migrations() {
    let base = good();
    insta::assert_snapshot!(show("", base.path()), @r#"
    { const _ :(::core::option::Option < &::core::primitive::str > ,::core::option::Option < &::core::primitive::str > ,) =(::core::option_env!("MIGRATE_BASE_DIR") ,::core::option_env!("EMBED_MIGRATIONS_BASE_DIR"));
    runtime::__private::track!{ "/app/migrations/1_a.sql" }
    runtime::__private::migrations("SELECT 1;
    ", b"", "migrations", "public", "schema_migrations", 5134849380692793654i64, if ::core::cfg!(debug_assertions) { ::core::option::Option::Some("/app/migrations") }
    else { ::core::option::Option::None }, "") }
    "#);
    assert_eq!(show("", base.path()), show("\"migrations\"", base.path()));
    assert_eq!(show("", base.path()), show("\"migrations\",", base.path()));
}

#[test]
fn the_item_form_defines_a_static_and_its_test() {
    let base = good();
    let call =
        "#[doc = r\" The schema.\"] #[allow(dead_code)] pub(crate) static SCHEMA = \"migrations\"";
    insta::assert_snapshot!(show(call, base.path()), @r#"
    #[doc = r" The schema."]
    #[allow(dead_code)]
    pub(crate) static SCHEMA: runtime::Migrations = { const _ :(::core::option::Option < &::core::primitive::str > ,::core::option::Option < &::core::primitive::str > ,) =(::core::option_env!("MIGRATE_BASE_DIR") ,::core::option_env!("EMBED_MIGRATIONS_BASE_DIR"));
    runtime::__private::track!{ "/app/migrations/1_a.sql" }
    runtime::__private::migrations("SELECT 1;
    ", b"", "migrations", "public", "schema_migrations", 5134849380692793654i64, if ::core::cfg!(debug_assertions) { ::core::option::Option::Some("/app/migrations") }
    else { ::core::option::Option::None }, "") };
    #[cfg(test)]
    #[allow(non_snake_case, reason = "named after the static that it tests")]
    mod SCHEMA { #[::core::prelude::v1::test]
    fn embedded_list_is_current() { runtime::__private::assert_current(& super::SCHEMA, "/app/migrations");
    }
    }
    "#);
}

#[test]
fn the_item_form_may_leave_the_directory_out() {
    let base = good();
    let named = show("static M = \"migrations\", order = numeric", base.path());
    assert_eq!(show("static M, order = numeric", base.path()), named);
    assert!(
        named.starts_with("static M: runtime::Migrations = {"),
        "{named}"
    );
}

#[test]
fn settings_that_differ_from_the_default_are_embedded() {
    let base = good();
    let call = r#""migrations", syntax = off, start_after = 7, lint(warn = "idempotent")"#;
    let shown = show(call, base.path());
    let settings = r#""syntax=off start_after=7 warn=idempotent") }"#;
    assert!(shown.ends_with(settings), "{shown}");
}

#[test]
fn what_else_the_database_holds_is_a_list_or_one_string() {
    let base = crate_with(&[("1_a.sql", "ALTER TABLE a ADD x int, ADD y b.c;\n")]);
    fs::create_dir(base.path().join("other")).unwrap();
    for (name, text) in [
        ("a.sql", "CREATE TABLE a ();"),
        ("b.sql", "CREATE DOMAIN b.c AS int;"),
        ("other/1_c.sql", "CREATE SCHEMA b;"),
    ] {
        fs::write(base.path().join(name), text).unwrap();
    }
    let call =
        r#""migrations", assume = ["a.sql", "b.sql",], after = "other", assume_extensions = []"#;
    let shown = show(call, base.path());
    if cfg!(feature = "meaning") {
        let watched =
            r#"track!{ "/app/migrations/1_a.sql" "/app/other/1_c.sql" "/app/a.sql" "/app/b.sql" }"#;
        assert!(shown.contains(watched), "{shown}");
        let shown = show("\"migrations\"", base.path());
        assert!(
            shown.contains("relation \\\"a\\\" does not exist"),
            "{shown}"
        );
    }
    assert!(!shown.contains("compile_error"), "{shown}");
    let shown = show("\"migrations\", assume = [a]", base.path());
    assert!(
        shown.contains("expected a string literal after `assume =`"),
        "{shown}"
    );
}

#[test]
fn options_change_the_table_and_with_it_the_lock() {
    let base = good();
    let call = "order = numeric, table = \"t\", schema = \"s\",";
    insta::assert_snapshot!(show(call, base.path()), @r#"
    { const _ :(::core::option::Option < &::core::primitive::str > ,::core::option::Option < &::core::primitive::str > ,) =(::core::option_env!("MIGRATE_BASE_DIR") ,::core::option_env!("EMBED_MIGRATIONS_BASE_DIR"));
    runtime::__private::track!{ "/app/migrations/1_a.sql" }
    runtime::__private::migrations("SELECT 1;
    ", b"", "migrations", "s", "t", 1080636898082265836i64, if ::core::cfg!(debug_assertions) { ::core::option::Option::Some("/app/migrations") }
    else { ::core::option::Option::None }, "order=numeric") }
    "#);
}

#[test]
fn problems_of_files_are_errors_and_the_value_stays_of_its_type() {
    let base = crate_with(&[
        ("1_a.sql", "CREATE TABLE a ();\n"),
        ("2_b.sql", "CREATE TABLE b ();\n"),
        ("c.sql", ""),
    ]);
    insta::assert_snapshot!(show("static M = \"migrations\"", base.path()), @r#"
    static M: runtime::Migrations = { ::core::compile_error!{ "migrations/c.sql: the name does not begin with a version number
     |
     = help: put its number and `_` in front, such as `0001_c.sql`" }
    const _ :(::core::option::Option < &::core::primitive::str > ,::core::option::Option < &::core::primitive::str > ,) =(::core::option_env!("MIGRATE_BASE_DIR") ,::core::option_env!("EMBED_MIGRATIONS_BASE_DIR"));
    runtime::__private::track!{ "/app/migrations/1_a.sql" "/app/migrations/2_b.sql" }
    runtime::__private::migrations("", b"", "migrations", "public", "schema_migrations", 5134849380692793654i64 ,::core::option::Option::None, "") };
    "#);
}

#[test]
fn a_warning_is_the_use_of_a_deprecated_constant() {
    let warning = crate::problem::warning(
        proc_macro2::Span::call_site(),
        "timestamp-length",
        "migrations/2024_a.sql: odd",
    );
    insta::assert_snapshot!(warning, @r#"{ # [deprecated (note = "migrations/2024_a.sql: odd")] const TIMESTAMP_LENGTH : () = () ; const _ : () = TIMESTAMP_LENGTH ; }"#);
}

#[test]
fn a_missing_directory_is_an_error() {
    let base = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(show("\"sql\"", base.path()), @r#"
    { ::core::compile_error!{ "sql: no such directory
     |
     = help: create it inside /app
     = help: the path is relative to the directory of the crate's Cargo.toml" }
    const _ :(::core::option::Option < &::core::primitive::str > ,::core::option::Option < &::core::primitive::str > ,) =(::core::option_env!("MIGRATE_BASE_DIR") ,::core::option_env!("EMBED_MIGRATIONS_BASE_DIR"));
    runtime::__private::track!{ }
    runtime::__private::migrations("", b"", "sql", "public", "schema_migrations", 5134849380692793654i64 ,::core::option::Option::None, "") }
    "#);
}

#[test]
fn what_is_not_a_string_literal_is_no_directory() {
    insta::assert_snapshot!(errors("DIRECTORY"), @r#"expected the directory as a string literal, such as `\"migrations\"`: it is read before constants and other macros have a value"#);
    assert_eq!(errors("DIRECTORY"), errors("concat!(\"a\", \"b\")"));
    assert_eq!(errors("DIRECTORY"), errors("b\"migrations\""));
    assert_eq!(errors("DIRECTORY"), errors("1"));
    assert_eq!(errors("DIRECTORY"), errors("static M = 'm'"));
    insta::assert_snapshot!(errors("\"migrations\"x"), @"the string has the suffix `x`");
}

#[test]
fn every_wrong_option_is_told_in_one_build() {
    let call = "\"migrations\", oder = numeric, retries = 3 + 4, order = size, order = 1, syntax = maybe, \
                table = \"\", table = \"audit.migrations\", schema = \"a\\0\"";
    insta::assert_snapshot!(errors(call), @r#"
    unknown option `oder`
      = help: did you mean `order`?
    unknown option `retries`
      = help: the options are `layout`, `order`, `table`, `schema`, `syntax`, `lint`, `start_after`, `assume`, `after`, `assume_extensions`
    unknown order `size`
      = help: use one of `alphabetical`, `numeric`
    option `order` is given twice
      = help: keep one of them
    expected `alphabetical` or `numeric` after `order =`
      = help: write it without quotes: `order = numeric`
    unknown syntax `maybe`
      = help: use one of `on`, `off`
    the table's name is empty
      = help: leave the option out for the default
    option `table` is given twice
      = help: keep one of them
    `audit.migrations` is not the name of a table
      = help: name the schema separately: `schema = \"audit\", table = \"migrations\"`
    the schema's name contains a NUL character
      = help: delete it: PostgreSQL has no such names
    "#);
    let long = format!("schema = \"{}\"", "ä".repeat(32));
    insta::assert_snapshot!(errors(&long), @r"
    the schema's name has 64 bytes
      = help: PostgreSQL keeps the first 63 bytes of a name: choose a shorter one
    ");
}

#[test]
fn what_cannot_be_read_on_from_is_one_error() {
    insta::assert_snapshot!(errors("\"migrations\" order = numeric"), @"expected `,`");
    insta::assert_snapshot!(errors("\"migrations\", order"), @"unexpected end of input, expected `=` and a value after `order`");
    insta::assert_snapshot!(errors("\"migrations\", order = numeric table = \"t\""), @"expected `,`");
    insta::assert_snapshot!(errors("\"migrations\", \"more\""), @"expected the name of an option");
    insta::assert_snapshot!(errors("table = 1"), @"expected a string literal after `table =`");
}

#[test]
fn only_a_static_is_an_item() {
    insta::assert_snapshot!(errors("pub const M = \"migrations\""), @r#"
    the item form declares a `static`
      = help: for a `const`, write `const MIGRATIONS: Migrations = embed_migrations!(\"migrations\");`
    "#);
    insta::assert_snapshot!(errors("static mut M = \"migrations\""), @r"
    embedded migrations are immutable
      = help: remove `mut`
    ");
    insta::assert_snapshot!(errors("static M: Migrations = \"migrations\""), @r#"
    the item form takes no type
      = help: write `static M = \"migrations\"`
    "#);
    insta::assert_snapshot!(errors("pub M = \"migrations\""), @"expected `static`");
    insta::assert_snapshot!(errors("# M"), @"expected an attribute, such as `#[allow(dead_code)]`");
}

#[test]
fn outside_of_cargo_the_base_has_to_be_set() {
    let call = "(runtime) \"migrations\"".parse().unwrap();
    insta::assert_snapshot!(expand(call, None), @r#"{ :: core :: compile_error ! { "the directory of this crate is unknown: `CARGO_MANIFEST_DIR` is not set to it\n  = help: build with Cargo, or set `MIGRATE_BASE_DIR` to the absolute path of the directory that `migrations` is in" } runtime :: __private :: migrations ("" , b"" , "migrations" , "public" , "schema_migrations" , 5134849380692793654i64 , :: core :: option :: Option :: None , "") }"#);
}

#[test]
fn text_of_any_kind_arrives_unchanged() {
    let text = "SELECT '\"\\n\u{e9}\u{1f418}\t{}'; -- \r -- x\n";
    let base = crate_with(&[("1_a.sql", text)]);
    let expansion = expand("(runtime)".parse().unwrap(), Some(base.path())).to_string();
    let literal = proc_macro2::Literal::string(text).to_string();
    assert!(expansion.contains(&literal), "{expansion}");
}

/// Pieces that calls are made of, and some that they are not.
const PIECES: [&str; 26] = [
    "\"migrations\"",
    "\"\"",
    "r#\"x\"#",
    "b\"x\"",
    "'c'",
    "1.5",
    "\"x\"y",
    ",",
    "=",
    "order",
    "table",
    "schema",
    "numeric",
    "r#order",
    "_",
    "pub",
    "(crate)",
    "static",
    "const",
    "mut",
    "M",
    ":",
    "#",
    "[doc = \"x\"]",
    "{ }",
    "'a",
];

proptest! {
    #[test]
    fn no_call_makes_it_panic(pieces in prop::collection::vec(select(&PIECES[..]), 0..12)) {
        let call = pieces.join(" ");
        if let Ok(tokens) = call.parse::<proc_macro2::TokenStream>() {
            expand(tokens, None);
        }
    }
}

/// With the feature it is read, and differs from the call; without it, it is an error that it is there.
#[test]
fn a_settings_file_is_never_passed_over() {
    let base = good();
    fs::write(base.path().join("migrate.toml"), "table = \"other\"\n").unwrap();
    let shown = show("\"migrations\", table = \"history\"", base.path());
    assert!(shown.contains("compile_error!{ \"migrate.toml"), "{shown}");
}
