CREATE TABLE payments (invoice_id bigint REFERENCES invoices (id));
