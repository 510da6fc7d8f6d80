//! A set that fails, and tests that do.

use crate::program::{databases, run, server, tester_on};

const DIVISION: &str = "Migration: testing/sets/broken/0002_divided.sql:2:1: division by zero";

#[test]
fn each_test_gets_the_migrations_error_which_is_computed_once() {
    let server = server();
    let (said, _) = run(&mut tester_on(&server, "broken errors 5"));
    assert_eq!(said.matches(DIVISION).count(), 5, "{said}");
    assert_eq!(
        said.matches("nothing of this migration was kept").count(),
        5
    );
    let logged = server.log().matches("division by zero").count();
    // Another process gets the same text.
    let (again, _) = run(&mut tester_on(&server, "broken errors 5"));
    assert_eq!(again, said);
    assert_eq!(server.log().matches("division by zero").count(), logged);
}

#[test]
fn a_recorded_failure_is_forgotten_by_and_by() {
    let server = server();
    run(&mut tester_on(&server, "broken errors 1"));
    let found = databases(&server);
    let [failed] = found.as_slice() else {
        panic!("one database with the error: {found:?}");
    };
    // As if it were an hour old.
    let (name, at) = failed.rsplit_once('_').expect("the time is in its name");
    let at = u64::from_str_radix(at, 16).expect("a number") - 3600;
    let old = format!("{name}_{at:x}");
    let rename = format!("ALTER DATABASE {failed} RENAME TO {old}");
    server.execute(&rename).expect("the superuser may");
    let logged = server.log().matches("division by zero").count();
    let (said, _) = run(&mut tester_on(&server, "broken errors 1"));
    assert!(said.contains(DIVISION), "{said}");
    assert!(server.log().matches("division by zero").count() > logged);
    // A run that ends well drops it.
    run(&mut tester_on(&server, "shop insert 1"));
    assert!(!databases(&server).contains(&old));
}

#[test]
fn the_database_of_a_failed_test_is_kept_on_request() {
    let server = server();
    run(&mut tester_on(&server, "shop panic"));
    let left = databases(&server);
    assert!(!left.iter().any(|name| name.contains("_kept_")), "{left:?}");
    let mut command = tester_on(&server, "shop panic");
    let (_, told) = run(command.env("MIGRATE_TEST_KEEP", "failed"));
    let left = databases(&server);
    let kept = left.iter().find(|name| name.contains("_kept_"));
    let kept = kept.expect("one is kept");
    assert!(kept.ends_with("_orders__are_counted"), "{kept}");
    let notice = format!("migrate-test: kept the database {kept} of the test orders::are_counted");
    assert!(told.contains(&notice), "{told}");
    // The next run leaves it alone.
    run(&mut tester_on(&server, "shop insert 1"));
    assert!(databases(&server).contains(kept));
}
