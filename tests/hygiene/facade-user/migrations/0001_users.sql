-- What the macro is handed in this crate.
CREATE TABLE users (id bigint PRIMARY KEY);
