//! What the server says to the client of a run.

use std::sync::{Arc, Mutex};

use migrate_fixtures::Server;

use crate::set::{Set, versions};

#[test]
fn our_own_statements_cause_no_warnings() {
    let database = Server::shared().database();
    let mut config: postgres::Config = database.url().parse().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    config.notice_callback(move |notice| listener.lock().unwrap().push(notice.to_string()));
    let set = Set::new(&[
        ("001_t.sql", "CREATE TABLE t (a int)"),
        (
            "002_i.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);\nINSERT INTO later VALUES (1);",
        ),
        ("003_x.sql", "CREATE TABLE x (a int)"),
    ]);
    // So many that the history has an index.
    for version in 4..=500 {
        set.write(&format!("{version:03}_y.sql"), "SELECT 1");
    }
    let set = set.load();
    let mut client = config.connect(postgres::NoTls).unwrap();
    // As where another starter makes the table at the same moment.
    database.execute("CREATE TABLE schema_migrations_unsettled ()");
    set.run(&mut client).unwrap_err();
    database.execute("CREATE TABLE later (a int)");
    assert_eq!(versions(&set.run(&mut client).unwrap()).len(), 499);
    let heard = heard.lock().unwrap();
    let warned: Vec<_> = heard
        .iter()
        .filter(|notice| notice.starts_with("WARNING") || notice.contains("schema_migrations"))
        .collect();
    assert!(warned.is_empty(), "{warned:?}");
}
