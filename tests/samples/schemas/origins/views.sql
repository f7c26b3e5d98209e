-- A view says who asks, and what may be written through it.
CREATE TABLE people (id bigint PRIMARY KEY, full_name text NOT NULL, is_member boolean NOT NULL);
CREATE VIEW shown_people WITH (security_invoker = true, security_barrier = true) AS
    SELECT id, full_name FROM people;
CREATE VIEW members AS SELECT * FROM people WHERE is_member WITH CASCADED CHECK OPTION;
CREATE VIEW near AS SELECT * FROM members WHERE id < 100 WITH LOCAL CHECK OPTION;
ALTER VIEW shown_people ALTER COLUMN full_name SET DEFAULT 'nobody';
CREATE FUNCTION add_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO people VALUES (new.id, upper(new.full_name), true); RETURN new; END $$;
CREATE TRIGGER added INSTEAD OF INSERT ON shown_people FOR EACH ROW EXECUTE FUNCTION add_person();
CREATE RULE never AS ON DELETE TO members DO INSTEAD NOTHING;
CREATE VIEW a_first AS SELECT z.id, z.twice FROM (SELECT id, id * 2 AS twice FROM people) z;
CREATE VIEW z_needed AS SELECT twice FROM a_first;
CREATE VIEW a_last AS SELECT * FROM z_needed;
CREATE RECURSIVE VIEW numbers (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 9;
CREATE MATERIALIZED VIEW counted AS SELECT is_member, count(*) AS heads FROM people GROUP BY is_member;
CREATE UNIQUE INDEX counted_once ON counted (is_member);
CREATE VIEW by_key AS SELECT id, full_name, count(*) FROM people GROUP BY id;
COMMENT ON VIEW members IS 'those who pay; it''s them';
COMMENT ON COLUMN members.id IS 'a number';
