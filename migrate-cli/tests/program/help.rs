//! The help texts, and the tips after a mistake.

use crate::place::{Place, check};

#[test]
fn every_command_is_described_in_the_imperative() {
    let place = Place::new(&[]);
    check!(place, ["-h"], @"
    exit: 0
    ----- stdout
    Check, apply and track PostgreSQL migrations written in SQL

    Usage: migrate [OPTIONS] <COMMAND>

    Commands:
      create       Create an empty migration and print its path
      run          Apply pending migrations
      status       Show the state of every migration
      plan         Show what `run` would do, statement by statement, and change nothing
      revert       Revert applied migrations with their down files, newest first
      baseline     Record migrations as applied without running them
      adopt        Adopt the history that another migration tool has recorded in this database
      repair       Correct the history, without running any migration
      database     Create the database that the migrations are for, or drop it
      check        Check the migrations with every rule of the build, without a database
      rules        List the rules that check migrations, or explain one of them
      completions  Print a completion script for a shell
      man          Print the manual page: `migrate man > migrate.1`
      help         Print this message or the help of the given subcommand(s)

    Options:
          --dir <PATH>       Directory of the migrations [default: `MIGRATE_DIR`, or `migrations` here
                             or in a parent]
          --layout <LAYOUT>  Migration tool whose file layout the directory uses [default: the setting
                             `layout`] [possible values: flat, sqlx, diesel, refinery, flyway,
                             flyway-dotted, golang-migrate, goose, sql-migrate, dbmate, prisma]
      -h, --help             Print help (see more with '--help')
      -V, --version          Print version

    Database:
          --database-url <URL>  Connect to this database [default: `DATABASE_URL`, or the PG… variables
                                of psql]
          --schema <NAME>       Keep the history table in this schema [default: the setting `schema`]
          --table <NAME>        Name of the history table [default: the setting `table`]

    Output:
          --format <FORMAT>  Format of the result [default: text] [possible values: text, json]
          --color <WHEN>     When to use colours [default: auto] [possible values: auto, always, never]
    ");
}

#[test]
fn options_of_the_database_are_shown_only_where_they_are_used() {
    let place = Place::new(&[]);
    for command in ["create", "check", "rules", "completions", "man"] {
        let help = place.call(&[command, "--help"]);
        for option in [
            "--database-url",
            "--schema",
            "--table",
            "--one-statement-per-message",
        ] {
            assert!(!help.contains(option), "{command}: {help}");
        }
    }
    for command in [
        "run", "status", "plan", "revert", "baseline", "adopt", "repair", "database",
    ] {
        let help = place.call(&[command, "--help"]);
        for option in ["--database-url", "--schema", "--table", "--dir", "--layout"] {
            assert!(help.contains(option), "{command}: {help}");
        }
    }
    for command in ["create", "rules", "completions", "man"] {
        let help = place.call(&[command, "--help"]);
        assert!(!help.contains("--assume"), "{command}: {help}");
        assert!(!help.contains("--after"), "{command}: {help}");
    }
    for command in ["rules", "completions", "man"] {
        let help = place.call(&[command, "--help"]);
        assert!(
            !help.contains("--dir") && !help.contains("--layout"),
            "{command}: {help}"
        );
    }
}

#[test]
fn the_commands_and_options_of_other_tools_are_translated() {
    let place = Place::new(&[]);
    check!(place, ["up"], @"
    exit: 2
    ----- stderr
    error: unrecognized subcommand 'up'

      tip: a similar subcommand exists: 'run'

    Usage: migrate [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    for (theirs, ours) in [
        ("add", "create"),
        ("new", "create"),
        ("info", "status"),
        ("rollback", "revert"),
        ("down", "revert"),
        ("redo", "revert"),
        ("init", "create"),
        ("drop", "database drop"),
        ("reset", "database reset"),
    ] {
        let shown = place.call(&[theirs]);
        assert!(
            shown.contains(&format!("a similar subcommand exists: '{ours}'")),
            "{shown}"
        );
    }
    for (theirs, ours) in [
        ("--json", "--format json"),
        ("--url", "--database-url"),
        ("--source", "--dir"),
    ] {
        let shown = place.call(&["status", theirs]);
        let tip = format!("a similar argument exists: '{ours}'");
        assert!(shown.contains(&tip), "{shown}");
    }
}
