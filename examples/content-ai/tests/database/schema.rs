//! What the migrations promise about themselves.

use migrate_fixtures::{Database, Server};
use migrate_runtime::{Migrations, Revert, Script, embed_migrations};

pub(crate) static MIGRATIONS: Migrations =
    embed_migrations!("migrations", lint(warn = "idempotent"));

fn migrated() -> Database {
    let database = Server::shared().database();
    MIGRATIONS.run(&mut database.client()).unwrap();
    database
}

/// Statement by statement, as psql would send them.
pub(crate) fn execute(database: &Database, script: &Script<'_>) {
    for statement in script.statements() {
        database.execute(statement.sql());
    }
}

/// All that the files create, in words, so that two databases can be compared.
fn describe(database: &Database) -> Vec<Vec<String>> {
    database.rows(
        "SELECT table_name || '.' || column_name, data_type || coalesce(' ' || column_default, '') || is_nullable
         FROM information_schema.columns WHERE table_schema = 'public'
         UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
         UNION ALL SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
           FROM pg_constraint WHERE connamespace = 'public'::regnamespace
         UNION ALL SELECT tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
           FROM pg_trigger WHERE NOT tgisinternal
         UNION ALL SELECT proname, prosrc FROM pg_proc
           WHERE pronamespace = 'public'::regnamespace AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
         UNION ALL SELECT enumtypid::regtype::text, enumlabel FROM pg_enum
         ORDER BY 1, 2",
    )
}

#[test]
fn every_index_is_valid_and_every_foreign_key_has_one() {
    let database = migrated();
    assert_eq!(database.invalid_indexes(), Vec::<String>::new());
    let without = database.rows(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint AS key
         WHERE contype = 'f' AND NOT EXISTS (
             SELECT FROM pg_index
             WHERE indrelid = conrelid AND indpred IS NULL AND indkey[0] = conkey[1]
         )",
    );
    assert_eq!(without, Vec::<Vec<String>>::new());
}

#[test]
fn every_file_may_be_applied_again() {
    let database = migrated();
    let once = describe(&database);
    for migration in &MIGRATIONS {
        execute(&database, migration.up());
    }
    assert_eq!(describe(&database), once);
}

#[test]
fn what_can_be_reverted_comes_back_the_same() {
    let database = migrated();
    let before = describe(&database);
    let newest_without_down = MIGRATIONS
        .iter()
        .filter(|migration| migration.down().is_none())
        .map(|migration| migration.version())
        .max()
        .unwrap();
    MIGRATIONS
        .runner()
        .revert(&mut database.client(), Revert::To(newest_without_down))
        .unwrap();
    assert_eq!(
        database.value("SELECT to_regclass('articles_tags_idx') IS NULL"),
        "t"
    );
    MIGRATIONS.run(&mut database.client()).unwrap();
    assert_eq!(describe(&database), before);
}

#[test]
fn an_edited_passage_forgets_its_vector_unless_it_brings_a_new_one() {
    let database = migrated();
    database.execute(
        "INSERT INTO knowledge_sources (uri, title) VALUES ('a:b', 'A');
         INSERT INTO knowledge_chunks (source_id, position, content, embedding, embedding_model)
         SELECT id, 0, 'old', array_fill(1, ARRAY[1536])::real[]::vector, 'test' FROM knowledge_sources",
    );
    let model = "SELECT coalesce(embedding_model, 'none') FROM knowledge_chunks";
    database.execute("UPDATE knowledge_chunks SET content = 'old'");
    assert_eq!(database.value(model), "test");
    database.execute(
        "UPDATE knowledge_chunks SET content = 'new', embedding = array_fill(2, ARRAY[1536])::real[]::vector",
    );
    assert_eq!(database.value(model), "test");
    database.execute("UPDATE knowledge_chunks SET content = 'newer'");
    assert_eq!(database.value(model), "none");
}

#[test]
fn updated_at_is_kept_by_the_database() {
    let database = migrated();
    database.execute(
        "INSERT INTO channels (slug, name, type, updated_at) VALUES ('a', 'A', 'blog', '2020-01-01');
         UPDATE channels SET name = 'B'",
    );
    assert_eq!(
        database.value("SELECT updated_at > '2021-01-01' FROM channels"),
        "t"
    );
}

#[test]
fn a_role_without_superuser_can_apply_them_once_the_extension_is_there() {
    let database = Server::shared().database();
    let role = database.role("");
    database.execute(&format!(
        "CREATE EXTENSION vector; GRANT CREATE ON SCHEMA public TO {role}"
    ));
    let report = MIGRATIONS.run(&mut database.client_for(&role)).unwrap();
    assert_eq!(report.applied.len(), MIGRATIONS.iter().count());
}
