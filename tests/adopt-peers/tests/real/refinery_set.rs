//! refinery 0.10.

use migrate_check::Layout;
use migrate_fixtures::Server;
use refinery::{Runner, Target, load_sql_migrations};

use crate::{Project, TEXTS, assert_edit_is_found, assert_taken_over};

#[test]
fn a_database_of_refinery_is_taken_over() {
    let database = Server::shared().database();
    let project = Project::new(Layout::Refinery);
    for (at, text) in TEXTS.iter().enumerate() {
        let name = match at {
            7 => "U8__Unversioned_mood".to_owned(),
            _ => format!("V{}__step_no_{at}", at + 1),
        };
        project.write(&format!("{name}.sql"), text);
    }
    let mut migrations = load_sql_migrations(project.directory()).unwrap();
    // In the order of the directory otherwise, which is the file system's.
    migrations.sort();
    Runner::new(&migrations)
        .run(&mut database.client())
        .unwrap();
    assert_edit_is_found(&database, &project, "V6__step_no_5.sql", 6);
    assert_taken_over(
        &database,
        &project,
        12,
        "SELECT version::bigint, timezone('UTC', applied_on::timestamptz)::text FROM refinery_schema_history ORDER BY 1",
        "V13__next.sql",
        "V1__step_no_0.sql",
    );
    // And back: what was applied in between is recorded, and refinery finds nothing to do.
    let mut migrations = load_sql_migrations(project.directory()).unwrap();
    migrations.sort();
    let back = |target| {
        let runner = Runner::new(&migrations).set_target(target);
        runner.run(&mut database.client()).unwrap()
    };
    back(Target::Fake);
    assert!(back(Target::Latest).applied_migrations().is_empty());
    assert_eq!(
        database.value("SELECT count(*) FROM refinery_schema_history"),
        "13"
    );
}
