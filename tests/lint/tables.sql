-- The tables of the rules' examples, with a few rows each.
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE users (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(100),
    name  text,
    age   integer
);
CREATE INDEX users_email_idx ON users (email);
INSERT INTO users (email, name, age) VALUES ('a@example.org', 'a', 1), ('b@example.org', 'b', 2);

CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, total numeric(10, 2), feeling mood);
INSERT INTO orders VALUES (1, 1, 10, 'sad'), (2, 2, 20, 'happy');
CREATE MATERIALIZED VIEW order_totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
CREATE UNIQUE INDEX ON order_totals (user_id);

CREATE TABLE groups (id bigint PRIMARY KEY);
CREATE TABLE members (group_id bigint REFERENCES groups);

CREATE TABLE events (at timestamptz NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_default PARTITION OF events DEFAULT;
INSERT INTO events VALUES ('2024-02-03', 'a'), ('2030-01-01', 'b');
CREATE TABLE events_2026 (LIKE events);
INSERT INTO events_2026 VALUES ('2026-02-03', 'c');

CREATE TABLE visits (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

CREATE DOMAIN address AS text;
CREATE TABLE letters (id bigint, receiver address);
INSERT INTO letters VALUES (1, 'a');
