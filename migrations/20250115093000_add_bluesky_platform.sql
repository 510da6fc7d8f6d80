-- Posts can go to Bluesky.
--
-- The value stands alone in its file: PostgreSQL refuses to use a new enum value before the
-- transaction that added it has committed. Migrations after this one may use it.
--
-- There is no down file. PostgreSQL cannot take a value out of an enum type, and making the type
-- anew would rewrite every table that has a column of it.

ALTER TYPE platform_api ADD VALUE IF NOT EXISTS 'bluesky' BEFORE 'smtp';
