//! `cargo xtask meaning`: what the build says of names, measured against a server.
//!
//! A set that a server applies is not refused; neither is a statement of PostgreSQL's regression suite that the server
//! takes. Of sets with one mistake, drawn with a seed, it counts what the server refuses and the build refuses at the
//! same statement. With `--downs` it runs each down file, too, after the file that it reverts. `sets.txt` lists public sets for `--sets`, with the commits that it was last run on; `--suite` is
//! `src/test/regress` of a source release.

mod downs;
mod mutants;
mod set;
mod suite;
mod verdicts;

use std::fs;
use std::path::{Path, PathBuf};

use migrate_fixtures::{Options, Server, Wanted};
use postgres::{Client, Config, NoTls};

use self::set::Set;
use self::verdicts::Verdicts;
use crate::Outcome;
use crate::cargo::root;

/// Where the sets of the repository are.
const OWN: [&str; 3] = ["", "examples/clients", "examples/pools"];

/// What is asked for.
struct Request {
    sets: Option<PathBuf>,
    suite: Option<PathBuf>,
    url: Option<String>,
    seed: u64,
    mutants: usize,
    downs: bool,
}

/// Runs what is asked for; fails where a valid statement is refused.
pub(crate) fn run(options: &[String]) -> Outcome {
    let request = Request::read(options)?;
    let server = if request.url.is_none() {
        let options = Options::new().wanted(Wanted::from_environment());
        Some(Server::start(&options).map_err(|failure| failure.to_string())?)
    } else {
        None
    };
    let url = match (&request.url, &server) {
        (Some(url), _) => url.clone(),
        (None, Some(server)) => server.url("postgres"),
        (None, None) => return Err("no server".into()),
    };
    let oracle = Oracle {
        config: url.parse()?,
    };
    let verdicts = Verdicts::of(&oracle)?;
    let mut refused = 0;
    let mut sets = Vec::new();
    for own in OWN {
        sets.push(Set::read(&root().join(own), "migrations"));
    }
    for folder in request.sets.iter().flat_map(|folder| list(folder)) {
        sets.push(Set::read(&folder, "migrations"));
    }
    let mut valid = Vec::new();
    let mut statements = 0;
    for set in sets {
        let verdict = set.compare(&oracle, &verdicts)?;
        println!("{verdict}");
        refused += verdict.refused.len();
        if request.downs {
            let counts = downs::compare(&oracle, &set)?;
            println!("    {counts}");
            refused += counts.wrong.len();
        }
        statements += verdict.statements;
        if verdict.stopped.is_none() {
            valid.push(set);
        }
    }
    println!("sets: {statements} statements that the server takes, {refused} refused");
    if let Some(suite) = &request.suite {
        refused += suite::compare(&oracle, suite)?;
    }
    if request.mutants > 0 {
        refused += mutants::compare(&oracle, &verdicts, &valid, request.seed, request.mutants)?;
    }
    if refused > 0 {
        return Err(format!("{refused} valid statements are refused").into());
    }
    Ok(())
}

impl Request {
    fn read(options: &[String]) -> Outcome<Self> {
        let mut request = Self {
            sets: None,
            suite: None,
            url: None,
            seed: 1,
            mutants: 20,
            downs: false,
        };
        let mut options = options.iter();
        while let Some(option) = options.next() {
            if option == "--downs" {
                request.downs = true;
                continue;
            }
            let value = options
                .next()
                .ok_or_else(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--sets" => request.sets = Some(PathBuf::from(value)),
                "--suite" => request.suite = Some(PathBuf::from(value)),
                "--database-url" => request.url = Some(value.clone()),
                "--seed" => request.seed = value.parse()?,
                "--mutants" => request.mutants = value.parse()?,
                _ => return Err(format!("unknown option {option}").into()),
            }
        }
        Ok(request)
    }
}

/// The folders in a folder, in order.
fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.join("migrations").is_dir())
        .collect();
    folders.sort();
    folders
}

/// A server that says what is valid.
struct Oracle {
    config: Config,
}

impl Oracle {
    /// Runs `work` in a database of its own.
    fn within<T>(&self, work: impl FnOnce(&mut Client) -> Outcome<T>) -> Outcome<T> {
        let mut admin = self.config.connect(NoTls)?;
        let name = format!("meaning_{}", std::process::id());
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        admin.batch_execute(&format!("CREATE DATABASE {name} STRATEGY file_copy"))?;
        let mut config = self.config.clone();
        config.dbname(&name);
        let result = {
            let mut client = config.connect(NoTls)?;
            client
                .batch_execute("SET statement_timeout = '20s'; SET client_min_messages = error")?;
            work(&mut client)
        };
        // What the regression suite leaves, such as a replication slot, may keep the database; the server ends anyway.
        let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        result
    }
}
