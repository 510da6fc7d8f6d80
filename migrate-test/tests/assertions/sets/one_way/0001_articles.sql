CREATE TABLE articles (id bigint PRIMARY KEY, name text);
