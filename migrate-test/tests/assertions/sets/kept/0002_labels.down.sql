CREATE TABLE other_labels (id bigint);
