//! `cargo xtask functions`: the names of the functions that PostgreSQL and its extensions bring, asked of servers of every
//! supported version.
//!
//! A name is PostgreSQL's own, or that of an extension's author; all of these are under the PostgreSQL License.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use migrate_fixtures::{Options, Server, Wanted};

use crate::Outcome;
use crate::cargo::root;
use crate::versions::SUPPORTED;

const LIST: &str = "migrate-check/src/resolve/functions.txt";

/// Catalogs whose names are asked for as well, each in a list of its own, and the column that has them.
const CATALOGS: [(&str, &str); 2] = [("pg_am", "amname"), ("pg_language", "lanname")];

/// By extension; `pg_catalog` is PostgreSQL itself.
type Names = BTreeMap<String, BTreeSet<String>>;

/// Adds what the servers have to the list; with `--check`, says what is not in it. What only a server has that is not asked
/// here stays: extensions that this machine has not, and functions that a later release has dropped.
pub(crate) fn run(options: &[String]) -> Outcome {
    let check = options.iter().any(|option| option == "--check");
    let path = root().join(LIST);
    let committed = fs::read_to_string(&path)?;
    let mut names = read(&committed);
    for major in SUPPORTED {
        ask(major, &mut names)?;
    }
    let list = show(&names);
    if list == committed {
        eprintln!("functions: {LIST} has them all");
        return Ok(());
    }
    if check {
        let known: BTreeSet<&str> = committed.lines().collect();
        let new: Vec<&str> = list.lines().filter(|name| !known.contains(name)).collect();
        return Err(format!("functions: {LIST} lacks {}", new.join(", ")).into());
    }
    fs::write(path, list)?;
    eprintln!("functions: {LIST} is written");
    Ok(())
}

fn ask(major: u32, names: &mut Names) -> Outcome {
    let server = Server::start(&Options::new().wanted(Wanted::Major(major)))?;
    let database = server.database();
    let own =
        "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace";
    let found = database.rows(own).into_iter().flatten();
    names
        .entry("pg_catalog".to_owned())
        .or_default()
        .extend(found);
    for (catalog, column) in CATALOGS {
        let found = database.rows(&format!("SELECT {column} FROM {catalog}"));
        let found = found.into_iter().flatten();
        names.entry(catalog.to_owned()).or_default().extend(found);
    }
    for extension in database.rows("SELECT name, version FROM pg_available_extension_versions") {
        let [name, version] = extension.as_slice() else {
            continue;
        };
        let mut client = database.client();
        let mut transaction = client.transaction()?;
        // Some want a setting of the server that it does not have, or a language.
        let create = format!("CREATE EXTENSION \"{name}\" VERSION '{version}' CASCADE");
        if transaction.batch_execute(&create).is_err() {
            continue;
        }
        let of = "SELECT e.extname::text, p.proname::text FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid \
             JOIN pg_proc p ON p.oid = d.objid WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' \
             AND d.refclassid = 'pg_extension'::regclass";
        for row in transaction.query(of, &[])? {
            names.entry(row.get(0)).or_default().insert(row.get(1));
        }
        for (catalog, column) in CATALOGS {
            for row in transaction.query(&format!("SELECT {column}::text FROM {catalog}"), &[])? {
                names
                    .entry(catalog.to_owned())
                    .or_default()
                    .insert(row.get(0));
            }
        }
    }
    Ok(())
}

fn read(list: &str) -> Names {
    let mut names = Names::new();
    let mut of = String::new();
    for line in list.lines() {
        if let Some(extension) = line.strip_prefix('[') {
            extension.trim_end_matches(']').clone_into(&mut of);
        } else {
            names.entry(of.clone()).or_default().insert(line.to_owned());
        }
    }
    names
}

/// PostgreSQL's own first.
fn show(names: &Names) -> String {
    let mut list = String::new();
    let own = names.iter().filter(|(of, _)| *of == "pg_catalog");
    let others = names.iter().filter(|(of, _)| *of != "pg_catalog");
    for (of, names) in own.chain(others) {
        let _ = writeln!(list, "[{of}]");
        for name in names {
            let _ = writeln!(list, "{name}");
        }
    }
    list
}
