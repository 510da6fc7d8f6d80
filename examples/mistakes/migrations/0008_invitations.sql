CREATE TABLE invitations (email text REFERENCES users (email));
