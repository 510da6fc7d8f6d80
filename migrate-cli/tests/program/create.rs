//! `migrate create`.

use std::fs;

use crate::place::{Place, check};

#[test]
fn numbers_follow_the_newest_and_nothing_is_overwritten() {
    let place = Place::new(&[]);
    check!(place, ["create", "create users", "--numbered"], @"
    exit: 0
    ----- stdout
    migrations/0001_create_users.sql
    ");
    check!(place, ["create", "AddEmail", "--numbered", "--down", "--no-transaction", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "create",
      "files": [
        "migrations/0002_add_email.sql",
        "migrations/0002_add_email.down.sql"
      ],
      "ok": true,
      "version": 2
    }
    "#);
    check!(place, ["create", "!?"], @"
    exit: 2
    ----- stderr
    error: `!?` contains no letter or digit for the file name
      = help: describe the migration: `migrate create add user email`
    ");
    check!(place, ["create"], @"
    exit: 2
    ----- stderr
    error: the following required arguments were not provided:
      <NAME>...

    Usage: migrate create <NAME>...

    For more information, try '--help'.
    ");
}

#[test]
fn the_time_is_the_usual_number() {
    let place = Place::new(&[]);
    let output = place.command(&["create", "two", "words"]).output().unwrap();
    let path = String::from_utf8(output.stdout).unwrap();
    let file = path.trim().strip_prefix("migrations/").unwrap();
    let (digits, rest) = file.split_at(14);
    assert!(digits.starts_with("20") && digits.bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(rest, "_two_words.sql");
    let second = place.command(&["create", "two", "words"]).output().unwrap();
    assert_ne!(second.stdout, path.as_bytes());
    assert_eq!(
        fs::read_dir(place.path().join("migrations"))
            .unwrap()
            .count(),
        2
    );
}

#[test]
fn a_time_that_would_not_be_last_is_refused() {
    let place = Place::new(&[("99990101000000_far.sql", "")]);
    let output = place.command(&["create", "x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("use the number after the newest: `--numbered`"),
        "{text}"
    );
}

#[test]
fn a_crate_is_told_what_its_build_script_lacks() {
    let place = Place::new(&[]);
    place.write("Cargo.toml", "[package]\nname = \"x\"\n");
    check!(place, ["create", "a", "--numbered"], @r#"
    exit: 0
    ----- stdout
    migrations/0001_a.sql
    ----- stderr
    note: cargo does not notice added files; add this line to `main` in build.rs:
        println!("cargo::rerun-if-changed=migrations");
    "#);
    place.write(
        "build.rs",
        "fn main() { println!(\"cargo::rerun-if-changed=migrations\"); }\n",
    );
    check!(place, ["create", "b", "--numbered"], @"
    exit: 0
    ----- stdout
    migrations/0002_b.sql
    ");
}

#[test]
fn a_letter_that_a_file_name_cannot_have_is_named() {
    let place = Place::new(&[]);
    check!(place, ["create", "add Ünicode", "--numbered"], @"
    exit: 2
    ----- stderr
    error: the name of a migration cannot contain `Ü`
      = help: use only the letters A to Z, digits and spaces
    ");
    assert!(!place.path().join("migrations").exists());
}
