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

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    let place = Place::new(&[("1_a.sql", "CREATE TABLE a ();\n")]);
    let pipe = |name: &str| {
        let path = place.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        path
    };
    pipe("migrate.toml");
    check!(place, ["status"], @r"
    exit: 1
    ----- stderr
    error: nothing was done, because the migrations in `migrations` are not valid

    migrate.toml: cannot be read: not a regular file
     |
     = help: save the file as UTF-8, or remove it if it does not belong to migrate
    ");
    place.remove("migrate.toml");
    // It is passed over, as a directory of that name is.
    pipe(".env");
    pipe(".pgpass");
    assert!(place.call(&["status"]).starts_with("exit: 0"));
    let root = pipe("root.pem");
    let url = format!(
        "{}?sslmode=verify-ca&sslrootcert={}",
        place.database.url(),
        root.display()
    );
    check!(place, ["status", "--database-url", &url], @"
    exit: 2
    ----- stderr
    error: [home]/root.pem holds no certificate
      caused by: I/O error: not a regular file
      = help: certificates are files in PEM format, which begin with `-----BEGIN CERTIFICATE-----`
    ");
    pipe("migrations/2_b.sql");
    assert!(place.call(&["check"]).starts_with("exit: 1"));
}
