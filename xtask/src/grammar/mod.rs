//! `cargo xtask grammar`: PostgreSQL's grammar as tables.
//!
//! PostgreSQL's parser is an LALR(1) automaton that bison makes from `gram.y`. The automaton is
//! data, and data is all that is taken: bison runs over the release's own files, and what it
//! computes is written, in the form `migrate-check` reads, to `migrate-sql/src/grammar/postgresql/`.
//! The same source and the same bison give the same bytes.

mod automaton;
mod encode;
mod keywords;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, process};

use sha2::{Digest, Sha256};

use crate::{Outcome, postgresql_source};
use automaton::Automaton;
use keywords::Keyword;

/// Runs the task with its command-line arguments.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut source = None;
    let mut check = false;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--source" => source = arguments.next().map(PathBuf::from),
            "--check" => check = true,
            other => return Err(format!("unknown argument `{other}`").into()),
        }
    }
    let source = match source {
        Some(source) => source,
        None => postgresql_source::find()?,
    };
    let files = generate(&source)?;
    let target =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrate-sql/src/grammar/postgresql");
    for (name, contents) in files {
        let path = target.join(name);
        if !check {
            fs::create_dir_all(&target)?;
            fs::write(&path, contents)?;
        } else if fs::read(&path)? != contents {
            return Err(format!("{name} differs from what {} gives", source.display()).into());
        }
    }
    Ok(())
}

/// The files of the table folder, by name.
fn generate(source: &Path) -> Outcome<Vec<(&'static str, Vec<u8>)>> {
    let version = read_version(source)?;
    let (bison, program) = run_bison(&source.join("src/backend/parser/gram.y"))?;
    let automaton = Automaton::read(&program)?;
    let keywords = Keyword::read_all(&fs::read_to_string(
        source.join("src/include/parser/kwlist.h"),
    )?)?;
    let symbols = encode::symbol_lines(&automaton, &version);
    let words = encode::keyword_lines(&keywords, &version);
    let encoded = encode::tables(&automaton, &keywords, &symbols)?;
    let facts = encode::facts(
        &automaton,
        &encoded,
        &version,
        &bison,
        &digest(&encoded, &symbols, &words),
    );
    Ok(vec![
        ("tables.bin", encoded.bytes),
        ("symbols.txt", symbols.into_bytes()),
        ("keywords.txt", words.into_bytes()),
        ("facts.rs", facts.into_bytes()),
        ("LICENSE", fs::read(source.join("COPYRIGHT"))?),
    ])
}

/// One digest over everything the parser reads, file by file.
fn digest(encoded: &encode::Encoded, symbols: &str, words: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(&encoded.bytes);
    hash.update(symbols);
    hash.update(words);
    let mut digest = String::new();
    for byte in hash.finalize() {
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

/// The release's version, e.g. `18.6`.
fn read_version(source: &Path) -> Outcome<String> {
    let configure = fs::read_to_string(source.join("configure"))
        .map_err(|error| format!("{} is no PostgreSQL source: {error}", source.display()))?;
    let version = configure
        .lines()
        .find_map(|line| line.strip_prefix("PACKAGE_VERSION='")?.strip_suffix('\''))
        .ok_or("`configure` names no PACKAGE_VERSION")?;
    Ok(version.to_owned())
}

/// bison's version and the C file it makes.
fn run_bison(grammar: &Path) -> Outcome<(String, String)> {
    let folder = tempfile::tempdir()?;
    let output = folder.path().join("gram.c");
    let status = process::Command::new("bison")
        .arg("-Wno-deprecated")
        .arg("--output")
        .arg(&output)
        .arg(grammar)
        .status()
        .map_err(|error| format!("could not start bison (package `bison`): {error}"))?;
    if !status.success() {
        return Err(format!("bison refused {}", grammar.display()).into());
    }
    let said = process::Command::new("bison")
        .arg("--version")
        .output()?
        .stdout;
    let said = String::from_utf8(said)?;
    let version = said
        .lines()
        .next()
        .and_then(|line| line.rsplit(' ').next())
        .ok_or("bison names no version")?;
    Ok((version.to_owned(), fs::read_to_string(output)?))
}
