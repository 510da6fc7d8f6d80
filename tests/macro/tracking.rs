//! Edit, add, rename, delete: each ends in a new build or in the stale error, never in silence.

use crate::fixture::{Fixture, Outcome};

/// Prints what is embedded, then runs it over a connection that must not be used: where the list is
/// stale, `run` stops before it gets that far.
pub(crate) const MAIN: &str = r#"
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use migrate_runtime::{Reply, Session, SessionError, embed_migrations};

embed_migrations!(pub static MIGRATIONS = "migrations");

struct Disconnected;

impl Session for Disconnected {
    async fn send(&mut self, _: &str) -> Result<Reply, SessionError> {
        Err(SessionError::connection("no server is there"))
    }

    async fn sleep(&mut self, _: Duration) {}
}

fn main() {
    for migration in &MIGRATIONS {
        print!("{}: {}", migration.up().file(), migration.up().sql());
    }
    let mut session = Disconnected;
    let mut runner = MIGRATIONS.runner();
    let run = pin!(runner.run_with(&mut session));
    let Poll::Ready(Err(error)) = run.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("a run without a server has nothing to wait for");
    };
    println!("{}", if error.is_stale() { format!("{error:#}") } else { "up to date".to_owned() });
}
"#;

/// A crate with two migrations, built and run.
fn fixture(name: &str) -> Fixture {
    let fixture = Fixture::new(name, MAIN);
    fixture.write("migrations/1_a.sql", "SELECT 1;\n");
    fixture.write("migrations/2_b.sql", "SELECT 2;\n");
    assert_current(&run(&fixture), "1_a.sql: SELECT 1;\n2_b.sql: SELECT 2;\n");
    let again = run(&fixture);
    assert!(!again.compiled(name), "nothing has changed");
    fixture
}

fn run(fixture: &Fixture) -> Outcome {
    let outcome = fixture.cargo(&["run"]);
    assert!(outcome.succeeded, "{}", outcome.messages());
    outcome
}

#[track_caller]
fn assert_current(outcome: &Outcome, list: &str) {
    assert_eq!(outcome.stdout, format!("{list}up to date\n"));
}

#[test]
fn an_edit_is_built() {
    let fixture = fixture("tracked-edit");
    fixture.write("migrations/2_b.sql", "SELECT 3;\n");
    assert_current(&run(&fixture), "1_a.sql: SELECT 1;\n2_b.sql: SELECT 3;\n");
}

#[test]
fn a_renamed_file_is_built() {
    let fixture = fixture("tracked-rename");
    fixture.rename("migrations/2_b.sql", "migrations/3_c.sql");
    assert_current(&run(&fixture), "1_a.sql: SELECT 1;\n3_c.sql: SELECT 2;\n");
}

#[test]
fn a_deleted_file_is_built() {
    let fixture = fixture("tracked-delete");
    fixture.remove("migrations/2_b.sql");
    assert_current(&run(&fixture), "1_a.sql: SELECT 1;\n");
}

#[test]
fn an_added_file_stops_the_stale_program_and_its_test() {
    let fixture = fixture("tracked-add");
    assert!(fixture.cargo(&["test"]).succeeded);
    fixture.write("migrations/3_c.sql", "SELECT 3;\n");

    let stale = run(&fixture);
    insta::assert_snapshot!(stale.stdout, @r#"
    1_a.sql: SELECT 1;
    2_b.sql: SELECT 2;
    this binary is stale: migrations/3_c.sql was added after it was compiled
      = help: cargo does not notice added files: touch the file that calls `embed_migrations!`, and build again
      = help: add `println!("cargo::rerun-if-changed=migrations");` to `build.rs`, and cargo notices added files
    "#);
    let test = fixture.cargo(&["test"]);
    assert!(!test.succeeded);
    assert!(
        test.stdout
            .contains("test MIGRATIONS::embedded_list_is_current ... FAILED"),
        "{}",
        test.stdout
    );
    let reason = test
        .stdout
        .lines()
        .skip_while(|line| !line.contains("panicked at"))
        .skip(1);
    insta::assert_snapshot!(reason.take(2).collect::<Vec<_>>().join("\n"), @r"
    this binary is stale: migrations/3_c.sql was added after it was compiled
      = help: cargo does not notice added files: touch the file that calls `embed_migrations!`, and build again
    ");

    // What the message says to do.
    fixture.write(
        "build.rs",
        "fn main() {\n    println!(\"cargo::rerun-if-changed=migrations\");\n}\n",
    );
    assert_current(
        &run(&fixture),
        "1_a.sql: SELECT 1;\n2_b.sql: SELECT 2;\n3_c.sql: SELECT 3;\n",
    );
    fixture.write("migrations/4_d.sql", "SELECT 4;\n");
    assert!(
        run(&fixture)
            .stdout
            .ends_with("4_d.sql: SELECT 4;\nup to date\n")
    );
}

#[test]
fn a_mended_file_is_built_after_an_error() {
    let fixture = fixture("tracked-mend");
    fixture.write("migrations/c.sql", "SELECT 3;\n");
    fixture.write("migrations/2_b.sql", "SELECT 22;\n");
    assert!(!fixture.cargo(&["run"]).succeeded);
    fixture.rename("migrations/c.sql", "migrations/3_c.sql");
    assert_current(
        &run(&fixture),
        "1_a.sql: SELECT 1;\n2_b.sql: SELECT 22;\n3_c.sql: SELECT 3;\n",
    );
}

#[test]
fn another_base_directory_is_built() {
    let fixture = fixture("tracked-base");
    fixture.write("elsewhere/migrations/7_g.sql", "SELECT 7;\n");
    let elsewhere = fixture.path("elsewhere");
    let elsewhere = elsewhere.to_str().unwrap();
    let run_with = |value: &str| fixture.cargo_with(&["run"], &[("MIGRATE_BASE_DIR", value)]);
    let own = "1_a.sql: SELECT 1;\n2_b.sql: SELECT 2;\n";
    let outcome = run_with(&format!("tracked-base={elsewhere}"));
    assert_current(&outcome, "7_g.sql: SELECT 7;\n");
    // For the package that depends on this one.
    let outcome = run_with(&format!("application={elsewhere}"));
    assert_current(&outcome, own);
    let outcome = run_with(elsewhere);
    assert!(!outcome.succeeded);
    let help = format!("help: set `MIGRATE_BASE_DIR=tracked-base={elsewhere}`");
    assert!(outcome.messages().contains(&help), "{}", outcome.messages());
    assert_current(&run(&fixture), own);
}

#[cfg(unix)]
#[test]
fn files_behind_links_and_above_the_crate_are_tracked() {
    let name = "tracked-links";
    let main = MAIN.replace("\"migrations\"", "\"src/../linked\"");
    let fixture = Fixture::new(name, &main);
    fixture.write("kept/1_a.sql", "SELECT 1;\n");
    fixture.write("linked/2_b.sql", "SELECT 2;\n");
    let link = fixture.path("linked/1_a.sql");
    std::os::unix::fs::symlink(fixture.path("kept/1_a.sql"), link).unwrap();
    assert_current(&run(&fixture), "1_a.sql: SELECT 1;\n2_b.sql: SELECT 2;\n");
    assert!(!run(&fixture).compiled(name), "nothing has changed");
    fixture.write("kept/1_a.sql", "SELECT 11;\n");
    assert_current(&run(&fixture), "1_a.sql: SELECT 11;\n2_b.sql: SELECT 2;\n");
    // The message names the directory to watch.
    fixture.write("linked/3_c.sql", "SELECT 3;\n");
    let stale = run(&fixture).stdout;
    assert!(
        stale.contains("println!(\"cargo::rerun-if-changed=src/../linked\");"),
        "{stale}"
    );
}
