-- A table whose check calls a function that takes a row of the table.
CREATE TABLE boxes (id bigint PRIMARY KEY, width int NOT NULL DEFAULT 1, height int);
CREATE FUNCTION area(b boxes) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT b.width * b.height $$;
CREATE FUNCTION widest() RETURNS int LANGUAGE sql STABLE BEGIN ATOMIC SELECT max(width) FROM boxes; END;
ALTER TABLE boxes ADD CONSTRAINT boxes_area CHECK (area(boxes) > 0);
ALTER TABLE boxes ALTER height SET DEFAULT widest();
CREATE TABLE lids (id bigint PRIMARY KEY, box boxes, of bigint REFERENCES boxes (id));
