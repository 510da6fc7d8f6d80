-- migrate: allow(own-history-table) it writes only to the older table of that name, never to migrate's own
--
-- The first releases of the Content AI Backend recorded nothing about migrations. This file gives
-- such a database the tracking table those releases were followed by, and records the initial
-- schema in it where the initial schema is there. It is all that `psql -f` needs.
--
-- Run by `migrate`, it changes nothing: by then a table of this name exists and has other columns
-- (migrate creates it before its first migration), and migrate has recorded 001 itself. So the file
-- looks at what is there before it writes, and can be kept, and recorded, like any other. Where the
-- older table is there instead, migrate says so and stops before it runs anything.

DO $$
DECLARE
    expected constant text[] := ARRAY[
        'channels', 'media_assets', 'articles', 'posts', 'knowledge_sources', 'knowledge_chunks',
        'knowledge_source_channels', 'recipients', 'newsletters'];
    missing text[];
BEGIN
    IF to_regclass('schema_migrations') IS NULL THEN
        CREATE TABLE schema_migrations (
            id             serial PRIMARY KEY,
            migration_name varchar(255) NOT NULL UNIQUE,
            applied_at     timestamptz DEFAULT now()
        );
    ELSIF NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = to_regclass('schema_migrations') AND attname = 'migration_name' AND NOT attisdropped
    ) THEN
        RETURN;
    END IF;

    SELECT array_agg(name) INTO missing
    FROM unnest(expected) AS name
    WHERE to_regclass(name) IS NULL;

    IF missing = expected THEN
        -- An empty database: 001 has not run, so there is nothing to record.
        RETURN;
    ELSIF missing IS NOT NULL THEN
        RAISE EXCEPTION 'the initial schema is there only in part, without %', array_to_string(missing, ', ')
            USING HINT = 'Run 001_initial_schema.sql first: it creates what is missing and leaves the rest alone.';
    END IF;

    -- Some rows of that table were written with the ending of the file and some without it.
    INSERT INTO schema_migrations (migration_name)
    SELECT '001_initial_schema.sql'
    WHERE NOT EXISTS (
        SELECT FROM schema_migrations
        WHERE migration_name IN ('001_initial_schema.sql', '001_initial_schema')
    )
    ON CONFLICT DO NOTHING;
END
$$;
