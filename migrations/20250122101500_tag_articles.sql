-- Editors tag articles, and readers filter by tag.
--
-- A constant default is stored once in the catalog, so no row is rewritten and the lock lasts only
-- a moment. The index that serves the filter follows in 20250210083000, where it can be built
-- without stopping writers.

ALTER TABLE articles ADD COLUMN IF NOT EXISTS tags text[] NOT NULL DEFAULT '{}';
