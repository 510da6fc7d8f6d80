//! Which database, and what is said when it cannot be reached.

use crate::place::{Place, check};

const FILES: [(&str, &str); 1] = [("1_one.sql", "CREATE TABLE one ();\n")];

#[test]
fn nothing_named() {
    let place = Place::new(&FILES);
    let mut command = place.command(&["status"]);
    command.env_remove("DATABASE_URL");
    insta::assert_snapshot!(place.show(&command.output().unwrap()), @"
    exit: 2
    ----- stderr
    error: no database is named
      = help: set DATABASE_URL, in the environment or in a `.env` file: `DATABASE_URL=postgres://user@host/database`
      = help: or give `--database-url`, or the variables PGHOST, PGUSER, PGDATABASE as for psql
    ");
}

#[test]
fn the_url_comes_from_a_dotenv_file_too() {
    let place = Place::new(&FILES);
    place.write(
        ".env",
        &format!("DATABASE_URL=\"{}\"\n", place.database.url()),
    );
    let mut command = place.command(&["run"]);
    command.env_remove("DATABASE_URL");
    insta::assert_snapshot!(place.show(&command.output().unwrap()), @"
    exit: 0
    ----- stdout
    applied migrations/1_one.sql in [n] ms
    1 applied now, 0 before
    ");
    place.write(".env", "DATABASE_URL=postgres://u:secret word@h/d\n");
    insta::assert_snapshot!(place.show(&command.output().unwrap()), @r#"
    exit: 2
    ----- stderr
    error: `.env` is not readable: a line of it is not `NAME=value` (at its character 21)
      = help: a value with spaces or a `#` in it needs quotes: NAME="two words"
    "#);
}

#[test]
fn libpqs_variables_will_do() {
    let place = Place::new(&FILES);
    let url = place.database.url();
    let (_, port) = url.rsplit_once(':').unwrap();
    let (port, _) = port.split_once('/').unwrap();
    let mut command = place.command(&["run"]);
    command
        .env_remove("DATABASE_URL")
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", port)
        .env("PGUSER", "postgres")
        .env("PGDATABASE", place.database.name());
    insta::assert_snapshot!(place.show(&command.output().unwrap()), @"
    exit: 0
    ----- stdout
    applied migrations/1_one.sql in [n] ms
    1 applied now, 0 before
    ");
}

#[test]
fn servers_that_do_not_answer_and_databases_that_are_not_there() {
    let place = Place::new(&FILES);
    check!(place, ["status", "--database-url", "postgres://u:secret@127.0.0.1:1/d"], @"
    exit: 2
    ----- stderr
    error: cannot connect to database `d` at 127.0.0.1:[port] as `u`
      caused by: Connection refused (os error 111)
      = help: is the server running, and does it listen there?
    ");
    let nowhere = format!("{}_gone", place.database.url());
    check!(place, ["status", "--format=json", "--database-url", &nowhere], @r#"
    exit: 2
    ----- stdout
    {
      "command": "status",
      "error": {
        "causes": [
          "FATAL: database \"[database]_gone\" does not exist"
        ],
        "help": [
          "create it first: `createdb`, or `CREATE DATABASE` in another database"
        ],
        "message": "cannot connect to database `[database]_gone` at 127.0.0.1:[port] as `postgres`",
        "sqlstate": "3D000",
        "version": null
      },
      "ok": false
    }
    ----- stderr
    error: cannot connect to database `[database]_gone` at 127.0.0.1:[port] as `postgres`
      caused by: FATAL: database "[database]_gone" does not exist
      = help: create it first: `createdb`, or `CREATE DATABASE` in another database
    "#);
}

#[test]
fn malformed_urls_are_not_repeated() {
    let place = Place::new(&FILES);
    check!(place, ["status", "--database-url", "mysql://u:secret@h/d"], @"
    exit: 2
    ----- stderr
    error: the database URL begins with `mysql://`
      = help: only PostgreSQL is supported: `postgres://user@host/database`
    ");
    check!(place, ["status", "--database-url", "postgres://u:secret@h:x/d"], @"
    exit: 2
    ----- stderr
    error: the database URL cannot be used
      caused by: invalid connection string
      caused by: invalid value for option `port`
    ");
    check!(place, ["status", "--database-url", "postgres://u:secret@h/d?sslmode=no-verify"], @"
    exit: 2
    ----- stderr
    error: sslmode cannot be `no-verify`
      = help: it is one of disable, prefer, require, verify-ca and verify-full
    ");
    check!(place, ["status", "--database-url", "postgres://u:secret@h/d?schema=x"], @"
    exit: 2
    ----- stderr
    error: the database URL cannot be used
      caused by: invalid connection string
      caused by: unknown option `schema`
    ");
    check!(place, ["status", "--database-url", "h d secret"], @"
    exit: 2
    ----- stderr
    error: the database URL is neither a URL nor a list of `keyword=value`
      = help: write it as `postgres://user@host:5432/database` or `host=… user=… dbname=…`
      = help: in a URL, characters such as `@`, `/`, `#` and `%` in a password are written `%40`, `%2F`, `%23` and `%25`
    ");
}

#[test]
fn a_server_without_tls_cannot_be_verified() {
    let place = Place::new(&FILES);
    let url = format!("{}?sslmode=require", place.database.url());
    check!(place, ["status", "--database-url", &url], @"
    exit: 2
    ----- stderr
    error: cannot connect to database `[database]` at 127.0.0.1:[port] as `postgres`
      caused by: server does not support TLS
      = help: on a network that you trust, `sslmode=disable` goes without TLS
    ");
}
