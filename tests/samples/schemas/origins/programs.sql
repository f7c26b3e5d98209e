-- Functions that name tables, tables that name functions.
CREATE FUNCTION shout(words text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(words) $$;
CREATE TABLE dishes (id bigint PRIMARY KEY, label text DEFAULT shout('soup'), at timestamptz,
    CONSTRAINT dishes_label CHECK (shout(label) <> ''));
CREATE INDEX dishes_shouted ON dishes (shout(label));
CREATE FUNCTION best_dishes(how_many bigint) RETURNS SETOF dishes LANGUAGE sql STABLE AS $$
    SELECT * FROM dishes LIMIT how_many $$;
CREATE FUNCTION label_of(d dishes) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(d.label) $$;
CREATE FUNCTION all_dishes() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM dishes';
CREATE FUNCTION typed_dish() RETURNS dishes.label%TYPE LANGUAGE plpgsql AS $$ BEGIN RETURN ''; END $$;
CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM dishes; END;
CREATE PROCEDURE clear_dishes() LANGUAGE plpgsql AS $$ BEGIN UPDATE dishes SET label = ''; END $$;
CREATE FUNCTION many(a int DEFAULT 3, VARIADIC b text[] DEFAULT '{}') RETURNS TABLE (x int, y text)
    LANGUAGE plpgsql ROWS 7 COST 3 PARALLEL SAFE SET work_mem = '1MB' AS $$
BEGIN RETURN QUERY SELECT a, b[1]; END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN new.at = now(); RETURN new; END $$;
CREATE TRIGGER dishes_touch BEFORE UPDATE OF label ON dishes FOR EACH ROW
    WHEN (old.label IS DISTINCT FROM new.label) EXECUTE FUNCTION touch();
CREATE TRIGGER dishes_words BEFORE INSERT ON dishes FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE dishes DISABLE TRIGGER dishes_words;
CREATE CONSTRAINT TRIGGER dishes_late AFTER INSERT ON dishes DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE dishes ENABLE ALWAYS TRIGGER dishes_late;
CREATE TRIGGER dishes_seen AFTER UPDATE ON dishes REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE FUNCTION joined(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN coalesce($1, $2) ELSE $1 || ', ' || $2 END $$;
CREATE AGGREGATE joined_all(text) (SFUNC = joined, STYPE = text);
CREATE AGGREGATE total(bigint) (SFUNC = int8pl, STYPE = bigint, INITCOND = '0', PARALLEL = SAFE);
CREATE VIEW listed AS SELECT at, joined_all(label) AS labels FROM dishes GROUP BY at;
CREATE FUNCTION same_text(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT lower($1) = lower($2)';
CREATE OPERATOR === (FUNCTION = same_text, LEFTARG = text, RIGHTARG = text);
COMMENT ON FUNCTION shout(text) IS 'louder';
COMMENT ON TRIGGER dishes_touch ON dishes IS 'when';
REVOKE EXECUTE ON FUNCTION touch() FROM PUBLIC;
