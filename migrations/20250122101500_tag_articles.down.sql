-- The tags are lost with the column. Releases that read it must be gone first.

ALTER TABLE articles DROP COLUMN IF EXISTS tags;
