-- migrate: no-transaction
--
-- Dropping an index takes the lock that stops readers as well; CONCURRENTLY avoids it here too.

DROP INDEX CONCURRENTLY IF EXISTS knowledge_chunks_content_idx;
DROP INDEX CONCURRENTLY IF EXISTS articles_tags_idx;
