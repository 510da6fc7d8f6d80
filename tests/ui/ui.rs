//! The wiring from the validator through the macro to the compiler's output. How a message looks is
//! pinned where it is drawn, in `migrate-check`: trybuild rewrites what resembles a snippet of Rust.
//!
//! After a change on purpose: `TRYBUILD=overwrite cargo test -p migrate-ui-tests`, then read the diff.

#[test]
fn wrong_calls_and_wrong_directories_say_what_is_wrong() {
    // trybuild compiles the cases in a directory of its own; this is where theirs are.
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/cases");
    let package = concat!(env!("CARGO_PKG_NAME"), "-tests");
    std::env::set_var("MIGRATE_BASE_DIR", format!("{package}={cases}"));
    let ui = trybuild::TestCases::new();
    ui.pass("cases/right.rs");
    ui.pass("cases/beside_the_crate.rs");
    ui.compile_fail("cases/one_problem.rs");
    ui.compile_fail("cases/two_problems.rs");
    ui.compile_fail("cases/missing_directory.rs");
    ui.compile_fail("cases/not_a_literal.rs");
    ui.compile_fail("cases/unknown_option.rs");
    ui.compile_fail("cases/absolute_path.rs");
}
