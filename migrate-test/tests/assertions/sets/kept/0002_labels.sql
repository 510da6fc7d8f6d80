CREATE TABLE labels (id bigint);
