ALTER TABLE usrs ADD COLUMN born date;
