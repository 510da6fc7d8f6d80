CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    mail text NOT NULL
);
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id),
    state state NOT NULL DEFAULT 'open',
    total numeric NOT NULL
);
CREATE INDEX orders_user_id_idx ON orders (user_id);
