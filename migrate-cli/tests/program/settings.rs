//! `migrate.toml`, and the options that differ from it.

use crate::place::{Place, check};

#[test]
fn the_file_beside_the_directory_counts_and_options_win() {
    let place = Place::new(&[
        ("1_a.sql", "CREATE TABLE a ();\n"),
        ("10_b.sql", "CREATE TABLE b ();\n"),
        ("9_c.sql", "CREATE TABLE c ();\n"),
    ]);
    assert!(place.call(&["check"]).starts_with("exit: 1"));
    place.write("migrate.toml", "order = \"numeric\"\nschema = \"ops\"\n");
    check!(place, ["check"], @"
    exit: 0
    ----- stdout
    ok: 3 files, no problems found
    ");
    check!(place, ["run"], @"
    exit: 0
    ----- stdout
    applied migrations/1_a.sql in [n] ms
    applied migrations/9_c.sql in [n] ms
    applied migrations/10_b.sql in [n] ms
    applied 3 migrations
    ");
    assert_eq!(
        place
            .database
            .value("SELECT count(*) FROM ops.schema_migrations"),
        "3"
    );
    check!(place, ["status", "--table", "other"], @r#"
    exit: 0
    ----- stdout
    version  name  state    applied at  by  took  checksum
    1        a     pending  -           -   -     -
    9        c     pending  -           -   -     -
    10       b     pending  -           -   -     -
    0 applied, 3 pending
    "ops"."other" does not exist yet: the first run creates it
    "#);
}

#[test]
fn unknown_settings_stop_everything() {
    let place = Place::new(&[("1_a.sql", "CREATE TABLE a ();\n")]);
    place.write("migrate.toml", "orders = \"numeric\"\n");
    check!(place, ["status"], @r#"
    exit: 1
    ----- stderr
    error: nothing was done, because the migrations in `migrations` are not valid

    migrate.toml:1:1: unknown setting `orders`
      |
    1 | orders = "numeric"
      | ^^^^^^
      |
      = help: did you mean `order`?
    "#);
}
