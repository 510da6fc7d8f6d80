-- migrate: no-transaction
--
-- Two searches become fast on tables that are in use: articles by tag, and chunks by word (beside
-- the search by vector, which misses names and numbers).
--
-- CONCURRENTLY lets writers go on while an index is built, and for that PostgreSQL wants no
-- transaction around it. The statements are recorded one by one, so a run that is killed between
-- them goes on with the second; an index left invalid half-way is dropped and built again, which is
-- why each has a name.

CREATE INDEX CONCURRENTLY IF NOT EXISTS articles_tags_idx
    ON articles USING gin (tags);

-- The configuration is written out because an index needs an expression that never changes, and
-- the one-argument to_tsvector depends on a setting. Queries must spell it the same way.
CREATE INDEX CONCURRENTLY IF NOT EXISTS knowledge_chunks_content_idx
    ON knowledge_chunks USING gin (to_tsvector('english', content));
