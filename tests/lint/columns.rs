//! The ways that the rules name for a new column that would rewrite its table, gone on a server.

use migrate_fixtures::Server;

use crate::effects::Effects;
use crate::observer::Observer;

const TABLES: &str = "
    CREATE DOMAIN positive AS numeric(10, 2) CHECK (value > 0);
    CREATE DOMAIN over AS positive;
    CREATE DOMAIN required AS text NOT NULL;
    CREATE TABLE t (id int);
    INSERT INTO t VALUES (1);";

fn observer(url: &str) -> Observer {
    let mut observer = Observer::connect(url);
    observer.run(TABLES);
    observer
}

/// Runs each statement by itself; none of them rewrites the table or scans it under a lock.
fn go(observer: &mut Observer, statements: &[&str]) {
    for sql in statements {
        let seen = observer.watch(sql, &Effects::default(), true);
        assert!(seen.fails.is_none(), "{sql}: {seen:?}");
        assert!(seen.rewrites.is_empty(), "{sql}: {seen:?}");
    }
}

#[test]
fn a_sequence_gives_new_rows_a_number_where_serial_would_rewrite() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    let serial = observer.watch("ALTER TABLE t ADD n serial", &Effects::default(), false);
    assert!(serial.rewrites.contains("t"));
    go(
        &mut observer,
        &[
            "ALTER TABLE t ADD n integer",
            "CREATE SEQUENCE t_n_seq OWNED BY t.n",
            "ALTER TABLE t ALTER COLUMN n SET DEFAULT nextval('t_n_seq')",
            "INSERT INTO t (id) VALUES (2)",
        ],
    );
    assert_eq!(database.value("SELECT n::text FROM t WHERE id = 2"), "1");
}

#[test]
fn the_type_below_a_domain_and_its_check_beside_it_rewrite_nothing() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    let said = Effects::default();
    for domain in ["positive", "over", "positive DEFAULT 1"] {
        let sql = format!("ALTER TABLE t ADD p {domain}");
        assert!(
            observer.watch(&sql, &said, false).rewrites.contains("t"),
            "{sql}"
        );
    }
    let array = observer.watch("ALTER TABLE t ADD p over[]", &said, false);
    assert!(array.rewrites.is_empty() && array.fails.is_none());
    let required = observer.watch("ALTER TABLE t ADD p required", &said, false);
    assert_eq!(required.fails.as_deref(), Some("23502"));
    go(
        &mut observer,
        &[
            "ALTER TABLE t ADD p numeric(10, 2)",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (p > 0) NOT VALID",
            "ALTER TABLE t VALIDATE CONSTRAINT c",
            "ALTER TABLE t ADD r text NOT NULL DEFAULT ''",
        ],
    );
}

#[test]
fn a_stored_column_rewrites_and_what_is_named_in_its_place_does_not() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    let said = Effects::default();
    let stored = "ALTER TABLE t ADD d int GENERATED ALWAYS AS (id * 2) STORED";
    assert!(observer.watch(stored, &said, false).rewrites.contains("t"));
    let version: u32 = database.value("SHOW server_version_num").parse().unwrap();
    if version >= 180_000 {
        let computed = "ALTER TABLE t ADD d int GENERATED ALWAYS AS (id * 2) VIRTUAL";
        let seen = observer.watch(computed, &said, false);
        assert!(seen.fails.is_none() && seen.rewrites.is_empty());
    }
    go(
        &mut observer,
        &[
            "ALTER TABLE t ADD d int",
            "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.d = NEW.id * 2; RETURN NEW; END'",
            "CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fill()",
            "UPDATE t SET id = id",
        ],
    );
    assert_eq!(database.value("SELECT d::text FROM t"), "2");
}

#[test]
fn a_domain_whose_values_lie_in_an_array_or_a_composite_type_is_checked_for_new_values_only() {
    for holder in [
        "CREATE TABLE h (a over[])",
        "CREATE DOMAIN list AS positive[]; CREATE TABLE h (a list)",
        "CREATE TYPE pair AS (a int, b over); CREATE TABLE h (a pair)",
    ] {
        let database = Server::shared().database();
        let mut observer = observer(&database.url());
        observer.run(holder);
        for change in ["ADD CHECK (value < 100)", "SET NOT NULL"] {
            let sql = format!("ALTER DOMAIN positive {change}");
            assert_eq!(observer.refusal(&sql).as_deref(), Some("0A000"), "{holder}");
        }
        observer.run("ALTER DOMAIN positive ADD CONSTRAINT c CHECK (value < 100) NOT VALID");
        let validate = observer.refusal("ALTER DOMAIN positive VALIDATE CONSTRAINT c");
        assert_eq!(validate.as_deref(), Some("0A000"), "{holder}");
        assert_eq!(
            observer.refusal("SELECT 200::positive").as_deref(),
            Some("23514")
        );
    }
}

#[test]
fn postgresql_chooses_the_names_of_a_domains_checks_that_the_catalog_knows() {
    let database = Server::shared().database();
    let mut observer = observer(&database.url());
    observer.run("CREATE DOMAIN d AS text CHECK (value <> '') CHECK (value <> 'a')");
    observer.run("ALTER DOMAIN d DROP CONSTRAINT d_check1");
    observer.run("ALTER DOMAIN d RENAME CONSTRAINT d_check TO c");
    observer.run("ALTER DOMAIN d DROP CONSTRAINT c");
    let plain = observer.watch("ALTER TABLE t ADD p d", &Effects::default(), false);
    assert!(plain.rewrites.is_empty() && plain.fails.is_none());
}
