-- Tables in parts, and tables that are kinds of others.
CREATE TABLE payments (id bigint NOT NULL, paid_at date NOT NULL, cents int DEFAULT 0 CHECK (cents >= 0), PRIMARY KEY (id, paid_at))
    PARTITION BY RANGE (paid_at);
CREATE TABLE payments_old PARTITION OF payments FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE payments_2026 PARTITION OF payments (CONSTRAINT positive CHECK (cents > 0))
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY HASH (id);
CREATE TABLE payments_2026_a PARTITION OF payments_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE payments_2026_b PARTITION OF payments_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE payments_rest PARTITION OF payments DEFAULT;
CREATE INDEX payments_cents ON payments (cents);
CREATE INDEX only_here ON payments_old (cents DESC);
CREATE TABLE shops (id bigint PRIMARY KEY, town text) PARTITION BY LIST (id);
CREATE TABLE shops_one PARTITION OF shops FOR VALUES IN (1, 2);
CREATE TABLE receipts (id bigint PRIMARY KEY, payment bigint, paid_at date, shop bigint REFERENCES shops (id),
    FOREIGN KEY (payment, paid_at) REFERENCES payments (id, paid_at));
ALTER TABLE payments ADD COLUMN shop bigint REFERENCES shops (id);
CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER payments_seen AFTER INSERT ON payments FOR EACH ROW EXECUTE FUNCTION seen();
CREATE TABLE base (id bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), CONSTRAINT base_id CHECK (id > 0));
CREATE TABLE child (extra text, CONSTRAINT child_extra CHECK (extra <> '')) INHERITS (base);
ALTER TABLE child ALTER COLUMN at SET DEFAULT '2026-01-01';
CREATE VIEW totals AS SELECT paid_at, sum(cents) AS cents FROM payments GROUP BY paid_at;
