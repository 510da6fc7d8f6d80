//! The ways that the rules name for partitioned tables, gone on a server.

use migrate_fixtures::Server;

use crate::effects::Effects;
use crate::observer::Observer;

const TABLES: &str = "
    CREATE TABLE p (a int NOT NULL, b int) PARTITION BY LIST (a);
    CREATE TABLE c PARTITION OF p FOR VALUES IN (1);
    CREATE TABLE r (id int PRIMARY KEY);
    INSERT INTO r VALUES (1);
    INSERT INTO p VALUES (1, 1);";

fn observer(url: &str) -> Observer {
    let mut observer = Observer::connect(url);
    observer.run(TABLES);
    observer
}

#[test]
fn a_constraint_of_a_partitioned_table_comes_about_without_building_an_index_under_a_lock() {
    for (constraint, name) in [("UNIQUE", "p_a_key"), ("PRIMARY KEY", "p_pkey")] {
        let database = Server::shared().database();
        let mut observer = observer(&database.url());
        let said = Effects::default();
        let only = format!("ALTER TABLE ONLY p ADD {constraint} (a)");
        assert!(observer.watch(&only, &said, true).builds.is_empty());
        observer.run("CREATE UNIQUE INDEX CONCURRENTLY i ON c (a)");
        let part = format!("ALTER TABLE c ADD CONSTRAINT i {constraint} USING INDEX i");
        assert!(observer.watch(&part, &said, true).builds.is_empty());
        let attach = format!("ALTER INDEX {name} ATTACH PARTITION i");
        assert!(observer.watch(&attach, &said, true).builds.is_empty());
        let valid =
            format!("SELECT indisvalid::text FROM pg_index WHERE indexrelid = '{name}'::regclass");
        assert_eq!(database.value(&valid), "true");
    }
}

#[test]
fn a_foreign_key_of_a_partitioned_table_takes_over_those_of_its_partitions() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    observer.run("ALTER TABLE c ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES r NOT VALID");
    observer.run("ALTER TABLE c VALIDATE CONSTRAINT k");
    let said = Effects::default();
    let add = "ALTER TABLE p ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES r";
    assert!(observer.watch(add, &said, true).scans.is_empty());
    let count =
        "SELECT count(*) FROM pg_constraint WHERE conrelid = 'c'::regclass AND contype = 'f'";
    assert_eq!(database.value(count), "1");
}

#[test]
fn a_view_that_was_never_filled_cannot_be_read_nor_refreshed_concurrently() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    observer.run("CREATE MATERIALIZED VIEW m AS SELECT id FROM r WITH NO DATA");
    observer.run("CREATE UNIQUE INDEX ON m (id)");
    let read = observer.refusal("SELECT * FROM m");
    assert_eq!(read.as_deref(), Some("55000"));
    let refresh = observer.refusal("REFRESH MATERIALIZED VIEW CONCURRENTLY m");
    assert_eq!(refresh.as_deref(), Some("0A000"));
}

#[test]
fn what_the_server_refuses_for_partitions_fails_in_every_version() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    observer.run("CREATE TABLE d PARTITION OF p DEFAULT; CREATE INDEX i ON p (b)");
    let only = observer.refusal("CREATE INDEX CONCURRENTLY j ON ONLY p (a)");
    assert_eq!(only.as_deref(), Some("0A000"));
    let index = observer.refusal("DROP INDEX CONCURRENTLY i");
    assert_eq!(index.as_deref(), Some("0A000"));
    // 13 has no such form at all.
    assert!(
        observer
            .refusal("ALTER TABLE p DETACH PARTITION c CONCURRENTLY")
            .is_some()
    );
}

#[test]
fn a_column_of_a_domain_that_checks_values_rewrites_the_table() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    observer.run("CREATE DOMAIN plain AS text; CREATE DOMAIN checked AS text CHECK (value <> '')");
    let said = Effects::default();
    let plain = observer.watch("ALTER TABLE r ADD m plain", &said, false);
    assert!(plain.rewrites.is_empty());
    let checked = observer.watch("ALTER TABLE r ADD m checked", &said, false);
    assert!(checked.rewrites.contains("r"));
}

#[test]
fn what_is_unique_includes_what_the_table_is_partitioned_by() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    for sql in [
        "ALTER TABLE p ADD UNIQUE (b)",
        "ALTER TABLE ONLY p ADD UNIQUE (b)",
        "ALTER TABLE p ADD h int UNIQUE",
        "CREATE UNIQUE INDEX ON p (b)",
        "CREATE TABLE q (id int PRIMARY KEY, a int) PARTITION BY LIST (a)",
        "CREATE TABLE q (a int, UNIQUE (a)) PARTITION BY LIST ((a % 3))",
    ] {
        assert_eq!(observer.refusal(sql).as_deref(), Some("0A000"), "{sql}");
    }
    // The ways that are named.
    observer.run("ALTER TABLE p ADD h int");
    observer.run("ALTER TABLE p ADD UNIQUE (h, a)");
    observer.run("CREATE UNIQUE INDEX CONCURRENTLY ON c (b)");
}

#[test]
fn a_primary_key_of_a_partitioned_table_needs_columns_that_take_no_null() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    observer.run("CREATE TABLE n (a int) PARTITION BY LIST (a)");
    observer.run("CREATE TABLE m PARTITION OF n FOR VALUES IN (1)");
    let only = "ALTER TABLE ONLY n ADD PRIMARY KEY (a)";
    assert!(observer.refusal(only).is_some());
    observer.run("ALTER TABLE n ADD CONSTRAINT k CHECK (a IS NOT NULL) NOT VALID");
    observer.run("ALTER TABLE n VALIDATE CONSTRAINT k");
    let said = Effects::default();
    let set = observer.watch("ALTER TABLE n ALTER a SET NOT NULL", &said, true);
    assert!(set.scans.is_empty(), "{set:?}");
    assert!(observer.watch(only, &said, true).builds.is_empty());
}

#[test]
fn a_view_that_was_emptied_is_refreshed_without_concurrently() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    observer.run("CREATE MATERIALIZED VIEW m AS SELECT id FROM r");
    observer.run("CREATE UNIQUE INDEX ON m (id)");
    observer.run("REFRESH MATERIALIZED VIEW m WITH NO DATA");
    let concurrent = "REFRESH MATERIALIZED VIEW CONCURRENTLY m";
    assert_eq!(observer.refusal(concurrent).as_deref(), Some("0A000"));
    observer.run("REFRESH MATERIALIZED VIEW m");
    observer.run(concurrent);
}
