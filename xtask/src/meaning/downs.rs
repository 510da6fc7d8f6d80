//! Down files: each is run on a server after the file that it reverts, and compared with what the build says of it.

use std::fmt;

use migrate_check::Transaction;
use migrate_sql::splitter::analyse;
use postgres::Client;

use super::Oracle;
use super::set::{Down, Script, Set, apply, find_in_downs, split};
use crate::Outcome;

/// What both say of the down files of a set.
#[derive(Default)]
pub(super) struct Counts {
    /// How many the server has run to their end, or up to an error.
    pub(super) files: usize,
    /// How many of these fail.
    pub(super) failing: usize,
    /// How many of these the build refuses at the same statement.
    pub(super) agreed: usize,
    /// Those that work, and that the build refuses.
    pub(super) wrong: Vec<String>,
}

/// Runs every down file of a set after its up file, and takes it back.
pub(super) fn compare(oracle: &Oracle, set: &Set) -> Outcome<Counts> {
    let files = set.files.as_slice();
    let mut counts = Counts::default();
    if files.iter().all(|file| file.down.is_none()) {
        return Ok(counts);
    }
    let found = find_in_downs(files, &set.settings);
    let statements = split(files);
    oracle.within(|client| {
        for (number, (file, statements)) in files.iter().zip(&statements).enumerate() {
            let (file, statements) = (std::slice::from_ref(file), std::slice::from_ref(statements));
            if apply(client, file, statements)?.is_some() {
                break;
            }
            let Some(down) = file.first().and_then(|file: &Script| file.down.as_ref()) else {
                continue;
            };
            let failed = match revert(client, down)? {
                Reverted::Untried => continue,
                Reverted::Whole => None,
                Reverted::Fails(at, message) => Some((at, message)),
            };
            let name = format!("{:06}_f.down.sql", number + 1);
            let refused = found.iter().find(|(of, ..)| *of == name);
            let analysis = analyse(&down.text);
            let refused_at = refused.and_then(|(_, start, ..)| {
                let mut ranges = analysis.statements.iter();
                ranges.position(|statement| *start < statement.range.end)
            });
            counts.files += 1;
            let shown = file.first().map_or("", |file| file.name.as_str());
            match (failed, refused_at) {
                (Some((at, message)), refused_at) => {
                    counts.failing += 1;
                    if refused_at == Some(at) {
                        counts.agreed += 1;
                    } else if refused_at.is_some_and(|refused_at| refused_at < at) {
                        counts.wrong.push(shown.to_owned());
                    } else {
                        println!(
                            "    not found: {shown}, down, statement {}: {message}",
                            at + 1
                        );
                    }
                }
                (None, Some(at)) => {
                    let message = refused.map_or("", |(.., message)| message.as_str());
                    counts
                        .wrong
                        .push(format!("{shown}, down, statement {}: {message}", at + 1));
                }
                (None, None) => {}
            }
        }
        Ok(())
    })?;
    Ok(counts)
}

/// What becomes of a down file.
enum Reverted {
    /// It cannot be tried in a transaction.
    Untried,
    Whole,
    /// It fails at this statement, with this message.
    Fails(usize, String),
}

/// Runs a down file in a transaction that is rolled back.
fn revert(client: &mut Client, down: &Down) -> Outcome<Reverted> {
    let lower = down.text.to_ascii_lowercase();
    let ends = ["concurrently", "commit;", "rollback;", "begin;"];
    if down.transaction != Transaction::Single || ends.iter().any(|word| lower.contains(word)) {
        return Ok(Reverted::Untried);
    }
    client.batch_execute("BEGIN")?;
    let mut reverted = Reverted::Whole;
    for (at, statement) in analyse(&down.text).statements.iter().enumerate() {
        let text = down.text.get(statement.range.clone()).unwrap_or_default();
        if let Err(error) = client.batch_execute(text) {
            let message = error
                .as_db_error()
                .map_or_else(|| error.to_string(), |error| error.message().to_owned());
            reverted = Reverted::Fails(at, message);
            break;
        }
    }
    client.batch_execute("ROLLBACK")?;
    Ok(reverted)
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} down files, of which {} fail on the server and {} are refused at the same statement; {} refused that work",
            self.files,
            self.failing,
            self.agreed,
            self.wrong.len()
        )?;
        for wrong in &self.wrong {
            write!(f, "\n    REFUSED {wrong}")?;
        }
        Ok(())
    }
}
