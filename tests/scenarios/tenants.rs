//! One set in many schemas, and several sets in one database.

use std::sync::Mutex;
use std::thread;

use migrate_fixtures::{Database, Proxy, Server};
use migrate_runtime::{HistoryTable, Migrations, Tenants, TenantsReport};

use crate::set::{
    DRIVERS, Driver, Set, connect, connect_sqlx, connect_sqlx_0_8, runtime, versions,
    with_each_driver,
};

fn set() -> Set {
    Set::new(&[
        (
            "1_a.sql",
            "CREATE TABLE a (id int); INSERT INTO a VALUES (1)",
        ),
        (
            "2_i.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY a_id ON a (id);",
        ),
        (
            "3_b.sql",
            "SET search_path TO pg_catalog; RESET search_path",
        ),
        ("4_c.sql", "CREATE TABLE c (id int)"),
    ])
}

fn names(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("Tenant \"{number}\""))
        .collect()
}

fn run(
    driver: Driver,
    database: &Database,
    tenants: &Tenants<'_>,
    connections: usize,
) -> TenantsReport {
    run_at(driver, &database.url(), tenants, connections)
}

fn run_at(driver: Driver, url: &str, tenants: &Tenants<'_>, connections: usize) -> TenantsReport {
    match driver {
        Driver::Postgres => {
            let connect = |_| postgres::Client::connect(url, postgres::NoTls).unwrap();
            let mut clients: Vec<_> = (0..connections).map(connect).collect();
            tenants.run(&mut clients)
        }
        Driver::TokioPostgres => runtime().block_on(async {
            let mut clients = Vec::new();
            for _ in 0..connections {
                clients.push(connect(url).await);
            }
            tenants.run_async(&mut clients).await
        }),
        Driver::Sqlx => runtime().block_on(async {
            let mut clients = Vec::new();
            for _ in 0..connections {
                clients.push(connect_sqlx(url).await);
            }
            tenants.run_async(&mut clients).await
        }),
        Driver::Sqlx08 => runtime().block_on(async {
            let mut clients = Vec::new();
            for _ in 0..connections {
                clients.push(connect_sqlx_0_8(url).await);
            }
            tenants.run_async(&mut clients).await
        }),
    }
}

#[test]
fn every_schema_gets_the_set_and_a_history_of_its_own() {
    with_each_driver(|driver, database| {
        let set = set().load();
        let seen = Mutex::new(std::collections::BTreeSet::new());
        let tenants = set.runner().tenants(names(12)).observer(|schema, _| {
            seen.lock().unwrap().insert(schema.to_owned());
        });
        let report = run(driver, database, &tenants, 3);
        assert_eq!(report.failed().count(), 0, "{report}");
        assert_eq!(report.tenants.len(), 12);
        for tenant in &report.tenants {
            assert_eq!(versions(tenant.result.as_ref().unwrap()), [1, 2, 3, 4]);
        }
        assert!(run(driver, database, &tenants, 3).is_noop());
        drop(tenants);
        assert_eq!(seen.into_inner().unwrap().len(), 12);
        assert_eq!(
            database.value("SELECT count(*) FROM pg_tables WHERE schemaname LIKE 'Tenant%' AND tablename IN ('a', 'c', 'schema_migrations')"),
            "36"
        );
        assert_eq!(
            database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"),
            "0"
        );
        assert!(database.invalid_indexes().is_empty());
    });
}

#[test]
fn a_tenant_that_fails_does_not_stop_the_others() {
    with_each_driver(|driver, database| {
        let set = set().load();
        database.execute(
            "CREATE SCHEMA \"Tenant \"\"1\"\"\"; CREATE TABLE \"Tenant \"\"1\"\"\".c (id int)",
        );
        database.execute("CREATE SCHEMA \"Tenant \"\"3\"\"\"; CREATE TABLE \"Tenant \"\"3\"\"\".schema_migrations (version int)");
        let tenants = set.runner().tenants(names(6));
        let report = run(driver, database, &tenants, 2);
        let failed: Vec<_> = report
            .failed()
            .map(|(schema, _)| schema.to_owned())
            .collect();
        assert_eq!(failed, ["Tenant \"1\"", "Tenant \"3\""]);
        let error = report.tenants[1].result.as_ref().unwrap_err();
        assert_eq!(
            (error.version(), versions(error.report())),
            (Some(4), vec![1, 2, 3])
        );
        assert_eq!(
            versions(report.tenants[5].result.as_ref().unwrap()),
            [1, 2, 3, 4]
        );
        assert!(
            report.to_string().ends_with("6 schemas, 2 failed"),
            "{report}"
        );
    });
}

/// Schemas whose history is that of the first, without running anything in each.
fn copies(database: &Database, set: &Migrations, count: usize) {
    DRIVERS[0]
        .run(
            database,
            set.runner()
                .table(HistoryTable::new("Tenant \"0\"", "schema_migrations").unwrap()),
        )
        .unwrap();
    database.execute(&format!(
        "DO $$ BEGIN FOR n IN 1..{} LOOP
            EXECUTE format('CREATE SCHEMA %I', format('Tenant \"%s\"', n));
            EXECUTE format('CREATE TABLE %I.schema_migrations (LIKE \"Tenant \"\"0\"\"\".schema_migrations INCLUDING ALL)', format('Tenant \"%s\"', n));
            EXECUTE format('INSERT INTO %I.schema_migrations (version, name, checksum, state) SELECT version, name, checksum, state FROM \"Tenant \"\"0\"\"\".schema_migrations', format('Tenant \"%s\"', n));
        END LOOP; END $$",
        count - 1
    ));
}

#[test]
fn a_thousand_current_tenants_cost_a_few_round_trips_in_all() {
    let set = Set::new(&[("1_a.sql", "SELECT 1"), ("2_b.sql", "SELECT 2")]).load();
    let proxy = Proxy::start(Server::shared());
    let database = Server::shared().database();
    copies(&database, &set, 1_000);
    let url = database.url_through("postgres", proxy.port());
    for driver in DRIVERS {
        proxy.reset();
        let report = run_at(driver, &url, &set.runner().tenants(names(1_000)), 2);
        assert!(report.is_noop(), "{report}");
        assert_eq!(report.tenants[999].result.as_ref().unwrap().current, 2);
        assert_eq!(proxy.counts().turns, 6);
    }
    // One that is not current costs what it costs alone.
    database.execute("DELETE FROM \"Tenant \"\"7\"\"\".schema_migrations WHERE version = 2; UPDATE \"Tenant \"\"9\"\"\".schema_migrations SET checksum = '' WHERE version = 1");
    proxy.reset();
    let report = run_at(DRIVERS[0], &url, &set.runner().tenants(names(1_000)), 2);
    assert_eq!(versions(report.tenants[7].result.as_ref().unwrap()), [2]);
    assert!(report.tenants[9].result.as_ref().unwrap_err().is_drift());
    assert_eq!(proxy.counts().turns, 6 + 2 + 1);
}

#[test]
fn no_more_tenants_are_at_work_at_once_than_there_are_connections() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[(
            "1_a.sql",
            "CREATE TABLE a AS SELECT pg_backend_pid() AS pid",
        )])
        .load();
        let report = run(driver, database, &set.runner().tenants(names(9)), 3);
        assert_eq!(report.failed().count(), 0, "{report}");
        let each: Vec<String> = names(9)
            .iter()
            .map(|name| format!("SELECT pid FROM \"{}\".a", name.replace('"', "\"\"")))
            .collect();
        let used: usize = database
            .value(&format!(
                "SELECT count(DISTINCT pid) FROM ({}) AS used",
                each.join(" UNION ALL ")
            ))
            .parse()
            .unwrap();
        assert!((1..=3).contains(&used), "{used}");
    });
}

#[test]
fn a_lost_connection_leaves_its_tenants_to_the_others() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_a.sql", "CREATE TABLE a (id int)")]).load();
        let kills = Set::new(&[(
            "1_k.sql",
            "CREATE TABLE k (id int); SELECT pg_terminate_backend(pg_backend_pid())",
        )])
        .load();
        // Each connection is lost with its first tenant, and no connection is left for the rest.
        let report = run(driver, database, &kills.runner().tenants(names(5)), 2);
        assert!(
            report.failed().all(|(_, error)| error.is_connection()),
            "{report}"
        );
        assert_eq!(report.failed().count(), 5);
        let report = run(driver, database, &set.runner().tenants(names(5)), 2);
        assert_eq!(report.failed().count(), 0, "{report}");
    });
}

#[test]
fn two_sets_with_tables_of_their_own_neither_see_nor_hinder_each_other() {
    let database = Server::shared().database();
    let sets = ["one", "two"].map(|name| {
        Set::new(&[
            ("1_a.sql", &format!("CREATE TABLE {name} (id int); SELECT pg_sleep(0.2)")),
            ("2_i.sql", &format!("-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY {name}_id ON {name} (id);")),
        ])
        .load()
    });
    // The same new schema, so that making it is raced, too.
    let table = |at: usize| HistoryTable::new("libraries", format!("history_{at}")).unwrap();
    thread::scope(|scope| {
        for starter in 0..8 {
            let (sets, database) = (&sets, &database);
            scope.spawn(move || {
                let runner = sets[starter % 2].runner().table(table(starter % 2));
                DRIVERS[(starter / 2) % 2].run(database, runner).unwrap();
            });
        }
    });
    for (at, set) in sets.iter().enumerate() {
        let status = DRIVERS[at]
            .status(&database.url(), set.runner().table(table(at)))
            .unwrap();
        assert!(
            status.is_current() && status.entries.len() == 2,
            "{status:?}"
        );
    }
    assert!(database.invalid_indexes().is_empty());
    database.assert_quiet();
}

#[test]
fn a_tenant_s_search_path_is_the_session_s_own_again_afterwards() {
    let database = Server::shared().database();
    let set = set().load();
    let mut clients = [database.client()];
    clients[0]
        .batch_execute("SET search_path TO pg_temp")
        .unwrap();
    let report = set.runner().tenants(names(2)).run(&mut clients);
    assert_eq!(report.failed().count(), 0, "{report}");
    let row = clients[0].query_one("SHOW search_path", &[]).unwrap();
    assert_eq!(row.get::<_, &str>(0), "pg_temp");
}
