//! Many tests, many processes, and processes that end badly.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use migrate_fixtures::{Options, Server};

use crate::program::{databases, hold, is_template, run, server, tester_on, texts};

/// Checks that nothing is there but so many templates, and at most one unused copy of each.
#[track_caller]
fn assert_only_templates(server: &Server, number: usize) {
    let mut found = databases(server);
    let listed = found.clone();
    found.retain(|name| !is_template(name));
    assert_eq!(listed.len() - found.len(), number, "{listed:?}");
    let digests: Option<BTreeSet<_>> = found
        .iter()
        .map(|name| Some(name.split_once("_spare_")?.0))
        .collect();
    assert_eq!(
        digests.map(|all| all.len()),
        Some(found.len()),
        "{listed:?}"
    );
}

#[test]
fn each_test_has_a_database_of_its_own_which_is_gone_afterwards() {
    let server = server();
    let (said, _) = run(&mut tester_on(&server, "shop insert 20"));
    assert_eq!(said, "passed 20\n");
    assert_only_templates(&server, 1);
    let made = databases(&server).pop();
    // The second run finds the template.
    let (said, _) = run(&mut tester_on(&server, "shop insert 3"));
    assert_eq!(said, "passed 3\n");
    assert_only_templates(&server, 1);
    assert_eq!(databases(&server).pop(), made);
}

#[test]
fn the_first_test_of_a_run_gets_the_copy_that_the_last_run_left() {
    let server = server();
    let number = |name: &str| {
        let sql = format!("SELECT oid FROM pg_database WHERE datname = '{name}'");
        server.rows(&sql).expect("the databases are listed")
    };
    let (mut first, names) = hold(&mut tester_on(&server, "shop hold 1"), 1);
    let began = Instant::now();
    // The template, the test's database and one made ahead.
    while databases(&server).len() < 3 {
        assert!(began.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(20));
    }
    drop(first.stdin.take());
    first.wait().expect("it ends");
    let left = databases(&server);
    let [spare, _template] = left.as_slice() else {
        panic!("one copy and the template: {left:?}");
    };
    assert_ne!(*spare, names[0]);
    let made = number(spare);
    let (mut second, names) = hold(&mut tester_on(&server, "shop hold 1"), 1);
    assert_eq!(number(&names[0]), made);
    drop(second.stdin.take());
    second.wait().expect("it ends");
    assert_only_templates(&server, 1);
}

#[test]
fn tests_one_after_the_other_leave_nothing_in_between() {
    let server = server();
    let (said, _) = run(&mut tester_on(&server, "shop one-by-one 3"));
    assert_eq!(said.matches("passed true").count(), 3, "{said}");
    assert_only_templates(&server, 1);
}

#[test]
fn a_future_gets_a_database_too() {
    let server = server();
    let (said, _) = run(&mut tester_on(&server, "shop await 2"));
    assert_eq!(said, "found 0\nfound 0\n");
    assert_only_templates(&server, 1);
}

#[test]
fn two_checkouts_with_different_sets_work_side_by_side() {
    let server = server();
    let programs: Vec<_> = [
        "shop insert 6",
        "blog insert 6",
        "shop insert 6",
        "blog insert 6",
    ]
    .into_iter()
    .map(|arguments| {
        let mut command = tester_on(&server, arguments);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    })
    .collect();
    for program in programs {
        let output = program.wait_with_output().expect("the program ends");
        assert_eq!(texts(&output).0, "passed 6\n");
    }
    assert_only_templates(&server, 2);
}

#[test]
fn what_a_killed_process_leaves_is_gone_after_the_next_run() {
    let server = server();
    for _ in 0..10 {
        let (mut child, names) = hold(&mut tester_on(&server, "shop hold 3"), 3);
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        let left = databases(&server);
        assert!(names.iter().all(|name| left.contains(name)), "{left:?}");
        let (said, _) = run(&mut tester_on(&server, "shop insert 4"));
        assert_eq!(said, "passed 4\n");
        assert_only_templates(&server, 1);
    }
}

/// As `cargo nextest` runs them.
#[test]
fn a_process_for_each_test_leaves_only_the_template() {
    let server = server();
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let commands: Vec<_> = (0..6)
                .map(|_| tester_on(&server, "shop insert 1"))
                .collect();
            thread::spawn(move || {
                for mut command in commands {
                    assert_eq!(run(&mut command).0, "passed 1\n");
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().expect("its tests pass");
    }
    assert_only_templates(&server, 1);
}

#[test]
fn a_process_that_runs_keeps_its_databases_and_takes_over_what_another_leaves() {
    let server = server();
    let (mut first, names) = hold(&mut tester_on(&server, "shop hold 2"), 2);
    let (said, _) = run(&mut tester_on(&server, "shop insert 2"));
    assert_eq!(said, "passed 2\n");
    let found = databases(&server);
    assert!(names.iter().all(|name| found.contains(name)), "{found:?}");
    drop(first.stdin.take());
    first.wait().expect("it ends");
    assert_only_templates(&server, 1);
}

#[test]
fn a_template_that_is_in_use_is_waited_for() {
    let server = server();
    run(&mut tester_on(&server, "shop insert 1"));
    let template = databases(&server).pop().expect("there is a template");
    let allow = |allowed: bool| {
        let sql = format!("ALTER DATABASE {template} ALLOW_CONNECTIONS {allowed}");
        server.execute(&sql).expect("the superuser may");
    };
    allow(true);
    let session = postgres::Client::connect(&server.url(&template), postgres::NoTls);
    allow(false);
    let mut command = tester_on(&server, "shop insert 1");
    let program = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let program = program.spawn().expect("the program starts");
    // PostgreSQL waits 5 s by itself.
    thread::sleep(Duration::from_secs(6));
    drop(session);
    let output = program.wait_with_output().expect("the program ends");
    assert_eq!(texts(&output).0, "passed 1\n");
}

#[test]
fn a_template_that_was_dropped_is_made_again() {
    let server = server();
    let (mut child, _) = hold(&mut tester_on(&server, "shop hold 1"), 1);
    let template = databases(&server).pop().expect("there is a template");
    for sql in [
        format!("ALTER DATABASE {template} IS_TEMPLATE false"),
        format!("DROP DATABASE {template}"),
    ] {
        server.execute(&sql).expect("the superuser may");
    }
    let (said, _) = run(&mut tester_on(&server, "shop insert 2"));
    assert_eq!(said, "passed 2\n");
    drop(child.stdin.take());
    child.wait().expect("it ends");
    assert_only_templates(&server, 1);
}

#[test]
fn five_hundred_tests_at_once_wait_for_a_hundred_connections() {
    let options = Options::new().setting("max_connections", "100");
    let server = Server::start(&options).expect("a server");
    let (said, _) = run(&mut tester_on(&server, "shop insert 500"));
    assert_eq!(said, "passed 500\n");
    assert_only_templates(&server, 1);
}

#[test]
fn a_test_waits_while_other_programs_have_all_connections() {
    let options = Options::new().setting("max_connections", "12");
    let server = Server::start(&options).expect("a server");
    let url = server.url("postgres");
    // The superuser may use three more.
    server
        .execute("CREATE ROLE tester LOGIN CREATEDB")
        .expect("the superuser may");
    let url_of_tester = url.replace("postgres@", "tester@");
    let mut taken = Vec::new();
    while let Ok(client) = postgres::Client::connect(&url_of_tester, postgres::NoTls) {
        taken.push(client);
    }
    let mut command = tester_on(&server, "shop insert 4");
    command.env("MIGRATE_TEST_DATABASE_URL", &url_of_tester);
    let program = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = program.spawn().expect("the program starts");
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        assert!(program.try_wait().expect("it can be asked").is_none());
        thread::sleep(Duration::from_millis(50));
    }
    drop(taken);
    let output = program.wait_with_output().expect("the program ends");
    assert_eq!(texts(&output).0, "passed 4\n");
}
