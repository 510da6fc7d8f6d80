CREATE TABLE ${schema}.t (a int);

CREATE TABLE {{ name }} (a int);

INSERT INTO t VALUES (:name, :'other');

INSERT INTO t VALUES (%s, %s);

INSERT INTO t VALUES (%(name)s);

SELECT * FROM t WHERE a = $name;

SELECT * FROM <%= table %>;

CREATE TABLE `t` (a int);

CREATE TABLE [t] (a int);

CREATE TABLE t (a int AUTO_INCREMENT PRIMARY KEY);

CREATE TABLE t (a int UNSIGNED);

CREATE TABLE t (a int) ENGINE=InnoDB;

GO

CREATE TABLE t (a int)
GO
CREATE TABLE u (a int);

DELIMITER //

USE app;

# a comment
SELECT 1;

INSERT INTO t VALUES (‘a’, ‘b’);

CREATE TABLE “t” (a int);

CREATE TABLE t (a int);

IF a > 1 THEN SELECT 1; END IF;

DECLARE x int;

RAISE NOTICE 'x';

PERFORM f();

$do$;
