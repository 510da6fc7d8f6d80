//! A program of tests, its surroundings and what it says.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use migrate_fixtures::{Options, Server};

/// A server of one's own: tests count what is left on it.
pub(crate) fn server() -> Server {
    Server::start(&Options::new()).expect("a server")
}

/// `tester <arguments>`, with none of the variables of the user who runs these tests.
pub(crate) fn tester(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tester"));
    command.args(arguments.split(' '));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("PG") || name.starts_with("MIGRATE_TEST") || name == "DATABASE_URL" {
            command.env_remove(name.as_ref());
        }
    }
    // The sets are compared with their files.
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    command
}

/// The same, on this server.
pub(crate) fn tester_on(server: &Server, arguments: &str) -> Command {
    let mut command = tester(arguments);
    command.env("MIGRATE_TEST_DATABASE_URL", server.url("postgres"));
    command
}

/// Runs it to its end; its standard output, and its standard error.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> (String, String) {
    let output = command.output().expect("the program starts");
    texts(&output)
}

/// Checks that it succeeded.
#[track_caller]
pub(crate) fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, told) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{said}\n{told}", output.status);
    (said, told)
}

/// Starts `<set> hold <number>`; returns it with the names of its databases. It ends when its input is closed.
pub(crate) fn hold(command: &mut Command, number: usize) -> (Child, Vec<String>) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let output = child.stdout.take().expect("its output is piped");
    let lines = BufReader::new(output).lines().take(number);
    let names: Vec<String> = lines.map_while(Result::ok).collect();
    assert_eq!(names.len(), number, "the program has ended");
    (child, names)
}

/// The databases of tests on this server, templates last.
pub(crate) fn databases(server: &Server) -> Vec<String> {
    let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'migrate\\_test\\_%' ORDER BY length(datname) DESC, 1";
    let rows = server.rows(sql).expect("the databases are listed");
    rows.into_iter().flatten().collect()
}

/// Whether that is the name of a template.
pub(crate) fn is_template(name: &str) -> bool {
    name.len() == "migrate_test_".len() + 20
}
