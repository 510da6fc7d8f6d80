//! The program in the folders of a workspace.

use crate::place::{Place, check};

#[test]
fn the_directories_of_members_are_suggested_at_the_root_of_a_workspace() {
    let place = Place::new(&[]);
    place.write("crates/db/migrations/0001_a.sql", "");
    place.write("crates/audit/migrations/0001_a.sql", "");
    check!(place, ["run"], @"
    exit: 2
    ----- stderr
    error: the directory `migrations` does not exist
      = help: use the one in `crates/audit`: `--dir crates/audit/migrations`
      = help: use the one in `crates/db`: `--dir crates/db/migrations`
    ");
}

#[test]
fn a_second_directory_beside_that_of_a_member_is_made_only_on_request() {
    let place = Place::new(&[]);
    place.write("crates/db/migrations/0001_a.sql", "");
    place.write("target/x/migrations/0001_not_ours.sql", "");
    check!(place, ["create", "b", "--numbered"], @"
    exit: 2
    ----- stderr
    error: there is no `migrations` here, but there is `crates/db/migrations`
      = help: to add to it: `migrate create --dir crates/db/migrations b`
      = help: to create another one here: `migrate create --dir migrations b`
    ");
    assert!(!place.path().join("migrations").exists());
    check!(place, ["create", "b", "--numbered", "--dir", "crates/db/migrations"], @"
    exit: 0
    ----- stdout
    crates/db/migrations/0002_b.sql
    ");
    check!(place, ["create", "b", "--numbered", "--dir", "migrations"], @"
    exit: 0
    ----- stdout
    migrations/0001_b.sql
    ");
}

#[test]
fn the_directory_of_a_sibling_crate_is_suggested_in_every_other_one() {
    let place = Place::new(&[]);
    place.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n");
    place.write("crates/db/Cargo.toml", "[package]\nname = \"db\"\n");
    place.write("crates/db/migrations/0001_a.sql", "");
    place.write("crates/api/Cargo.toml", "[package]\nname = \"api\"\n");
    place.write("crates/api/src/main.rs", "");
    // Django's.
    place.write("admin/migrations/0001_initial.py", "");
    insta::assert_snapshot!(place.call_in("crates/api", &["status"]), @"
    exit: 2
    ----- stderr
    error: the directory `migrations` does not exist
      = help: use the one in `../db`: `--dir ../db/migrations`
    ");
    insta::assert_snapshot!(place.call_in("crates/api/src", &["create", "b"]), @"
    exit: 2
    ----- stderr
    error: there is no `migrations` here, but there is `../../db/migrations`
      = help: to add to it: `migrate create --dir ../../db/migrations b`
      = help: to create another one here: `migrate create --dir migrations b`
    ");
    insta::assert_snapshot!(place.call_in("crates/api/src", &["run", "--dir", "../../db/migrations"]), @"
    exit: 0
    ----- stdout
    applied ../../db/migrations/0001_a.sql in [n] ms
    applied 1 migration
    ");
    insta::assert_snapshot!(place.call_in("crates/db", &["status"]), @"
    exit: 0
    ----- stdout
    version  name  state    applied at            by        took  checksum
    1        a     applied  2026-01-31T09:30:00Z  postgres  [n] ms  ok
    1 applied, 0 pending
    ");
}

#[test]
fn at_the_root_of_a_workspace_the_build_scripts_of_its_crates_count() {
    let place = Place::new(&[("0001_a.sql", "")]);
    place.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n");
    place.write("crates/app/Cargo.toml", "[package]\nname = \"app\"\n");
    check!(place, ["create", "b", "--numbered"], @r#"
    exit: 0
    ----- stdout
    migrations/0002_b.sql
    ----- stderr
    note: cargo does not notice added files; add this line to `main` in the build.rs of each crate that embeds the directory:
        println!("cargo::rerun-if-changed=../../migrations");
    "#);
    place.write(
        "crates/app/build.rs",
        "fn main() { println!(\"cargo::rerun-if-changed=../../migrations\"); }\n",
    );
    check!(place, ["create", "c", "--numbered"], @"
    exit: 0
    ----- stdout
    migrations/0003_c.sql
    ");
}

#[test]
fn at_the_root_of_a_workspace_the_line_is_that_of_the_crate_that_embeds() {
    let place = Place::new(&[("0001_a.sql", "")]);
    place.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"crates/*\"]\n\n[package]\nname = \"root\"\n",
    );
    let depends =
        "[dependencies]\nmigrate = { package = \"migrate-runtime\", version = \"0.1\" }\n";
    place.write(
        "app/Cargo.toml",
        &format!("[package]\nname = \"app\"\n{depends}"),
    );
    place.write("crates/other/Cargo.toml", "[package]\nname = \"other\"\n");
    check!(place, ["create", "b", "--numbered", "--dir", "migrations"], @r#"
    exit: 0
    ----- stdout
    migrations/0002_b.sql
    ----- stderr
    note: cargo does not notice added files; add this line to `main` in app/build.rs:
        println!("cargo::rerun-if-changed=../migrations");
    "#);
    place.write(
        "crates/other/Cargo.toml",
        &format!("[package]\nname = \"other\"\n{depends}"),
    );
    check!(place, ["create", "c", "--numbered"], @r#"
    exit: 0
    ----- stdout
    migrations/0003_c.sql
    ----- stderr
    note: cargo does not notice added files; add this line to `main` in app/build.rs:
        println!("cargo::rerun-if-changed=../migrations");
      or, where that crate embeds the directory, this one to `main` in crates/other/build.rs:
        println!("cargo::rerun-if-changed=../../migrations");
    "#);
    place.write(
        "app/build.rs",
        "fn main() { println!(\"cargo::rerun-if-changed=../migrations\"); }\n",
    );
    check!(place, ["create", "d", "--numbered"], @"
    exit: 0
    ----- stdout
    migrations/0004_d.sql
    ");
}

#[test]
fn the_line_for_a_build_script_is_relative_to_its_crate() {
    let place = Place::new(&[]);
    place.write("crates/db/Cargo.toml", "[package]\nname = \"db\"\n");
    place.write("crates/db/sql/up/0001_a.sql", "");
    check!(place, ["create", "b", "--numbered", "--dir", "crates/db/sql/up"], @r#"
    exit: 0
    ----- stdout
    crates/db/sql/up/0002_b.sql
    ----- stderr
    note: cargo does not notice added files; add this line to `main` in crates/db/build.rs:
        println!("cargo::rerun-if-changed=sql/up");
    "#);
}
