//! The sessions in README.md and docs/program.md: every line that they show is one that the program prints.

use crate::place::Place;

/// Commands of a page, each with the lines that the page shows below it.
struct Page {
    sessions: Vec<(String, Vec<String>)>,
}

impl Page {
    fn read(text: &str) -> Self {
        let mut sessions: Vec<(String, Vec<String>)> = Vec::new();
        let mut in_console = false;
        for line in text.lines() {
            if line.starts_with("```") {
                in_console = line == "```console";
            } else if in_console {
                match (line.strip_prefix("$ "), sessions.last_mut()) {
                    (Some(command), _) => sessions.push((command.to_owned(), Vec::new())),
                    (None, Some((_, lines))) => lines.push(line.to_owned()),
                    (None, None) => {}
                }
            }
        }
        sessions.retain(|(command, _)| command.starts_with("migrate "));
        Self { sessions }
    }

    /// Calls the program, and crosses off what the page shows of this call.
    fn call(&mut self, place: &Place, arguments: &[&str]) -> Vec<String> {
        let output = place.call(arguments);
        let output: Vec<String> = output.lines().map(str::to_owned).collect();
        let command = format!("migrate {}", arguments.join(" "));
        let before = self.sessions.len();
        self.sessions.retain(|(shown, lines)| {
            *shown != command
                || !lines
                    .iter()
                    .all(|line| output.contains(&place.steady(line)))
        });
        assert!(
            self.sessions.len() < before,
            "{command} is shown with other lines than it prints: {output:#?} {:#?}",
            self.sessions
        );
        output
    }
}

const CREATE_USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);\n\
                            CREATE INDEX users_name ON users (name);\n";

#[test]
fn the_readme_shows_what_the_program_prints() {
    let text = include_str!("../../../README.md");
    let mut page = Page::read(text);
    let place = Place::new(&[("0001_create_users.sql", CREATE_USERS)]);
    page.call(&place, &["run"]);
    page.call(&place, &["status"]);
    place.write(
        "migrations/0002_shorten.sql",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(20);\n",
    );
    let output = page.call(&place, &["check", "--scratch"]);
    assert!(page.sessions.is_empty(), "{:#?}", page.sessions);
    let warning = text
        .lines()
        .skip_while(|line| !line.starts_with("warning: "));
    for line in warning.take_while(|line| *line != "```") {
        assert!(output.iter().any(|printed| printed == line), "{line}");
    }
}

#[test]
fn the_page_of_the_program_shows_what_it_prints() {
    let mut page = Page::read(include_str!("../../../docs/program.md"));
    let place = Place::new(&[]);
    place.write("migrations/.gitkeep", "");
    page.call(&place, &["create", "create", "users", "--numbered"]);
    place.write("migrations/0001_create_users.sql", CREATE_USERS);
    page.call(&place, &["run"]);
    page.call(&place, &["status"]);
    let wrong = "ALTER TABLE users ADD COLUMN born date;\nUPDATE users SET born = '2025-02-29';\n";
    place.write("migrations/0002_wrong.sql", wrong);
    page.call(&place, &["run"]);

    let place = Place::new(&[
        (
            "0001_create_users.sql",
            "CREATE TABLE users (id int PRIMARY KEY, name text);\n",
        ),
        (
            "0002_widen.sql",
            "ALTER TABLE users ALTER COLUMN id TYPE bigint;\n",
        ),
        (
            "0002_widen.down.sql",
            "ALTER TABLE users ALTER COLUMN id TYPE int;\n",
        ),
        (
            "0003_index_users.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY users_name ON users (name);\n",
        ),
        (
            "0003_index_users.down.sql",
            "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY users_name;\n",
        ),
    ]);
    page.call(&place, &["check", "--scratch"]);
    assert!(page.sessions.is_empty(), "{:#?}", page.sessions);
}
