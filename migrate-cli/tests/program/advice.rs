//! The help that the program prints with an error of the engine: each line is followed in a place of its own, and the
//! command then succeeds. What only a person can do is listed, with the reason.

use std::fs;
use std::thread;

use crate::mistakes::{MISTAKES, Mistake, ONE, TWO};
use crate::place::Place;

/// The help that is not followed here, by its first words.
const BY_HAND: [(&str, &str); 2] = [
    (
        "if the files are embedded in a program",
        "here they are not",
    ),
    (
        "else the server's pg_hba.conf decides",
        "the file is the server's",
    ),
];

#[test]
fn each_line_of_help_leads_out_of_the_mistake() {
    let by_hand: Vec<&str> = thread::scope(|scope| {
        let all: Vec<_> = MISTAKES
            .iter()
            .map(|(name, mistake)| scope.spawn(|| try_help(name, mistake)))
            .collect();
        all.into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect()
    });
    for (words, _) in BY_HAND {
        assert!(by_hand.contains(&words), "no help says: {words}");
    }
}

/// Follows each line of help, in a place of its own; returns what was left to do by hand.
fn try_help(name: &str, mistake: &Mistake) -> Vec<&'static str> {
    let mut by_hand = Vec::new();
    let lines = help(&(mistake.make)(), mistake.command);
    assert!(!lines.is_empty(), "{name}: no help");
    for at in 0..lines.len() {
        let mut place = (mistake.make)();
        // With the process ids and names of this place.
        let line = help(&place, mistake.command).swap_remove(at);
        if let Some((words, _)) = BY_HAND.iter().find(|(words, _)| line.contains(words)) {
            by_hand.push(*words);
            continue;
        }
        let command = follow(&mut place, mistake.command, &line);
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let now = place.call(&arguments);
        assert!(now.starts_with("exit: 0"), "{name}: {line}\n{now}");
        place.call(&["database", "drop", "--yes"]);
    }
    by_hand
}

/// The lines of help with which a command fails.
fn help(place: &Place, command: &[&str]) -> Vec<String> {
    let output = place.command(command).output().unwrap();
    assert!(!output.status.success(), "{command:?} succeeds");
    let printed = String::from_utf8(output.stderr).unwrap();
    let lines = printed.lines();
    lines
        .filter_map(|line| line.trim_start().strip_prefix("= help: "))
        .map(str::to_owned)
        .collect()
}

/// Does what a line of help says; returns the command that has to succeed then.
fn follow(place: &mut Place, command: &[&str], line: &str) -> Vec<String> {
    let mut command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
    let quoted: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
    let first = quoted.first().copied().unwrap_or_default();
    if line.contains("then run `migrate repair --applied") {
        // Of the two answers, that its effects are complete.
        migrate(place, first);
    } else if first == "migrate baseline VERSION" {
        migrate(place, "migrate baseline 1");
    } else if line.starts_with("revert version 1 again") {
        migrate(place, "migrate revert");
    } else if let Some(call) = first.strip_prefix("migrate ") {
        migrate(place, first);
        if let Some(adopt) = first.strip_suffix(" --dry-run") {
            migrate(place, adopt);
        } else if !["repair", "database", "create"]
            .iter()
            .any(|name| call.starts_with(name))
        {
            // It says what to know, or does in another way what was asked for.
            command = vec!["status".to_owned()];
        }
    } else if line.starts_with("leave out `") {
        command.retain(|word| word != first);
    } else if line.starts_with("give `--allow missing`") {
        command.extend(first.split(' ').map(str::to_owned));
    } else if line.contains("`--schema` and `--table`") {
        command.extend(["--schema", "apart", "--table", "history"].map(str::to_owned));
        if line.starts_with("if another program") {
            // It is another database then, as far as these migrations know.
            place.database.execute("DROP TABLE IF EXISTS one, two");
        } else {
            place.database.execute("DROP TABLE IF EXISTS one");
        }
    } else if line.starts_with("run `")
        || ["end it: `", "create it again", "create it as a superuser"]
            .iter()
            .any(|words| line.contains(words))
    {
        place.database.execute(first);
    } else if line.starts_with("drop what is there") {
        // CONCURRENTLY takes a message of its own.
        place.database.client().batch_execute(first).unwrap();
    } else if line.starts_with("end the blocking session")
        || line.starts_with("wait for it to finish")
    {
        place.other = None;
        if let Some(wait) = quoted.get(1) {
            command.truncate(1);
            command.extend(wait.split(' ').map(str::to_owned));
        }
    } else {
        follow_in_files(place, &mut command, line, first);
    }
    command
}

#[expect(clippy::panic, reason = "a test fails by panicking")]
fn follow_in_files(place: &Place, command: &mut Vec<String>, line: &str, first: &str) {
    let rename = |from: &str, to: &str| {
        let at = |name: &str| place.path().join("migrations").join(name);
        fs::rename(at(from), at(to)).unwrap();
    };
    if line.starts_with("restore the file if")
        || line.starts_with("restore the file as it was applied")
    {
        place.write("migrations/0001_one.sql", ONE.1);
        let _ = fs::remove_file(place.path().join("migrations/0003_one.sql"));
    } else if line.starts_with("restore the file of version 1") {
        place.write(
            "migrations/0001_one.sql",
            "-- migrate: no-transaction\nCREATE TABLE one (id int);\nSELECT 1/(SELECT count(*) FROM one);\n",
        );
    } else if line.contains("restore its name and its text") {
        rename("0002_jobs.sql", "0002_two.sql");
        place.write("migrations/0002_two.sql", TWO.1);
    } else if line.contains("rename it to a version above 2") {
        rename("0002_jobs.sql", "0003_jobs.sql");
        place.write("migrations/0002_two.sql", TWO.1);
    } else if line.starts_with("rename it to a version above 3") {
        rename("0002_two.sql", "0004_two.sql");
    } else if line.starts_with("write `-- migrate: out-of-order`") {
        place.write("migrations/0002_two.sql", &format!("{first}\n{}", TWO.1));
    } else if line.starts_with("put the statement into a file of its own") {
        place.write(
            "migrations/0001_one.sql",
            &format!("{first}\nCALL commits();\n"),
        );
    } else if line.starts_with("remove what makes the transaction read-only") {
        place.write("migrations/0001_one.sql", ONE.1);
    } else if line.starts_with("add a down file") {
        place.write("migrations/0001_one.down.sql", "DROP TABLE one;\n");
    } else if line.starts_with("choose a version from 1 to 2") {
        "2".clone_into(command.last_mut().unwrap());
    } else if line.starts_with("fix the cause and run again") {
        place.write(
            "migrations/0001_one.sql",
            "-- migrate: no-transaction\nCREATE TABLE one (id int);\nCREATE INDEX CONCURRENTLY i ON one (id);\n",
        );
    } else if line.starts_with("if it is elsewhere, name it with `--dir`") {
        place.write("elsewhere/0001_one.sql", ONE.1);
        command.extend(["--dir", "elsewhere"].map(str::to_owned));
    } else {
        panic!("nothing here follows this help, or says why not: {line}");
    }
}

/// Runs a command as it is printed.
fn migrate(place: &Place, printed: &str) {
    let words = printed
        .split(' ')
        .skip(1)
        .map(|word| word.trim_matches('"'));
    let printed = place.call(&words.collect::<Vec<_>>());
    assert!(printed.starts_with("exit: 0"), "{printed}");
}
