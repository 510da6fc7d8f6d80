-- A chunk whose text was edited kept the vector of its old text, and was found for questions it no
-- longer answers. Such a chunk now loses its vector, and thereby shows up in the partial index that
-- the embedding worker polls. An update that brings the new vector along is left alone.

CREATE OR REPLACE FUNCTION forget_stale_embedding() RETURNS trigger
LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.content IS DISTINCT FROM OLD.content
        AND NEW.embedding IS NOT DISTINCT FROM OLD.embedding
    THEN
        NEW.embedding := NULL;
        NEW.embedding_model := NULL;
    END IF;
    RETURN NEW;
END
$body$;

-- migrate: allow(trigger-or-policy) it takes vectors away that are wrong; releases that know nothing of it find them missing
CREATE OR REPLACE TRIGGER knowledge_chunks_forget_stale_embedding
    BEFORE UPDATE OF content ON knowledge_chunks
    FOR EACH ROW EXECUTE FUNCTION forget_stale_embedding();
