CREATE INDX i ON t (a);

CREAT TABLE t (a int);

ALTER TABLE t ADD COLUM a int;

CREATE TABLE t (a int NOT NUL);

CREATE TABLE IF NOT EXIST t (a int);

SELECT a FORM t WHERE b = 1;

INSERT INTO t VALEUS (1);

UPDATE t SET a = 1 WERE b = 2;

CREATE TABLE t (
    a int,
    b int,
);

CREATE TABLE t (a int,, b int);

CREATE TABLE t (
    a int
    b text NOT NULL
);

SELECT a, b, FROM t;

CREATE TABLE order (a int);

CREATE TABLE t (a int, user text, end timestamptz);

ALTER TABLE t ADD COLUMN default text;

CREATE TABLE t (a int, check text);

SELECT * FROM group WHERE a = 1;

CREATE TABLE a (b int)
CREATE TABLE c (d int);

INSERT INTO t VALUES (1)

CREATE INDEX i ON t (a);

DROP TABLE a
DROP TABLE b;

CREATE TABLE t (a int, CHECK (a > 0);

CREATE TABLE t (a int));

CREATE TABLE t (a int

INSERT INTO t VALUES 1, 2);

SELECT count(a FROM t;

SELECT;

GRANT SELECT t TO joe;

ALTER TABLE t ALTER a TYPE;

CREATE FUNCTION f() RETURNS int LANGUAGE sql;

MERGE INTO t;

SELECT a FROM t LIMIT 1, 2;

ALTER TYPE mood DROP VALUE 'sad';

SELECT 1 'a string that is long enough to be cut short in a message
and has two lines';
