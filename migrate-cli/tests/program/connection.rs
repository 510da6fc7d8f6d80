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
    applied 1 migration
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
    applied 1 migration
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
        "column": null,
        "file": null,
        "help": [
          "create it: `migrate database create`"
        ],
        "line": null,
        "message": "cannot connect to database `[database]_gone` at 127.0.0.1:[port] as `postgres`",
        "sqlstate": "3D000",
        "statement": null,
        "version": null
      },
      "ok": false
    }
    ----- stderr
    error: cannot connect to database `[database]_gone` at 127.0.0.1:[port] as `postgres`
      caused by: FATAL: database "[database]_gone" does not exist
      = help: create it: `migrate database create`
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
    for related in [
        "jdbc:postgresql://h/d?password=secret",
        "postgresql+psycopg2://u:secret@h/d",
        "\"postgres://u:secret@h/d\"",
    ] {
        let shown = place.call(&["status", "--database-url", related]);
        assert!(shown.contains("the database URL begins with `"), "{shown}");
        assert!(
            shown.contains("write it as `postgres://user@host/database`"),
            "{shown}"
        );
        assert!(!shown.contains("secret"), "{shown}");
    }
    check!(place, ["status", "--database-url", ""], @"
    exit: 2
    ----- stderr
    error: the database URL is empty
      = help: name the database: `postgres://user@host/database`, or leave out `--database-url`
    ");
    check!(place, ["status", "--database-url", "postgres://u:secret@h:x/d"], @"
    exit: 2
    ----- stderr
    error: `port` in the database URL is not a number up to 65535
      = help: in a URL, write `@`, `/`, `?`, `#` and `%` in a password as `%40`, `%2F`, `%3F`, `%23` and `%25`
    ");
    check!(place, ["status", "--database-url", "postgres://u:se@cret@h/d"], @"
    exit: 2
    ----- stderr
    error: the database URL cannot be read: a character in its user or password needs escaping
      = help: in a URL, write `@`, `/`, `?`, `#` and `%` in a password as `%40`, `%2F`, `%3F`, `%23` and `%25`
      = help: or leave the password out and put it into PGPASSWORD or ~/.pgpass
    ");
    check!(place, ["status", "--database-url", "host=h password=two words dbname=d"], @"
    exit: 2
    ----- stderr
    error: the database URL is neither a URL nor a list of `keyword=value`
      = help: write it as `postgres://user@host:5432/database` or `host=… user=… dbname=…`
      = help: put a value that contains spaces into quotes: `password='two words'`
      = help: in a URL, write `@`, `/`, `?`, `#` and `%` in a password as `%40`, `%2F`, `%3F`, `%23` and `%25`
    ");
    check!(place, ["status", "--database-url", "host=h password=two wo=rds dbname=d"], @"
    exit: 2
    ----- stderr
    error: the database URL has a keyword that is not known: number 3 of its `keyword=value` pairs
      = help: the keywords are those of psql, such as `sslmode` and `connect_timeout`
      = help: put a value that contains spaces into quotes: `password='two words'`
    ");
    check!(place, ["status", "--database-url", "postgres://u:secret@h/d?sslmode=no-verify"], @"
    exit: 2
    ----- stderr
    error: `sslmode` in the database URL is not one of disable, allow, prefer, require, verify-ca, verify-full
    ");
    check!(place, ["status", "--database-url", "postgres://u:secret@h/d?schema=x"], @"
    exit: 2
    ----- stderr
    error: `schema` in the database URL is not a keyword of PostgreSQL's
      = help: leave `schema` out: the keywords are those of psql
    ");
    check!(place, ["status", "--database-url", "postgres://u:secret@h/d?require_auth=none"], @"
    exit: 2
    ----- stderr
    error: `require_auth` in the database URL is not supported
      = help: leave `require_auth` out
    ");
    check!(place, ["status", "--database-url", "h d secret"], @"
    exit: 2
    ----- stderr
    error: the database URL is neither a URL nor a list of `keyword=value`
      = help: write it as `postgres://user@host:5432/database` or `host=… user=… dbname=…`
      = help: put a value that contains spaces into quotes: `password='two words'`
      = help: in a URL, write `@`, `/`, `?`, `#` and `%` in a password as `%40`, `%2F`, `%3F`, `%23` and `%25`
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

#[test]
fn no_word_of_a_password_is_shown_in_text_or_json() {
    let place = Place::new(&FILES);
    let (_, rest) = place
        .database
        .url()
        .split_once('@')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    for url in [
        format!("postgres://postgres:hush@hush@{rest}"),
        format!("postgres://postgres:hush/hush@{rest}"),
        format!("postgres://postgres:hush?hush@{rest}"),
        format!("postgres://postgres:hush#hush@{rest}?connect_timeout=hush"),
        format!("postgres://postgres:%hush@{rest}?hush=1"),
        "host=127.0.0.1 port=1 user=u password=x hush".to_owned(),
        "host=127.0.0.1 port=1 user=u password=x hush=hush".to_owned(),
        "host=127.0.0.1 port=1 user=u password='hush".to_owned(),
        "host=127.0.0.1 port=1 user=u sslpassword=hush sslkey=/dev/null sslcert=/dev/null sslmode=require".to_owned(),
        "postgres://u:hush@127.0.0.1:1/d".to_owned(),
    ] {
        for format in ["text", "json"] {
            let arguments = ["status", "--format", format, "--database-url", &url];
            let shown = place.call(&arguments);
            assert!(shown.starts_with("exit: 2"), "{url}: {shown}");
            assert!(!shown.contains("hush"), "{url}: {shown}");
        }
    }
}

#[test]
fn a_server_that_takes_the_connection_and_says_nothing_is_given_up() {
    let place = Place::new(&FILES);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = format!("postgres://u@127.0.0.1:{port}/d?connect_timeout=1");
    check!(place, ["status", "--database-url", &url], @"
    exit: 2
    ----- stderr
    error: cannot connect to database `d` at 127.0.0.1:[port] as `u`
      caused by: the server did not answer within [n] ms
      = help: give it longer with `connect_timeout=…` in the URL, or with PGCONNECT_TIMEOUT
    ");
    // The next host has its turn after it.
    let (_, good) = place
        .database
        .url()
        .split_once('@')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let url = format!("postgres://postgres@127.0.0.1:{port},{good}?connect_timeout=1");
    assert!(
        place
            .call(&["status", "--database-url", &url])
            .starts_with("exit: 0")
    );
}

#[test]
fn the_query_part_names_the_host_and_the_kind_of_server() {
    let place = Place::new(&FILES);
    let url = place.database.url();
    let (_, port) = url.rsplit_once(':').unwrap();
    let (port, database) = port.split_once('/').unwrap();
    let works = |url: &str| {
        let shown = place.call(&["status", "--database-url", url]);
        assert!(shown.starts_with("exit: 0"), "{url}: {shown}");
    };
    let socket = migrate_fixtures::Server::shared()
        .socket_directory()
        .display();
    works(&format!(
        "postgres://postgres@dummy/{database}?host={socket}&port={port}"
    ));
    works(&format!(
        "postgres://postgres@dummy/{database}?host={socket}&port={port}&sslmode=verify-full"
    ));
    works(&format!(
        "postgres://postgres@127.0.0.1/{database}?port={port}"
    ));
    works(&format!(
        "postgres://127.0.0.1:1,127.0.0.1:{port}/{database}?user=postgres&load_balance_hosts=random"
    ));
    for kind in ["any", "primary", "read-write", "prefer-standby"] {
        works(&format!("{url}?target_session_attrs={kind}"));
    }
    works(&format!(
        "{url}?target_session_attrs=read-only&options=-c%20default_transaction_read_only=on"
    ));
    check!(place, ["status", "--database-url", &format!("{url}?target_session_attrs=standby")], @"
    exit: 2
    ----- stderr
    error: cannot connect to database `[database]` at 127.0.0.1:[port] as `postgres`
      caused by: the server is not a standby
      = help: `target_session_attrs` in the URL, or PGTARGETSESSIONATTRS, says which server is wanted
    ");
    check!(place, ["status", "--database-url", &format!("{url}?target_session_attrs=read-only")], @"
    exit: 2
    ----- stderr
    error: cannot connect to database `[database]` at 127.0.0.1:[port] as `postgres`
      caused by: the session is not read-only
      = help: `target_session_attrs` in the URL, or PGTARGETSESSIONATTRS, says which server is wanted
    ");
    check!(place, ["status", "--database-url", &format!("{url}?target_session_attrs=master")], @"
    exit: 2
    ----- stderr
    error: `target_session_attrs` in the database URL is not one of any, read-write, read-only, primary, standby, prefer-standby
    ");
}

#[test]
fn a_role_that_may_not_connect_is_told_what_grants_it() {
    let place = Place::new(&[("1_one.sql", "CREATE TABLE one ();\n")]);
    let role = place.database.role("");
    let name = place.database.value("SELECT current_database()");
    place.database.execute(&format!(
        "REVOKE CONNECT ON DATABASE \"{name}\" FROM PUBLIC"
    ));
    let url = place.database.url_for(&role);
    let shown = place.call(&["status", "--database-url", &url]);
    let help = "`GRANT CONNECT ON DATABASE \"[database]\" TO \"[database]_role_1\"`";
    assert!(shown.contains(help), "{shown}");
}
