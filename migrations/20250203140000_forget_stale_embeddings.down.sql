-- Vectors that were forgotten meanwhile stay forgotten: the worker makes them again.

DROP TRIGGER IF EXISTS knowledge_chunks_forget_stale_embedding ON knowledge_chunks;
DROP FUNCTION IF EXISTS forget_stale_embedding();
