SELECT 'rule' AS kind, 'pg_rewrite'::regclass::oid::bigint AS class, w.oid::bigint AS id,
       r.shown_name AS "table", w.rulename::text AS name,
       json_build_array(
           json_build_array('definition', rtrim(pg_get_ruledef(w.oid, true), ';')),
           json_build_array('enabled', CASE WHEN w.ev_enabled <> 'O' THEN
               'ALTER TABLE ' || r.sql || CASE w.ev_enabled WHEN 'D' THEN ' DISABLE' WHEN 'R' THEN ' ENABLE REPLICA'
               ELSE ' ENABLE ALWAYS' END || ' RULE ' || quote_ident(w.rulename) END),
           json_build_array('comment', 'COMMENT ON RULE ' || quote_ident(w.rulename) || ' ON ' || r.sql || ' IS '
               || quote_literal(obj_description(w.oid, 'pg_rewrite')))
       )::text AS facts, CASE WHEN NOT r.is_current THEN r.nspname END::text AS space,
       ({raw w:pg_rewrite})::text AS raw, NULL::text AS extra
FROM pg_rewrite w JOIN rel r ON r.oid = w.ev_class
WHERE w.rulename <> '_RETURN'
