CREATE TABLE orders (id bigint PRIMARY KEY, article_id bigint NOT NULL REFERENCES articles (id));
