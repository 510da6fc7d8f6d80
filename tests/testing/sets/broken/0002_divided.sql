INSERT INTO articles (id) VALUES (1);
INSERT INTO articles (id)
SELECT 1 / (id - 1) FROM articles;
