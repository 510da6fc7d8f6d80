//! `cargo xtask grammar-compare`: our parser's verdicts beside those of a server.
//!
//! The statements are those of PostgreSQL's regression suite, and then the valid ones of them with one
//! edit each. The server is asked only to parse, never to run: see [`oracle`].

mod corpus;
mod mutation;
mod oracle;
mod tally;

use std::path::{Path, PathBuf};

use migrate_sql::{grammar, splitter};

use crate::{Outcome, postgresql_source};
use corpus::Corpus;
use oracle::{Oracle, Verdict};
use tally::Tally;

/// How many edited statements are compared unless `--mutations` says otherwise.
const MUTATIONS: usize = 20_000;

/// Runs the task with its command-line arguments.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut source = None;
    let mut mutations = MUTATIONS;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--source" => source = arguments.next().map(PathBuf::from),
            "--mutations" => {
                let count = arguments.next().ok_or("--mutations wants a number")?;
                mutations = count.parse()?;
            }
            other => return Err(format!("unknown argument `{other}`").into()),
        }
    }
    let source = match source.map_or_else(postgresql_source::find, Ok) {
        Ok(source) => source,
        Err(reason) => {
            println!("SKIPPED: PostgreSQL's regression suite cannot be had: {reason}");
            return Ok(());
        }
    };
    let mut oracle = match Oracle::start(18) {
        Ok(oracle) => oracle,
        Err(reason) => {
            println!("SKIPPED: there is no PostgreSQL 18 to compare with: {reason}");
            return Ok(());
        }
    };
    println!(
        "grammar of PostgreSQL {}, server {}",
        grammar::VERSION,
        oracle.version
    );
    let corpus = Corpus::read(&source.join("src/test/regress/sql"))?;
    println!(
        "{} files; valid statements split differently by the splitter, after a broken one: {} files",
        corpus.files,
        corpus.split_otherwise.len()
    );
    for file in &corpus.split_otherwise {
        println!("  {file}");
    }
    let statements = corpus.statements;
    let (suite, valid) = compare_suite(&mut oracle, &statements)?;
    suite.print("regression suite");
    let edited = compare_mutations(&mut oracle, &valid, mutations)?;
    edited.print("one edit");
    if suite.is_exact() && edited.is_exact() {
        Ok(())
    } else {
        Err("the verdicts differ by more than is allowed".into())
    }
}

/// Compares every statement; the valid ones are the seed of the mutations.
fn compare_suite<'a>(
    oracle: &mut Oracle,
    statements: &'a [String],
) -> Outcome<(Tally, Vec<&'a str>)> {
    let mut tally = Tally::default();
    let mut valid = Vec::new();
    for statement in statements {
        let theirs = oracle.judge(statement)?;
        if theirs == Verdict::Valid {
            valid.push(statement.as_str());
        }
        tally.add(statement, &judge(statement), &theirs);
    }
    Ok((tally, valid))
}

/// Edits statements spread evenly over the valid ones, and compares.
fn compare_mutations(oracle: &mut Oracle, valid: &[&str], count: usize) -> Outcome<Tally> {
    let mut tally = Tally::default();
    let mut editor = mutation::Editor::default();
    for turn in 0..count {
        let Some(statement) = valid.get(turn * valid.len() / count) else {
            continue;
        };
        if let Some(edited) = editor.edit(statement) {
            let theirs = oracle.judge(&edited)?;
            tally.add(&edited, &judge(&edited), &theirs);
        }
    }
    Ok(tally)
}

/// Our own verdict: the grammar's, or else that psql's commands are no SQL, which a rule of its own says.
fn judge(text: &str) -> Verdict {
    let analysis = splitter::analyse(text);
    let parsed = grammar::parse(text, &analysis.tokens, &analysis.faults);
    let refusal = parsed.refusals().next();
    let mut commands = analysis.tokens.iter();
    let command = commands.find(|token| token.is_char(b'\\'));
    let (message, at) = match (refusal, command) {
        (None, None) => return Verdict::Valid,
        (Some(refusal), None) => (refusal.message(text), refusal.span.start),
        (Some(refusal), Some(command)) if refusal.span.start < command.start => {
            (refusal.message(text), refusal.span.start)
        }
        (_, Some(command)) => ("syntax error at or near \"\\\"".to_owned(), command.start),
    };
    let before = text.get(..at).unwrap_or_default();
    Verdict::Refused {
        message,
        character: before.chars().count() + 1,
    }
}

/// The files of a directory that end in `.sql`, in order of name.
fn list_files(directory: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
