INSERT INTO articles (id, name) VALUES (1, 'lamp');
