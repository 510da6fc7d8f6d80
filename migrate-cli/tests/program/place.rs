//! A directory to work in, and the program called there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use migrate_fixtures::{Database, Server};
use tempfile::TempDir;

/// A directory with migrations, and a database.
pub(crate) struct Place {
    home: TempDir,
    pub(crate) database: Database,
    url: Option<String>,
    /// A session that is in the way.
    pub(crate) other: Option<postgres::Client>,
}

impl Place {
    /// An empty database, and a directory with these files in `migrations`.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::on(Server::shared(), files)
    }

    pub(crate) fn on(server: &Server, files: &[(&str, &str)]) -> Self {
        let database = server.database();
        let url = database.url();
        let place = Self {
            home: tempfile::tempdir().unwrap(),
            database,
            url: Some(url),
            other: None,
        };
        for (file, text) in files {
            place.write(&format!("migrations/{file}"), text);
        }
        place
    }

    /// Where the program works.
    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.path().join(file)).unwrap();
    }

    /// The program, ready to be called: with `DATABASE_URL`, and no other variable of the user who runs the tests.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migrate"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .stdin(Stdio::null());
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Calls the program without `DATABASE_URL`.
    pub(crate) fn without_url(mut self) -> Self {
        self.url = None;
        self
    }

    /// Sends a message in another session, and keeps that session.
    pub(crate) fn keep_open(mut self, sql: &str) -> Self {
        let mut other = self.database.client();
        other.batch_execute(sql).unwrap();
        self.other = Some(other);
        self
    }

    /// Calls the program and shows what came of it.
    pub(crate) fn call(&self, arguments: &[&str]) -> String {
        self.show(&self.command(arguments).output().unwrap())
    }

    /// Calls the program in a folder of the place, and shows what came of it.
    pub(crate) fn call_in(&self, folder: &str, arguments: &[&str]) -> String {
        let mut command = self.command(arguments);
        command.current_dir(self.path().join(folder));
        self.show(&command.output().unwrap())
    }

    /// Exit code, stdout and stderr, without what differs from one run to the next.
    pub(crate) fn show(&self, output: &Output) -> String {
        let text = |bytes: &[u8]| self.steady(&String::from_utf8_lossy(bytes));
        let code = output
            .status
            .code()
            .map_or_else(|| "killed".to_owned(), |code| code.to_string());
        let mut shown = format!("exit: {code}");
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !bytes.is_empty() {
                shown = format!("{shown}\n----- {name}\n{}", text(bytes).trim_end());
            }
        }
        shown
    }

    /// Puts words in place of what differs: durations, moments, process ids, ports, paths.
    pub(crate) fn steady(&self, text: &str) -> String {
        let home = self.path().display().to_string();
        let text = text
            .replace(&home, "[home]")
            .replace(self.database.name(), "[database]");
        let lines: Vec<String> = text.lines().map(steady_line).collect();
        lines.join("\n")
    }
}

/// Looks at each run of characters between blanks, and keeps columns aligned.
fn steady_line(line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(steady_word).collect();
    for at in 1..words.len() {
        let unit = words.get(at).cloned().unwrap_or_default();
        if matches!(unit.trim_end_matches([')', ',']), "ms" | "s")
            && let Some(number) = words.get_mut(at - 1)
            && number.parse::<f64>().is_ok()
        {
            "[n]".clone_into(number);
            let after: String = unit.chars().filter(|c| !c.is_ascii_alphabetic()).collect();
            if let Some(unit) = words.get_mut(at) {
                *unit = format!("ms{after}");
            }
        }
        let before = words.get(at - 1).cloned().unwrap_or_default();
        if matches!(before.as_str(), "pid" | "\"pid\":" | "\"ms\":") {
            let word = words.get_mut(at).unwrap();
            let number = word.trim_end_matches(',');
            if number.parse::<u64>().is_ok() {
                *word = word.replace(number, "[n]");
            }
        }
    }
    // The column of durations is as wide as the longest of them.
    if let Some(at) = words
        .iter()
        .rposition(|word| word == "ms" || word == "took")
    {
        while words.get(at + 2).is_some_and(String::is_empty)
            && words.get(at + 1).is_some_and(String::is_empty)
        {
            words.remove(at + 1);
        }
    }
    let line = words.join(" ");
    match line.strip_suffix('-') {
        Some(cells) if cells.contains(" pending ") => format!("{}     -", cells.trim_end()),
        _ => line,
    }
}

fn steady_word(word: &str) -> String {
    let is_moment =
        |text: &str| text.len() == 20 && text.ends_with('Z') && text.get(10..11) == Some("T");
    let bare = word.trim_matches(['"', ',', ')', '(']);
    if is_moment(bare) {
        return word.replace(bare, "2026-01-31T09:30:00Z");
    }
    let spoken = word.trim_matches(['(', ')', ';', ',', ':']);
    let number = spoken.trim_end_matches(char::is_alphabetic);
    if matches!(spoken.strip_prefix(number), Some("ms" | "s" | "µs"))
        && number.parse::<f64>().is_ok()
    {
        return word.replace(spoken, "[n]ms");
    }
    match word.split_once("127.0.0.1:") {
        Some((before, port)) => {
            let rest: String = port.chars().skip_while(char::is_ascii_digit).collect();
            format!("{before}127.0.0.1:[port]{rest}")
        }
        None => word.to_owned(),
    }
}

/// Compares with an inline snapshot.
macro_rules! check {
    ($place:expr, $arguments:expr, @$expected:literal) => {
        insta::assert_snapshot!($place.call(&$arguments), @$expected)
    };
}
pub(crate) use check;
